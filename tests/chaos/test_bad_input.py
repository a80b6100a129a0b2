"""Garbage and hostile codes, from the scanner's port to the hub's interface."""

import threading
import urllib.request

import pytest

from deploy.program import wait_for
from deploy.stack import scanner_section
from firmware_sim.codes import to_bytes
from tests.support.chaos import PATIENCE_S, facts, reckon, relay_edge, rss_mib, settle, upright
from tests.support.edge_ports import Device as Plug

HOSTILE = [
    "<script>alert(document.cookie)</script>",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE journal; --",
    '" OR 1=1 --',
    '=HYPERLINK("http://example.org?"&A1,"open")',
    "+cmd|' /C calc'!A0",
    "A\x00B\x00",
    "\x1b[2J\x1b]0;owned\x1b\\",
    "..%2f../etc/passwd%00",
    "%s%n{0}{{7*7}}${7*7}",
    '{"k":"scan","labels":["x"]}\\',
    "箱 \u202egnp.exe \u0085\u2028",
    "\U0001f4e6" * 100,
    "\udcff\udcfe\udc80AB",  # bytes that are no UTF-8
    "9" * 4096,
    " ",
]


@pytest.mark.soak
def test_one_scanner_that_sends_garbage_at_full_speed_does_not_disturb_the_other(scene):
    hub = scene.hub()
    broken = Plug(scene.folder / "broken.pty")
    scene._ends.callback(broken.unplug)
    extra = scanner_section(broken.path, confirm="none", do="receive", to="place:nowhere/a01")
    device = scene.device(hub, "two-1", extra=extra, rate=200.0)
    device.scan(20)
    before = rss_mib(device.agent.pid)
    noise = scene.rng.randbytes(65_536).replace(b"\r", b"") + b"\r\n"
    enough = threading.Event()

    def rave() -> None:
        while not enough.is_set():
            broken.send(noise, timeout_s=60)

    raving = threading.Thread(target=rave)
    raving.start()
    try:
        device.scan(500)
        grown = rss_mib(device.agent.pid) - before
    finally:
        enough.set()
        raving.join()
    device.finish()
    settle(hub, device)
    counts = {row["port"]: row["counts"] for row in device.agent.status()["ports"]}
    assert counts[str(broken.path)]["garbage"] > 10
    assert counts[str(broken.path)]["facts"] == 0
    assert grown < 8
    reckon(hub, device)
    assert facts(hub, device.name) == 520


def test_hostile_codes_arrive_byte_for_byte_and_harm_nothing(scene):
    hub = scene.hub()
    device = scene.device(hub, "hostile-1", texts=iter(HOSTILE), aim="")
    device.scan(len(HOSTILE))
    relay_edge(device, "outbox", "list")
    wait_for("all of them", lambda: facts(hub, device.name) == len(HOSTILE), PATIENCE_S)
    device.agent.stop()
    rows = list(hub.rest.rows("/journal", device=device.name))
    read = [(row["item"]["labels"][0], row["item"].get("text", "utf-8")) for row in rows]
    assert [text.encode(encoding) for text, encoding in read] == [to_bytes(code) for code in HOSTILE]
    assert {encoding for _, encoding in read} == {"utf-8", "latin-1"}
    for text, _ in read:
        events = hub.rest.get("/trace", code=text)["events"]
        assert [text] in [event["labels"] for event in events], repr(text)
        assert any(row["item"]["labels"] == [text] for row in hub.rest.rows("/journal", code=text)), repr(text)
    summary = hub.rest.get("/summary")
    assert (summary["scans"], summary["quarantined"]) == (len(HOSTILE), 0)
    assert sum(row["quantity"] for row in hub.rest.rows("/balances", account=device.place)) == len(HOSTILE)
    for path in ("/stock", "/discrepancies", "/quarantine", "/gaps", "/devices", "/metrics"):
        hub_answers(hub, path)
    upright(hub)


def hub_answers(hub, path: str) -> None:
    """Fail unless the interface answers."""
    request = urllib.request.Request(f"{hub.url}/api/v1{path}", headers={"Authorization": f"Bearer {hub.rest.token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200
