"""What is wrong with a row whose cells are each in order: references to nothing, and cells that do not go together."""

import difflib
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub.core.datum import Datum, to_wgs84
from hub.core.viewer import Role

Record: TypeAlias = dict[str, Any]
Found: TypeAlias = tuple[str, str, str]
"""Column, message, remedy."""
Judge: TypeAlias = Callable[[Record], Iterator[Found]]

_GUESSES: Final = 100
_COMPARED: Final = 5000
"""So many unknown names are compared with so many that are known: that takes long."""
_NO_DATUM: Final = (
    "datum",
    "it is not said in which coordinate system the position is; maps in China differ by up to 700 m",
    "add a column datum with WGS84 (GPS), GCJ-02 (Gaode, Tencent) or BD-09 (Baidu), or name it for all rows",
)


class Known(Struct, frozen=True, kw_only=True):
    """What a table may refer to."""

    sites: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    gtins: frozenset[str] = frozenset()
    bins: frozenset[tuple[str, str]] = frozenset()
    codes: frozenset[str] = frozenset()


def judge_of(kind: str, known: Known, datum: str | None) -> Judge:
    """What looks at the rows of one table. `datum` holds for positions of rows that name none."""
    rows = _Rows(known, datum)
    judges: dict[str, Judge] = {
        "organisations": rows.organisation,
        "sites": rows.site,
        "bins": rows.bin,
        "catalogue": rows.article,
        "kits": rows.part,
        "people": rows.person,
        "stock": rows.stock,
        "settlements": rows.settlement,
    }
    return judges[kind]


def contents(record: Record, gtins: Collection[str]) -> Iterator[Found]:
    """A fault where an item contains one that neither the catalogue nor the table names."""
    inside = record.get("contains_gtin")
    if inside is not None and inside not in gtins:
        yield "contains_gtin", f"there is no item {inside}", "add a row for it to this table"


class _Rows:
    """The rows of one table."""

    def __init__(self, known: Known, datum: str | None) -> None:
        self._known = known
        self._datum = datum
        self._guesses = 0

    def organisation(self, _: Record) -> Iterator[Found]:
        """An organisation refers to nothing."""
        return iter(())

    def site(self, record: Record) -> Iterator[Found]:
        """A site: its position with its datum, its zone, its owner. The position becomes WGS 84."""
        yield from self._owner("rule_owner", record)
        zone = record.get("zone")
        if zone and not _is_zone(zone):
            yield "zone", f"there is no time zone {zone}", "write a name of the IANA database, such as Asia/Shanghai"
        yield from self._position(record)

    def settlement(self, record: Record) -> Iterator[Found]:
        """A settlement: its position with its datum, and no more of a group than people."""
        yield from self._position(record)
        for name in ("households", "elderly", "disabled", "pregnant", "infant", "chronic"):
            if (record.get(name) or 0) > record["population"]:
                yield name, f"there are no more than the {record['population']} people who live there", "correct one"

    def _position(self, record: Record) -> Iterator[Found]:
        """The position becomes WGS 84."""
        datum = record.pop("datum", None) or self._datum
        lat, lon = record.get("lat"), record.get("lon")
        if (lat is None) != (lon is None):
            yield "lat" if lat is None else "lon", "a position needs both latitude and longitude", "fill in the other"
        elif lat is not None and lon is not None:
            if lat == lon == 0:
                yield "lat", "0, 0 lies in the sea: it stands for a position that is not known", "write where it is"
            elif datum is None:
                yield _NO_DATUM
            else:
                record["lat"], record["lon"] = to_wgs84(lat, lon, Datum(datum))

    def bin(self, record: Record) -> Iterator[Found]:
        """A bin: its site and owner."""
        yield from self._site(record)
        yield from self._owner("owner", record)

    def article(self, record: Record) -> Iterator[Found]:
        """An item: what it contains."""
        gtin, n = record.get("contains_gtin"), record.get("contains_n")
        if (gtin is None) != (n is None):
            column = "contains_gtin" if gtin is None else "contains_n"
            yield column, "what it contains has a GTIN and a number", "fill in the other, or clear both"
        if gtin is not None and gtin == record["gtin"]:
            yield "contains_gtin", "an item does not contain itself", "write the GTIN of what is inside"

    def part(self, record: Record) -> Iterator[Found]:
        """A part of a kit: both are in the catalogue."""
        for column in ("kit", "part"):
            yield from self._unknown(column, record[column], self._known.gtins, "item", "import the catalogue first")
        if record["kit"] == record["part"]:
            yield "part", "a kit is no part of itself", "write the GTIN of what is inside"

    def person(self, record: Record) -> Iterator[Found]:
        """A person: organisation and site."""
        yield from self._owner("organisation", record)
        yield from self._site(record)
        if record.get("role") == Role.STAFF and not record.get("organisation"):
            yield "organisation", "staff belong to an organisation", "fill it in"

    def stock(self, record: Record) -> Iterator[Found]:
        """Opening stock: where, what, whose."""
        yield from self._site(record)
        yield from self._owner("owner", record)
        site, code = record["site"], record.get("bin")
        if code and (site, code) not in self._known.bins and site in self._known.sites:
            mine = [known for at, known in self._known.bins if at == site]
            remedy = "import the bins first, or leave the bin empty for the site itself"
            yield from self._unknown("bin", code, mine, f"bin at {site} called", remedy)
        gtin, own = record.get("gtin"), record.get("code")
        if (gtin is None) == (own is None):
            yield "gtin", "goods have either a GTIN or a code of ours", "fill in one of the two"
        yield from self._unknown("gtin", gtin, self._known.gtins, "item", "import the catalogue first")
        yield from self._unknown("code", own, self._known.codes, "label for goods called", "enter it first")
        if record.get("serial") and record["quantity"] != 1:
            yield "quantity", "a thing with a serial number is one thing", "write 1, and a row for each"
        if own is not None and any(record.get(name) for name in ("lot", "expiry", "serial")):
            yield "code", "goods without a barcode have no lot, date or serial number", "clear them, or use a GTIN"
        if record.get("expiry") is not None and not 19770101 <= record["expiry"] <= 20761231:
            yield "expiry", "a label cannot say a day of this year with two digits", "check the year"

    def _site(self, record: Record) -> Iterator[Found]:
        yield from self._unknown("site", record.get("site"), self._known.sites, "site", "import the sites first")

    def _owner(self, column: str, record: Record) -> Iterator[Found]:
        remedy = "import the organisations first"
        yield from self._unknown(column, record.get(column), self._known.organisations, "organisation", remedy)

    def _unknown(
        self, column: str, value: str | None, there: Collection[str], what: str, remedy: str
    ) -> Iterator[Found]:
        """A fault where a value that was given refers to nothing; the nearest that there is, if one is near."""
        if not value or value in there:
            return
        self._guesses += 1
        words = sorted(there) if self._guesses <= _GUESSES and len(there) <= _COMPARED else []
        close = difflib.get_close_matches(value, words, 1)
        yield column, f"there is no {what} {value}", f"write {close[0]} if that is meant; {remedy}" if close else remedy


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
