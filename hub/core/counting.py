"""Counts: balance = the latest count + the moves after it. The adjustment is derived, never entered."""

from collections.abc import Iterable, Sequence

Key = tuple[int, int, int]
"""Corrected time, lane, sequence: the order of all facts."""


def adjustments(changes: Iterable[tuple[Key, int]], counts: Sequence[tuple[Key, int]]) -> list[int]:
    """What each count adds to the balance before it.

    `changes` are the signed quantities that moved into one account, `counts` the balances that people stated,
    in order. Returns one number per count.
    """
    ordered = sorted(changes)
    result: list[int] = []
    balance = 0
    at = 0
    for key, stated in counts:
        while at < len(ordered) and ordered[at][0] < key:
            balance += ordered[at][1]
            at += 1
        result.append(stated - balance)
        balance = stated
    return result
