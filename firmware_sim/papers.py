"""What a delivery's papers say, and where reality is otherwise: announced by its owner, scanned by the story. Pure.

The goods of a round come as one delivery. Its owner announces all but the last of them, and of the first that is no
single piece fewer than will come: so one line is over, and one thing was not announced.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from firmware_sim.gs1 import read_elements
from firmware_sim.opening import hosts, warehouses
from firmware_sim.story import goods
from firmware_sim.world import World

DELIVERY_CARD: Final = re.compile(r"RR:T:delivery:D-(\d+)$")
"""What stands on the papers: the number is that of the round, counted from one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Of one delivery. `lines` are (GTIN, lot or None, pieces)."""

    id: str
    owner: str
    site: str
    lines: tuple[tuple[str, str | None, int], ...]

    def announcement(self, day: str) -> dict[str, Any]:
        """As a hub takes it (POST /deliveries); `day` is when it is expected, ISO 8601."""
        lines = [{"item": f"gtin:{gtin}", "lot": lot, "n": n} for gtin, lot, n in self.lines]
        return {"id": self.id, "owner": self.owner, "site": self.site, "expected": day, "lines": lines}


def papers(world: World, batch: int, count: int) -> Papers:
    """The papers of the delivery that brings the first `count` (2 or more) goods of a round."""
    lines: list[tuple[str, str | None, int]] = []
    too_few = False
    for each in goods(world, batch, count)[:-1]:
        said = read_elements(each.label)
        fewer = 0 if too_few or each.pieces == 1 else max(1, each.pieces // 10)
        too_few = too_few or fewer > 0
        lines.append((said["01"], said.get("10"), each.pieces - fewer))
    owners = hosts(world)
    return Papers(id=f"D-{batch + 1}", owner=owners[batch % len(owners)], site=warehouses(world)[0], lines=tuple(lines))
