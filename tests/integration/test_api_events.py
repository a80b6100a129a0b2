"""The live stream: nothing missed over a reconnect, nobody held up by a slow screen, a clean stop."""

import asyncio
import json
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import delete, update

from hub.api import live
from hub.api.live import LiveFeed
from hub.api.screen import QUEUE, Screen, event
from hub.core.viewer import Role
from hub.store import schema, users
from tests.support.hubdata import add_change, feeding, scan
from tests.support.hubweb import PASSWORD, START_MS, make_database, serving
from tests.support.viewers import EVERYTHING
from wire.actions import Action


@pytest.fixture
def web(tmp_path):
    with serving(tmp_path) as server:
        yield server


class Stream:
    """Reads events off an open response."""

    def __init__(self, answer):
        self._lines = answer.iter_lines()
        self.last_id = None

    def block(self):
        """The lines of the next block, without the blank one that ends it; None at the end."""
        lines = []
        for line in self._lines:
            if line:
                lines.append(line)
            elif lines:
                return lines
        return None

    def event(self):
        """The next event (name, data), but for `discrepancy`, which comes with each of stock; None at the end."""
        while (lines := self.block()) is not None:
            fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
            self.last_id = fields.get("id", self.last_id)
            if fields.get("event", "discrepancy") != "discrepancy":
                return fields["event"], json.loads(fields["data"])
        return None

    def settle(self):
        """Wait for the id that a new stream begins with."""
        while self.last_id is None:
            for line in self.block():
                if line.startswith("id: "):
                    self.last_id = line[4:]


@contextmanager
def listening(web, last_event_id=None, role=Role.AUDITOR, token=None):
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    headers |= {} if token is None else {"Authorization": f"Bearer {token}"}
    with web.client(role) as client, client.stream("GET", "/api/v1/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = Stream(answer)
        if last_event_id is None:
            stream.settle()
        yield stream


def eventually(question):
    deadline = time.monotonic() + 10
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_ingest_commits_is_told_to_an_open_screen(web):
    with listening(web) as stream:
        with feeding(web.database, on_change=web.live.notify) as feeder:
            feeder.send("d-1", [scan(Action.RECEIVE, "x", up=1, to="place:wh-1/a01")])
        found = dict([stream.event(), stream.event()])
    assert found["stock"]["sites"] == ["wh-1"]
    assert found["device"] == {"names": ["d-1"]}


def test_whatever_moves_stock_may_concern_a_discrepancy(web):
    with listening(web) as stream:
        add_change(web.database, "stock", '{"sites":["wh-1"]}')
        web.live.notify()
        assert [line for line in stream.block() if line != ": beat"] == ["event: discrepancy", "data: {}"]
        assert stream.event() == ("stock", {"sites": ["wh-1"]})


def test_a_change_by_another_program_is_told_too(web):
    with listening(web) as stream:
        add_change(web.database, "stock", '{"sites":["st-1"]}')
        assert stream.event() == ("stock", {"sites": ["st-1"]})


def test_a_screen_that_comes_back_gets_what_it_missed_and_then_what_comes(web):
    with listening(web) as stream:
        add_change(web.database, "stock", '{"sites":["wh-1"]}')
        web.live.notify()
        assert stream.event() == ("stock", {"sites": ["wh-1"]})
        seen = stream.last_id
    for _ in range(3):
        add_change(web.database, "quarantine", '{"count":1}')
    with listening(web, last_event_id=seen) as stream:
        assert stream.event() == ("quarantine", {"count": 3})
        add_change(web.database, "device", '{"names":["d-1"]}')
        web.live.notify()
        assert stream.event() == ("device", {"names": ["d-1"]})


def test_many_changes_of_one_topic_are_told_as_one_and_no_site_is_left_out(web):
    first = add_change(web.database, "stock", '{"sites":["s-0"],"facts":1}')
    with web.database.write() as connection:
        rows = [{"at": 0, "topic": "stock", "data": f'{{"sites":["s-{n % 7}"],"facts":1}}'} for n in range(1, 1300)]
        connection.execute(schema.change.insert(), rows)
    told, sites = 0, set()
    with listening(web, last_event_id=f"{web.database.generation}:{first - 1}") as stream:
        while told < 1300:
            name, data = stream.event()
            assert name == "stock"
            told += data["facts"]
            sites |= set(data["sites"])
    assert told == 1300
    assert sites == {f"s-{n}" for n in range(7)}


@pytest.mark.parametrize(
    "last", ["restored:1", "1", "", "x:y", "{generation}:-1", "{generation}:99999999999999999999", "{generation}:0"]
)
def test_a_screen_whose_last_event_is_not_known_any_more_is_told_to_ask_everything_again(tmp_path, last):
    database = make_database(tmp_path)
    for _ in range(3):
        add_change(database, "stock", "{}")
    with database.write() as connection:
        connection.execute(delete(schema.change).where(schema.change.c.id < 3))
    with serving(tmp_path, database=database) as web:
        last_id = last.replace("{generation}", database.generation)
        with listening(web, last_event_id=last_id) as stream:
            assert stream.event() == ("reset", {})
            again = stream.last_id
        with listening(web, last_event_id=again) as stream:
            add_change(database, "stock", '{"sites":["a"]}')
            web.live.notify()
            assert stream.event() == ("stock", {"sites": ["a"]})


def test_a_silent_stream_gives_a_sign_of_life(web):
    with listening(web) as stream:
        assert stream.block() == [": beat"]


def test_a_stream_ends_soon_after_its_session(web):
    with web.client(None) as client:
        client.post("/api/v1/session", json={"user": "admin-1", "password": PASSWORD})
        with client.stream("GET", "/api/v1/events") as answer:
            stream = Stream(answer)
            stream.settle()
            with web.database.write() as connection:
                connection.execute(delete(schema.session))
            assert stream.event() is None
    eventually(lambda: web.live.screens == 0)


@pytest.mark.parametrize("change", ["disabled", "other role", "token renewed"])
def test_a_stream_does_not_outlive_the_rights_that_it_was_opened_with(web, change):
    role = Role.AUDITOR if change == "token renewed" else None
    with web.client(role) as client:
        if role is None:
            client.post("/api/v1/session", json={"user": "admin-1", "password": PASSWORD})
        with client.stream("GET", "/api/v1/events") as answer:
            stream = Stream(answer)
            stream.settle()
            with web.database.write() as connection:
                if change == "disabled":
                    connection.execute(update(schema.user).values(disabled_at=1))
                elif change == "other role":
                    connection.execute(update(schema.user).values(role="auditor"))
                else:
                    users.add_token(connection, "token-auditor", Role.AUDITOR, now=0)
            assert stream.event() is None


def test_a_screen_that_goes_away_is_forgotten(web):
    with listening(web):
        assert web.live.screens == 1
    eventually(lambda: web.live.screens == 0)


def test_the_server_stops_at_once_while_streams_are_open(tmp_path):
    ended = []
    with serving(tmp_path) as web:
        opened = threading.Barrier(4)

        def watch():
            with listening(web) as stream:
                opened.wait(10)
                ended.append(stream.event())

        threads = [threading.Thread(target=watch) for _ in range(3)]
        for thread in threads:
            thread.start()
        opened.wait(10)
        began = time.monotonic()
    took = time.monotonic() - began
    for thread in threads:
        thread.join(10)
    assert ended == [None] * 3
    assert took < 1.9


def test_one_user_cannot_take_the_room_of_all_screens(web, monkeypatch):
    monkeypatch.setattr(live, "MOST_EACH", 1)
    with listening(web), listening(web, role=Role.ADMIN), web.client(Role.AUDITOR) as client:
        assert client.get("/api/v1/events").status_code == 503


def test_a_screen_that_takes_nothing_is_dropped_when_its_queue_is_full_and_others_go_on(tmp_path):
    async def scene():
        database = make_database(tmp_path)
        feed = LiveFeed(database, lambda: START_MS, pace_s=0.0)
        await feed.start()
        slow, quick = feed.join(EVERYTHING), feed.join(EVERYTHING)
        heard = asyncio.Queue()

        async def listen():
            async for message in feed.messages(quick, None, lambda: True):
                if b"event: stock" in message:
                    heard.put_nowait(message)

        task = asyncio.create_task(listen())
        for n in range(QUEUE + 1):
            add_change(database, "stock", f'{{"n":{n}}}')
            feed.notify()
            async with asyncio.timeout(10):
                await heard.get()
        assert slow.ended.is_set()
        assert slow.queue.qsize() == QUEUE
        assert not quick.ended.is_set()
        await feed.stop()
        await task
        database.close()

    asyncio.run(scene())


def test_a_screen_gives_what_it_has_in_order():
    async def scene():
        screen = Screen()
        assert await screen.take(0) is None
        for n in range(3):
            screen.give(b"%d" % n)
        assert [await screen.take(1) for _ in range(3)] == [b"0", b"1", b"2"]
        screen.ended.set()
        assert await screen.take(60) is None

    asyncio.run(scene())


def test_a_client_that_reads_nothing_does_not_hold_up_the_hub(web):
    token = web.tokens[Role.AUDITOR]
    host, port = web.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
        deaf.sendall(request.encode())
        eventually(lambda: web.live.screens == 1)
        with listening(web) as stream:
            for n in range(20):
                add_change(web.database, "stock", json.dumps({"sites": [f"{n}-" + "x" * 20_000]}))
                web.live.notify()
                assert stream.event()[0] == "stock"
        assert web.get("/health")["status"] == "ok"


def test_data_on_several_lines_cannot_forge_an_event():
    message = event("stock", {"sites": ["a\n\nevent: reset\ndata: {}"]}, "g:1")
    assert message.count(b"\n\n") == 1
    assert message.count(b"\nevent:") == 1
