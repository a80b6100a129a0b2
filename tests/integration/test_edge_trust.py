"""Whom a device trusts: its own hub by the name it bears, whatever the device's clock says, and nobody else.

Instead of the machine's clock the certificates' dates are moved: for OpenSSL it is the same whether the device is in
1970 and the hub in 2026, or the device in 2026 and the hub in 2082.
"""

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from edge.door import Door, DoorError
from edge.identity import saw
from edge.link import CONNECT_S, Link, LinkError
from edge.parties import HubSettings
from edge.trial import knock
from tests.support.authority import CLIENT, DAY, SERVER, Authority, TlsServer, ms
from wire.joining import SERVER_NAME, Code

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority():
    return Authority()


def settings(port, identity):
    return HubSettings(host="127.0.0.1", port=port, username="", password="", identity=identity.folder)


def refused(hub):
    """What the device says of a server that it does not trust."""
    wake = socket.socketpair()
    try:
        with pytest.raises(LinkError) as caught:
            Link(hub, client_id="device", will=None, topics=("a",), wake=wake[0].fileno())
    finally:
        for end in wake:
            end.close()
    return str(caught.value)


@pytest.mark.parametrize(
    ("begin", "end"),
    [(datetime(2082, 1, 1, tzinfo=UTC), datetime(2083, 1, 1, tzinfo=UTC)), (NOW - 30 * DAY, NOW - DAY)],
    ids=["a device that is 56 years behind", "a device whose clock is past the end of the hub's certificate"],
)
def test_a_wrong_clock_keeps_no_device_from_its_hub(authority, tmp_path, begin, end):
    identity = authority.identity(tmp_path / "identity", begin=begin, end=end)
    with TlsServer(tmp_path, authority.server(begin=begin, end=end)) as hub:
        knock(settings(hub.port, identity))


def test_a_certificate_that_ended_before_the_hub_was_last_heard_is_refused_before_a_word_is_said(authority, tmp_path):
    identity = authority.identity(tmp_path / "identity", begin=NOW - 9 * DAY)
    with TlsServer(tmp_path, authority.server(begin=NOW - 9 * DAY, end=NOW - 5 * DAY)) as hub:
        knock(settings(hub.port, identity))
        saw(identity, ms(NOW - 4 * DAY))
        assert "certificate that ended" in refused(settings(hub.port, identity))
        assert hub.heard == b""


def _other_authority(authority):
    return Authority().server()


def _same_name_of_another_key(authority):
    return Authority("test hub").server()


def _device_as_hub(authority):
    return authority.issue(SERVER_NAME, CLIENT, names=(SERVER_NAME,))


def _device_named_like_the_hub(authority):
    return authority.issue(SERVER_NAME, CLIENT)


def _name_in_the_subject_only(authority):
    return authority.issue(SERVER_NAME, SERVER)


def _another_server(authority):
    return authority.issue("printer", SERVER, names=("localhost", "printer"))


@pytest.mark.parametrize(
    "pair",
    [
        _other_authority,
        _same_name_of_another_key,
        _device_as_hub,
        _device_named_like_the_hub,
        _name_in_the_subject_only,
        _another_server,
    ],
)
def test_whoever_is_not_the_hub_is_refused_before_a_word_is_said(authority, tmp_path, pair):
    identity = authority.identity(tmp_path / "identity")
    with TlsServer(tmp_path, pair(authority)) as other:
        said = refused(settings(other.port, identity))
        assert "is not the hub that this device joined" in said
        assert other.heard == b""


@pytest.mark.parametrize(("end", "word"), [(NOW - DAY, "expired"), (NOW + DAY, "refused")])
def test_a_hub_that_refuses_the_certificate_is_quoted(authority, tmp_path, end, word):
    ours = authority if word == "expired" else Authority()
    identity = ours.identity(tmp_path / "identity", begin=NOW - 5 * DAY, end=end)
    identity.authority.write_text(authority.pem)
    with TlsServer(tmp_path, authority.server(), authority=authority) as hub, pytest.raises(LinkError) as caught:
        knock(settings(hub.port, identity))
    assert caught.value.refusal == word
    assert "relay-edge join" in str(caught.value)


def test_what_does_not_speak_tls_is_no_hub(authority, tmp_path):
    identity = authority.identity(tmp_path / "identity")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(CONNECT_S)

        def answer():
            plain, _ = server.accept()
            with plain, suppress(OSError):
                plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                plain.recv(4096)

        thread = threading.Thread(target=answer)
        thread.start()
        said = refused(settings(server.getsockname()[1], identity))
        thread.join()
    assert "does not speak TLS as the hub does" in said


def test_a_key_that_cannot_be_used_is_said_and_not_raised_as_anything_else(authority, tmp_path):
    identity = authority.identity(tmp_path / "identity")
    identity.key.write_bytes(b"rubbish")
    assert "join the hub again" in refused(settings(9, identity))


@pytest.mark.parametrize("host", ["hub..example.org", "h" * 64])
def test_a_host_that_no_name_can_be_is_said_in_words(authority, tmp_path, host):
    identity = authority.identity(tmp_path / "identity")
    with pytest.raises(LinkError, match="cannot reach the hub"):
        knock(replace(settings(1, identity), host=host))
    with pytest.raises(DoorError, match="is no address"):
        Door(host, 1).authority(Code(secret="0" * 8, fingerprint="0" * 16))
