"""A GNSS receiver on a serial port: bytes to fixes, thinned to what is worth keeping, stored in small groups.

Fixes are telemetry: they never touch stock, and a fix that cannot be stored (a full disk) is counted and let go.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from edge.config import GnssSettings
from edge.core.anchors import Anchor, Soonest, received
from edge.drivers.serial_port import Line
from edge.errors import EdgeError
from edge.frames.gnss import Reading
from edge.frames.nmea import NmeaReader
from edge.log import Log
from wire.messages import AnyItem, Fix, Quality

QUIET_S: Final = 1.5
"""After so long without a byte what is held is handed on: longer than a receiver's second."""

_GROUP_MS: Final = 1_000
_TIMELY: Final = frozenset({Quality.GNSS, Quality.DIFFERENTIAL, Quality.RTK})


class TelemetryStore(Protocol):
    """What a receiver needs of the outbox."""

    def append_telemetry(self, items: Sequence[AnyItem], /) -> object:
        """Keep them. Raises EdgeError: none is stored."""

    def observe(self, anchor: Anchor, /) -> None:
        """Learn what time it is. Raises EdgeError."""


class Clocks(Protocol):
    """Unix time and uptime, in ms."""

    def now_ms(self) -> int: ...
    def up_ms(self) -> int: ...


class GnssCounts(msgspec.Struct):
    """What happened at one receiver since the agent started; `sats` and `last_at` are of the last fix."""

    fixes: int = 0
    kept: int = 0
    not_stored: int = 0
    last_at: int | None = None
    sats: int | None = None


class GnssSession:
    """One receiver's fixes. `show` gets each kept fix at once, for live screens."""

    def __init__(
        self, settings: GnssSettings, outbox: TelemetryStore, clock: Clocks, show: Callable[[Fix], None], log: Log
    ) -> None:
        self.counts = GnssCounts()
        self._rate_hz = settings.rate_hz
        self._outbox = outbox
        self._clock = clock
        self._show = show
        self._log = log
        self._reader = NmeaReader()
        self._slot: int | None = None
        self._group: list[Fix] = []
        self._soonest = Soonest()
        self._storing = True

    def opened(self) -> None:
        """A receiver may have moved far while it was unplugged: nothing of before is carried on."""
        self._reader = NmeaReader()
        self._soonest = Soonest()

    def received(self, data: bytes, line: Line) -> None:  # noqa: ARG002 - a receiver is never answered
        readings = self._reader.feed(data)
        self._take(readings)
        if readings:
            self._tell_time(readings[-1])
        if self._group and self._clock.up_ms() - self._group[0].up >= _GROUP_MS:
            self._store()

    def quiet(self, line: Line) -> None:  # noqa: ARG002
        self.closed()

    def closed(self) -> None:
        self._take(self._reader.flush())
        self._store()

    def _tell_time(self, newest: Reading) -> None:
        """A receiver's time is true. Of several moments the one counts that was told the soonest."""
        if newest.quality not in _TIMELY:
            return
        soonest = self._soonest.add(received(newest.t_ms, self._clock.up_ms()))
        if soonest is None:
            return
        try:
            self._outbox.observe(soonest)
        except (EdgeError, OSError) as error:
            self._log.warning("time-not-kept", why=str(error))

    def _store(self) -> None:
        group, self._group = self._group, []
        if not group:
            return
        try:
            self._outbox.append_telemetry(group)
        except (EdgeError, OSError) as error:
            self.counts.not_stored += len(group)
            if self._storing:
                self._log.error("fixes-not-stored", why=str(error))
            self._storing = False
            return
        self.counts.kept += len(group)
        if not self._storing:
            self._log.info("fixes-stored-again", not_stored=self.counts.not_stored)
        self._storing = True

    def _take(self, readings: list[Reading]) -> None:
        for reading in readings:
            self.counts.fixes += 1
            self.counts.last_at = self._clock.now_ms()
            self.counts.sats = reading.sats
            self._thin(reading)

    def _thin(self, reading: Reading) -> None:
        """At most one fix per slot of the receiver's own time, so that bursts and delays on the line do not matter."""
        slot = reading.t_ms * self._rate_hz // 1_000
        if slot == self._slot:
            return
        self._slot = slot
        fix = Fix(
            at=self._clock.now_ms(),
            up=self._clock.up_ms(),
            t=reading.t_ms,
            lat_e7=reading.lat_e7,
            lon_e7=reading.lon_e7,
            quality=reading.quality,
            alt_cm=reading.alt_cm,
            speed_cms=reading.speed_cms,
            heading_cd=reading.heading_cd,
            hdop_c=reading.hdop_c,
            sats=reading.sats,
        )
        self._group.append(fix)
        self._show(fix)
