"""Parcels that wait at stations: what time alone does to them."""

from typing import Any, Final

from sqlalchemy import Connection, Row

DAY_MS: Final = 86_400_000
MOST: Final = 500
"""Parcels that are seen to at once."""
_WAITING: Final = (
    "SELECT parcel.seq, parcel.id, parcel.recipient, parcel.number, parcel.placed, parcel.waiting_since, parcel.until,"
    " parcel.station, site.name, site.name_zh, site.zone, site.keep_days FROM parcel"
    " JOIN site ON site.id = parcel.station"
)


def without_limit(connection: Connection) -> "list[Row[Any]]":
    """Those of which it is not said yet until when they are kept."""
    query = f"{_WAITING} WHERE parcel.state = 'waiting' AND parcel.until IS NULL AND waiting_since IS NOT NULL LIMIT ?"
    return list(connection.exec_driver_sql(query, (MOST,)))


def to_remind(connection: Connection, now: int) -> "list[Row[Any]]":
    """Those whose recipients have to be reminded: once, after so many days as the site says."""
    query = (
        f"{_WAITING} JOIN collecting ON collecting.parcel = parcel.id WHERE parcel.state = 'waiting'"
        f" AND site.remind_days > 0 AND waiting_since + site.remind_days * {DAY_MS} <= ?"
        " AND coalesce(collecting.reminded_at, 0) < waiting_since LIMIT ?"
    )
    return list(connection.exec_driver_sql(query, (now, MOST)))


def kept_before(connection: Connection, day: int) -> "list[Row[Any]]":
    """Those whose last day is before a day (yyyymmdd)."""
    query = f"{_WAITING} WHERE parcel.state = 'waiting' AND parcel.until < ? ORDER BY parcel.until LIMIT ?"
    return list(connection.exec_driver_sql(query, (day, MOST)))


def over(connection: Connection, before: int) -> list[str]:
    """Parcels with codes of which nothing is expected any more since then."""
    query = (
        "SELECT parcel.id FROM collecting JOIN parcel ON parcel.id = collecting.parcel"
        " WHERE collecting.ended_at IS NULL AND parcel.changed_at < ?"
        " AND parcel.state IN ('handed-over', 'returned', 'lost', 'damaged', 'cancelled') LIMIT ?"
    )
    return list(connection.exec_driver_sql(query, (before, MOST)).scalars())


def set_until(connection: Connection, seq: int, until: int) -> None:
    """Say until which day (yyyymmdd) a parcel is kept."""
    connection.exec_driver_sql("UPDATE parcel SET until = ? WHERE seq = ?", (until, seq))


def set_reminded(connection: Connection, parcel: str, now: int) -> None:
    """Its recipient was reminded, as far as anybody can be."""
    connection.exec_driver_sql("UPDATE collecting SET reminded_at = ? WHERE parcel = ?", (now, parcel))
