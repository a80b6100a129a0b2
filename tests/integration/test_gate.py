"""The broker follows the database: also over time, while it is down, and when a rule could not be written at once."""

import os
import signal
import socket
import ssl
import threading
import time
from datetime import UTC, datetime

import pytest
from cryptography import x509

from deploy.newcomer import LOOPBACK, Newcomer, trusting
from hub.admission import Admission, invite, open_authority
from hub.config import Listen
from hub.errors import BrokerError
from hub.floodgate import Floodgate
from hub.gate import Gate
from hub.mosquitto import Mosquitto
from hub.store.database import Database
from tests.support.hubweb import Clock, make_database
from tests.support.listening import LET_IN, connect_packet, knock, tls_client
from tests.support.mqtt import until
from wire.joining import SERVER_NAME

HOUR, DAY = 3_600_000, 86_400_000


class Post:
    """A gate with its broker, and who admits devices to it; its clock stands still until it is moved."""

    def __init__(self, folder, database=None):
        self.database = database or make_database(folder)
        self.clock = Clock(time.time_ns() // 1_000_000)
        self.authority = open_authority(self.database)
        self.folder = folder / "broker"
        self.gate = Gate(self.database, self.folder, lambda: {"hub.example.org"}, self.clock)
        entrance = self.gate.open(self.authority, Listen(host=LOOPBACK, port=0))
        self.mosquitto = Mosquitto(self.folder, 0, self.gate.passwords, entrance)
        self.gate.guard(self.mosquitto)
        self.port = self.mosquitto.entrance_port
        self.admission = Admission(
            self.database, self.authority, mqtt_port=self.port, clock=self.clock, changed=self.gate.reload
        )

    def newcomer(self, name):
        invited = invite(self.database, self.authority, name, None, now=self.clock(), ms=HOUR)
        device = Newcomer()
        joined = self.admission.join(invited.code.secret, device.request(), source="192.0.2.1")
        device.name, device.certificate, device.authority = name, joined.certificate, joined.authority
        return device

    def pass_time(self, ms):
        self.clock.now += ms
        self.gate._tend_at = 0
        self.gate.tend()

    def revoke(self, name):
        with self.database.write() as connection:
            connection.exec_driver_sql(
                "UPDATE certificate SET revoked_at = 1 WHERE device_id = (SELECT id FROM device WHERE name = ?)",
                (name,),
            )

    def shown(self):
        """The server certificate (DER) as the broker shows it."""
        context = trusting(self.authority.pem)
        with (
            socket.create_connection((LOOPBACK, self.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=SERVER_NAME) as tls,
        ):
            return tls.getpeercert(binary_form=True)

    def end(self):
        self.mosquitto.stop()
        self.database.close()


@pytest.fixture
def post(tmp_path):
    made = Post(tmp_path)
    yield made
    made.end()


def test_the_server_certificate_is_made_anew_in_time_and_nobody_is_disconnected(post, tmp_path):
    client = tls_client(post.port, post.newcomer("van-1").context(tmp_path))
    first = post.shown()
    post.pass_time(59 * DAY)
    assert post.shown() == first
    post.pass_time(2 * DAY)
    until(lambda: post.shown() != first, "the broker shows the new certificate")
    assert ssl.PEM_cert_to_DER_cert((post.folder / "server.pem").read_text()) == post.shown()
    assert not client.gone
    client.close()


def test_the_https_door_shows_the_new_server_certificate_too(post):
    def shown():
        to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = trusting(post.authority.pem).wrap_bio(to_client, to_server, server_hostname=SERVER_NAME)
        server = post.gate.context.wrap_bio(to_server, to_client, server_side=True)
        for end in (client, server):
            with pytest.raises(ssl.SSLWantReadError):
                end.do_handshake()
        client.do_handshake()
        return client.getpeercert(binary_form=True)

    first = shown()
    post.pass_time(61 * DAY)
    assert shown() != first


def test_a_server_certificate_made_by_a_clock_that_stood_far_ahead_is_made_anew_when_it_is_set(post):
    post.pass_time(10 * 365 * DAY)
    far = post.shown()
    post.pass_time(-10 * 365 * DAY)
    until(lambda: post.shown() != far, "the broker shows another certificate")
    now = datetime.fromtimestamp(post.clock() / 1000, UTC)
    assert x509.load_der_x509_certificate(post.shown()).not_valid_before_utc < now


def test_a_clock_that_falls_back_to_1970_keeps_nobody_from_being_thrown_out(post, tmp_path):
    client = tls_client(post.port, post.newcomer("van-1").context(tmp_path))
    first, now = post.shown(), post.clock()
    post.revoke("van-1")
    post.pass_time(1000 - now)
    until(lambda: client.gone, "it is cut off")
    assert post.shown() == first
    client.close()


def test_a_new_server_certificate_that_could_not_be_written_is_made_again(post):
    first = post.shown()
    in_the_way = post.folder / "server.pem.new"
    in_the_way.mkdir()
    with pytest.raises(BrokerError, match="server"):
        post.pass_time(61 * DAY)
    in_the_way.rmdir()
    post.pass_time(1)
    until(lambda: post.shown() != first, "the broker shows the new certificate")


def test_who_is_connected_when_the_certificate_ends_is_cut_off(post, tmp_path):
    client = tls_client(post.port, post.newcomer("van-1").context(tmp_path))
    post.pass_time(364 * DAY)
    assert not client.gone
    post.pass_time(2 * DAY)
    until(lambda: client.gone, "it is cut off")
    client.close()


def test_a_device_revoked_while_the_broker_is_down_is_not_let_in_when_it_is_back(post, tmp_path):
    context = post.newcomer("van-1").context(tmp_path)
    other = post.newcomer("van-2").context(tmp_path)
    before = post.mosquitto.pid
    os.kill(before, signal.SIGKILL)
    until(lambda: post.mosquitto.pid != before, "the broker is gone")
    post.revoke("van-1")
    post.gate.reload()
    until(lambda: _knock_or_nothing(post.port, other) == LET_IN, "the broker is back")
    assert knock(post.port, context) == b""


def _knock_or_nothing(port, context):
    try:
        return knock(port, context)
    except OSError:
        return b""


def test_a_revocation_that_could_not_be_written_is_made_good(post, tmp_path):
    client = tls_client(post.port, post.newcomer("van-1").context(tmp_path))
    in_the_way = post.folder / "acl.new"
    in_the_way.mkdir()
    post.revoke("van-1")
    with pytest.raises(BrokerError, match="acl"):
        post.gate.reload()
    in_the_way.rmdir()
    post.pass_time(1)
    until(lambda: client.gone, "it is cut off")
    client.close()


def test_who_was_cut_off_before_the_new_rules_were_known_to_be_in_force_is_cut_off_again(post, monkeypatch):
    post.newcomer("van-1")
    cut, in_force = [], [True, False]
    monkeypatch.setattr("hub.gate.take_over", lambda _address, name, *_, **__: cut.append(name) is None)
    monkeypatch.setattr("hub.gate._in_force", lambda _probe: in_force.pop())
    post.revoke("van-1")
    post.gate.reload()
    post.gate.tend()
    post.gate.tend()
    assert cut == ["van-1", "van-1"]


def test_devices_that_flood_together_are_shut_out_together(post, monkeypatch):
    for name in ("van-1", "van-2"):
        post.newcomer(name)
    reloads, reload = [], post.mosquitto.reload
    monkeypatch.setattr(post.mosquitto, "reload", lambda: reloads.append(1) or reload())
    floodgate = Floodgate(lambda: None)
    floodgate.gate = post.gate
    for name in ("van-1", "van-2", "van-1"):
        floodgate.flooding(name)
    floodgate.tend()
    assert reloads == [1]
    assert "user van-" not in (post.folder / "acl").read_text()


def test_the_next_start_knows_who_joined_and_who_was_revoked(tmp_path):
    first = Post(tmp_path)
    papers = {name: first.newcomer(name).context(tmp_path) for name in ("a", "b")}
    first.revoke("b")
    first.end()
    again = Post(tmp_path, Database.open(tmp_path / "hub.db"))
    assert again.authority.pem == first.authority.pem
    assert [knock(again.port, papers[name]) for name in ("a", "b")] == [LET_IN, b""]
    again.end()


def test_many_changes_at_once_are_all_in_force_when_each_of_them_returns(post, tmp_path):
    refused, guard = [], threading.Lock()

    def join(number):
        context = post.newcomer(f"van-{number}").context(tmp_path)
        if knock(post.port, context) != LET_IN or f"user van-{number}\n" not in (post.folder / "acl").read_text():
            with guard:
                refused.append(number)

    threads = [threading.Thread(target=join, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not refused


def test_the_rules_are_for_the_hubs_own_user_alone(post):
    post.newcomer("van-1")
    modes = {path.name: path.stat().st_mode & 0o777 for path in post.folder.iterdir() if path.is_file()}
    assert {name for name, mode in modes.items() if mode & 0o077} <= {"mosquitto.log"}
    assert {"server-key.pem", "taken-back.pem", "acl", "passwords"} <= set(modes)


def test_a_packet_that_is_larger_than_allowed_ends_the_connection_that_sent_it_only(post, tmp_path):
    contexts = [post.newcomer(name).context(tmp_path) for name in ("van-1", "van-2")]
    quiet = tls_client(post.port, contexts[0])
    with (
        socket.create_connection((LOOPBACK, post.port), timeout=10) as plain,
        contexts[1].wrap_socket(plain, server_hostname=SERVER_NAME) as tls,
    ):
        tls.sendall(connect_packet())
        assert tls.recv(4) == LET_IN
        tls.sendall(b"\x30\xff\xff\xff\x7f")  # a PUBLISH of 256 MiB begins
        assert _rest(tls) == b""
    assert not quiet.gone
    quiet.close()


def _rest(tls):
    try:
        return tls.recv(100)
    except (ssl.SSLError, ConnectionError):
        return b""
