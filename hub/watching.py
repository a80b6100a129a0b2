"""Watches for what somebody has to look at: one thread that holds the hub's tables against the rules of alerts.

Each kind is looked at every second while that is cheap, and seldomer the longer it takes: a large hub spends no more
than a two-hundredth of the time on any of them. What lasts, and since when, is kept in the alerts themselves; what
does not last long enough yet is known to this thread alone, and is timed anew after a restart.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Connection

from hub.core.alerts import NOW, SOON, Event, Kind, Reading, Rules, look
from hub.store import alerts
from hub.store.database import Database
from hub.store.queries import watching_devices as devices
from hub.store.queries import watching_goods as goods
from hub.tending import Tending

LOOK_S: Final = 1.0
REST: Final = 200
SELDOMEST_S: Final = 600.0
MOST: Final = 500
"""Alerts of one kind; where more is wrong, the first of them, and an alert that says so."""
DISK_LOW_MB: Final = 2_000
DISK_WELL_MB: Final = 3_000
DISK_FULL_MB: Final = 500
FAILED: Final = 10
"""So many notices failed within an hour: it is not the telephones."""
MINUTE_MS: Final = 60_000
_WAITING: Final = "SELECT count(*) AS n, min(asked_at) AS since FROM notice WHERE state = 'queued' AND asked_at < ?"
_FAILED: Final = (
    "SELECT count(*) FROM (SELECT 1 FROM notice WHERE state = 'failed' AND why <> 'overtaken' AND ended_at > ?"
    " ORDER BY seq DESC LIMIT 1000)"
)

log = structlog.get_logger("watching")

Source = Callable[[Connection, Rules, int, int], Iterable[Reading]]
"""What is wrong of a kind, by the rules, now (Unix ms), up to so many."""
SOURCES: Final[Mapping[Kind, Source]] = {
    Kind.LOST_FACTS: devices.lost,
    Kind.SILENT_DEVICE: devices.silent,
    Kind.QUEUE_GROWTH: devices.backlogs,
    Kind.STUCK_VEHICLE: devices.stuck,
    Kind.LATE_CONSIGNMENT: goods.overdue,
    Kind.LOW_STOCK: goods.low,
    Kind.EXPIRING_LOT: goods.ending,
    Kind.TEMPERATURE: goods.warm,
    Kind.DISCREPANCY: goods.differing,
}


class Watching(Tending):
    """Its thread, and what it does each time.

    `faults` says why the hub takes nothing in; `changed` is called after a commit that screens want to see; `folder`
    is on the disk that is watched.
    """

    name = "watching"
    every_s = LOOK_S

    def __init__(
        self,
        database: Database,
        clock: Callable[[], int],
        *,
        folder: Path,
        faults: Callable[[], Sequence[str]] = tuple,
        changed: Callable[[], None] = lambda: None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._database, self._clock, self._timer = database, clock, timer
        self._folder, self._faults, self._changed = folder, faults, changed
        self._sources = {**SOURCES, Kind.HUB: self._of_hub}
        self._due: dict[Kind, float] = {}
        self._rules: Rules | None = None
        self._waiting: dict[str, int] = {}
        self._floods: set[Kind] = set()

    def look(self) -> int:
        """Look at what is due; how many alerts people see otherwise now. Raises DBAPIError."""
        with self._database.read() as connection:
            rules = alerts.rules(connection)
        if rules != self._rules:
            self._rules, self._due = rules, {}
        now = self._clock()
        found = {kind: self._read(kind, rules, now) for kind in Kind if self._due.get(kind, 0.0) <= self._timer()}
        if not found:
            return 0
        with self._database.read() as connection:
            standing = alerts.standing(connection)
        readings = {one.key: one for some in found.values() for one in some}
        # Of what is too much to list nothing counts as over: it may be among the rest.
        whole = {kind for kind in found if kind not in self._floods}
        outcome = look(standing, readings, looked_at=whole, waiting=self._waiting, rules=rules, now=now)
        self._waiting = dict(outcome.waiting)
        if not outcome.raised and not outcome.changes:
            return 0
        with self._database.write() as connection:
            told = alerts.keep(connection, outcome, now)
        if told:
            self._changed()
            cleared = sum(change.event is Event.CLEARED for change in outcome.changes)
            log.info("alerts", raised=len(outcome.raised), cleared=cleared, changed=len(told))
        return len(told)

    def _read(self, kind: Kind, rules: Rules, now: int) -> list[Reading]:
        """What is wrong of a kind now, in a transaction of its own; and when it is looked at again."""
        began = self._timer()
        some: list[Reading] = []
        if rules.of(kind).on:
            with self._database.read() as connection:
                some = list(self._sources[kind](connection, rules, now, MOST))
        took = self._timer() - began
        self._due[kind] = began + min(SELDOMEST_S, took * REST)
        (self._floods.add if len(some) >= MOST else self._floods.discard)(kind)
        return some[:MOST]

    def _of_hub(self, connection: Connection, rules: Rules, now: int, _most: int) -> Iterator[Reading]:
        """What is wrong with the hub itself: its disk, what it takes in, what it tells people, too much to list."""
        free_mb = shutil.disk_usage(self._folder).free // 1_000_000
        if free_mb < DISK_WELL_MB:
            yield _hub(
                "disk", free_mb < DISK_LOW_MB, NOW if free_mb < DISK_FULL_MB else SOON, "disk-filling",
                {"free_mb": free_mb // 100 * 100},
            )  # fmt: skip
        for why in self._faults():
            yield _hub(why, fires=True, severity=NOW, code="not-storing", values={"why": why})
        rule = rules.of(Kind.HUB)
        waiting = connection.exec_driver_sql(_WAITING, (now - rule.clear_at * MINUTE_MS,)).one()
        if waiting.n:
            late = bool(rule.judge((now - waiting.since) / MINUTE_MS))
            yield _hub("notices", late, SOON, "notices-waiting", {"n": waiting.n, "since": waiting.since})
        failed = connection.exec_driver_sql(_FAILED, (now - 60 * MINUTE_MS,)).scalar_one()
        if failed:
            yield _hub("failing", failed >= FAILED, SOON, "notices-failing", {"n": failed})
        for kind in sorted(self._floods - {Kind.HUB}):
            yield _hub(f"flood {kind}", fires=True, severity=NOW, code="too-many", values={"most": MOST, "kind": kind})


def _hub(what: str, fires: bool, severity: int, code: str, values: dict[str, str | int]) -> Reading:
    return Reading(kind=Kind.HUB, about=(what,), fires=fires, severity=severity, code=code, values=values)
