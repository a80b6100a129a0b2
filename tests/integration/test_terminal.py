"""A terminal's page against a real agent and the real process that serves it."""

import json
import os
import signal
import socket
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from edge.browse import browse
from edge.ui.pairing import COOKIE
from edge.ui.short_path import short
from tests.support.edge_agent import AgentProcess
from tests.support.edge_ports import Device, until
from tests.support.hub_process import HubProcess, cli_json
from tests.support.terminal import Here
from wire.codec import decode_item
from wire.messages import Scan, Void

ACK = b"\x06"


@contextmanager
def running(here):
    with AgentProcess(here.config) as agent:
        agent.says("ready")
        yield agent
        agent.kill(signal.SIGTERM)
        assert agent.ended() == 0


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("terminal")
    scanner = Device(folder / "scanner")
    deep = folder / ("a-data-folder-" * 5) / "whose-path-is-longer-than-a-unix-socket-may-have"
    deep.mkdir(parents=True)
    place = Here(deep, scanners=[scanner.path])
    text = place.config.read_text().replace("[terminal]", f'[terminal]\nscanner = "{scanner.path}"')
    place.config.write_text(text)
    place.scanner = scanner
    with ExitStack() as place.agents:
        begin(place)
        yield place
        place.agent.kill(signal.SIGTERM)
        assert place.agent.ended() == 0
    scanner.unplug()


def begin(place):
    place.agent = place.agents.enter_context(AgentProcess(place.config))
    place.agent.says("ready")


@pytest.fixture
def screen(here):
    with here.page() as opened:
        yield opened


@pytest.fixture
def door(here):
    with httpx.Client(base_url=here.url, headers={"Origin": here.url}) as client:
        yield client


def kept(folder):
    with browse(folder / "data" / "outbox.db") as browser:
        return [(each.stream, each.seq, decode_item(each.item)) for each in browser.items() if each.lane == "facts"]


def paired(here, door, name="handheld"):
    """The cookie of a handheld that was paired by the QR code's link."""
    link = door.post("/pairings").json()
    with httpx.Client(verify=False) as handheld:  # as a browser whose user went on after its warning
        secret = link["url"].partition("?t=")[2]
        assert "<form" in handheld.get(link["url"]).text
        answer = handheld.post(
            f"{here.tls_url}/pair", data={"t": secret, "name": name}, headers={"Origin": here.tls_url}
        )
        assert answer.status_code == 303
    return answer.headers["set-cookie"].partition(";")[0], link


def test_a_scan_is_stored_before_the_page_is_told_so_and_stands_in_its_list(here, screen):
    verdict = screen.scan("]C10109501101530003")
    assert verdict["verdict"] == "stored"
    place = (verdict["stored"]["stream"], verdict["stored"]["seq"])
    assert place in {(stream, seq) for stream, seq, _ in kept(here.folder)}
    assert screen.until("state", lambda state: state["pending"] > 0)["hub"] == "offline"
    with here.page() as again:
        assert again.rows[0]["stored"] == verdict["stored"]


def test_gs_and_any_text_of_a_label_reach_the_outbox_as_they_were_read(here, screen):
    hostile = "]d201095011015300031710\x1d10<script>\u202e'; DROP"
    verdict = screen.scan(hostile)
    assert "\x1d" not in verdict["label"]
    assert "\u202e" not in verdict["label"]
    assert kept(here.folder)[-1][2].labels == (hostile,)


def test_the_same_reading_in_a_burst_counts_once_and_a_mixed_burst_hides_no_verdict(here, screen):
    before = len(kept(here.folder))
    ids = [screen.send(k="scan", data=data, via="wedge") for data in ("A1", "A1", "A1", "B1", "A1", "RR:NO", "C1")]
    rows = [screen.verdict(id_) for id_ in ids]
    assert [row["verdict"] for row in rows] == ["stored"] * 5 + ["refused", "stored"]
    assert [row["repeats"] for row in rows] == [0, 1, 2, 0, 0, 0, 0]
    assert len({row["n"] for row in rows}) == 5
    assert [item.labels[0] for _, _, item in kept(here.folder)[before:]] == ["A1", "B1", "A1", "C1"]
    with here.page() as again:
        assert [row["n"] for row in again.rows[:5]] == sorted({row["n"] for row in rows}, reverse=True)


def test_an_earlier_fact_is_undone_once_and_says_so_in_the_list(here, screen):
    first, second = screen.scan("E1"), screen.scan("E2")
    assert screen.undo(first)["verdict"] == "obeyed"
    rows = screen.until("list")["rows"]
    assert {row["label"]: row["undone"] for row in rows if row["stored"] and row["label"] in {"E1", "E2"}} == {
        "E1": True,
        "E2": False,
    }
    assert screen.undo(first)["verdict"] == "refused"
    voids = [item for _, _, item in kept(here.folder) if isinstance(item, Void)]
    assert [(void.stream, void.seq) for void in voids][-1:] == [(first["stored"]["stream"], first["stored"]["seq"])]
    assert screen.press("RR:UNDO")["verdict"] == "obeyed"
    last = [item for _, _, item in kept(here.folder) if isinstance(item, Void)][-1]
    assert last.seq == second["stored"]["seq"]


def test_practice_never_leaves_the_memory_and_what_was_before_comes_back(here, screen):
    screen.scan("REAL")
    before = kept(here.folder)
    screen.practise(True)
    assert screen.rows == []
    practised = screen.scan("CANARY-7F3A")
    assert practised["stored"] == {"stream": "practice", "seq": 1}
    assert screen.undo(practised)["verdict"] == "obeyed"
    here.scanner.send(b"CANARY-7F3A\r\n")
    assert here.scanner.heard(1) == ACK
    screen.until("verdict", lambda row: row["via"] == "serial")
    screen.practise(False)
    assert screen.rows[0]["label"] == "REAL"
    assert screen.undo(practised)["verdict"] == "refused"
    assert kept(here.folder) == before
    for file in (here.folder / "data").rglob("*"):
        assert not file.is_file() or b"CANARY-7F3A" not in file.read_bytes(), file


def test_a_serial_scanner_and_the_page_are_one_dialogue(here, screen):
    screen.press("RR:DO:move")
    here.scanner.send(b"M1\r\n")
    assert here.scanner.heard(1) == b"\x07"
    heard = screen.until("verdict", lambda row: row["via"] == "serial")
    assert (heard["verdict"], heard["label"]) == ("held", "M1")
    assert screen.until("state", lambda state: state["hand"] == 1)["wants"] == "expect-place"
    verdict = screen.scan("RR:L:wh-1/b02")
    assert verdict["verdict"] == "stored"
    assert kept(here.folder)[-1][2].to == "place:wh-1/b02"
    screen.press("RR:RESET")


def test_what_a_person_typed_needs_its_check_digits(screen):
    assert screen.scan("09501101530004", via="typed")["verdict"] == "refused"
    assert screen.scan("09501101530003", via="typed")["verdict"] == "stored"
    assert screen.scan("P:wh-1.AAAAAA*00", via="typed")["verdict"] == "refused"


def test_words_and_hello_come_in_both_languages_and_the_page_chooses_one(screen):
    screen.send(k="language", to="zh")
    assert screen.until("hello")["language"] == "zh"
    assert screen.scan("RR:NO")["words"] == {"en": "no command: 'RR:NO'", "zh": "无此命令：'RR:NO'"}
    screen.send(k="language", to="en")
    assert screen.until("hello")["verbs"][0] == {"verb": "receive", "title": {"en": "Receive", "zh": "收货"}}


def test_what_no_page_says_changes_nothing_and_the_link_stays(screen):
    for text in ("", "[]", "{", '{"k":"scan"}', '{"k":"fly"}', "null", '{"k":"scan","data":"","via":"wedge"}', "\n\n"):
        screen.raw(text)
    screen.send(k="ping")
    screen.until("pong")
    assert not [each for each in screen.got if each["k"] == "verdict"]


@pytest.mark.parametrize(("text", "code"), [("x" * 20_000, 1009), (b"bytes", 1003)])
def test_what_is_too_long_or_no_text_ends_the_link(here, text, code):
    with here.page() as page:
        page.raw(text)
        assert page.closed() == code


@pytest.mark.parametrize("origin", [None, "http://evil.example", "http://127.0.0.1:1", "null"])
def test_a_page_of_elsewhere_gets_no_link(here, origin):
    with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{here.port}/live", origin=origin):
        pass
    headers = {"Origin": origin} if origin else {}
    assert httpx.post(f"{here.url}/pairings", headers=headers).status_code == 403


def test_a_foreign_name_is_refused_and_every_answer_has_a_strict_policy(here):
    assert httpx.get(here.url, headers={"Host": "evil.example"}).status_code == 400
    policy = httpx.get(here.url).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_handheld_is_paired_once_by_the_link_has_a_dialogue_of_its_own_and_is_shut_out(here, door, screen):
    with pytest.raises(Exception, match="4401"):
        here.handheld("")
    cookie, link = paired(here, door, name="dock <b>2")
    assert "svg" in link
    assert len(link["fingerprint"].split(":")) == 32
    with httpx.Client(verify=False, headers={"Origin": here.tls_url}) as thief:
        again = thief.post(f"{here.tls_url}/pair", data={"t": link["url"].partition("?t=")[2], "name": "x"})
        assert again.status_code == 410
        assert thief.get(here.tls_url).status_code == 401
        assert thief.get(f"{here.tls_url}/pairings").status_code == 404
    with here.handheld(cookie) as handheld:
        assert (handheld.hello["terminal"], handheld.hello["screen"]) == ("dock <b>2", False)
        assert "pair" not in handheld.hello["may"]
        handheld.press("RR:DO:move")
        screen.send(k="ping")
        screen.until("pong")
        assert screen.scan("H1")["do"] == "receive"
        (known,) = door.get("/pairings").json()
        assert known["here"] is True
        assert door.delete(f"/pairings/{known['id']}").status_code == 204
        assert handheld.closed() == 4401
    with pytest.raises(Exception, match="4401"):
        here.handheld(cookie)
    assert COOKIE in cookie
    assert cookie.partition("=")[2] not in (here.folder / "data" / "terminal" / "pairings.json").read_text()


def test_the_socket_and_the_secrets_are_for_this_user_alone(here, screen):
    data = here.folder / "data"
    assert (data / "terminal.sock").stat().st_mode & 0o777 == 0o600
    assert (data / "terminal").stat().st_mode & 0o777 == 0o700
    assert (data / "terminal" / "key.pem").stat().st_mode & 0o777 == 0o600


def test_a_stranger_on_the_socket_and_a_ninth_terminal_are_turned_away(here, screen):
    def line(first):
        unix = socket.socket(socket.AF_UNIX)
        unix.settimeout(10)
        with short(here.folder / "data" / "terminal.sock") as name:
            unix.connect(name)
        unix.sendall(first + b"\n")
        return unix, unix.recv(100)

    stranger, answer = line(b"hello?")
    assert answer == b""
    stranger.close()
    open_ones = []
    while True:
        attach = json.dumps({"k": "attach", "session": f"s{len(open_ones)}", "name": "x", "screen": False})
        unix, answer = line(attach.encode())
        open_ones.append(unix)
        if answer.startswith(b'{"k":"gone"'):
            break
    assert len(open_ones) == 8  # the screen has the first session
    for unix in open_ones:
        unix.close()
    assert screen.scan("STILL")["verdict"] == "stored"


def test_the_page_process_comes_back_when_it_is_killed_and_the_session_is_as_it_was(here):
    with here.page() as page:
        page.press("RR:DO:move")
        page.scan("K1")
        children = Path(f"/proc/{here.agent.pid}/task/{here.agent.pid}/children")
        (child,) = until(lambda: children.read_text().split(), "the process")
        os.kill(int(child), signal.SIGKILL)
        page.closed()
    with here.page() as again:
        assert again.hello["run"] == page.hello["run"]
        assert (again.state["do"], again.state["hand"]) == ("move", 1)
        assert again.rows[0]["label"] == "K1"
        again.press("RR:CLEAR")
        again.press("RR:RESET")


@pytest.mark.soak
def test_after_the_agent_was_killed_nothing_that_was_stored_is_lost_and_it_can_still_be_undone(here):
    before = len(kept(here.folder))
    with here.page() as page:
        run = page.hello["run"]
        rows = [page.scan(f"S{n}") for n in range(3)]
        page.undo(rows[0])
        here.agent.kill()
        here.agent.ended()
        assert page.closed() in {1006, 1012}
    begin(here)
    with here.page() as page:
        assert page.hello["run"] != run
        shown = [(row["label"], row["undone"], row["n"] < 0) for row in page.rows[:3]]
        assert shown == [("S2", False, True), ("S1", False, True), ("S0", True, True)]
        assert page.undo(rows[1])["verdict"] == "obeyed"
        assert next(row for row in page.until("list")["rows"] if row["stored"] == rows[1]["stored"])["undone"] is True
    items = [(seq, item) for _, seq, item in kept(here.folder)[before:]]
    scans = {item.labels[0]: seq for seq, item in items if isinstance(item, Scan)}
    assert list(scans) == ["S0", "S1", "S2"]
    assert [item.seq for _, item in items if isinstance(item, Void)] == [scans["S0"], scans["S1"]]


def test_a_terminal_that_cannot_be_served_keeps_nobody_from_scanning(tmp_path):
    scanner = Device(tmp_path / "scanner")
    here = Here(tmp_path, scanners=[scanner.path])
    (tmp_path / "data" / "terminal.sock").mkdir(parents=True)
    with running(here) as agent:
        assert "terminal.sock" in agent.says("terminal-not-served")["why"]
        scanner.send(b"A\r\n")
        assert scanner.heard(1) == ACK
    scanner.unplug()


@pytest.mark.soak
def test_a_minute_without_a_hub_loses_no_scan_and_the_page_says_how_it_stands(tmp_path):
    data = tmp_path / "hub"
    with ExitStack() as ends:
        with HubProcess(data) as hub:
            port = hub.mqtt_port
            password = cli_json("device", "add", "wh1-scanner-1", data=data)["password"]
            token = cli_json("token", "add", "reader", "--role", "auditor", data=data)["token"]
            here = Here(tmp_path, mqtt_port=port)
            here.config.write_text(here.config.read_text().replace('"secret"', f'"{password}"'))
            ends.enter_context(running(here))
            screen = ends.enter_context(here.page())
            screen.until("state", lambda state: state["hub"] == "flowing", timeout_s=60)
            assert screen.scan("S0")["verdict"] == "stored"
            screen.until("state", lambda state: state["pending"] == 0, timeout_s=60)
        screen.until("state", lambda state: state["hub"] == "offline", timeout_s=60)
        scanned, over = 1, time.monotonic() + 60
        while time.monotonic() < over:
            assert screen.scan(f"S{scanned}")["verdict"] == "stored"
            scanned += 1
            screen.until("state")
        state = screen.until("state", lambda state: state["pending"] == scanned - 1)
        assert state["oldest_s"] >= 50
        with HubProcess(data, "--mqtt-port", str(port)) as hub:
            screen.until("state", lambda state: state["hub"] == "flowing" and state["pending"] == 0, timeout_s=120)
            headers = {"Authorization": f"Bearer {token}"}
            assert httpx.get(f"{hub.http}/api/v1/summary", headers=headers).json()["facts"] == scanned
