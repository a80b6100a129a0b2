"""What the hub asks of this device: commands taken, done once, and answered by facts. Driven by the uplink's thread.

edge/core/commands decides, edge/store/commands remembers; here both meet the clock and the world. What comes is put
into a short queue and worked off in few transactions; what does not fit into it comes again from the hub.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from edge.clock import Clock
from edge.core.commands import (
    FINAL,
    INSIDE,
    SAYS,
    Event,
    Kept,
    Move,
    State,
    arrival,
    found_started,
    moved,
    too_late,
    turn,
)
from edge.core.hubtime import HubTime, Span
from edge.errors import EdgeError
from edge.log import Log
from edge.store.commands import MOST_KEPT, Change, CommandLog
from edge.store.outbox import Outbox
from wire.codec import decode_order
from wire.display import shown
from wire.errors import DecodeError
from wire.messages import Command, Desired, Known, Outcome, OutcomeState, Welcome

MOST_WAITING: Final = 500
AT_ONCE: Final = 100
"""Commands in one transaction."""
FORGET_EVERY_MS: Final = 600_000
RETRY_MS: Final = 5_000
"""How long a disk that could not store is left alone."""

Outside = Callable[[], str | None]
"""Does something outside of the database. Returns what to say of it; None where only the end of this run shows it."""


class Step(NamedTuple):
    """A command and what happens to it; no move: what was told of it last is told again."""

    kept: Kept
    move: Move | None
    fresh: bool = False


class Orders:
    """Everything about commands on one device. Not thread-safe: the uplink's thread owns it once it was made."""

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        log: Log,
        *,
        outside: Mapping[str, Outside],
        refuses: Mapping[str, str],
        desired: Callable[[Desired], None] | None = None,
        known: Callable[[Known], None] | None = None,
    ) -> None:
        """`refuses`: commands that cannot be done here, with the reason. Raises OutboxError."""
        self._known = known
        self._outbox, self._clock, self._log = outbox, clock, log
        self._outside, self._refuses, self._desired = outside, refuses, desired
        self._kept = CommandLog(outbox)
        self._hub = HubTime()
        self._waiting: deque[Command] = deque()
        self._forget_at = self._rest_until = 0
        self._answered = False
        self._open = {kept.id: kept for kept in self._kept.unsettled()}
        self._over = [Step(kept, found_started(kept)) for kept in self._open.values() if kept.state is State.STARTED]
        """What has ended outside of the database and is not written down yet."""

    @property
    def hub_answered(self) -> bool:
        """Whether a hub answered since this was made."""
        return self._answered

    def asked(self, number: int, up: int) -> None:
        """A hello of this number leaves."""
        self._hub.asked(number, up)

    def answered(self, welcome: Welcome, up: int) -> None:
        """A welcome came. One of another ledger means nothing."""
        if welcome.ledger != self._outbox.ledger:
            return
        self._answered = True
        self._hub.answered(welcome.hello, welcome.time, up)

    def hear(self, payload: bytes) -> None:
        """Something came on this device's topic for orders. What cannot be understood is logged and dropped."""
        try:
            order = decode_order(payload)
        except DecodeError as error:
            self._log.warning("order-not-understood", why=str(error)[:200])
            return
        if isinstance(order, Desired):
            if self._desired is not None and order.ledger == self._outbox.ledger:
                self._desired(order)
        elif isinstance(order, Known):
            if self._known is not None and order.ledger == self._outbox.ledger:
                self._known(order)
        elif len(self._waiting) < MOST_WAITING:
            self._waiting.append(order)

    def work(self) -> bool:
        """Do what there is to do now. Whether there is more at once. Raises OutboxError: it is tried again later."""
        up = self._clock.up_ms()
        if up < self._rest_until:
            return False
        try:
            self._settle()
            self._take()
            self._do()
            self._forget(up)
        except EdgeError:
            self._rest_until = up + RETRY_MS
            raise
        span = self._span()
        return bool(self._waiting) or any(self._turn(kept, span) for kept in self._open.values())

    def _span(self) -> Span | None:
        """The hub's time at this moment: asked anew after every commit, which may have taken long."""
        return self._hub.at(self._clock.up_ms())

    def _take(self) -> None:
        """Commands that came, into the log."""
        if not self._waiting:
            return
        span = self._span()
        full = self._kept.count() + AT_ONCE > MOST_KEPT
        since = None if span is None else self._kept.since(span)
        steps: dict[str, Step] = {}
        for _ in range(min(AT_ONCE, len(self._waiting))):
            command = self._waiting.popleft()
            known = self._kept.find(command.id)
            if known is not None:
                if command.ledger == known.ledger and not self._kept.told(known):
                    steps.setdefault(known.id, Step(known, None))
                continue
            move = arrival(command, ledger=self._outbox.ledger, span=span, since=since, refuses=self._refuses)
            if move is not None and not full:
                steps.setdefault(command.id, Step(_new(command), move, fresh=True))
        self._write(list(steps.values()))

    def _do(self) -> None:
        """Accepted commands, as many as fit into one transaction; then what reaches out of it, one by one."""
        span = self._span()
        moves = (Step(kept, self._turn(kept, span)) for kept in self._open.values())
        ready = list(islice((step for step in moves if step.move is not None), AT_ONCE))
        self._write(ready)
        for step in ready:
            kept = self._open.get(step.kept.id)
            if kept is not None and kept.state is State.STARTED:
                self._reach_out(kept)
        self._settle()

    def _reach_out(self, kept: Kept) -> None:
        late = too_late(kept, self._span())
        if late is not None:
            self._over.append(Step(kept, late))
            return
        try:
            said = self._outside[kept.name]()
        except (EdgeError, OSError) as error:
            self._over.append(Step(kept, Move(Event.BROKE, str(error))))
            return
        if said is not None:
            self._over.append(Step(kept, Move(Event.WORKED, said)))

    def _settle(self) -> None:
        self._write(self._over)
        self._over.clear()

    def _turn(self, kept: Kept, span: Span | None) -> Move | None:
        if kept.state is not State.ACCEPTED:
            return None
        return turn(kept, ledger=self._outbox.ledger, span=span, refuses=self._refuses)

    def _write(self, steps: Sequence[Step]) -> None:
        """Log, effects and facts, in one transaction."""
        if not steps:
            return
        changes = [self._change(step) for step in steps]
        self._kept.write(changes, at_ms=self._clock.now_ms())
        for kept in (change.kept for change in changes):
            if kept.state in FINAL:
                self._open.pop(kept.id, None)
            else:
                self._open[kept.id] = kept
            self._log.info("command", id=kept.id, name=shown(kept.name), state=kept.state.value, why=shown(kept.detail))

    def _change(self, step: Step) -> Change:
        if step.move is None:
            return Change(kept=step.kept, outcome=self._outcome(step.kept))
        after = moved(step.kept, step.move, fresh=step.fresh)
        inside = step.move.event is Event.DID and after.name in INSIDE
        return Change(
            kept=after,
            outcome=None if after.state is State.STARTED else self._outcome(after),
            message=_text(after) if inside else None,
        )

    def _outcome(self, kept: Kept) -> Outcome:
        state = SAYS.get(kept.state, OutcomeState.ACCEPTED)
        return Outcome(at=self._clock.now_ms(), up=self._clock.up_ms(), id=kept.id, state=state, detail=kept.detail)

    def _forget(self, up: int) -> None:
        span = self._span()
        if span is not None and up >= self._forget_at:
            self._kept.forget(span)
            self._forget_at = up + FORGET_EVERY_MS


def _new(command: Command) -> Kept:
    """A command as it will stand in the log, once something became of it."""
    return Kept(
        id=command.id,
        ledger=command.ledger,
        name=command.name,
        args=command.args,
        expires=command.expires,
        state=State.ACCEPTED,
    )


def _text(kept: Kept) -> str:
    """What the person at the device reads."""
    return kept.args["text"] if kept.name == "message" else "Somebody at the hub is looking for this device."
