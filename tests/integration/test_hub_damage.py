"""A hub whose database cannot be read for a while goes on by itself; one that is damaged says so, and what helps."""

import contextlib
import sqlite3
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from hub.config import load
from hub.errors import DAMAGED, DamagedError
from hub.service import Hub
from hub.store.database import Database
from tests.support.facts import DOCK, batch, goods, scan
from tests.support.hub_process import HubProcess, cli, cli_json
from tests.support.ingest import station
from tests.support.mqtt import connected, until
from wire import topics

PAGE = 8192


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a hub that knows a device, stopped, with all in one file."""
    folder = tmp_path / "hub"
    cli_json("device", "add", "a", data=folder)
    with contextlib.closing(sqlite3.connect(folder / "hub.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return folder


def spoil(path: Path, first: int) -> None:
    """Overwrite every page from `first` on (they count from 1)."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek((first - 1) * PAGE)
        file.write(b"\xa5" * (size - (first - 1) * PAGE))


def test_what_comes_while_the_database_cannot_be_read_is_not_answered_and_comes_again(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("hub.ingest.pipeline.PAUSE_S", 0.05)
    with station(tmp_path / "hub.db") as hub:
        hub.send("a", batch(hub.ledger, [scan(goods(lot="A"))]))
        hub.flush()
        build, failing = hub.pipeline._reader.build, [2]

        def flaky(*arguments, **names):
            group = build(*arguments, **names)  # what is remembered is now ahead of what will be stored
            if failing[0]:
                failing[0] -= 1
                raise OperationalError("SELECT", (), sqlite3.OperationalError("disk I/O error"))
            return group

        hub.pipeline._reader.build = flaky
        for left in (1, 0):
            hub.send("a", batch(hub.ledger, [scan(goods(lot="A"))], after=1))
            hub.until(lambda left=left: failing[0] == left and hub.pipeline.stalled, "the hub to notice")
        assert hub.flush("a").hello
        assert hub.through("a") == 1
        hub.send("a", batch(hub.ledger, [scan(goods(lot="A"))], after=1))
        hub.settled("a", 2)
        assert not hub.pipeline.stalled
        assert hub.balances()[DOCK, "A"] == 2
        assert hub.findings() == []


def test_a_database_that_cannot_be_read_for_a_moment_does_not_end_the_hub(tmp_path: Path):
    hub = Hub(load(tmp_path))
    looks = []

    class FlakyGate:
        def tend(self) -> None:
            looks.append(1)
            if len(looks) == 1:
                raise OperationalError("SELECT", (), sqlite3.OperationalError("disk I/O error"))
            hub.ask_to_stop()

    hub._gate = FlakyGate()
    assert hub.wait() == 0
    assert len(looks) == 2


def test_damage_found_by_ingest_ends_it_without_a_receipt(tmp_path: Path):
    path = tmp_path / "hub.db"
    with station(path) as hub:
        hub.send("a", batch(hub.ledger, [scan(goods(lot="A"))]))
        hub.flush()
        with contextlib.closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        spoil(path, 2)
        hub.database.reader.dispose()
        for number in range(20):
            hub.send(f"new-{number}", batch(hub.ledger, [scan(goods(lot=f"N{number}"))]))
        until(lambda: hub.pipeline.failure, "ingest to end")
        assert isinstance(hub.pipeline.failure, DamagedError)
        assert "relay-hub restore" in str(hub.pipeline.failure)
        assert [one for name, one in hub.answers if name.startswith("new-")] == []


@pytest.mark.soak
def test_a_hub_that_finds_damage_ends_with_a_code_of_its_own_and_names_the_remedy_which_helps(
    data: Path, tmp_path: Path
):
    backup = tmp_path / "backup.db"
    assert cli("backup", backup, data=data).returncode == 0
    password = cli_json("device", "add", "b", data=data)["password"]
    with HubProcess(data) as hub:
        ledger = hub.ledger
        with contextlib.closing(sqlite3.connect(data / "hub.db")) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        spoil(data / "hub.db", 2)
        with connected(hub.mqtt_port, "b", password) as device:
            device.publish(topics.build("b", topics.Leaf.UP), batch(ledger, [scan(goods(lot="A"))]))
        hub.await_down()
        assert hub.process.returncode == DAMAGED
        assert "relay-hub restore" in hub.log.read_text()
    for words in ("up --http-port 0 --mqtt-port 0", "audit", "device list"):
        said = cli(*words.split(), data=data)
        assert (said.returncode, "relay-hub restore" in said.stderr) == (DAMAGED, True), said
    findings = {row["check"]: row for row in msgspec.json.decode(cli("doctor", "--json", data=data).stdout)}
    assert findings["database"]["ok"] is False
    assert "relay-hub restore" in findings["database"]["sentence"]
    restored = cli("restore", backup, data=data)
    assert restored.returncode == 0, restored.stderr
    with HubProcess(data) as hub:
        assert hub.ledger == ledger


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path):
    (tmp_path / "hub.db").write_bytes(b"this is no database, but text\n" * 1000)
    with pytest.raises(DamagedError, match="relay-hub restore"):
        Database.open(tmp_path / "hub.db")
