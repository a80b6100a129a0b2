"""Reserving for whole requests: first expired, first out, as much as there is. Many in one transaction.

What stands and what is claimed is read once an item in a transaction and kept in step with what is reserved in it:
BEGIN IMMEDIATE lets nobody else in meanwhile. Each reservation says what was found, as hub.store.allocation has it.
"""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from sqlalchemy import Connection

from hub.core.allocation import Lot, fefo, judge, lends, propose
from hub.core.lifecycles import RequestEvent, Way
from hub.store import requests
from hub.store.lives import Touched
from hub.store.needs import Need, consents, find
from hub.store.queries.candidates import lots_for
from hub.store.queries.goods import local_day, shelf_days
from hub.store.queries.standing import Key
from hub.store.relief import Found, ReliefError, lines_of
from hub.store.transfers import given_away

HOLD_MS: Final = 30 * 86_400_000


class Kept(NamedTuple):
    """What was reserved for one line of a request, in base units, and what is lacking still."""

    line: int
    item: str
    n: int
    lacking: int


class Allocator:
    """Reserves, in one writing transaction."""

    def __init__(self, connection: Connection, *, by: str, now: int, site: str | None = None) -> None:
        """`site`: the only one to take from; None: any."""
        self._connection = connection
        self._by = by
        self._now = now
        self._site = site
        self._lots: dict[str, list[Lot]] = {}
        self._days: dict[str, int] = {}
        self._shelf: dict[str, int] = {}
        self._lent = consents(connection)
        self._noted = int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM lot_note").scalar_one())

    def allocate(self, row: Found) -> list[Kept]:
        """Reserve what a request lacks. Raises ReliefError for one that cannot be given anything."""
        requests.check(row, RequestEvent.ALLOCATE)
        if row.way == Way.DIRECT:
            raise ReliefError(f"The request {row.id} is answered by a supplier directly: nothing is reserved for it.")
        found = [self._line(one) for one in lines_of(self._connection, row.seq) if one.need]
        said = ", ".join(f"{one.n} {one.item}" for one in found if one.n) or "nothing is free"
        requests.note(self._connection, row, RequestEvent.ALLOCATE, by=self._by, now=self._now, detail=said)
        return found

    def _line(self, line: Found) -> Kept:
        need = find(self._connection, line.need, self._now)
        if need is None or need.cancelled or not need.open:
            return Kept(line.line, line.item, 0, 0)
        offers, lacking = propose(self._fit(need), need.open)
        for offer in offers:
            if offer.take:
                self._reserve(need, offer.lot, offer.take)
        return Kept(line.line, line.item, need.open - lacking, lacking)

    def _fit(self, need: Need) -> list[Lot]:
        lots = self._lots.get(need.item)
        if lots is None:
            lots = self._lots[need.item] = [self._less_given(one) for one in self._read(need)]
        return fefo((one for one in lots if one.free and self._suits(one, need)), need.organisation)

    def _read(self, need: Need) -> Iterable[Lot]:
        lots = lots_for(self._connection, need, None, self._now)
        return (one for one in lots if one.owner and self._site in (None, one.site))

    def _less_given(self, lot: Lot) -> Lot:
        given = given_away(self._connection, Key(lot.site, lot.item, lot.lot, lot.owner))
        return replace(lot, stands=max(0, lot.stands - given))

    def _suits(self, lot: Lot, need: Need) -> bool:
        if lot.site not in self._days:
            self._days[lot.site] = local_day(self._connection, lot.site, self._now)
        if lot.item not in self._shelf:
            self._shelf[lot.item] = shelf_days(self._connection, lot.item)
        today = self._days[lot.site]
        lent = lends(self._lent, owner=lot.owner, taker=need.organisation, item=lot.item, today=today)
        return judge(lot, need.wish(self._shelf[lot.item]), lent=lent, today=today) is None

    def _reserve(self, need: Need, lot: Lot, n: int) -> None:
        self._connection.exec_driver_sql(
            "INSERT INTO reservation (id, need, site, item, lot, owner, n, pieces, substitute, state, made_at, made_by,"
            " expires_at, stood, claimed, noted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 'held', ?, ?, ?, ?, ?, ?)",
            (
                secrets.token_hex(8), need.seq, lot.site, lot.item, lot.lot, lot.owner, n, lot.pieces, self._now,
                self._by, self._now + HOLD_MS, lot.stands, lot.claimed, self._noted,
            ),
        )  # fmt: skip
        for item, lots in self._lots.items():
            self._lots[item] = [replace(one, claimed=one.claimed + n) if _same(one, lot) else one for one in lots]


def _same(one: Lot, other: Lot) -> bool:
    return (one.site, one.item, one.lot, one.owner) == (other.site, other.item, other.lot, other.owner)


def allocate(
    connection: Connection, rows: Iterable[Found], *, by: str, now: int, site: str | None = None
) -> tuple[dict[str, list[Kept]], Touched]:
    """Reserve for requests, in their order; what was kept for each by its id, and what has to be restated."""
    allocator = Allocator(connection, by=by, now=now, site=site)
    found: dict[str, list[Kept]] = {}
    touched = Touched()
    for row in rows:
        found[row.id] = allocator.allocate(row)
        touched.requests.add(row.seq)
    return found, touched
