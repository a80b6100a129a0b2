"""What the audit says of reserved goods and booked room: each violation is planted in sound promises, and found."""

import shutil
from pathlib import Path

import pytest

from hub.core.viewer import Role
from hub.store.audit import audit
from hub.store.audit_promises import PROMISES
from hub.store.database import Database
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.relief_stock import WATER, relief_desk

TOOK, BARRED, LISTS, ROOM, NUMBERS = PROMISES
HOUR_MS = 3_600_000


def note(database: Database, state: str, lot: str) -> None:
    """Somebody decides about a lot."""
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO lot_note (item, lot, state, reason, at, by) VALUES (?, ?, ?, 'glass', 0, 'ana')",
            (f"gtin:{WATER}", lot, state),
        )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with goods that are held, were held, are picked and were picked, and a room that is full."""
    folder = tmp_path_factory.mktemp("promises")
    with relief_desk(folder) as made:
        made.receive(30)
        need = made.need(100)
        for state, lot in (("recalled", "B"), ("recalled", "A"), ("ok", "A")):
            note(made.web.database, state, lot)
        made.held(need, 15, hold_s=3600)
        made.post(f"/reservations/{made.held(need, 5)}/cancellation")
        made.post(f"/reservations/{made.held(need, 6)}/release")
        made.post(f"/picks/{made.post(f'/reservations/{made.held(need, 4)}/release')['id']}/closing")
        made.web.clock.now += HOUR_MS
        made.held(need, 20)
        made.held(need, 4)
        room = {"site": "wh-1", "temperature": "ambient", "measure": "m3"}
        made.call("PUT", "/space/capacities", Role.ADMIN, capacities=[{**room, "amount": 1500}])
        days = {"first_day": "2027-02-01", "last_day": "2027-02-03"}
        for amount in (1000, 500):
            booked = made.post("/space/bookings", Role.ADMIN, organisation=OWN, amount=amount, **room, **days)
            made.post(f"/space/bookings/{booked['id']}/approval", Role.ADMIN)
        note(made.web.database, "recalled", "A")
    return folder / "hub.db"


@pytest.fixture
def database(kept: Path, tmp_path: Path):
    """A copy of it."""
    for file in kept.parent.glob("hub.db*"):
        shutil.copy(file, tmp_path)
    made = Database(tmp_path / "hub.db")
    yield made
    made.close()


def test_promises_that_were_kept_have_no_findings(database: Database):
    assert audit(database) == []


PLANTS = {
    "a reservation of goods that another holds": ("UPDATE reservation SET claimed = 0, n = 25 WHERE seq = 6", {TOOK}),
    "a hold that had not ended after all": (
        (
            "UPDATE reservation SET expires_at = expires_at + 9999999, state = 'held', ended_at = NULL,"
            " ended_by = NULL, ended_after = NULL WHERE seq = 1"
        ),
        {TOOK},
    ),
    "a reservation of a lot that was recalled": ("UPDATE lot_note SET state = 'recalled' WHERE state = 'ok'", {BARRED}),
    "a reservation of an item that was in quarantine": (
        "UPDATE lot_note SET lot = '', state = 'quarantined' WHERE lot = 'B'",
        {BARRED},
    ),
    "a reservation that is picked although its list is closed": (
        "UPDATE pick SET state = 'closed', ended_at = 1, ended_by = 'x' WHERE state = 'open'",
        {LISTS},
    ),
    "a pick list of less than was reserved": ("UPDATE pick_line SET n = 1 WHERE line = 1 AND pick = 1", {LISTS}),
    "a pick list of another site": ("UPDATE pick SET site = 'wh-2' WHERE seq = 1", {LISTS}),
    "room that grew smaller in silence": ("UPDATE space_capacity SET amount = 1499", {ROOM}),
    "a booking that grew": ("UPDATE booking SET amount = amount + 1 WHERE seq = 1", {ROOM}),
    "room that is gone": ("DELETE FROM space_capacity", {ROOM}),
    "numbers of units that two devices have": (
        (
            "INSERT INTO sscc_range (prefix, low, high, device, at) VALUES ('0690', 1000, 1999, 'one', 1),"
            " ('0690', 1900, 1999, 'two', 2), ('0690', 2000, 2999, 'one', 3)"
        ),
        {NUMBERS},
    ),
}


@pytest.mark.parametrize("what", PLANTS)
def test_the_audit_finds(database: Database, what: str):
    statements, checks = PLANTS[what]
    with database.write() as connection:
        for statement in statements.split(";"):
            assert connection.exec_driver_sql(statement).rowcount > 0
    found = audit(database)
    assert {finding.check for finding in found} == checks, found
    assert all(len(finding.sentence) > 20 for finding in found)


def test_every_promise_has_a_violation_that_is_found():
    assert {check for _, checks in PLANTS.values() for check in checks} == set(PROMISES)


def test_the_database_itself_refuses_a_reservation_of_more_than_was_free(database: Database):
    with pytest.raises(Exception, match="CHECK"), database.write() as connection:
        connection.exec_driver_sql("UPDATE reservation SET n = n + 1 WHERE seq = 6")
