"""Whose turn it is to send: facts first, older streams first; what may be poison goes alone. Pure."""

from collections.abc import Iterable

from edge.core.lane import LaneProgress
from wire.messages import Lane

HEALTHY_ROUND = 64
"""Batches that other lanes send before a suspect one is tried again."""


class Turns:
    """The lanes that have something the hub lacks."""

    def __init__(self) -> None:
        self._facts: dict[str, LaneProgress] = {}
        self._telemetry: dict[str, LaneProgress] = {}
        self._alone = False
        self._healthy_left = 0
        self._round = 0

    def start(self, lanes: Iterable[LaneProgress]) -> None:
        """A hello was answered. Suspects and the others take turns at going first, so that neither waits for ever."""
        self._facts.clear()
        self._telemetry.clear()
        for lane in lanes:
            self.add(lane)
        self._alone = False
        self._round += 1
        self._healthy_left = 0 if self._round % 2 else HEALTHY_ROUND

    def add(self, lane: LaneProgress) -> None:
        """A lane may have become active."""
        if lane.waiting:
            (self._facts if lane.lane is Lane.FACTS else self._telemetry)[lane.stream] = lane

    def choose(self, *, flying: int, room: bool) -> LaneProgress | None:
        """The lane to read a batch from, with so many batches in flight."""
        if self._alone:
            return None
        healthy = self._healthy() if room else None
        suspects = [x for kind in (self._facts, self._telemetry) for x in kind.values() if x.suspect and x.sendable()]
        if not suspects:
            return healthy
        if flying == 0 and (self._healthy_left <= 0 or healthy is None):
            return suspects[self._round // 2 % len(suspects)]
        return healthy if self._healthy_left > 0 else None

    def sent(self, lane: LaneProgress) -> None:
        self._alone = lane.suspect
        self._healthy_left -= 1

    def heard(self, lane: LaneProgress) -> None:
        """A receipt that moved a lane, or sent it back."""
        self._alone = False
        if not lane.waiting:
            (self._facts if lane.lane is Lane.FACTS else self._telemetry).pop(lane.stream, None)

    def _healthy(self) -> LaneProgress | None:
        for lane in self._facts.values():
            if not lane.suspect and lane.sendable():
                return lane
        if self._facts and any(lane.flying for lane in self._telemetry.values()):
            return None
        return next((x for x in self._telemetry.values() if not x.suspect and x.sendable()), None)
