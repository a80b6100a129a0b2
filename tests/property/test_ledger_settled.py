"""Whose goods a fact moved is what was said of it last and not taken back, in whatever order that is heard of."""

from itertools import permutations
from pathlib import Path

from tests.support.facts import DOCK, NOW, RICE, STREAM, batch, goods, scan
from tests.support.ingest import bench
from wire.messages import Settle, Void

SAID = [
    Settle(at=NOW + moment, up=0, device="a", stream=STREAM, seq=1, owner=owner, reason="said so")
    for moment, owner in enumerate(["red-cross", "caritas", "msf"])
]
TAKEN_BACK = Void(at=NOW + 9, up=0, stream=f"{2:016x}", seq=1, device="hub")
"""Of the last of them."""
TOLD = [("a", STREAM, scan(goods(RICE, "A"), n=5)), *(("hub", f"{n:016x}", one) for n, one in enumerate(SAID))]


def test_the_owner_that_was_said_last_and_not_taken_back_counts_in_any_order(tmp_path: Path):
    whole = [*TOLD, ("hub", f"{9:016x}", TAKEN_BACK)]
    for number, order in enumerate([*list(permutations(TOLD))[::3], *list(permutations(whole))[::13]]):
        with bench(tmp_path / f"{number}.db") as made:
            for device, stream, fact in order:
                made.take((device, batch(made.ledger, [fact], stream=stream)))
            held = made.rows("SELECT owner, quantity FROM holding JOIN account ON account.id = account_id"
                             " WHERE code = ? AND quantity <> 0", DOCK)  # fmt: skip
            assert held == [("msf" if len(order) == len(TOLD) else "caritas", 5)], order
