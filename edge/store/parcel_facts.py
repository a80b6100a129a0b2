"""What this device did with each parcel last, out of the facts that it keeps: at any of its scanners, over restarts.

Read from the outbox once, when somebody asks first, and followed from then on. So it takes nothing from the disk, and
nothing of it can be wrong that the facts are not. A fact that was undone counts no more, and the one before it does.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from edge.core.parcels import Kept
from edge.errors import EdgeError
from edge.store.newest import VOIDS, newest
from edge.store.outbox import Outbox
from wire.actions import Action, ends
from wire.labels import parse
from wire.messages import AnyItem, Scan, Void

MOST_PARCELS: Final = 5_000
"""Many times what a station's shelves hold; of more, those scanned longest ago are forgotten."""
MOST_STEPS: Final = 20
"""So many facts of one parcel can be undone."""
_CODE: Final = "RR:P:"


class Place(Protocol):
    """Where a fact stands."""

    @property
    def stream(self) -> str: ...
    @property
    def seq(self) -> int: ...


class ParcelFacts:
    """For all threads. A disk that cannot be read tells nothing, and is asked again."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._lock = threading.Lock()
        self._known: dict[str, list[tuple[str, int, Kept]]] | None = None

    def latest(self, parcel: str) -> Kept | None:
        """The latest fact of a parcel that stands; None: there is none among the newest facts."""
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return _latest((self._known or {}).get(parcel, []))

    def given(self) -> tuple[str, ...]:
        """What was handed over, the latest last."""
        with self._lock:
            if self._known is None:
                self._known = self._read()
            all_steps = (self._known or {}).items()
            return tuple(
                parcel for parcel, steps in all_steps if (last := _latest(steps)) is not None and last.given is not None
            )

    def note(self, items: Sequence[AnyItem], places: Sequence[Place]) -> None:
        """These were kept just now."""
        with self._lock:
            if self._known is not None:
                for item, place in zip(items, places, strict=True):
                    _follow(self._known, item, place.stream, place.seq)

    def _read(self) -> dict[str, list[tuple[str, int, Kept]]] | None:
        known: dict[str, list[tuple[str, int, Kept]]] = {}
        try:
            for stream, seq, item in newest(self._outbox, holding=(_CODE.encode(), VOIDS)):
                _follow(known, item, stream, seq)
        except EdgeError:  # said by whoever writes
            return None
        return known


def _latest(steps: list[tuple[str, int, Kept]]) -> Kept | None:
    given = None
    for _, _, kept in steps:
        if kept.do is Action.HAND_OVER:
            given = kept.at
        elif kept.do is Action.RETURN:
            given = None
    return replace(steps[-1][2], given=given) if steps else None


def _follow(known: dict[str, list[tuple[str, int, Kept]]], item: AnyItem, stream: str, seq: int) -> None:
    if isinstance(item, Void):
        for steps in known.values():
            steps[:] = [each for each in steps if each[:2] != (item.stream, item.seq)]
        return
    parcel = _parcel(item) if isinstance(item, Scan) else None
    if parcel is None or not isinstance(item, Scan):
        return
    kept = Kept(do=item.do, account=ends(item.do, item.source, item.to)[1], at=item.at)
    known[parcel] = [*known.pop(parcel, ()), (stream, seq, kept)][-MOST_STEPS:]
    while len(known) > MOST_PARCELS:
        del known[next(iter(known))]


def _parcel(item: Scan) -> str | None:
    return next((parse(label).parcel for label in item.labels if _CODE in label[:8]), None)
