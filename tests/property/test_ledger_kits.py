"""Whose the parts of a kit are comes out the same in whatever order it was said."""

from itertools import permutations
from pathlib import Path

from tests.support.facts import DOCK, NOW, STREAM, TENT, batch, goods
from tests.support.ingest import bench
from wire.messages import Kit, Part, Settle

KIT = Kit(
    at=NOW,
    up=0,
    do="kit",
    where=DOCK,
    made=Part(labels=(goods(TENT, "K"),), n=2, owner="caritas"),
    used=(Part(labels=(goods(TENT, "K"),), n=2, owner="red-cross"),),
)
"""Parts of two owners, so that whose the result is has to be said; once said, it may be just what went in."""
SAID = [
    Settle(at=NOW + moment, up=0, device="a", stream=STREAM, seq=1, owner=owner, reason="said so")
    for moment, owner in enumerate(["red-cross", "caritas"])
]


def test_owners_that_were_said_of_a_kit_come_out_the_same_in_any_order(tmp_path: Path):
    found = []
    for number, order in enumerate(permutations([("a", KIT), *(("hub", one) for one in SAID)])):
        with bench(tmp_path / f"{number}.db") as made:
            for at, (device, fact) in enumerate(order):
                stream = STREAM if device == "a" else f"{SAID.index(fact):016x}"
                made.take((device, batch(made.ledger, [fact], stream=stream)))
                assert at or made.quarantine() == []
            assert made.findings() == []
            assert made.rebuilt().same
            found.append(made.tables()["balance"])
    assert found.count(found[0]) == len(found)
