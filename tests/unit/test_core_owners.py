"""Whose goods a fact moved: by what people said, in an order, and else nobody knows."""

import pytest

from hub.core.owners import Rules, lacks_owner, owner_of
from tests.support.facts import DOCK, PALLET, RICE, SHELF, STATION, TENT, count, goods, scan, void
from wire.actions import Action
from wire.messages import Kit, Part

UNIT = f"unit:sscc:{PALLET}"
RULES = Rules(
    deliveries={"D1": "caritas"},
    consignments={
        ("C-1", f"gtin:{RICE}"): frozenset({"oxfam"}),
        ("C-2", f"gtin:{RICE}"): frozenset({"oxfam", "msf"}),
    },
    units={PALLET: frozenset({("D2", "msf")}), "2" * 18: frozenset({("D2", "msf"), ("D3", "caritas")})},
    bins={SHELF: "red-cross"},
    sites={"st-1": "unicef"},
)


@pytest.mark.parametrize(
    ("fact", "owner", "why"),
    [
        (scan(goods(), task="delivery:D1", to=SHELF), "caritas", "delivery D1"),
        (scan(goods(), task="delivery:D9", to=SHELF), "red-cross", "the bin wh-1/a01 is theirs"),
        (scan(goods(), do=Action.LOAD, task="consignment:C-1", source=SHELF), "oxfam", "consignment C-1"),
        (scan(goods(), do=Action.LOAD, task="consignment:C-2", source=STATION), "unicef", "the rule of st-1"),
        (scan(goods(), do=Action.UNPACK, source=UNIT, to=SHELF), "msf", f"the unit {PALLET} came with delivery D2"),
        (scan(goods(), do=Action.PUT_AWAY, source=DOCK, to=SHELF), "red-cross", "the bin wh-1/a01 is theirs"),
        (scan(goods(), do=Action.MOVE, source=STATION, to=SHELF), "red-cross", "the bin wh-1/a01 is theirs"),
        (scan(goods(), do=Action.HAND_OVER, source=STATION), "unicef", "the rule of st-1"),
        (count(goods(), 3, where=STATION), "unicef", "the rule of st-1"),
        (Kit(at=0, up=0, do="open", where=SHELF, made=Part(labels=(goods(),)), used=(Part(labels=(goods(),)),)),
         "red-cross", "the bin wh-1/a01 is theirs"),
    ],
)  # fmt: skip
def test_what_people_said_tells_the_owner_and_the_reason(fact, owner: str, why: str):
    assert owner_of(fact, RULES) == (owner, why)


UNTOLD = [
    scan(goods()),
    count(goods(), 3),
    scan(goods(), to="unit:sscc:" + "2" * 18),
    scan(goods(), task="pick:D1"),
    scan(goods(), task="consignment:C-2"),
    scan(goods(TENT), task="consignment:C-1"),
    void(1),
]


@pytest.mark.parametrize("fact", UNTOLD)
def test_what_nothing_tells_is_not_guessed(fact):
    assert owner_of(fact, RULES) is None


def test_a_fact_that_names_an_owner_lacks_none():
    assert lacks_owner(scan(goods()))
    assert not lacks_owner(scan(goods(), owner="msf"))
    parts = {"made": Part(labels=(goods(),)), "used": (Part(labels=(goods(),), owner="msf"),)}
    assert not lacks_owner(Kit(at=0, up=0, do="kit", where=DOCK, **parts))
    assert not lacks_owner(void(1))
