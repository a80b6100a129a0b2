"""The last release against this version, both ways: fleets and hubs are never upgraded at the same moment."""

import contextlib
import json
import subprocess
import sys

import pytest

from deploy.link import Link, Mode
from deploy.rest import Rest
from deploy.stack import Hub
from tests.support.hub_process import cli_json
from tests.support.releases import Place, Release, await_all
from wire import codec
from wire.actions import Action
from wire.messages import Count, Kit, Part, Proof, Scan, Settle, Void


@pytest.fixture
def release(tmp_path):
    return Release("0.1.0", tmp_path / "released")


def test_the_released_packages_are_those_that_run(release):
    say = (
        "import edge.version, hub.config, wire; print(edge.version.VERSION, edge.__file__, hub.__file__, wire.__file__)"
    )
    done = subprocess.run([sys.executable, "-c", say], env=release.env, capture_output=True, text=True, check=True)
    version, *files = done.stdout.split()
    assert version == "0.1.0"
    assert all(file.startswith(str(release.folder)) for file in files)


def test_a_released_hub_sets_new_facts_aside_and_reads_known_ones_without_what_is_new(release):
    say = (
        "import sys; from hub.ingest.decoding import read_item\n"
        "for line in sys.stdin.buffer: print(type(read_item(line.strip())).__name__)"
    )
    facts = [
        Scan(at=1, up=1, do=Action.RECEIVE, labels=("x",), task="delivery:D1", condition="quarantined", ref=3),
        Count(at=1, up=1, where="place:wh-1", labels=("x",), n=2, round=2),
        Void(at=1, up=1, stream="1" * 16, seq=1, device="a", reason="twice"),
        Scan(at=1, up=1, do=Action.HAND_OVER, labels=("RR:P:st-1.7K2M9Q",), proof=Proof(way="code", checked=True)),
        Scan(at=1, up=1, do=Action.QUARANTINE, labels=("x",)),
        Scan(at=1, up=1, do=Action.REFUSE, labels=("RR:P:st-1.7K2M9Q",)),
        Kit(at=1, up=1, do="open", where="place:wh-1", made=Part(labels=("x",)), used=(Part(labels=("y",)),)),
        Settle(at=1, up=1, device="a", stream="1" * 16, seq=1, owner="o", reason="said so"),
    ]
    told = b"\n".join(codec.encode_item(fact) for fact in facts)
    done = subprocess.run([sys.executable, "-c", say], env=release.env, input=told, capture_output=True, check=True)
    assert done.stdout.decode().split() == ["Scan", "Count", "Void", "Scan", *["BadItem"] * 4]


def test_a_released_agent_delivers_to_this_hub_and_its_outbox_goes_on_under_this_agent(release, tmp_path):
    hub = Hub(tmp_path / "hub")
    hub.start()
    with contextlib.ExitStack() as ends:
        ends.callback(hub.stop)
        link = ends.enter_context(Link(hub.mqtt_port))
        password = cli_json("device", "add", "wh1-scanner-1", data=hub.data)["password"]
        rest = Rest(hub.url, cli_json("token", "add", "test", "--role", "admin", data=hub.data)["token"])
        place = ends.enter_context(Place(tmp_path / "device", "wh1-scanner-1", port=link.port, password=password))
        with release.takes(place.agent()) as agent:
            place.scan(agent, 50)
            await_all(rest, place)
            assert agent.status()["version"] == "0.1.0"
            link.set(Mode.CUT)
            place.scan(agent, 50)  # these wait in the outbox that the released agent made
        with place.agent() as agent:
            place.scan(agent, 50)
            link.set(Mode.OPEN)
            found = await_all(rest, place)
            assert agent.status()["version"] != "0.1.0"
        assert set(found.values()) == {1}
        assert len(found) == place.scans + place.fixes
        assert cli_json("audit", data=hub.data) == []


def test_this_agent_delivers_to_a_released_hub_whose_ledger_this_version_takes_over(release, tmp_path):
    with contextlib.ExitStack() as ends:
        hub = ends.enter_context(release.hub(tmp_path / "hub"))
        added = release.relay_hub(hub, "device", "add", "wh1-scanner-1", "--json")
        password = json.loads(added)["password"]
        place = ends.enter_context(Place(tmp_path / "device", "wh1-scanner-1", port=hub.mqtt_port, password=password))
        with place.agent() as agent:
            place.scan(agent, 100)
            found = await_all(release.rest(hub), place)
        assert set(found.values()) == {1}
        assert len(found) == place.scans + place.fixes
        assert json.loads(release.relay_hub(hub, "audit", "--json")) == []
    assert cli_json("audit", data=tmp_path / "hub") == []
    assert len(cli_json("device", "list", data=tmp_path / "hub")) == 1
