"""What allocation has to know beside the ledger: the day at a site, pack sizes, notes of lots, consents."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from hub.core.allocation import DEEPEST
from hub.core.days import as_day
from hub.store import lots


def local_day(connection: Connection, site: str, now: int) -> int:
    """The day at a site, yyyymmdd; `now` in Unix ms. By UTC where nobody said which time zone the site has."""
    return as_day(local_time(connection, site, now).date())


def local_time(connection: Connection, site: str, now: int) -> datetime:
    """The time at a site, with its zone; as `local_day`."""
    name = connection.exec_driver_sql("SELECT zone FROM site WHERE id = ?", (site,)).scalar() or "UTC"
    try:
        zone = UTC if name == "UTC" else ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError):  # a machine without that zone
        zone = UTC
    return datetime.fromtimestamp(now / 1000, zone)


def is_organisation(connection: Connection, id_: str) -> bool:
    """Whether there is an organisation of that id."""
    return connection.exec_driver_sql("SELECT 1 FROM organisation WHERE id = ?", (id_,)).first() is not None


def is_site(connection: Connection, id_: str) -> bool:
    """Whether there is a site of that id."""
    return connection.exec_driver_sql("SELECT 1 FROM site WHERE id = ?", (id_,)).first() is not None


def packs(connection: Connection) -> Mapping[str, tuple[str, int]]:
    """Item key -> (the item that is in one of it, how many of them), for all items that hold others."""
    query = "SELECT gtin, contains_gtin, contains_n FROM item WHERE contains_gtin IS NOT NULL"
    return {f"gtin:{row[0]}": (f"gtin:{row[1]}", int(row[2])) for row in connection.exec_driver_sql(query)}


def packs_in(connection: Connection, item: str) -> Mapping[str, tuple[str, int]]:
    """The same of one item alone, and of what is in it, level by level."""
    found: dict[str, tuple[str, int]] = {}
    query = "SELECT contains_gtin, contains_n FROM item WHERE gtin = ? AND contains_gtin IS NOT NULL"
    for _ in range(DEEPEST):
        row = connection.exec_driver_sql(query, (item.removeprefix("gtin:"),)).first()
        if row is None or item in found:
            break
        found[item] = (f"gtin:{row[0]}", int(row[1]))
        item = found[item][0]
    return found


def shelf_days(connection: Connection, item: str) -> int:
    """So many days an item has to be usable yet when it is given to somebody, as the catalogue says; 0 for any."""
    query = "SELECT shelf_days FROM item WHERE gtin = ?"
    return int(connection.exec_driver_sql(query, (item.removeprefix("gtin:"),)).scalar() or 0)


Note: TypeAlias = tuple[str, int | None]
"""`ok`, `quarantined` or `recalled`; and the date (yyyymmdd) that people entered."""
_WORSE: Final = ("ok", "quarantined", "recalled")


def note_of(connection: Connection, item: str, lot: str) -> Note:
    """What people decided about a lot, or about all lots of its item: the worse of both; and its date as entered."""
    query = "SELECT state, expiry FROM lot_note WHERE item = ? AND lot = ? ORDER BY id DESC LIMIT 1"
    said = [connection.exec_driver_sql(query, (item, which)).first() for which in {lot, ""}]
    return _worse([(row[0], row[1]) for row in said if row is not None])


def notes_of(connection: Connection, item: str) -> Callable[[str], Note]:
    """The same of many lots of an item, which are asked for by their number."""
    said = {note.lot: (str(note.state), note.expiry) for note in lots.notes(connection, item)}
    return lambda lot: _worse([said[which] for which in {lot, ""} if which in said])


def _worse(said: Collection[Note]) -> Note:
    state = max((state for state, _ in said), key=_WORSE.index, default="ok")
    return state, min((day for _, day in said if day is not None), default=None)


def earlier(one: int | None, other: int | None) -> int | None:
    """The earlier of two days, either of which may be unknown."""
    return min((day for day in (one, other) if day is not None), default=None)
