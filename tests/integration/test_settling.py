"""People settle what does not add up: with a reason, by counter-facts; what facts change later comes back by itself."""

from pathlib import Path

import httpx
import pytest

from hub.core.viewer import Role
from hub.store import users
from tests.support.deciding import Deciding, counting, deciding, listed, settle, short
from tests.support.facts import DOCK, RICE, SHELF, STREAM, TENT, count, goods, scan, void
from tests.support.hubweb import QUICK
from wire.actions import ADJUSTMENT, LOST, Action
from wire.messages import Count

KEY = f"gtin:{RICE}"
ORG = {"owner": "caritas"}


@pytest.fixture
def hub(tmp_path: Path):
    with deciding(tmp_path) as made:
        yield made


@pytest.fixture
def sue(hub: Deciding):
    with hub.person("sue", Role.SUPERVISOR) as client:
        yield client


def test_both_stories_say_who_did_what_on_which_device_and_when(hub: Deciding, sue: httpx.Client):
    short(hub)
    (row,) = listed(sue)
    assert (row["kind"], row["code"], row["values"], row["owner"]) == (
        "negative",
        "more-out-than-in",
        {"n": 2},
        "caritas",
    )
    whole = sue.get(f"/discrepancies/{row['key']}").json()
    told = {
        (side["role"], side["device"], side["by"], side["said"], side["quantity"], side["seq"])
        for side in whole["sides"]
    }
    assert told == {("in", "a", "ann", "receive", 10, 1), ("out", "b", "bob", "move", 12, 1)}
    assert whole["decisions"] == ["accept", "undo", "correct", "recount"]
    assert whole["discrepancy"]["waiting"] == ["a", "b"], "they are away"


def test_what_was_accepted_leaves_the_list_stays_findable_and_comes_back_when_its_story_changes(
    hub: Deciding, sue: httpx.Client
):
    short(hub)
    (row,) = listed(sue)
    assert hub.web.get("/summary")["discrepancies"] == 1
    assert settle(sue, row["key"], "accept").status_code == 201
    assert listed(sue) == []
    assert hub.web.get("/summary")["discrepancies"] == 0
    assert sue.get(f"/discrepancies/{row['key']}").status_code == 404
    (settled,) = listed(sue, state="settled")
    assert (settled["key"], settled["detail"]) == (row["key"], row["detail"])
    assert settled["settlement"]["reason"] == "looked at it"
    assert settled["settlement"]["by"].startswith("token sue")
    hub.tell("b", scan(goods(lot="A"), at=3, n=1, do=Action.MOVE, source=DOCK, to=SHELF, **ORG), after=1)
    (again,) = listed(sue)
    assert (again["key"], again["quantity"], again["asked"]) == (row["key"], -3, "accept")
    hub.tell("a", scan(goods(lot="A"), at=0, n=3, **ORG), after=1)
    assert listed(sue) == [], "the missing fact clears it"


def test_a_counter_move_says_what_nobody_scanned(hub: Deciding, sue: httpx.Client):
    short(hub)
    (row,) = listed(sue)
    assert settle(sue, row["key"], "correct").status_code == 422
    elsewhere = {"from": LOST, "to": SHELF, "n": 2}
    assert settle(sue, row["key"], "correct", move=elsewhere).status_code == 422
    answer = settle(sue, row["key"], "correct", move={"from": "virtual:donor-in", "to": DOCK, "n": 2})
    assert answer.json()["posted"] is True
    assert listed(sue) == []
    assert hub.balance(DOCK, "A", "caritas") == 0
    assert hub.ledger.findings() == []
    assert hub.ledger.rebuilt().same


def test_a_wrong_fact_of_a_device_is_undone_by_a_fact_of_the_hub(hub: Deciding, sue: httpx.Client):
    short(hub)
    (row,) = listed(sue)
    (wrong,) = (side for side in sue.get(f"/discrepancies/{row['key']}").json()["sides"] if side["role"] == "out")
    fact = {name: wrong[name] for name in ("device", "stream", "seq")}
    assert settle(sue, row["key"], "undo").status_code == 422
    assert settle(sue, row["key"], "undo", fact={**fact, "seq": 99}).status_code == 422, "it is none of its facts"
    assert settle(sue, row["key"], "undo", fact=fact).status_code == 201
    assert listed(sue) == []
    assert (hub.balance(DOCK, "A", "caritas"), hub.balance(SHELF, "A", "caritas")) == (10, 0)
    assert hub.ledger.rebuilt().same


def test_whoever_counted_does_not_approve_the_difference(hub: Deciding):
    counting(hub)
    with hub.web.database.write() as connection:
        users.add_user(connection, "cora", "a long password", Role.SUPERVISOR, now=1, hasher=QUICK)
        users.add_user(connection, "sue", "a long password", Role.SUPERVISOR, now=1, hasher=QUICK)
    codes = {}
    for name in ("cora", "sue"):
        with hub.web.client(None) as client:
            signed_in = client.post("/api/v1/session", json={"user": name, "password": "a long password"})
            assert signed_in.status_code == 200, signed_in.text
            (row,) = client.get("/api/v1/discrepancies").json()["rows"]
            assert (row["kind"], row["quantity"], row["values"]) == (
                "count-difference",
                -3,
                {"counted": 7, "expected": 10},
            )
            path = f"/api/v1/discrepancies/{row['key']}/settlement"
            sent = {"decision": "accept", "reason": "three are missing"}
            codes[name] = client.post(path, json=sent, headers={"Origin": hub.web.url}).status_code
    assert codes == {"cora": 403, "sue": 201}


def test_a_count_that_is_rejected_is_undone_and_one_that_a_later_count_replaces_is_no_matter(
    hub: Deciding, sue: httpx.Client
):
    counting(hub)
    (row,) = listed(sue)
    assert settle(sue, row["key"], "recount").status_code == 201
    assert listed(sue)[0]["asked"] == "recount"
    hub.tell("c", count(goods(lot="A"), 9, at=8, by="dora", warned=("expired", "wrong-place"), **ORG), after=1)
    (row,) = listed(sue)
    assert row["values"] == {"counted": 9, "expected": 7}
    assert settle(sue, row["key"], "undo", fact={"device": "c", "stream": STREAM, "seq": 2}).status_code == 201
    (row,) = listed(sue)
    assert row["values"] == {"counted": 7, "expected": 10}
    rows = sue.get("/counts").json()["rows"]
    assert [(one["counted"], one["difference"], one["by"], one["warned"], one["voided"]) for one in rows] == [
        (9, 0, "dora", ["expired", "wrong-place"], True),
        (7, -3, "cora", [], False),
    ]
    assert hub.balance(ADJUSTMENT, "A", "caritas") == 3


def test_whose_goods_a_fact_moved_is_settled_fact_by_fact_and_never_anew(hub: Deciding, sue: httpx.Client):
    hub.tell(
        "a",
        scan(goods(lot="A"), at=1, n=10, by="ann"),
        scan(goods(TENT, "T", serial="1"), at=2),
        scan(goods(lot="B"), at=3, **ORG),
    )
    hub.tell("b", Count(at=0, up=0, where=SHELF, labels=(goods(lot="A"),), n=0))
    assert {row["kind"] for row in listed(sue)} == {"owner-unsettled"}
    rows = sue.get("/unsettled").json()["rows"]
    assert [(row["device"], row["seq"], row["said"]) for row in rows] == [
        ("a", 1, "receive"),
        ("a", 2, "receive"),
        ("b", 1, "count"),
    ]
    page = sue.get("/unsettled", params={"limit": 2}).json()
    assert sue.get("/unsettled", params={"limit": 2, "cursor": page["next"]}).json()["rows"] == rows[2:]
    facts = [{name: row[name] for name in ("device", "stream", "seq")} for row in rows]
    sent = {"facts": facts, "owner": "caritas", "reason": "their lorry, said the driver"}
    assert sue.post("/unsettled/settlement", json={**sent, "owner": "nobody"}).status_code == 422
    assert sue.post("/unsettled/settlement", json=sent).json() == {"count": 3}
    assert sue.get("/unsettled").json()["rows"] == []
    assert listed(sue) == []
    assert hub.balance(DOCK, "A", "caritas") == 10
    assert hub.balance(DOCK, "T", "caritas") == 1
    for other in (sent, {**sent, "owner": "msf"}, {**sent, "facts": [{"device": "a", "stream": STREAM, "seq": 3}]}):
        assert sue.post("/unsettled/settlement", json=other).status_code == 409, "an owner changes by a transfer only"
    assert hub.ledger.findings() == []
    assert hub.ledger.rebuilt().same


def test_staff_see_what_is_theirs_and_decide_nothing(hub: Deciding):
    short(hub)
    hub.tell("c", scan(goods(lot="U"), n=5))
    with hub.staff("caritas") as mine, hub.staff("msf") as other:
        (row,) = listed(mine)
        assert row["kind"] == "negative"
        assert listed(other) == []
        assert other.get(f"/discrepancies/{row['key']}").status_code == 404
        assert settle(mine, row["key"], "accept").status_code == 403
        assert mine.get("/unsettled").status_code == 403


def test_what_was_decided_when_the_hub_died_is_posted_when_it_is_up_again(
    hub: Deciding, sue: httpx.Client, monkeypatch
):
    short(hub)
    (row,) = listed(sue)
    monkeypatch.setattr("hub.desk.MOST_STEPS", 0)
    move = {"from": "virtual:donor-in", "to": DOCK, "n": 2}
    answer = settle(sue, row["key"], "correct", move=move)
    assert (answer.status_code, len(listed(sue))) == (503, 1)
    monkeypatch.undo()
    hub.tell("d", scan(goods(lot="B"), at=9, n=1, do=Action.MOVE, source=DOCK, to=SHELF, **ORG))
    (_, other) = sorted(listed(sue), key=lambda one: one["lot"])
    assert settle(sue, other["key"], "accept").status_code == 201, "the next decision brings the one before along"
    assert listed(sue) == []
    assert hub.balance(DOCK, "A", "caritas") == 0
    assert [one["settlement"]["posted"] for one in listed(sue, state="settled")] == [True, True]


def test_keys_stay_through_a_rebuild(hub: Deciding, sue: httpx.Client):
    short(hub)
    hub.tell("d", void(1), count(goods(lot="A"), 3, where=SHELF, **ORG))
    before = {row["key"] for row in listed(sue)}
    with hub.web.database.write() as connection:
        connection.exec_driver_sql("UPDATE lot SET id = id + 1000")
        for table in ("move", "tally", "balance"):
            connection.exec_driver_sql(f"UPDATE {table} SET lot_id = lot_id + 1000")
    assert {row["key"] for row in listed(sue)} == before
