"""What is kept of goods on their way to people, checked on a live database. Each check reads; none repairs."""

from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy import Connection

from hub.core.postings import label_of
from hub.store.custody import kept, lines
from hub.store.queries.facts import FactReader
from hub.store.queries.goods import local_day
from wire.actions import WITH_RECIPIENT, Action
from wire.errors import DecodeError
from wire.messages import Scan
from wire.sitedata import Kind, LotNote, decode_record, item_of

_CONSIGNMENTS: Final = "SELECT seq, id FROM consignment ORDER BY seq"
_BEHIND: Final = """
SELECT EXISTS (SELECT 1 FROM unwrapped) OR EXISTS (
  SELECT 1 FROM journal JOIN lane ON lane.id = journal.lane_id
  WHERE lane.lane = 'facts'
    AND journal.id > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'follower'), 0)
    AND (instr(body, CAST('"scan"' AS BLOB)) OR instr(body, CAST('"kit"' AS BLOB))
         OR instr(body, CAST('"correct"' AS BLOB)) OR instr(body, CAST('"void"' AS BLOB))
         OR instr(body, CAST('"settle"' AS BLOB)))
)
"""
_NOTES: Final = f"SELECT version, at, body FROM site_record WHERE kind = '{Kind.LOT}' AND body IS NOT NULL"
_EXPIRED: Final = f"""
WITH gone AS (SELECT id FROM account WHERE code = '{WITH_RECIPIENT}'), went AS (
  SELECT lot_id, at, lane_id, seq, source_id FROM move WHERE to_id IN (SELECT id FROM gone) AND voided = 0
  UNION ALL
  SELECT lot_id, at, lane_id, seq, source_id FROM sighting WHERE to_id IN (SELECT id FROM gone) AND voided = 0
)
SELECT DISTINCT lane_id, seq, lot.item, lot.lot, account.site FROM went JOIN lot ON lot.id = lot_id
JOIN account ON account.id = source_id
WHERE account.site IS NOT NULL AND lot.expiry < CAST(strftime('%Y%m%d', at / 1000 + 50400, 'unixepoch') AS INTEGER)
"""
"""What may have been expired when it was handed out: by the day where the day begins first, 14 hours before UTC."""
_HANDED: Final = f"""
WITH noted AS (SELECT id FROM lot WHERE item = :item AND (:lot = '' OR lot = :lot)),
     gone AS (SELECT id FROM account WHERE code = '{WITH_RECIPIENT}')
SELECT lane_id, seq FROM move WHERE lot_id IN (SELECT id FROM noted) AND to_id IN (SELECT id FROM gone)
  AND voided = 0 AND at > :at
UNION SELECT lane_id, seq FROM sighting WHERE lot_id IN (SELECT id FROM noted) AND to_id IN (SELECT id FROM gone)
  AND voided = 0 AND at > :at
"""


def adds_up(connection: Connection) -> Iterator[str]:
    """What is kept of each consignment is what its facts say now. While they are followed, nothing is said of them."""
    if connection.exec_driver_sql(_BEHIND).scalar():
        return
    for seq, id_ in connection.exec_driver_sql(_CONSIGNMENTS).all():
        held, told = set(kept(connection, seq)), set(lines(connection, seq))
        for item, lot, owner in sorted({line[:3] for line in held ^ told}):
            yield f"the custody of {item} lot {lot or '-'} of {owner or 'nobody'} in {id_} is not what its facts say"


def handed_out_with_a_warning(connection: Connection) -> Iterator[str]:
    """No device that had been told of a recall or quarantine handed the lot out without saying so.

    A scan names the version of the site data that its device held: if the note stood in it, its code has to be there.
    """
    reader = FactReader(connection)
    for version, at, body in connection.exec_driver_sql(_NOTES).all():
        note = _note(body)
        if note is None or note.state == "ok":
            continue
        asked = {"item": item_of(note.gtin), "lot": note.lot, "at": at}
        for lane, seq in connection.exec_driver_sql(_HANDED, asked).all():
            fact = reader.find(lane, seq)
            scan = None if fact is None else fact.item
            if not isinstance(scan, Scan) or scan.do is not Action.HAND_OVER or scan.ref is None:
                continue
            if scan.ref >= version and note.state not in scan.warned:
                what = f"{asked['item']} lot {note.lot or 'of any number'}"
                yield f"lane {lane} sequence {seq} hands out {what} without a warning that it is {note.state}"


def expired_goods_with_a_warning(connection: Connection) -> Iterator[str]:
    """No device handed goods out without saying that they are expired, where their own label says so.

    The day is that of the site, by the device's own clock or by the corrected time, whichever is the earlier: a device
    whose clock ran behind could not know better. Devices that hold no site data are of before there were warnings.
    """
    reader = FactReader(connection)
    for lane, seq, item, lot, site in connection.exec_driver_sql(_EXPIRED).all():
        fact = reader.find(lane, seq)
        scan = None if fact is None else fact.item
        if fact is None or not isinstance(scan, Scan) or scan.do is not Action.HAND_OVER or scan.ref is None:
            continue
        label = label_of(scan.labels)
        day = label.expiry or label.best_before
        today = min(local_day(connection, site, at) for at in (fact.said_at, fact.at))
        if day is not None and day < today and "expired" not in scan.warned:
            yield f"lane {lane} sequence {seq} hands out {item} lot {lot or '-'} without a warning that it is expired"


def _note(body: bytes) -> LotNote | None:
    try:
        note = decode_record(Kind.LOT, body)
    except DecodeError:
        return None
    return note if isinstance(note, LotNote) else None


ON_THE_WAY: Final[dict[str, Callable[[Connection], Iterator[str]]]] = {
    "custody of consignments adds up": adds_up,
    "nothing recalled or quarantined was handed out without a warning": handed_out_with_a_warning,
    "nothing expired was handed out without a warning": expired_goods_with_a_warning,
}
