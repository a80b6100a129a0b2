"""Needs and consents: who needs what, and who lends to whom. Each change is noted in the log of decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from hub.core.allocation import Consent
from hub.core.allocation import Need as Wish
from hub.core.reservations import share
from hub.errors import HubError
from hub.store import decisions
from hub.store.queries.goods import is_organisation
from hub.store.queries.picked import Goods, picked

MOST_OPEN: Final = 10_000
"""Needs of one organisation that are not cancelled, and consents of one owner that hold."""

SHARED: Final = """
SELECT r.*, pick.id AS pick_id, (
  SELECT coalesce(sum(other.n), 0) FROM reservation AS other WHERE other.pick = r.pick AND other.seq < r.seq
    AND other.item = r.item AND other.lot = r.lot AND other.owner = r.owner
) AS wanted_before FROM reservation AS r LEFT JOIN pick ON pick.seq = r.pick
"""
"""Reservations, the list that each is fetched by, and what others before it on that list want of the same goods."""


class NeedError(HubError):
    """A need or a consent cannot be kept or changed as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNeed:
    """What an organisation needs: n base units of an item (its key) at an account, by a day (yyyymmdd)."""

    id: str
    organisation: str
    destination: str
    item: str
    n: int
    needed_by: int
    shelf_days: int
    substitutes: bool
    note: str
    by: str
    now: int
    request: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """An owner lends: taker '' is anyone, item '' any item, until a day (yyyymmdd) or for ever."""

    id: str
    owner: str
    taker: str
    item: str
    until: int | None
    by: str
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A need as decisions on it see it: `covered` base units are reserved, being picked, or picked."""

    seq: int
    id: str
    organisation: str
    destination: str
    item: str
    n: int
    needed_by: int
    shelf_days: int
    substitutes: bool
    cancelled: bool
    covered: int
    request: str | None = None

    @property
    def open(self) -> int:
        return max(0, self.n - self.covered)

    def wish(self, shelf_days: int) -> Wish:
        """What lots are judged by, of an item that has to be good for so many days when it is given."""
        return Wish(self.organisation, self.needed_by, max(self.shelf_days, shelf_days))


def ask(connection: Connection, new: NewNeed) -> None:
    """Keep a need. The same need under the same id is one need. Raises NeedError."""
    known = connection.exec_driver_sql(
        "SELECT organisation, destination, item, n, needed_by, shelf_days, substitutes FROM need WHERE id = ?",
        (new.id,),
    ).first()
    asked = (
        new.organisation, new.destination, new.item, new.n, new.needed_by, new.shelf_days, int(new.substitutes)
    )  # fmt: skip
    if known is not None:
        if tuple(known) == asked:
            return
        raise NeedError(f"There is another need {new.id} already.")
    _organisation(connection, new.organisation)
    query = "SELECT count(*) FROM need WHERE organisation = ? AND cancelled_at IS NULL AND request IS NULL"
    if int(connection.exec_driver_sql(query, (new.organisation,)).scalar_one()) >= MOST_OPEN:
        raise NeedError(f"{new.organisation} has {MOST_OPEN:,} needs already; cancel those that are over.")
    keep(connection, [new])
    detail = f"{new.organisation}: {new.n} {new.item} at {new.destination} by {new.needed_by}"
    decisions.note(connection, new.by, "need-asked", new.id, detail, new.now)


def keep(connection: Connection, new: Iterable[NewNeed]) -> None:
    """Write needs down: new ones, that somebody may ask for."""
    connection.exec_driver_sql(
        "INSERT INTO need (id, organisation, destination, item, n, needed_by, shelf_days, substitutes, note, request,"
        " asked_at, asked_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                one.id, one.organisation, one.destination, one.item, one.n, one.needed_by, one.shelf_days,
                int(one.substitutes), one.note, one.request, one.now, one.by,
            )
            for one in new
        ],
    )  # fmt: skip


def cancel(connection: Connection, need: Need, *, by: str, now: int) -> None:
    """A need is over; what is held for it is free again. Raises NeedError while something is being picked for it."""
    if need.cancelled:
        raise NeedError(f"The need {need.id} is cancelled already.")
    query = "SELECT count(*) FROM reservation WHERE need = ? AND state = 'picking'"
    if int(connection.exec_driver_sql(query, (need.seq,)).scalar_one()):
        raise NeedError(f"Goods are being picked for the need {need.id}; cancel or close the pick list first.")
    connection.exec_driver_sql(
        "UPDATE reservation SET state = 'cancelled', ended_at = ?, ended_by = ?,"
        " ended_after = (SELECT max(seq) FROM reservation) WHERE need = ? AND state = 'held'",
        (now, by, need.seq),
    )
    connection.exec_driver_sql("UPDATE need SET cancelled_at = ?, cancelled_by = ? WHERE seq = ?", (now, by, need.seq))
    decisions.note(connection, by, "need-cancelled", need.id, "", now)


def not_of_a_request(need: Need) -> None:
    """Raises NeedError for a need that stands for a request."""
    if need.request is not None:
        raise NeedError(f"The need {need.id} belongs to the request {need.request}: cancel or split that.")


def find(connection: Connection, id_: str, now: int) -> Need | None:
    """A need and how far it is covered; None where there is none."""
    row = connection.exec_driver_sql("SELECT * FROM need WHERE id = ?", (id_,)).first()
    return None if row is None else _need(row, covered(connection, [row.seq], now).get(row.seq, 0))


def covered(connection: Connection, needs: list[int], now: int) -> dict[int, int]:
    """Base units of each need, by its `seq`, that are held, being picked, or were picked by a list that is closed."""
    found: dict[int, int] = dict.fromkeys(needs, 0)
    marks = ", ".join("?" * len(needs))
    live = (
        "SELECT need, sum(CASE WHEN state = 'picking' OR state = 'held' AND expires_at > ? THEN n * pieces ELSE 0 END)"
        f" AS n, sum(state = 'closed') AS closed FROM reservation WHERE need IN ({marks}) GROUP BY need"
    )
    there = connection.exec_driver_sql(live, (now, *needs)).all()
    found |= {row.need: int(row.n) for row in there}
    if not any(row.closed for row in there):
        return found
    closed = f"{SHARED} WHERE r.need IN ({marks}) AND r.state = 'closed'"
    rows = connection.exec_driver_sql(closed, tuple(needs)).all()
    fetched = picked(connection, {f"pick:{row.pick_id}" for row in rows})
    for row in rows:
        done = fetched.get((f"pick:{row.pick_id}", Goods(row.item, row.lot, row.owner)), 0)
        found[row.need] += share(done, row.wanted_before, row.n) * row.pieces
    return found


def lend(connection: Connection, new: NewConsent) -> None:
    """Keep a consent. The same consent under the same id is one consent. Raises NeedError."""
    said = (new.owner, new.taker, new.item, new.until)
    query = "SELECT owner, taker, item, until FROM consent WHERE id = ?"
    known = connection.exec_driver_sql(query, (new.id,)).first()
    if known is not None:
        if tuple(known) == said:
            return
        raise NeedError(f"There is another consent {new.id} already.")
    if new.owner == new.taker:
        raise NeedError("An owner needs no consent of its own.")
    for organisation in filter(None, (new.owner, new.taker)):
        _organisation(connection, organisation)
    query = "SELECT count(*) FROM consent WHERE owner = ? AND ended_at IS NULL"
    if int(connection.exec_driver_sql(query, (new.owner,)).scalar_one()) >= MOST_OPEN:
        raise NeedError(f"{new.owner} has given {MOST_OPEN:,} consents already; end those that are over.")
    connection.exec_driver_sql(
        "INSERT INTO consent (id, owner, taker, item, until, given_at, given_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (new.id, *said, new.now, new.by),
    )
    detail = f"{new.owner} lends {new.item or 'any item'} to {new.taker or 'anyone'}"
    decisions.note(connection, new.by, "consent-given", new.id, detail, new.now)


def end_consent(connection: Connection, id_: str, *, by: str, now: int) -> None:
    """An owner lends no more by this consent; what was reserved under it stays reserved. Raises NeedError."""
    done = connection.exec_driver_sql(
        "UPDATE consent SET ended_at = ?, ended_by = ? WHERE id = ? AND ended_at IS NULL", (now, by, id_)
    )
    if not done.rowcount:
        raise NeedError(f"The consent {id_} has ended already.")
    decisions.note(connection, by, "consent-ended", id_, "", now)


def consents(connection: Connection, owner: str | None = None) -> list[Consent]:
    """The consents that hold, of one owner or of all."""
    query = "SELECT owner, taker, item, until FROM consent WHERE ended_at IS NULL"
    if owner is not None:
        return [Consent(*row) for row in connection.exec_driver_sql(f"{query} AND owner = ?", (owner,))]
    return [Consent(*row) for row in connection.exec_driver_sql(query)]


def _organisation(connection: Connection, id_: str) -> None:
    if not is_organisation(connection, id_):
        raise NeedError(f"There is no organisation {id_!r}; an administrator adds it.")


def _need(row: "Row[Any]", base_units: int) -> Need:
    return Need(
        seq=row.seq, id=row.id, organisation=row.organisation, destination=row.destination, item=row.item, n=row.n,
        needed_by=row.needed_by, shelf_days=row.shelf_days, substitutes=bool(row.substitutes),
        cancelled=row.cancelled_at is not None, covered=base_units, request=row.request,
    )  # fmt: skip
