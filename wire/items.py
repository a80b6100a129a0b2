"""What a lane carries: facts and telemetry, as msgspec structs; JSON on the wire.

A field that a reader does not know is ignored; an item whose kind it does not know is quarantined by the hub with its
bytes.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from wire.actions import Action
from wire.limits import MAX_SEQUENCE
from wire.words import (
    Account,
    CommandId,
    Condition,
    Counted,
    Detail,
    DeviceName,
    Digest,
    Generation,
    ItemKey,
    Label,
    Latitude,
    Longitude,
    LotNumber,
    Ms,
    Name,
    OutcomeState,
    Pieces,
    Quality,
    Quantity,
    ReportState,
    Sequence,
    StreamId,
    Version,
)

Warned = Annotated[tuple[Name, ...], Meta(max_length=20)]
"""Codes of what a device said against a fact before the person went on: `expired`, `expires-soon`, `recalled`,
`quarantined`, `unknown-item`, `unexpected`, `over`, `wrong-owner`, `wrong-place`, `short`, `wrong-station`, `no-code`,
`code-locked`."""


class Item(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag_field="k"):
    """What a lane carries."""

    at: Ms
    up: Ms


class Proof(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How it is known that the right one got a parcel. It never holds a name, a code or a telephone number.

    `code`: the recipient's own collection code; `proxy`: that of a person who may fetch it for them (`proxy` says which
    of those that are registered, from 1); `person`: somebody vouches for them; `neighbour`, `leader`: left with one,
    for so many `households`; `contactless`: put down, as a `photo` shows; `list`: signed on a list.
    """

    way: Literal["code", "proxy", "person", "neighbour", "leader", "contactless", "list"]
    checked: bool = False
    proxy: Annotated[int, Meta(ge=1, le=100)] | None = None
    tries: Annotated[int, Meta(ge=0, le=1000)] = 0
    households: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    photo: Digest | None = None
    lat_e7: Latitude | None = None
    lon_e7: Longitude | None = None


class Scan(Item, frozen=True, kw_only=True, gc=False, tag="scan"):
    """A person or machine read the labels of one thing and did something with it: a fact.

    `labels` are all raw labels of the one item; `do` says what was done; `from` and `to` override what
    the action names by itself. `text` is "latin-1" where the scanner's bytes were not UTF-8. `warned`: see Warned.
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
    warned: Warned = ()
    typed: bool = False
    proof: Proof | None = None


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
    warned: Warned = ()


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
    warned: Warned = ()


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
    lat_e7: Latitude
    lon_e7: Longitude
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
    battery_pct: Annotated[int, Meta(ge=0, le=100)] | None = None
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
