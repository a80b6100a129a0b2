"""Notices: queued here by whoever has something to say to a recipient, sent by hub/notices.py.

What is queued is committed with what it tells of, or not at all. The same words about the same thing are not said to
the same person twice within `SAME_MS`, however often facts that come late make something true anew.
"""

import secrets
from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from hub.core.templates import Kind, channel_of, render
from hub.store import recipients
from hub.vault import Vault

WORDS_FOR: Final = "notice"
SAME_MS: Final = 6 * 3_600_000
_SAID: Final = "SELECT 1 FROM notice WHERE about = ? AND fits = ? AND queued_at > ? AND state <> 'failed'"
_QUEUE: Final = (
    "INSERT INTO notice (id, kind, recipient, about, language, channel, state, why, fits, sealed, queued_at, asked_at,"
    " asked_by, due_at, tries) VALUES (?, ?, ?, ?, ?, ?, 'queued', '', ?, ?, ?, ?, '', ?, 0)"
)


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
    id_ = secrets.token_hex(8)
    sealed = recipients.own_vault(vault, row).seal(WORDS_FOR, id_, text.encode())
    due = now if not_before is None else max(now, not_before)
    values_ = (id_, kind, row.id, about, known.language, channel, fits, sealed, due, due, due)
    connection.exec_driver_sql(_QUEUE, values_)
    return id_
