"""The projections made again from the journal show every difference, and repair it when asked."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.errors import StoreError
from hub.ingest.rebuild import bring_up_to_date, rebuild
from hub.store import flows
from hub.store.canon import CANON
from hub.store.database import Database
from tests.support.facts import (
    DOCK,
    NOW,
    OTHER_STREAM,
    PALLET,
    RECEIVED,
    SHELF,
    STREAM,
    TENT,
    batch,
    count,
    fix,
    goods,
    scan,
    unit_label,
    void,
)
from tests.support.ingest import Bench, bench
from wire.actions import Action
from wire.messages import Gap, GapReason, Lane, Outcome, OutcomeState, Report, ReportState, Settle

FACTS = [
    void(2),
    count(goods(lot="V"), 3, where="place:never-seen"),
    scan(goods(lot="A", expiry=20270131), at=1, n=10),
    count(goods(lot="A"), 5, at=3),
    scan(goods(TENT, "T", serial="1"), at=4),
    scan(goods(TENT, serial="1"), at=5, do=Action.PACK, source=SHELF, to=f"unit:sscc:{PALLET}"),
    scan(unit_label(), at=6),
    scan(unit_label(), at=7, do=Action.MOVE, source=SHELF, to=DOCK, task="pick:P1"),
]
DECIDED = [Settle(at=NOW, up=0, device="a", stream=STREAM, seq=3, owner="caritas", reason="delivery D1")]

ANSWERS = [
    Outcome(at=NOW, up=0, id="c" * 16, state=OutcomeState.DONE, detail="shown"),
    Report(at=NOW, up=0, version=1, generation="e" * 16, state=ReportState.APPLIED),
]


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        for at, fact in enumerate(FACTS):
            one.take(("a", batch(one.ledger, [fact], after=at)))
        one.take(("a", batch(one.ledger, [fix(1), fix(2, 35.0), fix(3)], lane=Lane.TELEMETRY)))
        one.take(("a", batch(one.ledger, ANSWERS, stream=OTHER_STREAM)))
        one.take(("hub", batch(one.ledger, DECIDED)))
        flows.reckon(one.database)
        yield one


def test_what_was_made_again_is_the_same(made: Bench):
    again = made.rebuilt()
    assert again.same, again.differences
    assert again.items == len(FACTS) + 3 + len(ANSWERS) + len(DECIDED)
    assert set(again.differences) == set(CANON)
    assert list((made.path.parent / "scratch").iterdir()) == []


PLANTS = {
    "lot": "UPDATE lot SET expiry = 20280101 WHERE lot = 'A'",
    "account": "UPDATE account SET site = 'elsewhere' WHERE code = 'place:wh-1'",
    "move": "UPDATE move SET quantity = 11",
    "sighting": "UPDATE sighting SET at = at + 1 WHERE seq = 5",
    "unit": "DELETE FROM unit",
    "story_break": "DELETE FROM story_break WHERE unit LIKE 'sscc:%'",
    "void": "DELETE FROM void",
    "settle": "UPDATE settle SET owner = 'red-cross'",
    "task_fact": "DELETE FROM task_fact",
    "tally": "UPDATE tally SET adjustment = 0",
    "balance": "UPDATE balance SET quantity = quantity + 1",
    "holding": "UPDATE holding SET quantity = quantity + 1",
    "fix": "UPDATE fix SET verdict = 'good'",
    "outcome": "UPDATE outcome SET state = 'failed'",
    "report": "DELETE FROM report",
    "flow": "UPDATE flow SET came = came + 1",
}


def test_a_ledger_that_an_earlier_version_kept_is_made_again_once_by_todays_rules(tmp_path: Path):
    with bench(tmp_path / "hub.db") as made:
        ahead = scan(goods(lot="A"), at=10**12)
        made.take(("a", batch(made.ledger, [ahead, void(1, at=10**12)])))
        made.take(("a", batch(made.ledger, [ahead], after=2)))
        with made.database.write() as connection:
            connection.exec_driver_sql("UPDATE move SET at = at + 1000000 WHERE seq = 3")
        with capture_logs() as said:
            assert bring_up_to_date(made.database, tmp_path)
        assert [one["event"] for one in said] == ["projections-are-made-again"], "before it is done: it takes a while"
        assert set(made.rows("SELECT at FROM move")) == {(RECEIVED,)}
        assert not bring_up_to_date(made.database, tmp_path)
        assert made.rebuilt().same
    with bench(tmp_path / "new.db") as new:
        assert not bring_up_to_date(new.database, tmp_path)


CUT_SHORT = """
import os, sys
from pathlib import Path
from hub.ingest import rebuild
from hub.store.database import Database
rebuild._replay = lambda _: os._exit(9)
rebuild.bring_up_to_date(Database.open(Path(sys.argv[1])), Path(sys.argv[1]).parent)
"""


def test_what_was_cut_short_while_it_was_made_again_does_not_fill_the_disk(tmp_path: Path):
    with bench(tmp_path / "hub.db") as made:
        made.take(("a", batch(made.ledger, [scan(goods(lot="A"))])))
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", CUT_SHORT, str(tmp_path / "hub.db")], check=False)
        assert done.returncode == 9
        (left,) = (path for path in tmp_path.iterdir() if path.is_dir())
        assert left.stat().st_mode & 0o777 == 0o700
    with closing(Database.open(tmp_path / "hub.db")) as database:
        assert bring_up_to_date(database, tmp_path)
    assert not left.exists()


@pytest.mark.parametrize("table", CANON)
def test_a_difference_is_shown_by_table_and_repaired_when_asked(made: Bench, table: str):
    wanted = made.tables()
    with made.database.write() as connection:
        assert connection.exec_driver_sql(PLANTS[table]).rowcount > 0
    found = made.rebuilt()
    assert not found.same
    assert found.differences[table]
    assert made.tables() != wanted, "looking repairs nothing"
    assert made.rebuilt(replace=True).differences == found.differences
    assert made.tables() == wanted
    assert made.rebuilt().same
    assert made.findings() == []


def test_a_hub_that_starts_after_a_repair_goes_on_counting(tmp_path: Path):
    with bench(tmp_path / "hub.db") as first:
        first.take(("a", batch(first.ledger, [scan(goods(lot="A")), scan(goods(lot="B"))])))
        with first.database.write() as connection:
            connection.exec_driver_sql("UPDATE lot SET id = id + 100")
        assert not first.rebuilt(replace=True).same
    with bench(tmp_path / "hub.db") as second:
        second.take(("a", batch(second.ledger, [scan(goods(lot="A")), scan(goods(lot="C"))], after=2)))
        balances = second.balances()
        assert [balances[DOCK, lot] for lot in "ABC"] == [2, 1, 1]
        assert second.findings() == []
        assert second.rebuilt().same


def test_a_voided_count_that_a_gap_swallowed_for_a_while_is_made_again(made: Bench):
    gap = Gap(9, 9, GapReason.UNREADABLE)
    made.take(("a", batch(made.ledger, [void(9)], after=8, gaps=[gap])))
    assert made.rebuilt().same
    made.take(("a", batch(made.ledger, [count(goods(lot="W"), 3, where="place:late")], after=8)))
    assert made.rebuilt().same
    assert made.balances().get(("place:late", "W"), 0) == 0


def test_what_cannot_be_made_again_says_why(made: Bench, tmp_path: Path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match="cannot be rebuilt"):
        rebuild(made.database, tmp_path / "taken")
