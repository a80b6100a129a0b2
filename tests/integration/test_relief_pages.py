"""What the pages of requests, consignments and parcels ask the hub for: the board, custody, and what may be decided."""

from pathlib import Path

import pytest

from hub.core.viewer import Role
from hub.store.queries import relief as relief_queries
from tests.support.relief_world import SHELF, TRUCK, Relief, relief
from tests.support.viewers import operator_at, staff_of
from wire.actions import Action


@pytest.fixture
def world(tmp_path: Path):
    with relief(tmp_path) as made:
        yield made


def test_the_board_counts_what_is_in_each_state_and_shows_the_newest(world: Relief):
    world.receive(60)
    for _ in range(2):
        _, sent, parcel = world.planned(3)
    world.pack(parcel, 3, sent)
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    found = world.web.get("/consignments/board", Role.STAFF)["states"]
    assert [(one["state"], one["count"], len(one["rows"])) for one in found] == [
        ("planned", 1, 1), ("in-transit", 1, 1),
    ]  # fmt: skip
    assert found[1]["rows"][0]["id"] == sent["id"]
    assert world.web.get("/consignments/board", Role.SUPERVISOR, way="door")["states"] == []
    with world.web.database.read() as connection:
        seen = [
            sum(one["count"] for one in relief_queries.board(connection, viewer, site=None))
            for viewer in (operator_at("wh-1"), operator_at("st-1"), operator_at("wh-2"), staff_of("org-2"))
        ]
    assert seen == [2, 2, 0, 0]


def test_a_consignment_says_where_its_goods_are_and_what_may_be_decided_by_whoever_asks(world: Relief):
    world.receive(20)
    asked, sent, parcel = world.planned(5)
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    found = world.web.get(f"/consignments/{sent['id']}", Role.STAFF)
    (line,) = found["custody"]
    assert (line["planned"], line["dispatched"], line["in_transit"], line["received"]) == (5, 5, 5, 0)
    assert found["may"] == ["return", "reroute", "lose"]
    assert world.web.get(f"/consignments/{sent['id']}", Role.AUDITOR)["may"] == []
    assert world.web.get(f"/parcels/{parcel['id']}", Role.STAFF)["may"] == ["reroute", "return", "lose"]
    assert world.web.get(f"/requests/{asked['id']}", Role.HELPLINE)["may"] == []
    assert world.web.get(f"/requests/{world.ask(1)['id']}", Role.HELPLINE)["may"] == ["cancel", "reroute"]
