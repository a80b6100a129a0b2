"""What the device's side of the wire is fed with, and what it wants done. Times are milliseconds of uptime."""

from dataclasses import dataclass
from typing import NamedTuple

from wire.messages import Hello, Lane


class Chance(NamedTuple):
    """Fresh randomness for one event: a number from 1 to 2**53 - 1, and one from 0 to 1."""

    nonce: int
    jitter: float


@dataclass(frozen=True, slots=True)
class Say:
    """Publish these pages of one hello."""

    pages: tuple[Hello, ...]


@dataclass(frozen=True, slots=True)
class Confirm:
    """The hub has this lane through here; it may be less than before. `hub_ms` is the hub's Unix time."""

    stream: str
    lane: Lane
    through: int
    hub_ms: int


@dataclass(frozen=True, slots=True)
class Strangers:
    """The hub knows streams of this device that the outbox never had: it is an older copy, or a new one.

    `streams` is wire.messages.combined() of those.
    """

    streams: str


@dataclass(frozen=True, slots=True)
class Bind:
    """Belong to this ledger, durably, before anything is sent to it."""

    ledger: str


Effect = Say | Confirm | Strangers | Bind


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBatch:
    """Read up to `max_items` of (after, upto] from the outbox and publish them; then call Delivery.sent."""

    ledger: str
    hello: int
    stream: str
    lane: Lane
    after: int
    upto: int
    turn: int
    max_items: int
    max_bytes: int
    opaque: bool = False
    """Wrap the one item as Opaque: as itself it did not go through."""
    fill: bool = False
    """These facts are missing at the hub, below its `through`; publish nothing if they are missing here too."""
