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
}
REGRADING = frozenset({Action.QUARANTINE, Action.RELEASE})
"""What changes the condition of goods."""
STAYING = REGRADING | {Action.SIGHT}
"""Where a fact of these names one account, both ends are that account."""


def ends(action: Action, source: str | None, to: str | None) -> tuple[str, str]:
    """The accounts that a fact moves between: its own where it names them, else the action's, else UNKNOWN.

    A sighting moves nothing by itself: where it names one account, both ends are that account. Goods that are set
    aside or released stay where they are, unless the fact names two accounts.
    """
    rule = ENDS[action]
    if action in STAYING:
        seen = to or source or UNKNOWN
        return (seen if action is Action.SIGHT else source or seen), seen
    return source or rule.source or UNKNOWN, to or rule.to or UNKNOWN
