"""The socket of live positions: who may open it, what it tells, and when it ends."""

import json
import socket
import time
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest
from sqlalchemy import delete, update
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from hub import patience
from hub.api import fanout
from hub.api.models.devices import Positions
from hub.api.routes import live_positions
from hub.core.viewer import Role
from hub.store import schema
from tests.support.hubdata import feeding
from tests.support.hubdata import fix as stored_fix
from tests.support.hubweb import PASSWORD, START_MS, serving
from tests.support.mqtt import until
from tests.unit.test_core_vehicles import unpack
from wire.messages import Fix, Lane, Now, Quality

HANDSHAKE = (
    b"GET /api/v1/positions/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: relay-positions-v1\r\n"
)
was = patience.PatientSocket.connection_lost
COUNTY = [104, 29, 106, 31]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_positions, "WELCOME_S", 0.05)
        patch.setattr(fanout, "BEAT_S", 0.05)
        patch.setattr(fanout, "REFRESH_S", 0.05)
        with serving(tmp_path_factory.mktemp("positions")) as server:
            yield server


@pytest.fixture
def web(served):
    """One server for all, where no vehicle is seen."""
    positions = served.services.positions
    until(lambda: positions.watchers == 0, "the maps of the test before are gone")
    with positions._lock:
        for name in positions._where.names:
            positions._where.forget(name)
    return served


@contextmanager
def opened(web, role=Role.AUDITOR, view=COUNTY, **headers):
    """An open socket that shows the county."""
    headers |= {} if role is None else bearer(web, role)
    with dial(web, headers) as opening:
        if view is not None:
            opening.send(json.dumps({"view": view, "zoom": 8}))
        yield Map(opening)


def bearer(web, role):
    return {"Authorization": f"Bearer {web.tokens[role]}"}


def dial(web, headers, protocols=("relay-positions-v1",)):
    return connect(
        web.url.replace("http:", "ws:") + "/api/v1/positions/live", subprotocols=protocols or None,
        additional_headers=headers, compression=None, proxy=None, close_timeout=1,
    )  # fmt: skip


class Map:
    """Keeps what a map would show."""

    def __init__(self, socket):
        self.socket = socket
        self.names, self.here, self.kinds = {}, {}, []

    def read(self):
        """Take one frame, and the names before it."""
        while isinstance(message := self.socket.recv(timeout=10), str):
            self.names |= dict(json.loads(message)["names"])
        kind, _, found = unpack(message)
        self.kinds.append(kind)
        if kind == 0:
            self.here.clear()
        for number, *rest in zip(*(found[name] for name in ("id", "lat", "lon", "age")), strict=True):
            self.here[self.names[number]] = rest
        for number in found["gone"]:
            self.here.pop(self.names.get(number), None)

    def until(self, condition):
        deadline = time.monotonic() + 10
        while not condition(self.here):
            assert time.monotonic() < deadline, self.here
            self.read()

    def end(self):
        """The code that the hub closed it with."""
        try:
            for _ in range(100_000):
                self.socket.recv(timeout=10)
        except ConnectionClosed as end:
            return end.rcvd.code


def drive(web, name, lat, lon, at=START_MS, **more):
    fix = Fix(at=at, up=0, t=at, lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7), **more)
    web.services.positions.shown(name, Now(at=at, fix=fix), START_MS)


def test_a_map_is_told_what_is_in_its_view_and_then_what_moves_comes_and_goes(web):
    for name, lat in (("van-1", 30), ("van-2", 30.5), ("far", 50)):
        drive(web, name, lat, 105, START_MS - 36_000_000)
    with opened(web) as shown:
        shown.until(lambda here: here.keys() == {"van-1", "van-2"})
        assert set(shown.names.values()) == {"van-1", "van-2"}
        drive(web, "van-1", 30.0001, 105, START_MS + 1)
        drive(web, "far", 50.0001, 105, START_MS + 1)
        shown.until(lambda here: here["van-1"][0] == 300_001_000)
        drive(web, "van-2", 40, 105)
        drive(web, "van-3", 29.9, 105)
        shown.until(lambda here: here.keys() == {"van-1", "van-3"})
        assert shown.kinds[0] == 0
        assert set(shown.kinds[1:]) == {1}
        shown.socket.send(json.dumps({"view": [104, 39, 106, 41], "zoom": 8}))
        shown.until(lambda here: here.keys() == {"van-2"})
        assert shown.kinds.count(0) == 2


def test_a_map_that_names_no_view_is_shown_the_world(web, monkeypatch):
    monkeypatch.setattr(fanout, "PATIENCE_S", 0.0)
    drive(web, "van-1", 30, 105)
    drive(web, "van-2", -30, -105)
    with opened(web, view=None) as shown:
        shown.until(lambda here: here.keys() == {"van-1", "van-2"})


def test_what_is_not_good_by_itself_is_not_shown(web):
    drive(web, "a", 0, 0)
    drive(web, "b", 30, 105, START_MS + 10**9)
    drive(web, "c", 30, 105, quality=Quality.SIMULATED)
    web.services.positions.shown("d", Now(at=0), START_MS)
    drive(web, "e", 30, 105)
    with opened(web, view=[-180, -90, 180, 90]) as shown:
        shown.until(lambda here: here.keys() == {"e"})


def test_stored_positions_are_shown_at_once_and_a_device_that_was_taken_out_is_not(web):
    web.services.positions._stored = {}
    with feeding(web.database) as feeder:
        feeder.send("van-1", [stored_fix(1, 30, 105)], lane=Lane.TELEMETRY)
        feeder.send("van-2", [stored_fix(2, 30.5, 105)], lane=Lane.TELEMETRY)
    with opened(web) as shown:
        shown.until(lambda here: here.keys() == {"van-1", "van-2"})
        for row in Positions.model_validate(web.get("/positions")).model_dump(mode="json")["positions"]:
            assert shown.here[row["device"]][:2] == [round(row["lat"] * 1e7), round(row["lon"] * 1e7)]
        with web.database.write() as connection:
            connection.execute(update(schema.device).where(schema.device.c.name == "van-1").values(removed_at=1))
        shown.until(lambda here: here.keys() == {"van-2"})


def test_a_map_where_nothing_moves_is_told_that_the_hub_is_there(web):
    with opened(web) as shown:
        for _ in range(3):
            shown.read()
        assert shown.kinds == [0, 1, 1]


@pytest.mark.soak
def test_a_map_that_lags_behind_is_given_a_snapshot_instead_of_a_queue(tmp_path):
    with serving(tmp_path) as web, opened(web) as shown:
        shown.read()
        count = 4000
        deadline = time.monotonic() + 20
        feed = web.services.positions
        tick = 0
        while not any(watcher.behind for watcher in feed._watchers):  # its reader sleeps, and its buffers fill
            assert time.monotonic() < deadline
            tick += 1
            for number in range(count):
                drive(web, f"v{number}", 30, 105, START_MS + tick)
            time.sleep(0)
        shown.until(lambda here: here.get("v0", [0, 0, 1])[2] == 0 and shown.kinds.count(0) > 1)
        assert len(shown.here) == count


@pytest.mark.parametrize(
    ("role", "headers", "status", "code"),
    [
        (None, {}, 401, "sign-in"),
        (Role.STAFF, {}, 403, "not-allowed"),
        (Role.COURIER, {}, 403, "not-allowed"),
    ],
)
def test_who_may_not_have_it_is_told_why_before_there_is_a_socket(web, role, headers, status, code):
    headers = headers | ({} if role is None else bearer(web, role))
    with pytest.raises(InvalidStatus) as refused, dial(web, headers):
        pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["code"] == code
    assert web.services.positions.watchers == 0


def test_it_is_not_opened_by_a_name_that_the_hub_does_not_have(web):
    plain = socket.create_connection(("127.0.0.1", int(web.url.rpartition(":")[2])))
    uri = "ws://evil.example/api/v1/positions/live"
    how = {"sock": plain, "additional_headers": bearer(web, Role.ADMIN), "subprotocols": ["relay-positions-v1"]}
    with pytest.raises(InvalidStatus) as refused, connect(uri, proxy=None, **how):
        pass
    assert json.loads(refused.value.response.body)["code"] == "unknown-host"


def test_a_socket_without_our_protocol_is_refused(web):
    with pytest.raises(InvalidStatus) as refused, dial(web, bearer(web, Role.ADMIN), protocols=()):
        pass
    assert json.loads(refused.value.response.body)["code"] == "no-protocol"


def signed_in(web):
    with web.client(None) as client:
        client.post("/api/v1/session", json={"user": "admin-1", "password": PASSWORD})
        return {"Cookie": f"relay_session={client.cookies['relay_session']}"}


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
def test_a_page_of_another_origin_cannot_open_it_with_our_cookie(web, origin):
    headers = signed_in(web) | ({} if origin is None else {"Origin": origin})
    with pytest.raises(InvalidStatus) as refused, dial(web, headers):
        pass
    assert json.loads(refused.value.response.body)["code"] == "other-origin"


def test_our_own_page_opens_it_with_its_cookie_and_it_ends_with_the_session(web):
    with opened(web, None, **signed_in(web), Origin=web.url) as shown:
        shown.read()
        with web.database.write() as connection:
            connection.execute(delete(schema.session))
        assert shown.end() == 4401


NO_VIEWS = [
    "",
    "{}",
    "[]",
    b"\x00\x01",
    '{"view":[0,0,0]}',
    '{"view":[0,0,0,1e9]}',
    '{"view":["a",0,0,0]}',
    "[" * 3000,
    '{"view":[0,0,0,0],"x":' + "[" * 3000,
]


@pytest.mark.parametrize("message", NO_VIEWS)
def test_a_message_that_is_no_view_ends_it_with_a_code_of_its_own(web, message):
    with opened(web) as shown:
        shown.socket.send(message)
        assert shown.end() == 4400


def test_a_message_that_is_too_long_ends_it(web):
    with opened(web) as shown:
        shown.socket.send("x" * 5000)
        assert shown.end() == 1009


def test_too_many_messages_end_it(web):
    with opened(web) as shown:
        for _ in range(live_positions.BURST + 20):
            with suppress(ConnectionClosed):
                shown.socket.send(json.dumps({"view": COUNTY}))
        assert shown.end() == 4429


def test_a_flood_of_pings_ends_it_before_it_holds_up_the_hub(web):
    with opened(web) as shown:
        shown.read()
        ping = b"\x89\x84\0\0\0\0ping"
        with suppress(OSError):
            shown.socket.socket.sendall(ping * (4 * patience.SOCKET_BYTES // len(ping)))
        with pytest.raises((ConnectionClosed, OSError)):
            shown.until(lambda _: False)


def test_who_takes_nothing_keeps_no_connection_after_its_socket_has_ended(web, monkeypatch):
    lost = []
    monkeypatch.setattr(live_positions, "SEND_S", 0.05)
    monkeypatch.setattr(patience, "LEAVE_S", 0.05)
    monkeypatch.setattr(patience.PatientSocket, "connection_lost", lambda self, exc: lost.append(was(self, exc)))
    feed = web.services.positions
    for number in range(3000):
        drive(web, f"v{number}", 30, 105)
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect(("127.0.0.1", int(web.url.rpartition(":")[2])))
        lazy.sendall(HANDSHAKE + f"Authorization: Bearer {web.tokens[Role.ADMIN]}\r\n\r\n".encode())
        until(lambda: feed.watchers == 1, "it watches")

        def gone():
            for watcher in list(feed._watchers):
                watcher.behind = True  # so that each tick has a snapshot for it
            return feed.watchers == 0

        until(gone, "it is served no more")
        until(lambda: lost, "and the connection is closed, though its end is still there")


def test_one_user_cannot_take_all_the_room(web, monkeypatch):
    monkeypatch.setattr(fanout, "MOST_EACH", 2)
    with opened(web), opened(web):
        with pytest.raises(InvalidStatus) as refused, dial(web, bearer(web, Role.AUDITOR)):
            pass
        assert refused.value.response.status_code == 503
        with opened(web, Role.ADMIN) as shown:
            shown.read()
    until(lambda: web.services.positions.watchers == 0, "those that went away are forgotten")


def test_a_plain_request_for_it_is_answered_like_any_address_that_is_none(web):
    with httpx.Client(trust_env=False) as client:
        assert client.get(web.url + "/api/v1/positions/live").status_code == 404


def test_the_server_stops_at_once_while_maps_are_open(tmp_path):
    with ExitStack() as sockets:
        with serving(tmp_path) as web:
            maps = [Map(sockets.enter_context(dial(web, bearer(web, Role.ADMIN)))) for _ in range(3)]
            began = time.monotonic()
        assert time.monotonic() - began < 1.9
        assert {shown.end() for shown in maps} <= {1000, 1001, 1012}
