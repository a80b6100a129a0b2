"""Notices as people see them, newest first: of whom only the masked name, and nothing of what they say.

Staff of an organisation see those to people whom it serves.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.notices import TABLE, Event, State
from hub.core.viewer import Viewer
from hub.store import recipients
from hub.store.queries.paging import Page, Pager
from hub.store.queries.searching import Columns, search
from hub.store.relief import Found

_SERVED: Final = (
    "EXISTS (SELECT 1 FROM request WHERE request.recipient = notice.recipient AND request.organisation = ?)"
)
WORDS: Final = Columns(texts=("id", "about", "asked_by"))
_COLUMNS: Final = (
    "seq, id, kind, recipient, about, language, channel, state, why, queued_at, asked_by, due_at, tries, ended_at,"
    " sealed IS NOT NULL AS kept"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice. Times are Unix ms."""

    id: str
    kind: str
    recipient: str
    about: str
    language: str
    channel: str
    state: str
    why: str
    tries: int
    queued_at: int
    due_at: int
    ended_at: int | None
    asked_by: str
    shown: str
    last4: str
    again: bool


def notices(
    connection: Connection, pager: Pager, viewer: Viewer, *, state: State | None, about: str | None,
    words: str | None = None, limit: int, cursor: str | None,
) -> Page[Notice]:  # fmt: skip
    """Notices, in a state or about one thing where that is asked."""
    before = pager.key(cursor, (int,))
    given = [
        ("state = ?", None if state is None else state.value), ("about = ?", about), (_SERVED, viewer.owner_filter),
        ("seq < ?", None if before is None else before[0]),
    ]  # fmt: skip
    held = [(text, value) for text, value in given if value is not None]
    wanted, more = search(connection, words, WORDS)
    where = " AND ".join([wanted, *(text for text, _ in held)])
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM notice WHERE {where} ORDER BY seq DESC LIMIT ?",
        (*more, *(value for _, value in held), limit + 1),
    ).all()
    names = recipients.shown(connection, [row.recipient for row in rows])
    return pager.page([((row.seq,), _notice(row, names)) for row in rows], limit)


def notice(connection: Connection, viewer: Viewer, id_: str) -> Notice | None:
    """One notice; None where they see none."""
    where, more = ("", ()) if viewer.owner_filter is None else (f" AND {_SERVED}", (viewer.owner_filter,))
    row = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM notice WHERE id = ?{where}", (id_, *more)).first()
    return None if row is None else _notice(row, recipients.shown(connection, [row.recipient]))


def unsent(connection: Connection, viewer: Viewer) -> dict[str, int]:
    """How many are queued, and how many failed; one that a newer notice overtook did neither."""
    where, more = ("", ()) if viewer.owner_filter is None else (f" AND {_SERVED}", (viewer.owner_filter,))
    query = f"SELECT count(*) FROM notice WHERE state = ? AND why <> '{Event.OVERTAKEN}'{where}"
    return {
        state.value: int(connection.exec_driver_sql(query, (state.value, *more)).scalar_one())
        for state in (State.QUEUED, State.FAILED)
    }


def _notice(row: Found, names: dict[str, recipients.Shown]) -> Notice:
    whose = names.get(row.recipient)
    again = (State(row.state), Event.AGAIN) in TABLE and bool(row.kept) and row.why != Event.OVERTAKEN
    return Notice(
        id=row.id, kind=row.kind, recipient=row.recipient, about=row.about, language=row.language,
        channel=row.channel, state=row.state, why=row.why, tries=row.tries, queued_at=row.queued_at,
        due_at=row.due_at, ended_at=row.ended_at, asked_by=row.asked_by, again=again,
        shown="" if whose is None else whose.shown, last4="" if whose is None else whose.last4,
    )  # fmt: skip
