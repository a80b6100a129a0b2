"""A hub restored from before a parcel was planned, or before it was on its way: devices give it the facts again."""

from pathlib import Path

from hub.follower import Follower
from hub.store.backup import backup, restore
from tests.support.facts import NOW
from tests.support.ingest import bench
from tests.support.relief_world import SHELF, STATION, TRUCK, relief
from wire.actions import Action

DEVICE = "wh1-scanner-1"
STAGES = ("promised", "packed")


def test_whatever_a_backup_lacks_of_a_parcel_the_audit_is_clean_before_and_after_devices_deliver_again(tmp_path: Path):
    lived = tmp_path / "lived"
    lived.mkdir()
    with relief(lived) as world:
        source = world.desk.bench.path

        def saved(stage: str) -> None:
            backup(source, tmp_path / stage)

        world.receive(20)
        asked = world.allocated(5)
        saved("promised")
        sent = world.plan(asked["id"])
        (parcel,) = world.parcels(consignment=sent["id"])
        world.pack(parcel, 5, sent)
        saved("packed")
        world.seen(parcel, Action.LOAD, SHELF, TRUCK)
        world.seen(parcel, Action.UNLOAD, TRUCK, STATION)
        world.seen(parcel, Action.HAND_OVER, STATION, None)
        vault = world.desk.web.services.vault
        balances = world.desk.bench.balances()
        sent_again = world.desk.bench.rows("SELECT body FROM journal ORDER BY id")

    for stage in STAGES:
        folder = tmp_path / f"of-{stage}"
        folder.mkdir()
        restore(tmp_path / stage, folder / "hub.db")
        with bench(folder / "hub.db") as made:
            assert made.findings() == [], stage
            made.take(*((DEVICE, body) for (body,) in sent_again))
            follower = Follower(made.database, vault, lambda: NOW + 2_000, changed=lambda: None)
            follower.look()
            assert made.findings() == [], stage
            assert made.rebuilt().same, stage
            assert made.balances() == balances, stage
            ((state,),) = made.rows("SELECT state FROM request")
            assert state == ("fulfilled" if stage == "packed" else "allocated"), "nobody knows of a plan that is lost"
