"""A count and a scan of the same millisecond: which was first is told by their lanes, in whatever order they come."""

from itertools import permutations
from pathlib import Path

import pytest

from tests.support.facts import RICE, batch, count, goods, scan
from tests.support.ingest import bench

LABEL = goods(RICE, "A")


@pytest.mark.parametrize("devices", [("a", "b"), ("b", "a")])
def test_a_count_and_a_scan_of_one_moment_come_out_the_same_in_any_order(devices: tuple[str, str], tmp_path: Path):
    told = list(zip(devices, [count(LABEL, 10, at=5), scan(LABEL, at=5, n=3)], strict=True))
    found = []
    for number, order in enumerate(permutations(told)):
        with bench(tmp_path / f"{number}.db") as made:
            for device, fact in order:
                made.take((device, batch(made.ledger, [fact])))
            found.append((made.tables()["balance"], made.tables()["tally"]))
            assert made.rebuilt().same
    assert found[0] == found[1]
