"""What the HTTP doors do with bombs, half truths and texts that should not be shown: refuse them in one form."""

import contextlib
import gzip
import re
import socket
import struct
import zlib

import pytest
from structlog.testing import capture_logs

from hub.core.access import OPEN, RULES
from hub.core.viewer import Role
from tests.support.hubweb import serving

MIB = 1024 * 1024 - 100
WRITING = sorted({key for key in (*OPEN, *RULES) if key[0] in ("POST", "PUT", "PATCH")})
BOMBS = {
    "brackets": b"[" * MIB,
    "objects": b'{"a":' * 200_000,
    "closed brackets": b"[" * 200_000 + b"]" * 200_000,
    "a long number": b'{"code":' + b"9" * (MIB - 10) + b"}",
    "an endless number": b'{"code":1e999999999,"csr":NaN,"signature":-Infinity}',
    "a key twice": b'{"code":"a","code":["b"],"name":1,"name":"x"}',
    "half a surrogate": b'{"code":"\\ud800","csr":"x","user":"\\ud800","password":"\\ud800","name":"\\ud800"}',
    "no UTF-8": b'{"code":"\xff\xfe"}',
    "UTF-16": '{"code":"x"}'.encode("utf-16"),
    "zeros": b"\0" * 1000,
}
COMPRESSED = {
    "gzip": gzip.compress(b'{"user":"admin-1","password":"' + b"x" * 10 * MIB + b'"}'),
    "deflate": zlib.compress(b"[" * 10 * MIB),
    "br": b"\x8b\xff\xff",
    "zstd": b"\x28\xb5\x2f\xfd" + b"\0" * 100,
}


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("hub")) as server:
        yield server


def send(client, method, template, body, **headers):
    path = re.sub(r"\{.*\}", "van-1", template)
    return client.request(method, path, content=body, headers={"Content-Type": "application/json"} | headers)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_of_json_is_refused_by_every_route_that_takes_a_body(web, bomb):
    with web.client(Role.ADMIN) as client, capture_logs() as logged:
        for method, template in WRITING:
            answer = send(client, method, template, BOMBS[bomb])
            assert 400 <= answer.status_code < 500, (method, template)
            assert answer.json()["error"]["code"]
    assert [line for line in logged if line["event"] == "request-broke"] == []


@pytest.mark.parametrize("coding", COMPRESSED)
def test_what_is_compressed_is_never_unpacked(web, coding):
    with web.client(Role.ADMIN) as client:
        for method, template in WRITING:
            answer = send(client, method, template, COMPRESSED[coding], **{"Content-Encoding": coding})
            assert (answer.status_code, answer.json()["error"]["code"]) == (415, "encoded"), (method, template)
            if len(COMPRESSED[coding]) < MIB:
                assert 400 <= send(client, method, template, COMPRESSED[coding]).status_code < 500


def raw(web, data):
    """All that is said until the hub ends the connection; ours stays open, so nothing can go unsaid."""
    host, port = web.url.removeprefix("http://").split(":")
    said = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection, contextlib.suppress(OSError):
        connection.sendall(data)
        while more := connection.recv(65536):
            said += more
    return said


HEAD = b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   ",
        HEAD + b"Content-Length: -1\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
        HEAD + b"X\x00Y: 1\r\n\r\n",
        b"POST /api/v1/session HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01" + struct.pack(">H", 512) + b"\x01" * 512,
    ],
    ids=["lengths", "minus", "coding", "header", "zero", "no host", "path", "tls"],
)
def test_a_request_that_can_be_read_in_two_ways_or_has_no_end_is_refused(web, data):
    said = raw(web, data)
    assert said.startswith(b"HTTP/1.1 4") or said == b""
    assert b" 200 " not in said
    assert said.count(b"HTTP/1.1 ") <= 1


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_what_follows_a_request_with_two_ends_is_not_read_as_a_request(web, method):
    head = HEAD.replace(b"POST", method.encode()) + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    said = raw(web, head + b"0\r\n\r\nGET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b'"two-ends"' in said
    assert said.count(b"HTTP/1.1 ") == 1


def test_a_name_with_lines_and_escapes_in_it_is_refused_and_logged_in_one_line(web):
    nasty = "ana\r\n2026 [info] signed in\x1b[2J"
    with web.client(None) as client, capture_logs() as logged:
        answer = client.post("/api/v1/session", json={"user": nasty, "password": "x"})
        assert answer.status_code in {401, 422}
        client.post("/api/v1/join", json={"code": nasty[:8], "csr": nasty})
        client.get("/api/v1/trace", params={"code": nasty})
    assert [value for line in logged for value in line.values() if value == nasty] == []
    assert "\x1b" not in answer.text


UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
UPGRADE += b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"


def test_who_asks_for_a_socket_and_hangs_up_or_sends_rubbish_fills_no_log(web, caplog):
    host, port = web.url.removeprefix("http://").split(":")
    with capture_logs() as logged:
        for _ in range(20):
            with socket.create_connection((host, int(port))) as gone:
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it resets
                gone.sendall(b"GET /api/v1/positions/live HTTP/1.1\r\nHost: 127.0.0.1\r\n" + UPGRADE)
        for path in (b"/api/v1/positions/live", b"/nowhere"):
            assert b" 40" in raw(web, b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + UPGRADE)
        assert b" 400 " in raw(web, b"rubbish\r\n\r\n")
    assert [line["event"] for line in logged] == []
    assert [line.getMessage() for line in caplog.records if line.levelname not in {"DEBUG", "INFO"}] == []


def test_no_route_upgrades_to_another_protocol(web):
    upgrade = b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
    upgrade += b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    said = raw(web, upgrade + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 4")
    assert b" 101 " not in said
    assert b"permessage-deflate" not in said
