"""Looks after what follows from people's words: owners that facts did not name, and decisions that are to be posted.

One thread. It reads the journal behind ingest, and finds for each fact without an owner what was said beforehand
(hub.core.owners); when bins or rules of sites change it reads the journal once more, and when a delivery is announced
late, the facts that were waiting for it. What it finds it says as facts of the hub, with the reason, so that it is seen
and can be replayed. It never says anew what was settled once. What is to be posted of transfers, settlements and other
decisions, and is not in the ledger because the hub died in between, it posts first.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection

from hub.core.identity import lane_id
from hub.core.owners import DELIVERY, UNIT, Rules, lacks_owner, owner_of
from hub.core.postings import OF_GOODS, Counted, Moved, Sighted, post
from hub.desk import Desk
from hub.ingest.decoding import BadItem
from hub.ingest.replay import decode, fact_at, unwrapped
from hub.store import postings, settlements, transfers
from hub.store.database import Database
from hub.tending import Tending
from wire.messages import AnyItem, Lane, Settle

LOOK_S: Final = 2.0
ROWS: Final = 20
"""Rows of the journal that are read in one go."""
SKIPPED: Final = 1000
"""Rows of the journal without a fact of interest, after which it is kept that they were passed."""
_META = "steward"
_JOURNAL = (
    "SELECT journal.id, lane.id, device.name, lane.stream, applied, body FROM journal"
    " JOIN lane ON lane.id = journal.lane_id JOIN device ON device.id = lane.device_id"
    " WHERE journal.id > ? AND lane.lane = 'facts' ORDER BY journal.id LIMIT ?"
)
_OF_TASK = (
    "SELECT DISTINCT lane_id, seq FROM task_fact JOIN lot ON lot.id = task_fact.lot_id"
    " WHERE task = ? AND lot.owner = '' ORDER BY 1, 2"
)
_OF_UNIT = (
    "WITH held AS (SELECT account.id AS account, lot.id AS lot FROM account"
    " JOIN balance ON balance.account_id = account.id JOIN lot ON lot.id = balance.lot_id AND lot.owner = ''"
    " WHERE account.code = ?)"
    " SELECT lane_id, seq FROM held JOIN move ON move.lot_id = held.lot AND held.account IN (source_id, to_id)"
    " UNION SELECT lane_id, seq FROM held JOIN sighting ON sighting.lot_id = held.lot"
    " AND held.account IN (source_id, to_id) ORDER BY 1, 2"
)
_PLACE = "SELECT device.name, lane.stream FROM lane JOIN device ON device.id = lane.device_id WHERE lane.id = ?"
_SETTLED = "SELECT EXISTS (SELECT 1 FROM settle WHERE target_lane = ? AND target_seq = ?)"

log = structlog.get_logger("steward")


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How far everything was read: the journal, what was done with deliveries, and by which bins and sites."""

    journal: int = 0
    deliveries: int = 0
    rules: str = ""


class Steward(Tending):
    """Its thread, and what it does each time."""

    name = "steward"
    every_s = LOOK_S

    def __init__(self, database: Database, desk: Desk, clock: Callable[[], int]) -> None:
        super().__init__()
        self._database = database
        self._desk = desk
        self._clock = clock
        self._told: tuple[int, Rules] = (-1, Rules())
        self._planned: tuple[int, dict[tuple[str, str], frozenset[str]]] = (0, {})

    def look(self) -> int:
        """Post what is due, and settle owners as far as one go reads; how many. Raises DeskError, DBAPIError."""
        self._post_decisions()
        settled = 0
        while not self._stopping.is_set():
            with self._database.read() as connection:
                seen, rules = _seen(connection), self._rules(connection)
                after, found = _next(connection, seen, rules)
            if after == seen:
                break
            if found:
                posted = len(self._desk.post_due(partial(self._open, found)))
                log.info("owners-settled", facts=posted)
                settled += posted
            with self._database.write() as connection:
                value = msgspec.json.encode(after).decode()
                connection.exec_driver_sql("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_META, value))
        return settled

    def _rules(self, connection: Connection) -> Rules:
        """What people said of owners; deliveries are read again only when something was done with one."""
        last = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM delivery_event").scalar_one()
        if last != self._told[0]:
            self._told = (last, _of_deliveries(connection))
        planned = connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM parcel").scalar_one()
        if planned != self._planned[0]:
            self._planned = (planned, _of_consignments(connection))
        bins, sites = _of_places(connection)
        return replace(self._told[1], consignments=self._planned[1], bins=bins, sites=sites)

    def _open(self, found: list[Settle]) -> list[Settle]:
        """Those whose facts nobody settled meanwhile: what a person says first stays."""
        with self._database.read() as connection:
            return [
                one
                for one in found
                if not connection.exec_driver_sql(
                    _SETTLED, (lane_id(one.device, one.stream, Lane.FACTS), one.seq)
                ).scalar()
            ]

    def _post_decisions(self) -> None:
        postings.post_all(self._database, self._desk, self._clock())
        with self._database.read() as connection:
            ids, some = settlements.pending(connection), transfers.unposted(connection)
        if not ids and not some:
            return

        def due() -> list[AnyItem]:
            with self._database.read() as connection:
                return [*transfers.unposted(connection), *settlements.unposted(connection)]

        self._desk.post_due(due)
        with self._database.write() as connection:
            settlements.mark_posted(connection, ids, self._clock())


def _of_deliveries(connection: Connection) -> Rules:
    """What announced deliveries say."""
    deliveries = dict(_pairs(connection, "SELECT id, owner FROM delivery WHERE state <> 'cancelled'"))
    units: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for sscc, key in _pairs(connection, "SELECT sscc, delivery FROM delivery_unit"):
        if key in deliveries:
            units[sscc].add((key, deliveries[key]))
    return Rules(deliveries=deliveries, units={sscc: frozenset(each) for sscc, each in units.items()})


def _of_consignments(connection: Connection) -> dict[tuple[str, str], frozenset[str]]:
    """Whose goods consignments are to bring."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    query = (
        "SELECT DISTINCT consignment.id, parcel_line.item, parcel_line.owner FROM parcel"
        " JOIN parcel_line ON parcel_line.parcel = parcel.seq"
        " JOIN consignment ON consignment.seq = parcel.consignment WHERE parcel_line.owner <> ''"
    )
    for id_, item, owner in connection.exec_driver_sql(query):
        found[id_, item].add(owner)
    return {key: frozenset(owners) for key, owners in found.items()}


def _of_places(connection: Connection) -> tuple[dict[str, str], dict[str, str]]:
    """What is said of bins, and of sites."""
    bins = _pairs(connection, "SELECT 'place:' || site || '/' || code, owner FROM bin WHERE owner <> ''")
    sites = _pairs(connection, "SELECT id, rule_owner FROM site WHERE rule_owner <> ''")
    return dict(bins), dict(sites)


def _pairs(connection: Connection, query: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.exec_driver_sql(query)]


def _seen(connection: Connection) -> Seen:
    value = connection.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (_META,)).scalar()
    return Seen() if value is None else msgspec.json.decode(value, type=Seen)


def _next(connection: Connection, seen: Seen, rules: Rules) -> tuple[Seen, list[Settle]]:
    """How far everything is read after the next step, and what it found."""
    told = msgspec.json.encode([sorted(rules.bins.items()), sorted(rules.sites.items())])
    digest = blake2b(told, digest_size=8).hexdigest()
    if digest != seen.rules:
        empty = not (rules.bins or rules.sites or seen.rules)
        return Seen(journal=seen.journal if empty else 0, deliveries=seen.deliveries, rules=digest), []
    query = "SELECT id, delivery FROM delivery_event WHERE id > ? ORDER BY id LIMIT 1"
    event = connection.exec_driver_sql(query, (seen.deliveries,)).first()
    if event is not None:
        after = Seen(journal=seen.journal, deliveries=event[0], rules=seen.rules)
        return after, list(_of_delivery(connection, event[1], rules))
    rows = connection.exec_driver_sql(_JOURNAL, (seen.journal, ROWS)).all() if rules else []
    if not rows:
        return _passed(connection, seen), []
    found: list[Settle] = []
    for _, lane, device, stream, applied, body in rows:
        for seq, item in decode(body, applied).pairs:
            found.extend(_settle(connection, rules, (lane, seq), (device, stream), unwrapped(item)))
    return Seen(journal=rows[-1][0], deliveries=seen.deliveries, rules=seen.rules), found


def _passed(connection: Connection, seen: Seen) -> Seen:
    """All rows were passed: kept now and then, so that positions of a quiet night are not passed with every look."""
    last = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM journal").scalar_one()
    if last - seen.journal < SKIPPED:
        return seen
    return Seen(journal=last, deliveries=seen.deliveries, rules=seen.rules)


def _of_delivery(connection: Connection, key: str, rules: Rules) -> Iterator[Settle]:
    """Facts that were there before somebody announced what they belong to."""
    query = "SELECT sscc FROM delivery_unit WHERE delivery = ?"
    units = connection.exec_driver_sql(query, (key,)).scalars().all()
    places = {(row[0], row[1]) for row in connection.exec_driver_sql(_OF_TASK, (DELIVERY + key,))}
    for sscc in units:
        places |= {(row[0], row[1]) for row in connection.exec_driver_sql(_OF_UNIT, (UNIT + sscc,))}
    for place in sorted(places):
        held = fact_at(connection, *place)
        device, stream = connection.exec_driver_sql(_PLACE, (place[0],)).one()
        if held is not None:
            yield from _settle(connection, rules, place, (device, stream), held.fact)


def _settle(
    connection: Connection, rules: Rules, place: tuple[int, int], source: tuple[str, str], item: AnyItem | BadItem
) -> Iterator[Settle]:
    """The fact that settles the owner of another one, where something tells whose goods it moved."""
    if isinstance(item, BadItem) or not isinstance(item, OF_GOODS) or not lacks_owner(item):
        return
    found = owner_of(item, rules)
    if found is None or connection.exec_driver_sql(_SETTLED, place).scalar():
        return
    if any(isinstance(each, Moved | Sighted | Counted) and each.lot is not None for each in post(item)):
        device, stream = source
        yield Settle(at=0, up=0, device=device, stream=stream, seq=place[1], owner=found.owner, reason=found.reason)
