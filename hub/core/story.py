"""The story of one unit: its sightings in order, whatever the order they arrived in.

The ledger's postings of a serial-numbered item follow from the whole story: it came out of the account that its
first sighting names and stands where its last one left it. So it counts once, however often it was scanned.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

GOOD = "good"


@dataclass(frozen=True, slots=True, order=True)
class Sighting:
    """One row: ordered by corrected time, then lane, then sequence. Accounts and lots are row ids.

    `grade` is the condition that the unit has from then on, None where the fact did not change it.
    """

    at: int
    lane: int
    seq: int
    lot: int | None
    source: int
    to: int
    voided: bool = False
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """A sighting that left another account than the one where the unit was last."""

    at: int
    lane: int
    seq: int
    expected: int
    said: int


def valid(sightings: Sequence[Sighting]) -> list[Sighting]:
    """The sightings that were not undone, in order."""
    return sorted(row for row in sightings if not row.voided)


def lot_of(story: Sequence[Sighting], fullness: dict[int, int]) -> int | None:
    """The lot of a unit: the most complete that any sighting names, the earliest of equals.

    `fullness` tells of each lot id how many of lot and owner it names.
    """
    named = [row for row in story if row.lot is not None]
    if not named:
        return None
    return max(named, key=lambda row: (fullness[row.lot or 0], -row.at, -row.lane, -row.seq)).lot


def is_graded(story: Sequence[Sighting]) -> bool:
    """Whether the unit ever was anything but good."""
    return any(row.grade is not None and row.grade != GOOD for row in story)


def contributions(story: Sequence[Sighting], lots: Mapping[str, int], between: int = 0) -> dict[tuple[int, int], int]:
    """What a serial-numbered item adds to balances: (account, lot) -> signed pieces; what adds nothing is left out.

    `lots` are the item's lot in each condition, by condition; empty for a handling unit. It enters by its first
    sighting, in the condition that this one states; each change of condition leads over the account `between`.
    """
    found: dict[tuple[int, int], int] = defaultdict(int)
    if not story or not lots:
        return {}
    before = fit = story[0].grade or GOOD
    found[story[0].source, lots[fit]] -= 1
    for row in story:
        fit = row.grade or before
        if fit != before:
            found[between, lots[before]] += 1
            found[between, lots[fit]] -= 1
        before = fit
    found[story[-1].to, lots[fit]] += 1
    return {pair: quantity for pair, quantity in found.items() if quantity}


def steps(story: Sequence[Sighting]) -> list[tuple[Sighting, tuple[int, str], tuple[int, str]]]:
    """Each sighting with the accounts that the unit really moved between, and its condition in each."""
    result: list[tuple[Sighting, tuple[int, str], tuple[int, str]]] = []
    at = None
    for row in story:
        before = (row.source, row.grade or GOOD) if at is None else at
        at = (row.to, row.grade or before[1])
        result.append((row, before, at))
    return result


def breaks(story: Sequence[Sighting], *, free: frozenset[int]) -> list[Break]:
    """Where the story does not fit: a named source other than the place before. `free` accounts say nothing."""
    result: list[Break] = []
    for before, row in pairwise(story):
        if row.source not in (before.to, row.to) and row.source not in free:
            result.append(Break(row.at, row.lane, row.seq, before.to, row.source))
    return result
