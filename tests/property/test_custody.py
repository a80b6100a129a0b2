"""Of every line of a consignment: dispatched = received + damaged + lost + in transit + elsewhere, at any moment."""

from pathlib import Path
from random import Random

import pytest

from hub.store.custody import keep, kept
from hub.store.queries.custody import custody
from tests.support.consigned import DEVICES, Journey
from tests.support.facts import batch
from tests.support.ingest import Bench
from wire.messages import Scan

MADE = (
    "INSERT INTO consignment (id, organisation, way, from_site, to_site, note, decided, state, made_at, made_by,"
    " changed_at) VALUES (?, 'red-lantern', 'station', ?, ?, '', 'planned', 'in-transit', 0, 'ana', 0)"
)


def planned(bench: Bench) -> None:
    """The consignment, and the one that goes back."""
    with bench.database.write() as connection:
        for id_, source, to in (("C-00000001", "wh-1", "st-1"), ("C-00000002", "st-1", "wh-1")):
            connection.exec_driver_sql(MADE, (id_, source, to))


def portions(facts: dict[str, list[Scan]], random: Random) -> list[tuple[str, int, int]]:
    """What each device sends at a time, devices interleaved at will: device, after, last."""
    sent = dict.fromkeys(facts, 0)
    found = []
    while open_ := [device for device in facts if sent[device] < len(facts[device])]:
        device = random.choice(open_)
        last = min(len(facts[device]), sent[device] + random.randrange(1, 8))
        found.append((device, sent[device], last))
        sent[device] = last
    return found


def lines(bench: Bench, id_: str = "C-00000001") -> dict[tuple[str, str], tuple[int, ...]]:
    with bench.database.read() as connection:
        found = custody(connection, id_)
    for one in found:
        assert one.dispatched == one.received + one.damaged + one.lost + one.in_transit + one.elsewhere, one
    return {
        (one.item, one.lot): (one.dispatched, one.received, one.damaged, one.lost, one.in_transit, one.elsewhere)
        for one in found
    }


@pytest.mark.parametrize("seed", range(16))
def test_custody_is_what_became_of_each_piece_in_whatever_order_the_facts_come_and_adds_up_meanwhile(
    tmp_path: Path, seed: int
):
    journey, random = Journey(seed), Random(seed)
    bench = Bench(tmp_path / "hub.db")
    planned(bench)
    for device, after, last in portions(journey.facts, random):
        some = batch(bench.ledger, journey.facts[device][after:last], stream=STREAMS[device], after=after)
        bench.take((device, some), *([(device, some)] if random.random() < 0.3 else []))
        lines(bench)
        lines(bench, "C-00000002")
    assert lines(bench) == journey.expected(), f"seed {seed}"
    with bench.database.write() as connection:
        assert keep(connection, [1, 2, 99])[:1] == [1]
        assert keep(connection, [1, 2]) == []
        assert {(row[0], row[1]): row[4:] for row in kept(connection, 1)} == journey.expected()
    bench.close()


STREAMS = {device: f"{number:016x}" for number, device in enumerate(DEVICES, 1)}
