"""Custody of a consignment's goods: what left, what came, and where the rest is, out of facts alone. Pure.

The facts that name the consignment as their task move goods between accounts; what they moved sums to zero over all
accounts, for each item, lot and owner, because each takes from one what it gives to another. So, whichever of them are
known yet and in whatever order they came,

    dispatched = received + damaged + lost + in transit + elsewhere

holds exactly, `dispatched` being what is missing at the place where the consignment comes from. A number below zero
says that a fact is missing, or that more came than went.

Goods in a handling unit are where the unit is: the account of a unit counts for the place where its own story says that
it stands now, be that by facts without a task. The story ends for this consignment where another one takes the unit
over (a parcel that goes back, or on to another station). What was packed before is known by no fact of the consignment:
its unit brings what it held when it left. A unit of which no content is known counts as one piece of itself.

A parcel that was re-routed by itself is for another site than its consignment: what is in it is received there, too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from hub.core.identity import account_site
from wire.actions import DAMAGED, DISPOSED, DONOR_IN, EXPIRED, LOST, WITH_RECIPIENT
from wire.label import is_handling_unit

UNIT: Final = "unit:"
DEEPEST: Final = 20
When = tuple[int, int, int]
"""Corrected time, lane, sequence: the order of facts."""


class Goods(NamedTuple):
    """What stock is kept apart by."""

    item: str
    lot: str = ""
    owner: str = ""
    condition: str = "good"


class Side(StrEnum):
    """Where goods of a consignment are, as its custody sees it."""

    SOURCE = "source"
    RECEIVED = "received"
    DAMAGED = "damaged"
    LOST = "lost"
    IN_TRANSIT = "in-transit"
    ELSEWHERE = "elsewhere"


_VIRTUAL: Final[Mapping[str, Side]] = {
    WITH_RECIPIENT: Side.RECEIVED,
    DAMAGED: Side.DAMAGED,
    EXPIRED: Side.DAMAGED,
    DISPOSED: Side.DAMAGED,
    LOST: Side.LOST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCustody:
    """One item, lot and owner of a consignment; pieces. A bare handling unit is an item of its own: its key."""

    item: str
    lot: str
    owner: str
    dispatched: int
    received: int
    damaged: int
    lost: int
    in_transit: int
    elsewhere: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From which site to which: None for a supplier, and for people's doors."""

    source: str | None
    to: str | None

    def side(self, account: str, condition: str, stations: Collection[str] = ()) -> Side:
        """Where an account is that is no handling unit's; `stations`: other sites that the goods are for."""
        site = account_site(account)
        if site is not None and site == self.source:
            return Side.SOURCE
        if site is not None and (site == self.to or site in stations):
            return Side.DAMAGED if condition == "damaged" else Side.RECEIVED
        if account == DONOR_IN:  # between two sites a receipt that names no vehicle takes goods off the road
            return Side.SOURCE if self.source is None else Side.IN_TRANSIT
        if account.startswith("transit:"):
            return Side.IN_TRANSIT
        return _VIRTUAL.get(account, Side.ELSEWHERE)


class Row(NamedTuple):
    """What a fact of the consignment posted; `goods` is None for a handling unit."""

    when: When
    unit: str | None
    goods: Goods | None
    source: str
    to: str
    n: int


class Seen(NamedTuple):
    """A unit was seen; `other`: by a fact of another consignment."""

    when: When
    source: str
    to: str
    other: bool = False


class Flow(NamedTuple):
    """Goods went into a unit (n above zero) or came out of it by a fact that is not of the consignment."""

    when: When
    goods: Goods
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that bears on one consignment, each list in the order of time.

    `stories` are of every handling unit that it, or what is in it, ever was in; `flows` by the unit's key. `stations`:
    the sites for which units are that were re-routed by themselves.
    """

    rows: Sequence[Row]
    stories: Mapping[str, Sequence[Seen]] = field(default_factory=dict)
    flows: Mapping[str, Sequence[Flow]] = field(default_factory=dict)
    stations: Mapping[str, str] = field(default_factory=dict)


def custody(way: Way, facts: Facts) -> tuple[LineCustody, ...]:
    """The lines, by item, lot and owner; those of which nothing moved are left out."""
    return _Reckoning(way, facts).lines()


class _Place(NamedTuple):
    """Where a unit stands; `over`: another consignment took it over; `stations`: sites that it was re-routed to."""

    account: str
    over: bool
    stations: Collection[str]


class _Reckoning:
    def __init__(self, way: Way, facts: Facts) -> None:
        self._way = way
        self._facts = facts
        self._sums: dict[Goods, dict[Side, int]] = defaultdict(lambda: defaultdict(int))
        self._things: dict[str, list[Row]] = defaultdict(list)
        for row in facts.rows:
            if row.unit is not None:
                self._things[row.unit].append(row)
        self._filled = {row.to for row in facts.rows}
        self._known: dict[str, _Place] = {}
        self._since = facts.rows[0].when if facts.rows else (0, 0, 0)
        self._inside: dict[str, list[str]] = defaultdict(list)
        for unit, story in facts.stories.items():
            for parent in {seen.to.removeprefix(UNIT) for seen in story if seen.to.startswith(UNIT)}:
                self._inside[parent].append(unit)

    def lines(self) -> tuple[LineCustody, ...]:
        for row in self._facts.rows:
            if row.unit is None and row.goods is not None:
                self._moved(row.goods, row.source, row.to, row.n)
        for unit, rows in self._things.items():
            if is_handling_unit(unit):
                self._whole(unit, rows)
            else:
                named = [row.goods for row in rows if row.goods is not None]
                best = max(named, key=lambda goods: bool(goods.lot) * 2 + bool(goods.owner))
                self._moved(best, rows[0].source, rows[-1].to, 1)
        return tuple(line for goods, sides in self._by_line() if (line := _line(goods, sides)) is not None)

    def _by_line(self) -> Iterable[tuple[Goods, Mapping[Side, int]]]:
        """Conditions of one lot are one line: what changed its condition on the way is still there."""
        found: dict[Goods, dict[Side, int]] = defaultdict(lambda: defaultdict(int))
        for goods, sides in self._sums.items():
            for side, n in sides.items():
                found[goods._replace(condition="good")][side] += n
        return sorted(found.items())

    def _moved(self, goods: Goods, source: str, to: str, n: int) -> None:
        """Goods went from one account to another: -n where the one is now, n where the other is."""
        self._add(goods, self._side(source, goods, other=to), -n)
        self._add(goods, self._side(to, goods, other=source), n)

    def _add(self, goods: Goods, side: Side, n: int) -> None:
        self._sums[goods][side] += n

    def _side(self, account: str, goods: Goods, other: str = "") -> Side:
        """Where an account is now. A unit that nobody saw is where its goods came from (`other`)."""
        place, over, stations = (
            self._now(account) if account.startswith(UNIT) else _Place(account, over=False, stations=())
        )
        if place.startswith(UNIT):
            place = other if other and not other.startswith(UNIT) else place
        side = self._way.side(place, goods.condition, stations)
        return Side.ELSEWHERE if over and side is Side.IN_TRANSIT else side

    def _now(self, unit: str) -> _Place:
        """What the account of a unit stands in, outwards, and whether another consignment took it over on the way."""
        if unit not in self._known:
            self._known[unit] = self._outwards(unit)
        return self._known[unit]

    def _outwards(self, account: str) -> _Place:
        over, stations = False, set()
        for _ in range(DEEPEST):
            if not account.startswith(UNIT):
                break
            unit = account.removeprefix(UNIT)
            stations |= {self._facts.stations[unit]} if unit in self._facts.stations else set()
            story, ended = self._own(unit)
            if not story:
                break
            account, over = story[-1].to, over or ended
        return _Place(account, over, stations)

    def _own(self, unit: str) -> tuple[Sequence[Seen], bool]:
        """A unit's story up to where another consignment takes it over for good, and whether one does."""
        story = self._facts.stories.get(unit, ())
        last = max((row.when for row in self._things.get(unit, ())), default=self._since)
        end = next((at for at, seen in enumerate(story) if seen.other and seen.when > last), None)
        return (story, False) if end is None else (story[:end], True)

    # Handling units

    def _whole(self, unit: str, rows: Sequence[Row]) -> None:
        """A handling unit brings what facts without this task put into it before it left."""
        left = next((row.when for row in rows if self._is_away(row.to)), rows[-1].when)
        origin, known = self._origin(unit), False
        for holder, goods, n in self._content(unit, left, 0):
            known = True
            self._add(goods, origin, -n)
            self._add(goods, self._side(UNIT + holder, goods), n)
        if not known and not self._is_filled(unit, left, 0):
            bare = Goods(unit)
            self._add(bare, origin, -1)
            self._add(bare, self._side(UNIT + unit, bare), 1)

    def _is_away(self, account: str) -> bool:
        return not account.startswith(UNIT) and self._way.side(account, "good") is not Side.SOURCE

    def _is_filled(self, unit: str, when: When, depth: int) -> bool:
        """Whether facts of the consignment say what is in a unit, or in one that is in it."""
        if UNIT + unit in self._filled:
            return True
        return depth < DEEPEST and any(self._is_filled(child, when, depth + 1) for child in self._within(unit, when))

    def _content(self, unit: str, when: When, depth: int) -> Iterable[tuple[str, Goods, int]]:
        """What a unit held at a time by facts that are not of the consignment: the unit that holds it, goods, pieces.

        Units in it that the consignment's own facts name speak for themselves.
        """
        sums: dict[Goods, int] = defaultdict(int)
        for flow in self._facts.flows.get(unit, ()):
            if flow.when <= when:
                sums[flow.goods] += flow.n
        yield from ((unit, goods, n) for goods, n in sums.items() if n)
        for child in self._within(unit, when) if depth < DEEPEST else ():
            if child not in self._things:
                yield from self._content(child, when, depth + 1)

    def _within(self, unit: str, when: When) -> list[str]:
        """The handling units that stood in a unit at a time."""
        return [child for child in self._inside.get(unit, ()) if self._at(child, when) == UNIT + unit]

    def _at(self, unit: str, when: When) -> str:
        before = [seen for seen in self._facts.stories.get(unit, ()) if seen.when <= when]
        return before[-1].to if before else ""

    def _origin(self, unit: str, depth: int = 0) -> Side:
        """Where a unit came from. It left its source also where only its story without a task says so."""
        first = self._things[unit][0]
        parent = first.source.removeprefix(UNIT)
        if first.source.startswith(UNIT) and depth < DEEPEST:
            if parent in self._things:
                return self._origin(parent, depth + 1)
            first = first._replace(source=self._at(parent, first.when))
        side = self._way.side(first.source, "good")
        before = [seen for seen in self._facts.stories.get(unit, ()) if seen.when < first.when]
        taken = any(seen.other for seen in before)
        stood = any(self._way.side(end, "good") is Side.SOURCE for seen in before for end in (seen.source, seen.to))
        if taken or (stood and side in (Side.IN_TRANSIT, Side.ELSEWHERE)):
            return Side.SOURCE
        return side


def _line(goods: Goods, sides: Mapping[Side, int]) -> LineCustody | None:
    if not any(sides.values()):
        return None
    of = {side: sides.get(side, 0) for side in Side}
    return LineCustody(
        item=goods.item, lot=goods.lot, owner=goods.owner, dispatched=-of[Side.SOURCE], received=of[Side.RECEIVED],
        damaged=of[Side.DAMAGED], lost=of[Side.LOST], in_transit=of[Side.IN_TRANSIT], elsewhere=of[Side.ELSEWHERE],
    )  # fmt: skip
