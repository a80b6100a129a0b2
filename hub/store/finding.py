"""Recipients found by what people say of them, without opening anybody: keyed hashes of parts of names and numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core import finding
from hub.pinyin import readings
from hub.vault import Vault

TRACE_FOR: Final = "recipient-trace"
MOST: Final = 20
WHOLE_DIGITS: Final = 8
"""Fewer are the end of a number that somebody types."""

_KNOWN: Final = (
    'EXISTS (SELECT 1 FROM line_operator AS o WHERE o."user" = ? AND (r.line = o.line'
    " OR EXISTS (SELECT 1 FROM call WHERE call.recipient = r.seq AND call.line = o.line)))"
)
_COLUMNS: Final = (
    "SELECT r.id, r.shown, r.last4, r.touched_at, line.id AS line, line.name AS line_name FROM recipient AS r"
    " LEFT JOIN line ON line.seq = r.line"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be meant, masked. `line` is where they are known from; `touched_at` in Unix ms."""

    id: str
    shown: str
    last4: str
    line: str | None
    line_name: str | None
    touched_at: int


def index(connection: Connection, vault: Vault, seq: int, name: str, phones: Sequence[str]) -> None:
    """Let a recipient (its `seq`) be found by this name and these numbers, and by nothing else."""
    connection.exec_driver_sql("DELETE FROM recipient_trace WHERE recipient = ?", (seq,))
    tokens = {vault.index(TRACE_FOR, key) for key in finding.keys(name, phones, readings)}
    connection.exec_driver_sql(
        "INSERT INTO recipient_trace (token, recipient) VALUES (?, ?)", [(token, seq) for token in sorted(tokens)]
    )


def search(connection: Connection, vault: Vault, text: str, *, who: str = "") -> list[Candidate]:
    """Who may be meant by a number, its end, a name or a part of it in characters, pinyin or initials; newest first.

    At most MOST and one, which says that there are more. By a part of a number, the last four digits aside, only people
    are found whom a line knows that `who` answers: digit by digit it would give away the number, and that opens.
    """
    last4, ways = finding.wanted(text)
    if not ways:
        return _listed(connection, "last4 = ? AND last4 <> ''", (last4,)) if last4 else []
    found: dict[str, Candidate] = {}
    for way in ways:
        tokens = sorted(vault.index(TRACE_FOR, key) for key in way)
        marks = ", ".join("?" * len(tokens))
        where = (
            f"r.seq IN (SELECT recipient FROM recipient_trace WHERE token IN ({marks}) GROUP BY recipient"
            " HAVING count(*) = ?)"
        )
        values: tuple[str | int, ...] = (*tokens, len(tokens))
        if last4:
            where, values = f"{where} AND last4 = ?", (*values, last4)
        for number in asked_number(way):
            where = f"{where} AND (r.seq IN (SELECT recipient FROM recipient_trace WHERE token = ?) OR {_KNOWN})"
            values = (*values, vault.index(TRACE_FOR, f"phone:{number}"), who)
        found |= {each.id: each for each in _listed(connection, where, values)}
    return sorted(found.values(), key=lambda each: (-each.touched_at, each.id))[: MOST + 1]


def asked_number(way: Collection[str]) -> list[str]:
    """The number, or its end, that is among what is asked for; at most one."""
    return [key.removeprefix("tel:") for key in way if key.startswith("tel:")]


def by_number(text: str) -> bool:
    """Whether a typed text asks for what may be a whole number."""
    return any(len(number) >= WHOLE_DIGITS for way in finding.wanted(text)[1] for number in asked_number(way))


def same(connection: Connection, vault: Vault, name: str, phone: str) -> list[Candidate]:
    """Who is known under the same number or the same name already."""
    keys = [f"name:{finding.whole(name)}"]
    if finding.number(phone):
        keys.append(f"phone:{finding.number(phone)}")
    tokens = [vault.index(TRACE_FOR, key) for key in keys]
    where = f"r.seq IN (SELECT recipient FROM recipient_trace WHERE token IN ({', '.join('?' * len(tokens))}))"
    return _listed(connection, where, tuple(tokens))[:MOST]


def reached_by(connection: Connection, vault: Vault, seq: int, phone: str) -> bool:
    """Whether a recipient (its `seq`), or somebody who may fetch for them, has this number."""
    token = vault.index(TRACE_FOR, f"phone:{finding.number(phone)}")
    query = "SELECT EXISTS (SELECT 1 FROM recipient_trace WHERE token = ? AND recipient = ?)"
    return bool(connection.exec_driver_sql(query, (token, seq)).scalar())


def _listed(connection: Connection, where: str, values: Collection[str | int]) -> list[Candidate]:
    query = f"{_COLUMNS} WHERE {where} AND r.erased_at IS NULL ORDER BY r.touched_at DESC, r.id LIMIT ?"
    rows = connection.exec_driver_sql(query, (*values, MOST + 1))
    return [Candidate(**row._mapping) for row in rows]  # noqa: SLF001 (SQLAlchemy's own way)
