"""Items to rows: the hot path. It remembers lots and accounts by name, so that most facts need no query."""

from collections.abc import Iterable

from sqlalchemy import Connection

from hub.core.fixes import Point, intrinsic
from hub.core.identity import account_kind, account_site, corrected, lane_id
from hub.core.postings import Counted, LotKey, Moved, Posting, Sighted, Voided, post
from hub.ingest.decoding import BadItem, belongs
from hub.ingest.group import FixRow, LaneRef, Quarantined, Rows, Tally, VoidRow
from wire import codec
from wire.actions import ADJUSTMENT, Action
from wire.errors import Reason
from wire.labels import parse
from wire.messages import AnyItem, Count, Fix, Health, Lane, Opaque, Scan, Void


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
        self._lots: dict[tuple[str | None, str | None, str | None, int | None], int] = {}

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
        for seq, item in pairs:
            try:
                if type(item) is not Scan or not lane.facts or not self._scan(rows, lane, seq, item):
                    self._other(rows, lane, seq, item)
            except Exception as error:
                data = item.data if isinstance(item, BadItem) else codec.encode_item(item)
                self._refuse(rows, lane, seq, BadItem(data, Reason.UNINTERPRETABLE, repr(error)))

    def _scan(self, rows: Rows, lane: LaneRef, seq: int, scan: Scan) -> bool:
        """The quick way for a scan of one label whose lot and accounts are known; the same as post() would do.

        Returns False, with nothing posted, where it does not apply.
        """
        ends = self._ends.get((scan.do, scan.source, scan.to))
        if ends is None or len(scan.labels) != 1:
            return False
        label = parse(scan.labels[0])
        gtin, expiry = label.gtin, label.expiry or label.best_before
        lot = self._lots.get((gtin, label.lot, scan.owner, expiry))
        if lot is None or gtin is None or label.sscc is not None or label.count is not None:
            return False
        clock = lane.clock
        at = scan.at if clock is None else scan.up + clock.base
        source, to = ends
        serial = label.serial
        if serial is None:
            rows.moves.append((lot, at, lane.id, seq, source, to, scan.n, 0))
            rows.flows[source, to, lot] += scan.n
            return True
        unit = f"serial:{gtin}:{serial}"
        rows.seen.append((unit, at, lane.id, seq, lot, source, to, 0))
        (rows.again if unit in rows.units else rows.units).add(unit)
        rows.flows[source, to, lot] += 1
        return True

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
        elif isinstance(item, Scan | Count | Void):
            posting = post(item)
            self._post(rows, lane, seq, corrected(item.at, item.up, lane.clock), posting)
            if isinstance(item, Scan) and isinstance(posting, Moved | Sighted):
                self._remember(item, posting)

    def _remember(self, scan: Scan, posting: Moved | Sighted) -> None:
        """Make the quick way apply to the next scan of the same lot and accounts."""
        self._ends[scan.do, scan.source, scan.to] = (self.accounts[posting.source], self.accounts[posting.to])
        if posting.lot is not None and len(scan.labels) == 1:
            label = parse(scan.labels[0])
            self._lots[label.gtin, label.lot, scan.owner, posting.expiry] = self.lots[posting.lot]

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
