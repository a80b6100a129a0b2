"""Pick lists: what is released, what is fetched by facts, what comes back; and promises that later facts broke."""

from pathlib import Path

import pytest

from hub.core.viewer import Role
from hub.store.picks import open_picks
from hub.store.queries.overcommitted import overcommitted
from tests.support.facts import CARTON, PALLET, goods, scan, unit_label, void
from tests.support.hubdata import TENT
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.relief_stock import CASE, OTHER, SHELF, SHELF2, STAGING, WATER, Desk, relief_desk
from wire.actions import Action

UNIT = f"unit:sscc:{PALLET}"
TRUCK = "transit:truck-1"


@pytest.fixture
def desk(tmp_path: Path):
    with relief_desk(tmp_path) as made:
        yield made


def release(desk: Desk, *reservations: str) -> dict:
    return desk.post("/picks", reservations=list(reservations))


def fetch(desk: Desk, pick: dict, n: int, *, to: str = STAGING, source: str = SHELF, **more: object) -> None:
    desk.send(Action.PICK, n, source=source, to=to, owner=OWN, task=f"pick:{pick['id']}", **more)


def see(desk: Desk, pick: dict) -> dict:
    return desk.web.get(f"/picks/{pick['id']}", Role.STAFF)


def free(desk: Desk) -> int:
    return sum(row["free"] for row in desk.candidates(desk.need(1))["rows"])


def over(desk: Desk) -> list[tuple[str, int, int]]:
    with desk.web.database.read() as connection:
        return [(one.key.lot, one.claimed, one.stands) for one in overcommitted(connection, desk.web.clock.now)]


def test_a_pick_list_says_from_which_bins_and_its_site_is_told(desk: Desk):
    desk.receive(6)
    desk.receive(9, to=SHELF2)
    need = desk.need(20)
    pick = release(desk, desk.held(need, 12), desk.held(need, 3))
    assert [(line["bin"], line["n"]) for line in pick["lines"]] == [("a02", 9), ("a01", 3), ("a01", 3)]
    assert (pick["state"], pick["destination"], pick["n"]) == ("open", "place:st-1", 15)
    with desk.web.database.read() as connection:
        (told,) = open_picks(connection, "wh-1")
        assert open_picks(connection, "wh-2") == []
    assert (told.id, told.to) == (pick["id"], STAGING), "st-1 is not reached by picking"
    assert [(line.line, line.gtin, line.bin, line.n, line.expiry) for line in told.lines] == [
        (1, WATER, "a02", 9, 20271231), (2, WATER, "a01", 3, 20271231), (3, WATER, "a01", 3, 20271231),
    ]  # fmt: skip


def test_what_is_fetched_is_neither_free_nor_claimed_twice(desk: Desk):
    desk.receive(10)
    pick = release(desk, desk.held(desk.need(8), 6))
    assert free(desk) == 4
    fetch(desk, pick, 4)
    assert (see(desk, pick)["picked"], free(desk)) == (4, 4)
    fetch(desk, pick, 2)
    assert (see(desk, pick)["state"], free(desk)) == ("picked", 4)
    desk.send(Action.LOAD, 6, source=STAGING, to=TRUCK, owner=OWN, task=f"pick:{pick['id']}")
    assert (see(desk, pick)["picked"], free(desk)) == (6, 4)
    assert desk.bench.findings() == []


def test_a_short_pick_gives_the_rest_back_and_its_need_is_open_again(desk: Desk):
    desk.receive(10)
    need = desk.need(8)
    kept = desk.held(need, 8)
    pick = release(desk, kept)
    fetch(desk, pick, 5)
    assert free(desk) == 2
    assert desk.post(f"/picks/{pick['id']}/closing")["state"] == "closed"
    assert free(desk) == 5
    found = desk.web.get(f"/needs/{need}", Role.STAFF)
    assert (found["state"], found["covered"], found["open"]) == ("partly", 5, 3)
    assert desk.web.get(f"/reservations/{kept}", Role.STAFF)["picked"] == 5
    assert desk.call("POST", f"/picks/{pick['id']}/closing").status_code == 409


def test_a_fact_that_comes_after_the_list_was_closed_still_counts(desk: Desk):
    desk.receive(10)
    need = desk.need(8)
    pick = release(desk, desk.held(need, 8))
    desk.post(f"/picks/{pick['id']}/closing")
    assert desk.web.get(f"/needs/{need}", Role.STAFF)["covered"] == 0
    fetch(desk, pick, 3)
    assert desk.web.get(f"/needs/{need}", Role.STAFF)["covered"] == 3
    desk.facts(void(desk.sent))
    assert desk.web.get(f"/needs/{need}", Role.STAFF)["covered"] == 0


def test_what_was_fetched_is_dealt_to_the_needs_of_a_list_in_their_order(desk: Desk):
    desk.receive(10)
    first, second = desk.need(4), desk.need(4)
    pick = release(desk, desk.held(first, 4), desk.held(second, 4))
    fetch(desk, pick, 5)
    desk.post(f"/picks/{pick['id']}/closing")
    covered = [desk.web.get(f"/needs/{need}", Role.STAFF)["covered"] for need in (first, second)]
    assert covered == [4, 1]


def test_goods_put_back_or_found_damaged_are_not_picked(desk: Desk):
    desk.receive(10)
    pick = release(desk, desk.held(desk.need(8), 8))
    fetch(desk, pick, 5)
    desk.send(Action.PUT_AWAY, 2, source=STAGING, to=SHELF2, owner=OWN, task=f"pick:{pick['id']}")
    desk.send(Action.DAMAGE, 1, source=SHELF, owner=OWN, task=f"pick:{pick['id']}")
    assert see(desk, pick)["picked"] == 3


def test_goods_packed_into_a_unit_by_a_list_are_picked_and_the_unit_is_no_stock_any_more(desk: Desk):
    desk.receive(10)
    pick = release(desk, desk.held(desk.need(8), 4))
    desk.facts(scan(unit_label(), at=desk.sent, do=Action.RECEIVE, to=SHELF2))
    fetch(desk, pick, 4, to=UNIT)
    assert (see(desk, pick)["picked"], free(desk)) == (4, 6)
    desk.facts(scan(unit_label(CARTON), at=desk.sent, do=Action.RECEIVE, to=UNIT))
    desk.receive(5, to=f"unit:sscc:{CARTON}")
    assert free(desk) == 6, "what stands in that unit, in whatever, goes with it"


def test_a_whole_pallet_that_is_fetched_counts_as_what_it_held(desk: Desk):
    desk.facts(scan(unit_label(), do=Action.RECEIVE, to=SHELF))
    desk.receive(8, to=UNIT)
    pick = release(desk, desk.held(desk.need(8), 8))
    label = unit_label()
    desk.facts(scan(label, at=desk.sent, do=Action.PICK, source=SHELF, to=STAGING, task=f"pick:{pick['id']}"))
    assert (see(desk, pick)["picked"], free(desk)) == (8, 0)
    desk.send(Action.UNPACK, 8, source=UNIT, to=STAGING, owner=OWN)
    assert see(desk, pick)["picked"] == 8


def test_a_thing_with_a_serial_number_is_picked_once_however_often_it_is_scanned(desk: Desk):
    label = goods(TENT, "T", expiry=20301231, serial="S1")
    desk.facts(scan(label, at=1, do=Action.RECEIVE, to=SHELF, owner=OWN))
    pick = release(desk, desk.held(desk.need(1, item=TENT), 1, item=TENT, lot="T"))
    for at in (10, 11):
        desk.facts(scan(label, at=at, do=Action.PICK, source=SHELF, to=STAGING, owner=OWN, task=f"pick:{pick['id']}"))
    assert (see(desk, pick)["picked"], see(desk, pick)["state"]) == (1, "picked")


def test_another_lot_than_the_list_says_is_shown_besides_and_covers_nothing(desk: Desk):
    desk.receive(5)
    desk.receive(5, lot="B")
    pick = release(desk, desk.held(desk.need(5), 5))
    fetch(desk, pick, 2, lot="B")
    found = see(desk, pick)
    assert (found["picked"], found["besides"]) == (0, [{"item": f"gtin:{WATER}", "lot": "B", "owner": OWN, "n": 2}])


def test_a_list_that_takes_longer_than_its_hold_keeps_its_goods(desk: Desk):
    desk.receive(10)
    pick = release(desk, desk.held(desk.need(4), 4, hold_s=3600))
    desk.web.clock.now += 2 * 3_600_000
    assert desk.reserve(desk.need(7), 7).status_code == 409
    desk.held(desk.need(6), 6)
    assert (see(desk, pick)["state"], free(desk)) == ("open", 0)


def test_a_cancelled_list_frees_its_goods_and_covers_nothing(desk: Desk):
    desk.receive(10)
    need = desk.need(8)
    pick = release(desk, desk.held(need, 8))
    assert desk.post(f"/picks/{pick['id']}/cancellation")["state"] == "cancelled"
    assert (free(desk), desk.web.get(f"/needs/{need}", Role.STAFF)["state"]) == (10, "open")
    assert desk.call("POST", f"/needs/{need}/cancellation").status_code == 200


def test_later_facts_that_take_promised_goods_are_shown_as_overcommitted_until_they_are_back(desk: Desk):
    desk.receive(10)
    kept = desk.held(desk.need(8), 8)
    assert over(desk) == []
    desk.send(Action.DAMAGE, 5, source=SHELF, owner=OWN)
    assert over(desk) == [("A", 8, 5)]
    assert desk.bench.findings() == []
    answer = desk.call("POST", f"/reservations/{kept}/release")
    assert answer.status_code == 409
    assert "facts that came later took the rest" in answer.text
    desk.facts(void(desk.sent))
    assert over(desk) == []
    desk.send(Action.DAMAGE, 5, source=SHELF, owner=OWN)
    desk.web.clock.now += 4 * 86_400_000
    assert over(desk) == []


def test_a_list_is_of_one_site_organisation_and_destination(desk: Desk):
    desk.receive(10)
    here, there = desk.need(5), desk.need(5, destination="place:st-2")
    answer = desk.call("POST", "/picks", reservations=[desk.held(here, 2), desk.held(there, 2)])
    assert answer.status_code == 409
    assert "one destination" in answer.text


def test_a_lot_recalled_after_it_was_reserved_is_not_released(desk: Desk):
    desk.receive(5)
    kept = desk.held(desk.need(5), 5)
    with desk.web.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO lot_note (item, lot, state, reason, at, by) VALUES (?, '', 'recalled', 'glass', 0, 'ana')",
            (f"gtin:{WATER}",),
        )
    answer = desk.call("POST", f"/reservations/{kept}/release")
    assert answer.status_code == 409
    assert "it is recalled" in answer.text


def test_people_of_a_site_read_its_lists_and_change_none(desk: Desk):
    desk.receive(5, gtin=CASE, lot="C")
    pick = release(desk, desk.held(desk.need(24), 1, item=CASE, lot="C"))
    assert [row["id"] for row in desk.web.get("/picks", Role.OPERATOR)["rows"]] == [pick["id"]]
    assert desk.call("POST", f"/picks/{pick['id']}/closing", Role.OPERATOR).status_code == 403
    theirs = desk.need(1, Role.ADMIN, organisation=OTHER)
    assert desk.web.get("/picks", Role.STAFF)["rows"][0]["organisation"] == OWN
    assert theirs
