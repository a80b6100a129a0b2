"""What is inside of what: cases hold pieces, kits hold parts, and nothing holds itself. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

MOST_PARTS: Final = 50
"""Different items that one kit is put together of."""


def loop(inside: Mapping[str, Sequence[str]]) -> list[str]:
    """A way from an item through what it contains back to itself, first and last the same; empty where there is none.

    A walk in depth that gives each item up for good once all below it was seen, so its time is linear.
    """
    clear: set[str] = set()
    for start in inside:
        trail: list[str] = []
        on_trail: set[str] = set()
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            item, depth = stack.pop()
            for left in trail[depth:]:
                on_trail.discard(left)
                clear.add(left)
            del trail[depth:]
            if item in on_trail:
                return [*trail[trail.index(item) :], item]
            if item in clear:
                continue
            trail.append(item)
            on_trail.add(item)
            stack.extend((inner, depth + 1) for inner in inside.get(item, ()))
        clear.update(trail)
    return []
