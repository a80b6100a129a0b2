"""A hub that was restored from an older backup: devices give it again what it lacks, or say what nobody has."""

import shutil

import pytest

from deploy.program import wait_for
from edge.store.outbox import Outbox
from tests.support.chaos import (
    PATIENCE_S,
    add_device,
    delivered,
    facts,
    reckon,
    settle,
    shown,
    upright,
)
from tests.support.hub_process import cli


def back_up(hub):
    """A backup of the running hub, outside of its folder."""
    backup = hub.data.parent / "backup.db"
    done = cli("backup", backup, data=hub.data)
    assert done.returncode == 0, done.stderr
    return backup


def restore(hub, backup):
    """Put the backup in place, as a person would do it."""
    hub.stop()
    done = cli("restore", backup, data=hub.data)
    assert done.returncode == 0, done.stderr
    hub.start()


@pytest.mark.soak
def test_devices_that_are_idle_busy_or_off_deliver_again_what_a_restored_hub_lacks(scene):
    hub = scene.hub()
    idle, busy, off = devices = [scene.device(hub, name) for name in ("idle-1", "busy-1", "off-1")]
    for device in devices:
        device.scan(300)
    delivered(hub, *devices)
    backup = back_up(hub)
    for device in devices:
        device.scan(200)
    settle(hub, off)
    delivered(hub, idle)
    busy.codes.flow()
    restore(hub, backup)
    off.agent.start()
    busy.finish()
    delivered(hub, *devices)
    settle(hub, *devices)
    reckon(hub, *devices)
    assert facts(hub, "idle-1") == 500
    assert hub.rest.get("/gaps")["rows"] == []
    upright(hub)


@pytest.mark.soak
def test_facts_that_a_device_has_trimmed_are_a_gap_until_whoever_has_them_fills_it(scene):
    hub = scene.hub()
    device = scene.device(hub, "trimmed-1")
    device.scan(300)
    delivered(hub, device)
    backup = back_up(hub)
    device.scan(200)
    settle(hub, device)
    older = scene.folder / "older"
    shutil.copytree(device.agent.data, older)
    trim(device)

    restore(hub, backup)
    device.agent.start()
    device.scan(50)
    wait_for("the gap", lambda: hub.rest.get("/gaps", lane="facts")["rows"], PATIENCE_S)
    wait_for("the newest scans", lambda: facts(hub, device.name) == 350, PATIENCE_S)
    (gap,) = hub.rest.get("/gaps", lane="facts")["rows"]
    assert (gap["device"], gap["reason"], gap["first"], gap["last"]) == ("trimmed-1", "trimmed", 301, 500)
    assert any(row["kind"] == "lost-facts" for row in hub.rest.rows("/discrepancies"))
    assert shown(hub, device.name)["lost"] == 0  # declared, so it is not merely lost
    upright(hub)

    device.agent.stop()
    newer = scene.folder / "newer"
    device.agent.data.rename(newer)
    older.rename(device.agent.data)
    device.agent.start()
    wait_for("the gap to be filled", lambda: not hub.rest.get("/gaps", lane="facts")["rows"], PATIENCE_S)
    device.finish()
    settle(hub, device)
    reckon(hub, device)
    upright(hub)


def trim(device):
    """Let the 14 days pass for a device that stands still."""
    outbox = Outbox.open(device.outbox, device=device.name, now_ms=1, stream_factory=lambda: "0" * 16)
    outbox.keep_days = -1
    outbox.maintain()
    kept = outbox.stats().kept_facts
    outbox.close()
    assert kept == 0


@pytest.mark.soak
def test_a_device_that_the_backup_does_not_know_is_let_in_again_and_gives_everything(scene):
    hub = scene.hub()
    backup = back_up(hub)
    device = scene.device(hub, "new-1")
    device.scan(300)
    delivered(hub, device)
    restore(hub, backup)
    device.scan(50)
    wait_for("the broker to refuse it", lambda: "refuses" in device.agent.status()["problem"], PATIENCE_S)
    device.agent.stop()
    device.password = add_device(hub, device.name)
    scene.employ(device, hub.mqtt_port).start()
    device.scan(50)
    device.finish()
    settle(hub, device)
    reckon(hub, device)
    assert facts(hub, "new-1") == 400
    assert shown(hub, "new-1")["streams"] == 2
    upright(hub)
