"""Notices from the row to the telephone: sealed, signed, tried again, once on the screen, and gone after a week."""

import http.client
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from deploy import inbox as phones
from hub import config
from hub.core.notices import GIVE_UP_MS, KEPT_MS, Event
from hub.notices import Sender
from hub.store import erasing, notices, recipients
from hub.store.recipients import Personal
from hub.vault import Vault
from hub.webhook import Answer, Message, Webhook, check_url
from tests.support.hubweb import START_MS, Clock, make_database

SECRET = "a secret of sixteen signs"
PHONE = "13800138000"
ABOUT = "parcel:st-1.ABCDEF"


class World:
    """A database with one recipient, and a sender whose adapter answers what it is told."""

    def __init__(self, folder, adapter=None):
        self.database = make_database(folder)
        self.vault, self.clock, self.adapter = Vault.of(folder), Clock(), adapter
        with self.database.write() as connection:
            self.who = self.recipient(connection)
        self.sender = Sender(self.database, self.vault, adapter, clock=self.clock, jitter=lambda: 0.5)

    def recipient(self, connection, **values):
        person = Personal(**({"name": "王小芳", "phone": PHONE} | values))
        return recipients.make(connection, self.vault, person, line=None, by="t", now=START_MS)

    def queue(self, kind="parcel-ready", **values):
        given = {"recipient": self.who, "about": ABOUT, "values": {"code": "412038927"}, "now": self.clock()}
        with self.database.write() as connection:
            return notices.enqueue(connection, self.vault, **(given | {"kind": kind} | values))

    def rows(self):
        with self.database.read() as connection:
            return connection.exec_driver_sql("SELECT * FROM notice ORDER BY seq").all()

    def states(self):
        return [(row.state, row.why) for row in self.rows()]


class Adapter:
    """Gives the answers it was told to, then takes everything."""

    def __init__(self, *answers):
        self.answers, self.got = list(answers), []

    def send(self, message, now):
        self.got.append(message)
        return self.answers.pop(0) if self.answers else Answer(event=Event.DELIVERED)

    def close(self):
        """Nothing to close."""


LATER = Answer(event=Event.LATER, why="http-503")
SILENT = Answer(event=Event.LATER, why="timeout", reached=False)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path, Adapter())
    yield made
    made.database.close()


def test_a_notice_goes_to_the_recipients_number_in_their_language_and_nothing_of_it_is_readable(world, tmp_path):
    assert world.queue()
    assert world.sender.look() == 1
    (message,) = world.adapter.got
    assert (message.to, message.language, message.channel) == (PHONE, "zh", "text")
    assert "412 038 927" in message.text
    assert world.states() == [("sent", "")]
    world.database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("hub.db*"))
    assert PHONE.encode() not in stored
    assert "取件码".encode() not in stored
    assert b"412 038 927" not in stored


def test_who_has_no_telephone_or_is_nobody_gets_no_notice(world):
    with world.database.write() as connection:
        silent = world.recipient(connection, phone="")
    assert world.queue(recipient=silent) == world.queue(recipient=None) == world.queue(recipient="0" * 16) == ""


def test_the_same_is_not_said_twice_and_a_newer_notice_overtakes_one_that_waits(world):
    assert world.queue()
    assert world.queue() == ""
    assert world.queue("parcel-given", values={})
    assert world.sender.look() == 1
    assert world.states() == [("failed", "overtaken"), ("sent", "")]


def test_a_notice_is_not_sent_before_its_time(world):
    world.queue(not_before=START_MS + 60_000)
    assert world.sender.look() == 0
    world.clock.now += 60_000
    assert world.sender.look() == 1


def test_what_the_adapter_cannot_take_now_is_tried_again_under_the_same_id(world):
    world.adapter.answers = [LATER, LATER]
    id_ = world.queue()
    for _ in range(3):
        assert world.sender.look() == 1
        assert world.sender.look() == 0
        world.clock.now += 60_000
    assert [message.id for message in world.adapter.got] == [id_] * 3
    assert world.states() == [("sent", "")]


def test_an_adapter_that_does_not_answer_is_left_alone_for_a_while(world):
    world.adapter.answers = [SILENT]
    world.queue()
    world.queue(about="parcel:st-1.ABCDEG")
    assert world.sender.look() == 1
    assert world.sender.look() == 0
    world.clock.now += 60_000
    assert world.sender.look() == 2
    assert world.states() == [("sent", ""), ("sent", "")]


def test_a_refused_notice_is_sent_again_only_when_a_person_says_so(world):
    world.adapter.answers = [Answer(event=Event.REFUSED, why="http-422")]
    id_ = world.queue()
    world.sender.look()
    assert world.states() == [("failed", "http-422")]
    with world.database.write() as connection:
        notices.again(connection, id_, by="ann", now=world.clock())
    assert world.sender.look() == 1
    assert world.states() == [("sent", "")]
    with world.database.write() as connection, pytest.raises(notices.NoticeError, match="only one that failed"):
        notices.again(connection, id_, by="ann", now=world.clock())


def test_without_an_adapter_notices_wait_and_are_given_up_after_a_day(tmp_path):
    world = World(tmp_path)
    world.queue()
    world.sender.look()
    assert world.states() == [("queued", "no-adapter")]
    world.clock.now += GIVE_UP_MS
    world.sender.look()
    assert world.states() == [("failed", "no-adapter")]
    world.database.close()


def test_words_go_a_week_after_they_were_sent_and_cannot_be_opened_once_the_recipient_is_erased(world):
    world.queue()
    world.sender.look()
    world.clock.now += KEPT_MS + 3_600_000
    with world.database.write() as connection:
        assert notices.erase_words(connection, world.clock()) == 1
    world.queue()
    with world.database.write() as connection:
        assert erasing.erase(connection, world.who, by="t", now=world.clock())
    world.sender.look()
    assert world.states() == [("sent", ""), ("failed", "no-telephone")]
    assert len(world.adapter.got) == 1


@contextmanager
def listening(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def message(**changes):
    values = {"id": "a" * 16, "kind": "parcel-ready", "channel": "text", "to": PHONE, "language": "en", "text": "<b>hi"}
    return Message(**(values | changes))


def test_the_inbox_shows_what_the_hub_signed_once_and_nothing_else():
    inbox = phones.Inbox(SECRET.encode(), clock=lambda: START_MS / 1000)
    with listening(phones.serve(inbox, 0)) as url:
        adapter, stranger = Webhook(url + phones.TAKE, SECRET), Webhook(url + phones.TAKE, "another secret entirely")
        assert adapter.send(message(), START_MS).event is Event.DELIVERED
        assert adapter.send(message(), START_MS).event is Event.DELIVERED
        assert adapter.send(message(id="b" * 16), START_MS - 400_000).why == "http-401"
        assert stranger.send(message(id="c" * 16), START_MS).why == "http-401"
        adapter.close()
        stranger.close()
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        connection.request("GET", "/messages")
        assert [each["text"] for each in json.loads(connection.getresponse().read())] == ["<b>hi"]
        connection.request("GET", "/", headers={"Host": "elsewhere.example"})
        assert connection.getresponse().status == 400
        connection.close()


class Elsewhere(BaseHTTPRequestHandler):
    """Sends whoever comes somewhere else."""

    asked: ClassVar[list[str]] = []

    def do_POST(self):
        self.asked.append(self.path)
        self.send_response(307)
        self.send_header("Location", "/stolen")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nothing."""


def test_a_redirect_is_not_followed_and_an_adapter_that_is_gone_is_asked_later():
    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)) as url:
        adapter = Webhook(url + "/in", SECRET)
        assert adapter.send(message(), START_MS) == Answer(event=Event.LATER, why="http-307")
        adapter.close()
    assert Elsewhere.asked == ["/in"]
    assert adapter.send(message(), START_MS) == Answer(event=Event.LATER, why="unreachable", reached=False)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/x", "ftp://example.org", "https://u:p@example.org", "https://", "https://a.b/#x", "", 7,
     "http://127.0.0.1.evil.org/", "https://a b/", "https://a.b:0/", "https://a.b:99999/"],
)  # fmt: skip
def test_notices_go_over_https_or_stay_on_this_machine(url):
    with pytest.raises(ValueError, match="use https://"):
        check_url(url)


def test_an_adapter_without_a_secret_or_with_a_short_one_is_a_fault(tmp_path):
    (tmp_path / "hub.toml").write_text('[notices]\nurl = "https://sms.example.org/in"\n')
    with pytest.raises(config.ConfigError, match="give both"):
        config.load(tmp_path)
    (tmp_path / "hub.toml").write_text('[notices]\nurl = "https://sms.example.org/in"\nsecret = "short"\n')
    with pytest.raises(config.ConfigError, match="16 to 500"):
        config.load(tmp_path)
    (tmp_path / "hub.toml").write_text(f'[notices]\nurl = "http://[::1]:9/in"\nsecret = "{SECRET}"\n')
    assert config.load(tmp_path).notices_secret == SECRET
