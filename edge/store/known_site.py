"""The site as the device was told of it: what a dialogue asks (edge.core.knowledge.Knowledge), from the file.

Each answer is one or two indexed look-ups, well below a millisecond. Nothing is kept in memory but the site itself.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final, TypeVar

from edge.core.knowledge import NothingKnown, Today, worse
from edge.core.parcels import Kept
from edge.store.knowledge import Edition, KnowledgeFile
from wire.badges import digest
from wire.errors import DecodeError
from wire.sitedata import (
    Article,
    Badge,
    Bin,
    Body,
    Consignment,
    Content,
    CountNote,
    Delivery,
    GoodsCode,
    Kind,
    LotNote,
    Org,
    Parcel,
    PickList,
    SiteNote,
    SsccRange,
    Standing,
    Station,
    UnitNote,
    decode_record,
    lot_key,
)

MOST_STANDING: Final = 200
"""Of one article, those that expire first: more than anybody looks through."""
MOST_TASKS: Final = 500
MOST_PARCELS: Final = 20_000
"""Many times what a station's shelves hold; and no hub tells a device of more."""

B = TypeVar("B", bound=Body)


class KnownSite:
    """Answers from the file; thread-safe. With no file it knows nothing, as NothingKnown."""

    def __init__(
        self,
        path: Path,
        true_ms: Callable[[int], int] = lambda at: at,
        kept: Callable[[str], Kept | None] = lambda _: None,
        vehicle: str | None = None,
        undone: Callable[[str, int], bool] = lambda *_: False,
    ) -> None:
        """`true_ms` makes the best of a time of the device's clock, which may be wrong.

        `kept`, `undone`: see Knowledge. `vehicle` is the account of the one that this device is of.
        """
        self._kept, self._undone, self.vehicle = kept, undone, vehicle
        self._lock = threading.Lock()
        self._file = KnowledgeFile(path)
        self._true_ms = true_ms
        self._site: SiteNote | None = None
        self._zone: tzinfo = UTC
        self._learn()

    @property
    def version(self) -> int | None:
        edition = self._file.edition  # a device that stands at no site is told a version too, and nothing else
        return edition.version if edition.generation and edition.version and self._site is not None else None

    @property
    def edition(self) -> Edition:
        """Which state this is; generation '' is none."""
        return self._file.edition

    @property
    def asked_ms(self) -> int:
        """When the hub was asked last, Unix ms by this device's clock; 0: never."""
        return self._file.asked_ms

    @property
    def site(self) -> SiteNote | None:
        """The site itself."""
        return self._site

    def renew(self) -> None:
        """Something may have been fetched."""
        with self._lock:
            self._file.renew()
        self._learn()

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def today(self, at: int) -> Today:
        """By the day of the site; where it is not known, of UTC."""
        if self._site is None:
            return NothingKnown().today(self._true_ms(at))
        now = datetime.fromtimestamp(min(max(self._true_ms(at), 0), _LAST_MS) / 1000, self._zone)
        return Today(day=_day(now), soon=_day(now + timedelta(days=self._site.date_warn_days)))

    def article(self, gtin: str) -> Article | None:
        return self._one(Kind.ARTICLE, gtin, Article)

    def goods(self, code: str) -> GoodsCode | None:
        return self._one(Kind.CODE, code, GoodsCode)

    def lot(self, goods: str, lot: str) -> LotNote | None:
        own = self._one(Kind.LOT, lot_key(goods, lot), LotNote)
        of_all = self._one(Kind.LOT, lot_key(goods, ""), LotNote) if lot else None
        return worse(own, of_all)

    def bin(self, place: str) -> Bin | None:
        site, _, code = place.partition("/")
        return self._one(Kind.BIN, code, Bin) if self._site is not None and site == self._site.id else None

    def badge(self, badge: str) -> Badge | None:
        return self._one(Kind.PERSON, digest(badge), Badge)

    def delivery(self, delivery: str) -> Delivery | None:
        return self._one(Kind.DELIVERY, delivery, Delivery)

    def delivery_of(self, sscc: str) -> Delivery | None:
        found = self._marked(Kind.DELIVERY, sscc, Delivery, MOST_TASKS)
        return found[0] if len({each.owner for each in found}) == 1 else None  # of two owners' none is guessed

    def pick(self, pick: str) -> PickList | None:
        return self._one(Kind.PICK, pick, PickList)

    def standing(self, goods: str) -> tuple[Standing, ...]:
        found = self._marked(Kind.STOCK, goods, Standing, MOST_STANDING)
        return tuple(sorted(found, key=lambda each: (each.expiry or _NEVER, each.lot, each.bin)))

    def contents(self, unit: str) -> tuple[Content, ...]:
        found = self._one(Kind.UNIT, unit, UnitNote)
        return found.contents if found is not None else ()

    def range_of(self, device: str) -> SsccRange | None:
        """The numbers for handling units that are reserved for this device."""
        return self._one(Kind.SSCC, device, SsccRange)

    def deliveries(self) -> tuple[Delivery, ...]:
        """The open ones."""
        return self._all(Kind.DELIVERY, Delivery)

    def picks(self) -> tuple[PickList, ...]:
        """The open ones."""
        return self._all(Kind.PICK, PickList)

    def counts(self) -> tuple[CountNote, ...]:
        """The open ones."""
        return self._all(Kind.COUNT, CountNote)

    def consignments(self) -> tuple[Consignment, ...]:
        """The open ones that come or go here."""
        return self._all(Kind.CONSIGNMENT, Consignment)

    def parcels(self) -> tuple[Parcel, ...]:
        """All that this device was told of."""
        return self._all(Kind.PARCEL, Parcel, MOST_PARCELS)

    def organisation(self, id_: str) -> Org | None:
        return self._one(Kind.ORGANISATION, id_, Org)

    def parcel(self, parcel: str) -> Parcel | None:
        return self._one(Kind.PARCEL, parcel, Parcel)

    def parcels_ending(self, last4: str) -> tuple[Parcel, ...]:
        return tuple(self._marked(Kind.PARCEL, f"last4:{last4}", Parcel, MOST_PARCELS))

    def parcels_of(self, person: str) -> tuple[Parcel, ...]:
        """All that one recipient has at this site."""
        return tuple(self._marked(Kind.PARCEL, f"person:{person}", Parcel, MOST_PARCELS)) if person else ()

    def sealed(self) -> tuple[Parcel, ...]:
        """Those whose collection codes this device can check."""
        return tuple(each for each in self._all(Kind.PARCEL, Parcel, MOST_PARCELS) if each.sealed)

    def consignment(self, consignment: str) -> Consignment | None:
        return self._one(Kind.CONSIGNMENT, consignment, Consignment)

    @property
    def marks(self) -> frozenset[int]:
        """The one of the station that the site is; a vehicle stands at many."""
        own = self.station(self._site.id) if self._site is not None and self.vehicle is None else None
        return frozenset() if own is None else frozenset({own.mark})

    def station(self, site: str) -> Station | None:
        return self._one(Kind.STATION, site, Station)

    def station_marked(self, mark: int) -> Station | None:
        return next(iter(self._marked(Kind.STATION, str(mark), Station, 1)), None)

    def kept(self, parcel: str) -> Kept | None:
        return self._kept(parcel)

    def undone(self, stream: str, seq: int) -> bool:
        return self._undone(stream, seq)

    def _learn(self) -> None:
        sites = self._all(Kind.SITE, SiteNote)
        self._site = sites[0] if sites else None
        self._zone = zone(self._site.zone) if self._site else UTC

    def _one(self, kind: Kind, key: str, want: type[B]) -> B | None:
        with self._lock:
            body = self._file.body(kind.value, key)
        return _read(kind, body, want)

    def _marked(self, kind: Kind, mark: str, want: type[B], most: int) -> list[B]:
        with self._lock:
            bodies = self._file.marked(kind.value, mark, most)
        return [found for body in bodies if (found := _read(kind, body, want)) is not None]

    def _all(self, kind: Kind, want: type[B], most: int = MOST_TASKS) -> tuple[B, ...]:
        with self._lock:
            bodies = self._file.of_kind(kind.value, most)
        return tuple(found for body in bodies if (found := _read(kind, body, want)) is not None)


_NEVER: Final = 99_999_999
_LAST_MS: Final = 4_102_444_800_000
"""2100."""


def _read(kind: Kind, body: bytes | None, want: type[B]) -> B | None:
    if body is None:
        return None
    try:
        found = decode_record(kind.value, body)
    except DecodeError:  # a damaged page; it was understood when it came
        return None
    return found if isinstance(found, want) else None


def zone(name: str) -> tzinfo:
    """A time zone; UTC where this machine does not know it."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - a device without site data never needs it

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return UTC


def _day(moment: datetime) -> int:
    return moment.year * 10_000 + moment.month * 100 + moment.day
