"""Which points of a long track to show."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

GAP_MS: Final = 60_000
"""Where nothing was heard for so long, a track has a gap, whose two ends are shown as they are."""


def thin(times: Sequence[int], limit: int) -> Sequence[int]:
    """The indices of at most `limit` points of a track, given the times of all, in order (Unix ms).

    Those are the first and the last, the ends of its gaps, the longest first, up to half of the limit, and of the
    rest every so manyth.
    """
    count = len(times)
    if count <= limit:
        return range(count)
    if limit < 2:
        return [count - 1][:limit]
    gaps = [(after - before, at) for at, (before, after) in enumerate(pairwise(times)) if after - before > GAP_MS]
    kept = {0, count - 1}
    for _, at in sorted(gaps, reverse=True)[: max(0, limit // 2 - 2) // 2]:
        kept |= {at, at + 1}
    left = limit - len(kept)
    kept.update(number * count // left for number in range(left))
    return sorted(kept)
