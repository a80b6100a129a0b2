"""The story of one unit: its sightings in order, whatever the order they arrived in.

The ledger's postings of a serial-numbered item follow from the whole story: it came out of the account that its
first sighting names and stands where its last one left it. So it counts once, however often it was scanned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Sighting:
    """One row: ordered by corrected time, then lane, then sequence. Accounts and lots are row ids."""

    at: int
    lane: int
    seq: int
    lot: int | None
    source: int
    to: int
    voided: bool = False


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


def contributions(story: Sequence[Sighting], lot: int | None) -> dict[tuple[int, int], int]:
    """What a serial-numbered item adds to balances: (account, lot) -> -1, +1, or nothing."""
    if not story or lot is None or story[0].source == story[-1].to:
        return {}
    return {(story[0].source, lot): -1, (story[-1].to, lot): 1}


def steps(story: Sequence[Sighting]) -> list[tuple[Sighting, int, int]]:
    """Each sighting with the accounts that the unit really moved between, given where it was before."""
    result: list[tuple[Sighting, int, int]] = []
    at = None
    for row in story:
        result.append((row, row.source if at is None else at, row.to))
        at = row.to
    return result


def breaks(story: Sequence[Sighting], *, free: frozenset[int]) -> list[Break]:
    """Where the story does not fit: a named source other than the place before. `free` accounts say nothing."""
    result: list[Break] = []
    for before, row in pairwise(story):
        if row.source not in (before.to, row.to) and row.source not in free:
            result.append(Break(row.at, row.lane, row.seq, before.to, row.source))
    return result
