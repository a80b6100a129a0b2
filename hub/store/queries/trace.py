"""The trace of a code: what it is, where it is now, everything that happened to it, and who holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from hub.core.viewer import Viewer
from hub.store.queries import occurrences, targets
from hub.store.queries.facts import Fact, FactReader
from hub.store.queries.occurrences import Occurrence
from hub.store.queries.paging import Key, Page, Pager
from hub.store.queries.places import sites_of, standing
from hub.store.queries.stock import gtin_of
from hub.store.queries.targets import Target, What
from hub.store.reference import names_of
from wire.messages import AnyItem, Correct, Count, Kit, Scan, Transfer

MOST_HOLDERS = 500
_HOLDERS: Final = (
    "SELECT account.code, sum(quantity) AS total FROM json_each(:lots)"
    " CROSS JOIN balance ON balance.lot_id = value CROSS JOIN account ON account.id = balance.account_id"
    " WHERE quantity <> 0 AND (quantity > 0 OR account.kind <> 'virtual') {here}"
    " GROUP BY balance.account_id HAVING total <> 0 ORDER BY total DESC, account.code LIMIT :most"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a code stands for; `expiry` is yyyymmdd."""

    kind: What
    item: str
    gtin: str | None
    lot: str | None
    serial: str | None
    sscc: str | None
    expiry: int | None
    name: str | None
    name_zh: str | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a unit is since when; uncertain where clocks cannot tell which of its sightings was the latest."""

    account: str
    site: str | None
    since: int
    earliest: int | None
    latest: int | None
    estimated: bool
    uncertain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact in the life of a thing. `action` is `unknown` where the journal no longer has its words.

    It happened between `earliest` and `latest`; `said_at` is what the device's own wall clock said.
    """

    id: str | None
    at: int
    earliest: int | None
    latest: int | None
    said_at: int | None
    received_at: int | None
    estimated: bool
    device: str
    stream: str
    seq: int
    action: str
    source: str
    to: str
    quantity: int
    voided: bool
    uncertain: bool
    labels: tuple[str, ...]
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An account that holds so much of it."""

    account: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The answer; `events` newest first, `next` for those before them."""

    code: str
    what: Described
    now: Standing | None
    events: Sequence[Event]
    holders: Sequence[Holder]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Known:
    """An occurrence with the fact that made it."""

    row: Occurrence
    fact: Fact | None


def trace(connection: Connection, pager: Pager, code: str, *, viewer: Viewer, limit: int, cursor: str | None) -> Trace:
    """The trace of a raw code, one page of its events."""
    target = targets.find(connection, code, viewer)
    reader = FactReader(connection)
    known, newer, more = _page(reader, target, viewer, pager.key(cursor, (int, int, int)), limit)
    doubtful = _doubtful([*newer, *known, *more]) if target.unit is not None else set()
    events = [_event(reader, found, uncertain=found.row.key in doubtful) for found in known]
    page = pager.page([(found.row.key, found) for found in (*known, *more)], limit)
    now = None if target.unit is None else _standing(connection, reader, target.unit)
    if now is not None and not viewer.may_see_site(now.site):
        now = None
    held = _holders(connection, target, viewer) if now is None else [Holder(account=now.account, quantity=1)]
    what = _described(connection, target)
    return Trace(code=code, what=what, now=now, events=events, holders=held, next=page.next)


def facts_of(
    connection: Connection, pager: Pager, code: str, *, viewer: Viewer, limit: int, cursor: str | None
) -> Page[Fact]:
    """The facts about a code as they came, newest first."""
    target = targets.find(connection, code, viewer)
    known, _, more = _page(FactReader(connection), target, viewer, pager.key(cursor, (int, int, int)), limit)
    page = pager.page([(found.row.key, found) for found in (*known, *more)], limit)
    return Page([found.fact for found in page.rows if found.fact is not None], page.next)


def _page(
    reader: FactReader, target: Target, viewer: Viewer, after: Key | None, limit: int
) -> tuple[list[_Known], list[_Known], list[_Known]]:
    """A page of occurrences, with the one before it and the one after it: doubt concerns neighbours."""
    rows = occurrences.of(reader.connection, target, viewer=viewer, to=after, limit=limit + 2)
    reader.expect((row.lane_id, row.seq) for row in rows)
    known = [_Known(row, reader.find(row.lane_id, row.seq)) for row in rows]
    newer = [found for found in known if found.row.key == after]
    rest = known[len(newer) :]
    return rest[:limit], newer, rest[limit : limit + 1]


def _doubtful(known: Sequence[_Known]) -> set[Key]:
    """Neighbours, of those not undone, whose order the clocks leave open and whose places do not link."""
    found: set[Key] = set()
    for newer, older in pairwise(one for one in known if not one.row.voided):
        if _overlap(older, newer) and not _link(older.row, newer.row):
            found |= {newer.row.key, older.row.key}
    return found


def _overlap(older: _Known, newer: _Known) -> bool:
    """Whether the later one may have been the earlier one. Within one lane the sequence tells."""
    if older.row.lane_id == newer.row.lane_id:
        return False
    if older.fact is None or newer.fact is None:
        return True
    earliest = newer.fact.when.earliest
    return earliest is None or older.fact.when.latest >= earliest


def _link(older: Occurrence, newer: Occurrence) -> bool:
    return older.to in (newer.source, newer.to)


def _event(reader: FactReader, known: _Known, *, uncertain: bool) -> Event:
    row, fact = known.row, known.fact
    item = None if fact is None else fact.item
    tag = "unknown" if item is None else str(item.__struct_config__.tag)
    source = reader.source(row.lane_id)
    return Event(
        id=None if fact is None else fact.id,
        at=row.at,
        earliest=None if fact is None else fact.when.earliest,
        latest=None if fact is None else fact.when.latest,
        said_at=None if fact is None else fact.said_at,
        received_at=None if fact is None else fact.received_at,
        estimated=fact is not None and fact.estimated,
        device=source.device,
        stream=source.stream,
        seq=row.seq,
        action=str(item.do) if isinstance(item, Scan | Kit) else tag,
        source=row.source,
        to=row.to,
        quantity=row.quantity,
        voided=row.voided,
        uncertain=uncertain,
        labels=_labels(item),
        by=item.by if isinstance(item, Scan | Count | Kit | Transfer | Correct) else None,
    )


def _labels(item: AnyItem | None) -> tuple[str, ...]:
    """What was read; of a kit all that its parts say."""
    if isinstance(item, Kit):
        return tuple(label for part in (item.made, *item.used) for label in part.labels)
    return item.labels if isinstance(item, Scan | Count) else ()


def _standing(connection: Connection, reader: FactReader, unit: str) -> Standing | None:
    rows = occurrences.standing_last(connection, unit)
    if not rows:
        return None
    known = [_Known(row, reader.find(row.lane_id, row.seq)) for row in rows]
    last, when = rows[0], None if known[0].fact is None else known[0].fact.when
    return Standing(
        account=last.to,
        site=sites_of(connection, {last.to})[last.to],
        since=last.at,
        earliest=None if when is None else when.earliest,
        latest=None if when is None else when.latest,
        estimated=when is not None and when.estimated,
        uncertain=_may_be_elsewhere(known),
    )


def _may_be_elsewhere(known: Sequence[_Known]) -> bool:
    """Whether one of the latest sightings, newest first, may have been later than the one that counts as the last.

    Those before it that fit into the story are not asked: a story told backwards would not fit.
    """
    last, doubtful = known[0], _doubtful(known)
    return last.row.key in doubtful or any(
        one.row.key in doubtful and one.row.to != last.row.to and _overlap(one, last) for one in known[1:]
    )


def _holders(connection: Connection, target: Target, viewer: Viewer) -> list[Holder]:
    """Who has some of it: what left the network too, but not where goods come from."""
    if not target.lots:
        return []
    asked: dict[str, Any] = {"lots": msgspec.json.encode(target.lots).decode(), "most": MOST_HOLDERS}
    here = "" if viewer.site_filter is None else "AND balance.account_id IN (SELECT value FROM json_each(:here))"
    if viewer.site_filter is not None:
        accounts = connection.execute(select(standing(viewer.site_filter).c.id)).scalars().all()
        asked["here"] = msgspec.json.encode(accounts).decode()
    rows = connection.exec_driver_sql(_HOLDERS.format(here=here), asked)
    return [Holder(account=code, quantity=int(total)) for code, total in rows]


def _described(connection: Connection, target: Target) -> Described:
    label = target.label
    lots = target.lots
    if target.unit is not None:
        last = occurrences.standing_last(connection, target.unit)
        lots = tuple({row.lot_id for row in last if row.lot_id is not None})
    query = "SELECT item, lot, expiry FROM lot WHERE id IN (SELECT value FROM json_each(?))"
    rows = connection.exec_driver_sql(query, (msgspec.json.encode(lots).decode(),)).all()
    one = target.kind in (What.UNIT, What.LOT)
    numbers = {row.lot for row in rows if row.lot} if one else set()
    items = {row.item for row in rows}
    item = items.pop() if len(items) == 1 else label.item
    gtin = label.gtin or gtin_of(item)
    name, name_zh = names_of(connection, {gtin} if gtin else ()).get(gtin or "", (None, None))
    expiries = [row.expiry for row in rows if row.expiry] if one else []
    return Described(
        kind=target.kind,
        item=item,
        gtin=gtin,
        lot=label.lot or (numbers.pop() if len(numbers) == 1 else None),
        serial=label.serial,
        sscc=label.sscc,
        expiry=label.expiry or label.best_before or min(expiries, default=None),
        name=name,
        name_zh=name_zh,
        faults=label.faults,
    )
