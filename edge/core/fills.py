"""Open gaps that a welcome named: whoever still holds those facts sends them, one batch at a time. Pure."""

from collections import Counter, deque
from collections.abc import Iterable
from typing import NamedTuple

from edge.core.lane import MOST_ITEMS

MOST_TRIES = 12
OPAQUE_AFTER = 5


class Fill(NamedTuple):
    """Facts (after, upto] of a stream, as far as they are here."""

    stream: str
    after: int
    upto: int
    max_items: int
    opaque: bool


class Fills:
    """What may be filled. A gap that does not close is tried in smaller parts, then as opaque, and then left."""

    def __init__(self) -> None:
        self._left: deque[tuple[str, int, int]] = deque()
        self._tries: Counter[tuple[str, int]] = Counter()
        self._flying: tuple[str, int] | None = None

    def start(self, gaps: Iterable[tuple[str, int, int]]) -> None:
        """Begin anew with what a welcome named: stream, first, last."""
        self._left = deque(gap for gap in gaps if self._tries[gap[0], gap[1]] < MOST_TRIES)
        self._flying = None

    def next(self) -> Fill | None:
        """What to look for in the outbox now."""
        if self._flying is not None or not self._left:
            return None
        stream, first, last = self._left[0]
        tries = self._tries[stream, first]
        return Fill(stream, first - 1, last, max(1, MOST_ITEMS >> (3 * tries)), tries >= OPAQUE_AFTER)

    def sent(self, *, last: int, items: int, size: int) -> None:
        """That went out and reaches `last`; or, without items, nothing of it was here."""
        stream, first, end = self._left.popleft()
        if items:
            self._tries[stream, first] += 1
            self._flying = (stream, size)
        if last < end:
            self._left.appendleft((stream, last + 1, end))

    def landed(self, stream: str) -> int | None:
        """The hub spoke of this stream's facts: the size of the fill that is no longer in flight, if there was one."""
        if self._flying is None or self._flying[0] != stream:
            return None
        size = self._flying[1]
        self._flying = None
        return size
