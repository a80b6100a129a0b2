"""What became of a consignment's goods, in small tables; whole journeys are in tests/property/test_custody.py."""

from hub.core.custody import Facts, Flow, Goods, LineCustody, Row, Way, custody

FROM, TO, VAN = "place:wh-1", "place:st-1", "transit:van-1"
WAY = Way(source="wh-1", to="st-1")
RICE, SPOILT = Goods("gtin:1", "A", "msf"), Goods("gtin:1", "A", "msf", "damaged")
PALLET = "sscc:350123456000000011"


def line(*, dispatched: int, received: int = 0, damaged: int = 0, in_transit: int = 0) -> LineCustody:
    return LineCustody(
        item="gtin:1", lot="A", owner="msf", dispatched=dispatched, received=received, damaged=damaged, lost=0,
        in_transit=in_transit, elsewhere=0,
    )  # fmt: skip


def row(at: int, goods: Goods | None, source: str, to: str, n: int, unit: str | None = None) -> Row:
    return Row((at, 1, at), unit, goods, source, to, n)


def test_goods_that_came_damaged_are_not_received():
    rows = [row(1, RICE, FROM, VAN, 10), row(2, RICE, VAN, TO, 6), row(3, SPOILT, VAN, TO, 3)]
    assert custody(WAY, Facts(rows=rows)) == (line(dispatched=10, received=6, damaged=3, in_transit=1),)


def test_a_pallet_brings_what_it_held_when_it_left_and_not_what_came_into_it_later():
    rows = [row(5, None, FROM, VAN, 1, PALLET)]
    flows = {PALLET: [Flow((at, 2, at), RICE, n) for at, n in ((1, 8), (5, -1), (9, 4))]}
    assert custody(WAY, Facts(rows=rows, flows=flows))[0].dispatched == 8
