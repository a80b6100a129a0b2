"""What one group of facts changes in the balances, collected until all of it is known."""

from collections import defaultdict

from sqlalchemy import Connection

from hub.core.counting import Key
from hub.core.postings import LotKey
from hub.ingest.bulk import among, insert
from hub.ingest.poster import Poster
from wire.actions import REGRADED, UNKNOWN

Pair = tuple[int, int]
"""An account and a lot."""
NEVER = 2**63 - 1
"""After all times (Unix ms)."""
_BALANCE = "ON CONFLICT (account_id, lot_id) DO UPDATE SET quantity = quantity + excluded.quantity"
_DUE = "DO UPDATE SET since = min(since, excluded.since), times = times + 1"
_HOLDING = "ON CONFLICT (account_id, owner) DO UPDATE SET quantity = quantity + excluded.quantity"


class Changes:
    """Signed pieces by account and lot, and the balances whose counts have to be reckoned again.

    `counted` says of each balance that was ever counted when that was last, at the latest. `due` and `hopped` say of
    lots and of handling units since when what flowed has to be reckoned again (hub.core.flows).
    """

    def __init__(self, poster: Poster) -> None:
        self.poster = poster
        self.counted: dict[Pair, Key] = {}
        self.deltas: dict[Pair, int] = defaultdict(int)
        self.recount: set[Pair] = set()
        self.due: dict[int, int] = {}
        self.hopped: dict[str, int] = {}
        self._names: dict[int, LotKey] = {}

    def load(self, connection: Connection) -> None:
        """Read again which balances were ever counted."""
        query = "SELECT account_id, lot_id, at, lane_id, seq FROM tally ORDER BY at, lane_id, seq"
        self.counted = {(r[0], r[1]): (r[2], r[3], r[4]) for r in connection.exec_driver_sql(query)}
        self._names.clear()

    def begin(self) -> None:
        """A new group."""
        self.deltas.clear()
        self.recount.clear()
        self.due.clear()
        self.hopped.clear()

    def touch(self, lot: int, at: int) -> None:
        """What flowed of a lot since then has changed."""
        if at < self.due.get(lot, NEVER):
            self.due[lot] = at

    def hop(self, unit: str, at: int) -> None:
        """Where a handling unit was since then has changed."""
        if at < self.hopped.get(unit, NEVER):
            self.hopped[unit] = at

    def flow(self, source: int, to: int, lot: int, quantity: int) -> None:
        """So much went from one account to another."""
        if source != to:
            self.deltas[source, lot] -= quantity
            self.deltas[to, lot] += quantity

    def reckon(self, *pairs: Pair) -> None:
        """These balances changed in the past: their counts have to be reckoned again, where they were counted."""
        if self.counted:
            self.recount.update(self.counted.keys() & set(pairs))

    def write(self, connection: Connection) -> set[int]:
        """Write the balances, and their sums by owner. Returns the accounts that changed."""
        owners = self.poster.owners
        sums: dict[tuple[int, str], int] = defaultdict(int)
        changed: list[tuple[int, int, int]] = []
        passed: list[Pair] = []
        for (account, lot), delta in self.deltas.items():
            if delta:
                changed.append((account, lot, delta))
                sums[account, owners[lot]] += delta
            else:
                passed.append((account, lot))
        changed.sort()
        insert(connection, "INSERT INTO balance (account_id, lot_id, quantity)", changed, _BALANCE)
        held = sorted((account, owner, delta) for (account, owner), delta in sums.items() if delta)
        insert(connection, "INSERT INTO holding (account_id, owner, quantity)", held, _HOLDING)
        self._write_due(connection, passed)
        return {account for account, _, _ in changed}

    def _write_due(self, connection: Connection, passed: list[Pair]) -> None:
        """What is due; and what was in a unit and came out of it again in one group, for who asks what ever was."""
        insert(
            connection, "INSERT INTO flow_due (lot_id, since)", sorted(self.due.items()), f"ON CONFLICT (lot_id) {_DUE}"
        )
        insert(
            connection, "INSERT INTO flow_hop (unit, since)", sorted(self.hopped.items()), f"ON CONFLICT (unit) {_DUE}"
        )
        if passed:
            query = "SELECT id FROM account WHERE kind = 'unit' AND id"
            units = {row[0] for row in among(connection, query, {account for account, _ in passed})}
            rows = sorted((account, lot, 0) for account, lot in passed if account in units)
            insert(connection, "INSERT INTO balance (account_id, lot_id, quantity)", rows, _BALANCE)

    def kin(self, connection: Connection, lot: int, conditions: set[str]) -> dict[str, int]:
        """The same lot in other conditions, by condition; itself among them."""
        name = self.name(connection, lot)
        return {
            fit: lot if fit == name.condition else self.poster.derive(connection, name._replace(condition=fit), None)
            for fit in conditions | {name.condition}
        }

    def name(self, connection: Connection, lot: int) -> LotKey:
        """What a lot is called."""
        found = self._names.get(lot)
        if found is None:
            query = "SELECT item, lot, owner, condition FROM lot WHERE id = ?"
            found = self._names[lot] = LotKey(*connection.exec_driver_sql(query, (lot,)).one())
        return found

    @property
    def between(self) -> int:
        """The account between two conditions of the same goods; 0 while no goods ever changed theirs."""
        return self.poster.accounts.get(REGRADED, 0)

    @property
    def unknown(self) -> int:
        """The account of goods whose place nobody named; 0 while there are none."""
        return self.poster.accounts.get(UNKNOWN, 0)
