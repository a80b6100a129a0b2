"""Alerts: what somebody has to look at now, from rules that people set. Pure.

Whoever watches (hub/watching.py) reads what is wrong: one **reading** for each thing that is not all right. A reading
`fires` beyond the rule's `raise_at`; between that and `clear_at` it does not fire, and it is not over either. So what
goes to and fro at one limit is raised once (hysteresis); besides, it has to last `hold_s` before it is raised, and to
be over for `calm_s` before it counts as over.

    open --acknowledged, assigned--> acknowledged --closed--> closed
    open --closed--> closed
    open, acknowledged, closed --worsened--> open
    open, acknowledged, closed --cleared--> closed, for good

There is one alert for a thing while its condition lasts, closed by a person or not: it comes back only when it gets
worse. Once the condition ended (`cleared_at`), the next time it is another alert, and the first one is history.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from hub.core.discrepancies import Value, key_of

NOW, SOON, KNOW = 1, 2, 3
"""How urgent: somebody has to do something now; before long; it is good to know."""


class Kind(StrEnum):
    """What sort of thing is wrong."""

    HUB = "hub"
    LOST_FACTS = "lost-facts"
    SILENT_DEVICE = "silent-device"
    QUEUE_GROWTH = "queue-growth"
    STUCK_VEHICLE = "stuck-vehicle"
    LATE_CONSIGNMENT = "late-consignment"
    LOW_STOCK = "low-stock"
    EXPIRING_LOT = "expiring-lot"
    TEMPERATURE = "temperature"
    DISCREPANCY = "discrepancy"


class State(StrEnum):
    """What people did about it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Event(StrEnum):
    """What happens to an alert; the last two by themselves."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    WORSENED = "worsened"
    CLEARED = "cleared"


_S, _E = State, Event
TABLE: Final[Mapping[tuple[State, Event], State]] = {
    (_S.OPEN, _E.ACKNOWLEDGED): _S.ACKNOWLEDGED,
    (_S.OPEN, _E.ASSIGNED): _S.ACKNOWLEDGED,
    (_S.ACKNOWLEDGED, _E.ASSIGNED): _S.ACKNOWLEDGED,
    (_S.OPEN, _E.CLOSED): _S.CLOSED,
    (_S.ACKNOWLEDGED, _E.CLOSED): _S.CLOSED,
    **{(state, _E.WORSENED): _S.OPEN for state in _S},
    **{(state, _E.CLEARED): _S.CLOSED for state in _S},
}
"""Every pair that is not here cannot be."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When something of a kind is raised, and when it is over; the unit of both limits is the kind's (UNITS)."""

    on: bool = True
    raise_at: int
    clear_at: int
    hold_s: int = 0
    calm_s: int = 60

    def judge(self, level: float) -> bool | None:
        """Whether a level fires; None: it is all right. Where `clear_at` is the greater one, too little is wrong."""
        rises = self.raise_at > self.clear_at
        if (level >= self.raise_at) if rises else (level <= self.raise_at):
            return True
        over = (level <= self.clear_at) if rises else (level >= self.clear_at)
        return None if over else False


class Least(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many pieces of an item a site should have: raised below `least`, over at `enough`; `owner` '': any."""

    site: str
    item: str
    owner: str = ""
    least: int
    enough: int


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules."""

    kinds: dict[Kind, Rule]
    stock: tuple[Least, ...] = ()

    def of(self, kind: Kind) -> Rule:
        """The rule of a kind; one that nobody entered is the one that a hub starts with."""
        return self.kinds.get(kind, DEFAULTS[kind])


UNITS: Final[Mapping[Kind, str]] = {
    Kind.HUB: "minutes", Kind.LOST_FACTS: "facts", Kind.SILENT_DEVICE: "minutes", Kind.QUEUE_GROWTH: "facts",
    Kind.STUCK_VEHICLE: "minutes", Kind.LATE_CONSIGNMENT: "days", Kind.LOW_STOCK: "percent",
    Kind.EXPIRING_LOT: "days", Kind.TEMPERATURE: "pieces", Kind.DISCREPANCY: "discrepancies",
}  # fmt: skip
"""What the limits of a rule count. Stock is held against `least` in percent of it."""

DEFAULTS: Final[Mapping[Kind, Rule]] = {
    Kind.HUB: Rule(raise_at=15, clear_at=5, calm_s=60),
    Kind.LOST_FACTS: Rule(raise_at=1, clear_at=0, hold_s=600),
    Kind.SILENT_DEVICE: Rule(raise_at=15, clear_at=5, calm_s=120),
    Kind.QUEUE_GROWTH: Rule(raise_at=500, clear_at=100, hold_s=300, calm_s=120),
    Kind.STUCK_VEHICLE: Rule(raise_at=30, clear_at=5, calm_s=120),
    Kind.LATE_CONSIGNMENT: Rule(raise_at=1, clear_at=0, calm_s=0),
    Kind.LOW_STOCK: Rule(raise_at=99, clear_at=100, hold_s=0, calm_s=0),
    Kind.EXPIRING_LOT: Rule(raise_at=30, clear_at=31, calm_s=300),
    Kind.TEMPERATURE: Rule(raise_at=1, clear_at=0, hold_s=3600, calm_s=60),
    Kind.DISCREPANCY: Rule(raise_at=1, clear_at=0, hold_s=900, calm_s=60),
}
START: Final = Rules(kinds=dict(DEFAULTS))
"""What a hub starts with."""

SENTENCES: Final[Mapping[str, str]] = {
    "disk-filling": "the hub's disk has {free_mb} MB free",
    "notices-waiting": "{n} notices to people wait, the oldest since {since}",
    "notices-failing": "{n} notices to people failed within an hour",
    "not-storing": "the hub takes nothing in: {why}",
    "too-many": "more than {most} things of one kind are wrong ({kind}); the others are not listed",
    "facts-missing": "{n} facts that {device} made have not come, and it does not say that it holds them",
    "not-heard": "{device} was last heard at {since}",
    "backlog": "{device} holds {n} facts that have not come",
    "not-moving": "{vehicle} is under way with {consignment} and has not moved for {minutes} minutes",
    "past-its-day": "consignment {consignment} was due on {due}, and is {state}",
    "below-least": "{site} has {n} of {item}, and should have {least}",
    "expires": "{n} of {item}, lot {lot}, expire on {expiry}",
    "expired": "{n} of {item}, lot {lot}, expired on {expiry} and still stand in stock",
    "kept-warm": "{n} of {item} have to be kept {class}, and stand at {account}",
    "open-discrepancies": "{n} things of one kind do not add up ({what})",
}
"""By code, in English; a page may say them in other words, from the code and its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One thing that is not all right. `about` are the names that tell it from others; `fires`: beyond the limit."""

    kind: Kind
    about: tuple[str, ...]
    fires: bool
    severity: int
    code: str
    values: Mapping[str, Value]
    site: str | None = None
    owner: str | None = None

    @property
    def key(self) -> str:
        return key_of(self.kind, *self.about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An alert whose condition has not ended, as it is kept. `calm_since`: all right since then, not long enough."""

    id: str
    key: str
    kind: Kind
    state: State
    severity: int
    code: str
    values: Mapping[str, Value]
    calm_since: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of a standing alert: an event, or None where only its figures or `calm_since` change."""

    alert: Standing
    event: Event | None = None
    reading: Reading | None = None
    calm_since: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a look made: new alerts, changes, and since when what may become one has lasted."""

    raised: tuple[Reading, ...]
    changes: tuple[Change, ...]
    waiting: Mapping[str, int]


def look(
    standing: Mapping[str, Standing], readings: Mapping[str, Reading], *, looked_at: Collection[Kind],
    waiting: Mapping[str, int], rules: Rules, now: int,
) -> Outcome:  # fmt: skip
    """Hold readings against what stands. `now` in Unix ms; kinds that were not `looked_at` stay as they are."""
    firing = {key: one for key, one in readings.items() if one.fires and key not in standing}
    lasting = {key: min(now, waiting.get(key, now)) for key in firing}
    raised = [key for key, one in firing.items() if now - lasting[key] >= rules.of(one.kind).hold_s * 1000]
    for key in raised:
        del lasting[key]
    kept = {key: since for key, since in waiting.items() if _kind(key) not in looked_at}
    return Outcome(
        raised=tuple(firing[key] for key in raised),
        changes=tuple(_changes(standing, readings, looked_at, rules, now)),
        waiting=kept | lasting,
    )


def _changes(
    standing: Mapping[str, Standing], readings: Mapping[str, Reading], looked_at: Collection[Kind], rules: Rules,
    now: int,
) -> Iterator[Change]:  # fmt: skip
    for key, one in standing.items():
        reading = readings.get(key)
        if reading is not None:
            worse = reading.fires and reading.severity < one.severity
            if worse:
                yield Change(alert=one, event=Event.WORSENED, reading=reading)
            elif dict(reading.values) != dict(one.values) or one.calm_since is not None:
                yield Change(alert=one, reading=reading)
        elif one.kind in looked_at:
            since = now if one.calm_since is None else min(now, one.calm_since)
            if now - since >= rules.of(one.kind).calm_s * 1000:
                yield Change(alert=one, event=Event.CLEARED, calm_since=since)
            elif one.calm_since is None:
                yield Change(alert=one, calm_since=now)


def _kind(key: str) -> Kind:
    return Kind(key.partition(".")[0])


def faults(rules: Rules) -> list[str]:
    """What cannot be in rules that somebody enters; each names the kind, or the place in the list of stock."""
    found = []
    for kind, rule in rules.kinds.items():
        rises = DEFAULTS[kind].raise_at > DEFAULTS[kind].clear_at
        if rule.raise_at == rule.clear_at or (rule.raise_at > rule.clear_at) is not rises:
            found.append(f"{kind}: it has to be over {'below' if rises else 'above'} the limit at which it is raised")
    seen: set[tuple[str, str, str]] = set()
    for n, one in enumerate(rules.stock, 1):
        if one.enough < one.least:
            found.append(f"stock, row {n}: enough is less than the least")
        if (one.site, one.item, one.owner) in seen:
            found.append(f"stock, row {n}: the same site, item and owner stand there twice")
        seen.add((one.site, one.item, one.owner))
    return found


def sentence(code: str, values: Mapping[str, Value]) -> str:
    """What is wrong, in English."""
    return SENTENCES[code].format(**values)
