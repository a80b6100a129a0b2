"""Death in the middle of a commit, and disks that fail or are full: on the device and on the hub.

Power cuts that take what was not synced need a disk of their own: tests/chaos/test_power_disk.py, and
`python -m bench.powercut`.
"""

import pytest

from deploy.program import wait_for
from firmware_sim.replies import Kind
from tests.support.chaos import PATIENCE_S, delivered, reckon, settle, upright
from tests.support.tracing import injected


def refused(device) -> int:
    """How many scans the device did not take."""
    return sum(count for kind, count in device.scanner.scanner.counts.items() if kind not in {Kind.ACK, Kind.BEL})


def more_confirmed(device, count: int) -> None:
    goal = device.confirmed + count
    wait_for(f"{count} confirmations for {device.name}", lambda: device.confirmed >= goal, PATIENCE_S)


def kill_at_a_sync(program, syncs: int) -> None:
    """Run a program until one of its threads begins so many fdatasyncs."""
    with injected(program, f"fdatasync:signal=KILL:when={syncs}"):
        wait_for(f"the death of {program.name}", lambda: not program.alive, PATIENCE_S)


def test_an_agent_killed_as_it_syncs_has_kept_what_it_confirmed(scene):
    hub = scene.hub()
    device = scene.device(hub, "synced-1", rate=200.0)
    device.codes.flow()
    for _ in range(2):
        more_confirmed(device, 1)
        device.agent.stop()
        kill_at_a_sync(device.agent, scene.rng.randint(2, 30))
        device.agent.start()
    more_confirmed(device, 1)
    device.finish()
    settle(hub, device)
    reckon(hub, device)


@pytest.mark.soak
def test_a_device_whose_disk_fails_and_fills_refuses_scans_and_goes_on_by_itself(scene):
    hub = scene.hub()
    device = scene.device(hub, "failing-1", rate=200.0)
    device.scan(5)
    device.agent.stop()
    with injected(device.agent, "fdatasync:error=EIO:when=30..32", "pwrite64:error=ENOSPC:when=400..403"):
        device.codes.flow()
        wait_for("a failed sync", lambda: "disk I/O error" in device.agent.log.read_text(), PATIENCE_S)
        wait_for("a full disk", lambda: "free some space" in device.agent.log.read_text(), PATIENCE_S)
        assert refused(device) > 0
        more_confirmed(device, 100)
        assert device.agent.log.read_text().count('"scans-stored-again"') >= 2
        device.finish()
        delivered(hub, device)
    device.agent.start()
    settle(hub, device)
    reckon(hub, device)


@pytest.mark.soak
def test_a_hub_whose_disk_fails_or_fills_sends_no_receipt_for_it_and_goes_on_by_itself(scene):
    hub = scene.hub()
    device = scene.device(hub, "waiting-1", rate=200.0)
    device.scan(5)
    delivered(hub, device)
    hub.stop()
    with injected(hub, "fdatasync:error=EIO:when=4", "pwrite64:error=ENOSPC:when=70"):
        device.codes.flow()
        wait_for("a failed sync", lambda: "disk I/O error" in hub.log.read_text(), PATIENCE_S)
        wait_for("a full disk", lambda: "is full" in hub.log.read_text(), PATIENCE_S)
        more_confirmed(device, 50)
        device.finish()
        settle(hub, device)
        reckon(hub, device)
    assert "the database stores again" in hub.log.read_text()
    hub.start()
    upright(hub)
