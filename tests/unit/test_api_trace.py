"""What a trace tells, on a database that the hub's own ingest filled."""

import re

import pytest
from sqlalchemy import event

from hub.store.queries import devices, discrepancies, journal, positions, stock, summary, trace
from hub.store.queries.paging import Pager
from hub.store.queries.stock import StockFilter
from tests.support.hubdata import (
    BASE,
    BLANKET,
    PALLET,
    TENT,
    WATER,
    feeding,
    label,
    relief_operation,
    scan,
)
from tests.support.hubweb import make_database
from tests.support.viewers import EVERYTHING
from wire.actions import Action

A01, B02, DOCK2 = "place:wh-1/a01", "place:wh-1/b02", "place:wh-2/dock"


@pytest.fixture
def database(tmp_path):
    made = make_database(tmp_path)
    yield made
    made.close()


def pager():
    return Pager("g", "test")


def traced(database, code, **more):
    with database.read() as connection:
        return trace.trace(connection, pager(), code, viewer=EVERYTHING, **({"limit": 100, "cursor": None} | more))


def test_the_trace_of_a_serial_number_tells_its_way_and_where_it_is(database):
    relief_operation(database)
    found = traced(database, label(TENT, lot="T1", serial="S1"))
    assert (found.what.kind, found.what.serial, found.what.lot, found.what.name) == ("unit", "S1", "T1", "Tent")
    assert [(event.action, event.source, event.to) for event in found.events] == [
        ("pack", A01, f"unit:sscc:{PALLET}"),
        ("receive", "virtual:donor-in", A01),
    ]
    assert (found.now.account, found.now.site, found.now.uncertain) == (f"unit:sscc:{PALLET}", "wh-2", False)
    assert [(holder.account, holder.quantity) for holder in found.holders] == [(f"unit:sscc:{PALLET}", 1)]


@pytest.mark.parametrize("code", [f"00{PALLET}", PALLET, f"(00){PALLET}", f"]C100{PALLET}"])
def test_a_pallet_is_found_by_its_label_its_bare_digits_or_with_brackets(database, code):
    relief_operation(database)
    found = traced(database, code)
    assert (found.what.kind, found.what.sscc, found.now.account) == ("unit", PALLET, DOCK2)


@pytest.mark.parametrize("code", [label(WATER, lot="W1"), f"(01){WATER}(10)W1", f"(01){WATER}(17)271231(10)W1", "W1"])
def test_a_lot_is_found_by_its_label_or_by_its_number_alone(database, code):
    relief_operation(database)
    found = traced(database, code)
    assert (found.what.kind, found.what.gtin, found.what.expiry) == ("lot", WATER, 20271231)
    assert [(event.action, event.quantity) for event in found.events] == [("count", 29), ("move", 30), ("receive", 100)]
    held = {holder.account: holder.quantity for holder in found.holders}
    assert held == {A01: 70, B02: 29, "virtual:adjustment": 1}


def test_an_item_is_traced_over_all_its_lots_and_serial_numbers(database):
    relief_operation(database)
    found = traced(database, TENT)
    assert found.what.kind == "item"
    assert [event.action for event in found.events] == ["pack", "receive"]


def test_a_fact_that_was_undone_is_shown_as_undone(database):
    relief_operation(database)
    undone = [event for event in traced(database, label(BLANKET, lot="B1")).events if event.voided]
    assert [(event.action, event.seq) for event in undone] == [("damage", 8)]


def test_a_code_that_nobody_scanned_is_unknown_and_that_is_no_error(database):
    found = traced(database, "never seen")
    assert (found.what.kind, found.events, found.holders, found.now) == ("unknown", [], [], None)


def sighted_by_two(database, *, error, up=10):
    tent = label(TENT, serial="S9")
    with feeding(database) as feeder:
        feeder.send("wh1-scanner-1", [scan(Action.RECEIVE, tent, up=1000, to=A01)], error=error)
        feeder.send("wh2-scanner-1", [scan(Action.RECEIVE, tent, up=1000 + up, to=DOCK2)], error=error)
    return traced(database, tent)


def test_sightings_whose_clocks_cannot_tell_the_order_make_the_place_uncertain(database):
    found = sighted_by_two(database, error=50)
    assert found.now.uncertain
    assert [event.uncertain for event in found.events] == [True, True]


def test_sightings_that_lie_further_apart_than_the_clocks_err_are_certain(database):
    found = sighted_by_two(database, error=2)
    assert not found.now.uncertain
    assert not any(event.uncertain for event in found.events)


def test_without_a_clock_the_order_of_two_devices_is_a_guess_and_said_to_be_one(database):
    found = sighted_by_two(database, error=None, up=86_400_000)
    assert found.now.uncertain
    assert all(event.estimated for event in found.events)


def test_doubt_is_the_same_however_small_the_pages_are(database):
    whole = sighted_by_two(database, error=50)
    first = traced(database, label(TENT, serial="S9"), limit=1)
    second = traced(database, label(TENT, serial="S9"), limit=1, cursor=first.next)
    assert [*first.events, *second.events] == list(whole.events)


def test_no_query_walks_all_moves_sightings_or_fixes(database):
    relief_operation(database)
    statements = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        statements.append((statement, parameters))

    event.listen(database.reader, "before_cursor_execute", note)
    with database.read() as connection:
        for code in (label(TENT, lot="T1", serial="S1"), f"00{PALLET}", "W1", WATER, TENT):
            first = trace.trace(connection, pager(), code, viewer=EVERYTHING, limit=1, cursor=None)
            trace.trace(connection, pager(), code, viewer=EVERYTHING, limit=1, cursor=first.next)
            trace.facts_of(connection, pager(), code, viewer=EVERYTHING, limit=1, cursor=None)
        for wanted in (
            StockFilter(),
            StockFilter(site="wh-1"),
            StockFilter(item=WATER, lot="W1", owner="x", account=A01),
        ):
            stock.stock(connection, pager(), wanted, viewer=EVERYTHING, limit=10, cursor=None)
        stock.stock_by_site(connection, EVERYTHING)
        journal.entries(
            connection, pager(), viewer=EVERYTHING, device="van-1", lane_name="facts", limit=10, cursor=None
        )
        discrepancies.discrepancies(connection, pager(), viewer=EVERYTHING, now=BASE, limit=10, cursor=None)
        discrepancies.count(connection, EVERYTHING, BASE)
        devices.devices(connection)
        positions.positions(connection, viewer=EVERYTHING, now=0)
        positions.track(connection, "van-1", start=1, end=2, limit=10)
        summary.summary(connection, positions=0, pieces=summary.pieces(connection, EVERYTHING), troubles=0, now=0)
    event.remove(database.reader, "before_cursor_execute", note)
    plans = []
    with database.read() as connection:
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans += [(row[3], statement) for row in plan]
    assert len(plans) > 100
    walked = [plan for plan in plans if re.match(r"SCAN (move|sighting|fix|journal)\b", plan[0])]
    assert walked == []
    assert any("balance_below_zero" in plan for plan, _ in plans)
