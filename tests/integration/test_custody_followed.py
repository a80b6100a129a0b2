"""Custody follows facts as they come, over the follower; what differs is seen and settled over HTTP, and audited."""

from pathlib import Path

import pytest

from hub.core.viewer import Role
from hub.store.custody import kept
from tests.support.facts import NOW, STREAM, batch
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.relief_world import SHELF, STATION, TRUCK, Relief, relief
from wire.actions import Action
from wire.messages import HUB, Settle, Void


@pytest.fixture
def world(tmp_path: Path):
    with relief(tmp_path) as made:
        yield made
        assert made.desk.bench.findings() == []


def custody(world: Relief) -> list[tuple[object, ...]]:
    """What is kept of the first consignment: lot, then the numbers from `planned` on."""
    world.tick()
    with world.web.database.read() as connection:
        return [(line[1], *line[3:]) for line in kept(connection, 1)]


def kinds(world: Relief) -> dict[str, str]:
    """Kind -> key of what is open."""
    return {row["kind"]: row["key"] for row in world.web.get("/discrepancies", Role.SUPERVISOR)["rows"]}


def test_less_than_planned_is_followed_shown_and_settled(world: Relief):
    world.receive(20)
    asked = world.allocated(5)
    sent = world.plan(asked["id"])
    (parcel,) = world.parcels(consignment=sent["id"])
    assert custody(world) == [("A", 5, 0, 0, 0, 0, 0, 0)]
    world.pack(parcel, 3, sent)
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    assert custody(world) == [("A", 5, 3, 0, 0, 0, 3, 0)]
    assert kinds(world) == {}
    world.seen(parcel, Action.UNLOAD, TRUCK, STATION)
    assert custody(world) == [("A", 5, 3, 3, 0, 0, 0, 0)]
    key = kinds(world)["consignment-short"]
    found = world.web.get(f"/discrepancies/{key}", Role.SUPERVISOR)
    assert found["discrepancy"]["code"] == "sent-less"
    assert found["decisions"] == ["accept", "undo"]
    assert {side["role"] for side in found["sides"]} == {"planned", "sent", "came"}
    world.post(f"/discrepancies/{key}/settlement", Role.SUPERVISOR, decision="accept", reason="two sacks were torn")
    assert "consignment-short" not in kinds(world)


def test_an_owner_that_is_settled_later_is_followed_and_so_is_the_undo_of_that(world: Relief):
    world.receive(20)
    sent = world.plan(world.allocated(5)["id"])
    (parcel,) = world.parcels(consignment=sent["id"])
    unit, task = f"unit:parcel:{parcel['id']}", f"consignment:{sent['id']}"
    world.desk.send(Action.PACK, 5, source=SHELF, to=unit, task=task)
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    assert custody(world) == [("A", 0, 5, 0, 0, 0, 5, 0), ("A", 5, 0, 0, 0, 0, 0, 0)]
    times = {"at": NOW + world.tick(), "up": 0}
    settle = Settle(device="wh1-scanner-1", stream=STREAM, seq=world.desk.sent - 1, owner=OWN, reason="said", **times)
    world.desk.bench.take((HUB, batch(world.desk.bench.ledger, [settle])))
    world.follower.look()
    assert custody(world) == [("A", 5, 5, 0, 0, 0, 5, 0)]
    undone = Void(device=HUB, stream=STREAM, seq=1, **times)
    world.desk.bench.take((HUB, batch(world.desk.bench.ledger, [undone], after=1)))
    world.follower.look()
    assert len(custody(world)) == 2
