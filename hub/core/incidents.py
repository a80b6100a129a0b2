"""Incidents: their life, and what a chain of CAP alerts says of one. Pure.

    open --cancel--> cancelled --renew--> open       an alert was taken back; a later update says that it goes on
    open, cancelled --close--> closed --reopen--> open    people say that the response is over, or is not

Alerts come by any way and in any order, twice or late. What holds follows from all of them together: the newest by its
time of sending that no other of them supersedes. So a cancel that comes before its alert holds as soon as that comes.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct

from hub.core.areas import Shape


class State(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Event(StrEnum):
    """What happens to it."""

    RENEW = "renew"
    """An alert or an update holds."""
    CANCEL = "cancel"
    """The alert was taken back by whoever sent it."""
    CLOSE = "close"
    REOPEN = "reopen"


TABLE: Final[dict[tuple[State, Event], State]] = {
    (State.OPEN, Event.RENEW): State.OPEN,
    (State.OPEN, Event.CANCEL): State.CANCELLED,
    (State.OPEN, Event.CLOSE): State.CLOSED,
    (State.CANCELLED, Event.RENEW): State.OPEN,
    (State.CANCELLED, Event.CANCEL): State.CANCELLED,
    (State.CANCELLED, Event.CLOSE): State.CLOSED,
    (State.CANCELLED, Event.REOPEN): State.OPEN,
    (State.CLOSED, Event.RENEW): State.CLOSED,
    (State.CLOSED, Event.CANCEL): State.CLOSED,
    (State.CLOSED, Event.REOPEN): State.OPEN,
}
"""Alerts have an answer in every state: what somebody closed stays closed until somebody opens it again. A pair that
is not here is refused; only people ask for those."""


class Words(Struct, frozen=True, kw_only=True):
    """What an alert says in one language."""

    language: str
    event: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    area: str = ""


class Named(Struct, frozen=True, order=True):
    """What CAP knows an alert by: its sender, identifier, and time of sending (Unix ms)."""

    sender: str
    identifier: str
    sent: int


class Alert(Struct, frozen=True, kw_only=True):
    """A CAP message as it is kept. `kind` is Alert, Update or Cancel; times are Unix ms."""

    name: Named
    kind: str
    references: tuple[Named, ...] = ()
    exercise: bool = False
    severity: str = "Unknown"
    urgency: str = "Unknown"
    onset: int | None = None
    expires: int | None = None
    words: tuple[Words, ...] = ()
    shapes: tuple[Shape, ...] = ()


_ORDER: Final = ("Alert", "Update", "Cancel")


def standing(alerts: Iterable[Alert]) -> tuple[Alert | None, bool]:
    """The alert whose words and areas hold, and whether the chain is cancelled.

    An alert is superseded by whatever references it. Of the others the newest counts; of one moment the cancel. What a
    cancel ends is still told: the newest before it.
    """
    by_name = {alert.name: alert for alert in alerts}
    chain = sorted(by_name.values(), key=lambda one: (one.name.sent, _ORDER.index(one.kind), one.name))
    superseded = {name for alert in chain for name in alert.references if name != alert.name}
    heads = [alert for alert in chain if alert.name not in superseded] or chain
    told = [alert for alert in heads if alert.kind != "Cancel"] or [one for one in chain if one.kind != "Cancel"]
    return (told[-1] if told else None), bool(heads) and heads[-1].kind == "Cancel"


def called(alert: Alert, language: str = "en") -> str:
    """What an incident is called by its alert: the headline, else the event, in a language if it speaks it."""
    words = sorted(alert.words, key=lambda one: not one.language.lower().startswith(language))
    said = next((word.headline or word.event for word in words if word.headline or word.event), "")
    return (said or alert.name.identifier)[:200]
