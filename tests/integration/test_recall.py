"""The recall of a lot over HTTP, and as a file."""

import csv
import io

import pytest

from hub.core.viewer import Role
from tests.support.hubdata import BASE, CARTON, PALLET, STREAM, WATER, feeding, label, name_things, scan
from tests.support.hubweb import make_database, serving
from wire.actions import Action
from wire.messages import Void

A01 = "place:wh-1/a01"
LOT = label(WATER, lot="=W1", expiry="271231")
OTHER = label(WATER, lot="W2")


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    database = make_database(folder)
    name_things(database)
    more = {"owner": "red-cross", "by": "ana"}
    with feeding(database) as feeder:
        feeder.send(
            "wh1-scanner-1",
            [
                scan(Action.RECEIVE, LOT, up=1000, to=A01, n=100, **more),
                scan(Action.RECEIVE, f"00{PALLET}", up=1100, to=A01),
                scan(Action.PACK, LOT, up=1200, from_=A01, to=f"unit:sscc:{PALLET}", n=40, **more),
                scan(Action.HAND_OVER, LOT, up=2000, from_=A01, n=3, **more),
                scan(Action.HAND_OVER, LOT, up=4000, from_=A01, n=5, warned=("recalled",), **more),
                scan(Action.HAND_OVER, label(WATER), up=4100, from_=A01, n=2, **more),
                scan(Action.LOAD, f"00{PALLET}", up=4200, from_=A01, to="transit:van-1"),
                scan(Action.QUARANTINE, LOT, up=4300, from_=A01, n=10, **more),
                scan(Action.RECEIVE, f"00{CARTON}", up=5000, to=A01),
                scan(Action.PACK, OTHER, up=5100, from_=A01, to=f"unit:sscc:{CARTON}", n=6, **more),
                scan(Action.HAND_OVER, f"00{CARTON}", up=5200, from_=A01),
                scan(Action.HAND_OVER, f"00{CARTON}", up=5300, from_="transit:van-1"),
                Void(at=0, up=5400, stream=STREAM, seq=12),
            ],
        )
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO lot_note (item, lot, state, reason, at, by) VALUES (?, '=W1', 'recalled', 'taste', ?, 'sue')",
            (f"gtin:{WATER}", BASE + 3000),
        )
    with serving(folder, database=database) as server:
        yield server


def test_a_recall_says_where_the_lot_is_whom_it_reached_and_what_left_after_the_notice(web):
    found = web.get("/recall", gtin=WATER, lot="=W1")
    assert found["notice"] == {"at": "2026-11-23T01:56:43.000Z", "by": "sue", "reason": "taste"}
    assert found["totals"] == {"here": 52, "on_the_way": 40, "with_recipient": 8, "gone": 0, "unknown": 0}
    assert (found["late"], found["lotless"], found["name"], found["expiry"]) == (5, 2, "Water 1 l", "2027-12-31")
    on_the_way = next(row for row in found["held"] if row["where"] == "on-the-way")
    assert (on_the_way["place"], on_the_way["unit"], on_the_way["quantity"]) == ("transit:van-1", f"sscc:{PALLET}", 40)
    assert [(row["quantity"], row["late"], row["warned"], row["by"]) for row in found["gone"]] == [
        (5, True, ["recalled"], "ana"),
        (3, False, [], "ana"),
    ]


def test_goods_that_were_set_aside_stand_where_they_stood_and_are_not_gone(web):
    held = web.get("/recall", gtin=WATER, lot="=W1")["held"]
    here = {(row["place"], row["condition"], row["quantity"]) for row in held if row["where"] == "here"}
    assert here == {(A01, "good", 42), (A01, "quarantined", 10)}
    assert not [row for row in held if row["where"] == "gone"]


def test_what_lay_in_a_unit_left_by_the_fact_that_stands_and_not_by_the_one_that_was_undone(web):
    (gone,) = web.get("/recall", gtin=WATER, lot="W2")["gone"]
    assert (gone["seq"], gone["from"], gone["quantity"], gone["unit"]) == (11, A01, 6, f"sscc:{CARTON}")


def test_a_recall_can_be_taken_as_a_file_that_no_spreadsheet_computes(web):
    with web.client(Role.HELPLINE) as client:
        answer = client.get("/api/v1/exports/recall.csv", params={"gtin": WATER, "lot": "=W1"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    held = {(row["where"], row["quantity"]) for row in rows if row["list"] == "held"}
    assert held == {("with-recipient", "8"), ("here", "42"), ("here", "10"), ("on-the-way", "40")}
    assert [(row["quantity"], row["late"]) for row in rows if row["list"] == "gone"] == [("5", "late"), ("3", "")]


def test_a_lot_that_nobody_met_and_a_cursor_of_another_lot_are_answered_plainly(web):
    assert web.get("/recall", gtin=WATER, lot="nothing")["held"] == []
    cursor = web.get("/recall", gtin=WATER, lot="=W1", limit=1)["next"]
    with web.client() as client:
        answer = client.get("/api/v1/recall", params={"gtin": WATER, "lot": "other", "cursor": cursor})
    assert answer.status_code == 400
