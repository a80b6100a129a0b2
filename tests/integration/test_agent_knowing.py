"""A device that knows its site: people sign on, units get numbers and labels, and a shift is handed over."""

import json
import signal
import tomllib
from contextlib import ExitStack

import pytest

from edge.browse import browse
from tests.support.authority import Authority
from tests.support.delivery_hub import broker, hub, secured
from tests.support.edge_agent import AgentProcess, closed_port, relay_edge
from tests.support.edge_ports import Device, until
from tests.support.printers import NetworkPrinter
from tests.support.sealing import sealed
from tests.support.site_hub import SiteHub
from wire.badges import digest
from wire.checkdigits import is_checked
from wire.sitedata import Article, Badge, Delivery, Line, LotNote, SiteNote, SsccRange, lot_key

WATER = "09501101530003"
LABEL = f"]d201{WATER}10W1"
CONFIG = """
[device]
data = "data"
[hub]
identity = "identity"
port = {mqtt}
[sign_on]
required = true
[printer]
port = "{printer}"
[[scanner]]
port = "{scanner}"
do = "receive"
to = "place:wh-1/dock"
"""


class Bench:
    """One device and all that stands around it."""

    def __init__(self, folder, stack):
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir()
        self.authority, self.mqtt = Authority(), closed_port()
        self.hub = stack.enter_context(SiteHub(folder, self.authority))
        self.identity = self.authority.identity(self.data / "identity", https=self.hub.port)
        self.printer = stack.enter_context(NetworkPrinter())
        self.scanner = Device(folder / "scanner")
        stack.callback(self.scanner.unplug)
        self.config = folder / "edge.toml"
        self.config.write_text(CONFIG.format(mqtt=self.mqtt, printer=self.printer.address, scanner=self.scanner.path))
        assert tomllib.loads(self.config.read_text())

    def tell(self):
        """What the hub knows."""
        self.hub.put("site", "wh-1", SiteNote(id="wh-1", name="Chengdu", name_zh="成都", zone="Asia/Shanghai"))
        self.hub.put("article", WATER, Article(gtin=WATER, name="Water", name_zh="饮用水"))
        self.hub.put("lot", lot_key(WATER, "W1"), LotNote(gtin=WATER, lot="W1", state="recalled", reason="glass"))
        lines = (Line(gtin=WATER, n=100),)
        self.hub.put("delivery", "D1", Delivery(id="D1", owner="red-cross", expected=20260131, lines=lines))
        seal = sealed(self.identity, "B-7", "4711")
        self.hub.put("person", digest("B-7"), Badge(name="Ana", role="operator", sealed=seal))
        self.hub.put("sscc", "wh1-scanner-1", SsccRange(prefix="0614141", first=1, last=1000))

    def fetched(self):
        """Until everything is here. A hub answers meanwhile: before one has, no numbers are taken in."""
        with broker(self.folder, secured(self.folder, self.mqtt, self.authority)) as running, hub(running.port):
            until(lambda: self.site().get("sscc_left") == 1000, "site data")

    def status(self):
        try:
            return json.loads((self.data / "status.json").read_text())
        except (OSError, ValueError):
            return {}

    def site(self):
        return self.status().get("site_data") or {}

    def scan(self, *texts):
        """The answer to the last one."""
        for text in texts:
            self.scanner.send(text.encode() + b"\r\n")
            answer = self.scanner.heard(1)
        return answer

    def facts(self):
        with browse(self.data / "outbox.db") as browser:
            return [json.loads(kept.item) for kept in browser.newest("facts", 50)][::-1]


@pytest.fixture
def bench(tmp_path):
    with ExitStack() as stack:
        yield Bench(tmp_path, stack)


ACK, NAK, BEL = b"\x06", b"\x15", b"\x07"
SIGN_ON = ("RR:B:B-7", "RR:D:4711", "RR:OK")


@pytest.mark.soak
def test_a_shift_works_with_the_hub_gone_and_over_a_crash_and_is_handed_over(bench):
    bench.tell()
    with AgentProcess(bench.config) as agent:
        agent.says("ready")
        bench.fetched()
        bench.hub.close()
        assert bench.scan(LABEL) == NAK, "nobody is signed on"
        assert bench.scan("RR:B:B-7", "RR:D:4712", "RR:OK") == NAK
        assert bench.scan("RR:D:4711", "RR:OK") == BEL
        assert bench.scan("RR:T:delivery:D1", LABEL) == ACK
        assert bench.scanner.heard(1) == BEL, "the lot is recalled: kept, and warned of"
        assert bench.scan("RR:DONE", "RR:DO:pack", "RR:FROM:place:wh-1/dock", f"]d201{WATER}10W2", "RR:DONE") == ACK
        until(lambda: len(bench.printer.labels) == 1, "the label")
        agent.kill(signal.SIGKILL)
    with AgentProcess(bench.config) as agent:
        agent.says("ready")
        assert bench.scan(*SIGN_ON) == BEL
        assert bench.scan("RR:DO:pack", "RR:FROM:place:wh-1/dock", f"]d201{WATER}10W2", "RR:DONE") == ACK
        assert bench.scan("RR:HANDOVER") == BEL
        until(lambda: len(bench.printer.labels) == 3, "the label and the slip")
        until(lambda: (bench.status().get("printer") or {}).get("waiting") == 0, "an empty queue")
        assert bench.site()["sscc_left"] == 998
        said = relay_edge("handover", "--config", bench.config).stdout
        shown = relay_edge("status", "--config", bench.config).stdout
        found = relay_edge("doctor", "--config", bench.config).stdout
    facts = bench.facts()
    units = [fact["to"] for fact in facts if fact["do"] == "pack"]
    assert {fact.get("by") for fact in facts} == {"Ana"}
    assert facts[0]["warned"] == ["recalled"]
    assert {fact["ref"] for fact in facts if fact["do"] != "sight"} == {bench.hub.version}
    assert len(set(units)) == 2
    assert all(is_checked(unit.removeprefix("unit:sscc:")) for unit in units)
    assert all(label.startswith(b"^XA") for label in bench.printer.labels)
    for word in ("Ana", "D1 (red-cross) 2026-01-31", "Not sent yet: 5", "recalled", "成都", "wh1-scanner-1"):
        assert word in said
    assert "site wh-1, version 6, 998 SSCC left" in shown
    assert "site data: version 6 of site wh-1" in found


@pytest.mark.soak
def test_a_printer_that_was_away_gets_what_waits_once_over_a_restart_of_the_agent(bench):
    bench.tell()
    away = bench.config.read_text().replace(f":{bench.printer.port}", f":{closed_port()}")
    there = bench.config.read_text()
    bench.config.write_text(away)
    with AgentProcess(bench.config) as agent:
        agent.says("ready")
        bench.fetched()
        bench.scan(*SIGN_ON)
        assert bench.scan("RR:DO:pack", "RR:FROM:place:wh-1/dock", f"]d201{WATER}10W2", "RR:DONE") == ACK
        agent.says("not-printed-yet")
        until(lambda: (bench.status().get("printer") or {}).get("waiting") == 1, "it waits")
    bench.config.write_text(there)
    with AgentProcess(bench.config) as agent:
        agent.says("ready")
        until(lambda: bench.printer.labels, "the label")
        until(lambda: (bench.status().get("printer") or {}).get("waiting") == 0, "an empty queue")
        agent.kill(signal.SIGTERM)
        assert agent.ended() == 0
    assert len(bench.printer.labels) == 1
