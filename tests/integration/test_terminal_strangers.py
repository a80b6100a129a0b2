"""Who may be in a site's Wi-Fi, at the door of its terminal's handhelds: strangers who hold it, and rubbish."""

import contextlib
import signal
import socket
import ssl
import struct
from unittest.mock import Mock

import httpx
import pytest

from edge.terminal import BURST, EACH_S, Allowance
from edge.ui.patience import MOST_EACH, PatientProtocol
from tests.support.edge_agent import AgentProcess
from tests.support.terminal import Here


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    place = Here(tmp_path_factory.mktemp("strangers"))
    with AgentProcess(place.config) as agent:
        place.agent = agent
        agent.says("ready")
        with place.page():
            yield place
        agent.kill(signal.SIGTERM)
        assert agent.ended() == 0


def stranger(here):
    """A connection to the handhelds' door that says nothing."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", here.tls_port), timeout=10)
    try:
        return trusting.wrap_socket(plain)
    except OSError:
        plain.close()
        raise


def test_one_source_has_its_share_of_the_door_and_the_screen_is_served_meanwhile(here):
    with contextlib.ExitStack() as held:
        silent = [held.enter_context(stranger(here)) for _ in range(MOST_EACH)]
        with contextlib.suppress(OSError), stranger(here) as one_more:
            assert one_more.recv(1) == b""
        assert httpx.get(here.url).status_code in {200, 503}  # 503: the page was not built
        silent.pop().close()
        with httpx.Client(verify=False, transport=httpx.HTTPTransport(verify=False, retries=3)) as handheld:
            assert handheld.get(here.tls_url).status_code == 401


def test_a_connection_that_asks_nothing_is_closed_and_one_that_was_served_may_stay_for_a_while():
    asked = PatientProtocol.__new__(PatientProtocol)
    asked.connections, asked.transport, asked.loop = {asked}, Mock(), Mock()
    asked.cycle = Mock(response_complete=False)
    asked._look(asked.cycle)
    asked.transport.close.assert_not_called()
    asked.cycle.response_complete = True
    asked._look(None)
    asked.transport.close.assert_not_called()
    asked._look(asked.cycle)
    asked.transport.close.assert_called_once()


def test_a_page_that_never_stops_is_taken_at_the_pace_of_a_scanner():
    allowance, now = Allowance(), 1000.0
    assert [allowance.wait_s(now) for _ in range(BURST)] == pytest.approx([0.0] * BURST)
    for _ in range(1000):
        now += allowance.wait_s(now)
    assert now - 1000 == pytest.approx(1000 * EACH_S)
    assert allowance.wait_s(now + 2 * BURST * EACH_S) == 0


@pytest.mark.parametrize("form", [b"", b"t=x&name=y", b"&".join([b"t=1"] * 500), b"t=" + b"x" * 9000, b"t=%00"])
def test_a_form_without_a_link_pairs_nobody(here, form):
    own = {"Origin": here.tls_url, "Content-Type": "application/x-www-form-urlencoded"}
    with httpx.Client(verify=False) as handheld:
        answer = handheld.post(f"{here.tls_url}/pair", content=form, headers=own)
        assert answer.status_code in {410, 413}
        assert "set-cookie" not in answer.headers
        odd = {"Cookie": b"__Host-relay-terminal=\xff\xfe"}
        assert handheld.get(here.tls_url, headers=odd).status_code == 401
    assert httpx.get(f"{here.url}/pairings").json() == []


@pytest.mark.parametrize("host", ["", "10.0.0.9", "127.0.0.1@evil.example", "[::1", "127.0.0.1.evil.example"])
def test_the_handhelds_door_answers_to_no_name_that_is_not_this_machines(here, host):
    with httpx.Client(verify=False) as handheld:
        assert handheld.get(here.tls_url, headers={"Host": host}).status_code == 400


def test_rubbish_and_sockets_that_hang_up_fill_no_log(here):
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    upgrade += f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nHost: 127.0.0.1:{here.port}\r\n"
    for origin in ("http://evil.example", here.url):
        with socket.create_connection(("127.0.0.1", here.port)) as gone:
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it resets
            gone.sendall(f"GET /live HTTP/1.1\r\nOrigin: {origin}\r\n{upgrade}\r\n".encode())
    with stranger(here) as rude:
        rude.sendall(b"rubbish\r\n\r\n")
        assert b" 400 " in rude.recv(1000)
    assert httpx.get(here.url).status_code in {200, 503}
    assert here.agent.named("text") == []
