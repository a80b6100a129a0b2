"""Every way out of a request, a consignment and a parcel, with what it does to goods; and facts in any order."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.core.lifecycles import CONSIGNMENT, PARCEL, REQUEST, ConsignmentState, ParcelState, RequestState
from hub.core.viewer import Role
from hub.follower import Follower
from tests.support.facts import NOW, batch, opaque, scan, void
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.relief_stock import CASE, WATER
from tests.support.relief_world import SHELF, STATION, TRUCK, Relief, relief
from wire.actions import Action

HOME = "place:wh-1/out"
BIN = "place:st-1/a02"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Relief]:
    with relief(tmp_path) as made:
        made.receive(20)
        yield made


def free(world: Relief) -> int:
    return sum(row["free"] for row in world.desk.candidates(world.desk.need(1))["rows"])


def needed(world: Relief, asked: dict) -> list[int]:
    query = "SELECT n FROM need WHERE request = ? AND cancelled_at IS NULL ORDER BY seq"
    return [n for (n,) in world.desk.bench.rows(query, asked["id"])]


def sides(world: Relief, sent: dict) -> tuple[int, ...]:
    lines = world.get(f"/consignments/{sent['id']}")["custody"]
    return tuple(sum(line[key] for line in lines) for key in ("dispatched", "received", "in_transit", "elsewhere"))


def arrive(world: Relief, parcel: dict, sent: dict) -> None:
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    world.seen(parcel, Action.UNLOAD, TRUCK, STATION)
    world.seen(parcel, Action.PUT_AWAY, STATION, BIN)


def test_a_cancelled_request_gives_back_what_was_reserved_and_about_to_be_fetched(world: Relief):
    asked, sent, parcel = world.planned()
    assert free(world) == 15
    assert world.post(f"/requests/{asked['id']}/cancellation")["state"] == "cancelled"
    assert free(world) == 20
    assert (world.state("parcels", parcel["id"]), world.state("consignments", sent["id"])) == ("cancelled", "planned")
    assert world.get(f"/picks/{sent['picks'][0]}")["lines"] == []
    assert world.desk.bench.findings() == []


def test_a_cancelled_consignment_gives_back_its_goods_and_its_requests_are_open_again(world: Relief):
    asked, sent, parcel = world.planned()
    world.pack(parcel, 5, sent)
    assert world.post(f"/consignments/{sent['id']}/cancellation")["state"] == "cancelled"
    assert world.states(asked, sent, parcel) == ("approved", "cancelled", "cancelled")
    unpack = scan(
        world.label, at=world.tick(), do=Action.UNPACK, n=5, source=f"unit:parcel:{parcel['id']}", to=SHELF, owner=OWN
    )
    world.desk.facts(unpack)
    world.follower.look()
    assert (world.states(asked, sent, parcel)[2], free(world)) == ("cancelled", 20)
    world.post(f"/requests/{asked['id']}/allocation")
    assert world.state("requests", asked["id"]) == "allocated"
    world.plan(asked["id"])
    assert world.desk.bench.findings() == []


def test_what_is_lacking_is_split_off_and_the_rest_is_fulfilled(world: Relief):
    asked = world.allocated(30)
    assert world.state("requests", asked["id"]) == "approved"
    assert world.call(f"/requests/{asked['id']}/split", lines=[{"line": 1, "n": 11}]).status_code == 409
    other = world.post(f"/requests/{asked['id']}/split", lines=[{"line": 1, "n": 10}])
    assert (other["state"], other["split_of"], other["lines"][0]["n"]) == ("approved", asked["id"], 10)
    assert world.state("requests", asked["id"]) == "allocated"


def test_a_consignment_is_split_before_it_leaves(world: Relief):
    first, second = world.allocated(5), world.allocated(6)
    sent = world.plan(first["id"], second["id"])
    one, other = world.parcels(consignment=sent["id"])
    new = world.post(f"/consignments/{sent['id']}/split", parcels=[one["id"]])
    assert [each["id"] for each in world.parcels(consignment=new["id"])] == [one["id"]]
    world.pack(other, 5, sent)
    assert (world.state("consignments", sent["id"]), world.state("consignments", new["id"])) == ("packed", "planned")
    assert world.call(f"/consignments/{sent['id']}/split", parcels=[other["id"]]).status_code == 409


def test_a_re_routed_consignment_goes_to_the_other_station_with_its_requests(world: Relief):
    asked, sent, parcel = world.planned()
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    found = world.post(f"/consignments/{sent['id']}/reroute", way="station", to_site="wh-2")
    assert (found["to_site"], found["state"]) == ("wh-2", "in-transit")
    assert world.get(f"/requests/{asked['id']}")["site"] == "wh-2"
    world.seen(parcel, Action.PUT_AWAY, TRUCK, BIN)
    assert world.states(asked, sent, parcel) == ("under-way", "in-transit", "under-way")
    world.seen(parcel, Action.PUT_AWAY, BIN, "place:wh-2/a01")
    assert world.states(asked, sent, parcel)[::2] == ("ready", "waiting")


def test_a_parcel_that_is_re_routed_by_itself_is_received_where_it_is_for(world: Relief):
    first, second = world.allocated(5), world.allocated(6)
    sent = world.plan(first["id"], second["id"])
    there, away = world.parcels(consignment=sent["id"])
    for one, n in ((there, 6), (away, 5)):
        world.pack(one, n, sent)
        world.seen(one, Action.PACK, SHELF, world.pallet)
    world.see_pallet(Action.LOAD, HOME, TRUCK, sent)
    world.post(f"/parcels/{away['id']}/reroute", way="station", station="wh-2")
    world.see_pallet(Action.UNLOAD, TRUCK, STATION, sent)
    world.seen(there, Action.PUT_AWAY, world.pallet, BIN)
    world.seen(away, Action.LOAD, world.pallet, TRUCK)
    assert (world.state("consignments", sent["id"]), sides(world, sent)) == ("arrived", (11, 6, 5, 0))
    world.seen(away, Action.PUT_AWAY, TRUCK, "place:wh-2/a01")
    assert (world.state("consignments", sent["id"]), sides(world, sent)) == ("received", (11, 11, 0, 0))
    world.seen(away, Action.PUT_AWAY, "place:wh-2/a01", "place:wh-3/a01")
    assert sides(world, sent) == (11, 6, 0, 5)
    assert world.desk.bench.findings() == []


def test_a_return_makes_a_consignment_back_and_what_comes_home_is_asked_for_again(world: Relief):
    asked, sent, parcel = world.planned()
    arrive(world, parcel, sent)
    back = world.post(f"/consignments/{sent['id']}/return")
    assert (back["back_of"], back["from_site"], back["to_site"], back["parcels"]) == (sent["id"], "st-1", "wh-1", 1)
    assert world.states(asked, sent, parcel) == ("under-way", "returning", "due-back")
    parcel = world.get(f"/parcels/{parcel['id']}")
    assert parcel["back"] == back["id"]
    world.seen(parcel, Action.LOAD, BIN, TRUCK, task=f"consignment:{back['id']}")
    assert (world.state("consignments", back["id"]), parcel["state"]) == ("in-transit", "due-back")
    world.seen(parcel, Action.UNLOAD, TRUCK, HOME, task=f"consignment:{back['id']}")
    assert world.states(asked, sent, parcel) == ("returned", "returned", "returned")
    assert world.state("consignments", back["id"]) == "received"
    again = world.post(f"/requests/{asked['id']}/reroute", way="door")
    assert (again["state"], again["way"]) == ("approved", "door")
    assert world.post(f"/requests/{asked['id']}/allocation")["request"]["state"] == "allocated"
    assert world.desk.bench.findings() == []


def test_only_what_did_not_reach_the_recipient_is_asked_for_again(world: Relief):
    other = world.ask(7)
    world.post(f"/requests/{other['id']}/approval")
    (line,) = world.get(f"/requests/{other['id']}")["lines"]
    world.desk.held(line["need"], 3)
    gone = world.plan(other["id"])
    world.post(f"/requests/{other['id']}/allocation")
    kept = world.plan(other["id"])
    (given,), (back,) = (world.parcels(consignment=one["id"]) for one in (gone, kept))
    for one, way, n in ((given, gone, 3), (back, kept, 4)):
        world.pack(one, n, way)
        world.seen(one, Action.LOAD, SHELF, TRUCK)
        world.seen(one, Action.PUT_AWAY, TRUCK, BIN)
    world.seen(given, Action.HAND_OVER, BIN, None)
    world.post(f"/parcels/{back['id']}/return", Role.CLERK)
    world.seen(back, Action.LOAD, BIN, TRUCK)
    world.seen(back, Action.UNLOAD, TRUCK, HOME)
    assert world.states(other, gone, back) == ("returned", "received", "returned")
    again = world.post(f"/requests/{other['id']}/reroute", way="station", site="wh-2")
    assert again["state"] == "approved"
    (line,) = again["lines"]
    assert (line["n"], needed(world, other)) == (7, [4])
    world.post(f"/requests/{other['id']}/allocation")
    last = world.plan(other["id"], to_site="wh-2")
    (parcel,) = world.parcels(consignment=last["id"])
    assert [one["n"] for one in world.get(f"/parcels/{parcel['id']}")["lines"]] == [4]
    world.seen(parcel, Action.HAND_OVER, SHELF, None)
    assert world.state("requests", other["id"]) == "fulfilled"
    assert world.desk.bench.findings() == []


def test_cases_that_were_handed_over_are_counted_out_and_a_supplier_sends_only_the_rest(world: Relief):
    world.receive(1, gtin=CASE)
    asked = world.ask(lines=[{"item": WATER, "n": 24}, {"item": WATER, "n": 6}])
    world.post(f"/requests/{asked['id']}/approval")
    first, second = world.get(f"/requests/{asked['id']}")["lines"]
    world.desk.held(first["need"], 1, item=f"gtin:{CASE}")
    (given,) = world.parcels(consignment=world.plan(asked["id"])["id"])
    world.desk.held(second["need"], 6)
    (back,) = world.parcels(consignment=world.plan(asked["id"])["id"])
    world.seen(given, Action.HAND_OVER, SHELF, None)
    world.seen(back, Action.UNLOAD, TRUCK, STATION)
    world.seen(back, Action.UNLOAD, TRUCK, HOME)
    assert world.post(f"/requests/{asked['id']}/reroute", way="direct")["state"] == "approved"
    assert needed(world, asked) == [6]
    assert world.call(f"/requests/{asked['id']}/split", lines=[{"line": 1, "n": 24}]).status_code == 409
    sent = world.plan(asked["id"], way="direct", from_site=None, to_site=None)
    (parcel,) = world.parcels(consignment=sent["id"])
    assert [one["n"] for one in world.get(f"/parcels/{parcel['id']}")["lines"]] == [6]


def test_a_parcel_that_nobody_collects_or_that_is_refused_goes_back(world: Relief):
    asked, sent, parcel = world.planned()
    arrive(world, parcel, sent)
    assert world.post(f"/parcels/{parcel['id']}/return", Role.CLERK, reason="kept too long")["state"] == "due-back"
    world.seen(parcel, Action.HAND_OVER, BIN, None)
    assert world.states(asked, sent, parcel)[::2] == ("fulfilled", "handed-over")
    world.seen(parcel, Action.RETURN, None, STATION)
    assert world.states(asked, sent, parcel)[::2] == ("under-way", "due-back")
    world.seen(parcel, Action.REFUSE, STATION, None)
    assert world.state("parcels", parcel["id"]) == "refused"


def test_a_courier_comes_in_vain_comes_again_and_then_hands_over(world: Relief):
    asked, sent, parcel = world.planned(way="door", site=None)
    assert parcel["id"].startswith("door.")
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.LOAD, SHELF, "transit:courier-1")
    world.seen(parcel, Action.ATTEMPT, "transit:courier-1", None)
    assert world.states(asked, sent, parcel) == ("under-way", "in-transit", "out")
    world.seen(parcel, Action.UNLOAD, "transit:courier-1", HOME)
    assert world.state("parcels", parcel["id"]) == "packed"
    world.seen(parcel, Action.LOAD, HOME, "transit:courier-1")
    world.seen(parcel, Action.HAND_OVER, "transit:courier-1", None)
    assert world.states(asked, sent, parcel) == ("fulfilled", "received", "handed-over")


def test_a_parcel_travels_in_a_pallet_and_is_where_the_pallet_is(world: Relief):
    asked, sent, parcel = world.planned()
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.PACK, SHELF, world.pallet)
    world.see_pallet(Action.LOAD, HOME, TRUCK, sent)
    assert world.states(asked, sent, parcel) == ("under-way", "in-transit", "under-way")
    world.see_pallet(Action.UNLOAD, TRUCK, STATION, None)
    assert world.states(asked, sent, parcel) == ("under-way", "received", "arrived")
    world.seen(parcel, Action.UNPACK, world.pallet, BIN)
    world.see_pallet(Action.LOAD, STATION, TRUCK, None)
    world.seen(parcel, Action.SIGHT, None, BIN)
    assert world.states(asked, sent, parcel)[::2] == ("ready", "waiting")


def test_what_was_wrapped_counts_for_a_parcel_once_it_is_interpreted(world: Relief):
    asked, sent, parcel = world.planned()
    world.pack(parcel, 5, sent)
    load = scan(f"RR:P:{parcel['id']}", at=world.tick(), do=Action.LOAD, source=SHELF, to=TRUCK)
    world.desk.facts(opaque(load))
    world.follower.look()
    assert world.states(asked, sent, parcel)[2] == "packed"
    assert world.desk.bench.findings() == []
    world.desk.bench.settle()
    world.follower.look()
    assert world.states(asked, sent, parcel) == ("under-way", "in-transit", "under-way")
    assert world.desk.bench.findings() == []


def test_where_its_vehicle_went_is_told_of_a_parcel(world: Relief):
    _, sent, parcel = world.planned(way="vehicle", site=None)
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.PACK, SHELF, world.pallet)
    world.see_pallet(Action.LOAD, HOME, TRUCK, None)
    world.desk.facts(scan(f"RR:TO:{TRUCK}", at=world.tick(), do=Action.ARRIVE, to=TRUCK))
    world.follower.look()
    found = world.web.get(f"/parcels/{parcel['id']}", Role.STAFF)
    assert (found["state"], found["history"][-1]["action"]) == ("arrived", "arrive")


def test_facts_and_decisions_in_any_order_and_twice_give_the_same_states(world: Relief):
    asked, sent, parcel = world.planned()
    task = f"consignment:{sent['id']}"
    label = f"RR:P:{parcel['id']}"
    into = f"unit:parcel:{parcel['id']}"
    steps = [
        scan(world.label, at=world.tick(), do=Action.PACK, n=5, source=SHELF, to=into, owner=OWN, task=task),
        scan(label, at=world.tick(), do=Action.LOAD, source=SHELF, to=TRUCK, task=task),
        scan(label, at=world.tick(), do=Action.UNLOAD, source=TRUCK, to=STATION, task=task),
        scan(label, at=world.tick(), do=Action.PUT_AWAY, source=STATION, to=BIN),
        scan(label, at=world.tick(), do=Action.DAMAGE, source=BIN),
        scan(label, at=world.tick(), do=Action.HAND_OVER, source=BIN),
    ]
    random.Random(5).shuffle(steps)
    for number, one in enumerate(steps):
        device = f"scanner-{number}"
        world.desk.bench.take((device, batch(world.desk.bench.ledger, [one])))
        world.desk.bench.take((device, batch(world.desk.bench.ledger, [one])))
        world.follower.look()
        if one.do is Action.DAMAGE:
            undo = void(1, at=one.at - NOW + 1)
            world.desk.bench.take((device, batch(world.desk.bench.ledger, [undo], after=1)))
            world.follower.look()
    assert world.states(asked, sent, parcel) == ("fulfilled", "received", "handed-over")
    before = world.told()
    with world.web.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM life_event WHERE lane_id IS NOT NULL")
        connection.exec_driver_sql("DELETE FROM meta WHERE key = 'follower'")
    Follower(world.web.database, None, world.web.clock, changed=lambda: None).look()
    assert world.told() == before


def test_what_does_not_fit_is_odd_until_the_missing_fact_comes(world: Relief):
    _, sent, parcel = world.planned()
    arrive(world, parcel, sent)
    world.post(f"/consignments/{sent['id']}/closing")
    late = world.tick()
    world.seen(parcel, Action.HAND_OVER, BIN, None)
    world.seen(parcel, Action.PUT_AWAY, STATION, BIN)
    found = world.get(f"/parcels/{parcel['id']}")
    assert (found["state"], found["odd"], found["history"][-1]["odd"]) == ("handed-over", True, True)
    assert world.state("consignments", sent["id"]) == "closed"
    again = world.tick()
    world.desk.facts(scan(f"RR:P:{parcel['id']}", at=again, do=Action.RETURN, to=STATION))
    world.follower.look()
    assert late < again
    assert world.get(f"/parcels/{parcel['id']}")["state"] == "due-back"


def test_staff_of_others_neither_see_nor_decide(world: Relief):
    asked, sent, parcel = world.planned()
    for path in (f"/requests/{asked['id']}", f"/consignments/{sent['id']}", f"/parcels/{parcel['id']}"):
        assert world.stranger("GET", path).status_code == 404
    assert world.stranger("POST", f"/requests/{asked['id']}/cancellation").status_code == 404
    assert world.stranger("POST", f"/consignments/{sent['id']}/cancellation").status_code == 404
    assert world.stranger("POST", f"/parcels/{parcel['id']}/reroute", way="door").status_code == 404
    assert world.stranger("GET", "/parcels").json()["rows"] == []
    assert world.stranger("GET", "/consignments").json()["rows"] == []
    assert world.stranger("GET", "/requests").json()["rows"] == []


def test_a_decision_about_many_is_made_for_all_or_for_none(world: Relief):
    ids = [world.ask(4)["id"] for _ in range(6)]
    assert world.post("/requests/decisions", event="approve", ids=ids[:5]) == {"decided": 5, "lacking": []}
    answer = world.call("/requests/decisions", event="approve", ids=[ids[5], ids[0]])
    assert (answer.status_code, world.state("requests", ids[5])) == (409, "asked")
    assert world.call("/requests/decisions", Role.HELPLINE, event="approve", ids=ids[5:]).status_code == 403
    world.post("/requests/decisions", event="approve", ids=ids[5:])
    found = world.post("/requests/decisions", event="allocate", ids=ids)
    assert (found["decided"], found["lacking"]) == (6, ids[5:])
    assert world.desk.bench.findings() == []


def test_what_is_decided_about_reservations_needs_and_lists_counts_for_their_request(world: Relief):
    asked = world.allocated(5)
    (line,) = world.get(f"/requests/{asked['id']}")["lines"]
    assert world.call(f"/needs/{line['need']}/cancellation").status_code == 409
    (kept,) = world.get("/reservations", need=line["need"])["rows"]
    world.post(f"/reservations/{kept['id']}/cancellation")
    assert world.state("requests", asked["id"]) == "approved"
    world.desk.held(line["need"], 5)
    assert world.state("requests", asked["id"]) == "allocated"
    sent = world.plan(asked["id"])
    assert world.call(f"/picks/{sent['picks'][0]}/cancellation").status_code == 409


def test_a_reservation_whose_time_is_over_opens_its_request_again(world: Relief):
    asked = world.allocated(5)
    world.web.clock.now += 31 * 86_400_000
    assert world.follower.look() == 1
    assert (world.state("requests", asked["id"]), free(world)) == ("approved", 20)


BODIES = {
    "submission": {}, "approval": {}, "refusal": {"reason": "no"}, "allocation": {}, "cancellation": {},
    "closing": {}, "return": {}, "loss": {"reason": "gone"},
}  # fmt: skip
REQUESTS = {
    "submission": "submit", "approval": "approve", "refusal": "refuse", "allocation": "allocate",
    "cancellation": "cancel", "split": "split", "reroute": "reroute",
}  # fmt: skip
CONSIGNMENTS = {
    "cancellation": "cancel", "closing": "close", "return": "return", "reroute": "reroute", "loss": "lose",
    "split": "split",
}  # fmt: skip
PARCELS = {"reroute": "reroute", "return": "return", "loss": "lose"}


@pytest.mark.parametrize(
    ("kind", "life", "states", "routes"),
    [
        ("request", REQUEST, RequestState, REQUESTS),
        ("consignment", CONSIGNMENT, ConsignmentState, CONSIGNMENTS),
        ("parcel", PARCEL, ParcelState, PARCELS),
    ],
    ids=["request", "consignment", "parcel"],
)
def test_every_decision_that_a_state_does_not_allow_is_refused_with_a_code(world: Relief, kind, life, states, routes):
    asked, sent, parcel = world.planned()
    id_ = {"request": asked, "consignment": sent, "parcel": parcel}[kind]["id"]
    bodies = {
        **BODIES,
        "split": {"lines": [{"line": 1, "n": 1}]} if kind == "request" else {"parcels": [parcel["id"]]},
        "reroute": {"way": "station", {"request": "site", "consignment": "to_site", "parcel": "station"}[kind]: "st-1"},
    }
    events = {event.value: event for event in life.may}
    for state in states:
        with world.web.database.write() as connection:
            connection.exec_driver_sql(f"UPDATE {kind} SET state = ? WHERE id = ?", (state.value, id_))
        for leaf, name in routes.items():
            if life.decided(state, events[name]) is None:
                answer = world.call(f"/{kind}s/{id_}/{leaf}", Role.ADMIN, **bodies[leaf])
                assert (answer.status_code, answer.json()["code"]) == (409, "refused"), (state, leaf, answer.text)
                assert f"is {state}" in answer.json()["detail"]
                assert world.state(f"{kind}s", id_) == state
