"""The desk where a command leaves a stick for the running hub: what happens when either side goes away."""

from pathlib import Path

import pytest

from hub.folder import Folder, Running
from hub.imports.checking import ImportFaultError, opened
from hub.imports.desk import Desk, Request, copied, hand_over
from hub.imports.taking import bring_in
from tests.support.facts import DOCK, NOW, goods, scan
from tests.support.ingest import bench, station
from tests.support.sticks import Carrier, Inward

RUNNING = Running(pid=1, mqtt_port=1, http_port=1, ledger="1" * 16, run="a" * 16)


class Known(Folder):
    """A folder whose hub is as the test says."""

    def __init__(self, path: Path, running: Running | None) -> None:
        super().__init__(path)
        self.now = running

    def running(self) -> Running | None:
        return self.now


@pytest.fixture
def hub(tmp_path: Path):
    with station(tmp_path / "hub.db") as made:
        yield made


@pytest.fixture
def stick(hub, tmp_path: Path) -> Path:
    device = Carrier(tmp_path / "device", hub.database)
    device.scan(*[scan(goods(lot="A"), at=number) for number in range(40)])
    file = device.stick().file
    device.box.close()
    return file


@pytest.fixture
def desk(hub, tmp_path: Path):
    made = Desk(tmp_path, hub.database, hub.pipeline, lambda: NOW)
    yield made
    made.stop()


def taken_in(tmp_path: Path, stick: Path, folder: Folder):
    with opened(stick) as file, copied(tmp_path, file) as copy:
        return hand_over(folder, RUNNING, copy, Request())


def left(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "imports").iterdir())


def test_a_copy_is_taken_in_answered_and_removed(hub, desk, stick, tmp_path):
    desk.start()
    report = taken_in(tmp_path, stick, Known(tmp_path, RUNNING))
    assert (report.total("new"), left(tmp_path)) == (40, [])
    assert (tmp_path / "imports").stat().st_mode & 0o777 == 0o700


def test_what_an_earlier_run_left_is_removed_and_what_is_no_request_is_answered_by_a_refusal(
    desk, hub, stick, tmp_path
):
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "old.outbox").touch()
    desk.start()
    assert left(tmp_path) == []
    (tmp_path / "imports" / "x.outbox").symlink_to("/etc/passwd")
    (tmp_path / "imports" / "x.json").write_text("[]")
    result = tmp_path / "imports" / "x.result"
    hub.until(result.exists, "a refusal")
    assert b"refusal" in result.read_bytes()
    assert desk.alive


def test_a_folder_that_somebody_put_there_does_not_keep_the_hub_from_starting(desk, tmp_path):
    (tmp_path / "imports" / "sticks").mkdir(parents=True)
    desk.start()
    assert [path.name for path in left(tmp_path)] == ["sticks"]


def test_a_command_whose_hub_has_gone_says_so_and_leaves_nothing(stick, tmp_path):
    (tmp_path / "imports").mkdir()
    for now in (None, Running(pid=1, mqtt_port=1, http_port=1, ledger="1" * 16, run="b" * 16)):
        with pytest.raises(ImportFaultError, match="The hub stopped while it took in the file"):
            taken_in(tmp_path, stick, Known(tmp_path, now))
        assert left(tmp_path) == []


def test_a_hub_that_stops_or_cannot_store_says_so_and_the_same_stick_brings_the_rest(hub, desk, tmp_path):
    device = Carrier(tmp_path / "full", hub.database, "full-1")
    device.scan(*[scan(goods(lot=f"L{number}"), at=number) for number in range(2000)])
    with opened(device.stick().file) as file:
        desk.stop()
        with pytest.raises(ImportFaultError, match="The hub stops"):
            bring_in(file, desk)
        hub.disk.fill()
        with pytest.raises(ImportFaultError, match="cannot store at the moment"):
            bring_in(file, hub.pipeline)
        hub.disk.clear()
        assert bring_in(file, hub.pipeline).total("new") == 2000
    device.box.close()
    assert sum(n for (account, _), n in hub.balances().items() if account == DOCK) == 2000


def test_a_stick_that_is_larger_than_the_room_on_the_disk_is_not_copied(stick, tmp_path, monkeypatch):
    class Full:
        free = 10

    monkeypatch.setattr("hub.imports.desk.shutil.disk_usage", lambda _: Full)
    with pytest.raises(ImportFaultError, match="no room"):
        taken_in(tmp_path, stick, Known(tmp_path, RUNNING))
    assert left(tmp_path) == []


def test_a_refused_item_costs_only_itself_when_it_comes_by_a_stick(tmp_path):
    with bench(tmp_path / "hub.db") as made:
        device = Carrier(tmp_path / "device", made.database)
        device.scan(scan(goods(lot="A")), scan(goods(lot="POISON")), scan(goods(lot="B")))
        with made.database.write() as connection:
            condition = "(SELECT lot FROM lot WHERE id = NEW.lot_id) = 'POISON'"
            connection.exec_driver_sql(
                f"CREATE TRIGGER refuse BEFORE INSERT ON move WHEN {condition} BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        with opened(device.stick().file) as file:
            report = bring_in(file, Inward(made))
        assert (report.total("new"), report.total("quarantined")) == (3, 1)
        device.box.close()
