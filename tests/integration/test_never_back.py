"""What is shown as the latest never goes back in time, whatever clocks say and however late things come."""

from pathlib import Path

import pytest

from hub.ingest.group import Arrival
from hub.store.queries import positions, trace
from hub.store.queries.paging import Pager
from tests.support.facts import (
    DOCK,
    NOW,
    OTHER_STREAM,
    PALLET,
    RECEIVED,
    RUN,
    SHELF,
    batch,
    fix,
    hello,
    scan,
    unit_label,
)
from tests.support.ingest import Bench, bench
from tests.support.viewers import EVERYTHING
from wire import codec
from wire.actions import Action
from wire.messages import Clock, Lane, Presence
from wire.topics import Leaf

YEAR_MS = 365 * 86_400_000
KNOWN = Clock(base=NOW, error=5)


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        yield one


def where(made: Bench) -> positions.Position:
    with made.database.read() as connection:
        (found,) = positions.positions(connection, viewer=EVERYTHING, now=made.now)
    return found


def traced(made: Bench) -> trace.Trace:
    with made.database.read() as connection:
        return trace.trace(connection, Pager("g", "test"), unit_label(), viewer=EVERYTHING, limit=100, cursor=None)


def test_a_scan_of_a_device_whose_clock_runs_years_ahead_holds_no_unit_where_it_was(made: Bench):
    ahead = scan(unit_label(), at=10 * YEAR_MS, to=SHELF)
    made.take(("a", batch(made.ledger, [ahead])))
    made.now += 60_000
    later = scan(unit_label(), at=made.now - NOW - 5, do=Action.MOVE, source=SHELF, to="place:st-1")
    made.take(("b", batch(made.ledger, [later], clock=KNOWN)))
    assert made.rows("SELECT account.code FROM unit JOIN account ON account.id = account_id") == [("place:st-1",)]
    newer, older = traced(made).events
    assert (older.at, older.said_at, older.estimated) == (RECEIVED, NOW + 10 * YEAR_MS, True)
    assert newer.at == made.now - 5
    assert made.rebuilt().same


def test_when_a_device_came_and_was_heard_of_is_told_by_the_hubs_clock_and_never_goes_back(made: Bench):
    def say(at: int, connection: str, *, online: bool) -> tuple:
        payload = codec.encode(Presence(run=RUN, connection=connection, online=online, at=at))
        group = made.reader.build([(arrival(payload))], made._connection)
        made._built.append(group)
        made.commit()
        ((*found,),) = made.rows("SELECT presence_at, last_seen, last_fact_at FROM device WHERE name = 'a'")
        return tuple(found)

    def arrival(payload: bytes) -> Arrival:
        return Arrival("a", payload, made.now, Leaf.PRESENCE)

    made.take(("a", hello(1)), ("a", batch(made.ledger, [scan("x")])))
    assert say(0, "c1", online=True) == (RECEIVED, RECEIVED, RECEIVED)
    made.now += 1_000
    assert say(NOW + YEAR_MS, "c1", online=True)[0] == RECEIVED
    made.now -= 60_000  # somebody set the hub's clock
    made.take(("a", batch(made.ledger, [scan("y")], after=1)))
    assert say(0, "c1", online=False) == (RECEIVED, RECEIVED, RECEIVED)


def test_a_wild_fix_that_comes_late_takes_no_newer_position_away(made: Bench):
    made.take(("van", batch(made.ledger, [fix(1_000), fix(50_000)], lane=Lane.TELEMETRY)))
    before = where(made)
    wild = batch(made.ledger, [fix(40_000, lat=35.0)], lane=Lane.TELEMETRY, stream=OTHER_STREAM)
    made.take(("van", wild))
    assert where(made) == before
    assert [row[0] for row in made.rows("SELECT verdict FROM fix ORDER BY t")] == ["good", "jump", "good"]
    assert made.rebuilt().same


def test_of_a_unit_that_was_seen_at_some_time_of_a_day_nobody_knows_whether_it_is_still_where_it_was_last(made: Bench):
    day = 86_400_000
    made.now = NOW + 2 * day
    sure = [scan(unit_label(), at=day + n, do=Action.MOVE, source=a, to=b) for n, (a, b) in enumerate([(DOCK, SHELF)])]
    made.take(("a", batch(made.ledger, [scan(unit_label(), at=day // 8), *sure], clock=KNOWN)))
    assert not traced(made).now.uncertain
    lost = scan(unit_label(), at=0, do=Action.MOVE, source="place:st-9", to="place:st-8")
    vague = Clock(base=NOW + day // 2, error=day, estimated=True)
    made.take(("b", batch(made.ledger, [lost], clock=vague)))
    found = traced(made)
    assert (found.now.account, found.now.uncertain) == (SHELF, True)
    guessed = found.events[1]
    assert (guessed.estimated, guessed.uncertain) == (True, True)
    assert (guessed.earliest, guessed.latest) == (NOW - day // 2, NOW + day + day // 2)
    assert PALLET in found.what.sscc
