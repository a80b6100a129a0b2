"""Power cuts on a disk that forgets what was not synced, full disks, bad sectors: long, and in need of /dev/fuse."""

import random
import secrets
import sqlite3
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bench.powercut import powercut
from deploy.disk import STYLES, Disk
from deploy.program import HERE, wait_for
from deploy.stack import Agent
from edge.errors import EdgeError
from edge.store.schema import PAGE_BYTES
from tests.chaos.test_power import more_confirmed, refused
from tests.support.chaos import PATIENCE_S, add_device, delivered, reckon, settle, tell, upright
from tests.support.delivery_box import all_of, fixes, open_box, scans
from wire.messages import Lane

pytestmark = pytest.mark.soak

LIAR = """
import sqlite3, sys
import edge.store.engine as engine
honest = engine.connect
def connect(*arguments, **names):
    db = honest(*arguments, **names)
    db.execute("PRAGMA synchronous=NORMAL")
    return db
engine.connect = connect
from edge.agent import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with Disk(tmp_path / "failing") as made:
        yield made


def dice() -> random.Random:
    seed = secrets.randbelow(2**31)
    tell(f"seed {seed}")
    return random.Random(seed)


def test_forty_power_cuts_of_devices_and_hub_lose_and_double_nothing_that_was_confirmed(tmp_path: Path):
    options = Namespace(cuts=40, rate=200.0, devices=2, hub_share=0.3)
    found = powercut(dice(), tmp_path, options)
    assert found["confirmed"] > 0
    assert (found["cuts"], found["lost"], found["duplicated"]) == (40, 0, 0)


def test_an_agent_that_confirms_before_it_has_synced_is_found_out(tmp_path: Path, monkeypatch):
    def lying(self, *arguments, **names):
        honest(self, *arguments, **names)
        self.command = [str(HERE / "python"), "-c", LIAR, "--config", str(self.config)]

    honest = Agent.__init__
    monkeypatch.setattr(Agent, "__init__", lying)
    options = Namespace(cuts=8, rate=200.0, devices=1, hub_share=0.0)
    assert powercut(dice(), tmp_path, options)["lost"] > 0


def kept_after_a_cut(disk: Disk, rng: random.Random, box, style: str) -> dict[str, dict[int, int]]:
    """What an outbox holds after a power cut: uptimes by stream."""
    disk.freeze()
    disk.cut(rng, style)
    with suppress(EdgeError):
        box.close()
    with closing(open_box(disk.path)) as again:
        streams = [stream for stream, lane, _ in again.lanes() if lane is Lane.FACTS]
        return {stream: all_of(again, stream, Lane.FACTS)[0] for stream in streams}


@pytest.mark.parametrize("style", STYLES)
def test_facts_kept_after_a_sync_that_failed_are_there_after_the_power_cut(disk: Disk, style: str):
    rng = dice()
    for _ in range(10):
        box, kept = open_box(disk.path), 0
        for number in range(1, 60):
            box.append_telemetry(fixes(rng.randint(1, 20)))  # not synced: what a failed sync takes along
            if rng.random() < 0.2:
                disk.fail("sync", "outbox.db", rng.randint(1, 2))
            try:
                (place,) = box.append_facts(scans(1, number))
            except EdgeError:
                continue
            kept += 1
            stream = place.stream
        assert kept > 10
        confirmed = all_of(box, stream, Lane.FACTS)[0]
        disk.heal()
        assert kept_after_a_cut(disk, rng, box, style)[stream] == confirmed


def test_a_disk_that_cannot_be_read_for_a_while_costs_no_fact(disk: Disk, monkeypatch):
    monkeypatch.setattr("edge.store.faults.UNREADABLE_S", 0.0)
    monkeypatch.setattr("edge.store.engine.MEND_EVERY_S", 0.0)
    with closing(open_box(disk.path)) as box:
        stream = box.append_facts(scans(3000))[0].stream
    with closing(open_box(disk.path)) as box:
        disk.fail("read", "outbox.db", 40)
        refusals = 0
        for _ in range(100):
            try:
                box.append_facts(scans(1, 3001))
                found = all_of(box, stream, Lane.FACTS)[0]
                break
            except EdgeError:
                refusals += 1
        assert refusals > 5
        assert found == {n: n for n in range(1, 3001)}


def test_a_page_that_can_never_be_read_again_costs_its_rows_alone(disk: Disk, monkeypatch):
    monkeypatch.setattr("edge.store.faults.UNREADABLE_S", 0.0)
    with closing(open_box(disk.path)) as box:
        stream = box.append_facts(scans(3000))[0].stream
    data = (disk.path / "outbox.db").read_bytes()
    starts = range(0, len(data), PAGE_BYTES)
    pages = [at for at in starts if data[at] == 0x0D and b'"k":"scan"' in data[at : at + PAGE_BYTES]]
    disk.spoil("outbox.db", pages[len(pages) // 2])
    with closing(open_box(disk.path)) as box:
        for _ in range(20):
            with suppress(EdgeError):
                found, gaps = all_of(box, stream, Lane.FACTS)
                break
        assert 2900 < len(found) < 3000
        assert all(seq == up for seq, up in found.items())
        assert len(found) + sum(gap.last - gap.first + 1 for gap in gaps) == 3000
        assert box.append_facts(scans(1))[0].stream != stream


def test_a_device_on_a_full_disk_refuses_scans_and_goes_on_by_itself_when_there_is_room(scene, disk: Disk):
    hub = scene.hub()
    link = scene.link(hub)
    device = scene.plug("full-1", rate=200.0)
    device.password = add_device(hub, device.name)
    device.agent = Agent(
        scene.folder / "agents",
        device.name,
        "scanner",
        port=link.port,
        password=device.password,
        ports=device.section(),
        data=disk.path / "data",
    )
    scene.programs.append(device.agent)
    with device.agent:
        device.scan(20)
        for _ in range(3):
            disk.fill(scene.rng.randrange(100_000))
            before = refused(device)
            device.codes.flow()
            wait_for("a refusal", lambda before=before: refused(device) > before + 20, PATIENCE_S)
            disk.heal()
            more_confirmed(device, 50)
        device.finish()
        settle(hub, device)
    reckon(hub, device)
    upright(hub)


def test_a_hub_on_a_full_disk_sends_no_receipt_and_goes_on_by_itself_when_there_is_room(scene, disk: Disk):
    hub = scene.hub()
    hub.stop()
    log, hub.log = hub.log, scene.folder / "hub.log"
    (disk.path / "data").mkdir()
    for file in hub.data.glob("hub.db*"):
        (disk.path / "data" / file.name).write_bytes(file.read_bytes())
    hub.data = disk.path / "data"
    hub.command[hub.command.index("--data") + 1] = str(hub.data)
    hub.start()
    assert log != hub.log
    device = scene.device(hub, "patient-1", rate=200.0)
    device.scan(20)
    for _ in range(2):
        disk.fill()
        device.codes.flow()
        wait_for("the hub to notice", lambda: "is full" in hub.log.read_text(), PATIENCE_S)
        more_confirmed(device, 50)
        disk.heal()
        delivered(hub, device)
        hub.log.write_text("")
    device.finish()
    settle(hub, device)
    reckon(hub, device)
    upright(hub)
    hub.stop()


@pytest.mark.parametrize("round_", range(30))
def test_a_salvage_cut_by_the_power_at_any_sync_loses_nothing_more(disk: Disk, round_: int):
    rng = dice()
    with closing(open_box(disk.path)) as box:
        stream = box.append_facts(scans(2000))[0].stream
        box.append_telemetry(fixes(100))
    with closing(sqlite3.connect(disk.path / "outbox.db")) as db:
        page = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'streams'").fetchone()[0]
    with (disk.path / "outbox.db").open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES)
        file.write(b"\xa5" * PAGE_BYTES)
        file.flush()
    disk.arm(round_ % 12 + 1)
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from tests.support.delivery_box import open_box;"
        "open_box(Path(sys.argv[1])).close()"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(disk.path)])
    if not disk.frozen(5):
        disk.freeze()
    disk.cut(rng, rng.choice(STYLES), [child.kill])
    child.wait()
    with closing(open_box(disk.path)) as box:
        assert all_of(box, stream, Lane.FACTS) == ({n: n for n in range(1, 2001)}, [])
