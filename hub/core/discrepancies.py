"""What does not add up, and what a person may decide about it. Pure.

A discrepancy is a projection: it clears itself when the missing facts come. Its key follows from what it is about
(names, never the ids of rows), its story from what is said about it now. A person settles it with a reason: accepting
hides it while its story stays as it was accepted, and it comes back by itself when later facts change that; all else
posts counter-facts, which clear it as any fact would. Nothing is ever edited.
"""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import blake2b
from typing import Final

import msgspec

Value = str | int
LAST: Final = 2**63 - 1


class Kind(StrEnum):
    """What sort of thing does not fit."""

    NEGATIVE = "negative"
    BROKEN_STORY = "broken-story"
    INSIDE_ITSELF = "inside-itself"
    UNKNOWN_PLACE = "unknown-place"
    LOST_FACTS = "lost-facts"
    COUNT_DIFFERENCE = "count-difference"
    OWNER_UNSETTLED = "owner-unsettled"
    RECEIVED_DIFFERS = "received-differs"
    OVERCOMMITTED = "overcommitted"
    CONSIGNMENT_SHORT = "consignment-short"
    CONSIGNMENT_OVER = "consignment-over"
    CONSIGNMENT_DAMAGED = "consignment-damaged"
    WRONG_UNIT = "wrong-unit"
    OVERDUE = "overdue"
    GIVEN_TWICE = "given-twice"
    PARCEL_MISSING = "parcel-missing"


class Order(StrEnum):
    """In which order they are listed; those that have no time, or no number, come last."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    """By how many pieces, too many or too few."""


class Decision(StrEnum):
    """What a person may decide."""

    ACCEPT = "accept"
    """It is as it is: hidden while its story stays the same."""
    UNDO = "undo"
    """One of the facts is wrong: it is undone."""
    CORRECT = "correct"
    """Something happened that nobody scanned: a counter-move says it."""
    SETTLE_OWNER = "settle-owner"
    """The goods of these facts belong to somebody."""
    RECOUNT = "recount"
    """Somebody has to look again; it stays in the list."""


_A, _U, _C, _S, _R = Decision.ACCEPT, Decision.UNDO, Decision.CORRECT, Decision.SETTLE_OWNER, Decision.RECOUNT
ALLOWED: Final[Mapping[Kind, tuple[Decision, ...]]] = {
    Kind.NEGATIVE: (_A, _U, _C, _R),
    Kind.BROKEN_STORY: (_A, _U),
    Kind.INSIDE_ITSELF: (_U,),
    Kind.UNKNOWN_PLACE: (_A, _U, _C),
    Kind.LOST_FACTS: (_A,),
    Kind.COUNT_DIFFERENCE: (_A, _U, _R),
    Kind.OWNER_UNSETTLED: (_S,),
    Kind.RECEIVED_DIFFERS: (_A, _U),
    Kind.OVERCOMMITTED: (_A, _R),
    Kind.CONSIGNMENT_SHORT: (_A, _U),
    Kind.CONSIGNMENT_OVER: (_A, _U),
    Kind.CONSIGNMENT_DAMAGED: (_A, _U),
    Kind.WRONG_UNIT: (_A, _U),
    Kind.OVERDUE: (_A,),
    Kind.GIVEN_TWICE: (_A, _U),
    Kind.PARCEL_MISSING: (_A, _R),
}
"""What helps against each kind."""

SENTENCES: Final[Mapping[str, str]] = {
    "more-out-than-in": "{n} more went out than came in",
    "left-elsewhere": "it left {said}, but was last at {expected}",
    "in-itself": "it was put into itself",
    "in-its-content": "it was put into {into}, which stands in it",
    "went-nowhere": "a scan did not name where these went",
    "came-from-nowhere": "a scan did not name where these were",
    "declared-missing": "{device} declared facts {first} to {last} of stream {stream} as {reason}",
    "not-come": "{device} made {n} facts that have not come and that it does not say it holds",
    "counted": "{counted} were counted where the facts before say {expected}",
    "owner-unknown": "nobody said whose these {n} are",
    "received": "{received} of line {line} of delivery {delivery} came, and {announced} were announced",
    "unexpected": "{received} came with delivery {delivery}, which does not name them",
    "promised": "{claimed} are reserved, and {stands} stand there",
    "sent-less": "{dispatched} left with consignment {consignment}, which was to bring {planned}",
    "sent-more": "{dispatched} left with consignment {consignment}, which was to bring {planned}",
    "not-arrived": "{n} left with consignment {consignment} and did not arrive",
    "arrived-more": "{n} more came with consignment {consignment} than left",
    "damaged-on-the-way": "{n} of consignment {consignment} were damaged",
    "for-elsewhere": "it is for {wanted}, and stands at {stands}",
    "past-its-day": "consignment {consignment} was due on {due}, and is {state}",
    "given-again": "it was handed over {n} times",
    "not-on-its-shelf": "the count {count} did not see it, and it was last at {placed}",
}
"""By code, in English; a page may say them in other words, from the code and its values."""


def sentence(code: str, values: Mapping[str, Value]) -> str:
    """What does not fit, in English."""
    return SENTENCES[code].format(**values)


def rank(order: Order, *, since: int | None, quantity: int | None) -> int:
    """By which number one is listed in an order, the least one first; `since` in Unix ms."""
    value = quantity if order is Order.LARGEST else since
    if value is None:
        return LAST
    return value if order is Order.OLDEST else -abs(value)


def key_of(kind: str, *names: Value | None) -> str:
    """The key of a discrepancy: its kind and 80 bits of BLAKE2b over what it is about."""
    digest = blake2b(msgspec.json.encode([kind, *names]), digest_size=10)
    return f"{kind}.{digest.hexdigest()}"
