"""What a ledger must come to, reckoned simply: all facts at once, in the order of time, with nothing remembered.

Written from docs/how-it-works.md, not from the hub: it shares with it only the reading of labels and the table of
actions. It knows no database, no order of arrival and no shortcut.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from hub.core.identity import lane_id
from wire.actions import ENDS, Action
from wire.labels import merge, parse
from wire.messages import AnyItem, Correct, Count, Kit, Scan, Settle, Transfer, Void

Lot = tuple[str, str, str, str]
"""Item, lot number, owner, condition."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A fact with its corrected time."""

    device: str
    stream: str
    seq: int
    at: int
    item: AnyItem

    @property
    def place(self) -> tuple[str, str, int]:
        return self.device, self.stream, self.seq

    @property
    def when(self) -> tuple[int, int, int]:
        return self.at, lane_id(self.device, self.stream, "facts"), self.seq


@dataclass
class Ledger:
    """Balances that are not zero by (account, item, lot, owner, condition), and where handling units are."""

    balances: dict[tuple[str, ...], int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


@dataclass
class _Step:
    """A sighting of one unit: what it says, and the condition that it sets."""

    source: str
    to: str
    lot: tuple[str, str, str] | None
    sets: str | None


def reckoned(facts: list[Told]) -> Ledger:
    """The ledger of these facts."""
    facts = sorted(facts, key=lambda told: told.when)
    undone = {
        (told.item.device or told.device, told.item.stream, told.item.seq)
        for told in facts
        if isinstance(told.item, Void)
    }
    valid = [told for told in facts if told.place not in undone]
    settled = {
        (told.item.device, told.item.stream, told.item.seq): told.item.owner
        for told in valid
        if isinstance(told.item, Settle)
    }
    flows: dict[tuple[str, Lot], list[tuple[tuple[int, int, int], int]]] = defaultdict(list)
    stories: dict[str, list[tuple[tuple[int, int, int], _Step]]] = defaultdict(list)
    counts: dict[tuple[str, Lot], list[tuple[tuple[int, int, int], int]]] = defaultdict(list)
    for told in valid:
        _tell(told, settled.get(told.place, ""), flows, stories, counts)
    ledger = Ledger()
    for unit, story in stories.items():
        if unit.startswith(("sscc:", "parcel:")):
            ledger.units[unit] = story[-1][1].to
        else:
            _follow(story, flows)
    balances: Counter[tuple[str, ...]] = Counter()
    for (account, lot), changes in flows.items():
        balances[account, *lot] += sum(quantity for _, quantity in changes)
    for (account, lot), stated in counts.items():
        after = stated[-1][1] + sum(q for when, q in flows.get((account, lot), []) if when >= stated[-1][0])
        found = balances[account, *lot]
        balances["virtual:adjustment", *lot] += found - after
        balances[account, *lot] = after
    ledger.balances = {key: quantity for key, quantity in balances.items() if quantity}
    return ledger


def _tell(told: Told, settled: str, flows, stories, counts) -> None:
    item, when = told.item, told.when

    def move(lot: Lot, source: str, to: str, quantity: int) -> None:
        flows[source, lot].append((when, -quantity))
        flows[to, lot].append((when, quantity))

    match item:
        case Transfer():
            for owner, sign in ((item.giver, 1), (item.taker, -1)):
                move((item.item, item.lot, owner, item.condition), item.where, "virtual:transferred", sign * item.n)
        case Correct():
            move((item.item, item.lot, item.owner or settled, item.condition), item.source, item.to, item.n)
        case Count():
            label = merge([parse(text) for text in item.labels])
            lot = (label.item, label.lot or "", item.owner or settled, item.condition)
            counts[item.where, lot].append((when, item.n))
        case Kit():
            _kit(item, settled, move, stories, when)
        case Scan():
            _scan(item, settled, move, stories, when)


def _scan(item: Scan, settled: str, move, stories, when) -> None:
    label = merge([parse(text) for text in item.labels])
    rule = ENDS[item.do]
    if item.do in (Action.QUARANTINE, Action.RELEASE):
        to = item.to or item.source or "virtual:unknown"
        source = item.source or to
    elif item.do in (Action.SIGHT, Action.REFUSE, Action.ATTEMPT, Action.ARRIVE, Action.DEPART):
        source = to = item.to or item.source or "virtual:unknown"
    else:
        source, to = item.source or rule.source or "virtual:unknown", item.to or rule.to or "virtual:unknown"
    owner = item.owner or settled
    becomes = {"quarantine": "quarantined", "release": "good"}.get(item.do.value)
    if item.do in (Action.ARRIVE, Action.DEPART) and label.text.startswith("RR:TO:transit:"):
        return
    if label.sscc or label.parcel:
        stories[f"sscc:{label.sscc}" if label.sscc else f"parcel:{label.parcel}"].append(
            (when, _Step(source, to, None, None))
        )
    elif label.gtin and label.serial:
        sets = becomes or (item.condition if item.condition != "good" else None)
        step = _Step(source, to, (label.item, label.lot or "", owner), sets)
        stories[f"serial:{label.gtin}:{label.serial}"].append((when, step))
    else:
        quantity = item.n * (label.count if label.count and label.count <= 1_000_000 else 1)
        name = (label.item, label.lot or "", owner)
        if becomes is None:
            move((*name, item.condition), source, to, quantity)
        else:
            other = "good" if becomes == "quarantined" else "quarantined"
            before = other if item.condition == becomes else item.condition
            move((*name, before), source, "virtual:regraded", quantity)
            move((*name, becomes), "virtual:regraded", to, quantity)


def _kit(item: Kit, settled: str, move, stories, when) -> None:
    parts = [item.made, *item.used]
    owners = {part.owner for part in parts if part.owner}
    seen = set()
    going = item.used if item.do == "kit" else (item.made,)
    coming = (item.made,) if item.do == "kit" else item.used
    for part, leaves in [*((part, True) for part in going), *((part, False) for part in coming)]:
        one = next(iter(owners), settled)
        mixed = (part.owner or settled) if leaves else settled
        owner = mixed if len(owners) > 1 else one
        label = merge([parse(text) for text in part.labels])
        ends = (item.where, "virtual:kitted") if leaves else ("virtual:kitted", item.where)
        if label.gtin and label.serial:
            unit = f"serial:{label.gtin}:{label.serial}"
            if unit not in seen:
                stories[unit].append((when, _Step(*ends, (label.item, label.lot or "", owner), None)))
            seen.add(unit)
        else:
            move((label.item, label.lot or "", owner, "good"), *ends, part.n * (label.count or 1))


def _follow(story, flows) -> None:
    """One thing: it enters by its first sighting, and each further one takes it from where it was."""
    best = max(range(len(story)), key=lambda i: (bool(story[i][1].lot[1]) * 2 + bool(story[i][1].lot[2]), -i))
    name = story[best][1].lot
    where, fit = story[0][1].source, story[0][1].sets or "good"
    for when, step in story:
        now = step.sets or fit
        flows[where, (*name, fit)].append((when, -1))
        if now != fit:
            flows["virtual:regraded", (*name, fit)].append((when, 1))
            flows["virtual:regraded", (*name, now)].append((when, -1))
        flows[step.to, (*name, now)].append((when, 1))
        where, fit = step.to, now
