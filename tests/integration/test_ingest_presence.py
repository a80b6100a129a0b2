"""Who is there: births, last wills, and two agents under one name."""

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from hub.ingest.group import Arrival
from tests.support.facts import NOW, RUN, batch, goods, hello, presence, scan
from tests.support.ingest import Bench, bench, station
from wire.topics import Leaf

LOT = goods(lot="A")


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        yield one


LARGE = [scan(goods(lot="A"), at=n) for n in range(500)]


def shown(made) -> tuple:
    """Online, others, connection and run of device a."""
    ((*found,),) = made.rows("SELECT online, others, connection, run FROM device WHERE name = 'a'")
    return tuple(found)


def test_two_agents_with_one_name_are_both_shown_and_each_will_speaks_for_itself(tmp_path: Path):
    one, two = "1" * 16, "2" * 16
    with station(tmp_path / "hub.db") as hub:

        def say(run: str, connection: str, *, online: bool) -> tuple:
            hub.send("a", presence(run, connection, online=online), leaf=Leaf.PRESENCE, retained=online)
            hub.flush()
            return shown(hub)

        assert say(one, "c1", online=True) == (1, 0, "c1", one)
        assert say(two, "c2", online=True) == (1, 1, "c2", two)
        assert say(one, "c3", online=True) == (1, 1, "c3", one)
        assert say(one, "c1", online=False) == (1, 1, "c3", one)
        assert say(one, "c3", online=False) == (1, 0, "c2", two)
        assert say(two, "c0", online=False) == (1, 0, "c2", two)
        assert say(two, "c2", online=False) == (0, 0, "c2", two)


def test_an_agent_that_comes_back_after_its_broker_died_is_one_agent(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        for connection in ("c1", "c2"):
            hub.send("a", presence(RUN, connection, online=True), leaf=Leaf.PRESENCE)
        hub.flush()
        assert shown(hub) == (1, 0, "c2", RUN)


def test_presence_that_a_full_disk_swallowed_is_told_again_at_the_next_hello(made: Bench):
    made.take(("a", hello(1)))
    made.disk.fill()
    with made.database.read() as connection:
        arrivals = [
            Arrival("a", presence(RUN, "c1", online=True), NOW, Leaf.PRESENCE),
            Arrival("a", batch(made.ledger, LARGE), NOW),
        ]
        group = made.reader.build(arrivals, connection)
    with pytest.raises(DBAPIError):
        made.committer.commit(made._connection, group)
    made.disk.clear()
    assert shown(made)[0] == 0
    made.take(("a", hello(2)))
    assert shown(made) == (1, 0, "c1", RUN)
