"""What came to each site and what left it, and why: the ledger read as time goes by. Pure.

Goods are at a site when they stand in a place of it, or in a handling unit that stands there, inside another one or
not. So they come and go in two ways: a fact moves them, or a unit moves and takes along what is in it. A move within a
site is no flow. The cause is the other end: where they came from, or where they went.

The sums obey one law, which tests hold: over all time, what came to a site less what left it is what stands there.

Time is counted in quarters of an hour (UTC), because the zones of this world differ from UTC by whole quarters: so
hours and days of any of them are sums of quarters.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

QUARTER_MS: Final = 900_000
SITE: Final = "site"
"""The other end is another site, with nothing between."""
TRANSIT: Final = "transit"
OTHER: Final = "other"
"""The other end is an account that devices made up."""
UNKNOWN: Final = "unknown"
CAUSES: Final = (
    "donor-in", "with-recipient", "transit", "site", "adjustment", "kitted", "transferred", "regraded", "damaged",
    "expired", "disposed", "lost", "unknown", "other",
)  # fmt: skip
Key = tuple[int, int, int]
"""Corrected time, lane, sequence: the order of all facts."""


class End(NamedTuple):
    """Where an account is: at a site, or else what it is called as a cause."""

    site: str | None
    cause: str


class Moved(NamedTuple):
    """Pieces of a lot went from one account to another; or, as a sum, within one quarter."""

    at: Key
    lot: int
    source: int
    to: int
    n: int


class Hop(NamedTuple):
    """A handling unit, named by its own account, was put from one account into another."""

    at: Key
    unit: int
    source: int
    to: int


class Flow(NamedTuple):
    """A lot at a site, in a quarter, for a cause."""

    lot: int
    site: str
    quarter: int
    cause: str


Flows = dict[Flow, tuple[int, int]]
"""Pieces that came and that went."""


def end_of(code: str, kind: str, site: str | None) -> End | None:
    """Where an account is by itself; None for a handling unit, which is where it was put."""
    if kind == "unit":
        return None
    if kind == "place":
        return End(site, UNKNOWN)
    if kind == "transit":
        return End(None, TRANSIT)
    name = code.partition(":")[2]
    return End(None, name if name in CAUSES else OTHER)


def quarter(at: int) -> int:
    """The quarter of an hour in which a time (Unix ms) lies."""
    return at // QUARTER_MS


class Yard:
    """Where handling units are while time goes by, and what is in them."""

    def __init__(
        self, ends: Mapping[int, End | None], parents: Mapping[int, int], content: Mapping[tuple[int, int], int]
    ) -> None:
        """As it is at the beginning: `parents` of units, `content` by unit and lot."""
        self._ends = ends
        self._parents = dict(parents)
        self._children: dict[int, set[int]] = defaultdict(set)
        for unit, parent in parents.items():
            self._children[parent].add(unit)
        self._content: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for (unit, lot), n in content.items():
            self._content[unit][lot] = n

    def end(self, account: int) -> End:
        """Where an account is now; nowhere if nobody put it anywhere, or units are in each other."""
        met: set[int] = set()
        while account not in met:
            met.add(account)
            end = self._ends[account]
            if end is not None:
                return end
            parent = self._parents.get(account)
            if parent is None:
                break
            account = parent
        return End(None, UNKNOWN)

    def move(self, moved: Moved) -> None:
        """Put goods into units and take them out."""
        for account, n in ((moved.source, -moved.n), (moved.to, moved.n)):
            if self._ends[account] is None:
                self._content[account][moved.lot] += n

    def hop(self, hop: Hop) -> tuple[End, End, list[tuple[int, int]]]:
        """Put a unit elsewhere: where it was, where it is, and lots with pieces that went along."""
        parent = self._parents.get(hop.unit)
        if parent is None:
            before = End(None, self.end(hop.source).cause)  # what is in a unit that is nowhere is at no site yet
        else:
            before = self.end(hop.unit)
            self._children[parent].discard(hop.unit)
        self._parents[hop.unit] = hop.to
        self._children[hop.to].add(hop.unit)
        return before, self.end(hop.unit), list(self._inside(hop.unit))

    def _inside(self, unit: int) -> Iterator[tuple[int, int]]:
        met, todo = {unit}, [unit]
        while todo:
            one = todo.pop()
            yield from self._content[one].items() if one in self._content else ()
            more = self._children.get(one, set()) - met
            met |= more
            todo += more


def fold(yard: Yard, events: Iterable[Moved | Hop]) -> Flows:
    """The flows of events, in the order of their times."""
    found: defaultdict[Flow, list[int]] = defaultdict(lambda: [0, 0])
    for event in sorted(events, key=lambda one: (one.at, isinstance(one, Hop))):
        when = quarter(event.at[0])
        if isinstance(event, Hop):
            before, after, along = yard.hop(event)
            for lot, n in along:
                _note(found, lot, when, before, after, n)
        else:
            yard.move(event)
            _note(found, event.lot, when, yard.end(event.source), yard.end(event.to), event.n)
    return {flow: (came, went) for flow, (came, went) in found.items()}


def _note(found: defaultdict[Flow, list[int]], lot: int, when: int, source: End, to: End, n: int) -> None:
    """Pieces went between two ends. Fewer than none, of a unit out of which more came than went in, went back."""
    if source.site == to.site or n == 0:
        return
    if n < 0:
        source, to, n = to, source, -n
    if source.site is not None:
        found[Flow(lot, source.site, when, to.cause if to.site is None else SITE)][1] += n
    if to.site is not None:
        found[Flow(lot, to.site, when, source.cause if source.site is None else SITE)][0] += n
