"""What a person can do with goods, and between which accounts each action moves them.

A move takes a positive quantity from one account to another, so balances are plain sums and do not depend on
the order in which facts arrive. A fact may name its accounts itself; what it leaves out comes from here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """The verbs of a scan."""

    RECEIVE = "receive"
    PUT_AWAY = "put-away"
    MOVE = "move"
    LOAD = "load"
    UNLOAD = "unload"
    PACK = "pack"
    UNPACK = "unpack"
    HAND_OVER = "hand-over"
    RETURN = "return"
    DAMAGE = "damage"
    LOSE = "lose"
    FIND = "find"
    EXPIRE = "expire"
    DISPOSE = "dispose"
    SIGHT = "sight"
    PICK = "pick"
    QUARANTINE = "quarantine"
    RELEASE = "release"
    REFUSE = "refuse"
    ATTEMPT = "attempt"
    ARRIVE = "arrive"
    DEPART = "depart"


DONOR_IN = "virtual:donor-in"
WITH_RECIPIENT = "virtual:with-recipient"
LOST = "virtual:lost"
DAMAGED = "virtual:damaged"
EXPIRED = "virtual:expired"
DISPOSED = "virtual:disposed"
ADJUSTMENT = "virtual:adjustment"
KITTED = "virtual:kitted"
"""What went into kits less what came of them: nothing stays here that was booked whole."""
TRANSFERRED = "virtual:transferred"
"""Between a giver and a taker: goods of the one end here, goods of the other begin."""
REGRADED = "virtual:regraded"
"""Between two conditions of the same goods."""
UNKNOWN = "virtual:unknown"
"""Where goods come from or go to when the fact should have named a place and did not: always a discrepancy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The accounts of one action; None means that the fact names it."""

    source: str | None
    to: str | None
    sentence: str


ENDS: dict[Action, Ends] = {
    Action.RECEIVE: Ends(source=DONOR_IN, to=None, sentence="Goods enter the network at a place."),
    Action.PUT_AWAY: Ends(source=None, to=None, sentence="Goods go from the dock to a bin of the same site."),
    Action.MOVE: Ends(source=None, to=None, sentence="Goods go from one place to another."),
    Action.LOAD: Ends(source=None, to=None, sentence="Goods go from a place into a vehicle."),
    Action.UNLOAD: Ends(source=None, to=None, sentence="Goods come out of a vehicle to a place."),
    Action.PACK: Ends(source=None, to=None, sentence="Goods go from a place into a handling unit."),
    Action.UNPACK: Ends(source=None, to=None, sentence="Goods come out of a handling unit to a place."),
    Action.HAND_OVER: Ends(source=None, to=WITH_RECIPIENT, sentence="Goods reach the recipient."),
    Action.RETURN: Ends(source=WITH_RECIPIENT, to=None, sentence="Goods come back from a recipient."),
    Action.DAMAGE: Ends(source=None, to=DAMAGED, sentence="Goods are damaged beyond use."),
    Action.LOSE: Ends(source=None, to=LOST, sentence="Goods cannot be found."),
    Action.FIND: Ends(source=LOST, to=None, sentence="Lost goods are found."),
    Action.EXPIRE: Ends(source=None, to=EXPIRED, sentence="Goods are past their date."),
    Action.DISPOSE: Ends(source=None, to=DISPOSED, sentence="Goods are destroyed."),
    Action.SIGHT: Ends(source=None, to=None, sentence="Someone saw goods at a place; only units are moved by it."),
    Action.PICK: Ends(source=None, to=None, sentence="Goods are taken from a place for a pick list."),
    Action.QUARANTINE: Ends(source=None, to=None, sentence="Goods are set aside and may not be used, where they are."),
    Action.RELEASE: Ends(source=None, to=None, sentence="Goods that were set aside may be used again."),
    Action.REFUSE: Ends(source=None, to=None, sentence="The recipient does not want them: they stay where they are."),
    Action.ATTEMPT: Ends(source=None, to=None, sentence="Nobody was there to take them: they stay where they are."),
    Action.ARRIVE: Ends(source=None, to=None, sentence="A vehicle reached where it goes, with what is in it."),
    Action.DEPART: Ends(source=None, to=None, sentence="A vehicle set out, with what is in it."),
}
REGRADING = frozenset({Action.QUARANTINE, Action.RELEASE})
"""What changes the condition of goods."""
JOURNEY = frozenset({Action.ARRIVE, Action.DEPART})
"""What is said of a vehicle: its label is then its card, `RR:TO:transit:VEHICLE`; or of one thing in it."""
SEEN = JOURNEY | {Action.SIGHT, Action.REFUSE, Action.ATTEMPT}
"""What moves nothing by itself: whoever says it saw the thing in the account that the fact names."""
STAYING = REGRADING | SEEN
"""Where a fact of these names one account, both ends are that account."""


def ends(action: Action, source: str | None, to: str | None) -> tuple[str, str]:
    """The accounts that a fact moves between: its own where it names them, else the action's, else UNKNOWN.

    What only says where a thing was seen moves nothing by itself: both ends are the one account that it names. Goods
    that are set aside or released stay where they are, unless the fact names two accounts.
    """
    rule = ENDS[action]
    if action in STAYING:
        seen = to or source or UNKNOWN
        return (seen if action in SEEN else source or seen), seen
    return source or rule.source or UNKNOWN, to or rule.to or UNKNOWN
