"""The ledger comes out the same, however its facts travelled: one story, told over networks that get it all wrong.

And it is what a second, simple reckoning makes of the same facts (tests.support.ledger_model).
"""

import random
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub.store import flows
from hub.store.queries import places
from hub.store.schema import balance
from tests.support.facts import RECEIVED
from tests.support.ingest import Bench, station
from tests.support.ledger_model import Told, reckoned
from tests.support.ledger_story import Line, stretch, tell
from wire import codec
from wire.messages import Lane, Opaque, Receipt, Transfer

APPROVED = (
    "INSERT INTO transfer (id, account, item, lot, condition, giver, taker, n, note, state, asked_at, asked_by,"
    " asked_for, decided_at, decided_by, reason)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 'approved', 0, 'a', 'b', 1, 'c', '')"
)


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
