"""Notices: queued here by whoever has something to say to a recipient, sent by hub/notices.py.

What is queued is committed with what it tells of, or not at all. The same words about the same thing are not said to
the same person twice within `SAME_MS`, however often facts that come late make something true anew; a newer notice
about a thing overtakes an older one that was not sent yet (hub.core.notices).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection

from hub.core.notices import KEPT_MS, TABLE, Event, State, Step
from hub.core.templates import Channel, Kind, Language, channel_of, render
from hub.errors import HubError
from hub.store import decisions, recipients
from hub.vault import Vault

WORDS_FOR: Final = "notice"
PROXY_CODE: Final = "proxy-code"
"""Overtakes nothing, and nothing overtakes it: beside it the recipient has a code of his own."""
SAME_MS: Final = 6 * 3_600_000
_SAID: Final = "SELECT 1 FROM notice WHERE about = ? AND fits = ? AND queued_at > ? AND state <> 'failed'"
_QUEUE: Final = (
    "INSERT INTO notice (id, kind, recipient, about, language, channel, state, why, fits, sealed, queued_at, asked_at,"
    " asked_by, due_at, tries) VALUES (?, ?, ?, ?, ?, ?, 'queued', '', ?, ?, ?, ?, '', ?, 0)"
)
_DUE: Final = (
    "SELECT seq, id, kind, recipient, language, channel, sealed, tries, asked_at FROM notice"
    " WHERE state = 'queued' AND due_at <= ? ORDER BY due_at, seq LIMIT ?"
)
_OVERTAKE: Final = (
    "UPDATE notice SET state = 'failed', why = 'overtaken', ended_at = ? WHERE about = ? AND recipient = ?"
    " AND state = 'queued' AND kind <> ?"
)


class NoticeError(HubError):
    """A notice cannot be sent again; `code` says why."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


class Due(NamedTuple):
    """A notice that is to be sent now."""

    seq: int
    id: str
    kind: str
    recipient: str
    language: Language
    channel: Channel
    sealed: bytes
    tries: int
    asked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notice, opened: for whoever sends it, and nobody's log."""

    to: str
    text: str


def enqueue(
    connection: Connection,
    vault: Vault,
    *,
    kind: Kind,
    recipient: str | None,
    about: str,
    values: Mapping[str, str],
    now: int,
    not_before: int | None = None,
) -> str:
    """Queue a notice; its id, or '' where there is nobody or no telephone to tell, or it was said just now.

    `about` is `parcel:ID`, `request:ID` ...; for `values` see hub.core.templates. Raises VaultError.
    """
    row = None if recipient is None else recipients.row_of(connection, recipient)
    known = None if row is None else recipients.find(connection, vault, row.id)
    if row is None or known is None or not known.phone:
        return ""
    channel = channel_of(known.phone)
    text = render(kind, known.language, channel, values)
    fits = vault.index(WORDS_FOR, f"{row.id} {kind} {text}")
    if connection.exec_driver_sql(_SAID, (about, fits, now - SAME_MS)).first() is not None:
        return ""
    if kind != PROXY_CODE:
        connection.exec_driver_sql(_OVERTAKE, (now, about, row.id, PROXY_CODE))
    id_ = secrets.token_hex(8)
    sealed = recipients.own_vault(vault, row).seal(WORDS_FOR, id_, text.encode())
    due = now if not_before is None else max(now, not_before)
    values_ = (id_, kind, row.id, about, known.language, channel, fits, sealed, due, due, due)
    connection.exec_driver_sql(_QUEUE, values_)
    return id_


def due(connection: Connection, now: int, most: int) -> list[Due]:
    """Notices whose next try is due, the oldest first."""
    return [Due(*row) for row in connection.exec_driver_sql(_DUE, (now, most))]


def opened(connection: Connection, vault: Vault, one: Due) -> Letter | None:
    """Where a notice goes and what it says; None where its recipient was erased, or has no telephone any more.

    Raises VaultError.
    """
    row = recipients.row_of(connection, one.recipient)
    known = None if row is None else recipients.find(connection, vault, one.recipient)
    if row is None or known is None or not known.phone:
        return None
    text = recipients.own_vault(vault, row).open(WORDS_FOR, one.id, one.sealed).decode()
    return Letter(to=known.phone, text=text)


def words(connection: Connection, vault: Vault, id_: str) -> str | None:
    """What a notice says; None once that, or its recipient, was erased. Raises VaultError."""
    query = "SELECT recipient, sealed FROM notice WHERE id = ?"
    found = connection.exec_driver_sql(query, (id_,)).first()
    row = None if found is None else recipients.row_of(connection, found.recipient)
    if found is None or found.sealed is None or row is None or row.key is None:
        return None
    return recipients.own_vault(vault, row).open(WORDS_FOR, id_, found.sealed).decode()


def tried(connection: Connection, one: Due, step: Step, now: int) -> None:
    """Write down what a try made of a notice; nothing where somebody ended it meanwhile."""
    over = step.state is not State.QUEUED
    connection.exec_driver_sql(
        "UPDATE notice SET state = ?, why = ?, due_at = ?, tries = tries + 1, ended_at = ?"
        " WHERE seq = ? AND state = 'queued'",
        (step.state.value, step.why, step.due_at, now if over else None, one.seq),
    )


def again(connection: Connection, id_: str, *, by: str, now: int) -> None:
    """Queue a failed notice once more. Raises NoticeError."""
    row = connection.exec_driver_sql("SELECT state, why, sealed FROM notice WHERE id = ?", (id_,)).first()
    if row is None:
        raise NoticeError("no-notice", f"There is no notice {id_}.")
    if (State(row.state), Event.AGAIN) not in TABLE:
        raise NoticeError("not-failed", f"The notice {id_} is {row.state}: only one that failed is sent again.")
    if row.why == Event.OVERTAKEN:
        raise NoticeError("overtaken", f"A newer notice told what became of {id_}: what it says is not so any more.")
    if row.sealed is None:
        raise NoticeError("words-erased", f"The words of the notice {id_} are kept no more.")
    connection.exec_driver_sql(
        "UPDATE notice SET state = 'queued', why = '', tries = 0, ended_at = NULL, due_at = ?, asked_at = ?,"
        " asked_by = ? WHERE id = ?",
        (now, now, by, id_),
    )
    decisions.note(connection, by, "notice-again", id_, "", now)


def erase_words(connection: Connection, now: int) -> int:
    """Drop the words of notices that ended KEPT_MS ago; of how many."""
    connection.exec_driver_sql("PRAGMA secure_delete = ON").close()
    try:
        query = "UPDATE notice SET sealed = NULL WHERE sealed IS NOT NULL AND ended_at IS NOT NULL AND ended_at < ?"
        return connection.exec_driver_sql(query, (now - KEPT_MS,)).rowcount
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF").close()
