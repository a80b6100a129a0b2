"""Calls that a help-line took or made, and when somebody has to call back.

What was said is sealed under the recipient's own key, so it goes when the recipient is erased; of a caller of whom
nothing is kept it is sealed by the vault, and goes after the same time.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import msgspec
from sqlalchemy import Connection, Row

from hub.errors import HubError
from hub.store import decisions, finding, recipients
from hub.store.help_lines import Line, knows
from hub.store.queries.paging import Key, Page, Pager
from hub.vault import Vault

CALL_FOR: Final = "call"
Kind: TypeAlias = Literal["need", "where", "other", "follow-up"]

_SHOWN: Final = (
    "SELECT call.*, line.id AS line_id, line.name AS line_name, line.organisation, r.id AS recipient_id, r.shown,"
    " r.last4, r.key, earlier.id AS after_id FROM call JOIN line ON line.seq = call.line"
    " LEFT JOIN recipient AS r ON r.seq = call.recipient LEFT JOIN call AS earlier ON earlier.seq = call.after"
)


class CallError(HubError):
    """A call cannot be kept or changed as asked."""


class StrangerError(CallError):
    """The recipient is known to another line only, and the caller's number is not theirs."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What was said: a note, and an answer to each question of the line that got one (from 0).

    `caller` is who called, where it was somebody else than the recipient, and how to reach them.
    """

    note: str = ""
    answers: dict[int, str] = {}
    caller: str = ""

    def __bool__(self) -> bool:
        return bool(self.note or self.answers or self.caller)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """A call. `phone` is the caller's number, `about` a request's id, `after` an earlier call's id."""

    id: str
    recipient: str | None
    kind: Kind
    phone: str
    about: str | None
    after: str | None
    said: Said
    due: int | None
    by: str
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as everybody sees it who sees calls: nothing of what was said. Times in Unix ms."""

    seq: int
    id: str
    line: str
    line_name: str
    organisation: str
    kind: str
    at: int
    by: str
    recipient: str | None
    shown: str
    last4: str
    about: str | None
    after: str | None
    due: int | None
    done_at: int | None
    done_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls; None: all. `open`: somebody has to call back yet. `operator` answers the line."""

    line: str | None = None
    recipient: str | None = None
    about: str | None = None
    open: bool | None = None
    kind: str | None = None
    organisation: str | None = None
    operator: str | None = None

    @property
    def parts(self) -> tuple[str | int | None, ...]:
        return self.line, self.recipient, self.about, self.open, self.kind, self.organisation, self.operator


def take(connection: Connection, vault: Vault, line: Line, new: NewCall) -> None:
    """Keep a call on a line. The same call under the same id is one call. Raises CallError, VaultError."""
    known = one(connection, new.id)
    if known is not None:
        if (known.line, known.recipient, known.kind) == (line.id, new.recipient, new.kind):
            return
        raise CallError(f"There is another call {new.id} already.")
    if not line.open:
        raise CallError(f"The help-line {line.name} is closed: take the call on one that is open.")
    person = None if new.recipient is None else recipients.kept(connection, new.recipient)
    if person is not None and not knows(connection, new.by, person.id):
        _recognise(connection, vault, person.seq, new.phone)
    after = None if new.after is None else _earlier(connection, line, new.after)
    if (new.kind == "follow-up") != (after is not None):
        raise CallError("A follow-up names the call that it follows (`after`), and no other call does.")
    if new.about is not None and not _asked(connection, new.about):
        raise CallError(f"There is no request {new.about}.")
    sealed = None
    if new.said:
        own = vault if person is None else recipients.own_vault(vault, person)
        sealed = own.seal(CALL_FOR, new.id, msgspec.json.encode(new.said))
    connection.exec_driver_sql(
        "INSERT INTO call (id, line, recipient, kind, at, by, about, after, sealed, due)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id, line.seq, None if person is None else person.seq, new.kind, new.now, new.by, new.about,
            None if after is None else after.seq, sealed, new.due,
        ),
    )  # fmt: skip
    if person is not None:
        recipients.touch(connection, person.id, new.now)
    if after is not None:
        _done(connection, after.seq, by=new.by, now=new.now)
    decisions.note(connection, new.by, "call-taken", new.id, f"{line.name}: {new.kind}", new.now)


def follow_up(connection: Connection, call: Call, *, due: int | None, by: str, now: int) -> None:
    """Say when somebody has to call back; `due` None: nobody any more. Raises CallError."""
    if due is not None:
        query = "UPDATE call SET due = ?, done_at = NULL, done_by = NULL WHERE seq = ?"
        connection.exec_driver_sql(query, (due, call.seq))
    elif call.due is None or call.done_at is not None:
        raise CallError(f"Nobody has to call back after the call {call.id}.")
    else:
        _done(connection, call.seq, by=by, now=now)
    decisions.note(connection, by, "call-follow-up", call.id, "done" if due is None else "due", now)


def one(connection: Connection, id_: str) -> Call | None:
    """A call; None where there is none."""
    row = connection.exec_driver_sql(f"{_SHOWN} WHERE call.id = ?", (id_,)).first()
    return None if row is None else _call(row)


def said(connection: Connection, vault: Vault, id_: str) -> Said:
    """What was said in a call; nothing where nothing is kept any more. Raises VaultError."""
    row = connection.exec_driver_sql(f"{_SHOWN} WHERE call.id = ?", (id_,)).one()
    if row.sealed is None:
        return Said()
    own = vault
    if row.recipient is not None:
        own = Vault(vault.open(recipients.KEY_FOR, row.recipient_id, row.key))
    return msgspec.json.decode(own.open(CALL_FOR, id_, row.sealed), type=Said, strict=False)


def calls(connection: Connection, pager: Pager, wanted: CallFilter, *, limit: int, cursor: str | None) -> Page[Call]:
    """Calls, newest first; those that somebody has to follow up, the most urgent first."""
    where, values = ["TRUE"], list[str | int]()
    for condition, value in (
        ("line.id = ?", wanted.line), ("r.id = ?", wanted.recipient), ("call.about = ?", wanted.about),
        ("call.kind = ?", wanted.kind),
        ("line.organisation = ?", wanted.organisation),
        ('call.line IN (SELECT line FROM line_operator WHERE "user" = ?)', wanted.operator),
    ):  # fmt: skip
        if value is not None:
            where.append(condition)
            values.append(value)
    if wanted.open is not None:
        where.append(f"{'' if wanted.open else 'NOT '}(call.due IS NOT NULL AND call.done_at IS NULL)")
    order, beyond = "call.seq DESC", "call.seq < ?"
    if wanted.open:
        order, beyond = "call.due, call.seq", "(call.due, call.seq) > (?, ?)"
    after = pager.key(cursor, (int,) * beyond.count("?"))
    if after is not None:
        where.append(beyond)
        values += after
    query = f"{_SHOWN} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?"
    found = [_call(row) for row in connection.exec_driver_sql(query, (*values, limit + 1))]
    rows: list[tuple[Key, Call]] = [((each.due or 0, each.seq) if wanted.open else (each.seq,), each) for each in found]
    return pager.page(rows, limit)


def _recognise(connection: Connection, vault: Vault, seq: int, phone: str) -> None:
    if not phone or not finding.reached_by(connection, vault, seq, phone):
        raise StrangerError(
            "Another help-line knows this recipient, and the caller's number is not theirs: ask for the number that"
            " they gave there, or take them down anew."
        )


def _earlier(connection: Connection, line: Line, id_: str) -> Call:
    found = one(connection, id_)
    if found is None or found.line != line.id:
        raise CallError(f"There is no call {id_} on the help-line {line.name}.")
    return found


def _asked(connection: Connection, request: str) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM request WHERE id = ?)"
    return bool(connection.exec_driver_sql(query, (request,)).scalar())


def _done(connection: Connection, seq: int, *, by: str, now: int) -> None:
    query = "UPDATE call SET done_at = ?, done_by = ? WHERE seq = ? AND due IS NOT NULL AND done_at IS NULL"
    connection.exec_driver_sql(query, (now, by, seq))


def _call(row: "Row[Any]") -> Call:
    return Call(
        seq=row.seq, id=row.id, line=row.line_id, line_name=row.line_name, organisation=row.organisation,
        kind=row.kind, at=row.at, by=row.by, recipient=row.recipient_id, shown=row.shown or "", last4=row.last4 or "",
        about=row.about, after=row.after_id, due=row.due, done_at=row.done_at, done_by=row.done_by,
    )  # fmt: skip
