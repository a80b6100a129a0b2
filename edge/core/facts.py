"""Building facts: which accounts, whose goods, with what the device knew and warned of.

**Whose goods.** The task says it (delivery, pick line), else the announced unit, else the bin kept for one owner that
they come from, else the card RR:OWNER, else, for goods that come into the stock, the bin kept for one owner that they
go to, else the configuration. Else nobody: the hub shows it to be settled. What stands somewhere already says nothing
about whose goods come now, and a bin changes nobody's goods into its owner's.

**Parcels** are known one by one: where nobody named the place that one comes from, or stays at, it is where it was
last, and where nobody named a task, what brings one is of its consignment.
"""

from typing import Final

import msgspec

from edge.core.dialogue_state import Goods, Moment, State
from edge.core.knowledge import Knowledge
from edge.core.labelling import goods_key
from edge.core.parcels import whereabouts
from edge.core.verbs import VERBS
from wire.actions import ENDS, SEEN, STAYING, UNKNOWN, Action
from wire.codec import encode_item
from wire.limits import ITEM_BYTES
from wire.messages import Account, Count, Part, Proof, Scan
from wire.sitedata import Delivery

MOST_MOVED: Final = 1_000_000
MOST_COUNTED: Final = 1_000_000_000
_SURELY_SMALL: Final = ITEM_BYTES // 8
_REST_BYTES: Final = 4_096
"""More than all of an item takes that is not a label."""
UNIT: Final = "unit:"


def unit_account(unit: str) -> str:
    """The account of what is in a handling unit, by the unit's key."""
    return UNIT + unit


def is_account(text: str) -> bool:
    try:
        msgspec.convert(text, type=Account)
    except msgspec.ValidationError:
        return False
    return True


def ends(state: State) -> tuple[str | None, str | None]:
    """The accounts that the next scan names.

    What was scanned stands. What is configured is meant for the configured action. Under another one, an end that
    the action fixes itself (damage, hand-over, return) is left to it, and the configured place, where the scanner
    stands, is the end that nothing else names: after RR:DO:put-away and RR:TO, goods come from there. Goods that are
    set aside stay where they are: one place is enough.
    """
    work, action = state.work, VERBS[state.verb].action
    if action is None:
        return None, here(state)
    rule = ENDS[action]
    if action is work.do:
        return state.source or work.source, state.to or work.to
    if rule.to is not None:
        return state.source or work.source or work.to, state.to
    if rule.source is not None:
        return state.source, state.to or work.to or work.source
    if action in STAYING and state.source is not None:
        return state.source, state.to
    source = state.source or work.source or (work.to if state.to else None)
    to = state.to or work.to or (work.source if state.source else None)
    return source, to


def ends_of(state: State, goods: Goods, now: Moment) -> tuple[str | None, str | None]:
    """The same for these goods: a parcel comes from where it was last, or stays there, if nobody named a place.

    What is received with a consignment comes off its vehicle: only goods of a supplier are new.
    """
    source, to = _ends_of(state, goods, now)
    if source is None and VERBS[state.verb].action is Action.RECEIVE:
        source = _road(state, goods, now)
    return source, to


def _road(state: State, goods: Goods, now: Moment) -> str | None:
    kind, _, name = (task_of(state, goods, now) or "").partition(":")
    if kind != "consignment":
        return None if goods.label.parcel is None else UNKNOWN
    known = now.knows.consignment(name)
    if known is not None and known.source is None:
        return None
    return f"transit:{known.vehicle}" if known is not None and known.vehicle else UNKNOWN


def _ends_of(state: State, goods: Goods, now: Moment) -> tuple[str | None, str | None]:
    source, to = ends(state)
    action, parcel = VERBS[state.verb].action, goods.label.parcel
    if parcel is None or action is None or action is Action.SIGHT:
        return source, to
    if state.source is not None and state.verb != "collect":  # who collects stands at no shelf
        return source, to
    known = whereabouts(parcel, now.knows)
    if known is None or (action in SEEN and state.to is not None):
        return source, to
    return (None, known) if action in SEEN else (known, to)


def task_of(state: State, goods: Goods, now: Moment) -> str | None:
    """The task, else the consignment of a parcel that is brought, or of the parcel that these goods go into."""
    verb = VERBS[state.verb]
    packed = state.unit if state.verb == "pack" else None
    parcel = packed.removeprefix("parcel:") if packed and packed.startswith("parcel:") else goods.label.parcel
    if state.task is not None or parcel is None or "consignment" not in verb.tasks or verb.action in _WAYS_BACK:
        return state.task
    known = now.knows.parcel(parcel)
    if known is None or (verb.action is Action.LOAD and known.state not in {"coming", "elsewhere"}):
        return None
    return f"consignment:{known.consignment}"


_WAYS_BACK: Final = frozenset({Action.RETURN, Action.DEPART, Action.ARRIVE})
"""What leaves a station again is of another consignment, and a vehicle has several."""


def here(state: State) -> str | None:
    """Where a count, a kit or a packing is done: the scanned place, else the configured one."""
    return state.to or state.work.to or state.work.source


def delivery_of(state: State, knows: Knowledge) -> Delivery | None:
    """The announced delivery of the task, if the device knows it."""
    kind, _, name = (state.task or "").partition(":")
    return knows.delivery(name) if kind == "delivery" else None


def owner_of(state: State, goods: Goods, between: tuple[str | None, str | None], now: Moment) -> str | None:
    """Whose goods these are by what the device was told; None: to be settled."""
    delivery = delivery_of(state, now.knows)
    if delivery is None and goods.label.sscc is not None:
        delivery = now.knows.delivery_of(goods.label.sscc)
    if delivery is not None:
        return delivery.owner
    if picked := _picked_owner(state, goods, now.knows):
        return picked
    action = VERBS[state.verb].action
    comes_in = between[0] is None and (action is None or ENDS[action].source is not None)
    into = bin_owner(between[1], now.knows) if comes_in else None
    return bin_owner(between[0], now.knows) or state.owner or into or state.work.owner


def _picked_owner(state: State, goods: Goods, knows: Knowledge) -> str | None:
    """Whose goods a pick list wants these to be, where all lines that they fit agree."""
    kind, _, name = (state.task or "").partition(":")
    picks = knows.pick(name) if kind == "pick" else None
    key, lot = goods_key(goods.label, knows), goods.label.lot
    owners = {line.owner for line in picks.lines if line.gtin == key and line.lot in {"", lot}} if picks else set()
    return owners.pop() if len(owners) == 1 else None


def bin_owner(account: str | None, knows: Knowledge) -> str | None:
    """For whom a place is kept; None: for everybody."""
    known = knows.bin(account[6:]) if account is not None and account.startswith("place:") else None
    return known.owner if known is not None else None


def scan(
    state: State,
    goods: Goods,
    now: Moment,
    *,
    between: tuple[str | None, str | None],
    owner: str | None,
    warned: tuple[str, ...] = (),
    task: str | None = None,
    proof: Proof | None = None,
) -> Scan:
    """The fact that goods went from one end to the other under the verb of the dialogue."""
    action = VERBS[state.verb].action
    if action is None:
        raise ValueError(f"{state.verb} makes no scan")
    return Scan(
        at=now.at,
        up=now.up,
        do=action,
        labels=goods.labels,
        source=between[0],
        to=between[1],
        n=goods.n,
        owner=owner,
        by=goods.by,
        text=goods.encoding,
        task=task or state.task,
        condition=state.condition,
        ref=ref(now),
        warned=warned,
        typed=goods.typed,
        proof=proof,
    )


def ref(now: Moment) -> int | None:
    """The version of the site data that was held."""
    version = now.knows.version
    return version if version is not None and version >= 1 else None


def is_too_large(item: Scan | Count, goods: Goods) -> bool:
    """Whether a fact is larger than any hub takes it; only long labels need to be measured."""
    return sum(map(len, goods.labels)) > _SURELY_SMALL and len(encode_item(item)) > ITEM_BYTES


def fits_with(parts: tuple[Part, ...], goods: Goods) -> bool:
    """Whether labels that wait to become one fact will fit into it."""
    size = len(msgspec.json.encode([*(part.labels for part in parts), goods.labels]))
    return size + len(parts) * 160 <= ITEM_BYTES - _REST_BYTES
