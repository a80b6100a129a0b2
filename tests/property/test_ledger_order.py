"""The ledger comes out the same, however its facts travelled: one story, told over networks that get it all wrong.

And it is what a second, simple reckoning makes of the same facts (tests.support.ledger_model).
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from hub.store import flows
from hub.store.queries import places
from hub.store.schema import balance
from tests.support.facts import (
    CARTON,
    DOCK,
    NOW,
    PALLET,
    RECEIVED,
    RICE,
    SHELF,
    STATION,
    TENT,
    batch,
    goods,
    unit_label,
)
from tests.support.ingest import Bench, station
from tests.support.ledger_model import Told, reckoned
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
    Receipt,
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
APPROVED = (
    "INSERT INTO transfer (id, account, item, lot, condition, giver, taker, n, note, state, asked_at, asked_by,"
    " asked_for, decided_at, decided_by, reason)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 'approved', 0, 'a', 'b', 1, 'c', '')"
)


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
    """A story of a few devices: few goods, few places and few moments, so that everything meets everything."""
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


def deliver(rng: random.Random, made: Bench, lines: list[Line]) -> Bench:
    """Bring every line in, over a network that delays, repeats and reorders, to a hub that dies now and then.

    Senders go by receipts alone. Gives the hub that lives at the end.
    """
    net: list[tuple[str, bytes]] = []
    for line in lines:
        line.acked = 0
    for _ in range(rng.randint(10, 60)):
        line = rng.choice(lines)
        after = max(0, min(line.acked + rng.choice([0, 0, 0, -3, 4]), len(line.items) - 1))
        last = min(len(line.items), after + rng.choice([1, 2, 5, 30]))
        message = (line.device, line.message(made.ledger, after, last, holes=rng.random() < 0.5))
        net.extend([message] * rng.choice([1, 1, 2]))
        rng.shuffle(net)
        while len(net) > 6 or (net and rng.random() < 0.5):
            made.build(*[net.pop() for _ in range(min(len(net), rng.choice([1, 1, 2, 4])))])
            if rng.random() < 0.7:
                made.commit()
        if rng.random() < 0.2:
            made.settle()
        if rng.random() < 0.2:
            flows.reckon(made.database, most=1)
        _hear(made, lines)
        if rng.random() < 0.04:
            made.close()
            made = _hub(made.path)
    made.take(*net)
    _hear(made, lines)
    for line in rng.sample(lines, len(lines)):
        made.take((line.device, line.message(made.ledger, line.acked, len(line.items), holes=False)))
        made.take((line.device, line.message(made.ledger, 0, len(line.items), holes=False)))
    made.settle()
    flows.reckon(made.database)
    _hear(made, lines)
    return made


def _hear(made: Bench, lines: list[Line]) -> None:
    """Receipts raise what a sender believes; none of them ever promises what the database has not got."""
    by_key = {(line.device, line.stream, line.lane): line for line in lines}
    for device, receipt in made.sent:
        assert isinstance(receipt, Receipt)
        line = by_key[device, receipt.stream, receipt.lane]
        assert receipt.through <= made.through(device, receipt.stream, receipt.lane)
        line.acked = max(line.acked, receipt.through)
    made.sent.clear()


def in_order(made: Bench, lines: list[Line]) -> None:
    """The same story as a good day brings it: each line once, whole."""
    for line in lines:
        (receipt,) = made.take((line.device, line.message(made.ledger, 0, len(line.items), holes=False)))
        assert receipt.through == len(line.items)
    made.settle()


def compare(found: dict[str, list[tuple]], wanted: dict[str, list[tuple]], replay: str) -> None:
    """Both have the same rows in every table."""
    for table, rows in wanted.items():
        extra, missing = Counter(found[table]) - Counter(rows), Counter(rows) - Counter(found[table])
        assert not extra, f"{table} has {extra}; replay: {replay}"
        assert not missing, f"{table} lacks {missing}; replay: {replay}"


def _hub(path: Path) -> Bench:
    """A hub whose opaque items are tried out without a child: all of them are sound here."""
    made = Bench(path)
    made.try_out = lambda _: None
    return made


def _good(folder: Path, lines: list[Line]) -> dict[str, list[tuple]]:
    """The tables after a good day."""
    made = _hub(folder / "good.db")
    try:
        in_order(made, lines)
        flows.reckon(made.database)
        return made.tables()
    finally:
        made.close()


def came_less_went(made: Bench) -> dict[tuple, int]:
    """What flowed to each site, of all time: (site, lot) -> pieces."""
    query = "SELECT site, lot_id, sum(came - went) FROM flow GROUP BY 1, 2 HAVING sum(came - went) <> 0"
    return {(row[0], row[1]): row[2] for row in made.rows(query)}


def standing(made: Bench) -> dict[tuple, int]:
    """What stands at each site by its balances, in units that stand there too: (site, lot) -> pieces."""
    with made.database.read() as connection:
        here = places.standing()
        query = (
            select(here.c.site, balance.c.lot_id, func.sum(balance.c.quantity))
            .join_from(here, balance, balance.c.account_id == here.c.id)
            .group_by(here.c.site, balance.c.lot_id)
        )
        return {(site, lot): n for site, lot, n in connection.execute(query) if n}


def _approve(made: Bench, lines: list[Line]) -> None:
    """Somebody approved each transfer of the story, as the audit asks."""
    transfers = [item for line in lines for item in line.items if isinstance(item, Transfer)]
    with made.database.write() as connection:
        for one in transfers:
            values = (one.id, one.where, one.item, one.lot, one.condition, one.giver, one.taker, one.n)
            connection.exec_driver_sql(APPROVED, values)


def _agree(tables: dict[str, list[tuple]], lines: list[Line], replay: str) -> None:
    """The ledger is what the simple reckoning says."""
    facts = [
        Told(
            device=line.device,
            stream=line.stream,
            seq=seq,
            at=min(item.at if line.clock is None else item.up + line.clock.base, RECEIVED),
            item=codec.decode_item(item.data) if isinstance(item, Opaque) else item,
        )
        for line in lines
        if line.lane is Lane.FACTS
        for seq, item in enumerate(line.items, start=1)
    ]
    found = reckoned(facts)
    assert {row[:5]: row[5] for row in tables["balance"]} == found.balances, replay
    assert {row[0]: row[1] for row in tables["unit"]} == found.units, replay
    assert sum(found.balances.values()) == 0, replay


def _play(seed: int, folder: Path, name: str) -> None:
    replay = f"pytest 'tests/property/test_ledger_order.py::{name}[{seed}]'"
    lines = tell(random.Random(seed))
    if seed % 2:
        lines = stretch(lines)
    wanted = _good(folder, lines)
    _agree(wanted, lines, replay)
    for journey in range(2):
        made = _hub(folder / f"journey-{journey}.db")
        try:
            made = deliver(random.Random(f"{seed}/{journey}"), made, lines)
            assert all(line.acked == len(line.items) for line in lines), replay
            compare(made.tables(), wanted, replay)
            assert came_less_went(made) == standing(made), replay
            _approve(made, lines)
            assert made.findings() == [], replay
            assert made.rows("SELECT device, seq, detail FROM quarantine") == [], replay
            assert made.rows("SELECT * FROM gap") == [], replay
            again = made.rebuilt()
            assert again.same, f"{again.differences}; replay: {replay}"
        finally:
            made.close()


@pytest.mark.parametrize("seed", range(30))
def test_the_ledger_is_the_same_for_any_order_repetition_splitting_and_delay(seed: int, tmp_path: Path):
    name = test_the_ledger_is_the_same_for_any_order_repetition_splitting_and_delay.__name__
    _play(seed, tmp_path, name)


@pytest.mark.parametrize("seed", range(2000, 2006))
def test_the_ledger_is_the_same_through_the_two_threads(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hub.ingest.opaque.try_out", lambda _: None)
    replay = f"pytest '{__file__}::{test_the_ledger_is_the_same_through_the_two_threads.__name__}[{seed}]'"
    rng = random.Random(seed)
    lines = tell(rng)
    wanted = _good(tmp_path, lines)
    with station(tmp_path / "threads.db") as hub:
        messages = [
            (line.device, line.message(hub.ledger, after, min(len(line.items), after + rng.randint(1, 6)), holes=holes))
            for line in lines
            for after in range(len(line.items))
            for holes in (False, True)
        ]
        rng.shuffle(messages)
        for message in messages:
            hub.send(*message)
        for line in lines:
            hub.send(line.device, line.message(hub.ledger, 0, len(line.items), holes=False))
        hub.flush()
        hub.until(lambda: not hub.rows("SELECT 1 FROM opaque WHERE state = 'waiting'"), "opaque items")
        flows.reckon(hub.database)
        compare(hub.tables(), wanted, replay)
        _approve(hub, lines)
        assert hub.findings() == [], replay
        assert hub.quarantine() == [], replay
        assert hub.rebuilt().same, replay


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1400))
def test_the_ledger_is_the_same_for_many_more_seeds(seed: int, tmp_path: Path):
    _play(seed, tmp_path, test_the_ledger_is_the_same_for_many_more_seeds.__name__)
