"""What those who watch rely on: one name for a batch in both logs, and a hub that says when it cannot store."""

import json
import urllib.error
import urllib.request

from deploy.program import wait_for
from deploy.stack import Hub
from tests.support.chaos import PATIENCE_S, settle


def test_a_batch_has_one_name_in_the_logs_of_device_and_hub_and_that_name_finds_it_in_the_journal(scene):
    data = scene.folder / "hub" / "data"
    data.mkdir(parents=True)
    (data / "hub.toml").write_text('[log]\nlevel = "debug"\njson = true\n')
    hub = scene.hub()
    device = scene.device(hub, "named-1", extra='\n[log]\nlevel = "debug"\n')
    device.scan(5)
    device.finish()
    settle(hub, device)
    sent = {entry["batch"] for entry in _events(device.agent.log.read_text(), "batch-sent")}
    stored = {entry["batch"] for entry in _events(hub.log.read_text(), "batch-stored")}
    assert stored
    assert stored <= sent
    confirmed = _events(device.agent.log.read_text(), "confirmed")
    rows = hub.rest.get("/journal", device="named-1", limit=50)["rows"]
    names = {(row["stream"], row["lane"]) for row in rows}
    for name in stored:
        stream, lane, ends = name.split("/")
        assert any(entry["lane"] == f"{stream}/{lane}" for entry in confirmed), ends
        if lane == "facts":
            assert (stream, lane) in names


def test_a_hub_whose_broker_is_gone_says_that_it_is_not_ready_and_is_ready_again_by_itself(scene):
    hub = scene.hub()
    wait_for("readiness", lambda: _ready(hub) == (200, ""), PATIENCE_S)
    hub.kill_broker()
    wait_for("the word", lambda: _ready(hub) == (503, "the broker is not connected"), PATIENCE_S, pause_s=0.005)
    wait_for("readiness again", lambda: _ready(hub) == (200, ""), PATIENCE_S)


def _ready(hub: Hub) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{hub.url}/api/v1/ready", timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["error"]["message"]


def _events(log: str, name: str) -> list[dict[str, object]]:
    found = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [entry for entry in found if entry.get("event") == name]
