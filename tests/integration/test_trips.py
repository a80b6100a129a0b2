"""Unmanned vehicles: loaded, under way, arrived, opened, handed over, and back with what nobody took; all by facts."""

from pathlib import Path

from hub.core.viewer import Role
from tests.support.facts import scan
from tests.support.relief_world import SHELF, relief
from wire.actions import Action

VAN = "transit:van-1"


def test_a_vehicle_that_arrives_brings_what_is_in_it_also_where_the_fact_comes_before_the_load(tmp_path: Path):
    with relief(tmp_path) as world:
        world.receive(20)
        first, second = (world.allocated(5, way="vehicle", site=None) for _ in range(2))
        sent = world.plan(first["id"], second["id"], way="vehicle", to_site=None, vehicle="van-1")
        one, two = world.parcels(consignment=sent["id"])
        for each in (one, two):
            world.pack(each, 5, sent)
        world.seen(one, Action.LOAD, SHELF, f"{VAN}/c1")
        late = world.tick()
        world.desk.facts(scan(f"RR:TO:{VAN}", at=world.tick(), do=Action.DEPART, to=VAN))
        world.desk.facts(scan(f"RR:TO:{VAN}", at=world.tick(), do=Action.ARRIVE, to=VAN))
        world.follower.look()

        def trip() -> dict:
            return world.web.get(f"/trips/{sent['id']}", Role.STAFF)

        assert (trip()["state"], trip()["aboard"]) == ("arrived", 1)
        assert (world.state("parcels", one["id"]), world.state("parcels", two["id"])) == ("arrived", "packed")
        task = f"consignment:{sent['id']}"
        label = f"RR:P:{two['id']}"
        world.desk.facts(scan(label, at=late, do=Action.LOAD, source=SHELF, to=f"{VAN}/c2", task=task))
        world.follower.look()
        assert [each["compartment"] for each in trip()["compartments"]] == ["c1", "c2"]
        assert world.state("parcels", two["id"]) == "arrived", "it was in the vehicle when that arrived"
        world.seen(one, Action.HAND_OVER, f"{VAN}/c1", None)
        assert trip()["state"] == "opened"
        world.desk.facts(scan(f"RR:TO:{VAN}", at=world.tick(), do=Action.DEPART, to=VAN))
        world.seen(two, Action.UNLOAD, f"{VAN}/c2", SHELF)
        whole = trip()
        assert (whole["state"], whole["handed"], whole["back"], whole["aboard"]) == ("done", 1, 1, 0)
        assert [each["event"] for each in whole["steps"]] == [
            "loaded", "loaded", "departed", "arrived", "handed", "departed", "back",
        ]  # fmt: skip
        assert world.state("parcels", two["id"]) == "packed", "ready for another trip"
        assert [row["consignment"] for row in world.web.get("/trips", Role.AUDITOR, vehicle="van-1")["rows"]] == [
            sent["id"]
        ]
        assert world.web.get("/trips", Role.AUDITOR, vehicle="van-2")["rows"] == []
