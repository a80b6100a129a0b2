"""What two people say at the same moment is lost is lost once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.facts import DOCK, scan
from tests.support.rounds import CONSIGNMENT, Doors, doors, label
from wire.actions import LOST, Action
from wire.messages import AnyItem

DEADLINE_S = 20


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Doors]:
    with doors(tmp_path, follows=True) as made:
        yield made


def at_once(hub: Doors, monkeypatch: pytest.MonkeyPatch, *paths: str) -> list[int]:
    """What these are answered when all of them have come as far as the desk before any fact is posted."""
    all_here, post_due = threading.Barrier(len(paths), timeout=DEADLINE_S), hub.desk.post_due

    def together(due: Callable[[], Sequence[AnyItem]]) -> object:
        all_here.wait()
        return post_due(due)

    monkeypatch.setattr(hub.desk, "post_due", together)

    def click(path: str) -> int:
        with hub.web.client() as admin:
            return admin.post(f"/api/v1{path}/loss", json={"reason": "the river took it"}).status_code

    with ThreadPoolExecutor(len(paths)) as pool:
        return sorted(pool.map(click, paths))


def lost(hub: Doors) -> int:
    """How many facts say that a parcel is lost."""
    query = "SELECT count(*) FROM sighting JOIN account ON account.id = to_id WHERE code = ? AND voided = 0"
    found = hub.ledger.one(query, LOST)
    assert isinstance(found, int)
    return found


def test_a_parcel_that_two_people_say_is_lost_is_lost_once(hub: Doors, monkeypatch: pytest.MonkeyPatch):
    path = f"/parcels/{hub.parcels[0]}"
    assert at_once(hub, monkeypatch, path, path) == [200, 409]
    assert lost(hub) == hub.facts() == 1


def test_a_consignment_that_two_people_say_is_lost_is_lost_once(hub: Doors, monkeypatch: pytest.MonkeyPatch):
    load = [
        scan(label(one), do=Action.LOAD, source=DOCK, to="transit:van-1", at=9, task=f"consignment:{CONSIGNMENT}")
        for one in hub.parcels
    ]
    hub.tell("scanner-2", *load)
    hub.web.services.follow()
    path = f"/consignments/{CONSIGNMENT}"
    assert at_once(hub, monkeypatch, path, path) == [200, 409]
    assert lost(hub) == hub.facts() == len(hub.parcels)


def test_what_is_lost_with_its_consignment_is_not_lost_by_itself_as_well(hub: Doors, monkeypatch: pytest.MonkeyPatch):
    load = scan(
        label(hub.parcels[0]), do=Action.LOAD, source=DOCK, to="transit:van-1", at=9, task=f"consignment:{CONSIGNMENT}"
    )
    hub.tell("scanner-2", load)
    hub.web.services.follow()
    assert at_once(hub, monkeypatch, f"/parcels/{hub.parcels[0]}", f"/consignments/{CONSIGNMENT}") == [200, 409]
    assert lost(hub) == hub.facts() == 1
