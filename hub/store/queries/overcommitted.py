"""Goods that were promised and are not there any more: later facts took what reservations claim.

A reservation never takes more than is free when it is made. But a scan is never refused, so goods that are promised can
be moved, lost or counted away. That is shown until the goods come back, or a person releases what cannot be kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from hub.store.queries.standing import NOWHERE, Key, claimed_everywhere, stands_of_promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One of the reservations that compete; times in Unix ms."""

    id: str
    organisation: str
    n: int
    state: str
    made_at: int
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overcommitted:
    """So many units are claimed of goods of which only so many stand there; newest promise last."""

    key: Key
    claimed: int
    stands: int
    promises: tuple[Promise, ...]

    @property
    def since(self) -> int:
        """When the newest of its promises was made, at the earliest."""
        return self.promises[-1].made_at


def overcommitted(
    connection: Connection, now: int, *, sees: Callable[[str, str], bool] = lambda _site, _owner: True
) -> Iterator[Overcommitted]:
    """Goods of which more is claimed than stands there, in a stable order (site, item, lot, owner).

    `sees` says of a site and an owner whether they are asked for; who competes is read as the rows are taken.
    """
    standing = stands_of_promised(connection)
    for key, claims in sorted(claimed_everywhere(connection, now).items()):
        there = standing.get(key, NOWHERE).n
        if claims > there and sees(key.site, key.owner):
            yield Overcommitted(key=key, claimed=claims, stands=there, promises=_promises(connection, key, now))


def _promises(connection: Connection, key: Key, now: int) -> tuple[Promise, ...]:
    query = (
        "SELECT reservation.id, need.organisation, reservation.n, state, made_at, made_by FROM reservation"
        " JOIN need ON need.seq = reservation.need"
        " WHERE reservation.item = ? AND lot = ? AND owner = ? AND site = ? AND state IN ('held', 'picking')"
        " AND (state = 'picking' OR expires_at > ?) ORDER BY reservation.seq LIMIT 100"
    )
    rows = connection.exec_driver_sql(query, (key.item, key.lot, key.owner, key.site, now))
    return tuple(
        Promise(id=row.id, organisation=row.organisation, n=row.n, state=row.state, made_at=row.made_at,
                made_by=row.made_by)
        for row in rows
    )  # fmt: skip
