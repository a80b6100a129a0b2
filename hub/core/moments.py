"""When something happened: the device's word, corrected by its estimate of its clock, and how sure that is.

A device says of each item its wall clock, which may be wrong, and its uptime, and of each batch how uptime and Unix
time belong together (wire.messages.Clock). The corrected time follows from these and from the time of receipt alone,
so it is the same whenever it is worked out: nothing happens after the hub was told of it. All times are Unix
milliseconds. Nothing here raises, whatever a device says.
"""

from bisect import bisect_right
from operator import attrgetter
from typing import Final, NamedTuple

from wire.messages import Clock, ClockPoint

SURE_MS: Final = 2_000
"""A time that may be further off than this counts as estimated."""
DRIFT: Final = 1e-4
"""How fast a clock may run away from the last uptime that its device spoke of, as a ratio: 100 ppm."""

_up = attrgetter("up")


class Moment(NamedTuple):
    """A corrected time and between what it lies; `earliest` None: a wrong wall clock may be wrong by any amount."""

    at: int
    earliest: int | None
    latest: int
    estimated: bool

    @property
    def error(self) -> int | None:
        """How far off it may be."""
        return None if self.earliest is None else max(self.at - self.earliest, self.latest - self.at)


def corrected(at: int, up: int, clock: Clock | None, received_at: int) -> int:
    """When it happened: by uptime where the device knew its boot, else by its wall clock; never after receipt."""
    if clock is None:
        return min(at, received_at)
    return min(up + (_point(clock.points, up).base if clock.points else clock.base), received_at)


def moment(at: int, up: int, clock: Clock | None, received_at: int) -> Moment:
    """The corrected time with its bounds."""
    if clock is None:
        return Moment(min(at, received_at), None, received_at, estimated=True)
    plain = ClockPoint(up, clock.base, clock.error, clock.error)
    point = _point(clock.points, up) if clock.points else plain
    told = up + point.base
    return Moment(
        min(told, received_at),
        min(told - point.before, received_at),
        min(told + point.after, received_at),
        estimated=clock.estimated or max(point.before, point.after) > SURE_MS,
    )


def _point(points: tuple[ClockPoint, ...], up: int) -> ClockPoint:
    """What points say of an uptime: between two of them on straight lines, beyond them the nearest, less surely."""
    place = bisect_right(points, up, key=_up)
    if 0 < place < len(points):
        p, q = points[place - 1], points[place]
        span, part = max(1, q.up - p.up), min(max(0, up - p.up), max(0, q.up - p.up))
        return ClockPoint(
            up,
            p.base + (q.base - p.base) * part // span,
            p.before - (p.before - q.before) * part // span,
            p.after - (p.after - q.after) * part // span + 1,
        )
    near = points[max(0, place - 1)]
    if up == near.up:
        return near
    away = int(abs(up - near.up) * DRIFT) + 1
    return ClockPoint(up, near.base, near.before + away, near.after + away)
