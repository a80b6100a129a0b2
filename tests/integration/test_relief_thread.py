"""From a request to the hand-over: what people decide over HTTP, what devices say by facts, and what follows."""

from pathlib import Path

import pytest

from tests.support.relief_world import SHELF, STATION, TRUCK, Relief, relief
from wire.actions import Action


@pytest.fixture
def world(tmp_path: Path):
    with relief(tmp_path) as made:
        yield made


def test_a_request_becomes_a_hand_over(world: Relief):
    world.receive(20)
    asked = world.ask(5)
    assert (asked["state"], world.state("requests", asked["id"])) == ("asked", "asked")
    assert world.post(f"/requests/{asked['id']}/approval")["state"] == "approved"
    given = world.post(f"/requests/{asked['id']}/allocation")
    assert (given["request"]["state"], given["lines"][0]["n"], given["lines"][0]["lacking"]) == ("allocated", 5, 0)
    sent = world.plan(asked["id"])
    assert (sent["state"], sent["parcels"], len(sent["picks"])) == ("planned", 1, 1)
    (parcel,) = world.parcels(consignment=sent["id"])
    assert parcel["id"].startswith("st-1.")
    assert [(one["lot"], one["n"]) for one in parcel["lines"]] == [("A", 5)]
    world.pack(parcel, 5, sent)
    assert world.states(asked, sent, parcel) == ("under-way", "packed", "packed")
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    assert world.states(asked, sent, parcel) == ("under-way", "in-transit", "under-way")
    world.seen(parcel, Action.UNLOAD, TRUCK, STATION)
    assert world.states(asked, sent, parcel) == ("under-way", "received", "arrived")
    world.seen(parcel, Action.PUT_AWAY, STATION, "place:st-1/a02")
    assert world.states(asked, sent, parcel) == ("ready", "received", "waiting")
    world.seen(parcel, Action.HAND_OVER, "place:st-1/a02", None)
    assert world.states(asked, sent, parcel) == ("fulfilled", "received", "handed-over")
    found = world.get(f"/parcels/{parcel['id']}")
    assert [one["state"] for one in found["history"]] == [
        "planned", "packed", "packed", "under-way", "arrived", "waiting", "handed-over",
    ]  # fmt: skip
    assert (found["placed"], found["odd"]) == ("virtual:with-recipient", False)
    assert world.post(f"/consignments/{sent['id']}/closing")["state"] == "closed"
    assert world.desk.bench.findings() == []
