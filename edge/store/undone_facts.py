"""Which facts of this device were undone already, at whichever of its scanners and pages: undone twice is undone once.

A fact can be undone where it was made and from the list of a terminal. The hub counts two voids of one fact as one;
but whoever scans RR:UNDO means the latest fact that still stands.
"""

import threading
from collections.abc import Sequence
from typing import Final

from edge.errors import EdgeError
from edge.store.newest import VOIDS, newest
from edge.store.outbox import Outbox
from wire.messages import AnyItem, Void

MOST_UNDONE: Final = 5_000
"""Of more, those undone longest ago are forgotten: an undo reaches back a hundred facts."""


class UndoneFacts:
    """For all threads. Read from the outbox when somebody asks first, and followed from then on."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._lock = threading.Lock()
        self._known: dict[tuple[str, int], None] | None = None

    def __call__(self, stream: str, seq: int) -> bool:
        """Whether a fact was undone. A disk that cannot be read tells nothing, and is asked again."""
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return (stream, seq) in (self._known or ())

    def note(self, items: Sequence[AnyItem]) -> None:
        """These were kept just now."""
        with self._lock:
            if self._known is not None:
                _follow(self._known, items)

    def _read(self) -> dict[tuple[str, int], None] | None:
        known: dict[tuple[str, int], None] = {}
        try:
            _follow(known, [item for _, _, item in newest(self._outbox, holding=(VOIDS,))])
        except EdgeError:  # said by whoever writes
            return None
        return known


def _follow(known: dict[tuple[str, int], None], items: Sequence[AnyItem]) -> None:
    for item in items:
        if isinstance(item, Void):
            known[item.stream, item.seq] = None
    while len(known) > MOST_UNDONE:
        del known[next(iter(known))]
