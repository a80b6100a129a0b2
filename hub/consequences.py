"""What follows when parcels come into another state: collection codes, and notices to their recipients.

A notice is queued in the transaction in which its reason is written down, so it is neither lost nor queued for nothing.
A state that is reached again, because a fact was undone or came late, is told again after some hours at the earliest
(hub.store.notices). What time alone brings, reminders and what is kept no longer, is hub/reminding.py's.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection

from hub import collecting
from hub.core.days import later
from hub.core.instant import day
from hub.core.lifecycles import OVER, ParcelState, Way
from hub.core.templates import Kind
from hub.store import collecting as codes
from hub.store import notices
from hub.store.collecting import mark_of
from hub.store.lives import Change
from hub.store.queries.goods import local_day
from hub.store.queries.waiting_parcels import set_until
from hub.store.relief import Found, parcel, request
from hub.vault import Vault

CODED: Final = frozenset({Way.STATION, Way.VEHICLE})
_TOLD: Final[Mapping[tuple[Way, ParcelState], Kind]] = {
    (Way.STATION, ParcelState.WAITING): "parcel-ready",
    (Way.STATION, ParcelState.DUE_BACK): "parcel-returning",
    (Way.STATION, ParcelState.HANDED_OVER): "parcel-given",
    (Way.DOOR, ParcelState.OUT): "courier-coming",
    (Way.DOOR, ParcelState.HANDED_OVER): "parcel-given",
    (Way.VEHICLE, ParcelState.ARRIVED): "vehicle-arrived",
    (Way.VEHICLE, ParcelState.HANDED_OVER): "parcel-given",
    (Way.DIRECT, ParcelState.HANDED_OVER): "parcel-given",
}
"""What a recipient is told when a parcel that goes this way comes into this state."""
ANNOUNCED: Final = frozenset({ParcelState.ARRIVED, ParcelState.WAITING, ParcelState.OUT})
"""Where recipients were told that a parcel is there, or comes now."""
_WITH_CODE: Final = frozenset[Kind]({"parcel-ready", "courier-coming", "vehicle-arrived"})
_STATION: Final = "SELECT name, name_zh, hours, keep_days FROM site WHERE id = ?"
_LINE: Final = "SELECT number FROM line WHERE id = ?"


def follow_up(connection: Connection, vault: Vault | None, changes: Iterable[Change], now: int) -> None:
    """See to what changes of parcels ask for. Without a vault nothing can be told to anybody. Raises VaultError."""
    if vault is None:
        return
    for change in changes:
        if change.kind != "parcel":
            continue
        kind = _TOLD.get((Way(change.way), ParcelState(change.after)))
        if kind == "parcel-ready" or (kind is not None and change.recipient is not None):
            row = parcel(connection, change.id)
            assert row is not None  # noqa: S101 (it was just changed)
            _tell(connection, vault, kind, row, now)


def received(connection: Connection, vault: Vault | None, row: Found, now: int) -> None:
    """Tell who asked that it was heard."""
    if vault is not None and row.recipient is not None:
        _queue(connection, vault, "request-received", row.recipient, f"request:{row.id}", _line(connection, row), now)


def attempted(connection: Connection, vault: Vault, id_: str, reason: tuple[str, str], now: int) -> None:
    """Tell a recipient that somebody was at the door in vain; `reason` in English and Chinese, '' for none."""
    row = parcel(connection, id_)
    if row is not None and row.recipient is not None:
        values = _line(connection, request(connection, row.request_id))
        values |= {"reason": reason[0], "reason_zh": reason[1]}
        _queue(connection, vault, "attempt-failed", row.recipient, f"parcel:{row.id}", values, now)


def new_codes(connection: Connection, vault: Vault | None, ids: Iterable[str], now: int) -> None:
    """Codes for parcels that were planned or re-routed, where they are collected with one."""
    if vault is None:
        return
    for id_ in ids:
        row = parcel(connection, id_)
        if row is None or row.way not in CODED or row.state in OVER:
            continue
        query = "SELECT vehicle FROM consignment WHERE seq = ?"
        vehicle = connection.exec_driver_sql(query, (row.consignment,)).scalar()
        station = row.station if row.way == Way.STATION else vehicle
        if station and mark_of(connection, station) is not None:
            first = codes.how(connection, id_) is None
            collecting.issue(connection, vault, id_, station, now)
            for number, *_ in codes.proxies_of(connection, row.recipient) if first else ():
                collecting.add_proxy(connection, vault, id_, number, now)


def proxy_added(connection: Connection, vault: Vault, recipient: str, number: int, now: int) -> None:
    """A recipient registered somebody: he gets a code for each parcel of theirs. Raises CollectingError, VaultError."""
    for row in _open_ones(connection, recipient):
        collecting.add_proxy(connection, vault, row.id, number, now)
        if row.state in ANNOUNCED:
            tell_proxies(connection, vault, row, now, number)


def proxy_dropped(connection: Connection, recipient: str, number: int) -> None:
    """He fetches for them no more: his codes open nothing from now on."""
    for id_ in codes.collected_by(connection, recipient):
        collecting.drop_proxy(connection, id_, number)


def tell_proxies(connection: Connection, vault: Vault, row: Found, now: int, only: int | None = None) -> bool:
    """Tell the recipient the codes of proxies, or of one of them, to pass on; whether any notice was queued."""
    values = _line(connection, request(connection, row.request_id)) | _station(connection, row)
    queued = False
    for number, shown, _ in codes.proxies_of(connection, row.recipient) if row.recipient is not None else ():
        code = collecting.code_of(connection, vault, row.id, number) if only in (None, number) else None
        if code is not None:
            told = values | {"proxy": shown, "code": code}
            queued |= _queue(connection, vault, "proxy-code", row.recipient, f"parcel:{row.id}", told, now)
    return queued


def _open_ones(connection: Connection, recipient: str) -> Iterator[Found]:
    for id_ in codes.collected_by(connection, recipient):
        row = parcel(connection, id_)
        if row is not None and row.state not in OVER:
            yield row


def _tell(connection: Connection, vault: Vault, kind: Kind, row: Found, now: int) -> None:
    values = _line(connection, request(connection, row.request_id))
    values |= _station(connection, row)
    code = collecting.code_of(connection, vault, row.id)
    if code is not None:
        values["code"] = code
    if row.recipient is not None:
        _queue(connection, vault, kind, row.recipient, f"parcel:{row.id}", values, now)
        if kind in _WITH_CODE:
            tell_proxies(connection, vault, row, now)


def _station(connection: Connection, row: Found) -> dict[str, str]:
    """Where a parcel waits and how long; its last day is written down."""
    site = connection.exec_driver_sql(_STATION, (row.station,)).first()
    if site is None:
        return {}
    values = {"station": site.name, "station_zh": site.name_zh, "hours": site.hours}
    if row.state == ParcelState.WAITING and row.waiting_since is not None:
        until = row.until or later(local_day(connection, row.station, row.waiting_since), site.keep_days)
        set_until(connection, row.seq, until)
        values["until"] = day(until)
    return values


def _line(connection: Connection, row: Found | None) -> dict[str, str]:
    number = None if row is None else connection.exec_driver_sql(_LINE, (row.line,)).scalar()
    return {} if number is None else {"line": str(number)}


def _queue(
    connection: Connection, vault: Vault, kind: Kind, recipient: str, about: str, values: Mapping[str, str], now: int
) -> bool:
    known = {name: value for name, value in values.items() if value}
    id_ = notices.enqueue(connection, vault, kind=kind, recipient=recipient, about=about, values=known, now=now)
    return bool(id_)
