"""What a device of a site may know without a network: keyed records, sent as differences over HTTPS.

A device holds a copy: for each (kind, key) the newest body. It asks for what came after the version that it holds, and
gets records in ascending order of their versions, a page at a time. A body of null says that the record is gone.
`reset` says that everything held before has to go first: another generation (the hub was restored, the device stands
at another site), or a version so old that the hub no longer knows what was removed since. Any order of changes and
questions ends in the same copy. Only what the device's site needs is sent, and to this device alone what is sealed or
reserved for it.

A kind that a reader does not know is passed over: it is a newer hub's.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from wire.errors import DecodeError
from wire.messages import Account, Generation, Ms, Sequence

SITE_DATA_PATH: Final = "/api/v1/site-data"
PAGE_RECORDS: Final = 2_000
"""Most records of one page."""
PAGE_BYTES: Final = 1024 * 1024
"""Greatest size of one page, in bytes."""
RECORD_BYTES: Final = 128 * 1024
"""Greatest size of one record's body, in bytes; a page holds one at least."""
LINES: Final = 500
"""Most lines of a delivery, a pick list, a parcel, a consignment or a unit, and most units of what travels together."""
KEY_CHARS: Final = 500
"""Greatest length of a record's key."""

Gtin = Annotated[str, Meta(pattern=r"^[0-9]{14}\Z")]
Goods = Annotated[str, Meta(pattern=r"^([0-9]{14}|text:[^\x00-\x1f]{1,200})\Z")]
"""A GTIN of 14 digits, or `text:CODE`: the ledger's key of goods without one."""
ItemKey = Annotated[str, Meta(pattern=r"^(gtin:[0-9]{14}|text:[^\x00-\x1f]{1,200})\Z")]
Lot = Annotated[str, Meta(max_length=100)]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}\Z")]
BinCode = Annotated[str, Meta(pattern=r"^[^\x00-\x20/]{1,40}\Z")]
"""What stands behind the slash of `place:SITE/BIN`; '' in a standing stands for the site itself."""
Called = Annotated[str, Meta(max_length=200)]
"""A name as people entered it: shown as text, whatever it holds."""
Unit = Annotated[str, Meta(max_length=40)]
Day = Annotated[int, Meta(ge=10_000_101, le=99_991_231)]
"""yyyymmdd."""
Pieces = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Sscc = Annotated[str, Meta(pattern=r"^[0-9]{18}\Z")]
ParcelId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}\.[0-9A-HJKMNP-TV-Z]{6}\Z")]
"""The station that it is for (`door`, `van` and `direct` where there is none), and six figures without I, L, O, U."""
UnitCode = Annotated[str, Meta(pattern=r"^(sscc|parcel|serial):[^\x00-\x20].{0,99}\Z")]
"""A single thing, as wire.label.Label.unit says it."""
Last4 = Annotated[str, Meta(pattern=r"^([0-9]{4})?\Z")]
Person = Annotated[str, Meta(pattern=r"^([0-9a-f]{16})?\Z")]
Place = Annotated[str, Meta(max_length=100)]
Sealed = Annotated[str, Meta(max_length=8_000)]
Reason = Annotated[str, Meta(max_length=500)]
Condition = Literal["good", "quarantined", "damaged"]
Temperature = Literal["ambient", "cool", "cold", "frozen"]
LotState = Literal["ok", "recalled", "quarantined"]
Way = Literal["station", "door", "vehicle", "direct"]
ParcelState = Literal["coming", "here", "due-back", "given", "elsewhere", "locked"]
BinKind = Literal["dock", "shelf", "staging", "quarantine", "cool"]


class Kind(StrEnum):
    """The kinds of records."""

    ARTICLE = "article"
    CODE = "code"
    LOT = "lot"
    BIN = "bin"
    DELIVERY = "delivery"
    PICK = "pick"
    PERSON = "person"
    STOCK = "stock"
    SSCC = "sscc"
    SITE = "site"
    ORGANISATION = "organisation"
    PARCEL = "parcel"
    CONSIGNMENT = "consignment"
    STATION = "station"
    UNIT = "unit"
    COUNT = "count"


class Article(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a GTIN stands for. Key: the GTIN.

    `contains`: opened, it is so many of another GTIN. `kit`: it is put together of these. `serial`: each piece has a
    serial number of its own. `shelf_days`: it has to be usable for so many days yet when it is handed out.
    """

    gtin: Gtin
    name: Called
    name_zh: Called = ""
    unit: Unit = "piece"
    contains: tuple[Gtin, Pieces] | None = None
    kit: Annotated[tuple[tuple[Gtin, Pieces], ...], Meta(max_length=50)] = ()
    serial: bool = False
    temperature: Temperature = "ambient"
    shelf_days: Annotated[int, Meta(ge=0, le=36_500)] | None = None


class GoodsCode(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Our own label for goods without a barcode. Key: the code, as in `RR:G:<code>`."""

    code: Annotated[str, Meta(min_length=1, max_length=100)]
    item: ItemKey
    name: Called = ""
    name_zh: Called = ""
    unit: Unit = "piece"


class LotNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What people decided about a lot. Key: `lot_key(gtin, lot)`; lot '' speaks of all lots of the goods."""

    gtin: Goods
    lot: Lot
    expiry: Day | None = None
    state: LotState = "ok"
    reason: Reason = ""


class Bin(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place inside of the site. Key: its code. `owner`: all that stands there is theirs."""

    code: BinCode
    kind: BinKind = "shelf"
    owner: Id | None = None


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods of a delivery; no lot: any."""

    gtin: Goods
    n: Pieces
    lot: Lot | None = None


class Delivery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A delivery that the site expects: it is there as long as it is open. Key: its id."""

    id: Id
    owner: Id
    expected: Day
    lines: Annotated[tuple[Line, ...], Meta(max_length=LINES)] = ()
    units: Annotated[tuple[Sscc, ...], Meta(max_length=LINES)] = ()


class PickLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods to be picked; `bin` and `expiry` where they are known."""

    line: Annotated[int, Meta(ge=1, le=100_000)]
    gtin: Goods
    lot: Lot
    owner: Annotated[str, Meta(max_length=100)]
    n: Pieces
    bin: BinCode | None = None
    expiry: Day | None = None


class PickList(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be picked at the site, and where it is put together there, as long as it is open. Key: its id."""

    id: Id
    to: Account
    lines: Annotated[tuple[PickLine, ...], Meta(max_length=LINES)] = ()


class Badge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person who works at the site. Key: SHA-256 of the badge's code, hexadecimal.

    `sealed` (base64) opens with this one device's key only; '' where there is no PIN, or no such key.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    role: Annotated[str, Meta(max_length=40)]
    sealed: Annotated[str, Meta(max_length=1000)] = ""


class Standing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the hub believes stands at the site. Key: `standing_key(...)`. Owner '': to be settled."""

    bin: Annotated[str, Meta(max_length=100)]
    gtin: Goods
    lot: Lot
    owner: Annotated[str, Meta(max_length=100)]
    n: Pieces
    condition: Condition = "good"
    expiry: Day | None = None


class SsccRange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Numbers for handling units, reserved for one device alone. Key: the device's name.

    An SSCC is `prefix` (extension digit and company prefix), a serial number from `first` to `last` with leading zeros
    up to 17 digits in all, and the check digit. A new range takes the place of the record when the hub sees that half
    of it is used, or hears so (`sscc_left` of the question); what the device holds of the earlier one stays its own.
    """

    prefix: Annotated[str, Meta(pattern=r"^[0-9]{5,13}\Z")]
    first: Sequence
    last: Sequence


class SiteNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The site itself. Key: its id.

    `zone`: an IANA time zone; expiry is judged by its day, `date_warn_days` before it people are warned. `rule_owner`:
    whose goods are that nobody named an owner for.
    """

    id: Id
    name: Called
    name_zh: Called = ""
    zone: Annotated[str, Meta(max_length=64)] = "UTC"
    rule_owner: Id | None = None
    date_warn_days: Annotated[int, Meta(ge=0, le=3_650)] = 30


class Org(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An organisation. Key: its id."""

    id: Id
    name: Called
    name_zh: Called = ""


class Parcel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel: for the site that it is for, and for the site that packs it. Key: its id.

    `shown` (a masked name), `last4` (of the telephone number; '': none) and `person` (the same for all that one
    recipient has at this site) are told to the site that it is for alone, and not for longer than it waits. `sealed`
    (base64; opens with this one device's key only, see wire/collecting.py) stays after it was given, so that a used
    code is told from a wrong one. `number` is the end of its shelf code there, and `where` the bin in which it stands,
    or the station that it is for. `at`: when it was given; `until`: the day after
    which it goes back; `proxies`: how many others may fetch it.
    """

    id: ParcelId
    consignment: Id
    number: Annotated[int, Meta(ge=0, le=999)]
    state: ParcelState
    shown: Called = ""
    last4: Last4 = ""
    person: Person = ""
    where: Place = ""
    at: Ms | None = None
    until: Day | None = None
    proxies: Annotated[int, Meta(ge=0, le=100)] = 0
    sealed: Sealed = ""
    lines: Annotated[tuple[Line, ...], Meta(max_length=LINES)] = ()


class Consignment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods that go together, for both of its sites as long as it is open. Key: its id.

    No `source`: they come from a supplier; no `to`: they go to people's doors. `units` are what travels as one thing,
    `lines` all goods that are expected, also those in units.
    """

    id: Id
    way: Way
    source: Id | None = None
    to: Id | None = None
    vehicle: Annotated[str, Meta(max_length=40)] = ""
    due: Day | None = None
    units: Annotated[tuple[UnitCode, ...], Meta(max_length=LINES)] = ()
    lines: Annotated[tuple[Line, ...], Meta(max_length=LINES)] = ()


class Station(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A station where parcels are collected. Key: its site's id. `mark`: how its collection codes begin."""

    id: Id
    mark: Annotated[int, Meta(ge=10, le=99)]
    name: Called = ""
    name_zh: Called = ""


class Content(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods in a handling unit, whoever owns them; lot '': none was read."""

    gtin: Goods
    n: Pieces
    lot: Lot = ""
    expiry: Day | None = None


class UnitNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the hub believes is in a handling unit that stands at the site or travels to it, units in it unpacked.

    Key: its code. What expires first stands first; of more than `LINES` lots the later ones are left out.
    """

    code: UnitCode
    contents: Annotated[tuple[Content, ...], Meta(max_length=LINES)] = ()


class CountNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A count that somebody at the hub asked for at this site, until it is closed there. Key: its id.

    No `shelf`: of all of them. What should stand there is not said: a count is blind. `at`: when it was asked for.
    """

    id: Id
    at: Ms
    shelf: Annotated[str, Meta(max_length=40)] = ""


Body = (
    Article
    | GoodsCode
    | LotNote
    | Bin
    | Delivery
    | PickList
    | Badge
    | Standing
    | SsccRange
    | SiteNote
    | Org
    | Parcel
    | Consignment
    | Station
    | UnitNote
    | CountNote
)
BODIES: Final[dict[Kind, type[Body]]] = {
    Kind.ARTICLE: Article,
    Kind.CODE: GoodsCode,
    Kind.LOT: LotNote,
    Kind.BIN: Bin,
    Kind.DELIVERY: Delivery,
    Kind.PICK: PickList,
    Kind.PERSON: Badge,
    Kind.STOCK: Standing,
    Kind.SSCC: SsccRange,
    Kind.SITE: SiteNote,
    Kind.ORGANISATION: Org,
    Kind.PARCEL: Parcel,
    Kind.CONSIGNMENT: Consignment,
    Kind.STATION: Station,
    Kind.UNIT: UnitNote,
    Kind.COUNT: CountNote,
}


NULL: Final = b"null"
"""The body of a record that is gone."""


class Record(Struct, frozen=True, kw_only=True):
    """One thing that changed; its body stays bytes, see `decode_record`, and is null where the thing is gone."""

    kind: Annotated[str, Meta(max_length=40)]
    key: Annotated[str, Meta(max_length=KEY_CHARS)]
    body: msgspec.Raw

    @property
    def gone(self) -> bool:
        """Whether it is there no longer."""
        return bytes(self.body) == NULL


class SiteData(Struct, frozen=True, kw_only=True):
    """One page: what changed after the version that was asked with, up to `version`. `more`: ask again at once."""

    generation: Generation
    version: Sequence
    reset: bool
    more: bool
    records: Annotated[tuple[Record, ...], Meta(max_length=PAGE_RECORDS)]


_encoder = msgspec.json.Encoder()
_page = msgspec.json.Decoder(SiteData)
_DECODERS: Final = {kind: msgspec.json.Decoder(body) for kind, body in BODIES.items()}


def encode_body(body: Body) -> bytes:
    """A record's body as compact JSON: equal bodies give equal bytes."""
    return _encoder.encode(body)


def decode_page(data: bytes) -> SiteData:
    """One page of the hub's answer; its bodies stay bytes. Raises DecodeError."""
    if len(data) > 2 * PAGE_BYTES:
        raise DecodeError(f"a page of {len(data)} bytes is larger than {2 * PAGE_BYTES}")
    try:
        return _page.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError) as error:
        raise DecodeError(f"not a page of site data: {error}") from error


def decode_record(kind: str, body: bytes) -> Body | None:
    """What a record says; None for a kind that this reader does not know. Raises DecodeError."""
    try:
        decoder = _DECODERS[Kind(kind)]
    except ValueError:
        return None
    if len(body) > RECORD_BYTES:
        raise DecodeError(f"a record of {len(body)} bytes is larger than {RECORD_BYTES}")
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError) as error:
        raise DecodeError(f"not a record of kind {kind}: {error}") from error


def lot_key(gtin: str, lot: str) -> str:
    """The key of a lot note."""
    return _key(gtin, lot)


def standing_key(code: str, gtin: str, lot: str, owner: str, condition: str) -> str:
    """The key of standing stock; `code` is the bin's, '' for the site itself."""
    return _key(code, gtin, lot, owner, condition)


def goods_of(item: str) -> str:
    """How an item's key is written here: a GTIN without the `gtin:` in front of it."""
    return item.removeprefix("gtin:")


def item_of(goods: str) -> str:
    """The ledger's key of goods."""
    return goods if goods.startswith("text:") else f"gtin:{goods}"


def _key(*parts: str) -> str:
    """Parts, told apart by a stroke, which none of them can feign. Keys are built and compared, never taken apart."""
    return "|".join(part.replace("%", "%25").replace("|", "%7C") for part in parts)
