"""Decisions count once, hide nothing that comes later, and do no more than people may decide."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from hub.api.routes import settling
from hub.core.viewer import Role
from hub.steward import Steward
from tests.support.deciding import Deciding, counting, deciding, listed, settle, short
from tests.support.facts import DOCK, NOW, RICE, SHELF, batch, goods, scan
from wire.actions import Action

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


def test_what_comes_back_by_other_facts_is_shown_though_as_many_were_accepted(hub: Deciding, sue: httpx.Client):
    short(hub)
    (row,) = listed(sue)
    assert settle(sue, row["key"], "accept").status_code == 201
    hub.tell("a", scan(goods(lot="A"), at=3, n=2, **ORG), after=1)
    hub.tell("b", scan(goods(lot="A"), at=4, n=2, do=Action.MOVE, source=DOCK, to=SHELF, **ORG), after=1)
    (again,) = listed(sue)
    assert (again["key"], again["quantity"]) == (row["key"], row["quantity"])
    assert settle(sue, row["key"], "accept").status_code == 201
    assert listed(sue) == []


def test_facts_that_another_run_of_a_device_lost_are_shown_though_as_many_were_accepted(
    hub: Deciding, sue: httpx.Client
):
    hub.tell("a", scan(goods(lot="A"), at=1, **ORG))
    with hub.web.database.write() as connection:
        connection.exec_driver_sql("UPDATE lane SET last = through + 3 WHERE lane = 'facts'")
    (row,) = listed(sue)
    assert settle(sue, row["key"], "accept").status_code == 201
    assert listed(sue) == []
    hub.ledger.send("a", batch(hub.ledger.ledger, [scan(goods(lot="A"), at=1, **ORG)], stream="9" * 16))
    hub.ledger.until(lambda: len(hub.ledger.rows("SELECT * FROM lane WHERE through = 1")) == 2, "the other run")
    with hub.web.database.write() as connection:
        connection.exec_driver_sql("UPDATE lane SET last = through + 3 * (stream LIKE '9%') WHERE lane = 'facts'")
    (again,) = listed(sue)
    assert (again["key"], again["values"]) == (row["key"], row["values"])


def test_two_who_correct_the_same_at_once_correct_it_once(hub: Deciding, sue: httpx.Client, monkeypatch):
    short(hub)
    (row,) = listed(sue)
    both = Barrier(2)
    real = settling._found

    def together(*args):
        found = real(*args)
        both.wait(20)
        return found

    move = {"from": "virtual:donor-in", "to": DOCK, "n": 2}
    with monkeypatch.context() as patch:
        patch.setattr("hub.api.routes.settling._found", together)
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(lambda _: settle(sue, row["key"], "correct", move=move), range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert listed(sue) == []
    assert hub.balance(DOCK, "A", "caritas") == 0


def test_what_was_decided_and_is_not_posted_yet_is_not_decided_again(
    hub: Deciding, sue: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    short(hub)
    (row,) = listed(sue)
    move = {"from": "virtual:donor-in", "to": DOCK, "n": 2}
    with monkeypatch.context() as patch:
        patch.setattr("hub.desk.MOST_STEPS", 0)
        assert settle(sue, row["key"], "correct", move=move).status_code == 503
        assert settle(sue, row["key"], "correct", move=move).status_code == 409
    assert Steward(hub.web.database, hub.desk, lambda: NOW).look() == 0
    assert hub.balance(DOCK, "A", "caritas") == 0


def test_a_counter_move_does_not_change_owner_condition_or_kind(hub: Deciding, sue: httpx.Client):
    short(hub)
    (row,) = listed(sue)
    for account in ("virtual:transferred", "virtual:regraded", "virtual:kitted"):
        answer = settle(sue, row["key"], "correct", move={"from": account, "to": DOCK, "n": 2})
        assert answer.status_code == 422, account


def test_a_token_approves_no_count(hub: Deciding, sue: httpx.Client):
    counting(hub)
    (row,) = listed(sue)
    assert settle(sue, row["key"], "accept").status_code == 403, "whoever counted may have made it"


def test_a_transfer_is_not_undone(hub: Deciding, sue: httpx.Client):
    hub.tell("a", scan(goods(lot="A"), at=1, n=10, **ORG))
    with hub.staff("red-cross") as taker, hub.staff("caritas") as giver:
        sent = {"account": DOCK, "item": KEY, "lot": "A", "giver": "caritas", "taker": "red-cross", "n": 10}
        key = taker.post("/transfers", json=sent).json()["id"]
        assert giver.post(f"/transfers/{key}/approval", json={}).status_code == 200
    hub.tell("a", scan(goods(lot="A"), at=2, n=1, do=Action.MOVE, source=DOCK, to=SHELF, **ORG), after=1)
    (row,) = listed(sue)
    (given,) = (side for side in sue.get(f"/discrepancies/{row['key']}").json()["sides"] if side["said"] == "transfer")
    fact = {name: given[name] for name in ("device", "stream", "seq")}
    answer = settle(sue, row["key"], "undo", fact=fact)
    assert (answer.status_code, answer.json()["code"]) == (422, "no-undo")
    assert hub.balance(DOCK, "A", "red-cross") == 10


def test_the_owner_of_a_counter_move_is_settled_too(hub: Deciding, sue: httpx.Client):
    hub.tell("a", scan(goods(lot="A"), n=2, do=Action.MOVE, source=DOCK, to=SHELF))
    (row,) = (one for one in listed(sue) if one["kind"] == "negative")
    move = {"from": "virtual:donor-in", "to": DOCK, "n": 2}
    assert settle(sue, row["key"], "correct", move=move).status_code == 201
    rows = sue.get("/unsettled").json()["rows"]
    assert {row["said"] for row in rows} == {"move", "correct"}
    facts = [{name: row[name] for name in ("device", "stream", "seq")} for row in rows]
    sent = {"facts": facts, "owner": "caritas", "reason": "their lorry"}
    assert sue.post("/unsettled/settlement", json=sent).status_code == 201
    assert sue.get("/unsettled").json()["rows"] == []
    assert hub.balance(SHELF, "A", "caritas") == 2
