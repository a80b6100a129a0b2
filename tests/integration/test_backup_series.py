"""The folder of the hub's daily backups."""

import os
from contextlib import closing

import pytest

from hub.errors import BackupError
from hub.store.backup import inspect
from hub.store.database import Database
from hub.store.series import backup_into
from tests.support.hub_process import cli

DAY = 86_400.0


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "hub"
    folder.mkdir()
    with closing(Database.open(folder / "hub.db")):
        pass
    return folder


def test_only_the_newest_backups_stay_and_what_a_person_put_beside_them_too(data, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "before-the-move.db").touch()
    (folder / "hub-20200101T000000Z.db.old").touch()
    for day in range(5):
        made = backup_into(folder, 3, data / "hub.db", clock=lambda day=day: day * DAY)
    assert inspect(made.path).ledger
    assert sorted(path.name for path in folder.iterdir()) == [
        "before-the-move.db",
        "hub-19700103T000000Z.db",
        "hub-19700104T000000Z.db",
        "hub-19700105T000000Z.db",
        "hub-20200101T000000Z.db.old",
    ]


def test_a_clock_that_went_back_does_not_cost_the_backup_that_was_just_made(data, tmp_path):
    backup_into(tmp_path, 1, data / "hub.db", clock=lambda: 9 * DAY)
    made = backup_into(tmp_path, 1, data / "hub.db", clock=lambda: DAY)
    assert [path.name for path in tmp_path.glob("*.db")] == [made.path.name]


def test_a_backup_that_cannot_be_made_deletes_none(data, tmp_path):
    kept = backup_into(tmp_path, 1, data / "hub.db", clock=lambda: DAY)
    (data / "hub.db").write_bytes(b"no database" * 1000)
    with pytest.raises(BackupError):
        backup_into(tmp_path, 1, data / "hub.db", clock=lambda: 2 * DAY)
    assert [path.name for path in tmp_path.glob("*.db*")] == [kept.path.name]


def test_the_command_that_the_timer_runs_keeps_so_many(data, tmp_path):
    folder = tmp_path / "backups"
    assert cli("backup", folder, "--keep", "2", data=data).returncode == 2, "there is no such folder yet"
    folder.mkdir()
    (folder / "hub-20200101T000000Z.db").touch()
    (folder / "hub-20200102T000000Z.db").touch()
    half = folder / "hub-20200102T000000Z.db.0123abcd.part"
    half.touch()
    os.utime(half, (0, 0))
    fresh = folder / "hub-20200103T000000Z.db.0123abcd.part"
    fresh.touch()
    done = cli("backup", folder, "--keep", "2", data=data)
    assert done.returncode == 0
    assert not half.exists()
    assert fresh.exists()
    names = sorted(path.name for path in folder.glob("*.db"))
    assert len(names) == 2
    assert names[0] == "hub-20200102T000000Z.db"
    assert names[1] in done.stdout
