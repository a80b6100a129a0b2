"""A GNSS receiver: NMEA 0183 on a port, as fast as it is set, whether somebody listens or not, with faults from a seed.

What does not fit into the port is lost, as on a real line, but always whole epochs: a reader that keeps up sees
no torn sentence other than those that are asked for.
"""

import json
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

from firmware_sim.drive import Drive
from firmware_sim.errors import SimError
from firmware_sim.nmea import Epoch, sentences
from firmware_sim.ports import Port
from firmware_sim.roads import EARTH_M, Point

_LONGEST_STEP_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GnssSettings:
    """`rate_hz` 1 to 10, and chances per epoch.

    `loss`: the fix is lost for a while; `jump`: the position is far off for one epoch; `corrupt`: one sentence is.
    """

    rate_hz: int = 1
    seed: int = 0
    loss: float = 0.0
    jump: float = 0.0
    corrupt: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.rate_hz <= 10:
            raise SimError(f"a receiver at {self.rate_hz} Hz is not possible: choose 1 to 10")
        for name in ("loss", "jump", "corrupt"):
            if not 0 <= getattr(self, name) <= 1:
                raise SimError(f"{name} is a chance per epoch, from 0 to 1, not {getattr(self, name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The bytes of one epoch; `fault` is loss, jump, corrupt or None."""

    epoch: Epoch
    data: bytes
    fault: str | None


class _Wobble:
    """The error of a receiver under open sky: wanders within a few metres, slowly."""

    def __init__(self, seed: random.Random, *, sigma_m: float = 1.2) -> None:
        self._seed = seed
        self._sigma = sigma_m
        self._east = self._north = 0.0

    def step(self) -> tuple[float, float]:
        """Metres east and north of the truth."""
        self._east = 0.95 * self._east + self._seed.gauss(0, 0.3 * self._sigma)
        self._north = 0.95 * self._north + self._seed.gauss(0, 0.3 * self._sigma)
        return self._east, self._north


class Signal:
    """Makes epochs out of a drive: pure, from the seed and the times that it is given."""

    def __init__(self, drive: Drive, settings: GnssSettings) -> None:
        self._drive = drive
        self._settings = settings
        self._random = random.Random(settings.seed)  # noqa: S311  # repeatable by its seed
        self._wobble = _Wobble(self._random)
        self._last_ms: int | None = None
        self._lost = 0

    def epoch(self, unix_ms: int) -> Output:
        """What the receiver says at this moment."""
        passed = 0.0 if self._last_ms is None else (unix_ms - self._last_ms) / 1000
        self._last_ms = unix_ms
        motion = self._drive.step(min(max(passed, 0.0), _LONGEST_STEP_S))
        fault = self._fault()
        east, north = self._wobble.step()
        if fault == "jump":
            east, north = east + self._random.choice((-5000, 5000)), north + self._random.uniform(-3000, 3000)
        lon, lat = _shifted(motion.at, east, north)
        epoch = Epoch(
            unix_ms=unix_ms,
            lat_deg=lat,
            lon_deg=lon,
            speed_mps=motion.speed_mps,
            heading_deg=motion.heading_deg,
            fix=fault != "loss",
        )
        lines = sentences(epoch)
        if fault == "corrupt":
            lines = self._corrupted(lines)
        return Output(epoch=epoch, data=b"".join(lines), fault=fault)

    def _fault(self) -> str | None:
        if self._lost:
            self._lost -= 1
            return "loss"
        drawn = self._random.random()
        for name in ("loss", "jump", "corrupt"):
            chance: float = getattr(self._settings, name)
            if drawn < chance:
                self._lost = self._random.randint(2, 15) if name == "loss" else 0
                return name
            drawn -= chance
        return None

    def _corrupted(self, lines: list[bytes]) -> list[bytes]:
        which = self._random.randrange(len(lines))
        line = bytearray(lines[which])
        # Flipping different bits of one character always breaks the XOR, so the line can be told to be wrong.
        line[self._random.randrange(1, len(line) - 5)] ^= self._random.choice((1, 2, 4, 8, 16))
        return [*lines[:which], bytes(line), *lines[which + 1 :]]


class Receiver:
    """Sends a signal to a port in real time; keeps a track file (a JSON line an epoch) if it is given one."""

    def __init__(
        self,
        port: Port,
        signal: Signal,
        *,
        rate_hz: int,
        track: Path | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.port = port
        self.sent = 0
        """Epochs that went out whole."""
        self.dropped = 0
        self._signal = signal
        self._step_ms = 1000 // rate_hz
        self._track = track
        self._wall = wall
        self._rest = b""

    def run(self, stop: Event) -> None:
        """Send until `stop` is set."""
        with _track_file(self._track) as write:
            next_ms = self._due()
            while not stop.wait(max(0.0, next_ms / 1000 - self._wall())):
                output = self._signal.epoch(next_ms)
                if self._send(output.data):
                    self.sent += 1
                    write(output, self.sent)
                else:
                    self.dropped += 1
                next_ms = max(next_ms + self._step_ms, self._due() - self._step_ms)

    def _due(self) -> int:
        return math.ceil(self._wall() * 1000 / self._step_ms) * self._step_ms

    def _send(self, data: bytes) -> bool:
        if not self.port.listening():
            if self._rest:
                self.port.purge()
            self._rest = b""
            return False
        if self._rest:
            self._rest = self._rest[self.port.write(self._rest) :]
        if self._rest:
            return False
        self.port.read()
        taken = self.port.write(data)
        self._rest = data[taken:] if taken else b""
        return taken > 0


class _track_file:  # noqa: N801  # reads as a function where it is used
    def __init__(self, path: Path | None) -> None:
        self._file = path.open("a", encoding="utf-8") if path is not None else None

    def __enter__(self) -> Callable[[Output, int], None]:
        return self._write

    def __exit__(self, *exc: object) -> None:
        if self._file is not None:
            self._file.close()

    def _write(self, output: Output, n: int) -> None:
        if self._file is not None:
            epoch = output.epoch
            line = {"n": n, "unix_ms": epoch.unix_ms, "lat": round(epoch.lat_deg, 7), "lon": round(epoch.lon_deg, 7)}
            self._file.write(json.dumps({**line, "fault": output.fault}) + "\n")
            self._file.flush()


def _shifted(at: Point, east_m: float, north_m: float) -> Point:
    lat = at[1] + math.degrees(north_m / EARTH_M)
    return at[0] + math.degrees(east_m / (EARTH_M * math.cos(math.radians(at[1])))), lat
