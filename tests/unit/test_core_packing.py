"""What is inside of what."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.core.packing import loop

graphs = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3, unique=True))


def reachable(inside, start):
    seen, todo = set(), list(inside.get(start, ()))
    while todo:
        item = todo.pop()
        if item not in seen:
            seen.add(item)
            todo.extend(inside.get(item, ()))
    return seen


@given(graphs)
def test_a_loop_is_found_where_an_item_would_contain_itself_and_only_there(inside):
    found = loop(inside)
    assert bool(found) == any(item in reachable(inside, item) for item in inside)
    assert all(inner in inside[outer] for outer, inner in pairwise(found))
    assert found[:1] == found[-1:]


def test_ten_thousand_levels_are_no_matter():
    assert loop({str(n): [str(n + 1)] for n in range(10_000)}) == []
