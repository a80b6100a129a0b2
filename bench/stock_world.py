"""The history of a relief network for `bench.stock`: facts as devices encode them, and what they must come to.

Six warehouses with bins, stations, vehicles, 17 owners, goods in bulk and by serial number, handling units that are
packed, loaded, unloaded, unpacked and handed over whole, counts. A few lots take a tenth of all moves. The reckoning
here is the benchmark's own: it shares nothing with the hub but the table of verbs in docs/how-it-works.md.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from firmware_sim.gs1 import gtin, six_digits, sscc

WAREHOUSES, BINS, STATIONS, VEHICLES, OWNERS = 6, 200, 24, 30, 17
HOT = 16
SERIAL_EVERY, WATCHED_EVERY = 10, 97
HANDED = "virtual:with-recipient"
DONOR = "virtual:donor-in"

Went = tuple[int, str, int]
"""A hand-over: when, from where, how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One lot: `label` is JSON text without its quotes; one with serial numbers is to be completed by one."""

    gtin: str
    lot: str
    owner: str
    label: str
    serial: bool


@dataclass(slots=True)
class Unit:
    """A handling unit: where it is, and how much of which lots it holds."""

    code: str
    where: str
    holds: dict[int, int] = field(default_factory=dict)
    left_at: int = 0


class World:
    """Makes facts one by one, and keeps what they come to."""

    def __init__(self, rng: random.Random, lots: int, moves: int, began_ms: int) -> None:
        self._rng, self._most, self._moves, self._at = rng, lots, moves, began_ms
        self.facts = 0
        self.goods: list[Goods] = []
        self.bins = [f"place:wh-{w + 1}/b{b:03d}" for w in range(WAREHOUSES) for b in range(BINS)]
        self.stations = [f"place:st-{s + 1}" for s in range(STATIONS)]
        self.vehicles = [f"transit:van-{v + 1}" for v in range(VEHICLES)]
        self.piles: list[tuple[str, int]] = []
        """Where something stands: account and lot, each once."""
        self.stock: dict[tuple[str, int], int] = {}
        self._place: dict[tuple[str, int], int] = {}
        self.units: list[Unit] = []
        self.gone: list[Unit] = []
        self.things: list[tuple[int, str, str]] = []
        """Things with a serial number that are still here: lot, serial number, account."""
        self.watched: dict[int, list[tuple[int, str, str, int]]] = defaultdict(list)
        """Everything that happened to the lots that are watched: when, from, to, how many."""
        self.serials: list[tuple[int, str]] = []
        self._steps = (self._again, self._thing, self._hot, self._unit, self._count, self._travel)
        self._weights = (20, 28, 38, 50, 52, 100)

    def next(self) -> tuple[int, bytes]:
        """The next fact, and the device (by number) that says it."""
        self._at += 1
        self.facts += 1
        if len(self.goods) * self._moves < self.facts * self._most:
            said = self._new()
        else:
            said = self._rng.choices(self._steps, cum_weights=self._weights)[0]()
        return self._rng.randrange(WAREHOUSES), said.encode()

    # What happens

    def _new(self) -> str:
        number, rng = len(self.goods), self._rng
        day = date(2027, 1, 1) + timedelta(days=rng.randrange(900))
        code = gtin(30_000, int(min(10_000, max(1, self._most // 50)) * rng.random() ** 2))
        name, serial = f"L{number:06d}", number >= HOT and number % SERIAL_EVERY == 0
        label = f"]C101{code}17{six_digits(day)}10{name}" + ("\\u001d21" if serial else "")
        owner = f"org-{rng.randrange(OWNERS) + 1:02d}"
        self.goods.append(Goods(gtin=code, lot=name, owner=owner, label=label, serial=serial))
        if serial:
            return self._enter(number)
        return self._receive(number, 100_000 if number < HOT else rng.randrange(1, 49))

    def _again(self) -> str:
        number = self._rng.randrange(len(self.goods))
        return self._enter(number) if self.goods[number].serial else self._receive(number, self._rng.randrange(1, 49))

    def _receive(self, lot: int, n: int) -> str:
        to = self._rng.choice(self.bins)
        self._add(to, lot, n)
        return self._scan("receive", lot, DONOR, to, n, said=f'"to":"{to}"')

    def _travel(self) -> str:
        """Goods in bulk go on: to another bin, into a vehicle, to a station, to a recipient."""
        if not self.piles:
            return self._again()
        where, lot = self._rng.choice(self.piles)
        here = self.stock[where, lot]
        n = here if self._rng.random() < 0.7 else self._rng.randint(1, here)
        if where.startswith("transit:"):
            return self._move("unload", lot, where, self._rng.choice(self.stations), n)
        if where.startswith("place:st") or self._rng.random() < 0.3:
            return self._move("hand-over", lot, where, HANDED, n)
        if self._rng.random() < 0.4:
            return self._move("load", lot, where, self._rng.choice(self.vehicles), n)
        return self._move("move", lot, where, self._rng.choice(self.bins), n)

    def _hot(self) -> str:
        """The lots that everybody needs: the first of them takes a quarter of all this."""
        lot = int(min(HOT, len(self.goods)) * self._rng.random() ** 2)
        for _ in range(20):
            where = self._rng.choice(self.bins[:50])
            if self.stock.get((where, lot), 0) > 1:
                if self._rng.random() < 0.3:
                    return self._move("hand-over", lot, where, HANDED, 1)
                return self._move("move", lot, where, self._rng.choice(self.bins[:50]), 1)
        to = self._rng.choice(self.bins[:50])
        self._add(to, lot, 1000)
        return self._scan("receive", lot, DONOR, to, 1000, said=f'"to":"{to}"')

    def _count(self) -> str:
        if not self.piles:
            return self._again()
        where, lot = self._rng.choice(self.piles)
        n = max(1, self.stock[where, lot] + self._rng.choice((-1, 1, *[0] * 18)))
        self._set(where, lot, n)
        if self._watches(lot):
            self.watched[lot].append((self._at, where, where, n))
        goods = self.goods[lot]
        return (
            f'{{"k":"count","at":{self._at},"up":{self.facts},"where":"{where}","labels":["{goods.label}"],'
            f'"n":{n},"owner":"{goods.owner}","by":"{self._person()}"}}'
        )

    def _enter(self, lot: int) -> str:
        to, serial = self._rng.choice(self.bins), f"S{self.facts:07d}"
        self.things.append((lot, serial, to))
        self.serials.append((lot, serial))
        self._add(to, lot, 1)
        return self._scan("receive", lot, DONOR, to, 1, said=f'"to":"{to}"', serial=serial)

    def _thing(self) -> str:
        """One thing with a number of its own goes on."""
        if not self.things:
            return self._again()
        index = self._rng.randrange(len(self.things))
        lot, serial, where = self.things[index]
        if self._rng.random() < 0.25:
            do, to = "hand-over", HANDED
            self.things[index] = self.things[-1]
            self.things.pop()
        else:
            do, to = "move", self._rng.choice(self.bins)
            self.things[index] = (lot, serial, to)
        return self._move(do, lot, where, to, 1, serial=serial)

    def _unit(self) -> str:
        """Handling units: made, packed, brought away, unpacked, or handed over whole."""
        rng = self._rng
        if len(self.units) < 3 or rng.random() < 0.25:
            code = sscc(40_000 + self.facts // 10_000_000, self.facts % 10_000_000)
            self.units.append(Unit(code, rng.choice(self.bins)))
            return self._unit_scan("receive", code, DONOR, self.units[-1].where)
        index = rng.randrange(len(self.units))
        unit = self.units[index]
        inside = f"unit:sscc:{unit.code}"
        if unit.where.startswith("place:wh") and len(unit.holds) < 3 and self.piles:
            for _ in range(50):
                where, lot = rng.choice(self.piles)
                if where.startswith("place:wh") and not self.goods[lot].serial:
                    n = min(24, self.stock[where, lot])
                    unit.holds[lot] = unit.holds.get(lot, 0) + n
                    return self._move("pack", lot, where, inside, n)
        if unit.where.startswith("place:wh"):
            return self._bring("load", unit, rng.choice(self.vehicles))
        if unit.where.startswith("transit:"):
            return self._bring("unload", unit, rng.choice(self.stations))
        if unit.holds and rng.random() < 0.4:
            lot, n = unit.holds.popitem()
            return self._move("unpack", lot, inside, unit.where, n)
        self.units[index] = self.units[-1]
        self.units.pop()
        unit.left_at = self._at
        self.gone.append(unit)
        return self._bring("hand-over", unit, HANDED)

    def _bring(self, do: str, unit: Unit, to: str) -> str:
        source, unit.where = unit.where, to
        return self._unit_scan(do, unit.code, source, to)

    # How it is said, and what it comes to

    def _move(self, do: str, lot: int, source: str, to: str, n: int, *, serial: str = "") -> str:
        if not source.startswith("unit:"):
            self._add(source, lot, -n)
        if to != HANDED and not to.startswith("unit:"):
            self._add(to, lot, n)
        said = f'"from":"{source}","to":"{to}"'
        return self._scan(do, lot, source, to, n, said=said, serial=serial)

    def _scan(self, do: str, lot: int, source: str, to: str, n: int, *, said: str, serial: str = "") -> str:
        goods = self.goods[lot]
        if self._watches(lot):
            self.watched[lot].append((self._at, source, to, n))
        return (
            f'{{"k":"scan","at":{self._at},"up":{self.facts},"do":"{do}","labels":["{goods.label}{serial}"],'
            f'{said},"n":{n},"owner":"{goods.owner}","by":"{self._person()}"}}'
        )

    def _unit_scan(self, do: str, code: str, source: str, to: str) -> str:
        said = f'"to":"{to}"' if source == DONOR else f'"from":"{source}","to":"{to}"'
        return f'{{"k":"scan","at":{self._at},"up":{self.facts},"do":"{do}","labels":["]C100{code}"],{said}}}'

    def _person(self) -> str:
        return f"p-{self._rng.randrange(90) + 10}"

    def _watches(self, lot: int) -> bool:
        return lot < HOT or lot % WATCHED_EVERY == 0

    def _add(self, where: str, lot: int, n: int) -> None:
        self._set(where, lot, self.stock.get((where, lot), 0) + n)

    def _set(self, where: str, lot: int, n: int) -> None:
        key = (where, lot)
        if n:
            self.stock[key] = n
        else:
            self.stock.pop(key, None)
        if self.goods[lot].serial:
            return
        at = self._place.get(key)
        if n and at is None:
            self._place[key] = len(self.piles)
            self.piles.append(key)
        elif not n and at is not None:
            last = self.piles.pop()
            del self._place[key]
            if last != key:
                self.piles[at] = last
                self._place[last] = at
