"""Items to rows: the hot path. It remembers lots and accounts by name, so that most facts need no query."""

from collections import defaultdict
from collections.abc import Iterable
from threading import Lock

from sqlalchemy import Connection

from hub.core.fixes import Point, intrinsic
from hub.core.identity import account_kind, account_site, lane_id
from hub.core.moments import corrected
from hub.core.postings import (
    GOOD,
    Counted,
    Goods,
    LotKey,
    Moved,
    Posting,
    Settled,
    Sighted,
    Told,
    Voided,
    post,
    task_of,
)
from hub.ingest.bulk import insert
from hub.ingest.decoding import BadItem, belongs
from hub.ingest.group import FixRow, LaneRef, OutcomeRow, Quarantined, ReportRow, Rows, SettleRow, Tally, VoidRow
from wire import codec
from wire.actions import ADJUSTMENT, REGRADED, REGRADING, Action
from wire.errors import Reason
from wire.labels import parse, parts
from wire.messages import HUB, AnyItem, Fix, Health, Lane, Opaque, Outcome, Report, Scan, is_the_hubs

LOTS = "INSERT INTO lot (id, item, lot, owner, condition, expiry)"
EARLIEST = "ON CONFLICT (id) DO UPDATE SET expiry = coalesce(min(expiry, excluded.expiry), expiry, excluded.expiry)"
"""Reader and writer may have named a lot at once."""
EXPIRE = "UPDATE lot SET expiry = coalesce(min(expiry, ?), ?) WHERE id = ?"
MOST_REMEMBERED = 500_000
"""Label texts, less their serial numbers, whose lot is known without reading them again."""


class Poster:
    """Turns items into rows. Ids of new lots and accounts are given here and nowhere else.

    Only one poster may write to a database. The writer reads what the poster remembers while the reader adds to it:
    it asks for single names, and only for those that its own group or one before it brought; and it has a lot named
    here that follows from several facts (`derive`), which the reader may be naming at that moment.

    An expiry belongs to item and lot number, whoever owns them and in whatever condition they are; without a lot number
    to item and owner. It is the earliest that any label gave.
    """

    def __init__(self) -> None:
        self.lots: dict[LotKey, int] = {}
        self.expiries: dict[int, int | None] = {}
        self.fullness: dict[int, int] = {}
        self.owners: dict[int, str] = {}
        self.accounts: dict[str, int] = {}
        self._kin: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        self._naming = Lock()
        self._last_lot = 0
        self._last_account = 0
        self._ends: dict[tuple[Action, str | None, str | None], tuple[int, int]] = {}
        self._lots: dict[tuple[tuple[str | None, ...], str | None, str], tuple[int, str]] = {}

    def load(self, connection: Connection) -> None:
        """Read again what the database holds: at the start and after any rollback."""
        query = "SELECT id, item, lot, owner, condition, expiry FROM lot"
        rows = connection.exec_driver_sql(query).all()
        self.lots = {LotKey(row[1], row[2], row[3], row[4]): row[0] for row in rows}
        self.expiries = {row[0]: row[5] for row in rows}
        self.fullness = {number: name.fullness for name, number in self.lots.items()}
        self.owners = {number: name.owner for name, number in self.lots.items()}
        self._kin.clear()
        for name, number in self.lots.items():
            self._kin[_family(name)].append(number)
        self.accounts = {row[1]: row[0] for row in connection.exec_driver_sql("SELECT id, code FROM account")}
        self._last_lot = max(self.expiries, default=0)
        self._last_account = max(self.accounts.values(), default=0)
        self._ends.clear()
        self._lots.clear()

    def add(self, rows: Rows, lane: LaneRef, pairs: Iterable[tuple[int, AnyItem | BadItem]]) -> None:
        """Post items with their sequences into rows. What cannot be posted goes to rows.quarantine; never raises."""
        if not lane.facts:
            for seq, item in pairs:
                self._slowly(rows, lane, seq, item)
            return
        ends_of, lot_of = self._ends.get, self._lots.get
        clock, received = lane.clock, lane.received_at
        base = None if clock is None else clock.base
        straight = clock is None or not clock.points
        moved, seen, flows, units, again, id_ = rows.moves, rows.seen, rows.flows, rows.units, rows.again, lane.id
        tasks = rows.tasks
        for seq, item in pairs:
            if type(item) is not Scan or len(item.labels) != 1 or (said := parts(item.labels[0])) is None:
                self._slowly(rows, lane, seq, item)
                continue
            # The quick way: a label of the common shape whose lot and accounts were posted before, by post().
            ends = ends_of((item.do, item.source, item.to))
            known = lot_of((said[:-1], item.owner, item.condition))
            if ends is None or known is None:
                self._slowly(rows, lane, seq, item)
                continue
            if straight:
                at = told if (told := item.at if base is None else item.up + base) < received else received
            else:
                at = corrected(item.at, item.up, clock, received)
            source, to = ends
            lot, prefix = known
            if (serial := said[-1]) is None:
                moved.append((lot, at, id_, seq, source, to, item.n, 0))
                flows[source, to, lot] += item.n
                if (task := item.task) is not None:
                    tasks.append((task, id_, seq, 0, at, None, lot, source, to, item.n, 0))
                continue
            unit = prefix + serial
            seen.append((unit, at, id_, seq, lot, source, to, 0, None))
            (again if unit in units else units).add(unit)
            flows[source, to, lot] += 1
            if (task := item.task) is not None:
                tasks.append((task, id_, seq, 0, at, unit, lot, source, to, 1, 0))

    def _slowly(self, rows: Rows, lane: LaneRef, seq: int, item: AnyItem | BadItem) -> None:
        try:
            self._other(rows, lane, seq, item)
        except Exception as error:
            data = item.data if isinstance(item, BadItem) else codec.encode_item(item)
            self._refuse(rows, lane, seq, BadItem(data, Reason.UNINTERPRETABLE, repr(error)))

    def _other(self, rows: Rows, lane: LaneRef, seq: int, item: AnyItem | BadItem) -> None:
        if isinstance(item, BadItem):
            self._refuse(rows, lane, seq, item)
        elif not belongs(item, lane.lane):
            detail = f"a {item.__struct_config__.tag} does not travel in the lane {lane.lane}"
            self._refuse(rows, lane, seq, BadItem(codec.encode_item(item), Reason.INVALID, detail))
        elif isinstance(item, Fix):
            rows.fixes.append(_fix(lane, seq, item))
        elif isinstance(item, Opaque):
            rows.opaques.append((lane.id, seq))
        elif isinstance(item, Outcome | Report):
            _answer(rows, lane, seq, item)
        elif is_the_hubs(item) and lane.device != HUB:
            detail = f"a {item.__struct_config__.tag} like this is for the hub alone: people decide it there"
            self._refuse(rows, lane, seq, BadItem(codec.encode_item(item), Reason.FOREIGN, detail))
        elif isinstance(item, Told):
            self._tell(rows, lane, seq, item)

    def _tell(self, rows: Rows, lane: LaneRef, seq: int, fact: Told) -> None:
        at = corrected(fact.at, fact.up, lane.clock, lane.received_at)
        postings = post(fact)
        for posting in postings:
            self._post(rows, lane, seq, at, posting)
        task = task_of(fact)
        if task is not None:
            goods = [posting for posting in postings if isinstance(posting, Moved | Sighted)]
            for part, posting in enumerate(goods):
                rows.tasks.append((task, lane.id, seq, part, at, *self.ends_of(posting), 0))
        if isinstance(fact, Scan) and len(postings) == 1:
            self._remember(fact, postings[0])

    def ends_of(self, posting: Moved | Sighted) -> tuple[str | None, int | None, int, int, int]:
        """Unit, lot, both accounts and quantity of a posting whose names are known."""
        source, to = self.accounts[posting.source], self.accounts[posting.to]
        lot = None if posting.lot is None else self.lots[posting.lot]
        if isinstance(posting, Moved):
            return None, lot, source, to, posting.quantity
        return posting.unit, lot, source, to, 1

    def _remember(self, scan: Scan, posting: Posting) -> None:
        """Make the quick way apply to the next scan of the same lot and accounts, if the label is faultless."""
        if not isinstance(posting, Moved | Sighted) or scan.condition != GOOD or scan.do in REGRADING:
            return  # a label with a serial number and one without meet here, and take another lot where one is no good
        self._ends[scan.do, scan.source, scan.to] = (self.accounts[posting.source], self.accounts[posting.to])
        said = parts(scan.labels[0]) if len(scan.labels) == 1 else None
        if said is None or posting.lot is None:
            return
        label = parse(scan.labels[0])
        if not label.faults and label.gtin == said[1] and label.count is None:
            if len(self._lots) >= MOST_REMEMBERED:
                self._lots.clear()
            self._lots[said[:-1], scan.owner, scan.condition] = (self.lots[posting.lot], f"serial:{label.gtin}:")

    def _post(self, rows: Rows, lane: LaneRef, seq: int, at: int, posting: Posting) -> None:
        if type(posting) is Moved:
            lot = self.lot(rows, posting)
            source, to = self.account(rows, posting.source), self.account(rows, posting.to)
            rows.moves.append((lot, at, lane.id, seq, source, to, posting.quantity, 0))
            rows.flows[source, to, lot] += posting.quantity
        elif type(posting) is Sighted:
            self._sight(rows, lane, seq, at, posting)
        elif isinstance(posting, Counted):
            where, lot = self.account(rows, posting.account), self.lot(rows, posting)
            self.account(rows, ADJUSTMENT)
            rows.tallies.append(Tally(where, lot, at, lane.id, seq, posting.quantity, 0, 0))
        elif isinstance(posting, Voided):
            target = lane_id(posting.device or lane.device, posting.stream, Lane.FACTS)
            rows.voids.append(VoidRow(target, posting.seq, lane.id, seq, at))
        elif isinstance(posting, Settled):
            target = lane_id(posting.device, posting.stream, Lane.FACTS)
            rows.settles.append(SettleRow(target, posting.seq, lane.id, seq, at, posting.owner))

    def _sight(self, rows: Rows, lane: LaneRef, seq: int, at: int, posting: Sighted) -> None:
        unit = posting.unit
        lot = None if posting.lot is None else self.lot(rows, posting)
        source, to = self.account(rows, posting.source), self.account(rows, posting.to)
        rows.seen.append((unit, at, lane.id, seq, lot, source, to, 0, posting.grade))
        if posting.grade is not None:
            self.account(rows, REGRADED)
        if lot is None or posting.grade is not None or unit in rows.units:
            rows.again.add(unit)
        rows.units.add(unit)
        if lot is not None:
            rows.flows[source, to, lot] += 1

    def lot(self, rows: Rows, posting: Goods) -> int:
        """The id of a posting's lot, given now if it is new."""
        if posting.lot is None:
            raise ValueError("a posting of goods names its lot")
        found = self.lots.get(posting.lot)
        if found is None:
            found, later = self._name(posting.lot, posting.expiry)
            rows.lots.append((found, *posting.lot, self.expiries[found]))
        else:
            later = self._expire(posting.lot, found, posting.expiry)
        if later:
            rows.expiries.update(later)
        return found

    def derive(self, connection: Connection, name: LotKey, expiry: int | None) -> int:
        """The id of a lot that no single fact names; it stands in the database when this returns. For the writer."""
        found, later = self._name(name, expiry)
        insert(connection, LOTS, [(found, *name, self.expiries[found])], EARLIEST)
        for lot, day in later.items():
            connection.exec_driver_sql(EXPIRE, (day, day, lot))
        return found

    def _name(self, name: LotKey, expiry: int | None) -> tuple[int, dict[int, int]]:
        """The id of a lot, given now if it is new, and which others expire sooner by what is known now."""
        with self._naming:
            found = self.lots.get(name)
            if found is None:
                found = self._last_lot = self._last_lot + 1
                kin = self._kin[_family(name)]
                days = [day for day in (expiry, *(self.expiries[one] for one in kin[:1])) if day is not None]
                self.expiries[found] = min(days, default=None)
                self.fullness[found] = name.fullness
                self.owners[found] = name.owner
                kin.append(found)
                self.lots[name] = found
                if len(kin) == 1:
                    return found, {}
        return found, self._expire(name, found, expiry)

    def _expire(self, name: LotKey, lot: int, expiry: int | None) -> dict[int, int]:
        """Which lots expire sooner by this label: the lot and its kin, which have one expiry at all times."""
        known = self.expiries[lot]
        kin = self._kin[_family(name)]
        if expiry is None or (known is not None and known <= expiry and len(kin) == 1):
            return {}
        with self._naming:
            later = [one for one in kin if (day := self.expiries[one]) is None or day > expiry]
            self.expiries.update(dict.fromkeys(later, expiry))
        return dict.fromkeys(later, expiry)

    def account(self, rows: Rows, code: str) -> int:
        """The id of an account, given now if it is new."""
        found = self.accounts.get(code)
        if found is None:
            found = self.accounts[code] = self._last_account = self._last_account + 1
            rows.accounts.append((found, code, account_kind(code), account_site(code)))
        return found

    @staticmethod
    def _refuse(rows: Rows, lane: LaneRef, seq: int, bad: BadItem) -> None:
        rows.quarantine.append(
            Quarantined(lane.device, lane.id, seq, lane.received_at, bad.reason, bad.detail, bad.data)
        )


def _family(name: LotKey) -> tuple[str, str, str]:
    """Lots with one expiry."""
    return name.item, name.lot, "" if name.lot else name.owner


def _answer(rows: Rows, lane: LaneRef, seq: int, item: Outcome | Report) -> None:
    at = corrected(item.at, item.up, lane.clock, lane.received_at)
    if isinstance(item, Outcome):
        said = (item.id, item.state.value, at, lane.received_at, item.detail)
        rows.outcomes.append(OutcomeRow(lane.id, seq, lane.device_id, *said))
    else:
        said_of = (item.version, item.generation, item.state.value, at, lane.received_at, item.detail)
        rows.reports.append(ReportRow(lane.id, seq, lane.device_id, *said_of))


def _fix(lane: LaneRef, seq: int, item: Fix) -> FixRow:
    point = Point(item.t, item.lat_e7, item.lon_e7, item.speed_cms)
    verdict = intrinsic(point, item.quality, lane.received_at)
    return FixRow(
        lane.device_id,
        item.t,
        lane.id,
        seq,
        item.lat_e7,
        item.lon_e7,
        item.quality.value,
        item.speed_cms,
        item.heading_cd,
        lane.received_at,
        verdict,
    )


def newest_health(pairs: Iterable[AnyItem | BadItem]) -> Health | None:
    """The last health item of a batch."""
    found = None
    for item in pairs:
        if type(item) is Health:
            found = item
    return found
