"""A device's orders, a broker and a hub in one thread, with every fault that commands have to bear; from one seed.

The device is edge.orders on a real database without a disk, the hub's decisions are hub.core.commands. A crash may come
before and after every commit, and the disk may be slow in it. A broken promise raises BrokenError.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from edge.core.hubtime import Span
from edge.orders import Orders
from edge.store import salvage
from edge.store.commands import CommandLog
from edge.store.schema import MIGRATIONS
from hub.core.commands import LIFE, State, to_ask
from tests.support.delivery_device import BrokenError
from tests.support.edge_doubles import Quiet
from wire import codec
from wire.messages import Command, Outcome, OutcomeState, Welcome

LEDGER = "1" * 16
NAMES = ("message", "message", "message", "restart", "report-health", "fly")
SLOWEST_MS = 900


class CrashError(Exception):
    """The agent dies here."""


class Disk:
    """What an outbox is to commands: facts and tables beside them, committed together."""

    ledger = LEDGER

    def __init__(self, world: "World") -> None:
        self.world = world
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        for step in MIGRATIONS:
            self.db.executescript(step)
        self.last = 0

    def keep(self, facts: Sequence[Outcome], also) -> None:
        self.db.execute("BEGIN")
        first = self.last + 1
        for number, fact in enumerate(facts, first):
            self.db.execute("INSERT INTO facts VALUES (?, ?)", (number, codec.encode_item(fact)))
        also(self.db, range(first, first + len(facts)))
        self.world.now += self.world.rng.choice((0, 0, 0, SLOWEST_MS)) if self.world.chaos else 0
        if self.world.falls():
            self.db.execute("ROLLBACK")
            raise CrashError
        self.db.execute("COMMIT")
        self.last += len(facts)
        self.world.committed(self)
        if self.world.falls():
            raise CrashError

    def ask(self, query: str, *values: object) -> list[tuple]:
        return self.db.execute(query, values).fetchall()

    def salvaged(self) -> "Disk":
        """A new file with what could be read of this one."""
        made = Disk(self.world)
        made.last = self.last
        for (id_,) in self.ask("SELECT id FROM commands"):
            if self.world.rng.random() < 0.3:
                self.db.execute("DELETE FROM commands WHERE id = ?", (id_,))
        for (id_,) in self.ask("SELECT id FROM facts"):
            if self.world.rng.random() < 0.3:
                self.db.execute("DELETE FROM facts WHERE id = ?", (id_,))
        salvage._copy_commands(self.db, made.db)
        made.db.executemany("INSERT INTO facts VALUES (?, ?)", self.ask("SELECT id, payload FROM facts"))
        return made


class Clock:
    """The device's clocks: the wall clock is as wrong as it likes, uptime only goes on, a little too fast or slow."""

    def __init__(self, world: "World") -> None:
        self.world, self.rate, self.boot = world, 1 + world.rng.uniform(-1e-4, 1e-4), world.now
        self.off = world.rng.choice((0, -(10**9), 10**9))

    def up_ms(self) -> int:
        return 5 + int((self.world.now - self.boot) * self.rate)

    def now_ms(self) -> int:
        return self.world.now + self.off


class Watched(Orders):
    """Tells the world which command reaches out of the database."""

    world: "World"

    def _reach_out(self, kept) -> None:
        asked = self._outside
        self._outside = {name: self._told(kept.id, does) for name, does in asked.items()}
        super()._reach_out(kept)
        self._outside = asked

    def _told(self, id_, does):
        return lambda: (self.world.effect(id_), does())[1]


class Device:
    """An agent that may die at any moment, and its disk."""

    def __init__(self, world: "World") -> None:
        self.world, self.disk = world, Disk(world)
        self.inbox: list[bytes] = []
        self.number = 0
        self.boot()

    def boot(self, *, reboot: bool = True) -> None:
        """The agent starts, perhaps with the machine."""
        self.again = False
        self.world.started_at = self.world.now
        if reboot or not hasattr(self, "clock"):
            self.clock = Clock(self.world)
        outside = {"restart": self._restart, "report-health": lambda: "sent"}
        self.orders = Watched(self.disk, self.clock, Quiet(), outside=outside, refuses={})
        self.orders.world = self.world
        self.world.change(self)

    def _restart(self) -> None:
        self.again = True

    def work(self, rounds: int = 1) -> None:
        """Some turns of the uplink's loop."""
        try:
            for _ in range(rounds):
                more = self.orders.work()
                if self.again:
                    self.boot(reboot=False)
                elif not more:
                    return
        except CrashError:
            self.boot(reboot=self.world.rng.random() < 0.5)


@dataclass
class Hub:
    """What survives the hub."""

    commands: dict[str, tuple[Command, State]] = field(default_factory=dict)
    through: int = 0


class World:
    """Everything, and the promises."""

    def __init__(self, seed: int, mutants: frozenset[str] = frozenset()) -> None:
        self.rng = random.Random(seed)
        self.mutants = mutants
        self.now = 1_800_000_000_000
        self.chaos = True
        self.risk = self.rng.choice((0.0, 0.02, 0.1))
        self.issued: dict[str, Command] = {}
        self.effects: Counter[str] = Counter()
        self.logged: set[str] = set()
        self.messages = self.started_at = 0
        self.hub, self.backup = Hub(), Hub()
        self.past: list[bytes] = []
        self.device = Device(self)

    def falls(self) -> bool:
        return self.chaos and self.rng.random() < self.risk

    # -- what must never happen

    def effect(self, id_: str) -> None:
        self.effects[id_] += 1
        if self.effects[id_] > 1:
            raise BrokenError(f"{id_} is done twice")
        if self.now >= self.issued[id_].expires:
            raise BrokenError(f"{id_} is done {self.now - self.issued[id_].expires} ms after it expired")

    def committed(self, disk: Disk) -> None:
        """A commit of the device: what is new in it."""
        for number, id_ in disk.ask("SELECT no, command FROM messages WHERE no > ? ORDER BY no", self.messages):
            self.messages = number
            self.effect(id_)
        self.logged.update(row[0] for row in disk.ask("SELECT id FROM commands"))

    def check(self) -> None:
        """What the hub says is what the device said, and true."""
        for id_, (command, state) in self.hub.commands.items():
            if state is not State.WAITING and id_ not in self.logged:
                raise BrokenError(f"{id_} is shown as {state}, and no device ever had it")
            done = self.effects[id_]
            if state is State.DONE and command.name == "restart" and self.started_at >= command.issued:
                continue  # that the agent fell before it could begin anew by itself comes to the same
            if (state is State.DONE and not done) or (state in {State.REFUSED, State.EXPIRED} and done):
                raise BrokenError(f"{command.name} {id_} is shown as {state}, and was done {done} times")

    # -- what happens

    def issue(self) -> None:
        life = self.rng.choice((1_500, 5_000, 60_000, 3_600_000))
        name = self.rng.choice(NAMES)
        command = Command(
            id=f"{self.rng.getrandbits(64):016x}", ledger=LEDGER, name=name, issued=self.now, expires=self.now + life,
            args={"text": "hello"} if name == "message" else {},
        )  # fmt: skip
        self.issued[command.id] = command
        self.hub.commands[command.id] = (command, State.WAITING)

    def ask(self) -> None:
        """The hub says what is unanswered."""
        for id_, (command, state) in self.hub.commands.items():
            if to_ask(state, command.expires, self.now):
                self.past.append(codec.encode(command))
                for _ in range(self.fate()):
                    self.device.inbox.append(self.past[-1])
                if "believe-the-broker" in self.mutants:
                    self.hub.commands[id_] = (command, State.DELIVERED)

    def fate(self) -> int:
        chance = self.rng.random() if self.chaos else 1.0
        return 0 if chance < 0.1 else 2 if chance < 0.25 else 1

    def hello(self) -> None:
        """A round trip, as long as it likes; the stamp is made somewhere in it."""
        device = self.device
        device.number += 1
        device.orders.asked(device.number, device.clock.up_ms())
        self.now += self.rng.choice((1, 30, 2_000)) if self.chaos else 1
        stamp = self.now
        self.now += self.rng.choice((1, 30, 2_000)) if self.chaos else 1
        if not self.chaos or self.rng.random() < 0.8:
            welcome = Welcome(ledger=LEDGER, run="2" * 16, time=stamp, hello=device.number)
            device.orders.answered(welcome, device.clock.up_ms())

    def hear(self, most: int) -> None:
        inbox = self.device.inbox
        for _ in range(min(most, len(inbox))):
            self.device.orders.hear(inbox.pop(self.rng.randrange(len(inbox)) if self.chaos else 0))

    def deliver(self, most: int) -> None:
        """The hub takes facts that it lacks, and commits them."""
        query = "SELECT id, payload FROM facts WHERE id > ? ORDER BY id LIMIT ?"
        for number, payload in self.device.disk.ask(query, self.hub.through, most):
            self.hub.through = number
            said = codec.decode_item(payload)
            known = self.hub.commands.get(said.id)
            if known is not None:
                self.hub.commands[said.id] = (known[0], LIFE[known[1], OutcomeState(said.state)])

    def act(self) -> None:  # noqa: PLR0912 - one arm a kind of event
        rng, device = self.rng, self.device
        match rng.choices(list(ACTS), list(ACTS.values()))[0]:
            case "issue":
                self.issue()
            case "ask":
                self.ask()
            case "hello":
                self.hello()
            case "hear":
                self.hear(rng.randint(1, 8))
            case "work":
                device.work(rng.randint(1, 3))
            case "deliver":
                self.deliver(rng.randint(1, 5))
            case "time":
                self.now += rng.choice((10, 300, 3_000, 40_000, 4_000_000))
            case "late":
                device.inbox.extend(rng.sample(self.past, min(len(self.past), 3)))
            case "agent dies":
                device.boot(reboot=rng.random() < 0.5)
            case "backup":
                self.backup = deepcopy(self.hub)
            case "restore":
                self.hub = deepcopy(self.backup)
            case "trim":
                device.disk.db.execute("DELETE FROM facts WHERE id <= ?", (self.hub.through,))
            case "salvage":
                device.disk = device.disk.salvaged()
                device.boot(reboot=False)
        self.check()

    def settle(self) -> None:
        """From here on nothing goes wrong: of every command that the hub knows the end must be known, soon."""
        self.chaos = False
        for _ in range(200):
            self.hello()
            self.ask()
            self.hear(10_000)
            self.device.work(50)
            self.deliver(10_000)
            self.check()
            if not self.open():
                return
            self.now += 6_000
        raise BrokenError(f"not answered though nothing goes wrong: {self.open()[:3]}")

    def open(self) -> list[Command]:
        return [command for command, state in self.hub.commands.values() if to_ask(state, command.expires, self.now)]

    # -- what happens without a rule

    def change(self, device: Device) -> None:
        """Take a rule away, for a mutant."""
        log: CommandLog = device.orders._kept
        if "no-log" in self.mutants:
            log.find = lambda _: None
        if "no-since" in self.mutants:
            log.since = lambda _: None
        if "no-expiry-error" in self.mutants:
            at = device.orders._hub.at
            device.orders._hub.at = lambda up: (span := at(up)) and Span(span.earliest, span.earliest)
        if "two-transactions" in self.mutants:
            write = log.write

            def split(changes, *, at_ms):
                shown = [change for change in changes if change.message is not None]
                log._outbox.keep((), lambda db, _: db.executemany(_SHOW, [(c.kept.id, "") for c in shown]))
                write([_without_message(change) for change in changes], at_ms=at_ms)

            log.write = split
        if "no-mark" in self.mutants:
            device.orders._write, keep = (
                (lambda steps: keep([s for s in steps if not _begins(s)])),
                device.orders._write,
            )
            turn = device.orders._do

            def reach():
                for kept in [kept for kept in device.orders._open.values() if kept.name in device.orders._outside]:
                    move = device.orders._turn(kept, device.orders._span())
                    if move is not None and move.event == "began":
                        device.orders._reach_out(_as_started(kept))
                        device.orders._settle()
                turn()

            device.orders._do = reach


_SHOW = "INSERT INTO messages (command, at_ms, text) VALUES (?, 0, ?)"
ACTS = {
    "issue": 12, "ask": 12, "hello": 8, "hear": 20, "work": 20, "deliver": 12, "time": 10, "late": 5,
    "agent dies": 3, "backup": 1, "restore": 1, "trim": 1, "salvage": 0.5,
}  # fmt: skip


def _without_message(change):
    from dataclasses import replace

    return replace(change, message=None)


def _begins(step) -> bool:
    return step.move is not None and step.move.event == "began"


def _as_started(kept):
    from dataclasses import replace

    from edge.core.commands import State as Here

    return replace(kept, state=Here.STARTED)


def play(seed: int, mutants: frozenset[str] = frozenset(), acts: int = 150) -> None:
    """One schedule. Raises BrokenError."""
    world = World(seed, mutants)
    for _ in range(acts):
        world.act()
    world.settle()
