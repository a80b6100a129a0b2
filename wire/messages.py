"""Every message of the contract, as msgspec structs; JSON on the wire.

A field that a reader does not know is ignored; an item whose kind it does not know is quarantined by the
hub with its bytes. Times are integer milliseconds: `at` is the device's wall clock (Unix time), `up` its
uptime (CLOCK_BOOTTIME), so that a wrong wall clock can be corrected later and the original stays.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from wire.actions import Action
from wire.limits import BATCH_ITEMS, MAX_SEQUENCE

Ms = Annotated[int, Meta(ge=-MAX_SEQUENCE, le=MAX_SEQUENCE)]
"""Milliseconds."""
Span = Annotated[int, Meta(ge=0, le=MAX_SEQUENCE)]
"""Milliseconds, never below zero."""
Sequence = Annotated[int, Meta(ge=0, le=MAX_SEQUENCE)]
"""A place in a lane: the first item of a lane has sequence 1; 0 means nothing yet."""
Nonce = Annotated[int, Meta(ge=1, le=MAX_SEQUENCE)]
StreamId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
LedgerId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
RunId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
CommandId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
Generation = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
"""A hub's database since it was made or last restored: versions of a configuration are counted anew in each."""
Version = Annotated[int, Meta(ge=1, le=MAX_SEQUENCE)]
Argument = Annotated[str, Meta(max_length=1000)]
Detail = Annotated[str, Meta(max_length=1000)]
Account = Annotated[str, Meta(pattern=r"^(place|unit|transit|virtual):[^\x00-\x20].{0,99}\Z")]
"""`place:SITE` or `place:SITE/BIN`, `unit:CODE`, `transit:VEHICLE`, `virtual:NAME`."""
Label = Annotated[str, Meta(min_length=1, max_length=4096)]
"""What the scanner read, unchanged, with its AIM symbology identifier in front when it sent one."""
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
Counted = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Pieces = Annotated[int, Meta(ge=1, le=1_000_000_000)]
DeviceName = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}\Z")]
Condition = Literal["good", "quarantined", "damaged"]
"""What goods are fit for: stock is kept apart by it. Damaged ones are of no use any more, and still there."""
ItemKey = Annotated[str, Meta(min_length=1, max_length=220)]
"""What a label's goods are: `gtin:` and 14 digits, or `text:` and the text."""
LotNumber = Annotated[str, Meta(max_length=100)]
"""A lot number; empty where none is known."""


class Lane(StrEnum):
    """The two lanes of a stream: facts are never dropped, telemetry may be thinned when space runs out."""

    FACTS = "facts"
    TELEMETRY = "telemetry"


class GapReason(StrEnum):
    """Why sequences are missing in a batch."""

    THINNED = "thinned"
    TRIMMED = "trimmed"
    UNREADABLE = "unreadable"


class Quality(StrEnum):
    """How a position was found (NMEA 0183: GGA field 6 and the mode indicators of RMC, GNS, GLL, VTG)."""

    GNSS = "gnss"
    DIFFERENTIAL = "differential"
    RTK = "rtk"
    ESTIMATED = "estimated"
    MANUAL = "manual"
    SIMULATED = "simulated"


Setting = Argument | Annotated[int, Meta(ge=-MAX_SEQUENCE, le=MAX_SEQUENCE)] | bool
Table = Annotated[dict[str, Setting], Meta(max_length=50)]
Overlay = Annotated[dict[str, Table | Annotated[tuple[Table, ...], Meta(max_length=50)]], Meta(max_length=20)]
"""Tables, and arrays of tables, of a device's TOML file."""


class OutcomeState(StrEnum):
    """What became of a command, by the device's own word; `accepted` is kept, the others are the end."""

    ACCEPTED = "accepted"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    EXPIRED = "expired"


class ReportState(StrEnum):
    """What became of a desired configuration, by the device's own word."""

    APPLIED = "applied"
    REFUSED = "refused"
    ROLLED_BACK = "rolled-back"


class Item(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag_field="k"):
    """What a lane carries."""

    at: Ms
    up: Ms


class Scan(Item, frozen=True, kw_only=True, gc=False, tag="scan"):
    """A person or machine read the labels of one thing and did something with it: a fact.

    `labels` are all raw labels of the one item; `do` says what was done; `from` and `to` override what
    the action names by itself. `text` is "latin-1" where the scanner's bytes were not UTF-8.

    `warned` holds the codes of what the device said against it before the person went on: `expired`, `expires-soon`,
    `recalled`, `quarantined`, `unknown-item`, `unexpected`, `over`, `wrong-owner`, `wrong-place`, `short`.
    """

    do: Action
    labels: Annotated[tuple[Label, ...], Meta(min_length=1, max_length=8)]
    source: Account | None = msgspec.field(default=None, name="from")
    to: Account | None = None
    n: Quantity = 1
    owner: Name | None = None
    by: Name | None = None
    text: Annotated[str, Meta(max_length=20)] = "utf-8"
    task: Name | None = None
    condition: Condition = "good"
    ref: Version | None = None
    warned: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()
    typed: bool = False


class Count(Item, frozen=True, kw_only=True, gc=False, tag="count"):
    """A person counted one item at one place: a fact that states a balance, also zero."""

    where: Account
    labels: Annotated[tuple[Label, ...], Meta(min_length=1, max_length=8)]
    n: Counted
    owner: Name | None = None
    by: Name | None = None
    text: Annotated[str, Meta(max_length=20)] = "utf-8"
    task: Name | None = None
    condition: Condition = "good"
    ref: Version | None = None
    round: Annotated[int, Meta(ge=1, le=1000)] = 1


class Void(Item, frozen=True, kw_only=True, gc=False, tag="void"):
    """Undo of one earlier fact of the same device: idempotent, valid before its target arrives.

    The hub may undo a fact of another `device` by the decision of a person, with a `reason`; nobody else may.
    """

    stream: StreamId
    seq: Annotated[int, Meta(ge=1, le=MAX_SEQUENCE)]
    by: Name | None = None
    device: DeviceName | None = None
    reason: Detail = ""


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """So much of one item, as one end of a kit."""

    labels: Annotated[tuple[Label, ...], Meta(min_length=1, max_length=8)]
    n: Quantity = 1
    owner: Name | None = None


class Kit(Item, frozen=True, kw_only=True, gc=False, tag="kit"):
    """Goods became other goods at one place: a fact. Each level of packing is an item of its own.

    `kit`: what was `used` is gone and `made` is there. `unkit` and `open` (a case that becomes its pieces) are the
    reverse: `made` is gone and what was `used` for it is there again.
    """

    do: Literal["kit", "unkit", "open"]
    where: Account
    made: Part
    used: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=50)]
    task: Name | None = None
    by: Name | None = None
    ref: Version | None = None


class Transfer(Item, frozen=True, kw_only=True, gc=False, tag="transfer"):
    """Goods changed their owner where they stand, because the giver approved it: a fact of the hub alone."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}\Z")]
    where: Account
    item: ItemKey
    giver: Name
    taker: Name
    n: Pieces
    lot: LotNumber = ""
    condition: Condition = "good"
    expiry: Annotated[int, Meta(ge=10101, le=99991231)] | None = None
    by: Name | None = None


class Settle(Item, frozen=True, kw_only=True, gc=False, tag="settle"):
    """Whose goods an earlier fact moved that named no owner: a fact of the hub alone, idempotent.

    Valid before its target arrives; of several, the latest by corrected time, then lane and sequence, counts.
    """

    device: DeviceName
    stream: StreamId
    seq: Annotated[int, Meta(ge=1, le=MAX_SEQUENCE)]
    owner: Name
    reason: Detail
    by: Name | None = None


class Correct(Item, frozen=True, kw_only=True, gc=False, tag="correct"):
    """A counter-move by which a person settled a discrepancy (`about`): a fact of the hub alone."""

    item: ItemKey
    source: Account = msgspec.field(name="from")
    to: Account
    n: Pieces
    reason: Detail
    lot: LotNumber = ""
    owner: Annotated[str, Meta(max_length=100)] = ""
    condition: Condition = "good"
    about: Annotated[str, Meta(max_length=400)] = ""
    task: Name | None = None
    by: Name | None = None


class Fix(Item, frozen=True, kw_only=True, gc=False, tag="fix"):
    """A position from a GNSS receiver: telemetry. `t` is the receiver's own UTC in Unix milliseconds."""

    t: Ms
    lat_e7: Annotated[int, Meta(ge=-900_000_000, le=900_000_000)]
    lon_e7: Annotated[int, Meta(ge=-1_800_000_000, le=1_800_000_000)]
    quality: Quality = Quality.GNSS
    alt_cm: Annotated[int, Meta(ge=-1_000_000, le=10_000_000)] | None = None
    speed_cms: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    heading_cd: Annotated[int, Meta(ge=0, le=36_000)] | None = None
    hdop_c: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    sats: Annotated[int, Meta(ge=0, le=200)] | None = None


class Health(Item, frozen=True, kw_only=True, gc=False, tag="health"):
    """How the device is doing: telemetry."""

    pending_facts: Counted = 0
    pending_telemetry: Counted = 0
    outbox_bytes: Sequence = 0
    disk_free_bytes: Sequence = 0
    rss_bytes: Sequence = 0
    version: Annotated[str, Meta(max_length=40)] = ""
    note: Annotated[str, Meta(max_length=1000)] = ""


class Opaque(Item, frozen=True, kw_only=True, gc=False, tag="opaque"):
    """An item that could not be delivered as itself, wrapped: its bytes in base64."""

    data: bytes


class Outcome(Item, frozen=True, kw_only=True, gc=False, tag="outcome"):
    """What became of a command that the hub gave to this device: a fact."""

    id: CommandId
    state: OutcomeState
    detail: Detail = ""


class Report(Item, frozen=True, kw_only=True, gc=False, tag="report"):
    """What became of a configuration that the hub wished this device to have: a fact."""

    version: Version
    generation: Generation
    state: ReportState
    detail: Detail = ""


AnyItem = Scan | Count | Void | Kit | Transfer | Settle | Correct | Fix | Health | Outcome | Report | Opaque
FACTS = (Scan, Count, Void, Kit, Transfer, Settle, Correct, Outcome, Report)
"""Which items belong into the facts lane (and Opaque, in whichever lane its content was)."""
HUB: Final = "hub"
"""The reserved device whose facts are what people decided at the hub. No device may join under this name."""


def is_the_hubs(item: AnyItem) -> bool:
    """Whether only the hub may say this: what people decide there and what moves or renames goods by it."""
    return isinstance(item, Transfer | Settle | Correct) or (isinstance(item, Void) and item.device is not None)


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
    """The hub's answer to one page of a hello, sent after all that came before it was committed."""

    ledger: LedgerId
    run: RunId
    time: Ms
    hello: Nonce
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1
    streams: tuple[StreamState, ...] = ()


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


def batch_name(stream: str, lane: Lane, after: int, last: int) -> str:
    """What logs call a batch on both sides, `stream/lane/after-last`: streams are random, so it names one batch."""
    return f"{stream}/{lane.value}/{after}-{last}"
