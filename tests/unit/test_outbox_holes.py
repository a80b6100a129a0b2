"""Ranges of sequences that are not there, against a dictionary that knows each of them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge.store.holes import Fate, count, lost, lowered, reasons, segments, thinned

LAST = 60
PLACES = st.integers(1, LAST)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("thin"), PLACES, PLACES),
        st.tuples(st.just("lose"), PLACES, PLACES),
        st.tuples(st.just("lower"), PLACES, PLACES),
    ),
    max_size=12,
)


def explained(holes, seq):
    """The fate of one sequence by the ranges."""
    found = [fate for fate in Fate if count(holes, fate, after=seq - 1, upto=seq)]
    assert len(found) <= 1
    return found[0] if found else None


@given(STEPS)
def test_every_sequence_has_the_fate_that_it_has_one_by_one(steps):
    fates, holes = dict.fromkeys(range(1, LAST + 1)), ()
    for what, a, b in steps:
        low, high = min(a, b), max(a, b)
        if what == "thin":
            for part in segments(holes, low - 1, high):
                holes = thinned(holes, part.first, part.last, part.step * 2)
                for seq in range(part.first, part.last + 1):
                    if seq % (part.step * 2):
                        fates[seq] = Fate.THINNED
        elif what == "lose":
            missing = [seq for seq in range(low, high + 1) if fates[seq] is None]
            # A row that is lost takes along what is thinned between it and the next one that is lost.
            holes = lost(holes, [(low, high)], through=a)
            for seq in range(low, high + 1):
                now = explained(holes, seq)
                assert now in {Fate.ABSENT, Fate.UNREADABLE} if seq in missing else now is not None
                assert now == fates[seq] or (now is Fate.ABSENT if seq <= a else now is Fate.UNREADABLE)
                fates[seq] = now
        else:
            holes = lowered(holes, low, gone=high)
            for seq in range(low + 1, LAST + 1):
                if seq <= high:
                    fates[seq] = Fate.TRIMMED
                elif fates[seq] is Fate.ABSENT:
                    fates[seq] = Fate.UNREADABLE
        assert {seq: explained(holes, seq) for seq in fates} == fates
        assert all(one.last < other.first for one, other in pairwise(holes))


def test_a_day_of_thinning_is_one_range():
    holes = ()
    for start in range(0, 86_400, 2_000):
        holes = thinned(holes, start + 1, start + 2_000, 2)
    assert len(holes) == 1
    assert count(holes, Fate.THINNED, upto=10_001) == 5_001


def test_a_run_of_missing_rows_is_declared_piece_by_piece():
    holes = lost(thinned((), 1, 10, 2), [(4, 4)], through=0)
    pieces = reasons(holes, 3, 5, Fate.UNREADABLE)
    assert [(p.first, p.last, p.fate) for p in pieces] == [
        (3, 3, Fate.THINNED), (4, 4, Fate.UNREADABLE), (5, 5, Fate.THINNED),
    ]  # fmt: skip
