"""Sequences of a lane that will not arrive, and why: what makes the count of a lane exact. Pure.

Every sequence from 1 to the last one minted has one fate:

    thinned       deleted to make room, and never sent
    unreadable    lost with a damaged file, before the hub had it
    trimmed       deleted because the hub had it, and the hub, restored from a backup or another one, has it no more
    delivered     the hub has it
    pending       none of these: it is in the file

so accepted = delivered + thinned + trimmed + unreadable + pending. The first three are kept as ranges, which do not
overlap: what becomes trimmed is thinned or unreadable no more, for the hub is told of a deleted range as one. Thinning
keeps the multiples of a power of two, so a whole day of it is one range.
"""

from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

Range = tuple[int, int]
"""First and last sequence, both included."""


class Fate(StrEnum):
    """Why a range is not here. ABSENT: its rows were lost after the hub had them, so they count as delivered."""

    THINNED = "thinned"
    UNREADABLE = "unreadable"
    TRIMMED = "trimmed"
    ABSENT = "absent"


class Hole(NamedTuple):
    """Of `first` to `last` every `step`-th is here (the multiples of `step`); none, if that is 0."""

    first: int
    last: int
    fate: Fate
    step: int = 0

    def size(self, upto: int) -> int:
        """How many of its sequences up to `upto` are not here."""
        last = min(self.last, upto)
        if last < self.first:
            return 0
        here = last // self.step - (self.first - 1) // self.step if self.step else 0
        return last - self.first + 1 - here


Holes = tuple[Hole, ...]
"""In order, without overlaps."""


def count(holes: Holes, fate: Fate, *, after: int = 0, upto: int) -> int:
    """How many of (after, upto] have this fate."""
    return sum(hole.size(upto) - hole.size(after) for hole in holes if hole.fate is fate)


def thinned(holes: Holes, first: int, last: int, step: int) -> Holes:
    """With only the multiples of `step` left between first and last."""
    return _put(holes, Hole(first, last, Fate.THINNED, step))


def lowered(holes: Holes, through: int, gone: int) -> Holes:
    """After the hub said that it has nothing beyond `through`, when all up to `gone` is deleted."""
    if through < gone:
        holes = _put(holes, Hole(through + 1, gone, Fate.TRIMMED))
    for hole in [hole for hole in holes if hole.fate is Fate.ABSENT and hole.last > through]:
        holes = _put(holes, Hole(max(hole.first, through + 1), hole.last, Fate.UNREADABLE))
    return holes


def lost(holes: Holes, missing: Iterable[Range], through: int) -> Holes:
    """After rows were found missing; the hub has those up to `through`."""
    for first, last in missing:
        for low, high in _unexplained(holes, first, last):
            if low <= through:
                holes = _put(holes, Hole(low, min(high, through), Fate.ABSENT))
            if high > through:
                holes = _put(holes, Hole(max(low, through + 1), high, Fate.UNREADABLE))
    return holes


def sound(rows: Iterable[tuple[object, ...]]) -> Holes:
    """What can be believed of (first, last, fate, step) that a damaged file gave."""
    holes: Holes = ()
    for first, last, fate, step in rows:
        if isinstance(first, int) and isinstance(last, int) and isinstance(step, int) and 0 < first <= last:
            with suppress(ValueError):
                holes = _put(holes, Hole(first, last, Fate(str(fate)), max(0, step)))
    return holes


def segments(holes: Holes, after: int, last: int) -> list[Hole]:
    """The parts of (after, last] that can be thinned, with the step of each: 1 where every row is here."""
    found, at = [], after
    for hole in holes:
        if hole.last <= at or hole.first > last:
            continue
        if hole.first > at + 1:
            found.append(Hole(at + 1, hole.first - 1, Fate.THINNED, 1))
        if hole.step:
            found.append(Hole(max(at + 1, hole.first), min(hole.last, last), Fate.THINNED, hole.step))
        at = min(hole.last, last)
    if at < last:
        found.append(Hole(at + 1, last, Fate.THINNED, 1))
    return found


def reasons(holes: Holes, first: int, last: int, otherwise: Fate) -> list[Hole]:
    """Why first to last, of which no row is here, are missing: pieces in order; `otherwise` where nothing is noted."""
    found: list[Hole] = []
    at = first
    for hole in holes:
        if hole.last < at or hole.first > last:
            continue
        if hole.first > at:
            found.append(Hole(at, hole.first - 1, otherwise))
        end = min(hole.last, last)
        fate = Fate.UNREADABLE if hole.fate is Fate.ABSENT else hole.fate
        found.append(Hole(max(at, hole.first), end, fate))
        at = end + 1
    if at <= last:
        found.append(Hole(at, last, otherwise))
    return found


def _put(holes: Holes, new: Hole) -> Holes:
    """With a range whose fate is another from now on, joined to its neighbours where it only goes on."""
    kept: list[Hole] = [new]
    for hole in holes:
        if hole.first < new.first:
            kept.append(hole._replace(last=min(hole.last, new.first - 1)))
        if hole.last > new.last:
            kept.append(hole._replace(first=max(hole.first, new.last + 1)))
    joined: list[Hole] = []
    for hole in sorted(kept):
        before = joined[-1] if joined else None
        if before and before.last + 1 == hole.first and before[2:] == hole[2:]:
            joined[-1] = before._replace(last=hole.last)
        else:
            joined.append(hole)
    return tuple(joined)


def _unexplained(holes: Holes, first: int, last: int) -> list[Range]:
    """The parts of a run of missing rows that ought to be here, as far as is known."""
    found: list[Range] = []
    inside = [hole for hole in holes if hole.last >= first and hole.first <= last]
    edges = [Hole(0, first - 1, Fate.ABSENT), *inside, Hole(last + 1, last + 1, Fate.ABSENT)]
    found.extend((one.last + 1, other.first - 1) for one, other in pairwise(edges) if one.last + 1 < other.first)
    for hole in inside:
        low, high = max(first, hole.first), min(last, hole.last)
        if hole.step and (here := range(-(-low // hole.step) * hole.step, high + 1, hole.step)):
            found.append((here[0], here[-1]))
    return found
