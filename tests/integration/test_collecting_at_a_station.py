"""A parcel at a station, from its arrival to the hand, at a terminal on a pty: the agent, its code check, a printer."""

import json
from contextlib import ExitStack

import pytest

from edge.browse import browse
from tests.support.authority import Authority
from tests.support.edge_agent import AgentProcess, closed_port
from tests.support.edge_ports import Device, until
from tests.support.printers import NetworkPrinter
from tests.support.sealing import sealed_code
from tests.support.site_hub import SiteHub
from wire.collecting import code_of
from wire.sitedata import Bin, Parcel, SiteNote, Station

ACK, NAK, BEL = b"\x06", b"\x15", b"\x07"
FIRST, SECOND, OTHER = "st-1.7K2M9Q", "st-1.AB34CD", "st-1.ZZ00ZZ"
CODE = code_of(41, "203892")
CONFIG = """
[device]
data = "data"
language = "en"
[hub]
identity = "identity"
port = {mqtt}
[printer]
port = "{printer}"
[[scanner]]
port = "{scanner}"
do = "sight"
to = "place:st-1"
confirm = "echo"
"""


class Desk:
    """A station's terminal and its hub."""

    def __init__(self, folder, stack):
        self.data = folder / "data"
        self.data.mkdir()
        authority = Authority()
        self.hub = stack.enter_context(SiteHub(folder, authority))
        self.identity = authority.identity(self.data / "identity", https=self.hub.port)
        self.printer = stack.enter_context(NetworkPrinter())
        self.scanner = Device(folder / "scanner")
        stack.callback(self.scanner.unplug)
        self.config = folder / "edge.toml"
        self.config.write_text(
            CONFIG.format(mqtt=closed_port(), printer=self.printer.address, scanner=self.scanner.path)
        )
        self.tell()

    def tell(self):
        """What the hub knows: two parcels of Ms Wang, one of somebody else."""
        self.hub.put("site", "st-1", SiteNote(id="st-1", name="East street", name_zh="东街驿站", zone="Asia/Shanghai"))
        self.hub.put("station", "st-1", Station(id="st-1", mark=41, name="East street"))
        self.hub.put("station", "st-2", Station(id="st-2", mark=42, name="West gate"))
        self.hub.put("bin", "A-2", Bin(code="A-2"))
        self.parcel(FIRST, "a" * 16, 417, "203892", shown="王*芳", last4="0138")
        self.parcel(SECOND, "a" * 16, 418, "999999", shown="王*芳", last4="0138")
        self.parcel(OTHER, "b" * 16, 3, "203111", shown="李*", last4="4711")

    def parcel(self, id_, person, number, secret, **more):
        seal = sealed_code(self.identity, id_, secret)
        body = Parcel(id=id_, consignment="C-1", person=person, number=number, state="coming", sealed=seal, **more)
        self.hub.put("parcel", id_, body)

    def scan(self, *texts):
        """The first byte of the answer to the last one, and all that was shown for it."""
        for text in texts:
            self.scanner.send(text.encode() + b"\r\n")
            first = self.line()
            lines = [first]
            while lines[-1][:1] != b"\x0e":
                lines.append(self.line())
        return first[:1], b" ".join(line[1:] for line in lines).decode()

    def line(self):
        found = b""
        while not found.endswith(b"\r"):
            found += self.scanner.heard(1)
        return found[:-1]

    def facts(self):
        with browse(self.data / "outbox.db") as browser:
            return [json.loads(kept.item) for kept in browser.newest("facts", 50)][::-1]

    def version(self):
        try:
            return (json.loads((self.data / "status.json").read_text()).get("site_data") or {}).get("version")
        except (OSError, ValueError):
            return None


@pytest.fixture
def desk(tmp_path):
    with ExitStack() as stack:
        yield Desk(tmp_path, stack)


@pytest.mark.soak
def test_a_parcel_arrives_gets_its_shelf_and_is_given_to_who_has_the_code_once_and_with_the_hub_gone(desk):
    with AgentProcess(desk.config) as agent:
        agent.says("ready")
        until(lambda: desk.version() == desk.hub.version, "site data")
        desk.scan("RR:DO:unload", "RR:FROM:transit:van-1", "RR:L:st-1")
        for parcel in (FIRST, SECOND, OTHER):
            assert desk.scan(f"RR:P:{parcel}")[0] == ACK
        assert desk.scan("RR:DO:put-away", f"RR:P:{FIRST}", f"RR:P:{OTHER}")[0] == BEL
        told = desk.scan("RR:L:st-1/A-2")
        assert "shelf A-2-417, 王*芳 0138" in told[1]
        until(lambda: len(desk.printer.labels) == 2, "both shelf labels")

        assert desk.scan("RR:DO:collect", "RR:KEY:0138") == (
            BEL,
            "* A-2-417 王*芳; st-1.AB34CD 王*芳; type the code, or four digits of the number",
        )
        assert desk.scan(f"RR:P:{FIRST}")[0] == NAK, "four digits open nothing"
        assert "typed wrong" in desk.scan("RR:KEY:412038920")[1]
        assert "of another station: West gate" in desk.scan(f"RR:KEY:{code_of(42, '203892')}")[1]
        desk.hub.close()
        answer = desk.scan(*(f"RR:D:{digit}" for digit in CODE), "RR:OK")
        assert answer[0] == BEL
        assert "2 open; A-2-417 王*芳" in answer[1]
        assert desk.scan(f"RR:P:{OTHER}")[0] == NAK, "not theirs"
        assert desk.scan(f"RR:P:{FIRST}")[0] == ACK
        assert desk.scan("RR:DONE")[0] == ACK
        assert "used already" in desk.scan(f"RR:KEY:{CODE}")[1]
        assert "shown" not in (desk.data / "status.json").read_text()
    given = [fact for fact in desk.facts() if fact["do"] == "hand-over"]
    assert [fact["labels"] for fact in given] == [[f"RR:P:{FIRST}"], [f"RR:P:{SECOND}"]]
    assert given[0]["from"] == "place:st-1/A-2"
    assert all(fact["proof"] == {"way": "code", "checked": True} for fact in given)
    assert {fact["task"] for fact in given} == {"consignment:C-1"}
    written = b"".join(file.read_bytes() for file in desk.data.glob("outbox.db*")) + json.dumps(agent.events).encode()
    for secret in ("王", "0138", CODE, "203892"):
        assert secret.encode() not in written, secret
