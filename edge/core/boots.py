"""The boots of a device, in their order: each one's offset, by its own anchors or between its neighbours. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edge.core.anchors import FASTEST, WANDER, Anchor, Rate, rate_of, runs, trusted
from edge.core.timeline import Between, Timeline

LEARN_FROM: Final = 8
"""How many boots the rate is learnt from, the newest that tell it well."""
NEVER_MS: Final = 4_102_444_800_000
"""The year 2100: what came after the last contact may have been at any time, until the hub hears of it."""
SHARP: Final = 3 * WANDER
"""A boot tells the rate well if it leaves open no more than this, as a ratio; two thirds of it are the WANDER."""


@dataclass(frozen=True, slots=True)
class Boot:
    """One boot: `last` is its last sign of life, an uptime; `walls` are the offsets that its wall clock claimed."""

    anchors: tuple[Anchor, ...] = ()
    last: int = 0
    walls: tuple[int, ...] = ()


def learnt(boots: Sequence[Boot]) -> Rate | None:
    """The rate that a device's quartz showed in its boots; None if none of them was in contact twice.

    Each boot tells between what the rate lay in it. All that the boots say that tell it well is possible; if there
    are none, what the best one says.
    """
    told = [rate_of(run) for boot in reversed(boots) for run in runs(trusted(boot.anchors)) if len(run) > 1]
    if not told:
        return None
    found = min(told, key=lambda rate: rate.width)
    for rate in [rate for rate in told if rate.width <= SHARP][:LEARN_FROM]:
        found = found.join(rate)
    return found


def lines(boots: Sequence[Boot], earliest: int) -> list[Timeline | Between]:
    """The offset of each boot, older boots first; all of them lie after `earliest`, Unix ms."""
    rate = learnt(boots)
    own = [Timeline(boot.anchors, rate) if boot.anchors else None for boot in boots]
    since = _ends(boots, own, earliest)
    until: float = NEVER_MS
    found: list[Timeline | Between] = []
    for boot, line, before in reversed(list(zip(boots, own, since, strict=True))):
        if line is not None:
            found.append(line)
            until = line.at(0)[1]
        else:
            found.append(Between(before, until, boot.last))
            until -= boot.last * (1 - FASTEST)
    return found[::-1]


def _ends(boots: Sequence[Boot], own: Sequence[Timeline | None], earliest: int) -> list[float]:
    """For each boot, the earliest moment at which the one before it can have ended."""
    end: float = earliest
    found: list[float] = []
    for boot, line in zip(boots, own, strict=True):
        found.append(end)
        if line is None:
            end += boot.last * (1 - FASTEST)
        else:
            last = max(boot.last, line.newest)
            end = last + line.at(last)[0]
    return found
