"""Needs, candidates and reservations over HTTP: first expired first, with consent, and never more than is free."""

from pathlib import Path

import pytest
from sqlalchemy import event

from hub.core.viewer import Role
from tests.support.facts import PALLET, scan, unit_label
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.relief_stock import (
    BLANKET,
    CASE,
    OTHER,
    QUARANTINE,
    SHELF,
    SHELF2,
    STAGING,
    WATER,
    Desk,
    relief_desk,
)
from wire.actions import Action

HOUR_MS = 3_600_000
UNIT = f"unit:sscc:{PALLET}"


def unit(to: str):
    return scan(unit_label(), do=Action.RECEIVE, to=to)


@pytest.fixture
def desk(tmp_path: Path):
    with relief_desk(tmp_path) as made:
        yield made


def lots(found: dict) -> list[str]:
    return [row["lot"] for row in found["rows"]]


def test_candidates_come_first_expired_first_and_those_that_may_not_be_given_say_why(desk: Desk):
    desk.receive(10, lot="LATE", expiry=20280101)
    desk.receive(10, lot="SOON", expiry=20270301)
    desk.receive(10, lot="GONE", expiry=20270114)
    desk.receive(10, lot="SHORT", expiry=20270125)
    desk.receive(10, lot="UNDATED", expiry=None)
    desk.receive(10, lot="THEIRS", owner=OTHER)
    desk.receive(10, lot="NOBODY'S", owner=None)
    found = desk.candidates(desk.need(15, shelf_days=10))
    assert lots(found) == ["SOON", "LATE"]
    assert [row["take"] for row in found["rows"]] == [10, 5]
    assert {row["lot"]: row["why"] for row in found["unfit"]} == {
        "GONE": "expired", "SHORT": "too-old", "UNDATED": "no-date",
    }  # fmt: skip


def test_a_recalled_lot_is_no_candidate_and_is_not_reserved(desk: Desk):
    desk.receive(10)
    need = desk.need(5)
    with desk.web.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO lot_note (item, lot, state, reason, at, by) VALUES (?, 'A', 'recalled', 'glass', 0, 'ana')",
            (f"gtin:{WATER}",),
        )
    assert [row["why"] for row in desk.candidates(need)["unfit"]] == ["recalled"]
    answer = desk.reserve(need, 1)
    assert answer.status_code == 409
    assert "it is recalled" in answer.text


def test_goods_of_others_are_given_only_while_they_consent(desk: Desk):
    desk.receive(10, owner=OTHER)
    need = desk.need(5)
    assert desk.candidates(need)["rows"] == []
    refused = [desk.reserve(need, 5, owner=OTHER, lot=lot).json()["detail"] for lot in ("A", "B")]
    assert "does not lend" in refused[0]
    assert refused[0].replace("lot A", "lot B") == refused[1], "whether others have a lot, and its date, is not told"
    given = desk.post("/consents", Role.ADMIN, owner=OTHER, taker=OWN, item=WATER)
    assert [row["owner"] for row in desk.candidates(need)["rows"]] == [OTHER]
    kept = desk.held(need, 2, owner=OTHER)
    desk.post(f"/consents/{given['id']}/end", Role.ADMIN)
    assert desk.candidates(need)["rows"] == []
    assert desk.reserve(need, 1, owner=OTHER).status_code == 409
    assert desk.web.get(f"/reservations/{kept}", Role.STAFF)["state"] == "held"


def test_a_consent_is_for_someone_or_anyone_for_something_or_anything_until_its_last_day(desk: Desk):
    desk.receive(10, owner=OTHER)
    need = desk.need(5)
    for consent, lends in (
        ({}, True), ({"taker": OWN}, True), ({"item": WATER}, True), ({"item": BLANKET}, False),
        ({"until": "2027-01-15"}, True), ({"until": "2027-01-14"}, False),
    ):  # fmt: skip
        given = desk.post("/consents", Role.ADMIN, owner=OTHER, **consent)
        assert bool(desk.candidates(need)["rows"]) == lends, consent
        desk.post(f"/consents/{given['id']}/end", Role.ADMIN)


def test_a_need_of_pieces_is_answered_by_whole_cases_exactly(desk: Desk):
    desk.receive(3, gtin=CASE, lot="C")
    need = desk.need(60)
    (row,) = desk.candidates(need)["rows"]
    assert (row["pieces"], row["take"], row["take_pieces"]) == (24, 2, 48)
    assert desk.candidates(need)["lacking"] == 12
    desk.held(need, 2, item=CASE, lot="C")
    found = desk.web.get(f"/needs/{need}", Role.STAFF)
    assert (found["covered"], found["open"], found["state"]) == (48, 12, "partly")
    answer = desk.reserve(need, 1, item=CASE, lot="C")
    assert answer.status_code == 409
    assert "12 of 60 are open" in answer.text


def test_a_refusal_names_what_is_free(desk: Desk):
    desk.receive(10)
    first, second = desk.need(100), desk.need(100)
    desk.held(first, 7)
    answer = desk.reserve(second, 4)
    assert answer.status_code == 409
    assert "3 of" in answer.text
    assert "10 stand there and 7 are reserved" in answer.text
    desk.held(second, 3)
    assert desk.candidates(second)["rows"] == []


def test_what_stands_in_a_handling_unit_at_the_site_is_free_and_what_is_staged_or_in_quarantine_is_not(desk: Desk):
    desk.receive(10)
    desk.send(Action.MOVE, 4, source=SHELF, to=STAGING, owner=OWN)
    desk.send(Action.MOVE, 2, source=SHELF, to=QUARANTINE, owner=OWN)
    desk.facts(unit(SHELF2))
    desk.send(Action.PACK, 3, source=SHELF, to=UNIT, owner=OWN)
    (row,) = desk.candidates(desk.need(20))["rows"]
    assert row["free"] == 4


def test_a_balance_below_zero_in_one_bin_takes_nothing_from_another(desk: Desk):
    desk.receive(10)
    desk.send(Action.MOVE, 4, source=SHELF2, to="place:wh-2/a", owner=OWN)
    rows = {row["site"]: row["free"] for row in desk.candidates(desk.need(20))["rows"]}
    assert rows == {"wh-1": 10, "wh-2": 4}


def test_a_hold_ends_by_itself_and_its_goods_are_free_again(desk: Desk):
    desk.receive(10)
    need, other = desk.need(10), desk.need(10)
    kept = desk.held(need, 10, hold_s=3600)
    assert desk.reserve(other, 1).status_code == 409
    desk.web.clock.now += HOUR_MS
    assert desk.web.get(f"/reservations/{kept}", Role.STAFF)["state"] == "expired"
    assert desk.web.get(f"/needs/{need}", Role.STAFF)["state"] == "open"
    desk.held(other, 10)
    assert desk.call("POST", f"/reservations/{kept}/release").status_code == 409
    assert desk.call("POST", f"/reservations/{kept}/cancellation").status_code == 409
    desk.receive(1)
    last = desk.held(desk.need(1), 1, hold_s=3600)
    desk.web.clock.now += HOUR_MS
    assert desk.call("POST", f"/reservations/{last}/cancellation").status_code == 409, "before anybody wrote it down"
    assert desk.bench.findings() == []


def test_a_cancelled_hold_or_need_gives_its_goods_back(desk: Desk):
    desk.receive(10)
    need = desk.need(10)
    kept = desk.held(need, 6)
    assert desk.post(f"/reservations/{kept}/cancellation")["state"] == "cancelled"
    desk.held(need, 10)
    assert desk.post(f"/needs/{need}/cancellation")["state"] == "cancelled"
    desk.held(desk.need(10), 10)
    assert desk.reserve(need, 1).status_code == 409


def test_a_substitute_is_given_where_the_need_allows_it(desk: Desk):
    desk.receive(10, gtin=BLANKET, lot="B")
    strict, lenient = desk.need(5), desk.need(5, substitutes=True)
    assert "takes no substitute" in desk.reserve(strict, 5, item=BLANKET, lot="B").text
    assert lots(desk.candidates(lenient, item=BLANKET)) == ["B"]
    answer = desk.reserve(lenient, 5, item=BLANKET, lot="B").json()
    assert (answer["substitute"], answer["pieces"]) == (True, 1)
    assert desk.web.get(f"/needs/{lenient}", Role.STAFF)["state"] == "met"


def test_asking_again_with_the_same_id_reserves_once(desk: Desk):
    desk.receive(10)
    need = desk.need(10)
    ids = [desk.held(need, 4, id="ab" * 8) for _ in range(2)]
    assert ids == ["ab" * 8] * 2
    assert desk.web.get(f"/needs/{need}", Role.STAFF)["covered"] == 4
    assert desk.reserve(need, 5, id="ab" * 8).status_code == 409


def test_staff_see_and_decide_only_on_what_is_for_their_organisation(desk: Desk):
    desk.receive(10)
    desk.post("/consents", taker=OTHER)
    theirs = desk.need(5, Role.SUPERVISOR, organisation=OTHER)
    kept = desk.held(theirs, 5, Role.SUPERVISOR)
    assert desk.web.get("/needs", Role.STAFF)["rows"] == []
    assert [row["id"] for row in desk.web.get("/reservations", Role.STAFF)["rows"]] == [kept]
    for path in (f"/needs/{theirs}/candidates", f"/needs/{theirs}"):
        assert desk.call("GET", path).status_code == 404
    assert desk.reserve(theirs, 1).status_code == 404
    assert desk.call("POST", f"/reservations/{kept}/cancellation").status_code == 403
    assert desk.call("POST", "/consents", owner=OTHER).status_code == 403


def test_the_local_day_of_the_site_says_what_has_expired(desk: Desk):
    desk.receive(10, expiry=20270115)
    need = desk.need(5, needed_by="2027-01-01")
    assert lots(desk.candidates(need)) == ["A"]
    with desk.web.database.write() as connection:
        connection.exec_driver_sql("UPDATE site SET zone = 'Pacific/Kiritimati' WHERE id = 'wh-1'")
    desk.web.clock.now += 3 * HOUR_MS
    assert lots(desk.candidates(need)) == []
    assert "it has expired" in desk.reserve(need, 1).text


def test_reserving_reads_by_indexes_alone_however_much_the_ledger_holds(desk: Desk):
    desk.receive(100)
    need = desk.need(50)
    desk.post(f"/reservations/{desk.held(need, 1)}/release")
    asked: list[tuple[str, tuple]] = []
    event.listen(
        desk.web.database.writer, "before_cursor_execute", lambda _c, _cu, text, given, *_: asked.append((text, given))
    )
    desk.held(need, 1)
    with desk.web.database.read() as connection:
        plans = [
            row[3]
            for text, given in asked
            if not text.startswith("BEGIN")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
        ]
    assert len(plans) > 10
    assert [plan for plan in plans if plan.startswith("SCAN") and plan != "SCAN up"] == []


def test_an_item_that_has_to_be_good_for_some_days_is_given_by_that_rule_too(desk: Desk):
    desk.receive(10, lot="SHORT", expiry=20270201)
    desk.receive(10, lot="LONG", expiry=20270601)
    need = desk.need(5)
    assert lots(desk.candidates(need)) == ["SHORT", "LONG"]
    with desk.web.database.write() as connection:
        connection.exec_driver_sql("UPDATE item SET shelf_days = 60 WHERE gtin = ?", (WATER,))
    assert lots(desk.candidates(need)) == ["LONG"]
    assert "before the shelf life" in desk.reserve(need, 1, lot="SHORT").text


def test_live_screens_hear_of_decisions_and_not_of_refusals(desk: Desk):
    desk.receive(10)
    need = desk.need(5)
    heard = "SELECT count(*) FROM change WHERE topic = 'allocation'"
    before = desk.bench.one(heard)
    desk.held(need, 2)
    assert desk.reserve(need, 9).status_code == 409
    assert desk.bench.one(heard) == before + 1


def test_needs_are_listed_by_their_state_page_by_page(desk):
    desk.receive(10)
    ids = [desk.need(4, destination="place:st-1") for _ in range(4)]
    desk.held(ids[0], 4)
    desk.held(ids[2], 1)
    desk.post(f"/needs/{ids[3]}/cancellation")

    def of(state, **more):
        return [row["id"] for row in desk.web.get("/needs", Role.STAFF, state=state, **more)["rows"]]

    assert {state: of(state) for state in ("met", "partly", "open", "cancelled")} == {
        "met": [ids[0]], "partly": [ids[2]], "open": [ids[1]], "cancelled": [ids[3]],
    }  # fmt: skip
    first = desk.web.get("/needs", Role.STAFF, limit=1, state="open")
    assert first["next"] is None
    desk.need(1)
    first = desk.web.get("/needs", Role.STAFF, limit=1, state="open")
    assert of("open", limit=1, cursor=first["next"]) == [ids[1]]
