"""Goods that are given away by an approved transfer are nobody's to reserve, before the ledger knows of it too."""

from pathlib import Path

import pytest

from hub.core.transfers import Event
from hub.store import transfers
from tests.support.facts import batch
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.relief_stock import OTHER, SHELF, SHELF2, WATER, Desk, relief_desk
from wire.messages import Transfer


@pytest.fixture
def desk(tmp_path: Path):
    with relief_desk(tmp_path) as made:
        yield made


def approve(desk: Desk, n: int) -> None:
    """A transfer as it stands when the hub died before it was posted."""
    with desk.web.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO transfer (id, account, site, item, lot, condition, giver, taker, n, note, state, asked_at,"
            " asked_by, asked_for, decided_at, decided_by, reason)"
            " VALUES ('T1', ?, 'wh-1', ?, 'A', 'good', ?, ?, ?, '', 'approved', 0, 'a', ?, 1, 'c', '')",
            (SHELF, f"gtin:{WATER}", OWN, OTHER, n, OTHER),
        )


def test_what_is_given_away_is_not_reserved_before_and_after_it_is_posted(desk: Desk):
    desk.receive(10)
    approve(desk, 7)
    need = desk.need(10)
    refused = desk.reserve(need, 4)
    assert refused.status_code == 409
    assert "10 stand there and 0 are reserved, 7 are given away." in refused.text
    assert desk.reserve(need, 3).status_code == 201
    fact = Transfer(at=0, up=0, id="T1", where=SHELF, item=f"gtin:{WATER}", lot="A", giver=OWN, taker=OTHER, n=7)
    desk.bench.take(("hub", batch(desk.bench.ledger, [fact])))
    assert "3 stand there and 3 are reserved." in desk.reserve(need, 1).text
    assert desk.bench.findings() == []


def test_what_is_reserved_and_stands_nowhere_else_is_not_given_away(desk: Desk):
    desk.receive(10)
    desk.held(desk.need(6), 6)
    wanted = transfers.Wanted(
        id="T2", account=SHELF, item=f"gtin:{WATER}", lot="A", condition="good", giver=OWN, taker=OTHER, n=5, note="",
        asked_for=OTHER, by="ana", now=desk.web.clock.now,
    )  # fmt: skip
    decided = {"by": "bo", "reason": "", "now": desk.web.clock.now}
    with desk.web.database.write() as connection:
        transfers.ask(connection, wanted)
        with pytest.raises(transfers.TransferError, match=r"4 of .* 6 are reserved and stand nowhere else"):
            transfers.decide(connection, "T2", Event.APPROVE, **decided)
    desk.receive(6, to=SHELF2)
    with desk.web.database.write() as connection:
        transfers.decide(connection, "T2", Event.APPROVE, **decided)
