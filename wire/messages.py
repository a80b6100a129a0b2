"""The envelopes of the contract, as msgspec structs; JSON on the wire: what hub and devices say to each other.

What a lane carries is in wire.items, numbers and names with their bounds in wire.words; both are here too, because most
who speak of messages speak of those.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from wire.items import (
    FACTS,
    HUB,
    AnyItem,
    Correct,
    Count,
    Fix,
    Health,
    Kit,
    Opaque,
    Outcome,
    Part,
    Proof,
    Report,
    Scan,
    Settle,
    Transfer,
    Void,
    is_the_hubs,
)
from wire.limits import BATCH_ITEMS, MAX_SEQUENCE
from wire.words import (
    Account,
    Argument,
    CommandId,
    Condition,
    Counted,
    DeviceName,
    GapReason,
    Generation,
    Lane,
    LedgerId,
    Ms,
    Name,
    Nonce,
    OutcomeState,
    Overlay,
    Quality,
    ReportState,
    RunId,
    Sequence,
    Span,
    StreamId,
    Version,
)

__all__ = [
    "FACTS", "HUB", "Account", "AnyItem", "Argument", "Batch", "BatchHead", "Clock", "ClockPoint", "Command",
    "Condition", "Correct", "Count", "Desired", "DeviceName", "Down", "Fix", "Gap", "GapReason", "Generation",
    "Health", "Hello", "Kit", "Known", "Lane", "LedgerId", "Ms", "Name", "Now", "Opaque", "Order", "Outcome",
    "OutcomeState", "Overlay", "Part", "Presence", "Proof", "Quality", "RawBatch", "Receipt", "Report", "ReportState",
    "Scan", "Sequence", "Settle", "Status", "StreamEnd", "StreamId", "StreamState", "Transfer", "Up", "Void",
    "Welcome", "batch_name", "combined", "is_the_hubs",
]  # fmt: skip


class Gap(Struct, frozen=True, array_like=True):
    """Sequences `first` to `last`, both included, that a batch declares as missing."""

    first: Sequence
    last: Sequence
    reason: GapReason


class ClockPoint(Struct, frozen=True, array_like=True):
    """At this uptime Unix time is `up` + `base`, at most `before` less and at most `after` more; all ms."""

    up: Ms
    base: Ms
    before: Span
    after: Span


class Clock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A device's estimate for the items of a batch: Unix time = `up` + `base`, within `error`; all ms.

    `points`, ascending by uptime, say it more closely where one number for all items would say too little: between
    two of them lie straight lines, and they stand instead of `base` and `error`. `estimated`: the boot that made the
    items never had contact, so that they are placed between what came before and after it.
    """

    base: Ms
    error: Span
    points: Annotated[tuple[ClockPoint, ...], Meta(max_length=64)] = ()
    estimated: bool = False


class StreamEnd(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last sequence minted per lane of one stream."""

    stream: StreamId
    facts: Sequence = 0
    telemetry: Sequence = 0


class Hello(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="hello"):
    """A device introduces itself: every stream ever minted, in pages that carry one fresh random number.

    `ledger` is the ledger that the device is bound to, None before its first contact.
    """

    hello: Nonce
    ledger: LedgerId | None = None
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1
    pages: Annotated[int, Meta(ge=1, le=10_000)] = 1
    streams: Annotated[tuple[StreamEnd, ...], Meta(max_length=4000)] = ()
    version: Annotated[str, Meta(max_length=40)] = ""
    kind: Annotated[str, Meta(max_length=40)] = ""


class BatchHead(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="batch"):
    """What a batch says before its items: it covers (after, last] of one stream and lane."""

    ledger: LedgerId
    hello: Nonce
    stream: StreamId
    lane: Lane
    after: Sequence
    last: Sequence
    turn: Annotated[int, Meta(ge=0, le=MAX_SEQUENCE)] = msgspec.field(default=0, name="pass")
    gaps: Annotated[tuple[Gap, ...], Meta(max_length=20_000)] = ()
    clock: Clock | None = None


class Batch(BatchHead, frozen=True, kw_only=True, tag="batch"):
    """Items (after, last] of one stream and lane, in order; what is missing is declared in `gaps`."""

    items: Annotated[tuple[AnyItem, ...], Meta(max_length=BATCH_ITEMS)] = ()


class RawBatch(BatchHead, frozen=True, kw_only=True, tag="batch"):
    """A batch whose items are still bytes: how a hub reads one that does not decode whole."""

    items: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=BATCH_ITEMS)] = ()


class StreamState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the hub has of one stream: `through` per lane, and the fact gaps that are still open."""

    stream: StreamId
    facts: Sequence = 0
    telemetry: Sequence = 0
    open: Annotated[tuple[tuple[Sequence, Sequence], ...], Meta(max_length=10_000)] = ()


class Welcome(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="welcome"):
    """The hub's answer to one page of a hello, sent after all that came before it was committed.

    `every`, on the last page: all streams that the hub knows of this device, combined(). A device that named others
    has an older copy of its outbox, or a new one.
    """

    ledger: LedgerId
    run: RunId
    time: Ms
    hello: Nonce
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1
    streams: tuple[StreamState, ...] = ()
    every: StreamId | None = None


class Receipt(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="receipt"):
    """What the hub has committed of one stream and lane; `beyond` marks the answer to a batch not stored."""

    ledger: LedgerId
    run: RunId
    time: Ms
    hello: Nonce
    stream: StreamId
    lane: Lane
    through: Sequence
    turn: Annotated[int, Meta(ge=0, le=MAX_SEQUENCE)] = msgspec.field(default=0, name="pass")
    beyond: bool = False


class Command(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="command"):
    """Something that a device should do once, before `expires`; sent again until the device's outcome has come."""

    id: CommandId
    ledger: LedgerId
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    issued: Ms
    expires: Ms
    args: Annotated[dict[str, Argument], Meta(max_length=10)] = {}


class Desired(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="desired"):
    """The configuration that a device should have; sent again until the device's report has come."""

    ledger: LedgerId
    version: Version
    generation: Generation
    settings: Overlay = {}


class Known(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="known"):
    """The newest version of what this device may know of its site: it asks for the differences (wire.sitedata).

    Said after each welcome and when the version grows; a device that does not know this message lets it pass.
    """

    ledger: LedgerId
    version: Version
    generation: Generation


class Status(Struct, frozen=True, kw_only=True, tag_field="k", tag="status"):
    """The hub's birth and last will. It only ever makes a device say hello: it may be old."""

    ledger: LedgerId
    run: RunId
    online: bool


class Presence(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="presence"):
    """A device's birth and last will, retained, with the run and connection that it speaks of."""

    run: RunId
    connection: Annotated[str, Meta(max_length=40)]
    online: bool
    at: Ms
    version: Annotated[str, Meta(max_length=40)] = ""
    kind: Annotated[str, Meta(max_length=40)] = ""


class Now(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="now"):
    """A device's newest state for live screens: shown, never stored, never a reason to change stock."""

    at: Ms
    fix: Fix | None = None
    pending_facts: Counted = 0
    pending_telemetry: Counted = 0


Up = Hello | Batch
Down = Welcome | Receipt
Order = Command | Desired | Known


def combined(streams: Iterable[str]) -> str:
    """One id for a set of streams, in whatever order: the exclusive or of their ids, which are random."""
    number = 0
    for stream in streams:
        number ^= int(stream, 16)
    return f"{number:016x}"


def batch_name(stream: str, lane: Lane, after: int, last: int) -> str:
    """What logs call a batch on both sides, `stream/lane/after-last`: streams are random, so it names one batch."""
    return f"{stream}/{lane.value}/{after}-{last}"
