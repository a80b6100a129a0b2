"""What the queries find, on a database that the hub's own ingest filled."""

import pytest
from sqlalchemy import insert, select

from hub.store import schema
from hub.store.queries import devices, discrepancies, journal, positions, stock, summary, trace
from hub.store.queries.paging import Pager
from hub.store.queries.stock import StockFilter
from tests.support.hubdata import (
    BASE,
    CARTON,
    PALLET,
    STREAM,
    TENT,
    WATER,
    feeding,
    fix,
    label,
    name_things,
    presence,
    relief_operation,
    scan,
)
from tests.support.hubweb import make_database
from tests.support.viewers import EVERYTHING
from wire.actions import Action
from wire.checkdigits import check_digit
from wire.messages import Gap, GapReason, Lane

A01, B02, DOCK2 = "place:wh-1/a01", "place:wh-1/b02", "place:wh-2/dock"
INNER = "00614141123456791" + check_digit("00614141123456791")


@pytest.fixture
def database(tmp_path):
    made = make_database(tmp_path)
    yield made
    made.close()


def pager():
    return Pager("g", "test")


def all_pages(read):
    """All rows of a list, two at a time."""
    rows, cursor = [], None
    while True:
        page = read(cursor)
        rows += page.rows
        cursor = page.next
        if cursor is None:
            return rows
        assert len(page.rows) == 2


def test_goods_in_a_carton_on_a_pallet_are_stock_of_the_site_where_the_pallet_stands(database):
    with feeding(database) as feeder:
        feeder.send(
            "wh1-scanner-1",
            [
                scan(Action.RECEIVE, f"00{PALLET}", up=1, to=A01),
                scan(Action.RECEIVE, f"00{CARTON}", up=2, to=f"unit:sscc:{PALLET}"),
                scan(Action.RECEIVE, label(WATER, lot="W1"), up=3, to=f"unit:sscc:{CARTON}", n=12),
                scan(Action.MOVE, f"00{PALLET}", up=4, from_=A01, to=DOCK2),
            ],
        )
    with database.read() as connection:
        assert stock.stock_by_site(connection, EVERYTHING) == {"wh-2": 12}
        page = stock.stock(connection, pager(), StockFilter(site="wh-2"), viewer=EVERYTHING, limit=10, cursor=None)
        assert [(row.account, row.site, row.quantity) for row in page.rows] == [(f"unit:sscc:{CARTON}", "wh-2", 12)]
        assert (
            stock.stock(connection, pager(), StockFilter(site="wh-1"), viewer=EVERYTHING, limit=10, cursor=None).rows
            == []
        )


def test_two_units_that_contain_each_other_do_not_hang_the_stock_list(database):
    with feeding(database) as feeder:
        feeder.send(
            "wh1-scanner-1",
            [
                scan(Action.PACK, f"00{PALLET}", up=1, to=f"unit:sscc:{CARTON}"),
                scan(Action.PACK, f"00{CARTON}", up=2, to=f"unit:sscc:{PALLET}"),
                scan(Action.RECEIVE, label(WATER), up=3, to=f"unit:sscc:{CARTON}"),
            ],
        )
    with database.read() as connection:
        page = stock.stock(connection, pager(), StockFilter(), viewer=EVERYTHING, limit=10, cursor=None)
        assert [(row.site, row.quantity) for row in page.rows] == [(None, 1)]
        assert stock.stock_by_site(connection, EVERYTHING) == {}


def test_stock_hides_virtual_accounts_unless_one_is_named_while_balances_show_all_and_sum_to_zero(database):
    relief_operation(database)
    with database.read() as connection:
        rows = stock.stock(connection, pager(), StockFilter(), viewer=EVERYTHING, limit=100, cursor=None).rows
        assert not [row for row in rows if row.account.startswith("virtual:")]
        donor = stock.stock(
            connection, pager(), StockFilter(account="virtual:donor-in"), viewer=EVERYTHING, limit=100, cursor=None
        ).rows
        assert {row.quantity for row in donor} == {-100, -1}
        everything = stock.balances(connection, pager(), StockFilter(), viewer=EVERYTHING, limit=500, cursor=None).rows
        assert sum(row.quantity for row in everything) == 0


def test_an_item_may_be_asked_by_its_key_or_its_bare_digits(database):
    relief_operation(database)
    with database.read() as connection:
        for text in (f"gtin:{WATER}", WATER, WATER.lstrip("0")):
            rows = stock.stock(
                connection, pager(), StockFilter(item=text), viewer=EVERYTHING, limit=10, cursor=None
            ).rows
            assert [(row.account, row.name, row.quantity) for row in rows] == [
                (A01, "Water 1 l", 70),
                (B02, "Water 1 l", 29),
            ]


def test_pages_together_are_the_whole_list(database):
    relief_operation(database)
    with database.read() as connection:
        wanted = StockFilter()
        for read, whole in (
            (
                lambda cursor: stock.balances(connection, pager(), wanted, viewer=EVERYTHING, limit=2, cursor=cursor),
                stock.balances(connection, pager(), wanted, viewer=EVERYTHING, limit=500, cursor=None).rows,
            ),
            (
                lambda cursor: journal.entries(
                    connection, pager(), viewer=EVERYTHING, device=None, lane_name=None, limit=2, cursor=cursor
                ),
                journal.entries(
                    connection, pager(), viewer=EVERYTHING, device=None, lane_name=None, limit=500, cursor=None
                ).rows,
            ),
            (
                lambda cursor: trace.facts_of(connection, pager(), WATER, viewer=EVERYTHING, limit=2, cursor=cursor),
                trace.facts_of(connection, pager(), WATER, viewer=EVERYTHING, limit=500, cursor=None).rows,
            ),
        ):
            assert len(whole) > 2
            assert all_pages(read) == list(whole)


def test_the_journal_gives_facts_as_they_came_with_times_corrected_where_the_clock_is_known(database):
    relief_operation(database)
    with database.read() as connection:
        rows = journal.entries(
            connection, pager(), viewer=EVERYTHING, device=None, lane_name="facts", limit=100, cursor=None
        ).rows
    assert rows[0].item.labels == (label(WATER, lot="W1", expiry="271231"),)
    assert (rows[0].at, rows[0].estimated, rows[0].id) == (BASE + 1000, False, "1:1")
    guessed = [row for row in rows if row.source.device == "wh2-scanner-1"]
    assert [(row.at, row.estimated) for row in guessed] == [
        (BASE + 1000 - 3_600_000, True),
        (BASE + 1100 - 3_600_000, True),
    ]


def test_the_journal_shows_each_item_once_also_where_batches_overlap_and_gaps_were_filled(database):
    items = [scan(Action.RECEIVE, f"code {i}", up=i, to=A01) for i in range(1, 7)]
    with feeding(database) as feeder:
        feeder.send("d-1", [items[0], items[3]], gaps=(Gap(2, 3, GapReason.UNREADABLE),))
        feeder.last.clear()
        feeder.send("d-1", items)
    with database.read() as connection:
        rows = journal.entries(
            connection, pager(), viewer=EVERYTHING, device="d-1", lane_name=None, limit=100, cursor=None
        ).rows
        assert sorted(row.seq for row in rows) == [1, 2, 3, 4, 5, 6]
        for number in range(1, 7):
            (event_,) = trace.trace(
                connection, pager(), f"code {number}", viewer=EVERYTHING, limit=9, cursor=None
            ).events
            assert event_.seq == number
            assert event_.labels == (f"code {number}",)
        assert devices.gaps(connection, pager(), lane_name=None, limit=9, cursor=None).rows == []


def test_an_item_in_quarantine_is_not_in_the_journal_and_does_not_count_as_a_fact(database):
    with feeding(database) as feeder:
        feeder.send("d-1", [fix(1, 30, 105), scan(Action.RECEIVE, "a", up=1, to=A01)])
    with database.read() as connection:
        rows = journal.entries(
            connection, pager(), viewer=EVERYTHING, device=None, lane_name=None, limit=9, cursor=None
        ).rows
        assert [row.seq for row in rows] == [2]
        assert summary.totals(connection).facts == 1
        assert summary.totals(connection).quarantined == 1


def test_the_summary_counts_scans_counts_and_voids_apart(database):
    relief_operation(database)
    with database.read() as connection:
        found = summary.summary(
            connection,
            positions=summary.positions(connection, EVERYTHING),
            pieces=summary.pieces(connection, EVERYTHING),
            troubles=discrepancies.count(connection, EVERYTHING, BASE),
            now=1,
        )
    assert (found.facts, found.scans, found.positions, found.quarantined) == (11, 9, 11, 1)
    assert (found.devices, found.devices_online, found.stock_units, found.discrepancies) == (3, 2, 92, 5)


def listed(database):
    """All of them, but for goods whose owner is to be settled: nearly no fact here names one."""

    def page(limit, cursor=None):
        return discrepancies.discrepancies(connection, pager(), viewer=EVERYTHING, now=BASE, limit=limit, cursor=cursor)

    with database.read() as connection:
        rows = page(100).rows
        assert discrepancies.count(connection, EVERYTHING, BASE) == len(rows)
        assert all_pages(lambda cursor: page(2, cursor)) == list(rows)
        assert len({row.key for row in rows}) == len(rows)
        for row in rows:
            assert discrepancies.find(connection, EVERYTHING, row.key, now=BASE) == row
    return [row for row in rows if row.kind != "owner-unsettled"]


def test_each_kind_of_discrepancy_is_listed_and_says_whom_it_waits_for(database):
    relief_operation(database)
    tent = label(TENT, serial="S7")
    with feeding(database) as feeder:
        feeder.send(
            "wh1-scanner-2",
            [
                scan(Action.RECEIVE, tent, up=1, to=A01),
                scan(Action.MOVE, tent, up=2, from_=DOCK2, to=B02),
                scan(Action.RECEIVE, "x", up=3, to=A01),
            ],
            gaps=(Gap(2, 3, GapReason.TRIMMED),),
        )
        feeder.hello("wh2-scanner-1", 5)
    presence(database, wh1_scanner_1=True, wh1_scanner_2=True)
    rows = listed(database)
    kinds = [row.kind for row in rows]
    assert set(kinds) == {"negative", "broken-story", "unknown-place", "lost-facts", "count-difference"}
    negative = rows[0]
    assert (negative.site, negative.account, negative.quantity) == ("wh-2", DOCK2, -8)
    assert negative.detail.endswith("waiting for wh2-scanner-1")
    story = next(row for row in rows if row.kind == "broken-story")
    assert (story.site, story.account, story.item) == ("wh-2", DOCK2, f"serial:{TENT}:S7")
    lost = [row for row in rows if row.kind == "lost-facts"]
    assert [(row.site, row.quantity) for row in lost] == [("wh-1", 2), ("wh-2", 3)]


def test_units_inside_of_themselves_are_discrepancies_until_they_are_scanned_elsewhere(database):
    name_things(database)
    into = f"unit:sscc:{PALLET}"
    pallet, carton, inner = (f"]C100{code}" for code in (PALLET, CARTON, INNER))
    with feeding(database) as feeder:
        feeder.send("d-1", [scan(Action.RECEIVE, pallet, up=1, to=A01), scan(Action.PACK, pallet, up=2, to=into)])
    (row,) = listed(database)
    assert (row.kind, row.item, row.account) == ("inside-itself", f"sscc:{PALLET}", into)
    assert row.detail.startswith("it was put into itself")
    with feeding(database) as feeder:
        more = [scan(Action.PACK, carton, up=3, to=into), scan(Action.PACK, pallet, up=4, to=f"unit:sscc:{CARTON}")]
        feeder.send("d-2", [*more, scan(Action.PACK, inner, up=5, to=into)])
    assert [(row.kind, row.item) for row in listed(database)] == [
        ("inside-itself", f"sscc:{PALLET}"),
        ("inside-itself", f"sscc:{CARTON}"),
    ]
    with feeding(database) as feeder:
        feeder.send("d-3", [scan(Action.MOVE, pallet, up=6, to=A01)])
    assert listed(database) == []


def test_a_discrepancy_clears_itself_when_the_missing_facts_come(database):
    name_things(database)
    with feeding(database) as feeder:
        feeder.send("d-1", [scan(Action.MOVE, "x", up=5, from_=A01, to=B02)])
    assert [row.kind for row in listed(database)] == ["negative"]
    with feeding(database) as feeder:
        feeder.send("d-2", [scan(Action.RECEIVE, "x", up=1, to=A01)])
    assert listed(database) == []


def test_a_site_waits_for_the_device_that_last_acted_there_and_not_for_one_whose_name_only_looks_alike(database):
    name_things(database)
    with feeding(database) as feeder:
        feeder.send("wh10-scanner", [scan(Action.RECEIVE, "y", up=1, to="place:wh-10/a")])
        feeder.send("handheld-7", [scan(Action.MOVE, "x", up=2, from_=A01, to=B02)])
    presence(database)
    (row,) = listed(database)
    assert row.detail.endswith("waiting for handheld-7")


def test_facts_that_a_device_still_holds_are_not_called_lost(database):
    with feeding(database) as feeder:
        feeder.hello("d-1", 5)
    with database.write() as connection:
        connection.execute(schema.device.update().values(pending_facts=5))
    assert listed(database) == []
    with database.read() as connection:
        assert devices.devices(connection)[0].lost == 0


def test_the_live_position_is_the_newest_good_one_whatever_came_after_it(database):
    relief_operation(database)
    with database.read() as connection:
        (van,) = positions.positions(connection, viewer=EVERYTHING, now=BASE + 20_000)
        track = positions.track(connection, "van-1", start=BASE + 2000, end=BASE + 4000, limit=100)
        newest = positions.track(connection, "van-1", start=None, end=None, limit=3)
        assert positions.track(connection, "nobody", start=None, end=None, limit=3) is None
    assert (van.at, van.lat, van.age_s, van.speed_mps, van.heading_deg) == (BASE + 10_000, 30.001, 10.0, 11.0, 90.0)
    assert [point.at for point in track.points] == [BASE + 2000, BASE + 3000, BASE + 4000]
    assert track.distance_m == pytest.approx(2 * 11.12, abs=0.1)
    assert [point.verdict for point in newest.points] == ["good", "good", "zero"]
    assert newest.truncated


def test_devices_that_were_removed_are_not_shown(database):
    relief_operation(database)
    with database.write() as connection:
        connection.execute(schema.device.update().where(schema.device.c.name == "van-1").values(removed_at=1))
    with database.read() as connection:
        assert [row.name for row in devices.devices(connection)] == ["wh1-scanner-1", "wh2-scanner-1"]
        assert positions.positions(connection, viewer=EVERYTHING, now=0) == []


def test_a_second_stream_of_a_device_is_counted(database):
    with feeding(database) as feeder:
        feeder.send("d-1", [scan(Action.RECEIVE, "x", up=1, to=A01)])
        feeder.send("d-1", [scan(Action.RECEIVE, "x", up=1, to=A01)], stream="2" * 16)
        feeder.send("d-1", [fix(1, 1, 1)], stream=STREAM, lane=Lane.TELEMETRY)
    with database.read() as connection:
        assert devices.devices(connection)[0].streams == 2


def test_an_unreadable_change_does_not_matter(database):
    with database.write() as connection:
        connection.execute(insert(schema.change).values(at=0, topic="stock", data="not json"))
        assert connection.execute(select(schema.change.c.id)).scalar_one() == 1
