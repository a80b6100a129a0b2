"""Devices, a broker and a hub as plain state in one thread, with every fault that the wire has to bear.

The device is edge.core.delivery, the hub's decisions are hub.core.reception; only disks and broker are made up here.
All randomness comes from one seed. A broken promise raises BrokenError.
"""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass, field

from msgspec.structs import replace

from edge.core.delivery import Delivery
from edge.core.effects import Chance
from hub.core.reception import Beyond, LaneState, answer, chosen, every, greet, take
from tests.support.delivery_device import FACTS, TELEMETRY, BrokenError, Device, Disk
from wire.codec import sequences
from wire.messages import Batch, GapReason, Hello, Lane, Receipt, Status, Welcome

LEDGER = "1" * 16


@dataclass
class Database:
    """What survives the hub."""

    rows: dict[tuple[str, str, Lane], LaneState] = field(default_factory=dict)
    applied: dict[tuple[str, str, Lane, int], int] = field(default_factory=dict)
    declared: dict[tuple[str, str, Lane, int], GapReason] = field(default_factory=dict)

    def copy(self) -> Database:
        return Database(dict(self.rows), dict(self.applied), dict(self.declared))


class World:
    """Everything, and the promises."""

    def __init__(self, seed: int, mutants: frozenset[str] = frozenset(), more: dict[str, float] | None = None) -> None:
        self.rng = random.Random(seed)
        self.acts = dict(ACTS) | {"poison": 0.004} | (more or {})
        self.mutants = mutants
        self.now = 1000
        self.items: dict[int, tuple[str, str, Lane, int]] = {}
        self.poison: set[int] = set()
        self.ever: set[int] = set()
        self.gaps: set[tuple[str, str, Lane, int]] = set()
        self.thinned: set[int] = set()
        self.faults: set[str] = set()
        self.db = Database()
        self.backups = [self.db.copy()]
        self.hub_up = True
        self.runs = [self.rng.getrandbits(64)]
        self.inbox: list[tuple[str, object, tuple]] = []
        self.stale: list[tuple[str, object]] = []
        self.chaos = True
        self.devices: list[Device] = []
        for number in range(self.rng.randint(1, 2)):
            self.devices.append(Device(self, f"device-{number}", Disk()))

    @property
    def run(self) -> str:
        return f"{self.runs[-1]:016x}"

    def chance(self) -> Chance:
        return Chance(self.rng.getrandbits(52) + 1, self.rng.random())

    def mint(self, *where) -> int:
        self.items[len(self.items)] = where
        if self.rng.random() < self.acts["poison"]:
            self.poison.add(len(self.items) - 1)
        return len(self.items) - 1

    def old_stream(self, device: Device) -> str | None:
        return next((stream for stream, _ in reversed(device.disk.rows)), None)

    def change(self, core: Delivery, message):
        """Where a mutant believes what the rules forbid."""
        if "believe-anything" in self.mutants and isinstance(message, Welcome | Receipt):
            return replace(message, hello=core._greeting.nonce, run=core._greeting.run or message.run)
        if "never-lower" in self.mutants and isinstance(message, Welcome):
            known = {(stream, lane): progress.through for (stream, lane), progress in core._lanes.items()}
            streams = tuple(
                replace(
                    state,
                    facts=max(state.facts, known.get((state.stream, FACTS), 0)),
                    telemetry=max(state.telemetry, known.get((state.stream, TELEMETRY), 0)),
                )
                for state in message.streams
            )
            return replace(message, streams=streams)
        return message

    def retained(self) -> Status:
        runs = self.runs[-3:] if self.chaos else self.runs[-1:]
        return Status(ledger=LEDGER, run=f"{self.rng.choice(runs):016x}", online=True)

    # -- broker

    def up(self, device: Device, message, items: tuple) -> None:
        if isinstance(message, Batch):
            sequences(message.after, message.last, message.gaps, len(items))
        for _ in range(self.fate()):
            at = len(self.inbox)
            if self.chaos and self.rng.random() < 0.05:
                at = self.rng.randint(0, at)
            self.inbox.insert(at, (device.name, message, items))

    def down(self, name: str, message) -> None:
        if self.chaos and self.rng.random() < 0.3:
            self.stale.append((name, message))
        for device in self.devices:
            if device.online and device.name == name:
                for _ in range(self.fate()):
                    at = len(device.inbox)
                    if self.chaos and self.rng.random() < 0.05:
                        at = self.rng.randint(0, at)
                    device.inbox.insert(at, message)

    def fate(self) -> int:
        """How often a message arrives."""
        chance = self.rng.random() if self.chaos else 1.0
        return 0 if chance < 0.05 else 2 if chance < 0.1 else 1

    def late(self) -> None:
        """Something old arrives."""
        if self.stale:
            name, message = self.rng.choice(self.stale)
            for device in self.devices:
                if device.online and device.name == name:
                    device.inbox.append(message)

    # -- hub

    def serve(self, count: int, *, dies: bool = False) -> None:
        """The hub takes some messages, commits them together and sends receipts, unless it dies in between."""
        if not self.hub_up:
            self.inbox.clear()
            return
        group, self.inbox = self.inbox[:count], self.inbox[count:]
        out = []
        for name, message, items in group:
            if isinstance(message, Hello):
                rows = {(s, lane): state for (n, s, lane), state in self.db.rows.items() if n == name}
                changed = greet(rows, message)
                self.db.rows |= {(name, *key): state for key, state in changed.items()}
                out.append((name, Welcome(
                    ledger=LEDGER, run=self.run, time=self.now, hello=message.hello, page=message.page,
                    streams=answer(rows | changed, message), every=every((stream for stream, _ in rows), message),
                )))  # fmt: skip
            elif any(item in self.poison and not opaque for item, opaque in items):
                if self.rng.random() < 0.5:
                    self.die()
                    return
            else:
                receipt = self.store(name, message, items, dies=dies)
                out.append((name, receipt))
        if dies and "receipt-before-commit" not in self.mutants:
            self.die()
            return
        for name, message in out:
            self.down(name, message)
        if dies:
            self.die()

    def store(self, name: str, batch: Batch, items: tuple, *, dies: bool) -> Receipt:
        if batch.ledger != LEDGER:
            raise BrokenError("a batch for another ledger")
        key = (name, batch.stream, batch.lane)
        state = self.db.rows.get(key, LaneState())
        start = batch.after
        if "store-beyond" in self.mutants and start > state.through:
            state = LaneState(start, max(state.last, start), state.open)
        if "no-skipping" in self.mutants and start < state.through:
            state = LaneState(start, state.last, state.open)
        outcome = take(state, lane=batch.lane, after=batch.after, last=batch.last, gaps=batch.gaps)
        through = state.through
        if not isinstance(outcome, Beyond):
            through = outcome.state.through
            if not (dies and "receipt-before-commit" in self.mutants):
                self.commit(key, batch, items, outcome)
        return Receipt(
            ledger=LEDGER, run=self.run, time=self.now, hello=batch.hello, stream=batch.stream, lane=batch.lane,
            through=through, turn=batch.turn, beyond=isinstance(outcome, Beyond),
        )  # fmt: skip

    def commit(self, key, batch, items, outcome) -> None:
        self.db.rows[key] = outcome.state
        places = sequences(batch.after, batch.last, batch.gaps, len(items))
        for seq, (item, _) in chosen(places, items, outcome.fresh):
            if (*key, seq) in self.db.applied:
                raise BrokenError(f"{key} {seq} is applied twice")
            if self.items[item] != (*key, seq):
                raise BrokenError(f"{key} {seq} is taken for {self.items[item]}")
            self.db.applied[*key, seq] = item
            self.db.declared.pop((*key, seq), None)
            self.ever.add(item)
        for gap in outcome.declared:
            places = [(*key, seq) for seq in range(gap.first, gap.last + 1)]
            self.db.declared |= dict.fromkeys(places, gap.reason)
            self.gaps.update(places)

    def die(self) -> None:
        self.hub_up = False
        self.inbox.clear()

    def rise(self) -> None:
        """The hub starts: a new run, told to whoever hears it."""
        if not self.hub_up:
            self.hub_up = True
            self.runs.append(self.rng.getrandbits(64))
            for name in {device.name for device in self.devices if not self.chaos or self.rng.random() < 0.6}:
                self.down(name, Status(ledger=LEDGER, run=self.run, online=True))

    # -- faults

    def act(self) -> None:  # noqa: PLR0912 - one arm a kind of event
        rng, device = self.rng, self.rng.choice(self.devices)
        name = rng.choices([act for act, _ in ACTS], [self.acts[act] for act, _ in ACTS])[0]
        match name:
            case "scan":
                device.accept(FACTS, rng.choice((1, 1, 3, 12)))
            case "fix":
                device.accept(TELEMETRY, rng.choice((1, 3, 12)))
            case "connect":
                device.connect()
            case "disconnect":
                device.disconnect()
            case "hear":
                for _ in range(rng.randint(1, 6)):
                    if device.inbox:
                        device.hear()
            case "serve":
                self.serve(rng.randint(1, 6))
            case "time":
                self.now += rng.choice((10, 300, 3000, 40_000, 700_000))
                device.tick()
            case "late":
                self.late()
            case "agent dies":
                device.start()
            case "hub dies":
                self.serve(rng.randint(1, 6), dies=True)
            case "hub rises":
                self.rise()
            case "broker dies":
                self.inbox.clear()
                for each in self.devices:
                    each.disconnect()
            case "backup":
                self.backups.append(self.db.copy())
            case _:
                self.faults.add(name)
                self.rare(name, device)

    def rare(self, name: str, device: Device) -> None:  # noqa: PLR0912 - one arm a fault
        rng = self.rng
        match name:
            case "hub restored":
                self.die()
                self.db = rng.choice(self.backups).copy()
                self.rise()
            case "disk restored":
                device.snapshot, old = deepcopy(device.disk), getattr(device, "snapshot", None)
                if old is not None:
                    device.disk = deepcopy(old)
                    device.start()
            case "clone":
                if len(self.devices) < 4:
                    self.devices.append(Device(self, device.name, deepcopy(device.disk)))
            case "salvage":
                for row in device.disk.rows.values():
                    for seq in [seq for seq in row.items if rng.random() < 0.1]:
                        del row.items[seq]
                        row.damaged = True
                device.start()
            case "thin":
                for (_, lane), row in device.disk.rows.items():
                    floor = 0 if "thin-what-was-sent" in self.mutants else max(row.sent, row.gone, row.through)
                    if lane is TELEMETRY:
                        for seq in [seq for seq in row.items if seq > floor][::2]:
                            self.thinned.add(row.items.pop(seq))
            case "trim":
                for (_, lane), row in device.disk.rows.items():
                    if lane is FACTS and row.through > row.gone:
                        device.drop(lane, row, rng.randint(row.gone, row.through))

    # -- promises

    def settle(self, *, most_ms: int) -> None:
        """From here on nothing goes wrong: everything that a disk holds must reach the hub, soon."""
        self.chaos = False
        self.rise()
        end = self.now + most_ms
        for device in self.devices:
            device.connect()
            old = [message for name, message in self.stale if name == device.name]
            device.inbox[:0] = self.rng.sample(old, min(len(old), 3))
        for _ in range(20_000):
            busy = bool(self.inbox)
            self.serve(8)
            if not self.hub_up:
                self.rise()
            for device in self.devices:
                while device.inbox:
                    device.hear()
                    busy = True
            if busy:
                self.now += 5
                continue
            if not self.behind():
                return
            due = [at for device in self.devices if (at := device.core.due()) is not None]
            if not due or min(due) > end:
                break
            self.now = max(self.now, min(due))
            for device in self.devices:
                device.tick()
        raise BrokenError(f"not delivered though nothing goes wrong: {self.behind()[:5]}")

    def behind(self) -> list[tuple]:
        """What a disk holds and the hub lacks."""
        missing = []
        for device in self.devices:
            for (stream, lane), row in device.disk.rows.items():
                state = self.db.rows.get((device.name, stream, lane), LaneState())
                if state.through < row.last:
                    missing.append((device.name, stream, lane, state.through, row.last))
                missing += [
                    (device.name, stream, lane, seq, "could fill")
                    for first, last in state.open
                    for seq in range(first, last + 1)
                    if seq in row.items
                ]
        return missing

    def check(self) -> None:
        """Each accepted item is applied once, or stands in a visible gap, or was on no disk that is left."""
        for (name, stream, lane), state in self.db.rows.items():
            gaps = {seq for first, last in state.open for seq in range(first, last + 1)}
            for seq in range(1, state.through + 1):
                place = (name, stream, lane, seq)
                if (place in self.db.applied) == (place in self.db.declared):
                    raise BrokenError(f"{place} is neither applied nor declared, or both")
                if lane is FACTS and (place in self.db.declared) != (seq in gaps):
                    raise BrokenError(f"{place} is a gap that is not open")
        held = {item for device in self.devices for row in device.disk.rows.values() for item in row.items.values()}
        for item, place in self.items.items():
            told = place in self.db.applied or (place[2] is TELEMETRY and place in self.db.declared)
            if self.db.applied.get(place, item) != item or (item in held and not told):
                raise BrokenError(f"{place} is on a disk and not at the hub")
        if not self.faults & {"disk restored", "clone", "salvage"}:
            self.account()

    def account(self) -> None:
        """accepted = applied + declared, exactly; what was thinned is not applied as well."""
        if twice := [self.items[item] for item in self.thinned if self.items[item] in self.db.applied]:
            raise BrokenError(f"thinned, and applied too: {twice[:3]}")
        for place in self.items.values():
            if (place in self.db.applied) == (place in self.db.declared):
                raise BrokenError(f"{place} is unaccounted for")


ACTS = (
    ("scan", 20), ("fix", 10), ("connect", 12), ("disconnect", 3), ("hear", 40), ("serve", 40), ("time", 8),
    ("late", 8), ("agent dies", 2), ("hub dies", 2), ("hub rises", 6), ("broker dies", 1), ("backup", 3),
    ("hub restored", 1), ("disk restored", 1), ("clone", 0.4), ("salvage", 0.6), ("thin", 1), ("trim", 2),
)  # fmt: skip


def play(
    seed: int,
    mutants: frozenset[str] = frozenset(),
    acts: int = 250,
    more: dict[str, float] | None = None,
    most_ms: int = 900_000,
) -> World:
    """One schedule: faults, then quiet, then the promises. Raises BrokenError."""
    world = World(seed, mutants, more)
    for _ in range(acts):
        world.act()
    world.settle(most_ms=most_ms if not world.poison else 3_600_000)
    world.check()
    return world
