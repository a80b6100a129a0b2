"""The device's end of the wire: the only part of the agent that speaks MQTT (with edge/link.py, its connection).

One thread does it all: it makes a connection, feeds core/delivery with what comes and with the time, and does what
that decides. Everything that must survive is in the outbox; this thread may die at any moment.
"""

import os
import random
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from edge.clock import uptime_ms
from edge.config import Settings
from edge.core.delivery import Delivery, Phase
from edge.core.effects import Bind, Chance, Confirm, Effect, Say, SendBatch, Strangers
from edge.core.pace import retry_ms
from edge.crew import Pulse
from edge.link import Link, LinkError
from edge.log import Log
from edge.packing import pack
from edge.store.errors import OutboxError
from edge.store.outbox import Outbox
from edge.version import VERSION
from wire import topics
from wire.codec import decode_down, decode_status, encode
from wire.errors import DecodeError
from wire.limits import MAX_SEQUENCE
from wire.messages import Now, Presence, Receipt, Status, Welcome, batch_name

NOW_EVERY_MS = 1_000
MAINTAIN_EVERY_MS = 2_000
LONGEST_POLL_S = 1.0
_NOT_THE_NEWEST = (
    "the hub knows runs of this device that its outbox does not: it is an older copy, or a new one; what is in it is"
    " delivered, and no number for a unit that was reserved before is given any more"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkStatus:
    """How delivery stands. `problem` is what keeps it from going on, in words."""

    connected: bool
    phase: str
    connection: str
    ledger: str | None
    foreign_ledger: str | None
    window_batches: int
    batches_flying: int
    last_receipt_age_s: float | None
    connections: int
    problem: str | None


class OrderDesk(Protocol):
    """Who takes what the hub asks of this device; called by the uplink's thread alone."""

    def asked(self, number: int, up: int) -> None:
        """A hello of this number leaves, at this uptime."""

    def answered(self, welcome: Welcome, up: int) -> None:
        """A welcome came."""

    def hear(self, payload: bytes) -> None:
        """Something came on the topic for orders."""

    def work(self) -> bool:
        """Do what there is to do now. Whether there is more at once. Raises OutboxError."""


class Uplink:
    """Delivers what the outbox holds, from start() to stop()."""

    def __init__(self, settings: Settings, outbox: Outbox, log: Log, orders: OrderDesk | None = None) -> None:
        self._settings, self._outbox, self._log, self._orders = settings, outbox, log, orders
        self._device = settings.device.name
        self._up, self._now_topic = (topics.build(self._device, leaf) for leaf in (topics.Leaf.UP, topics.Leaf.NOW))
        self._presence = topics.build(self._device, topics.Leaf.PRESENCE)
        self._cmd = topics.build(self._device, topics.Leaf.CMD)
        self._reads = (topics.build(self._device, topics.Leaf.RECEIPT), self._cmd, topics.STATUS)
        self._run = secrets.token_hex(8)
        self._dice = random.SystemRandom()
        self._core = Delivery(outbox.lanes(), ledger=outbox.ledger, version=VERSION, kind=settings.device.kind)
        self._link: Link | None = None
        self._thread: threading.Thread | None = None
        self.pulse = Pulse()
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)
        self._woken = False
        self._newest: Now | None = None
        self._now_at = self._maintain_at = 0
        self._retries = self._connections = 0
        self._problem: str | None = None
        self.greeted = False
        """Whether a hub answered all of a hello in this run, and what follows from that is written down."""
        self.refusal = ""
        """Why the hub did not take this device's certificate: one of edge.trust's words, or nothing."""

    @property
    def connected(self) -> bool:
        """Whether a broker serves this device."""
        return self._link is not None and self._link.ready

    @property
    def flowing(self) -> bool:
        """Whether a hub answered, so that items are on their way."""
        return self.connected and self._core.phase is Phase.FLOWING

    @property
    def foreign_ledger(self) -> str | None:
        """The ledger of a hub that answers though this device belongs to another: a person has to rebind it."""
        return self._core.foreign

    @property
    def last_receipt_age_s(self) -> float | None:
        at = self._core.last_receipt_ms
        return None if at is None else (uptime_ms() - at) / 1000

    def hub_ms(self) -> int | None:
        """The hub's time now, as it said in this boot, less its error; None before the first contact."""
        best = self._core.clock.best
        return None if best is None else best.base + uptime_ms() - best.error

    def start(self) -> None:
        """Begin. Once only."""
        self._outbox.on_change = self.wake
        self._thread = threading.Thread(target=self._main, name="uplink", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye and end, within a few seconds. May be called again."""
        self._stopping.set()
        self.wake()
        if self._thread is None:
            return
        self._thread.join()
        self._thread = None
        self._outbox.on_change = _nothing
        os.close(self._wake_read)
        self._wake_write, gone = -1, self._wake_write
        os.close(gone)

    def wake(self) -> None:
        """There is something to do. From any thread, and quick."""
        if self._woken:
            return
        self._woken = True
        with suppress(OSError):  # full, so it is awake; or stopped
            os.write(self._wake_write, b"!")

    def set_now(self, now: Now) -> None:
        """The device's newest state, for live screens: the newest is sent, once a second at most."""
        self._newest = now

    def status(self) -> UplinkStatus:
        """How it stands, from any thread."""
        core, link = self._core, self._link
        return UplinkStatus(
            connected=self.connected,
            phase=core.phase.name.lower(),
            connection=link.client_id if link is not None else "",
            ledger=core.ledger,
            foreign_ledger=core.foreign,
            window_batches=core.window.batches,
            batches_flying=core.window.batches_flying,
            last_receipt_age_s=self.last_receipt_age_s,
            connections=self._connections,
            problem=self._problem,
        )

    def _main(self) -> None:
        while not self._stopping.is_set():
            self.pulse.beat()
            try:
                self._session()
            except (LinkError, OutboxError) as error:
                self.refusal = error.refusal if isinstance(error, LinkError) else ""
                self._note(str(error))
            finally:
                self._core.disconnected()
            end = time.monotonic() + retry_ms(self._retries, self._dice.random()) / 1000
            self._retries += 1
            while not self._stopping.wait(min(MAINTAIN_EVERY_MS / 1000, max(0.0, end - time.monotonic()))):
                self.pulse.beat()
                self._maintain()
                if time.monotonic() >= end:
                    break

    def _session(self) -> None:
        """One connection, from the first packet to the last."""
        connection = f"relay-{secrets.token_hex(8)}"
        link = self._link = Link(
            self._settings.hub,
            client_id=connection,
            will=(self._presence, self._present(connection, online=False)),
            topics=self._reads,
            wake=self._wake_read,
        )
        try:
            while not link.ready and not self._stopping.is_set():
                self.pulse.beat()
                link.poll(LONGEST_POLL_S)
            if not self._stopping.is_set():
                self._connections += 1
                self.refusal = ""
                self._log.info("connected", connection=connection)
                link.publish(self._presence, self._present(connection, online=True), retain=True)
                self._do(link, self._core.connected(uptime_ms(), self._chance()))
            while not self._stopping.is_set():
                self._turn(link)
        finally:
            self._link = None
            stopping = self._stopping.is_set()
            link.close((lambda: self._goodbye(link, connection)) if stopping else None)

    def _turn(self, link: Link) -> None:
        """Wait for something, and do what follows from it."""
        self.pulse.beat()
        due, now = self._core.due(), uptime_ms()
        wait = LONGEST_POLL_S if due is None else min(LONGEST_POLL_S, (due - now) / 1000)
        link.poll(0.0 if link.events else wait)
        self._woken = False
        while link.events:
            self._hear(link, *link.events.popleft())
        self._work()
        now = uptime_ms()
        self._do(link, self._core.tick(now, self._chance()))
        for stream, lane, last in self._outbox.growing():
            self._core.appended(stream, lane, last)
        while (batch := self._core.next()) is not None:
            self._send(link, batch)
        if self._newest is not None and now >= self._now_at:
            newest, self._newest, self._now_at = self._newest, None, now + NOW_EVERY_MS
            link.publish(self._now_topic, encode(newest), qos=0)
        self._maintain()

    def _hear(self, link: Link, topic: str, payload: bytes) -> None:
        message: Welcome | Receipt | Status
        if topic == self._cmd:
            if self._orders is not None:
                self._orders.hear(payload)
            return
        try:
            message = decode_status(payload) if topic == topics.STATUS else decode_down(payload)
        except DecodeError as error:
            self._log.warning("hub-not-understood", topic=topic, why=str(error)[:200])
            return
        foreign = self._core.foreign
        self._do(link, self._core.receive(message, uptime_ms(), self._chance()))
        self._keep_clock()
        if isinstance(message, Welcome):
            if self._orders is not None:
                self._orders.answered(message, uptime_ms())
            if self.flowing:
                self._retries, self._problem, self.greeted = 0, None, True
        if self._core.foreign != foreign:
            self._note(f"a hub of ledger {message.ledger} answers, but this device belongs to {self._core.ledger}")

    def _do(self, link: Link, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Confirm():
                    self._log.debug("confirmed", lane=f"{effect.stream}/{effect.lane.value}", through=effect.through)
                    self._outbox.confirm(effect.stream, effect.lane, effect.through, effect.hub_ms)
                case Strangers():
                    if self._outbox.doubt("streams", effect.streams):
                        self._log.warning("outbox-not-the-newest", next=_NOT_THE_NEWEST)
                case Bind():
                    self._outbox.bind(effect.ledger)
                case Say():
                    if self._orders is not None:
                        self._orders.asked(effect.pages[0].hello, uptime_ms())
                    for page in effect.pages:
                        link.publish(self._up, encode(page))

    def _send(self, link: Link, batch: SendBatch) -> None:
        now = uptime_ms()  # before it can have arrived: the hub's answer tells the time, too
        payload, chunk = pack(self._outbox, batch)
        if payload is not None:
            link.publish(self._up, payload)
            name = batch_name(batch.stream, batch.lane, batch.after, chunk.last)
            self._log.debug("batch-sent", batch=name, hello=batch.hello, turn=batch.turn)
        size = 0 if payload is None else len(payload)
        self._core.sent(batch, last=chunk.last, items=len(chunk.items), size=size, now=now)

    def _work(self) -> None:
        """Orders: what they make is a fact, which this thread then sends."""
        if self._orders is None:
            return
        try:
            if self._orders.work():
                self.wake()
        except OutboxError as error:
            self._note(str(error))

    def _keep_clock(self) -> None:
        """What the hub said of the time is known from here on, also where it cannot be written down."""
        heard = self._core.clock.heard
        while heard:
            try:
                self._outbox.observe(heard.popleft())
            except OutboxError as error:
                self._note(str(error))

    def _maintain(self) -> None:
        now = uptime_ms()
        if now < self._maintain_at:
            return
        self._maintain_at = now + MAINTAIN_EVERY_MS
        try:
            self._outbox.maintain()
        except OutboxError as error:
            self._note(str(error))

    def _present(self, connection: str, *, online: bool) -> bytes:
        at = time.time_ns() // 1_000_000
        kind = self._settings.device.kind
        return encode(Presence(run=self._run, connection=connection, online=online, at=at, version=VERSION, kind=kind))

    def _goodbye(self, link: Link, connection: str) -> None:
        link.publish(self._presence, self._present(connection, online=False), retain=True)

    def _chance(self) -> Chance:
        return Chance(self._dice.randint(1, MAX_SEQUENCE), self._dice.random())

    def _note(self, problem: str) -> None:
        """Said once, not at every try."""
        if problem != self._problem:
            self._problem = problem
            self._log.warning("uplink", problem=problem)


def _nothing() -> None:
    """Nobody waits for changes any more."""
