"""Deliveries over HTTP: who announces them, what facts make of them, and how they end."""

import pytest

from hub.core.viewer import Role
from tests.support.facts import PALLET, unit_label, void
from tests.support.facts import scan as facts_scan
from tests.support.hubweb import ORGANISATION
from tests.support.relief_stock import CASE, OTHER, SHELF, WATER, relief_desk
from wire.actions import Action

SUPERVISOR, STAFF, OPERATOR = Role.SUPERVISOR, Role.STAFF, Role.OPERATOR


@pytest.fixture
def desk(tmp_path):
    with relief_desk(tmp_path) as made:
        yield made


def announced(desk, id_="D-1", role=STAFF, **more):
    body = {"id": id_, "site": "wh-1", "expected": "2027-02-03", "lines": [{"item": WATER, "n": 48}], **more}
    return desk.call("POST", "/deliveries", role, **body)


def state(desk, key="D-1"):
    return desk.web.get(f"/deliveries/{key}", SUPERVISOR)


def receive(desk, n, **more):
    desk.send(Action.RECEIVE, n, to=SHELF, **({"task": "delivery:D-1"} | more))


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_a_delivery_is_announced_arrives_and_is_received_as_it_was_announced(desk):
    made = announced(desk).json()
    assert (made["state"], made["owner"], made["announced_by"]) == ("announced", ORGANISATION, "token token-staff")
    receive(desk, 24)
    receive(desk, 1, gtin=CASE, lot="B")
    found = state(desk)
    assert (found["state"], found["lines"][0]["received"], found["even"]) == ("arriving", 48, True)
    closed = desk.post("/deliveries/D-1/closing", SUPERVISOR)
    assert [(one["event"], one["who"]) for one in closed["history"]] == [
        ("announced", "token token-staff"), ("received", "token token-supervisor"),
    ]  # fmt: skip
    assert closed["state"] == "received"
    assert code(desk.call("POST", "/deliveries/D-1/closing", SUPERVISOR)) == (409, "wrong-state")


def test_a_delivery_says_who_received_what_of_it_newest_first(desk):
    announced(desk)
    receive(desk, 24, by="olga")
    receive(desk, 1, gtin=CASE, lot="B")
    found = [(one["by"], one["device"], one["said"], one["n"], one["to"]) for one in state(desk)["receipts"]]
    device = "wh1-scanner-1"
    assert found == [(None, device, "receive", 1, SHELF), ("olga", device, "receive", 24, SHELF)]


def test_what_differs_is_closed_with_a_reason_and_late_facts_still_count(desk):
    announced(desk)
    receive(desk, 40)
    desk.send(Action.RECEIVE, 3, gtin="09501101530027", to=SHELF, task="delivery:D-1")
    assert code(desk.call("POST", "/deliveries/D-1/closing", SUPERVISOR)) == (409, "differs")
    closed = desk.post("/deliveries/D-1/closing", SUPERVISOR, reason="8 wet")
    assert (closed["state"], closed["even"], closed["unexpected"][0]["n"]) == ("closed", False, 3)
    receive(desk, 8)
    assert (state(desk)["state"], state(desk)["lines"][0]["received"]) == ("closed", 48)


def test_a_delivery_whose_facts_are_undone_is_announced_again_and_can_be_cancelled(desk):
    announced(desk)
    receive(desk, 48)
    assert code(desk.call("POST", "/deliveries/D-1/cancellation", STAFF)) == (409, "wrong-state")
    assert code(desk.call("PUT", "/deliveries/D-1", STAFF, **change())) == (409, "wrong-state")
    desk.facts(void(1, at=1))
    assert state(desk)["state"] == "announced"
    changed = desk.call("PUT", "/deliveries/D-1", STAFF, **change()).json()
    assert [line["n"] for line in changed["lines"]] == [7]
    assert desk.post("/deliveries/D-1/cancellation", STAFF, reason="road closed")["state"] == "cancelled"
    assert [one["event"] for one in state(desk)["history"]] == ["announced", "changed", "cancelled"]


def change():
    return {"site": "wh-2", "expected": "2027-02-04", "lines": [{"item": WATER, "n": 7}]}


def test_a_closed_pallet_that_was_announced_comes_as_it_is_and_once(desk):
    announced(desk, lines=[], units=[PALLET])
    for at in (1, 2):
        desk.facts(facts_scan(unit_label(), at=at, to=SHELF, task="delivery:D-1"))
    found = state(desk)
    assert (found["units_came"], found["even"]) == ([PALLET], True)


def test_staff_announce_and_see_what_is_their_own_and_operators_what_comes_to_their_site(desk):
    announced(desk)
    announced(desk, "D-2", SUPERVISOR, owner=OTHER, site="wh-2")
    assert code(announced(desk, "D-3", owner=OTHER)) == (403, "not-yours")
    assert code(announced(desk, "D-3", SUPERVISOR)) == (422, "no-owner")
    assert [row["id"] for row in desk.web.get("/deliveries", STAFF)["rows"]] == ["D-1"]
    assert code(desk.call("GET", "/deliveries/D-2", STAFF)) == (404, "no-delivery")
    assert code(desk.call("POST", "/deliveries/D-2/cancellation", STAFF)) == (404, "no-delivery")
    assert [row["id"] for row in desk.web.get("/deliveries", OPERATOR)["rows"]] == ["D-2", "D-1"]


def test_deliveries_come_in_pages_and_by_site_owner_and_state(desk):
    for number in range(5):
        announced(desk, f"D-{number}", SUPERVISOR, owner=(ORGANISATION, OTHER)[number % 2], expected="2027-02-03")
    desk.post("/deliveries/D-4/cancellation", SUPERVISOR)
    first = desk.web.get("/deliveries", SUPERVISOR, limit=3)
    second = desk.web.get("/deliveries", SUPERVISOR, limit=3, cursor=first["next"])
    assert [row["id"] for row in first["rows"] + second["rows"]] == ["D-4", "D-3", "D-2", "D-1", "D-0"]
    assert second["next"] is None
    found = desk.web.get("/deliveries", SUPERVISOR, owner=ORGANISATION, state="arriving", site="wh-1")
    assert [row["id"] for row in found["rows"]] == ["D-2", "D-0"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lines": []}, (422, "invalid")),
        ({"units": ["350123456000000010"]}, (422, "invalid")),
        ({"units": [PALLET, PALLET]}, (422, "invalid")),
        ({"expected": "2027-02-30"}, (422, "invalid")),
        ({"site": "nowhere"}, (422, "no-site")),
        ({"id": "../D"}, (422, "invalid")),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(desk, wrong, said):
    assert code(announced(desk, **({"id_": wrong.pop("id")} if "id" in wrong else {}), **wrong)) == said


def test_an_id_is_given_once_and_made_where_none_is(desk):
    announced(desk)
    assert code(announced(desk)) == (409, "exists")
    made = announced(desk, None).json()
    assert made["id"].startswith("D-")


def test_a_name_that_holds_anything_is_kept_as_text(desk):
    nasty = "<script>'; DROP TABLE delivery; --\u202e=1+1"
    made = announced(desk, note=nasty, lines=[{"item": "text:" + nasty, "lot": nasty, "n": 1}]).json()
    assert (made["note"], made["lines"][0]["item"], made["lines"][0]["lot"]) == (nasty, "text:" + nasty, nasty)
