"""Pick lists: reserved goods that somebody fetches at one site, for one organisation and destination.

A list says from which bins, as these stood when it was made: a proposal. What is fetched is facts with its task, in
whatever lot and from whatever bin; the list only compares (hub.store.queries.picked).
"""

import re
import secrets
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row

from hub.core.identity import account_site
from hub.core.reservations import PICK_LIFE, Event, PickState, State, from_bins
from hub.errors import HubError
from hub.store import decisions
from hub.store.allocation import AllocationError, fit
from hub.store.needs import find
from hub.store.queries.goods import earlier, note_of
from hub.store.queries.picked import picked
from hub.store.queries.standing import Key, stands
from wire.sitedata import LINES, PickLine, PickList, goods_of

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What is not taken for something else when it is read from paper and typed."""
MOST_TOLD: Final = 500
"""Open pick lists of one site that its devices are told."""
_BIN: Final = re.compile(r"[^\x00-\x20/]{1,40}")
"""Bins that devices know by their code; goods elsewhere have to be looked for."""


class PickError(HubError):
    """A pick list cannot be made or changed as asked."""


def release(connection: Connection, ids: Sequence[str], *, by: str, now: int) -> str:
    """Put held reservations on a new pick list; its id. Raises AllocationError, PickError; then nothing is changed."""
    rows = [_held(connection, id_, now) for id_ in dict.fromkeys(ids)]
    kinds = {(row.site, row.organisation, row.destination) for row in rows}
    if len(kinds) != 1:
        raise PickError("A pick list is of one site, for one organisation and one destination.")
    lines = _lines(connection, rows, now)
    if len(lines) > LINES:
        raise PickError(f"The goods lie in {len(lines):,} places, and a pick list has {LINES} lines; release fewer.")
    code = "P" + "".join(secrets.choice(_LETTERS) for _ in range(9))
    site, organisation, destination = next(iter(kinds))
    pick = connection.exec_driver_sql(
        "INSERT INTO pick (id, site, organisation, destination, state, made_at, made_by)"
        " VALUES (?, ?, ?, ?, 'open', ?, ?) RETURNING seq",
        (code, site, organisation, destination, now, by),
    ).scalar_one()
    for row in rows:
        connection.exec_driver_sql(
            "UPDATE reservation SET state = 'picking', pick = ?, released_after = (SELECT max(seq) FROM reservation)"
            " WHERE seq = ?",
            (pick, row.seq),
        )
        decisions.note(connection, by, "reservation-released", row.id, f"pick list {code}", now)
    for number, (seq, bin_, n) in enumerate(lines, 1):
        connection.exec_driver_sql(
            "INSERT INTO pick_line (pick, line, reservation, bin, n) VALUES (?, ?, ?, ?, ?)",
            (pick, number, seq, bin_, n),
        )
    return code


def end(connection: Connection, code: str, event: Event, *, by: str, now: int) -> None:
    """Close a list, or cancel it; what was not fetched is free again. Raises PickError."""
    query = "SELECT seq, state FROM pick WHERE id = ?"
    row = connection.exec_driver_sql(query, (code,)).one()
    after = PICK_LIFE.get((PickState(row.state), event))
    if after is None:
        raise PickError(f"The pick list {code} is {row.state} already.")
    connection.exec_driver_sql(
        "UPDATE pick SET state = ?, ended_at = ?, ended_by = ? WHERE seq = ?", (after.value, now, by, row.seq)
    )
    connection.exec_driver_sql(
        "UPDATE reservation SET state = ?, ended_at = ?, ended_by = ?,"
        " ended_after = (SELECT max(seq) FROM reservation) WHERE pick = ? AND state = 'picking'",
        (after.value, now, by, row.seq),
    )
    decisions.note(connection, by, f"pick-list-{after}", code, "", now)


def open_picks(connection: Connection, site: str) -> list[PickList]:
    """What is to be fetched at a site, for its devices: the oldest lists that are neither closed nor cancelled."""
    query = "SELECT seq, id, destination FROM pick WHERE site = ? AND state = 'open' ORDER BY seq LIMIT ?"
    lists = connection.exec_driver_sql(query, (site, MOST_TOLD)).all()
    gathered = gathering(connection, site)
    return [
        PickList(
            id=row.id,
            to=row.destination if account_site(row.destination) == site else gathered,
            lines=_told(connection, row.seq, site),
        )
        for row in lists
    ]


def gathering(connection: Connection, site: str) -> str:
    """The account where picked goods wait until they leave a site: its staging, else its dock, else the site."""
    query = "SELECT code FROM bin WHERE site = ? AND kind IN ('staging', 'dock') ORDER BY kind DESC, code LIMIT 1"
    code = connection.exec_driver_sql(query, (site,)).scalar()
    return f"place:{site}/{code}" if code is not None else f"place:{site}"


def _told(connection: Connection, pick: int, site: str) -> tuple[PickLine, ...]:
    rows = connection.exec_driver_sql(
        "SELECT line, reservation.item, lot, owner, pick_line.n, bin FROM pick_line"
        " JOIN reservation ON reservation.seq = pick_line.reservation WHERE pick_line.pick = ?"
        " AND reservation.state = 'picking' ORDER BY line",
        (pick,),
    ).all()
    dates: dict[Key, int | None] = {}
    for row in rows:
        key = Key(site, row.item, row.lot, row.owner)
        if key not in dates:
            dates[key] = date_of(connection, key)
    return tuple(
        PickLine(
            line=row.line,
            gtin=goods_of(row.item),
            lot=row.lot,
            owner=row.owner,
            n=row.n,
            bin=row.bin if _BIN.fullmatch(row.bin or "") else None,
            expiry=dates[Key(site, row.item, row.lot, row.owner)],
        )
        for row in rows
    )


def date_of(connection: Connection, key: Key) -> int | None:
    """The date of a lot: the earliest that labels and people say."""
    query = "SELECT expiry FROM lot WHERE item = ? AND lot = ? AND owner = ? AND condition = 'good'"
    label = connection.exec_driver_sql(query, tuple(key.goods)).scalar()
    return earlier(label, note_of(connection, key.item, key.lot)[1])


def _held(connection: Connection, id_: str, now: int) -> "Row[Any]":
    query = (
        "SELECT reservation.*, need.id AS need_id, organisation, destination, needed_by, shelf_days FROM reservation"
        " JOIN need ON need.seq = reservation.need WHERE reservation.id = ?"
    )
    row = connection.exec_driver_sql(query, (id_,)).first()
    if row is None or row.state != State.HELD or row.expires_at <= now:
        raise AllocationError(f"The reservation {id_} is not held (any more).")
    return row


def _lines(connection: Connection, rows: "Sequence[Row[Any]]", now: int) -> list[tuple[int, str | None, int]]:
    """(reservation, bin, units) for all that is released. Raises AllocationError for what may not be given any more."""
    wanted: dict[Key, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        wanted[Key(row.site, row.item, row.lot, row.owner)].append(row)
    lines: list[tuple[int, str | None, int]] = []
    for key, of_key in wanted.items():
        there = stands(connection, key)
        left = dict(there.bins)
        busy = _being_picked(connection, key)
        if sum(row.n for row in of_key) > there.n - busy:
            raise AllocationError(
                f"{there.n:,} of {key.item} lot {key.lot or '-'} stand at {key.site}, and {busy:,} of them are being"
                " picked: facts that came later took the rest. Cancel the reservation, or find the goods."
            )
        judged = set()
        for row in of_key:
            wish = (row.organisation, row.needed_by, row.shelf_days)
            if wish not in judged:  # all that a lot is judged by
                need = find(connection, row.need_id, now)
                assert need is not None  # noqa: S101 (a reservation has its need for ever)
                fit(connection, need, key, there, now)
                judged.add(wish)
            for bin_, n in from_bins(left.items(), row.n):
                lines.append((row.seq, bin_, n))
                left[bin_ or ""] = left.get(bin_ or "", 0) - n
    return lines


def _being_picked(connection: Connection, key: Key) -> int:
    query = (
        "SELECT pick.id, sum(n) AS n FROM reservation JOIN pick ON pick.seq = reservation.pick WHERE item = ?"
        " AND lot = ? AND owner = ? AND reservation.site = ? AND reservation.state IN ('held', 'picking')"
        " AND reservation.state = 'picking' GROUP BY pick.id"
    )
    rows = connection.exec_driver_sql(query, (key.item, key.lot, key.owner, key.site)).all()
    fetched = picked(connection, {f"pick:{row.id}" for row in rows})
    return sum(max(0, row.n - max(0, fetched.get((f"pick:{row.id}", key.goods), 0))) for row in rows)
