"""When a device says hello, what it sends next, and what it believes of what it hears. Pure: a state, fed events.

    OFFLINE --connected--> GREETING --all pages answered--> FLOWING
                              ^                                |
                              +--- silence, another hub run, a lower `through`, ten idle minutes ---+

Data goes out only while FLOWING. Nothing that arrives is believed but the hub's word under this device's latest
random number: the broker may lose, repeat, reorder and keep what it likes. The items themselves stay in the
outbox; next() says what to read there, sent() hears what became of it. Times are milliseconds of uptime;
randomness comes in with each event.
"""

from collections.abc import Iterable
from enum import Enum, auto

from edge.core.clock import HubClock
from edge.core.effects import Bind, Chance, Confirm, Effect, Say, SendBatch, Strangers
from edge.core.fills import Fills
from edge.core.greeting import Greeting
from edge.core.lane import Flight, LaneProgress
from edge.core.pace import ReceiptTime, Window, backoff_ms, idle_ms
from edge.core.turns import Turns
from wire.limits import BATCH_BYTES
from wire.messages import Lane, Receipt, Status, Welcome

HEAD_BYTES = 1024
"""What a batch needs beside its items and gaps, in bytes, at most."""


class Phase(Enum):
    """Where a device stands with the hub."""

    OFFLINE = auto()
    GREETING = auto()
    FLOWING = auto()


class Delivery:
    """The device's side of the wire."""

    def __init__(
        self, lanes: Iterable[tuple[str, Lane, int]], *, ledger: str | None, version: str = "", kind: str = ""
    ) -> None:
        """`lanes` are all that the outbox ever minted, with the last sequence of each, older streams first."""
        self.ledger = ledger
        self.foreign: str | None = None
        """A ledger that spoke to this device, which belongs to another: a person has to decide."""
        self.phase = Phase.OFFLINE
        self.window = Window()
        self.clock = HubClock()
        self.last_receipt_ms: int | None = None
        self._version, self._kind = version, kind
        self._lanes = {(stream, lane): LaneProgress(stream, lane, last) for stream, lane, last in lanes}
        self._greeting = Greeting()
        self._turns = Turns()
        self._fills = Fills()
        self._times = ReceiptTime()
        self._run: str | None = None
        self._heard_run: str | None = None
        self._strikes = 0
        self._hello_at: int | None = None
        self._silent_at: int | None = None
        self._idle_at: int | None = None
        self._quiet = False

    def connected(self, now: int, chance: Chance) -> list[Effect]:
        """The broker lets this device publish, and it hears receipts."""
        return [self._say(now, chance)]

    def disconnected(self) -> None:
        """The connection is gone. What was in flight is remembered, to tell a pass that failed."""
        self.phase = Phase.OFFLINE
        self._hello_at = self._silent_at = self._idle_at = self._heard_run = None

    def appended(self, stream: str, lane: Lane, last: int) -> None:
        """The outbox holds items of a lane up to `last`."""
        found = self._lanes.get((stream, lane))
        if found is None:
            found = self._lanes[stream, lane] = LaneProgress(stream, lane, known=True)
        if last > found.last:
            found.last = last
            self._turns.add(found)

    def due(self) -> int | None:
        """When tick() has something to do, if nothing else happens before."""
        if self._hello_at is not None:
            return self._hello_at
        times = [at for at in (self._silent_at, self._idle_at) if at is not None]
        return min(times, default=None)

    def tick(self, now: int, chance: Chance) -> list[Effect]:
        """Time has passed."""
        if self._hello_at is not None:
            return [self._say(now, chance)] if now >= self._hello_at else []
        if self._silent_at is not None and now >= self._silent_at:
            self.window.halve()
            self._want_hello(now, chance)
        elif self._idle_at is not None and now >= self._idle_at:
            return [self._say(now, chance)]
        return []

    def receive(self, message: Welcome | Receipt | Status, now: int, chance: Chance) -> list[Effect]:
        """Something came from the hub, or claims to."""
        if self.phase is Phase.OFFLINE:
            return []
        if self.ledger is not None and message.ledger != self.ledger:
            self.foreign = message.ledger
            return []
        if isinstance(message, Receipt):
            return self._receipt(message, now, chance)
        if isinstance(message, Welcome):
            return self._welcome(message, now, chance)
        if message.online and message.run != self._run:
            self._heard_run = message.run
            self._want_hello(now, chance)
        return []

    def next(self) -> SendBatch | None:
        """What to send now, if anything may be sent."""
        if self.phase is not Phase.FLOWING or self._quiet or self.ledger is None:
            return None
        room = self.window.has_room()
        lane = self._turns.choose(flying=self.window.batches_flying, room=room)
        if lane is not None:
            return self._batch(
                lane.stream,
                lane.lane,
                lane.head,
                lane.last,
                max_items=1 if lane.opaque else lane.limit,
                turn=lane.turn,
                opaque=lane.opaque,
            )
        fill = self._fills.next() if room else None
        if fill is None:
            return None
        return self._batch(
            fill.stream,
            Lane.FACTS,
            fill.after,
            fill.upto,
            max_items=fill.max_items,
            opaque=fill.opaque,
            fill=True,
        )

    def sent(self, batch: SendBatch, *, last: int, items: int, size: int, now: int) -> None:
        """A batch of so many items and bytes was published and covers up to `last`.

        A fill of no items was not published: nothing of it is here.
        """
        if batch.fill:
            self._fills.sent(last=last, items=items, size=size)
            if not items:
                return
        else:
            lane = self._lanes[batch.stream, batch.lane]
            lane.flying.append(Flight(batch.after, last, items, size, now))
            lane.head = last
            self._turns.sent(lane)
        if self._silent_at is None:
            self._silent_at = now + self._times.silence_ms()
        self._idle_at = None
        self.window.sent(size)

    def _batch(
        self,
        stream: str,
        lane: Lane,
        after: int,
        upto: int,
        *,
        max_items: int,
        turn: int = 0,
        opaque: bool = False,
        fill: bool = False,
    ) -> SendBatch:
        return SendBatch(
            ledger=self.ledger or "",
            hello=self._greeting.nonce,
            stream=stream,
            lane=lane,
            after=after,
            upto=upto,
            turn=turn,
            max_items=max_items,
            max_bytes=BATCH_BYTES - HEAD_BYTES,
            opaque=opaque,
            fill=fill,
        )

    def _say(self, now: int, chance: Chance) -> Say:
        """Greet under a fresh number. Whatever answers an older one means nothing from here on."""
        self.phase = Phase.GREETING
        self._greeting = Greeting(chance.nonce, self._lanes.values(), now=now)
        self._hello_at = self._idle_at = self._heard_run = None
        self._silent_at = now + self._times.silence_ms()
        return Say(self._greeting.pages(ledger=self.ledger, version=self._version, kind=self._kind))

    def _want_hello(self, now: int, chance: Chance) -> None:
        """Say hello soon, the later the more often nothing came of it; send nothing until it is answered."""
        self._quiet = True
        self._silent_at = None
        at = now + backoff_ms(self._strikes, chance.jitter)
        if self._hello_at is None or at < self._hello_at:
            self._hello_at = at
            self._strikes += 1

    def _welcome(self, message: Welcome, now: int, chance: Chance) -> list[Effect]:
        greeting = self._greeting
        if message.hello != greeting.nonce:
            return []
        if greeting.run not in {None, message.run}:
            self._heard_run = message.run
            self._want_hello(now, chance)
            return []
        if self.phase is not Phase.GREETING or not greeting.take(message):
            return []
        self.clock.measured(message.time, greeting.said_at, now)
        effects: list[Effect] = []
        if self.ledger is None:
            self.ledger = message.ledger
            effects.append(Bind(message.ledger))
        if greeting.complete:
            if (others := greeting.strangers()) is not None:
                effects.append(Strangers(others))
            effects.extend(self._begin(message, now, chance))
        return effects

    def _begin(self, message: Welcome, now: int, chance: Chance) -> list[Effect]:
        """All pages are answered: take the hub's word for every lane, also where it is less than before."""
        effects: list[Effect] = []
        for lane, through in self._greeting.through():
            if through != lane.through or not lane.known or through > lane.last:
                effects.append(Confirm(lane.stream, lane.lane, through, message.time))
            if lane.known and through > lane.through:
                self._strikes = 0
            lane.restart(through)
        self._turns.start(self._lanes.values())
        self._fills.start(gap for gap in self._greeting.open_gaps() if (gap[0], Lane.FACTS) in self._lanes)
        self.window.clear()
        self.phase = Phase.FLOWING
        self._run = message.run
        self._times.measured(now - self._greeting.said_at)
        self._silent_at = None
        self._idle_at = now + idle_ms(chance.jitter)
        if self._heard_run in {None, self._run}:  # else another run was heard of since this hello was said
            self._hello_at = None
            self._quiet = False
        self._heard_run = None
        return effects

    def _receipt(self, message: Receipt, now: int, chance: Chance) -> list[Effect]:
        lane = self._lanes.get((message.stream, message.lane))
        if message.hello != self._greeting.nonce or self.phase is not Phase.FLOWING or lane is None:
            return []
        if message.run != self._run or message.through < lane.through:
            self._want_hello(now, chance)
            return []
        self.last_receipt_ms = now
        effects: list[Effect] = []
        if message.lane is Lane.FACTS and (size := self._fills.landed(message.stream)) is not None:
            self.window.landed(size)
        if message.through > lane.through:
            effects.append(Confirm(message.stream, message.lane, message.through, message.time))
            self._progress(lane, message, now)
        if message.beyond and message.turn == lane.turn:
            self._go_back(lane)
        if self.window.batches_flying == 0:
            self._silent_at = None
            self._idle_at = now + idle_ms(chance.jitter)
        return effects

    def _progress(self, lane: LaneProgress, message: Receipt, now: int) -> None:
        for flight in lane.landed(message.through):
            self.window.landed(flight.size)
            self._times.measured(now - flight.at_ms)
            if flight.last == message.through and message.turn == lane.turn:
                self.clock.measured(message.time, flight.at_ms, now)
        self.window.grow()
        self._turns.heard(lane)
        self._strikes = 0
        if self._silent_at is not None:
            self._silent_at = now + self._times.silence_ms()

    def _go_back(self, lane: LaneProgress) -> None:
        """At once the first time at one `through`; after that the lane waits for silence and hello."""
        if lane.back_at == lane.through:
            lane.stalled = True
            return
        for flight in lane.flying:
            self.window.landed(flight.size)
        self.window.halve()
        lane.restart(lane.through)
        lane.turn += 1
        lane.back_at = lane.through
        self._turns.heard(lane)
