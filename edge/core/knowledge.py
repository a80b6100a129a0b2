"""What the dialogue may ask of the site data that the device keeps, and what it asks of the shell around it.

Read-only and answered from the device's own disk, so that every answer is the same with the hub gone. A device that
was told nothing (NothingKnown) knows no names, no tasks and no lots: then nothing is called unknown or unexpected,
because nothing can be. No answer raises: what cannot be read is not known.

The records are those of wire.sitedata. `at` is Unix time in ms by the device's clock.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from edge.core.parcels import CheckCode, CodeFound, Kept, Parcels, PrintShelf
from wire.messages import Scan, Void
from wire.sitedata import (
    Article,
    Badge,
    Bin,
    Consignment,
    Content,
    Delivery,
    GoodsCode,
    LotNote,
    Parcel,
    PickList,
    SiteNote,
    Standing,
    Station,
)

DATE_WARN_DAYS: Final = 30
"""So long before its last day a lot is said to expire soon, where the site says nothing."""
_WORSE: Final = ("ok", "quarantined", "recalled")
_FIRST_MS: Final = 0
_LAST_MS: Final = 4_102_444_800_000
"""1970 and 2100: a clock beyond is taken for these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The local day at the site, and the last day of those that count as soon: both yyyymmdd."""

    day: int
    soon: int


class Reference(Protocol):
    """What things are: the part of the site data that does not depend on a task."""

    @property
    def version(self) -> int | None:
        """The version of the site data that is held; None: the device was told nothing yet."""
        ...

    @property
    def site(self) -> SiteNote | None:
        """The site itself; places are `place:SITE/BIN`."""
        ...

    def today(self, at: int) -> Today: ...
    def article(self, gtin: str) -> Article | None: ...
    def goods(self, code: str) -> GoodsCode | None:
        """Goods without a barcode of their own, by the code of RR:G:<code>."""
        ...

    def lot(self, goods: str, lot: str) -> LotNote | None:
        """What was decided about a lot of goods (wire.sitedata.goods_of) and about all of their lots: see `worse`."""
        ...

    def bin(self, place: str) -> Bin | None:
        """A bin of this site, by `SITE/BIN`; None for another site's."""
        ...

    def badge(self, badge: str) -> Badge | None:
        """Whose badge it is, by the badge's code itself; the records are kept by its digest."""
        ...


class Plans(Protocol):
    """What is to be done, and what the hub believes stands where."""

    def delivery(self, delivery: str) -> Delivery | None: ...
    def delivery_of(self, sscc: str) -> Delivery | None:
        """The open delivery that announced this unit, the first of several; None where several owners announced it."""
        ...

    def pick(self, pick: str) -> PickList | None: ...
    def standing(self, goods: str) -> tuple[Standing, ...]:
        """What the hub believes stands at the site of some goods: first expired first, then by lot and bin."""
        ...

    def contents(self, unit: str) -> tuple[Content, ...]:
        """What the hub believes is in a unit (wire.label.Label.handling_unit); () where it said nothing of it."""
        ...


class Knowledge(Reference, Plans, Parcels, Protocol):
    """All of it."""

    def undone(self, stream: str, seq: int) -> bool:
        """Whether a fact of this device was undone already, at any of its scanners and pages."""
        ...


def worse(own: LotNote | None, of_all: LotNote | None) -> LotNote | None:
    """Of what was decided about a lot and about all lots of the goods the worse, and the earlier date, as at the hub.

    So a note of a lot's date alone does not hide that all lots are recalled.
    """
    if own is None or of_all is None:
        return own or of_all
    decided = max(own, of_all, key=lambda note: _WORSE.index(note.state))
    expiry = min((note.expiry for note in (own, of_all) if note.expiry is not None), default=None)
    return LotNote(gtin=own.gtin, lot=decided.lot, expiry=expiry, state=decided.state, reason=decided.reason)


class NothingKnown:
    """A device that holds no site data. Its day is the one of UTC."""

    version: int | None = None
    site: SiteNote | None = None
    vehicle: str | None = None
    marks: frozenset[int] = frozenset()

    def today(self, at: int) -> Today:
        """The day of UTC; a clock before 1970 or after 2100 is taken for these years."""
        now = datetime.fromtimestamp(min(max(at, _FIRST_MS), _LAST_MS) / 1000, UTC)
        return Today(day=_day(now), soon=_day(now + timedelta(days=DATE_WARN_DAYS)))

    def article(self, gtin: str) -> Article | None:  # noqa: ARG002 - nothing is known of any
        return None

    def goods(self, code: str) -> GoodsCode | None:  # noqa: ARG002
        return None

    def lot(self, goods: str, lot: str) -> LotNote | None:  # noqa: ARG002
        return None

    def bin(self, place: str) -> Bin | None:  # noqa: ARG002
        return None

    def badge(self, badge: str) -> Badge | None:  # noqa: ARG002
        return None

    def delivery(self, delivery: str) -> Delivery | None:  # noqa: ARG002
        return None

    def delivery_of(self, sscc: str) -> Delivery | None:  # noqa: ARG002
        return None

    def pick(self, pick: str) -> PickList | None:  # noqa: ARG002
        return None

    def standing(self, goods: str) -> tuple[Standing, ...]:  # noqa: ARG002
        return ()

    def contents(self, unit: str) -> tuple[Content, ...]:  # noqa: ARG002
        return ()

    def undone(self, stream: str, seq: int) -> bool:  # noqa: ARG002
        return False

    def parcel(self, parcel: str) -> Parcel | None:  # noqa: ARG002
        return None

    def parcels_ending(self, last4: str) -> tuple[Parcel, ...]:  # noqa: ARG002
        return ()

    def consignment(self, consignment: str) -> Consignment | None:  # noqa: ARG002
        return None

    def station(self, site: str) -> Station | None:  # noqa: ARG002
        return None

    def station_marked(self, mark: int) -> Station | None:  # noqa: ARG002
        return None

    def kept(self, parcel: str) -> Kept | None:  # noqa: ARG002
        return None


class PinVerdict(StrEnum):
    """What the shell found of a badge and a PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """No such badge on this device, or no verifier for it."""
    LOCKED = "locked"
    """Too many were wrong, also at another scanner or before a restart: none is tried for a while."""
    UNABLE = "unable"
    """It could not be checked now; this counts as no attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPin:
    """Effect: check a person's PIN. The answer is a PinVerdict."""

    badge: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeSscc:
    """Effect: burn one number of the reserved range, durably. The answer is the SSCC, 18 digits, or None: none left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A fact that this device kept, and where it stands."""

    stream: str
    seq: int
    item: Scan | Void


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Effect: look up what this device kept for a task. The answer is a tuple of Before: its scans, and all voids."""

    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintUnit:
    """Effect without an answer: print the label of a handling unit, after the commit of what is in it.

    `gtin`, `lot`, `expiry` and `n` say what is in it where that is of one kind, else they are None.
    """

    sscc: str
    gtin: str | None = None
    lot: str | None = None
    expiry: int | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintHandover:
    """Effect without an answer: print the slip of the shift: open tasks, discrepancies seen, what is not sent."""

    by: str | None = None


Ask = CheckPin | TakeSscc | Earlier | CheckCode
"""Effects that the dialogue waits for: the shell does it, then calls `resume` with the answer."""
Answer = PinVerdict | CodeFound | str | tuple[Before, ...] | None
Print = PrintUnit | PrintHandover | PrintShelf
"""Effects that follow the commit; a printer that does not work never keeps a fact back."""


def _day(moment: datetime) -> int:
    return moment.year * 10_000 + moment.month * 100 + moment.day
