"""What does not add up between a warehouse and a recipient: seen with both stories, and gone when the facts come."""

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from hub.core.discrepancies import ALLOWED, Decision, Kind
from hub.store.audit import audit
from hub.store.audit_custody import ON_THE_WAY
from hub.store.custody import keep
from hub.store.queries import both_sides, discrepancies
from hub.store.queries.differing import Discrepancy
from hub.store.queries.holders import holders
from hub.store.queries.paging import Pager
from tests.support.facts import DOCK, NOW, RICE, STATION, batch, goods, scan, void
from tests.support.ingest import Bench
from tests.support.viewers import EVERYTHING, operator_at, staff_of
from wire.actions import Action
from wire.messages import Proof
from wire.sitedata import LotNote, encode_body, lot_key

ID, PARCEL, RECIPIENT = "C-0000000A", "st-1.00000A", "00000000000000aa"
TASK, VAN, INSIDE, LABEL = f"consignment:{ID}", "transit:van-1", f"unit:parcel:{PARCEL}", f"RR:P:{PARCEL}"
OWN = {"owner": "red-lantern"}
SACKS = goods(RICE, "A")
DAY_MS = 86_400_000
MADE = (
    (
        "INSERT INTO request (id, organisation, recipient, way, site, priority, groups, needed_by, note, decided,"
        f" state, made_at, made_by, changed_at) VALUES ('00000000000000bb', 'red-lantern', '{RECIPIENT}', 'station',"
        " 'st-1', 2, '[]', 20270201, '', 'approved', 'under-way', 0, 'ana', 0)"
    ),
    (
        "INSERT INTO consignment (id, organisation, way, from_site, to_site, due, note, decided, state, made_at,"
        f" made_by, changed_at) VALUES ('{ID}', 'red-lantern', 'station', 'wh-1', 'st-1', 20270115, '', 'planned',"
        " 'in-transit', 0, 'ana', 0)"
    ),
    (
        "INSERT INTO parcel (id, request, consignment, recipient, way, station, number, state, made_at, made_by,"
        f" changed_at) VALUES ('{PARCEL}', 1, 1, '{RECIPIENT}', 'station', 'st-1', 417, 'under-way', 0, 'ana', 0)"
    ),
    f"INSERT INTO parcel_line (parcel, line, item, lot, owner, n) VALUES (1, 1, 'gtin:{RICE}', 'A', 'red-lantern', 5)",
)

FOLLOWED = "INSERT OR REPLACE INTO meta (key, value) SELECT 'follower', CAST(max(id) AS TEXT) FROM journal"


class Story:
    """A hub with one consignment of one parcel that is to hold five sacks of rice."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder / "hub.db")
        self._sent: dict[str, int] = {}
        self.write(*MADE)
        self.tell(scan(SACKS, n=20, **OWN))

    def tell(self, *facts: object, device: str = "wh1-scanner-1") -> None:
        """Facts of a device come, and what follows from them is reckoned."""
        after = self._sent.get(device, 0)
        self.bench.take((device, batch(self.bench.ledger, facts, after=after)))
        self._sent[device] = after + len(facts)
        with self.bench.database.write() as connection:
            keep(connection, [1])
            connection.exec_driver_sql(FOLLOWED)

    def sent(self, n: int = 5) -> None:
        """The parcel is packed and leaves."""
        self.tell(
            scan(LABEL, at=1, do=Action.SIGHT, to=DOCK),
            scan(SACKS, at=2, do=Action.PACK, source=DOCK, to=INSIDE, n=n, task=TASK, **OWN),
            scan(LABEL, at=3, do=Action.LOAD, source=DOCK, to=VAN, task=TASK),
        )

    def came(self, to: str = STATION) -> None:
        self.tell(scan(LABEL, at=4, do=Action.UNLOAD, source=VAN, to=to, task=TASK), device="st1-terminal-1")

    def write(self, *statements: str) -> None:
        with self.bench.database.write() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def found(self, kind: Kind | None = None, now: int = NOW) -> list[Discrepancy]:
        """What is open; the list comes in pages of one."""
        rows, cursor, pager = [], None, Pager("g", "test")
        with self.bench.database.read() as connection:
            while True:
                page = discrepancies.discrepancies(
                    connection,
                    pager,
                    viewer=EVERYTHING,
                    now=now,
                    limit=1,
                    cursor=cursor,
                    sought=discrepancies.Sought(kind=kind),
                )
                rows += page.rows
                cursor = page.next
                if cursor is None:
                    assert len(rows) == discrepancies.count(connection, EVERYTHING, now) or kind is not None
                    return rows

    def codes(self) -> set[str]:
        return {row.code for row in self.found()}

    def sides(self, row: Discrepancy) -> list[tuple[str, str, str | None]]:
        with self.bench.database.read() as connection:
            return [(side.role, side.said, side.device) for side in both_sides.sides(connection, row, NOW)]


@pytest.fixture
def story(tmp_path: Path):
    made = Story(tmp_path)
    yield made
    assert made.bench.findings() == []
    made.bench.close()


def test_what_left_and_did_not_arrive_is_short_once_the_consignment_is_through_until_its_facts_come(story):
    story.sent()
    assert story.codes() == set()
    story.write("UPDATE consignment SET state = 'discrepant'")
    (row,) = story.found(Kind.CONSIGNMENT_SHORT)
    assert (row.code, row.values, row.item, row.lot) == (
        "not-arrived",
        {"consignment": ID, "n": 5},
        f"gtin:{RICE}",
        "A",
    )
    assert story.sides(row)[0] == ("planned", "discrepant", None)
    assert {side[:2] for side in story.sides(row)[1:]} == {("sent", "load"), ("sent", "pack")}
    story.came()
    assert story.codes() == set()


def test_less_than_planned_is_short_and_what_came_without_leaving_is_over_until_the_senders_scans_come(story):
    story.came()
    (row,) = story.found(Kind.CONSIGNMENT_OVER)
    assert (row.code, row.quantity, row.item) == ("arrived-more", 1, f"parcel:{PARCEL}")
    story.sent(3)
    story.write("UPDATE consignment SET state = 'received'")
    (row,) = story.found()
    assert (row.kind, row.code, row.quantity) == (Kind.CONSIGNMENT_SHORT, "sent-less", -2)
    story.tell(scan(SACKS, at=2, do=Action.PACK, source=DOCK, to=INSIDE, n=4, task=TASK, **OWN))
    (row,) = story.found()
    assert (row.kind, row.code, row.quantity) == (Kind.CONSIGNMENT_OVER, "sent-more", 2)


def test_damage_on_the_way_is_shown_and_goes_when_it_is_undone(story):
    story.sent()
    story.tell(scan(LABEL, at=4, do=Action.DAMAGE, source=VAN, task=TASK), device="van-1")
    (row,) = story.found()
    assert (row.kind, row.quantity) == (Kind.CONSIGNMENT_DAMAGED, 5)
    story.tell(void(1), device="van-1")
    assert story.found() == []


def test_a_unit_that_arrives_where_it_is_not_for_is_shown_with_both_places(story):
    story.sent()
    story.came("place:st-9")
    (row,) = story.found()
    assert (row.kind, row.values) == (Kind.WRONG_UNIT, {"wanted": "st-1", "stands": "st-9"})
    assert ("after", "unload", "st1-terminal-1") in story.sides(row)
    story.tell(scan(LABEL, at=5, do=Action.MOVE, source="place:st-9", to=STATION), device="st1-terminal-1")
    assert story.found() == []


def test_a_consignment_is_overdue_when_its_day_is_over_and_not_sooner(story):
    story.sent()
    assert story.found() == []  # NOW is 15 January 2027
    (row,) = story.found(now=NOW + DAY_MS)
    assert (row.kind, row.values["due"], row.owner) == (Kind.OVERDUE, 20270115, "red-lantern")
    story.write("UPDATE consignment SET state = 'arrived'")
    assert story.found(now=NOW + DAY_MS) == []


def test_a_parcel_given_twice_without_a_network_shows_both_hand_overs_and_one_that_came_back_between_does_not(story):
    story.sent()
    story.came()
    proof = Proof(way="code", checked=True)
    for at, device in ((10, "st1-terminal-1"), (20, "st1-terminal-2")):
        story.tell(scan(LABEL, at=at, do=Action.HAND_OVER, source=STATION, proof=proof), device=device)
    (row,) = story.found(Kind.GIVEN_TWICE)
    assert story.found(Kind.BROKEN_STORY) == []
    assert row in story.found()  # and it is counted once
    assert (row.site, row.quantity, row.item) == ("st-1", 2, f"parcel:{PARCEL}")
    assert sorted(story.sides(row)) == [
        ("after", "hand-over", "st1-terminal-2"), ("before", "hand-over", "st1-terminal-1"),
    ]  # fmt: skip
    story.tell(scan(LABEL, at=15, do=Action.RETURN, to=STATION), device="st1-scanner-9")
    assert story.found(Kind.GIVEN_TWICE) == []


def test_what_a_shelf_count_did_not_see_is_missing_until_somebody_sees_it(story):
    story.sent()
    story.came()
    story.write(
        "INSERT INTO shelf_count (id, site, shelf, made_at, made_by, closed_at, closed_by)"
        f" VALUES ('00000000000000cc', 'st-1', '', {NOW + 5}, 'cai', {NOW + 50}, 'cai')",
        f"INSERT INTO shelf_missing VALUES (1, '{PARCEL}', '{STATION}/A-2')",
    )
    (row,) = story.found()
    assert (row.kind, row.account, row.site) == (Kind.PARCEL_MISSING, f"{STATION}/A-2", "st-1")
    assert story.sides(row)[0][:2] == ("counted", "count")
    story.tell(scan(LABEL, at=60, do=Action.SIGHT, to=f"{STATION}/A-3"), device="st1-terminal-1")
    assert story.found() == []


def test_every_kind_can_be_settled(story):
    assert all(Decision.ACCEPT in ALLOWED[kind] for kind in (Kind.GIVEN_TWICE, Kind.OVERDUE, Kind.PARCEL_MISSING))
    assert set(ALLOWED) == set(Kind)


def test_a_recall_tells_which_parcels_hold_the_lot_and_for_whom_as_far_as_each_may_see(story):
    story.sent()
    story.came()
    with story.bench.database.read() as connection:
        (one,) = holders(connection, RICE, "A", viewer=EVERYTHING, limit=10)
        assert (one.parcel, one.request, one.quantity, one.station) == (PARCEL, "00000000000000bb", 5, "st-1")
        for viewer, n in ((staff_of("caritas"), 0), (staff_of("red-lantern"), 1), (operator_at("st-9"), 0)):
            assert len(holders(connection, RICE, "A", viewer=viewer, limit=10)) == n
        assert holders(connection, RICE, "A", viewer=EVERYTHING, limit=10, after=one.key) == []
        assert holders(connection, RICE, "B", viewer=EVERYTHING, limit=10) == []


ADDS_UP, WARNED, WARNED_OF_AGE = ON_THE_WAY


@pytest.mark.parametrize(
    "plant", ["UPDATE custody SET received = received - 1, lost = lost + 1", "DELETE FROM custody"]
)
def test_the_audit_finds_custody_that_is_not_what_the_facts_say_once_they_are_followed(story, plant):
    story.sent()
    story.came()
    story.write(plant)
    assert {finding.check for finding in audit(story.bench.database)} == {ADDS_UP}
    story.write("DELETE FROM meta WHERE key = 'follower'")
    assert audit(story.bench.database) == []
    story.tell()


def test_the_database_itself_refuses_custody_that_does_not_add_up(story):
    story.sent()
    with pytest.raises(IntegrityError):
        story.write("UPDATE custody SET in_transit = in_transit + 1")


@pytest.mark.parametrize(
    ("state", "warned", "ref", "found"),
    [
        ("recalled", (), 5, {WARNED}),
        ("quarantined", ("recalled",), 6, {WARNED}),
        ("recalled", ("recalled", "expires-soon"), 5, set()),
        ("recalled", (), 4, set()),
        ("ok", (), 5, set()),
    ],
)
def test_the_audit_finds_what_was_handed_out_without_the_warning_that_the_device_was_told(
    tmp_path, state, warned, ref, found
):
    story = Story(tmp_path)
    note = encode_body(LotNote(gtin=RICE, lot="A", state=state)).decode()
    key = lot_key(RICE, "A")
    story.write(f"INSERT INTO site_record VALUES ('*', 'lot', '{key}', 5, CAST('{note}' AS BLOB), NULL, {NOW})")
    story.tell(scan(SACKS, at=9, do=Action.HAND_OVER, source=DOCK, n=2, ref=ref, warned=warned, **OWN))
    assert {finding.check for finding in audit(story.bench.database)} == found
    story.bench.close()


@pytest.mark.parametrize(
    ("expiry", "warned", "ref", "found"),
    [
        (20270114, (), 1, {WARNED_OF_AGE}),
        (20270114, ("recalled",), 1, {WARNED_OF_AGE}),
        (20270114, ("expired",), 1, set()),
        (20270114, (), None, set()),
        (20270115, (), 1, set()),
        (None, (), 1, set()),
    ],
)
def test_the_audit_finds_what_was_handed_out_expired_without_a_word(tmp_path, expiry, warned, ref, found):
    story = Story(tmp_path)
    label = goods(RICE, "A", expiry=expiry)
    story.tell(scan(label, at=9, do=Action.HAND_OVER, source=DOCK, n=2, ref=ref, warned=warned, **OWN))
    assert {finding.check for finding in audit(story.bench.database)} == found
    story.bench.close()
