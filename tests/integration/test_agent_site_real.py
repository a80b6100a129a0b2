"""A real hub, and an agent that joined it: what people decide at the hub is known at the scanner a moment later."""

import json
import shutil
from contextlib import closing
from signal import SIGKILL

import httpx
import pytest

from edge.store.known_site import KnownSite
from hub.badges import verifier_of
from tests.support.edge_agent import AgentProcess, relay_edge
from tests.support.edge_ports import Device, until
from tests.support.hub_process import cli
from tests.support.listening import ListeningHub
from wire.badges import digest

WATER = "09501101530003"
NAME = "wh1-scanner-1"
ACK, NAK, BEL = b"\x06", b"\x15", b"\x07"


@pytest.fixture
def hub(tmp_path):
    with ListeningHub(tmp_path / "hub") as process:
        yield process


@pytest.fixture
def people(hub):
    token = cli("token", "add", "test", "--role", "admin", data=hub.data).stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{hub.http}/api/v1", headers=headers, trust_env=False) as client:
        yield client


def put(people, path, body):
    answer = people.put(path, json=body)
    assert answer.status_code == 200, answer.text


def prepare(hub, people):
    """A site with water, a person with a badge, and a device that stands there."""
    place = {"id": "wh-1", "name": "Chengdu", "kind": "warehouse", "lat": 30, "lon": 103, "zone": "Asia/Shanghai"}
    put(people, "/sites", [place])
    put(people, "/items", [{"gtin": WATER, "name": "Water"}])
    put(people, "/numbering", {"company_prefix": "9521234"})
    cli("user", "add", "ana", "--role", "operator", data=hub.data)
    hub.execute(f"UPDATE user SET badge = '{digest('B-7')}', pin = '{verifier_of('471193')}' WHERE name = 'ana'")


class Bench:
    def __init__(self, folder, hub):
        self.data = folder / "data"
        self.scanner = Device(folder / "scanner")
        self.config = folder / "edge.toml"
        self.config.write_text(
            f'[device]\ndata = "data"\n[hub]\nidentity = "identity"\n[sign_on]\nrequired = true\n'
            f'[[scanner]]\nport = "{self.scanner.path}"\ndo = "receive"\nto = "place:wh-1/dock"\n'
        )
        joined = relay_edge("join", f"127.0.0.1:{hub.https_port}", hub.invite(NAME), "--config", self.config)
        assert joined.returncode == 0, joined.stderr + joined.stdout

    def site(self):
        try:
            return json.loads((self.data / "status.json").read_text()).get("site_data") or {}
        except (OSError, ValueError):
            return {}

    def scan(self, *texts):
        for text in texts:
            self.scanner.send(text.encode() + b"\r\n")
            answer = self.scanner.heard(1)
        return answer

    def close(self):
        self.scanner.unplug()


@pytest.mark.soak
def test_what_people_decide_is_known_at_the_scanner_and_facts_say_what_it_knew(tmp_path, hub, people):
    prepare(hub, people)
    with closing(Bench(tmp_path, hub)) as bench:
        placed = cli("device", "place", NAME, "wh-1", data=hub.data)
        assert placed.returncode == 0, placed.stderr
        with AgentProcess(bench.config) as agent:
            agent.says("ready")
            until(lambda: bench.site().get("site") == "wh-1" and bench.site()["sscc_left"] > 0, "site data")
            before = bench.site()
            note = {"item": WATER, "lot": "W1", "state": "recalled", "reason": "leaks"}
            assert people.post("/lots/notes", json=note).status_code in {200, 201}
            until(lambda: bench.site()["version"] > before["version"], "the news, by MQTT")
            assert bench.scan("RR:B:B-7", "RR:D:471192", "RR:OK") == NAK
            assert bench.scan("RR:D:471193", "RR:OK") == BEL
            assert bench.scan(f"]d201{WATER}10W1") == ACK
            assert bench.scanner.heard(1) == BEL, "recalled: kept, and warned of"
            assert bench.scan("RR:DO:pack", "RR:FROM:place:wh-1/dock", f"]d201{WATER}10W2", "RR:DONE") == ACK
            until(lambda: bench.site()["sscc_left"] == before["sscc_left"] - 1, "a number was burned")
            until(lambda: people.get("/summary").json()["facts"] >= 3, "the facts at the hub")
            asked = cli("device", "command", NAME, "renew-certificate", data=hub.data)
            assert asked.returncode == 0, asked.stderr
            agent.says("renewed")
            until(lambda: bench.scan("RR:B:B-7", "RR:D:471193", "RR:OK") == BEL, "the PIN, sealed for the new key")


@pytest.mark.soak
def test_a_unit_is_warned_of_by_what_the_hub_knows_in_it_and_a_count_is_there_to_be_done(tmp_path, hub, people):
    prepare(hub, people)
    with closing(Bench(tmp_path, hub)) as bench:
        assert cli("device", "place", NAME, "wh-1", data=hub.data).returncode == 0
        with AgentProcess(bench.config) as agent, closing(KnownSite(bench.data / "known.db")) as site:
            agent.says("ready")
            until(lambda: bench.site().get("site") == "wh-1" and bench.site()["sscc_left"] > 0, "site data")
            assert bench.scan("RR:B:B-7", "RR:D:471193", "RR:OK") == BEL
            assert bench.scan("RR:DO:pack", "RR:FROM:place:wh-1/dock", f"]d201{WATER}10W2", "RR:DONE") == ACK
            asked = people.post("/stations/wh-1/shelf-counts", json={"shelf": "dock"})
            assert asked.status_code == 201, asked.text
            note = {"item": WATER, "lot": "W2", "state": "recalled", "reason": "leaks"}
            assert people.post("/lots/notes", json=note).status_code in {200, 201}
            (unit,) = told(site, "unit", seconds=90)
            assert [each.id for each in site.counts()] == [asked.json()["id"]]
            hub.end(SIGKILL)
            assert bench.scan("RR:DO:hand-over", "RR:FROM:place:wh-1/dock", f"]C100{unit.removeprefix('sscc:')}") == ACK
            assert bench.scanner.heard(1) == BEL, "recalled: kept, and warned of"


@pytest.mark.soak
def test_neither_a_copy_that_is_put_back_nor_a_new_machine_gives_a_number_a_second_time(tmp_path, hub, people):
    prepare(hub, people)
    packing = ("RR:B:B-7", "RR:D:471193", "RR:OK", "RR:DO:pack", "RR:FROM:place:wh-1/dock", f"]d201{WATER}10W2")
    with closing(Bench(tmp_path, hub)) as bench:
        assert cli("device", "place", NAME, "wh-1", data=hub.data).returncode == 0

        def packs(number, *, left, first="ready"):
            """One run of the agent, in which a unit is packed; the hub knows so many then."""
            with AgentProcess(bench.config) as agent:
                agent.says(first)
                until(lambda: bench.site().get("sscc_left") == left, "numbers", 150)
                assert bench.scan(*packing, "RR:DONE") == ACK
                until(lambda: len(units()) == number, f"unit {number} of its own at the hub", 30)

        def units():
            return hub.execute("SELECT DISTINCT code FROM unit WHERE code LIKE 'sscc:%'")

        packs(1, left=1000)
        shutil.copytree(bench.data, tmp_path / "copy")
        packs(2, left=999)
        packs(3, left=998)
        shutil.rmtree(bench.data)
        shutil.copytree(tmp_path / "copy", bench.data)
        (bench.data / "status.json").unlink()
        packs(4, left=1000, first="outbox-not-the-newest")
        packs(5, left=999)
        for lost in ("outbox.db", "known.db", "status.json"):
            (bench.data / lost).unlink()
        packs(6, left=1000, first="outbox-not-the-newest")


def told(site, kind, seconds):
    """The keys of the records of a kind that a device was told, when there are any."""

    def found():
        site.renew()
        with site._lock:
            return [key for (key,) in site._file._rows("SELECT key FROM records WHERE kind = ?", kind)]

    until(found, f"records of kind {kind}", seconds)
    return found()
