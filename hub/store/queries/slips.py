"""What a slip says of a parcel that somebody collects."""

from dataclasses import dataclass

from sqlalchemy import Connection

from hub.core.instant import day

_PARCEL = """
SELECT parcel.seq, parcel.recipient, parcel.number, parcel.placed, parcel.until, r.shown, r.last4,
  site.name, site.name_zh, site.hours, line.number AS phone
FROM parcel JOIN request ON request.seq = parcel.request
LEFT JOIN recipient AS r ON r.id = parcel.recipient LEFT JOIN site ON site.id = parcel.station
LEFT JOIN line ON line.id = request.line AND line.closed_at IS NULL
WHERE parcel.id = ?
"""
_LINES = """
SELECT parcel_line.item, sum(n) AS n, item.name, item.name_zh FROM parcel_line
LEFT JOIN item ON 'gtin:' || item.gtin = parcel_line.item
WHERE parcel = ? GROUP BY parcel_line.item ORDER BY min(parcel_line.line)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A parcel to collect, in one language: who (masked), what, where, when. What is not known is ''."""

    recipient: str | None
    whom: str
    goods: tuple[str, ...]
    where: str
    hours: str
    shelf: str
    until: str
    line: str


def waiting(connection: Connection, parcel: str, *, chinese: bool) -> Waiting | None:
    """What there is to say of a parcel; None where there is none."""
    row = connection.exec_driver_sql(_PARCEL, (parcel,)).first()
    if row is None:
        return None
    lines = connection.exec_driver_sql(_LINES, (row.seq,))
    goods = [(_name(each.name, each.name_zh, chinese=chinese) or _plain(each.item), each.n) for each in lines]
    at = row.placed.partition("/")[2] if row.placed.startswith("place:") else ""
    return Waiting(
        recipient=row.recipient, whom=" ".join(filter(None, (row.shown, row.last4))),
        goods=tuple(f"{name} × {n}" for name, n in goods), where=_name(row.name, row.name_zh, chinese=chinese),
        hours=row.hours or "", shelf=f"{at}-{row.number:03d}" if at else "",
        until="" if row.until is None else day(row.until), line=row.phone or "",
    )  # fmt: skip


def _name(name: str | None, chinese_name: str | None, *, chinese: bool) -> str:
    return (chinese and chinese_name) or name or chinese_name or ""


def _plain(item: str) -> str:
    return item.removeprefix("text:").removeprefix("RR:G:")
