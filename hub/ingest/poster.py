"""Items to rows: the hot path. It remembers lots and accounts by name, so that most facts need no query."""

from collections.abc import Iterable

from sqlalchemy import Connection

from hub.core.fixes import Point, intrinsic
from hub.core.identity import account_kind, account_site, lane_id
from hub.core.moments import corrected
from hub.core.postings import Counted, LotKey, Moved, Posting, Sighted, Voided, post
from hub.ingest.decoding import BadItem, belongs
from hub.ingest.group import FixRow, LaneRef, OutcomeRow, Quarantined, ReportRow, Rows, Tally, VoidRow
from wire import codec
from wire.actions import ADJUSTMENT, Action
from wire.errors import Reason
from wire.labels import parse, parts
from wire.messages import AnyItem, Count, Fix, Health, Lane, Opaque, Outcome, Report, Scan, Void

MOST_REMEMBERED = 500_000
"""Label texts, less their serial numbers, whose lot is known without reading them again."""


class Poster:
    """Turns items into rows. Ids of new lots and accounts are given here, in the order of groups, and nowhere else.

    Only one poster may write to a database. The writer reads what the poster remembers while the reader adds to it:
    it asks for single names, and only for those that its own group or one before it brought.
    """

    def __init__(self) -> None:
        self.lots: dict[LotKey, int] = {}
        self.expiries: dict[int, int | None] = {}
        self.fullness: dict[int, int] = {}
        self.accounts: dict[str, int] = {}
        self._last_lot = 0
        self._last_account = 0
        self._ends: dict[tuple[Action, str | None, str | None], tuple[int, int]] = {}
        self._lots: dict[tuple[tuple[str | None, ...], str | None], tuple[int, str]] = {}

    def load(self, connection: Connection) -> None:
        """Read again what the database holds: at the start and after any rollback."""
        query = "SELECT id, item, lot, owner, condition, expiry FROM lot"
        rows = connection.exec_driver_sql(query).all()
        self.lots = {LotKey(row[1], row[2], row[3], row[4]): row[0] for row in rows}
        self.expiries = {row[0]: row[5] for row in rows}
        self.fullness = {number: name.fullness for name, number in self.lots.items()}
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
        for seq, item in pairs:
            if type(item) is not Scan or len(item.labels) != 1 or (said := parts(item.labels[0])) is None:
                self._slowly(rows, lane, seq, item)
                continue
            # The quick way: a label of the common shape whose lot and accounts were posted before, by post().
            ends = ends_of((item.do, item.source, item.to))
            known = lot_of((said[:-1], item.owner))
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
                continue
            unit = prefix + serial
            seen.append((unit, at, id_, seq, lot, source, to, 0))
            (again if unit in units else units).add(unit)
            flows[source, to, lot] += 1

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
        elif isinstance(item, Scan | Count | Void):
            posting = post(item)
            self._post(rows, lane, seq, corrected(item.at, item.up, lane.clock, lane.received_at), posting)
            if isinstance(item, Scan) and isinstance(posting, Moved | Sighted):
                self._remember(item, posting)

    def _remember(self, scan: Scan, posting: Moved | Sighted) -> None:
        """Make the quick way apply to the next scan of the same lot and accounts, if the label is faultless."""
        self._ends[scan.do, scan.source, scan.to] = (self.accounts[posting.source], self.accounts[posting.to])
        said = parts(scan.labels[0]) if len(scan.labels) == 1 else None
        if said is None or posting.lot is None:
            return
        label = parse(scan.labels[0])
        if not label.faults and label.gtin == said[1] and label.count is None:
            if len(self._lots) >= MOST_REMEMBERED:
                self._lots.clear()
            self._lots[said[:-1], scan.owner] = (self.lots[posting.lot], f"serial:{label.gtin}:")

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
            target = lane_id(lane.device, posting.stream, Lane.FACTS)
            rows.voids.append(VoidRow(target, posting.seq, lane.id, seq, at))

    def _sight(self, rows: Rows, lane: LaneRef, seq: int, at: int, posting: Sighted) -> None:
        unit = posting.unit
        lot = None if posting.lot is None else self.lot(rows, posting)
        source, to = self.account(rows, posting.source), self.account(rows, posting.to)
        rows.seen.append((unit, at, lane.id, seq, lot, source, to, 0))
        if lot is None or unit in rows.units or unit in rows.again:
            rows.again.add(unit)
        else:
            rows.units.add(unit)
        if lot is not None:
            rows.flows[source, to, lot] += 1

    def lot(self, rows: Rows, posting: Moved | Sighted | Counted) -> int:
        """The id of a posting's lot, given now if it is new; its expiry is the earliest that any label named."""
        name = posting.lot
        if name is None:
            raise ValueError("a posting of goods names its lot")
        found = self.lots.get(name)
        expiry = posting.expiry
        if found is None:
            found = self._last_lot = self._last_lot + 1
            self.lots[name] = found
            self.expiries[found] = expiry
            self.fullness[found] = name.fullness
            rows.lots.append((found, *name, expiry))
        elif expiry is not None:
            known = self.expiries[found]
            if known is None or expiry < known:
                self.expiries[found] = rows.expiries[found] = expiry
        return found

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
