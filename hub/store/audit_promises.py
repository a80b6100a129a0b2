"""What people were promised, checked on a live database: reserved goods, booked room. Each check reads; none repairs.

What stood when goods were reserved cannot be summed up afterwards, because facts that come late change it. So each
reservation keeps what it was told (`stood`, `claimed`), and the check is that it was told no less than what those
before it claimed at that moment. Their order is that of `seq`, not of a clock. In the same way it keeps the last
decision about any lot that was known then (`noted`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Any, Final

from sqlalchemy import Connection, Row

from hub.core.days import LAST
from hub.core.instant import day
from hub.core.space import Span, peak
from hub.store.queries.goods import local_day

_RESERVATIONS: Final = "SELECT * FROM reservation ORDER BY seq"
_STATES: Final = """
SELECT reservation.id, reservation.state, pick.id AS pick, pick.state AS listed FROM reservation
JOIN pick ON pick.seq = reservation.pick JOIN need ON need.seq = reservation.need
WHERE reservation.state <> CASE pick.state WHEN 'open' THEN 'picking' ELSE pick.state END
  AND NOT (reservation.state = 'cancelled' AND need.request IS NOT NULL AND need.cancelled_at IS NOT NULL)
UNION ALL
SELECT reservation.id, reservation.state, 'of another site', pick.state FROM reservation
JOIN pick ON pick.seq = reservation.pick WHERE pick.site <> reservation.site
UNION ALL
SELECT reservation.id, reservation.state, 'whose lines are of another amount', pick.state FROM reservation
JOIN pick ON pick.seq = reservation.pick
WHERE reservation.n <> (SELECT coalesce(sum(line.n), 0) FROM pick_line AS line
                        WHERE line.pick = reservation.pick AND line.reservation = reservation.seq)
LIMIT 20
"""

_NUMBERED: Final = """
SELECT one.device, one.low, one.high, other.device FROM sscc_range AS one JOIN sscc_range AS other
ON other.low BETWEEN one.low - 999 AND one.high AND other.high >= one.low AND other.id < one.id LIMIT 20
"""
"""The table holds no range of more than 1000."""

_BARRED: Final = """
SELECT reservation.id, said.item, said.lot, said.state FROM reservation JOIN lot_note AS said ON said.id IN (
  (SELECT max(id) FROM lot_note WHERE item = reservation.item AND lot = reservation.lot AND id <= reservation.noted),
  (SELECT max(id) FROM lot_note WHERE item = reservation.item AND lot = '' AND id <= reservation.noted))
WHERE said.state <> 'ok' LIMIT 20
"""


def took_what_was_free(connection: Connection) -> Iterator[str]:
    """No reservation took goods that another held when it was made."""
    claims: dict[tuple[str, ...], _Claims] = defaultdict(_Claims)
    for row in connection.exec_driver_sql(_RESERVATIONS):
        held = claims[row.site, row.item, row.lot, row.owner]
        reserved = max(row.claimed, held.before(row))
        if row.n > max(0, row.stood - reserved):
            goods = f"{row.item} lot {row.lot or '-'} of {row.owner} at {row.site}"
            told = f"{row.stood} stood and {reserved} were reserved"
            yield f"the reservation {row.id} took {row.n} of {goods}, where {told}"
        held.add(row)


class _Claims:
    """What reservations of the same goods held, one after the other: each until it ended, was released, or expired.

    What has ended stays ended for all that come later, so each is looked at once.
    """

    def __init__(self) -> None:
        self._sum = 0
        self._until: list[tuple[int, int, int]] = []
        self._expire: list[tuple[int, int, int]] = []
        self._over: set[int] = set()

    def before(self, later: "Row[Any]") -> int:
        """The sum of those that held something when a later one was made."""
        for heap, limit in ((self._until, later.seq), (self._expire, later.made_at + 1)):
            while heap and heap[0][0] < limit:
                _, seq, n = heappop(heap)
                if seq not in self._over:
                    self._over.add(seq)
                    self._sum -= n
        return self._sum

    def add(self, one: "Row[Any]") -> None:
        """One more, which holds from now on."""
        self._sum += one.n
        heappush(self._expire, (one.expires_at, one.seq, one.n))
        ends = [seq for seq in (one.ended_after, one.released_after) if seq is not None]
        if ends:
            heappush(self._until, (min(ends), one.seq, one.n))


def took_nothing_barred(connection: Connection) -> Iterator[str]:
    """No lot was reserved that was recalled or in quarantine by the last that people had decided."""
    for row in connection.exec_driver_sql(_BARRED):
        yield f"the reservation {row.id} took {row.item} lot {row.lot or '-'}, which was {row.state} then"


def lists_stand_alike(connection: Connection) -> Iterator[str]:
    """A reservation is picked as long as its list is open, and ends as its list ends, or with its request."""
    for row in connection.exec_driver_sql(_STATES):
        yield f"the reservation {row.id} is {row.state}, and its pick list {row.pick} is {row.listed}"


def room_is_kept(connection: Connection) -> Iterator[str]:
    """No more room is approved than there is, but where somebody lowered the capacity and said so."""
    rooms = {(row.site, row.temperature, row.measure): row for row in _rows(connection, "SELECT * FROM space_capacity")}
    taken: dict[tuple[str, str, str], list[Span]] = defaultdict(list)
    for row in _rows(connection, "SELECT * FROM booking WHERE state = 'approved'"):
        taken[row.site, row.temperature, row.measure].append(Span(row.first_day, row.last_day, row.amount))
    for key, spans in sorted(taken.items()):
        room = rooms.get(key)
        if room is not None and room.overbooked:
            continue
        first = 0 if room is None else local_day(connection, room.site, room.set_at)
        most = peak(spans, first, LAST)
        capacity = 0 if room is None else room.amount
        if most.amount > capacity:
            yield f"{most.amount} of {' '.join(key)} are approved on {day(most.day)}, where there are {capacity}"


def numbers_are_given_out_once(connection: Connection) -> Iterator[str]:
    """No number of a handling unit (SSCC) is reserved for two devices, or twice for one."""
    for device, low, high, other in connection.exec_driver_sql(_NUMBERED):
        yield f"the range of SSCCs {low} to {high} of {device} holds numbers that {other} has, too"


def _rows(connection: Connection, query: str) -> "list[Row[Any]]":
    return list(connection.exec_driver_sql(query))


PROMISES: Final[dict[str, Callable[[Connection], Iterator[str]]]] = {
    "reservations took what was free": took_what_was_free,
    "no recalled or quarantined lot was reserved": took_nothing_barred,
    "reservations stand as their pick lists": lists_stand_alike,
    "approved room is there": room_is_kept,
    "numbers of units are given out once": numbers_are_given_out_once,
}
