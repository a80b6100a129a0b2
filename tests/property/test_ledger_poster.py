"""The quick way of posting a scan and the thorough one say the same of every scan."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from hub.ingest.decoding import BadItem
from hub.ingest.group import LaneRef, Rows
from hub.ingest.poster import Poster
from tests.support.facts import NOW, PALLET, RICE, TENT
from tests.support.labels import hostile
from wire.actions import Action
from wire.labels import element_string
from wire.messages import AnyItem, Clock, Lane, Scan

LANES = [
    LaneRef(device="a", device_id=1, id_=11, lane=Lane.FACTS, clock=None, received=NOW),
    LaneRef(device="b", device_id=2, id_=12, lane=Lane.FACTS, clock=Clock(base=NOW, error=3), received=NOW),
]
PLACES = st.sampled_from([None, "place:wh-1", "place:wh-2/a", f"unit:sscc:{PALLET}", "virtual:adjustment"])
LABELS = st.one_of(
    st.builds(
        element_string,
        gtin=st.sampled_from([RICE, TENT, None]),
        lot=st.sampled_from([None, "A", "B"]),
        serial=st.sampled_from([None, "1", "2"]),
        expiry=st.sampled_from([None, 20270101, 20280101]),
        best_before=st.sampled_from([None, 20270101]),
        count=st.sampled_from([None, 0, 6]),
        sscc=st.sampled_from([None, None, None, PALLET]),
        symbology=st.sampled_from(["]C1", "]d2", ""]),
    ).filter(bool),
    hostile.filter(bool),
)
SCANS = st.builds(
    Scan,
    at=st.integers(NOW, NOW + 3),
    up=st.integers(0, 3),
    do=st.sampled_from(Action),
    labels=st.lists(LABELS, min_size=1, max_size=2).map(tuple),
    source=PLACES,
    to=PLACES,
    n=st.integers(1, 9),
    owner=st.sampled_from([None, "red-cross"]),
    condition=st.sampled_from(["good", "good", "quarantined"]),
    task=st.sampled_from([None, "delivery:D1"]),
)
COMMON = st.builds(
    Scan,
    at=st.integers(NOW, NOW + 3),
    up=st.integers(0, 3),
    do=st.sampled_from([Action.RECEIVE, Action.MOVE]),
    labels=st.builds(
        element_string,
        gtin=st.sampled_from([RICE, TENT]),
        lot=st.sampled_from([None, "A"]),
        serial=st.sampled_from([None, None, "1", "2"]),
        symbology=st.just("]d2"),
    ).map(lambda label: (label,)),
    to=st.just("place:wh-1"),
    n=st.integers(1, 9),
    owner=st.sampled_from([None, "red-cross"]),
    task=st.sampled_from([None, "delivery:D1"]),
)
"""What the quick way is for: few goods and few accounts, so that most are met again."""


class Thorough(Poster):
    """A poster without its quick way."""

    def add(self, rows: Rows, lane: LaneRef, pairs: Iterable[tuple[int, AnyItem | BadItem]]) -> None:
        for seq, item in pairs:
            self._slowly(rows, lane, seq, item)


@given(st.lists(st.lists(st.tuples(st.sampled_from(LANES), st.one_of(COMMON, SCANS)), max_size=8), max_size=4))
def test_the_quick_way_posts_what_the_thorough_way_posts(groups: list):
    quick, thorough = Poster(), Thorough()
    seq = 0
    for group in groups:
        # Twice, so that the second time everything is known and the quick way is taken wherever it may be.
        for _ in range(2):
            left, right = Rows(), Rows()
            for lane, scan in group:
                seq += 1
                quick.add(left, lane, [(seq, scan)])
                thorough.add(right, lane, [(seq, scan)])
            assert left == right
            assert not left.quarantine
