"""Stories of units: what is seen of a thing with a number of its own, retold whenever a fact of it comes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from hub.core.story import Sighting, breaks, contributions, is_graded, lot_of, valid
from hub.ingest.balances import NEVER, Changes
from hub.ingest.bulk import among, insert
from hub.ingest.group import Rows
from wire.label import is_handling_unit

_STORY = "SELECT unit, at, lane_id, seq, lot_id, source_id, to_id, voided, grade FROM sighting WHERE unit"
_MEND = "DELETE FROM story_break WHERE unit = ?"
_LOSE = "DELETE FROM unit WHERE code = ?"
_STANDS = "ON CONFLICT (code) DO UPDATE SET account_id = excluded.account_id, since = excluded.since"
Stories = dict[str, list[Sighting]]
Retold = tuple[str, list[Sighting], list[Sighting]]
"""A unit, its story as it was, and as it is now."""


class Units:
    """Writes sightings, and what follows from the whole story of each unit that they speak of."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def add(self, connection: Connection, rows: Rows) -> None:
        """Write new sightings. A unit that was not seen before needs no look at the past: it is in `rows.flows`."""
        if not rows.seen:
            return
        changes = self._changes
        rows.seen.sort()
        fresh = [row[0] for row in rows.seen if row[0] not in rows.again]
        known = {row[0] for row in among(connection, "SELECT unit FROM sighting WHERE unit", fresh)}
        slow = known | rows.again
        due = changes.due
        for row in rows.seen:
            lot, at = row[4], row[1]
            if lot is not None and at < due.get(lot, NEVER):
                due[lot] = at
        for unit, _, _, _, lot, source, to, _, _ in rows.seen if slow else ():
            if lot is not None and unit in slow:
                changes.flow(source, to, lot, -1)
        before = self.stories(connection, slow)
        head = "INSERT INTO sighting (unit, at, lane_id, seq, lot_id, source_id, to_id, voided, grade)"
        insert(connection, head, rows.seen)
        after = self.stories(connection, slow)
        self.retell(connection, [(unit, before.get(unit, []), after.get(unit, [])) for unit in sorted(slow)])
        for _, _, _, _, lot, source, to, _, _ in rows.seen if changes.counted else ():
            if lot is not None:
                changes.reckon((source, lot), (to, lot))

    def stories(self, connection: Connection, units: Iterable[str]) -> Stories:
        """All sightings of units, also those that were undone."""
        found: Stories = defaultdict(list)
        for row in among(connection, _STORY, units):
            found[row[0]].append(Sighting(row[1], row[2], row[3], row[4], row[5], row[6], bool(row[7]), row[8]))
        return found

    def retell(self, connection: Connection, told: Sequence[Retold]) -> None:
        """Stories of units became other ones: their places, their breaks, and what they add to balances."""
        free = frozenset({self._changes.unknown})
        mended, broken, lost, moved = [], [], [], []
        for unit, old, new in told:
            before, after = valid(old), valid(new)
            if breaks(before, free=free):
                mended.append((unit,))
            broken += [(unit, b.at, b.lane, b.seq, b.expected, b.said) for b in breaks(after, free=free)]
            if not is_handling_unit(unit):
                self._contribute(connection, before, -1)
                self._contribute(connection, after, 1)
                self._touch(connection, before, after)
                continue
            self._changes.hop(unit, _differ(before, after))
            if after:
                moved.append((unit, after[-1].to, after[-1].at))
            else:
                lost.append((unit,))
        for query, units in ((_MEND, mended), (_LOSE, lost)):
            if units:
                connection.exec_driver_sql(query, units)
        insert(connection, "INSERT INTO story_break (unit, at, lane_id, seq, expected_id, said_id)", broken)
        insert(connection, "INSERT INTO unit (code, account_id, since)", moved, _STANDS)

    def _contribute(self, connection: Connection, story: list[Sighting], sign: int) -> None:
        changes = self._changes
        lots = self.lots_of(connection, story)
        for pair, quantity in contributions(story, lots, changes.between).items():
            changes.deltas[pair] += sign * quantity
        if changes.counted:
            ends = {end for row in story for end in (row.source, row.to)}
            changes.reckon(*((end, lot) for end in ends for lot in lots.values()))

    def _touch(self, connection: Connection, before: list[Sighting], after: list[Sighting]) -> None:
        """What flowed of a thing's lots has changed; from its beginning, where it became another lot's."""
        since = _differ(before, after)
        was, now = self.lots_of(connection, before), self.lots_of(connection, after)
        known = all(now.get(fit) == lot for fit, lot in was.items())
        for lot in {*was.values(), *now.values()}:
            self._changes.touch(lot, since if known else min(row.at for row in (*before, *after)))

    def lots_of(self, connection: Connection, story: list[Sighting]) -> dict[str, int]:
        """The lot of a serial-numbered item in each condition that it was in; empty for a handling unit."""
        names = {row.lot for row in story if row.lot is not None}
        if not names:
            return {}
        lot = next(iter(names)) if len(names) == 1 else lot_of(story, self._changes.poster.fullness)
        if lot is None or not is_graded(story):
            return {} if lot is None else {"good": lot}
        return self._changes.kin(connection, lot, {row.grade for row in story if row.grade is not None})


def _differ(before: list[Sighting], after: list[Sighting]) -> int:
    """Since when two stories differ, Unix ms; after all times where they do not."""
    return min((row.at for row in set(before) ^ set(after)), default=NEVER)
