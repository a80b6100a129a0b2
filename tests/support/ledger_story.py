"""A story of a few devices and of what people decided, told from a seed: few goods, few places and few moments.

So everything meets everything: kits and voids, owners that are settled later, counts, labels that nobody can read.
"""

import random
from dataclasses import dataclass, field

from msgspec.structs import replace

from tests.support.facts import CARTON, DOCK, NOW, PALLET, RICE, SHELF, STATION, TENT, batch, goods, unit_label
from wire import codec
from wire.actions import Action
from wire.messages import (
    AnyItem,
    Clock,
    Correct,
    Count,
    Fix,
    Gap,
    GapReason,
    Kit,
    Lane,
    Opaque,
    Part,
    Quality,
    Scan,
    Settle,
    Transfer,
    Void,
)

DEVICES = ("dock-1", "gate-2", "truck-3")
PLACES = (DOCK, SHELF, STATION, "place:wh-2", f"unit:sscc:{PALLET}", "unit:parcel:st-1.7K2M9Q", None)
UNIT_PLACES = (DOCK, SHELF, STATION, "transit:truck-3")
OWNERS = (None, None, "red-cross", "caritas")
DATES = (None, 20270131, 20261201)
CONDITIONS = ("good", "good", "good", "quarantined", "damaged")
SLOW = 300_000
TASKS = (None, None, "delivery:D1", "pick:P1", "consignment:C-00000001")


@dataclass
class Line:
    """All that one lane of one stream will ever hold; sequences in `holes` are read from its disk only later."""

    device: str
    stream: str
    lane: Lane
    items: list[AnyItem]
    clock: Clock | None
    holes: set[int] = field(default_factory=set)
    acked: int = 0

    def message(self, ledger: str, after: int, last: int, *, holes: bool) -> bytes:
        """The items (after, last], with its holes declared or filled."""
        gone = sorted(self.holes) if holes else []
        gaps = [Gap(seq, seq, GapReason.UNREADABLE) for seq in gone if after < seq <= last]
        items = [self.items[seq - 1] for seq in range(after + 1, last + 1) if seq not in gone]
        return batch(
            ledger, items, stream=self.stream, lane=self.lane, after=after, gaps=gaps, clock=self.clock, hello=1
        )


def tell(rng: random.Random) -> list[Line]:
    """What two or three devices say of one hour, lane by lane; the last line is what was decided at the hub."""
    lines = []
    for number, device in enumerate(rng.sample(DEVICES, rng.randint(2, 3))):
        streams = [f"{number + 1}{letter}" * 8 for letter in "ab"[: rng.randint(1, 2)]]
        lengths = {stream: rng.randint(5, 25) for stream in streams}
        for stream in streams:
            clock = rng.choice([None, Clock(base=NOW - rng.randint(0, 40), error=5)])
            facts = [_fact(rng, lengths) for _ in range(lengths[stream])]
            holes = set(rng.sample(range(1, len(facts) + 1), rng.choice([0, 0, 1, 3])))
            lines.append(Line(device, stream, Lane.FACTS, facts, clock, holes))
            fixes = [_fix(rng) for _ in range(rng.randint(0, 15))]
            lines.append(Line(device, stream, Lane.TELEMETRY, fixes, clock))
    lines.append(Line("hub", "f" * 16, Lane.FACTS, _decisions(rng, lines), None))
    return [line for line in lines if line.items]


def stretch(lines: list[Line]) -> list[Line]:
    """The same story in slow motion: its facts five minutes apart, in the hours before."""
    for line in lines:
        if line.lane is Lane.FACTS:
            line.items = [_earlier(item) for item in line.items]
            if line.clock is not None:
                line.clock = replace(line.clock, base=line.clock.base - 60 * SLOW)
    return lines


def _earlier(item: AnyItem) -> AnyItem:
    times = {"at": NOW - (60 - (item.at - NOW)) * SLOW, "up": item.up * SLOW}
    if isinstance(item, Opaque):
        return replace(item, data=codec.encode_item(_earlier(codec.decode_item(item.data))), **times)
    return replace(item, **times)


def _decisions(rng: random.Random, lines: list[Line]) -> list[AnyItem]:
    """What people decided at the hub, about facts of all devices and about what it decided itself."""
    found: list[AnyItem] = []
    told = [line for line in lines if line.lane is Lane.FACTS]
    for number in range(rng.randint(4, 16)):
        moment = rng.randint(0, 60)
        times = {"at": NOW + moment, "up": moment}
        line = rng.choice(told)
        seq = rng.randint(1, len(line.items) + 1)
        target = {"device": line.device, "stream": line.stream, "seq": seq}
        if found and rng.random() < 0.25:
            target = {"device": "hub", "stream": "f" * 16, "seq": rng.randint(1, len(found) + 1)}
        lot = {"item": f"gtin:{rng.choice([RICE, TENT])}", "lot": rng.choice(["", "A", "B"])}
        lot |= {"condition": rng.choice(CONDITIONS), "n": rng.randint(1, 9)}
        where, to = rng.sample(UNIT_PLACES, 2)
        giver, taker = rng.sample(["red-cross", "caritas", "msf"], 2)
        moved = {"expiry": rng.choice(DATES), "giver": giver, "taker": taker}
        found.append(
            rng.choice([
                Settle(**target, owner=giver, reason="said so", **times),
                Settle(**target, owner=giver, reason="said so", **times),
                Void(**target, **times),
                Transfer(id=f"T{number}", where=where, **moved, **lot, **times),
                Correct(source=where, to=to, owner=rng.choice(["", giver]), reason="found", **lot, **times),
            ])
        )  # fmt: skip
    return found


def _fact(rng: random.Random, lengths: dict[str, int]) -> AnyItem:
    moment = rng.randint(0, 60)
    times = {"at": NOW + moment, "up": moment}
    kind = rng.random()
    if kind < 0.15:
        stream = rng.choice(list(lengths))
        return Void(stream=stream, seq=rng.randint(1, lengths[stream] + 1), **times)
    if kind < 0.27:
        label, owner = _bulk(rng), rng.choice(OWNERS)
        condition = rng.choice(CONDITIONS)
        where = rng.choice(PLACES[:-1])
        return Count(where=where, labels=(label,), n=rng.randint(0, 20), owner=owner, condition=condition, **times)
    fact = _kit(rng, times) if kind < 0.35 else _scan(rng, times)
    return fact if rng.random() > 0.05 else Opaque(data=codec.encode_item(fact), **times)


def _kit(rng: random.Random, times: dict[str, int]) -> Kit:
    parts = [
        Part(labels=(rng.choice([_bulk(rng), _bulk(rng), _unit(rng)]),), n=rng.randint(1, 4), owner=rng.choice(OWNERS))
        for _ in range(rng.randint(2, 5))
    ]
    do, task = rng.choice(["kit", "unkit", "open"]), rng.choice(TASKS)
    return Kit(do=do, where=rng.choice(UNIT_PLACES), made=parts[0], used=tuple(parts[1:]), task=task, **times)


def _unit(rng: random.Random) -> str:
    return goods(TENT, rng.choice([None, "A", "B"]), expiry=rng.choice(DATES), serial=rng.choice("123"))


def _bulk(rng: random.Random) -> str:
    return goods(rng.choice([RICE, TENT]), rng.choice([None, "A", "B"]), expiry=rng.choice(DATES))


def _scan(rng: random.Random, times: dict[str, int]) -> Scan:
    do = rng.choice(list(Action))
    kind = rng.random()
    if kind < 0.2:
        label = rng.choice([unit_label(PALLET), unit_label(CARTON), "RR:P:st-1.7K2M9Q", "RR:TO:transit:truck-3"])
        return Scan(do=do, labels=(label,), source=rng.choice(UNIT_PLACES), to=rng.choice(UNIT_PLACES), **times)
    label = _unit(rng) if kind < 0.5 else rng.choice([_bulk(rng), _bulk(rng), f"{RICE}", "blankets, blue"])
    labels = (label,) if rng.random() < 0.8 else (goods(RICE), label)
    ends = {"source": rng.choice(PLACES), "to": rng.choice(PLACES)}
    more = {"condition": rng.choice(CONDITIONS), "task": rng.choice(TASKS), "owner": rng.choice(OWNERS)}
    return Scan(do=do, labels=labels, n=rng.randint(1, 9), **more, **ends, **times)


def _fix(rng: random.Random) -> Fix:
    moment = rng.choice([rng.randint(0, 90_000), rng.randint(0, 90_000), 10_000_000])
    lat, lon = rng.choice([(310_000_000, 1_030_000_000), (310_010_000, 1_030_000_000), (0, 0), (350_000_000, 0)])
    quality = rng.choice([Quality.GNSS, Quality.GNSS, Quality.GNSS, Quality.SIMULATED])
    speed = rng.choice([None, 0, 1500])
    return Fix(at=NOW, up=moment, t=NOW + moment, lat_e7=lat, lon_e7=lon, quality=quality, speed_cms=speed)
