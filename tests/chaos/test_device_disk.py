"""What happens to a device's disk: restored from an older copy, cloned, damaged."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from deploy.link import Mode
from deploy.program import wait_for
from tests.support.chaos import (
    PATIENCE_S,
    add_device,
    delivered,
    facts,
    missing,
    reckon,
    settle,
    shown,
    upright,
)

PAGE_BYTES = 4096


@pytest.mark.soak
def test_a_device_whose_disk_was_restored_from_an_older_copy_loses_nothing_that_arrived(scene):
    hub = scene.hub()
    device = scene.device(hub, "restored-1")
    device.scan(200)
    settle(hub, device)
    older = scene.folder / "older"
    shutil.copytree(device.agent.data, older)
    device.agent.start()
    device.scan(100)
    settle(hub, device)
    device.agent.data.rename(scene.folder / "newer")
    older.rename(device.agent.data)
    device.agent.start()
    device.scan(50)
    device.finish()
    settle(hub, device)
    reckon(hub, device)
    assert facts(hub, device.name) == 350
    assert shown(hub, device.name)["lost"] == 0
    assert hub.rest.get("/gaps")["rows"] == []
    upright(hub)


@pytest.mark.soak
def test_a_cloned_device_and_its_original_are_both_shown_and_each_scan_of_both_counts_once(scene):
    hub = scene.hub()
    link = scene.link(hub)
    one = scene.plug("twin-1")
    one.password = add_device(hub, "twin-1")
    scene.employ(one, link.port).start()
    one.scan(100)
    delivered(hub, one)
    link.set(Mode.CUT)
    one.scan(100)  # on both disks, and not in the hub
    one.agent.stop()
    other = scene.plug("twin-1")
    other.password = one.password
    scene.employ(other, link.port, folder="clone")
    shutil.copytree(one.agent.data, other.agent.data)
    link.set(Mode.OPEN)
    one.agent.start()
    other.agent.start()
    for twin in (one, other):
        twin.scan(100)
    wait_for("both to be shown", lambda: shown(hub, "twin-1")["others"] >= 1, PATIENCE_S)
    for twin in (one, other):
        twin.finish()
    wait_for("all scans of both", lambda: not missing(hub, one, other), PATIENCE_S, pause_s=0.25)
    settle(hub, one, other)
    reckon(hub, one, other)
    assert facts(hub, "twin-1") == 400
    assert shown(hub, "twin-1")["streams"] == 3
    upright(hub)


@pytest.mark.soak
def test_rows_that_a_damaged_disk_took_are_a_gap_that_is_seen_and_all_others_arrive(scene):
    hub = scene.hub()
    link = scene.link(hub)
    device = scene.device(hub, "damaged-1", port=link.port)
    device.scan(100)
    delivered(hub, device)
    link.set(Mode.CUT)
    device.scan(1_000)
    device.agent.stop()
    damage(device.outbox, scene.rng)
    link.set(Mode.OPEN)
    device.agent.start()
    device.scan(100)
    device.finish()
    wait_for("the gap", lambda: hub.rest.get("/gaps", lane="facts")["rows"], PATIENCE_S)
    wait_for("an empty outbox", lambda: device.pending() == 0, PATIENCE_S)
    device.agent.stop()
    gone = missing(hub, device)
    gaps = list(hub.rest.rows("/gaps", lane="facts"))
    assert {gap["reason"] for gap in gaps} == {"unreadable"}
    assert sum(gap["count"] for gap in gaps) == gone > 0
    assert facts(hub, device.name) + gone == 1_200
    assert any(row["kind"] == "lost-facts" for row in hub.rest.rows("/discrepancies"))
    assert (device.agent.data / "outbox.db.corrupt-1").exists()
    assert "outbox-salvaged" in device.agent.log.read_text()
    upright(hub)


def damage(outbox: Path, rng) -> None:
    """Overwrite one page of facts that the hub has not got."""
    with contextlib.closing(sqlite3.connect(outbox)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        through, last = db.execute("SELECT max(through), max(last) FROM lanes WHERE lane = 'facts'").fetchone()
        wanted = rng.randrange(through + 200, last - 200)
        payload = db.execute("SELECT payload FROM facts LIMIT 1 OFFSET ?", (wanted,)).fetchone()[0]
    data = bytearray(outbox.read_bytes())
    page = data.find(payload) // PAGE_BYTES
    data[page * PAGE_BYTES : (page + 1) * PAGE_BYTES] = rng.randbytes(PAGE_BYTES)
    outbox.write_bytes(data)
