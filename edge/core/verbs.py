"""Every verb of a dialogue: which end a scanned place is, what goods wait for, and what the device warns of.

The ends of a fact that nobody named come from wire.actions; docs/verbs.md shows this table with the moves it makes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wire.actions import Action


class End(StrEnum):
    """Which end of a move a place is."""

    SOURCE = "source"
    TO = "to"


class Family(StrEnum):
    """How a dialogue goes."""

    MOVING = "moving"
    """Each scan is a fact; where its end is not known yet, goods wait in hand for it."""
    PICKING = "picking"
    PACKING = "packing"
    COUNTING = "counting"
    KITTING = "kitting"
    COLLECTING = "collecting"


EXPIRED, SOON, RECALLED, QUARANTINED = "expired", "expires-soon", "recalled", "quarantined"
UNKNOWN, UNEXPECTED, OVER = "unknown-item", "unexpected", "over"
WRONG_OWNER, WRONG_PLACE = "wrong-owner", "wrong-place"
WRONG_STATION, NO_CODE, GIVEN = "wrong-station", "no-code", "given"
LOT: Final = frozenset({EXPIRED, RECALLED, QUARANTINED, UNKNOWN})
PLACED: Final = LOT | {WRONG_OWNER, WRONG_PLACE}
ANNOUNCED: Final = frozenset({UNEXPECTED, OVER})
STOCK: Final = frozenset({"delivery", "transfer", "consignment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One verb. `place` is the end that RR:L names, `needs` the end without which goods wait, `warns` the codes.

    What goods wait for is a place, unless `vehicle`: then it is a vehicle, which RR:FROM or RR:TO names.
    """

    action: Action | None
    family: Family = Family.MOVING
    place: End = End.SOURCE
    needs: End | None = None
    vehicle: bool = False
    warns: frozenset[str] = LOT
    tasks: frozenset[str] = STOCK
    """The kinds of task that go on under this verb."""


VERBS: Final[dict[str, Verb]] = {
    "receive": Verb(action=Action.RECEIVE, place=End.TO, warns=PLACED | ANNOUNCED | {SOON, WRONG_STATION}),
    "put-away": Verb(action=Action.PUT_AWAY, needs=End.TO, warns=PLACED | {WRONG_STATION}),
    "move": Verb(action=Action.MOVE, needs=End.TO, warns=PLACED | {WRONG_STATION}),
    "pick": Verb(action=Action.PICK, family=Family.PICKING, warns=PLACED | {SOON, OVER}, tasks=frozenset({"pick"})),
    "pack": Verb(
        action=Action.PACK,
        family=Family.PACKING,
        warns=PLACED | ANNOUNCED | {SOON},
        tasks=frozenset({"pick", "consignment"}),
    ),
    "unpack": Verb(action=Action.UNPACK, family=Family.PACKING, place=End.TO, warns=PLACED),
    "load": Verb(
        action=Action.LOAD,
        needs=End.TO,
        vehicle=True,
        warns=PLACED | ANNOUNCED | {SOON},
        tasks=frozenset({"pick", "consignment"}),
    ),
    "unload": Verb(
        action=Action.UNLOAD,
        place=End.TO,
        needs=End.SOURCE,
        vehicle=True,
        warns=PLACED | ANNOUNCED | {WRONG_STATION},
    ),
    "depart": Verb(action=Action.DEPART),
    "arrive": Verb(action=Action.ARRIVE),
    "collect": Verb(action=Action.HAND_OVER, family=Family.COLLECTING, warns=PLACED | {SOON}),
    "hand-over": Verb(
        action=Action.HAND_OVER,
        warns=PLACED | {SOON, WRONG_STATION, NO_CODE, GIVEN},
        tasks=frozenset({"pick", "consignment"}),
    ),
    "refuse": Verb(action=Action.REFUSE),
    "attempt": Verb(action=Action.ATTEMPT),
    "return": Verb(action=Action.RETURN, place=End.TO, warns=PLACED),
    "count": Verb(action=None, family=Family.COUNTING, place=End.TO, tasks=frozenset({"count"})),
    "kit": Verb(action=None, family=Family.KITTING, place=End.TO, tasks=frozenset({"kit"})),
    "unkit": Verb(action=None, family=Family.KITTING, place=End.TO, tasks=frozenset({"kit"})),
    "open": Verb(action=None, family=Family.KITTING, place=End.TO, tasks=frozenset({"kit", "delivery"})),
    "quarantine": Verb(action=Action.QUARANTINE, warns=LOT - {QUARANTINED}),
    "release": Verb(action=Action.RELEASE),
    "expire": Verb(action=Action.EXPIRE, warns=LOT - {EXPIRED}),
    "dispose": Verb(action=Action.DISPOSE, warns=frozenset({RECALLED, UNKNOWN})),
    "damage": Verb(action=Action.DAMAGE, warns=frozenset({RECALLED, UNKNOWN})),
    "lose": Verb(action=Action.LOSE, warns=frozenset({RECALLED, UNKNOWN})),
    "find": Verb(action=Action.FIND, place=End.TO),
    "sight": Verb(action=Action.SIGHT, place=End.TO),
}
"""Every verb that a card can choose with RR:DO:<verb>."""

TASK_VERBS: Final = {
    "delivery": "receive",
    "pick": "pick",
    "count": "count",
    "kit": "kit",
    "transfer": None,
    "consignment": None,
}
"""What scanning a task begins; None: the verb stays."""
