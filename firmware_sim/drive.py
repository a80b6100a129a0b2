"""A vehicle that drives from stop to stop along roads. Pure: time comes in as steps of seconds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from firmware_sim.roads import Point, Route, position

_GAIN_MPS2: Final = 1.2
_BRAKE_MPS2: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The way from one stop to the next."""

    start: str
    route: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """Where the vehicle is, how fast, and where to; `stop` names the stop it stands at, None under way."""

    at: Point
    speed_mps: float
    heading_deg: float
    stop: str | None


class Drive:
    """Goes round the legs for ever. It stays `dwell_s` at each stop, and until `may_leave(stop, visit)`."""

    def __init__(
        self,
        legs: Sequence[Leg],
        *,
        cruise_mps: float,
        dwell_s: float,
        arrived: Callable[[str], None] = lambda _stop: None,
        may_leave: Callable[[str, int], bool] = lambda _stop, _visit: True,
    ) -> None:
        self._legs = legs
        self._cruise = cruise_mps
        self._dwell = dwell_s
        self._arrived = arrived
        self._may_leave = may_leave
        self._leg = 0
        self._visits = 0
        self._metres = 0.0
        self._speed = 0.0
        self._waited: float | None = None

    def step(self, seconds: float) -> Motion:
        """Let so many seconds pass."""
        leg = self._legs[self._leg]
        if self._waited is None:
            self._waited = 0.0
            self._arrived(leg.start)
        if self._waited >= 0:
            self._waited += seconds
            if self._waited < self._dwell or not self._may_leave(leg.start, self._visits):
                return self._motion(leg, leg.start)
            self._waited = -1.0
        self._move(leg, seconds)
        motion = self._motion(leg, None)
        if self._metres >= leg.route.length_m:
            self._leg = (self._leg + 1) % len(self._legs)
            self._visits += self._leg == 0
            self._metres, self._speed, self._waited = 0.0, 0.0, None
        return motion

    def _move(self, leg: Leg, seconds: float) -> None:
        left = leg.route.length_m - self._metres
        braking = (2 * _BRAKE_MPS2 * max(left, 0.0)) ** 0.5
        self._speed = min(self._cruise, self._speed + _GAIN_MPS2 * seconds, max(braking, 1.0))
        self._metres += self._speed * seconds

    def _motion(self, leg: Leg, stop: str | None) -> Motion:
        at, heading = position(leg.route, self._metres)
        return Motion(at=at, speed_mps=self._speed, heading_deg=heading, stop=stop)
