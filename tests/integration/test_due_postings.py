"""Facts that follow from decisions are in the ledger once, though the hub died between two of them."""

from pathlib import Path

import pytest

from hub.desk import Desk
from hub.store import postings
from tests.support.facts import DOCK, NOW, RECEIVED, RICE, goods, scan
from tests.support.ingest import station

TASK = "consignment:C-00000001"


@pytest.mark.parametrize("there", [0, 1, 2, 3, 4])
def test_what_the_ledger_has_of_two_decisions_of_one_moment_is_not_posted_again(tmp_path: Path, there: int):
    with station(tmp_path / "hub.db") as hub:
        desk = Desk(hub.pipeline, ledger=hub.ledger, clock=lambda: RECEIVED, uptime=lambda: 0)
        with hub.database.write() as connection:
            for lots in ("AB", "CD"):
                facts = [scan(goods(RICE, lot), n=5, task=TASK, owner="msf") for lot in lots]
                postings.keep(connection, facts, at=NOW, by="ana", now=NOW)

        def due():
            with hub.database.read() as connection:
                return postings.due(connection)

        desk.post_due(lambda: due()[:there])
        assert postings.post_all(hub.database, desk, NOW) == 2
        assert postings.post_all(hub.database, desk, NOW) == 0
        query = (
            "SELECT lot.lot, quantity FROM balance JOIN lot ON lot.id = lot_id"
            " JOIN account ON account.id = account_id WHERE code = ? ORDER BY 1"
        )
        assert hub.rows(query, DOCK) == [(lot, 5) for lot in "ABCD"]
        desk.stop()
