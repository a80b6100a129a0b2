"""The log of commands and the messages for people: tables beside the lanes of an outbox.

Every change of a command is one transaction with its effect and with the fact that tells of it (edge/core/commands).
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from edge.core.commands import FINAL, KEEP_MS, Kept, State
from edge.core.hubtime import Span
from edge.store.outbox import Outbox
from wire.messages import Outcome

MOST_KEPT: Final = 10_000
"""Commands in the log; above it those that have expired go first, and no new one is taken while none has."""
MESSAGES_KEPT: Final = 2_000
SALVAGED: Final = "commands_salvaged"
"""In `meta`: the log was salvaged and the hub's time of that is not known yet."""
SINCE: Final = "commands_since"
"""In `meta`: the log knows nothing of what was issued before this time of the hub."""

_STATES = {state.value: state for state in State}
_COLUMNS = "id, ledger, name, args, expires_ms, state, detail, fact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A command as it is from now on, the fact that tells of it, and a text for the person at the device."""

    kept: Kept
    outcome: Outcome | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A text for the person at the device; Unix ms by the device's clock."""

    no: int
    at: int
    text: str


class CommandLog:
    """The tables `commands` and `messages` of an outbox. Every method raises OutboxError."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def find(self, id_: str) -> Kept | None:
        """A command that this device has met."""
        rows = self._outbox.ask(f"SELECT {_COLUMNS} FROM commands WHERE id = ?", id_)  # noqa: S608
        return _kept(rows[0]) if rows else None

    def unsettled(self) -> list[Kept]:
        """Commands that are accepted or have begun, by the time of their expiry."""
        query = f"SELECT {_COLUMNS} FROM commands WHERE state IN ('accepted', 'started') ORDER BY expires_ms, id"  # noqa: S608
        return [_kept(row) for row in self._outbox.ask(query)]

    def told(self, kept: Kept) -> bool:
        """Whether the fact that told of it last is still here, so that the hub has it or gets it."""
        return kept.fact is not None and bool(self._outbox.ask("SELECT 1 FROM facts WHERE id = ?", kept.fact))

    def write(self, changes: Sequence[Change], *, at_ms: int) -> None:
        """All of them, with their facts and effects, in ONE durable commit."""
        facts = [change.outcome for change in changes if change.outcome is not None]

        def also(db: sqlite3.Connection, rows: range) -> None:
            places = iter(rows)
            for change in changes:
                kept = change.kept
                if change.outcome is not None:
                    kept = replace(kept, fact=next(places))
                _put(db, kept)
            _show(db, [(c.kept.id, at_ms, c.message) for c in changes if c.message is not None])

        self._outbox.keep(facts, also)

    def forget(self, span: Span) -> None:
        """Let go of what expired long ago; where there is too much, of what has expired at all."""
        marks = ", ".join("?" * len(FINAL))
        query = f"DELETE FROM commands WHERE state IN ({marks}) AND expires_ms < ?"  # noqa: S608
        full = self.count() > MOST_KEPT * 9 // 10
        before = span.earliest - (0 if full else KEEP_MS)
        if self._outbox.ask("SELECT 1 FROM commands WHERE expires_ms < ? LIMIT 1", before):
            self._outbox.keep((), lambda db, _: _run(db, query, *sorted(FINAL), before))

    def count(self) -> int:
        """How many commands the log knows."""
        return int(self._outbox.ask("SELECT count(*) FROM commands")[0][0])

    def since(self, span: Span) -> int | None:
        """The hub's time before which the log knows nothing, because it was damaged; None: it knows all it met."""
        found = dict(self._outbox.ask("SELECT key, value FROM meta WHERE key IN (?, ?)", SALVAGED, SINCE))
        if SALVAGED in found:
            self._outbox.keep((), lambda db, _: _damaged_until(db, span.latest))
            return span.latest
        return int(found[SINCE]) if SINCE in found else None

    def messages(self, most: int) -> list[Message]:
        """The newest messages, newest first."""
        rows = self._outbox.ask("SELECT no, at_ms, text FROM messages ORDER BY no DESC LIMIT ?", most)
        return [Message(*row) for row in rows]


def _put(db: sqlite3.Connection, kept: Kept) -> None:
    args = msgspec.json.encode(kept.args).decode()
    values = (kept.id, kept.ledger, kept.name, args, kept.expires, kept.state.value, kept.detail, kept.fact)
    db.execute(f"INSERT OR REPLACE INTO commands ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608


def _show(db: sqlite3.Connection, rows: Iterable[tuple[str, int, str]]) -> None:
    db.executemany("INSERT INTO messages (command, at_ms, text) VALUES (?, ?, ?)", rows)
    db.execute("DELETE FROM messages WHERE no <= (SELECT max(no) FROM messages) - ?", (MESSAGES_KEPT,))


def _damaged_until(db: sqlite3.Connection, hub_ms: int) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (SINCE, str(hub_ms)))
    db.execute("DELETE FROM meta WHERE key = ?", (SALVAGED,))


def _run(db: sqlite3.Connection, query: str, *values: object) -> None:
    db.execute(query, values)


def _kept(row: tuple[object, ...]) -> Kept:
    id_, ledger, name, args, expires, state, detail, fact = row
    return Kept(
        id=str(id_),
        ledger=str(ledger),
        name=str(name),
        args=_args(str(args)),
        expires=expires if isinstance(expires, int) else 0,
        state=_STATES.get(str(state), State.FAILED),
        detail=str(detail),
        fact=fact if isinstance(fact, int) else None,
    )


def _args(text: str) -> dict[str, str]:
    """None where a damaged page makes no sense of them: what needs some is then refused, and never done wrongly."""
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.MsgspecError:
        return {}
