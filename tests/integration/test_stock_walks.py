"""Pages of stock by every filter, and facts out of batches of any form: the same as without any index or shortcut."""

from itertools import product

import pytest

from hub.store.queries import walks
from hub.store.queries.facts import FactReader
from hub.store.queries.paging import Pager
from hub.store.queries.stock import StockFilter, balances
from tests.support.hubdata import PALLET, TENT, WATER, feeding, label, name_things, scan
from tests.support.hubweb import make_database
from tests.support.viewers import EVERYTHING, operator_at, staff_of
from wire.actions import Action

A01, DOCK2 = "place:wh-1/a01", "place:wh-2/dock"
SITES = {A01: "wh-1", DOCK2: "wh-2", f"unit:sscc:{PALLET}": "wh-2"}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    made = make_database(tmp_path_factory.mktemp("hub"))
    name_things(made)
    with feeding(made) as feeder:
        feeder.send("d-1", [scan(Action.RECEIVE, f"00{PALLET}", up=1, to=DOCK2)])
        up = 1
        for gtin, lot, owner, condition in product((WATER, TENT), ("A", "B", ""), ("x", "y"), ("good", "quarantined")):
            for place in SITES:
                up += 1
                about = {"owner": owner, "condition": condition}
                feeder.send("d-1", [scan(Action.RECEIVE, label(gtin, lot=lot), up=up, to=place, n=up, **about)])
    yield made
    made.close()


def paged(database, wanted, viewer, limit=5):
    rows, cursor = [], None
    while True:
        with database.read() as connection:
            page = balances(connection, Pager("g", "b"), wanted, viewer=viewer, limit=limit, cursor=cursor)
        rows += page.rows
        cursor = page.next
        if cursor is None:
            return rows


@pytest.mark.parametrize("few", [0, 1000], ids=["owners of many lots", "owners of few lots"])
@pytest.mark.parametrize("viewer", [EVERYTHING, staff_of("x"), operator_at("wh-2")], ids=["all", "staff", "operator"])
def test_pages_by_any_filters_together_are_all_that_fits_each_once(database, viewer, few, monkeypatch):
    monkeypatch.setattr(walks, "FEW", few)
    everything = paged(database, StockFilter(), EVERYTHING, limit=500)
    assert len(everything) == len(set(everything)) == 2 * 3 * 2 * 2 * (len(SITES) + 1)
    choices = ((None, "wh-1", "wh-2", "st-1"), (None, WATER), (None, "A", "", "?"), (None, "x"), (None, "quarantined"))
    for site, item, lot, owner, condition in product(*choices):
        for account in (None, A01, "virtual:donor-in"):
            wanted = StockFilter(site=site, item=item, lot=lot, owner=owner, condition=condition, account=account)
            fitting = {
                row
                for row in everything
                if (site is None or SITES.get(row.account) == site)
                and (item is None or row.item == f"gtin:{item}")
                and (lot is None or row.lot == lot)
                and (owner is None or row.owner == owner)
                and (condition is None or row.condition == condition)
                and (account is None or row.account == account)
                and viewer.may_see_owner(row.owner)
                and viewer.may_see_site(SITES.get(row.account))
            }
            found = paged(database, wanted, viewer, limit=7)
            assert (len(found), set(found)) == (len(fitting), fitting), wanted


FORMS = {
    "as our devices write it": '"items":[{a},{b},{c}]}}',
    "with spaces": '"items" : [ {a} ,\n {b} , {c} ] }}',
    "with more after the items": '"items":[{a},{b},{c}],"later":[1]}}',
    "with an item said before": '"early":[{b},{c}],"items":[{a},{b},{c}]}}',
}


@pytest.mark.parametrize("form", FORMS)
def test_each_fact_of_a_batch_of_any_form_is_read_as_it_came(tmp_path, form):
    database = make_database(tmp_path)
    said = [f'{{"k":"scan","at":{n},"up":{n},"do":"receive","labels":["{n}"],"to":"{A01}"}}' for n in (1, 2, 3)]
    head = (
        f'{{"k":"batch","ledger":"{database.ledger}","hello":1,"stream":"{"1" * 16}","lane":"facts","after":0,"last":3,'
    )
    body = head + FORMS[form].format(a=said[0], b=said[1], c=said[2])
    with feeding(database) as feeder:
        feeder.raw("d-1", body.encode())
    with database.read() as connection:
        lane = connection.exec_driver_sql("SELECT id FROM lane").scalar_one()
        reader = FactReader(connection)
        assert [reader.find(lane, seq).data.decode() for seq in (3, 1, 2)] == [said[2], said[0], said[1]]
        assert reader.find(lane, 4) is None
    database.close()


def test_what_expires_first_comes_first_and_what_never_does_last_page_by_page(tmp_path):
    made = make_database(tmp_path)
    days = {"a": "270301", "b": "261231", "c": "", "d": "270301", "e": "261231"}
    with feeding(made) as feeder:
        for up, (lot, expiry) in enumerate(days.items(), start=1):
            for place in (A01, DOCK2):
                feeder.send("d-1", [scan(Action.RECEIVE, label(WATER, lot=lot, expiry=expiry), up=up, to=place, n=up)])
    for limit in (1, 3, 100):
        rows = paged(made, StockFilter(first="expiry", account=None), EVERYTHING, limit=limit)
        placed = [row for row in rows if not row.account.startswith("virtual:")]
        assert len(placed) == 2 * len(days)
        assert [row.lot for row in placed][::2] == ["b", "e", "a", "d", "c"]
    at_one = paged(made, StockFilter(first="expiry", site="wh-2", item=WATER), EVERYTHING, limit=2)
    assert [row.lot for row in at_one] == ["b", "e", "a", "d", "c"]
    soon = paged(made, StockFilter(until=20261231, site="wh-1"), EVERYTHING)
    assert {row.lot for row in soon} == {"b", "e"}
    made.close()


@pytest.mark.parametrize("first", ["any", "expiry"])
@pytest.mark.parametrize(
    ("text", "lots"),
    [("WATER", None), ("qt-1", {"QT-1"}), ("qt wh-2", {"QT-1", "QT_2"}), ("%", set()), ("t_2", {"QT_2"})],
)
def test_stock_is_found_by_words_of_its_name_number_lot_place_or_owner(tmp_path, text, lots, first):
    made = make_database(tmp_path)
    name_things(made)
    with feeding(made) as feeder:
        for up, lot in enumerate(("QT-1", "QT_2", "R3"), start=1):
            feeder.send("d-1", [scan(Action.RECEIVE, label(WATER, lot=lot), up=up, to=DOCK2)])
        feeder.send("d-1", [scan(Action.RECEIVE, label(TENT, lot="R4"), up=9, to=A01)])
    rows = paged(made, StockFilter(text=text, first=first), EVERYTHING, limit=1)
    wanted = {"QT-1", "QT_2", "R3"} if lots is None else lots
    assert {row.lot for row in rows if not row.account.startswith("virtual:")} == wanted
    made.close()
