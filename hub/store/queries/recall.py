"""The recall of a lot: where it stands, whom it reached by which fact, what was handed over after the notice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, select

from hub.core.viewer import Viewer
from hub.store.lots import notes
from hub.store.queries import departures
from hub.store.queries.departures import Departure, Leaving
from hub.store.queries.facts import FactReader
from hub.store.queries.paging import Key, Pager
from hub.store.queries.places import chains
from hub.store.queries.sight import of_owner
from hub.store.queries.stock import gtin_of, item_key
from hub.store.reference import names_of
from hub.store.schema import account, balance, lot
from wire.actions import REGRADED, TRANSFERRED, UNKNOWN, WITH_RECIPIENT
from wire.messages import Correct, Kit, Scan, Transfer

STANDING: Final = (int, int, int)
LEFT: Final = (int, *departures.SHAPE)
RELABELLED: Final = frozenset({REGRADED, TRANSFERRED})
"""Accounts between two conditions or owners of the same goods: these still stand where they stood."""


class Where(StrEnum):
    """In whose hands goods are."""

    HERE = "here"
    ON_THE_WAY = "on-the-way"
    WITH_RECIPIENT = "with-recipient"
    GONE = "gone"
    """Used up, lost, destroyed, counted away: nobody has them any more."""
    UNKNOWN = "unknown"
    """Nobody said where their handling unit is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """That the lot, or all lots of the item, were recalled: when, by whom and why."""

    at: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """So much of the lot in one account, which stands at `place`; `unit` is the handling unit that holds it."""

    where: Where
    account: str
    place: str
    site: str | None
    unit: str | None
    owner: str
    condition: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Goods that went to a recipient or into a kit, or came back from there, and the fact that says so.

    `late`: handed over after the notice. `holder`: the handling unit that they lay in. Times are Unix ms.
    """

    at: int
    received_at: int | None
    estimated: bool
    late: bool
    device: str
    stream: str
    seq: int
    by: str | None
    action: str
    task: str | None
    warned: tuple[str, ...]
    source: str
    to: str
    unit: str | None
    holder: str | None
    owner: str
    condition: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """The answer, page by page: first what is held, then what is gone, newest first.

    `totals` are pieces by `Where`; `late` are those handed over after the notice, `lotless` those of the item that a
    recipient has and that nobody read a lot number of: they may be of this lot.
    """

    item: str
    gtin: str | None
    lot: str
    name: str | None
    name_zh: str | None
    expiry: int | None
    notice: Notice | None
    totals: dict[str, int]
    late: int
    lotless: int
    held: Sequence[Held]
    gone: Sequence[Gone]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Lot:
    owner: str
    condition: str
    expiry: int | None


def recall(
    connection: Connection, pager: Pager, item: str, number: str, *, viewer: Viewer, limit: int, cursor: str | None
) -> Recall:
    """The recall of one lot number of an item (its key or bare digits)."""
    item = item_key(item)
    lots = _lots(connection, item, number, viewer)
    leaving = Leaving(lots=tuple(lots), owner=viewer.owner_filter, site=viewer.site_filter)
    notice = _notice(connection, item, number)
    held = _held(connection, lots, viewer)
    after = pager.key(cursor, STANDING, LEFT)
    rows: list[tuple[Key, Held | Gone]] = []
    if after is None or len(after) == len(STANDING):
        rows += [((0, *key), one) for key, one in held if after is None or key > after[1:]][: limit + 1]
    if len(rows) <= limit:
        before = after[1:] if after is not None and len(after) == len(LEFT) else None
        gone = departures.page(connection, leaving, before, limit + 1 - len(rows))
        rows += zip(((1, *one.key) for one in gone), _told(connection, gone, lots, notice), strict=True)
    page = pager.page(rows, limit)
    gtin = gtin_of(item)
    name, name_zh = names_of(connection, {gtin} if gtin else ()).get(gtin or "", (None, None))
    totals: Counter[str] = Counter()
    for _, one in held:
        totals[one.where] += one.quantity
    return Recall(
        item=item, gtin=gtin, lot=number, name=name, name_zh=name_zh,
        expiry=min((one.expiry for one in lots.values() if one.expiry), default=None),
        notice=notice, totals={where.value: totals[where] for where in Where},
        late=0 if notice is None or not lots else departures.handed_over_since(connection, leaving, notice.at),
        lotless=0 if number == "" else _lotless(connection, item, viewer),
        held=[row for row in page.rows if isinstance(row, Held)],
        gone=[row for row in page.rows if isinstance(row, Gone)],
        next=page.next,
    )  # fmt: skip


def _lots(connection: Connection, item: str, number: str, viewer: Viewer) -> dict[int, _Lot]:
    query = select(lot.c.id, lot.c.owner, lot.c.condition, lot.c.expiry).where(
        lot.c.item == item, lot.c.lot == number, of_owner(viewer)
    )
    return {id_: _Lot(owner, condition, expiry) for id_, owner, condition, expiry in connection.execute(query)}


def _notice(connection: Connection, item: str, number: str) -> Notice | None:
    """The earlier one of those that count, of this lot and of all lots of the item."""
    found = [note for note in notes(connection, item) if note.lot in ("", number) and note.state == "recalled"]
    first = min(found, key=lambda note: note.at, default=None)
    return None if first is None else Notice(at=first.at, by=first.by, reason=first.reason)


def _held(connection: Connection, lots: dict[int, _Lot], viewer: Viewer) -> list[tuple[Key, Held]]:
    """All that the viewer sees, by account and lot; where goods come from is left out."""
    query = (
        select(balance.c.account_id, balance.c.lot_id, account.c.code, account.c.kind, balance.c.quantity)
        .join_from(balance, account, account.c.id == balance.c.account_id)
        .where(balance.c.lot_id.in_(lots), balance.c.quantity != 0)
        .order_by(balance.c.account_id, balance.c.lot_id)
    )
    rows = [row for row in connection.execute(query) if row.kind != "virtual" or _really_gone(row)]
    around = chains(connection, {row.code for row in rows})
    ends = {chain[-1] for chain in around.values()}
    placed = select(account.c.code, account.c.site).where(account.c.code.in_(ends))
    sites = {row.code: row.site for row in connection.execute(placed)}
    found: list[tuple[Key, Held]] = []
    for row in rows:
        place = around[row.code][-1]
        site = sites.get(place)
        if not viewer.may_see_site(site):
            continue
        one = lots[row.lot_id]
        unit = row.code.removeprefix("unit:") if row.kind == "unit" else None
        found.append(((row.account_id, row.lot_id), Held(
            where=_where(place), account=row.code, place=place, site=site, unit=unit, owner=one.owner,
            condition=one.condition, quantity=row.quantity,
        )))  # fmt: skip
    return found


def _really_gone(row: Any) -> bool:
    return row.quantity > 0 and row.code not in RELABELLED


def _where(place: str) -> Where:
    kinds = {"place": Where.HERE, "transit": Where.ON_THE_WAY, "virtual": Where.GONE}
    if place == WITH_RECIPIENT:
        return Where.WITH_RECIPIENT
    return Where.UNKNOWN if place == UNKNOWN else kinds.get(place.partition(":")[0], Where.UNKNOWN)


def _lotless(connection: Connection, item: str, viewer: Viewer) -> int:
    """Pieces with recipients of which no lot number was read; to see them takes seeing all sites."""
    query = (
        select(balance.c.quantity)
        .join_from(lot, balance, balance.c.lot_id == lot.c.id)
        .join(account, account.c.id == balance.c.account_id)
        .where(lot.c.item == item, lot.c.lot == "", account.c.code == WITH_RECIPIENT, of_owner(viewer))
    )
    return 0 if viewer.site_filter else max(0, sum(connection.execute(query).scalars()))


def _told(
    connection: Connection, gone: Sequence[Departure], lots: dict[int, _Lot], notice: Notice | None
) -> list[Gone]:
    reader = FactReader(connection)
    reader.expect((one.lane_id, one.seq) for one in gone)
    return [_gone(reader, one, lots.get(one.lot_id), notice) for one in gone]


def _gone(reader: FactReader, one: Departure, of: _Lot | None, notice: Notice | None) -> Gone:
    fact, source = reader.find(one.lane_id, one.seq), reader.source(one.lane_id)
    item: Any = None if fact is None else fact.item
    return Gone(
        at=one.at, received_at=None if fact is None else fact.received_at,
        estimated=fact is not None and fact.estimated,
        late=notice is not None and one.at > notice.at and one.to == WITH_RECIPIENT,
        device=source.device, stream=source.stream, seq=one.seq,
        by=item.by if isinstance(item, Scan | Kit | Correct | Transfer) else None,
        action=item.do.value if isinstance(item, Scan) else item.do if isinstance(item, Kit) else "unknown",
        task=item.task if isinstance(item, Scan | Kit | Correct) else None,
        warned=item.warned if isinstance(item, Scan | Kit) else (),
        source=one.source, to=one.to, unit=one.unit, holder=one.holder or None,
        owner="" if of is None else of.owner, condition="" if of is None else of.condition, quantity=one.quantity,
    )  # fmt: skip
