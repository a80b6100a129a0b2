"""Rounds to doors: each outcome counts once, whatever the network does, and only the courier sees whom to visit."""

import io
from pathlib import Path

import pytest
from PIL import Image

from hub.core.access import Role
from hub.core.instant import rfc3339
from hub.store import postings
from tests.support.facts import NOW, RECEIVED
from tests.support.rounds import COURIER, WU, Doors, doors, planned


@pytest.fixture
def hub(tmp_path: Path):
    with doors(tmp_path) as made:
        yield made


def outcome(n: int, told: str, *parcels: str, ago_s: int = 0, **more: object) -> dict:
    return {"id": f"outcome-{n}", "told": told, "parcels": parcels, "at": rfc3339(RECEIVED - ago_s * 1000), **more}


def told(hub: Doors, round_: str, *outcomes: dict, sent: int = RECEIVED) -> dict:
    with hub.courier() as courier:
        answer = courier.post(f"/rounds/{round_}/outcomes", json={"sent": rfc3339(sent), "outcomes": list(outcomes)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_round_of_two_stops_is_told_once_in_the_ledger_however_often_it_is_sent(hub: Doors):
    one, two = hub.parcels
    id_ = planned(hub)["id"]
    sent = [
        outcome(1, "taken", one, two, ago_s=60),
        outcome(2, "given", one, way="person", ago_s=40, lat=31.0, lon=103.0),
        outcome(3, "attempt", two, why="nobody-there", ago_s=20),
        outcome(4, "back", two, ago_s=10),
    ]
    answer = told(hub, id_, *sent)
    assert [each["result"] for each in answer["outcomes"]] == ["stored"] * 4
    assert (answer["posted"], answer["round"]["state"]) == (True, "done")
    assert {stop["parcel"]: stop["state"] for stop in answer["round"]["stops"]} == {one: "given", two: "back"}
    assert (hub.where(one), hub.where(two)) == ("virtual:with-recipient", "place:wh-1")
    facts = hub.facts()
    assert facts == 5
    again = told(hub, id_, *sent)
    assert [each["result"] for each in again["outcomes"]] == ["known"] * 4
    assert hub.facts() == facts
    assert hub.ledger.findings() == []
    assert hub.ledger.rebuilt().same
