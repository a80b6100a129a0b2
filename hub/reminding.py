"""What time does to parcels that wait to be collected: one thread.

When a parcel is put on a shelf it gets its last day; after some days its recipient is reminded once; when the last day
is over, by the clock of the station's own zone, it is due back. Besides, verifiers of codes are made here (see
hub.collecting), wrong codes that locked a parcel at a device are noted, and codes go a day after a parcel's story is
over (until then a hand-over may be undone).
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Row

from hub import collecting
from hub.core.days import later
from hub.core.instant import day
from hub.core.templates import Kind
from hub.store import collecting as codes
from hub.store import lives, notices, reference, relief
from hub.store.database import Database
from hub.store.lives import Touched
from hub.store.queries import waiting_parcels
from hub.store.queries.goods import local_day
from hub.tending import Tending
from hub.vault import Vault

LOOK_S: Final = 1.0
AT_ONCE: Final = 25
"""Verifiers made in one go; each takes about 30 ms."""
SLOW_MS: Final = 60_000
"""So often it is looked for what days bring."""
KEEP_CODES_MS: Final = 86_400_000
BY: Final = "hub"

log = structlog.get_logger("reminding")


class Reminding(Tending):
    """Its thread, and what it does each time."""

    name = "reminding"
    every_s = LOOK_S

    def __init__(self, database: Database, vault: Vault, clock: Callable[[], int]) -> None:
        """`clock` tells Unix ms."""
        super().__init__()
        self._database, self._vault, self._clock = database, vault, clock
        self._slow_at: int | None = None

    def look(self) -> int:
        """Do what is due; how many parcels were seen to. Raises HubError, DBAPIError."""
        now = self._clock()
        done = self._ripen() + self._limit(now)
        if self._slow_at is None or abs(now - self._slow_at) >= SLOW_MS:
            self._slow_at = now
            done += self._remind(now) + self._send_back(now) + self._end(now)
        return done

    def _ripen(self) -> int:
        made = collecting.ripen(self._database, self._vault, AT_ONCE)
        if made:
            with self._database.write() as connection:
                reference.announce(connection, "collecting", {}, self._clock())
        return made

    def _limit(self, now: int) -> int:
        """The last day on which each can be collected."""
        with self._database.read() as connection:
            rows = waiting_parcels.without_limit(connection)
        if rows:
            with self._database.write() as connection:
                for row in rows:
                    until = last_day(connection, row.station, row.waiting_since, row.keep_days)
                    waiting_parcels.set_until(connection, row.seq, until)
                reference.announce(connection, "collecting", {}, now)
        return len(rows)

    def _remind(self, now: int) -> int:
        with self._database.read() as connection:
            rows = waiting_parcels.to_remind(connection, now)
        for row in rows:
            with self._database.write() as connection:
                self._tell(connection, "parcel-reminder", row, now)
                waiting_parcels.set_reminded(connection, row.id, now)
        return len(rows)

    def _send_back(self, now: int) -> int:
        with self._database.read() as connection:
            found = waiting_parcels.kept_before(connection, later(local_day(connection, "", now), 2))
            rows = [row for row in found if row.until < local_day(connection, row.station, now)]
        if rows:
            with self._database.write() as connection:
                self._due(connection, rows, now)
        return len(rows)

    def _due(self, connection: Connection, rows: "Iterable[Row[Any]]", now: int) -> None:
        for row in rows:
            happened = relief.Happened(
                kind="parcel", about=row.id, event="due", who=BY, at=now, detail=f"kept until {day(row.until)}"
            )
            relief.remember(connection, happened)
            self._tell(connection, "parcel-returning", row, now)
        lives.restate(connection, Touched(parcels={row.id for row in rows}), now)

    def _end(self, now: int) -> int:
        with self._database.read() as connection:
            ids = waiting_parcels.over(connection, now - KEEP_CODES_MS)
        if ids:
            with self._database.write() as connection:
                codes.end(connection, ids, now)
        return len(ids)

    def _tell(self, connection: Connection, kind: Kind, row: "Row[Any]", now: int) -> None:
        code = collecting.code_of(connection, self._vault, row.id)
        values = {
            "station": row.name,
            "station_zh": row.name_zh,
            "shelf": shelf_code(row.placed, row.number),
            "until": "" if row.until is None else day(row.until),
            "code": code or "",
        }
        notices.enqueue(
            connection, self._vault, kind=kind, recipient=row.recipient, about=f"parcel:{row.id}",
            values={name: value for name, value in values.items() if value}, now=now,
        )  # fmt: skip


def last_day(connection: Connection, station: str, since: int, keep_days: int) -> int:
    """The last day (yyyymmdd) on which a parcel can be collected that waits since then."""
    return later(local_day(connection, station, since), keep_days)


def shelf_code(placed: str, number: int) -> str:
    """What stands large on a parcel's shelf label; '' where it stands on no shelf."""
    shelf = placed.removeprefix("place:").partition("/")[2] if placed.startswith("place:") else ""
    return f"{shelf}-{number:03d}" if shelf else ""
