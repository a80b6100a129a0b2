"""Reserving goods for needs: checked and kept in one transaction of the writing side.

BEGIN IMMEDIATE lets one reservation in at a time, so what was free when it was looked at is free when it is taken,
however many ask. Each keeps what was found (`stood`, `claimed`), so that it proves for ever that it took no more.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.allocation import SENTENCES, Lot, Unfit, judge, lends, pieces
from hub.core.days import as_date
from hub.errors import HubError
from hub.store import decisions
from hub.store.needs import Need, consents
from hub.store.queries.goods import earlier, local_day, note_of, packs_in, shelf_days
from hub.store.queries.standing import Key, Stand, claimed, stands
from hub.store.transfers import given_away

LONGEST_HOLD_MS: Final = 30 * 86_400_000


class AllocationError(HubError):
    """Goods cannot be reserved, released or picked as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReservation:
    """So many whole units of one lot at a site, kept for a need until `expires_at` (Unix ms)."""

    id: str
    key: Key
    n: int
    by: str
    now: int
    expires_at: int


def reserve(connection: Connection, need: Need, new: NewReservation) -> None:
    """Keep goods for a need, found in this transaction. The same under the same id is one reservation.

    Raises AllocationError with what is free, what the need lacks yet, or why the lot may not be given.
    """
    if _known(connection, need, new):
        return
    if need.cancelled:
        raise AllocationError(f"The need {need.id} is cancelled.")
    each, substitute = _pieces(connection, need, new.key.item)
    if new.n * each > need.open:
        raise AllocationError(
            f"{new.n:,} of {each:,} base units each are more than the need lacks: {need.open:,} of {need.n:,} are open."
            + (" Open a larger unit first, or ask for less." if each > need.open else "")
        )
    there = stands(connection, new.key)
    fit(connection, need, new.key, there, new.now)
    claims = claimed(connection, new.key, new.now)
    given = given_away(connection, new.key)
    stood = max(0, there.n - given)
    free = max(0, stood - claims)
    if new.n > free:
        raise AllocationError(
            f"{free:,} of {new.key.item} lot {new.key.lot or '-'} of {new.key.owner} are free at {new.key.site}, not"
            f" {new.n:,}: {there.n:,} stand there and {claims:,} are reserved"
            + (f", {given:,} are given away." if given else ".")
        )
    _sweep(connection, new.key, new.now)
    connection.exec_driver_sql(
        "INSERT INTO reservation (id, need, site, item, lot, owner, n, pieces, substitute, state, made_at, made_by,"
        " expires_at, stood, claimed, noted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'held', ?, ?, ?, ?, ?,"
        " (SELECT coalesce(max(id), 0) FROM lot_note))",
        (new.id, need.seq, *new.key, new.n, each, int(substitute), new.now, new.by, new.expires_at, stood, claims),
    )
    detail = f"{new.n} of {new.key.item} lot {new.key.lot} of {new.key.owner} at {new.key.site} for need {need.id}"
    decisions.note(connection, new.by, "goods-reserved", new.id, detail, new.now)


def cancel(connection: Connection, id_: str, *, by: str, now: int) -> None:
    """Give a hold back. Raises AllocationError where it is none any more."""
    done = connection.exec_driver_sql(
        "UPDATE reservation SET state = 'cancelled', ended_at = ?, ended_by = ?,"
        " ended_after = (SELECT max(seq) FROM reservation) WHERE id = ? AND state = 'held' AND expires_at > ?",
        (now, by, id_, now),
    )
    if not done.rowcount:
        raise AllocationError(
            f"The reservation {id_} is not held (any more); what is being picked is cancelled with its pick list."
        )
    decisions.note(connection, by, "reservation-cancelled", id_, "", now)


def fit(connection: Connection, need: Need, key: Key, there: Stand, now: int) -> None:
    """Raises AllocationError where a lot may not be given to a need now."""
    today = local_day(connection, key.site, now)
    state, said = note_of(connection, key.item, key.lot)
    lot = Lot(
        site=key.site, item=key.item, lot=key.lot, owner=key.owner, expiry=earlier(there.expiry, said), note=state
    )
    lent = key.owner == need.organisation or lends(
        consents(connection, key.owner), owner=key.owner, taker=need.organisation, item=key.item, today=today
    )
    unfit = judge(lot, need.wish(shelf_days(connection, key.item)), lent=lent, today=today)
    if unfit is not None:
        theirs = unfit not in (Unfit.NOT_LENT, Unfit.OWNER_UNSETTLED)  # of others' goods nothing is told
        date = f" (its date is {as_date(lot.expiry)})" if theirs and lot.expiry is not None else ""
        raise AllocationError(f"{key.item} lot {key.lot or '-'} may not be given: {SENTENCES[unfit]}{date}.")


def _pieces(connection: Connection, need: Need, item: str) -> tuple[int, bool]:
    """Base units in one unit of an item, and whether it is a substitute. Raises AllocationError."""
    if item == need.item:
        return 1, False
    contains = packs_in(connection, item)
    each = pieces(contains, item, need.item)
    if each is not None:
        return each, False
    if not need.substitutes:
        raise AllocationError(f"The need is for {need.item} and takes no substitute such as {item}.")
    return pieces(contains, item, None) or 1, True


def _known(connection: Connection, need: Need, new: NewReservation) -> bool:
    query = "SELECT need, site, item, lot, owner, n FROM reservation WHERE id = ?"
    known = connection.exec_driver_sql(query, (new.id,)).first()
    if known is not None and tuple(known) != (need.seq, *new.key, new.n):
        raise AllocationError(f"There is another reservation {new.id} already.")
    return known is not None


def _sweep(connection: Connection, key: Key, now: int) -> None:
    """Write down which holds of these goods are over: they are gone in any case, this keeps the index small."""
    connection.exec_driver_sql(
        "UPDATE reservation SET state = 'expired', ended_at = expires_at, ended_by = 'time',"
        " ended_after = (SELECT max(seq) FROM reservation) WHERE item = ? AND lot = ? AND owner = ? AND site = ?"
        " AND state IN ('held', 'picking') AND state = 'held' AND expires_at <= ?",
        (key.item, key.lot, key.owner, key.site, now),
    )
