"""From a fact to what it posts in the ledger.

A fact concerns goods in bulk (GTIN and lot: a quantity moves), or one thing with a number of its own (a serial-numbered
item or a handling unit: it was seen there), or a count; a kit is several of them; or it says something of another fact
(it is undone, its owner is settled).

Owner and condition are part of what stock is kept apart by. So a change of either leads over a virtual account: the
goods of the one kind end there, and those of the other begin; each kind sums to zero by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from wire.actions import JOURNEY, KITTED, REGRADED, TRANSFERRED, UNKNOWN, Action, ends
from wire.labels import Label, merge, parse
from wire.messages import AnyItem, Correct, Count, Kit, Part, Scan, Settle, Transfer, Void

GOOD, QUARANTINED = "good", "quarantined"
VEHICLE = "RR:TO:transit:"
"""The card of a vehicle: the label of a fact that the vehicle itself arrived or set out, with all that is in it."""
CROSSINGS = frozenset({KITTED, REGRADED, TRANSFERRED})


class LotKey(NamedTuple):
    """What stock is kept apart by; '' where nobody said: an owner of '' is yet to be settled."""

    item: str
    lot: str = ""
    owner: str = ""
    condition: str = GOOD

    @property
    def fullness(self) -> int:
        """How much of lot and owner it names; the lot counts more."""
        return bool(self.lot) * 2 + bool(self.owner)


class Moved(Struct, frozen=True, gc=False):
    """A quantity of goods went from one account to another."""

    lot: LotKey
    expiry: int | None
    source: str
    to: str
    quantity: int


class Sighted(Struct, frozen=True, gc=False):
    """One unit left one account for another. `lot` is None for a handling unit; its condition is always `good` here.

    `grade` is the condition that the unit has from now on, None where the fact does not change it.
    """

    unit: str
    lot: LotKey | None
    expiry: int | None
    source: str
    to: str
    grade: str | None = None


class Counted(Struct, frozen=True, gc=False):
    """So much of a lot stood in an account."""

    lot: LotKey
    expiry: int | None
    account: str
    quantity: int


class Voided(Struct, frozen=True, gc=False):
    """A fact was undone: one of the same device, unless it names another one."""

    stream: str
    seq: int
    device: str | None = None


class Settled(Struct, frozen=True, gc=False):
    """The owner of a fact's goods was settled."""

    device: str
    stream: str
    seq: int
    owner: str


Posting = Moved | Sighted | Counted | Voided | Settled
Goods = Moved | Sighted | Counted
Told: TypeAlias = Scan | Count | Void | Kit | Transfer | Settle | Correct
"""The facts that the ledger is made of."""
OF_GOODS = (Scan, Count, Kit, Transfer, Correct)
"""Those that post goods themselves."""


def label_of(labels: tuple[str, ...]) -> Label:
    """What all labels of one item say together."""
    return parse(labels[0]) if len(labels) == 1 else merge([parse(label) for label in labels])


def post(fact: Told, settled: str = "") -> tuple[Posting, ...]:
    """What a fact posts. Any well-formed fact is taken: a scan is never refused.

    `settled` is the owner of goods for which the fact itself names none. At most one Moved for each lot, at most one
    Sighted for each unit; nothing at all for a fact that changes nothing.
    """
    match fact:
        case Void():
            return (Voided(stream=fact.stream, seq=fact.seq, device=fact.device),)
        case Settle():
            return (Settled(device=fact.device, stream=fact.stream, seq=fact.seq, owner=fact.owner),)
        case Kit():
            return _kitted(fact, settled)
        case Transfer():
            old, new = (LotKey(fact.item, fact.lot, owner, fact.condition) for owner in (fact.giver, fact.taker))
            return _over(TRANSFERRED, old, new, fact.expiry, fact.where, fact.where, fact.n)
        case Correct():
            lot = LotKey(fact.item, fact.lot, fact.owner or settled, fact.condition)
            return (Moved(lot=lot, expiry=None, source=_open(fact.source), to=_open(fact.to), quantity=fact.n),)
        case _:
            return _read(fact, settled)


def task_of(fact: AnyItem) -> str | None:
    """What a fact that moves goods belongs to: a delivery, a pick list, a transfer ...; None: to nothing."""
    if isinstance(fact, Transfer):
        return f"transfer:{fact.id}"
    return fact.task if isinstance(fact, Scan | Kit | Correct) else None


def pieces(label: Label) -> int:
    """How many pieces one scan of a label stands for: AI 30 where it is printed and sensible, else 1."""
    count = label.count
    return count if count is not None and 1 <= count <= 1_000_000 else 1


def _read(fact: Scan | Count, settled: str) -> tuple[Posting, ...]:
    """What a fact posts whose labels were read."""
    label = label_of(fact.labels)
    lot = LotKey(label.item, label.lot or "", fact.owner or settled, fact.condition)
    expiry = label.expiry or label.best_before
    if isinstance(fact, Count):
        return (Counted(lot=lot, expiry=expiry, account=_open(fact.where), quantity=fact.n),)
    return _scanned(fact, label, lot, expiry)


def _scanned(fact: Scan, label: Label, lot: LotKey, expiry: int | None) -> tuple[Posting, ...]:
    source, to = map(_open, ends(fact.do, fact.source, fact.to))
    graded = {Action.QUARANTINE: QUARANTINED, Action.RELEASE: GOOD}.get(fact.do)
    unit = label.unit
    if unit is not None:
        holds = label.handling_unit is not None
        grade = None if holds else graded or (None if fact.condition == GOOD else fact.condition)
        plain = None if holds else lot._replace(condition=GOOD)
        return (Sighted(unit=unit, lot=plain, expiry=expiry, source=source, to=to, grade=grade),)
    if fact.do in JOURNEY and label.text.startswith(VEHICLE):
        return ()
    quantity = fact.n * pieces(label)
    if graded is None:
        return (Moved(lot=lot, expiry=expiry, source=source, to=to, quantity=quantity),)
    if graded == fact.condition:  # said as it is now, not as it was
        lot = lot._replace(condition=GOOD if graded == QUARANTINED else QUARANTINED)
    return _over(REGRADED, lot, lot._replace(condition=graded), expiry, source, to, quantity)


def _open(account: str) -> str:
    """Owner, condition and item change by facts of their own: no scan or counter-move goes over those accounts.

    One that names them says nothing of where the goods are.
    """
    return UNKNOWN if account in CROSSINGS else account


def _over(
    between: str, old: LotKey, new: LotKey, expiry: int | None, source: str, to: str, quantity: int
) -> tuple[Posting, ...]:
    """Goods that become other goods: out of the one account as they were, into the other as they are now."""
    if old == new:
        return ()
    return (
        Moved(lot=old, expiry=expiry, source=source, to=between, quantity=quantity),
        Moved(lot=new, expiry=expiry, source=between, to=to, quantity=quantity),
    )


def _kitted(kit: Kit, settled: str) -> tuple[Posting, ...]:
    """What went in and what came out. Kitting changes no owner: what comes out has the one owner of the fact, or none.

    Where parts name several owners those that went in keep them, and whose the result is, is yet to be settled.
    """
    named = {part.owner for part in (kit.made, *kit.used) if part.owner}
    common = (named.pop() if named else settled) if len(named) < 2 else None
    gone, come = (kit.used, (kit.made,)) if kit.do == "kit" else ((kit.made,), kit.used)
    parts = [(part, common or (part.owner if common is None else "") or settled, True) for part in gone]
    parts += [(part, common or settled, False) for part in come]
    where = _open(kit.where)
    return tuple(_netted([_part(part, owner, where, leaves=leaves) for part, owner, leaves in parts], where))


def _part(part: Part, owner: str, where: str, *, leaves: bool) -> Moved | Sighted:
    label = label_of(part.labels)
    lot = LotKey(label.item, label.lot or "", owner)
    expiry = label.expiry or label.best_before
    source, to = (where, KITTED) if leaves else (KITTED, where)
    unit = label.unit
    if unit is None:
        return Moved(lot=lot, expiry=expiry, source=source, to=to, quantity=part.n * pieces(label))
    return Sighted(unit=unit, lot=None if label.handling_unit else lot, expiry=expiry, source=source, to=to)


def _netted(postings: Iterable[Moved | Sighted], where: str) -> Iterable[Posting]:
    """One Moved for each lot, one Sighted (the first) for each unit.

    A lot of which as much went in as came out stays where it is, and keeps a Moved that says so: a fact can be stated
    anew only where something of it stands, and with another owner it may come to more.
    """
    moved: dict[LotKey, list[Moved]] = defaultdict(list)
    seen: dict[str, Sighted] = {}
    for posting in postings:
        if isinstance(posting, Sighted):
            seen.setdefault(posting.unit, posting)
        else:
            moved[posting.lot].append(posting)
    return [*(_sum(each, where) for each in moved.values()), *seen.values()]


def _sum(moves: Sequence[Moved], where: str) -> Moved:
    """Moves of one lot out of a place and back to it as one."""
    gone = sum(each.quantity for each in moves if each.source == where)
    come = sum(each.quantity for each in moves if each.source != where)
    expiry = min((each.expiry for each in moves if each.expiry is not None), default=None)
    if gone == come:
        return Moved(lot=moves[0].lot, expiry=expiry, source=where, to=where, quantity=gone)
    ends_ = (where, KITTED) if gone > come else (KITTED, where)
    return Moved(lot=moves[0].lot, expiry=expiry, source=ends_[0], to=ends_[1], quantity=abs(gone - come))
