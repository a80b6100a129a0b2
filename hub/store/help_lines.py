"""Help-lines: who opens them, who answers them, and whose people they know. Each change is noted.

An operator of a line sees all data of the people that it knows: those who were taken down on it, and those who called
it since. The line of another organisation sees of them what everybody sees.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from hub.core.viewer import Role
from hub.errors import HubError
from hub.store import decisions
from hub.store.queries.goods import is_organisation

MOST_OPERATORS: Final = 200
MOST_LINES: Final = 1000
_TOKEN: Final = "token "  # noqa: S105 (what names of programs begin with)


class LineError(HubError):
    """A help-line cannot be opened or changed as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What an organisation says of its line: the number that people call, when, and what it asks them."""

    name: str
    number: str
    hours: str = ""
    languages: tuple[str, ...] = ("zh",)
    groups: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        said = (self.languages, self.groups, self.questions)
        return (self.name, self.number, self.hours, *(json.dumps(each, ensure_ascii=False) for each in said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A help-line; times in Unix ms."""

    seq: int
    id: str
    organisation: str
    name: str
    number: str
    hours: str
    languages: tuple[str, ...]
    groups: tuple[str, ...]
    questions: tuple[str, ...]
    operators: tuple[str, ...]
    opened_at: int
    opened_by: str
    closed_at: int | None

    @property
    def open(self) -> bool:
        return self.closed_at is None


def lines(connection: Connection, *, operator: str | None = None) -> list[Line]:
    """All help-lines, or those that somebody answers; open ones first, then by name."""
    where = "" if operator is None else 'WHERE seq IN (SELECT line FROM line_operator WHERE "user" = ?)'
    rows = connection.exec_driver_sql(
        f"SELECT * FROM line {where} ORDER BY closed_at IS NOT NULL, name, seq", () if operator is None else (operator,)
    ).all()
    operators: dict[int, list[str]] = {}
    for seq, user in connection.exec_driver_sql('SELECT line, "user" FROM line_operator ORDER BY line, "user"'):
        operators.setdefault(seq, []).append(user)
    return [_line(row, operators.get(row.seq, ())) for row in rows]


def one(connection: Connection, id_: str) -> Line | None:
    """A help-line; None where there is none."""
    row = connection.exec_driver_sql("SELECT * FROM line WHERE id = ?", (id_,)).first()
    if row is None:
        return None
    query = 'SELECT "user" FROM line_operator WHERE line = ? ORDER BY "user"'
    return _line(row, connection.exec_driver_sql(query, (row.seq,)).scalars().all())


def open_line(connection: Connection, id_: str, organisation: str, said: Wording, *, by: str, now: int) -> None:
    """Open a line. The same line under the same id is one line. Raises LineError."""
    known = one(connection, id_)
    if known is not None:
        if known.organisation == organisation:
            return
        raise LineError(f"There is another help-line {id_} already.")
    if not is_organisation(connection, organisation):
        raise LineError(f"There is no organisation {organisation!r}; an administrator adds it.")
    if connection.exec_driver_sql("SELECT count(*) FROM line").scalar_one() >= MOST_LINES:
        raise LineError(f"There are {MOST_LINES:,} help-lines already; change one that is closed.")
    connection.exec_driver_sql(
        "INSERT INTO line (name, number, hours, languages, groups, questions, id, organisation, opened_at, opened_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*said.columns, id_, organisation, now, by),
    )
    decisions.note(connection, by, "line-opened", id_, f"{organisation}: {said.name}, {said.number}", now)


def change(connection: Connection, line: Line, said: Wording, *, by: str, now: int) -> None:
    """Say something else of a line."""
    connection.exec_driver_sql(
        "UPDATE line SET name = ?, number = ?, hours = ?, languages = ?, groups = ?, questions = ? WHERE seq = ?",
        (*said.columns, line.seq),
    )
    decisions.note(connection, by, "line-changed", line.id, f"{said.name}, {said.number}", now)


def close(connection: Connection, line: Line, *, by: str, now: int) -> None:
    """End a line; its operators still see who called it, until they are taken off it. Raises LineError."""
    if not line.open:
        raise LineError(f"The help-line {line.id} is closed already.")
    connection.exec_driver_sql("UPDATE line SET closed_at = ?, closed_by = ? WHERE seq = ?", (now, by, line.seq))
    decisions.note(connection, by, "line-closed", line.id, line.name, now)


def set_operators(connection: Connection, line: Line, names: Sequence[str], *, by: str, now: int) -> None:
    """Say who answers a line, and so who sees the data of its people. Raises LineError."""
    wanted = sorted(set(names))
    strangers = [name for name in wanted if name not in line.operators and not _answers(connection, name)]
    if strangers:
        raise LineError(
            f"{strangers[0]!r} is nobody who may answer a help-line: give a user, or `token NAME`, of that role."
        )
    connection.exec_driver_sql("DELETE FROM line_operator WHERE line = ?", (line.seq,))
    if wanted:
        query = 'INSERT INTO line_operator (line, "user") VALUES (?, ?)'
        connection.exec_driver_sql(query, [(line.seq, name) for name in wanted])
    decisions.note(connection, by, "line-operators", line.id, ", ".join(wanted), now)


def answers(connection: Connection, line: int, who: str) -> bool:
    """Whether somebody answers a line, by its `seq`."""
    query = 'SELECT EXISTS (SELECT 1 FROM line_operator WHERE line = ? AND "user" = ?)'
    return bool(connection.exec_driver_sql(query, (line, who)).scalar())


def knows(connection: Connection, who: str, recipient: str) -> bool:
    """Whether a recipient, by its id, is of the people of a line that somebody answers."""
    query = (
        'SELECT EXISTS (SELECT 1 FROM recipient AS r JOIN line_operator AS o ON o."user" = ? WHERE r.id = ?'
        " AND (r.line = o.line OR EXISTS (SELECT 1 FROM call WHERE call.recipient = r.seq AND call.line = o.line)))"
    )
    return bool(connection.exec_driver_sql(query, (who, recipient)).scalar())


def is_kept(connection: Connection, recipient: str) -> bool:
    """Whether there is a recipient of this id who was not erased."""
    query = "SELECT EXISTS (SELECT 1 FROM recipient WHERE id = ? AND erased_at IS NULL)"
    return bool(connection.exec_driver_sql(query, (recipient,)).scalar())


def serves(connection: Connection, organisation: str, recipient: str) -> bool:
    """Whether a line of an organisation knows a recipient, or no line of anybody does."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM recipient AS r LEFT JOIN line AS own ON own.seq = r.line WHERE r.id = ?1"
        " AND (r.line IS NULL OR own.organisation = ?2 OR EXISTS (SELECT 1 FROM call"
        " JOIN line ON line.seq = call.line WHERE call.recipient = r.seq AND line.organisation = ?2)))"
    )
    return bool(connection.exec_driver_sql(query, (recipient, organisation)).scalar())


def _answers(connection: Connection, name: str) -> bool:
    """Whether this is a user, or a program's token, with the role of a help-line."""
    query, key = 'SELECT role FROM "user" WHERE name = ? AND disabled_at IS NULL', name
    if name.startswith(_TOKEN):
        query, key = "SELECT role FROM token WHERE name = ?", name.removeprefix(_TOKEN)
    return connection.exec_driver_sql(query, (key,)).scalar() == Role.HELPLINE


def _line(row: "Row[Any]", operators: Sequence[str]) -> Line:
    return Line(
        seq=row.seq, id=row.id, organisation=row.organisation, name=row.name, number=row.number, hours=row.hours,
        languages=tuple(json.loads(row.languages)), groups=tuple(json.loads(row.groups)),
        questions=tuple(json.loads(row.questions)), operators=tuple(operators), opened_at=row.opened_at,
        opened_by=row.opened_by, closed_at=row.closed_at,
    )  # fmt: skip
