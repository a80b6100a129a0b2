"""An organisation's own books: what it holds, what moved, what reached whom, and what was given month by month."""

from collections import Counter

import pytest

from hub.core.viewer import Role
from tests.support.relief_stock import OTHER, WATER
from tests.support.relief_world import OWN, SHELF, STATION, TRUCK, relief
from wire.actions import Action
from wire.items import Proof


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with relief(tmp_path_factory.mktemp("hub")) as made:
        made.receive(20)
        made.receive(7, owner=OTHER)
        _, sent, parcel = made.planned(5)
        made.pack(parcel, 5, sent)
        made.seen(parcel, Action.LOAD, SHELF, TRUCK)
        made.seen(parcel, Action.UNLOAD, TRUCK, STATION)
        made.seen(parcel, Action.HAND_OVER, STATION, None, proof=Proof(way="code", checked=True))
        made.planned(2)
        yield made


def test_holdings_are_what_stands_there_by_item_and_nobody_sees_anothers(hub):
    (mine,) = hub.get("/reports/holdings")["rows"]
    assert (mine["site"], mine["item"], mine["owner"], mine["quantity"], mine["expiry"]) == (
        "wh-1", f"gtin:{WATER}", OWN, 15, "2027-12-31",
    )  # fmt: skip
    everybody = hub.web.get("/reports/holdings", Role.ADMIN)["rows"]
    assert {row["owner"]: row["quantity"] for row in everybody} == {OWN: 15, OTHER: 7}
    assert hub.web.get("/reports/holdings", Role.ADMIN, site="st-1")["rows"] == []
    assert hub.stranger("GET", "/reports/holdings?owner=" + OWN).json()["rows"] == []


def test_movements_add_up_to_what_each_account_holds(hub):
    rows, cursor = [], None
    while True:
        page = hub.web.get("/reports/movements", Role.ADMIN, limit=2, cursor=cursor)
        rows += page["rows"]
        cursor = page["next"]
        if cursor is None:
            break
    sums = Counter()
    for row in rows:
        sums[row["source"], row["owner"]] -= row["quantity"]
        sums[row["to"], row["owner"]] += row["quantity"]
    with hub.web.database.read() as connection:
        balances = connection.exec_driver_sql(
            "SELECT code, owner, sum(quantity) AS quantity FROM balance JOIN account ON account.id = account_id"
            " JOIN lot ON lot.id = lot_id GROUP BY 1, 2 HAVING sum(quantity) <> 0"
        ).all()
    assert {key: n for key, n in sums.items() if n} == {(row.code, row.owner): row.quantity for row in balances}
    assert len({(row["device"], row["seq"], row["item"], row["to"]) for row in rows}) == len(rows)


def test_staff_read_the_movements_of_their_own_goods_alone(hub):
    assert {row["owner"] for row in hub.get("/reports/movements")["rows"]} == {OWN}
    assert {row["owner"] for row in hub.stranger("GET", "/reports/movements").json()["rows"]} == {OTHER}


def test_a_hand_over_is_reported_with_its_proof_and_no_name(hub):
    (row,) = hub.get("/reports/hand-overs")["rows"]
    assert (row["proof"], row["checked"], row["photo"], row["n"], row["station"]) == ("code", True, False, 5, "st-1")
    assert not {"recipient", "shown", "last4"} & set(row)
    assert hub.get("/reports/hand-overs", site="wh-1")["rows"] == [row]
    assert hub.get("/reports/hand-overs", until="2020-01-01T00:00:00Z")["rows"] == []
    assert hub.stranger("GET", "/reports/hand-overs").json()["rows"] == []


def test_what_was_given_is_counted_by_month(hub):
    (row,) = hub.get("/reports/fulfilment")["rows"]
    assert (row["organisation"], row["item"], row["requests"], row["parcels"], row["n"]) == (
        OWN,
        f"gtin:{WATER}",
        1,
        1,
        5,
    )
    assert row["month"].startswith("202")
    assert hub.get("/reports/fulfilment", since="2100-01-01T00:00:00Z")["rows"] == []


@pytest.mark.parametrize("name", ["holdings", "movements", "hand-overs", "fulfilment"])
def test_each_report_is_a_file_too(hub, name):
    with hub.web.client(Role.STAFF) as client:
        lines = client.get(f"/api/v1/exports/{name}.csv").text.splitlines()
        assert client.get(f"/api/v1/exports/{name}.xlsx").status_code == 200
    assert len(lines) > 1
    assert OTHER not in "".join(lines)
