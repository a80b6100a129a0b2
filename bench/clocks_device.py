"""A device whose clocks and contacts are made up, and whose outbox, delivery and GNSS reading are the real ones."""

import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.clocks_hub import SmallHub
from edge.config import GnssSettings
from edge.core.anchors import FASTEST, WANDER
from edge.core.delivery import Delivery
from edge.core.effects import Bind, Chance, Confirm, Effect, Say
from edge.drivers.gnss import GnssSession
from edge.drivers.serial_port import Line
from edge.log import LineLog
from edge.packing import pack
from edge.store.outbox import Outbox
from firmware_sim.nmea import Epoch, sentences
from wire.codec import encode
from wire.messages import AnyItem, Receipt, Welcome

HOUR_MS = 3_600_000.0
NO_LINE = Line.__new__(Line)
"""A receiver is never answered."""


class Quartz:
    """True time and uptime of one boot: the rate stays within WANDER around a centre, and changes every few hours."""

    def __init__(self, rng: random.Random, centre: float, began: float, length: float) -> None:
        self._ups, self._trues = [0.0], [began]
        while self._ups[-1] < length:
            part = rng.uniform(0.2, 12) * HOUR_MS
            rate = centre + rng.uniform(-WANDER / 2, WANDER / 2)
            self._ups.append(self._ups[-1] + part)
            self._trues.append(self._trues[-1] + part * (1 + rate))

    def up(self, true: float) -> float:
        """The uptime at a true time."""
        place = min(max(1, bisect_right(self._trues, true)), len(self._trues) - 1)
        a, b, x, y = self._trues[place - 1], self._trues[place], self._ups[place - 1], self._ups[place]
        return x + (true - a) * (y - x) / (b - a)

    def true(self, up: float) -> float:
        """The true time at an uptime."""
        place = min(max(1, bisect_right(self._ups, up)), len(self._ups) - 1)
        a, b, x, y = self._ups[place - 1], self._ups[place], self._trues[place - 1], self._trues[place]
        return x + (up - a) * (y - x) / (b - a)


def centre(rng: random.Random) -> float:
    """The rate of some quartz, up to 100 ppm either way."""
    return rng.uniform(-1, 1) * (FASTEST - WANDER / 2)


@dataclass
class World:
    """True time, Unix ms, and who wants to know that it went on."""

    rng: random.Random
    true: float
    after: list[Callable[[], None]] = field(default_factory=list)


class Device:
    """One device over all its boots. Its wall clock says what `wall` is beside uptime, and jumps when told to."""

    def __init__(self, folder: Path, name: str, world: World, hub: SmallHub) -> None:
        self.name, self.world, self.hub = name, world, hub
        self.wall = 0.0
        self._path = folder / "outbox.db"
        self._rate = centre(world.rng)
        self._boots = 0
        self._delay = 5.0

    # The two clocks, as the agent's own drivers ask for them

    def now_ms(self) -> int:
        return int(self.quartz.up(self.world.true) + self.wall)

    def up_ms(self) -> int:
        return int(self.quartz.up(self.world.true))

    def boot(self, length: float) -> None:
        """Switch on, for `length` at most."""
        self._boots += 1
        rng = self.world.rng
        self.quartz = Quartz(rng, self._rate, self.world.true, length)
        self.outbox = Outbox.open(
            self._path,
            device=self.name,
            now_ms=self.now_ms(),
            stream_factory=lambda: f"{rng.getrandbits(64):016x}",
            boot=f"boot-{self._boots}",
        )
        self._core = Delivery(self.outbox.lanes(), ledger=self.outbox.ledger)
        settings = GnssSettings(port="/dev/null", baud=9600, rate_hz=1)
        self._gnss = GnssSession(settings, self.outbox, self, lambda _fix: None, LineLog())
        self._gnss.opened()
        self._online = False

    def off(self) -> None:
        """The battery is out."""
        self.outbox.close()

    def keep(self, item: AnyItem) -> None:
        """A person scans."""
        self.outbox.append_facts([item])
        self._pump()

    def pass_to(self, true: float) -> None:
        """Let time go on; who is online says hello when it is due."""
        while self._online and (due := self._core.due()) is not None and self.quartz.true(due + 1) < true:
            self.world.true = max(self.world.true, self.quartz.true(due + 1))
            self._do(self._core.tick(self.up_ms(), self._chance()))
        self.world.true = max(self.world.true, true)

    def connect(self) -> None:
        """Find a network, of whatever quality."""
        self._online, self._delay = True, self.world.rng.choice([2.0, 40.0, 300.0, 1_200.0])
        self._do(self._core.connected(self.up_ms(), self._chance()))

    def disconnect(self) -> None:
        if self._online:
            self._online = False
            self._core.disconnected()

    def drive(self, seconds: int, place: tuple[float, float]) -> None:
        """A receiver speaks for a while, each second, with its usual delay."""
        first = int(self.world.true // 1000) + 1
        for second in range(first, first + seconds):
            epoch = Epoch(unix_ms=second * 1000, lat_deg=place[0], lon_deg=place[1], speed_mps=0.0)
            self.pass_to(second * 1000 + self.world.rng.uniform(60, 900))
            self._gnss.received(b"".join(sentences(epoch)), NO_LINE)
        self._pump()

    def _chance(self) -> Chance:
        return Chance(self.world.rng.randint(1, 2**53 - 1), self.world.rng.random())

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Bind):
                self.outbox.bind(effect.ledger)
            elif isinstance(effect, Confirm):
                self.outbox.confirm(effect.stream, effect.lane, effect.through, effect.hub_ms)
            elif isinstance(effect, Say):
                self._exchange([encode(page) for page in effect.pages])

    def _pump(self) -> None:
        for stream, lane, last in self.outbox.growing():
            self._core.appended(stream, lane, last)
        payloads = []
        while self._online and (batch := self._core.next()) is not None:
            payload, chunk = pack(self.outbox, batch)
            size = len(payload or b"")
            self._core.sent(batch, last=chunk.last, items=len(chunk.items), size=size, now=self.up_ms())
            if payload is not None:
                payloads.append(payload)
        if payloads:
            self._exchange(payloads)

    def _exchange(self, payloads: list[bytes]) -> None:
        """Messages go, answers come, each way as slow as it likes."""
        self.world.true += self.world.rng.random() * self._delay
        answers = self.hub.take(self.name, payloads, int(self.world.true))
        for tell in self.world.after:
            tell()
        self.world.true += self.world.rng.random() * self._delay
        for answer in answers:
            self._hear(answer)
        self._pump()

    def _hear(self, answer: Welcome | Receipt) -> None:
        effects = self._core.receive(answer, self.up_ms(), self._chance())
        while self._core.clock.heard:
            self.outbox.observe(self._core.clock.heard.popleft())
        self._do(effects)
