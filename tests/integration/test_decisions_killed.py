"""What people decided is in the ledger once, wherever the hub was killed between the decision and its fact."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub.desk import Desk
from hub.steward import Steward
from tests.support.facts import DOCK, NOW, RECEIVED
from tests.support.ingest import station

REPO = Path(__file__).parents[2]
HUB = """
import os, signal, sys
from pathlib import Path
from hub.core.viewer import Role
from hub.desk import Desk
from tests.support.deciding import deciding, listed, settle, short
from tests.support.facts import DOCK, RICE, goods, scan

folder, what, when = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
commit = Desk._commit

def killed(desk, items):
    if when == "after":
        commit(desk, items)
    os.kill(os.getpid(), signal.SIGKILL)

with deciding(folder) as hub:
    Desk._commit = killed
    if what == "transfer":
        hub.tell("a", scan(goods(lot="A"), n=10, owner="caritas"))
        sent = {"account": DOCK, "item": f"gtin:{RICE}", "lot": "A", "giver": "caritas", "taker": "red-cross", "n": 6}
        key = hub.staff("red-cross").post("/transfers", json=sent).json()["id"]
        hub.staff("caritas").post(f"/transfers/{key}/approval", json={})
    elif what == "owner":
        hub.tell("a", scan(goods(lot="A"), n=10))
        sue = hub.person("sue", Role.SUPERVISOR)
        (row,) = sue.get("/unsettled").json()["rows"]
        facts = [{name: row[name] for name in ("device", "stream", "seq")}]
        sue.post("/unsettled/settlement", json={"facts": facts, "owner": "red-cross", "reason": "so"})
    else:
        short(hub)
        sue = hub.person("sue", Role.SUPERVISOR)
        (row,) = listed(sue)
        settle(sue, row["key"], "correct", move={"from": "virtual:donor-in", "to": DOCK, "n": 2})
"""
STANDS = {"transfer": ("red-cross", 6), "owner": ("red-cross", 10), "correct": ("caritas", 0)}


@pytest.mark.parametrize(
    ("what", "when"),
    [
        ("transfer", "before"),
        ("correct", "after"),
        ("owner", "before"),
        pytest.param("transfer", "after", marks=pytest.mark.soak),
        pytest.param("correct", "before", marks=pytest.mark.soak),
        pytest.param("owner", "after", marks=pytest.mark.soak),
    ],
)
def test_a_decision_counts_once_though_the_hub_was_killed(what: str, when: str, tmp_path: Path):
    done = subprocess.run([sys.executable, "-c", HUB, tmp_path, what, when], cwd=REPO, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    owner, n = STANDS[what]
    with station(tmp_path / "hub.db") as hub:
        desk = Desk(hub.pipeline, ledger=hub.ledger, clock=lambda: RECEIVED, uptime=lambda: 0)
        steward = Steward(hub.database, desk, lambda: NOW)
        steward.look()
        steward.look()
        query = (
            "SELECT coalesce(sum(quantity), 0) FROM balance JOIN lot ON lot.id = lot_id"
            " JOIN account ON account.id = account_id WHERE owner = ? AND code = ?"
        )
        assert hub.one(query, owner, DOCK) == n
        assert hub.one("SELECT count(*) FROM settlement WHERE posted_at IS NULL") == 0
        assert hub.findings() == []
        assert hub.rebuilt().same
        desk.stop()
