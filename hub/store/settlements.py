"""What people decided about discrepancies, and the facts that follow from it.

A decision is kept first, with the facts that it needs; the desk posts them, and what the ledger lacks after a crash is
posted when the hub is up again. Voids and settled owners may be posted twice without harm; counter-moves carry the
settlement as their task, by which it is seen that they are there.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, tuple_, update

from hub.core.discrepancies import Decision
from hub.core.viewer import Viewer
from hub.store import decisions
from hub.store.queries.differing import Discrepancy
from hub.store.queries.paging import Page, Pager
from hub.store.queries.posted import posted
from hub.store.queries.searching import Word, words
from hub.store.schema import settlement, user
from wire.badges import digest
from wire.messages import Correct, Settle, Void

TASK = "settlement:"
Facts = list[Void | Settle | Correct]
_facts = msgspec.json.Decoder(Facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A decision as it was kept; `shown` is the discrepancy as it was then."""

    id: str
    key: str
    kind: str
    decision: str
    reason: str
    at: int
    by: str
    posted: bool
    shown: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What somebody decides now; `about` may be None for facts that no discrepancy names."""

    id: str
    key: str
    kind: str
    decision: Decision
    reason: str
    by: str
    now: int
    about: Discrepancy | None = None
    facts: Sequence[Void | Settle | Correct] = ()


def settle(connection: Connection, decided: Decided) -> None:
    """Keep a decision."""
    about = decided.about
    row = {
        "id": decided.id, "key": decided.key, "kind": decided.kind, "decision": decided.decision.value,
        "reason": decided.reason, "story": "" if about is None else about.story,
        "shown": "{}" if about is None else msgspec.json.encode(asdict(about)).decode(),
        "facts": msgspec.json.encode(list(decided.facts)).decode(), "at": decided.now, "by": decided.by,
        "posted_at": None if decided.facts else decided.now,
    }  # fmt: skip
    connection.execute(insert(settlement).values(row))
    decisions.note(
        connection, decided.by, f"discrepancy-{decided.decision.value}", decided.key, decided.reason, decided.now
    )


def unposted(connection: Connection) -> Facts:
    """Facts of decisions that the ledger may lack."""
    there = posted(TASK, settlement.c.id).label("there")
    query = select(settlement.c.facts, there).where(settlement.c.posted_at.is_(None))
    found: Facts = []
    for row in connection.execute(query.order_by(settlement.c.seq)):
        facts = _facts.decode(row.facts)
        found += [fact for fact in facts if not (row.there and isinstance(fact, Correct))]
    return found


def pending(connection: Connection) -> list[str]:
    """The decisions whose facts are not known to be posted, by id."""
    query = select(settlement.c.id).where(settlement.c.posted_at.is_(None)).order_by(settlement.c.seq)
    return list(connection.execute(query).scalars())


def last(connection: Connection, key: str) -> tuple[int, bool]:
    """The place of what was decided last about a thing, 0 for nothing, and whether its facts may still be to come."""
    query = select(settlement.c.seq, settlement.c.posted_at).where(settlement.c.key == key)
    row = connection.execute(query.order_by(settlement.c.seq.desc()).limit(1)).one_or_none()
    return (0, False) if row is None else (row.seq, row.posted_at is None)


def mark_posted(connection: Connection, ids: Sequence[str], now: int) -> None:
    """Their facts are in the ledger."""
    query = update(settlement).where(settlement.c.id.in_(list(ids)), settlement.c.posted_at.is_(None))
    connection.execute(query.values(posted_at=now))


def of_key(connection: Connection, key: str) -> list[Settlement]:
    """What was decided about one thing, newest first."""
    query = select(settlement).where(settlement.c.key == key).order_by(settlement.c.seq.desc()).limit(100)
    return [_settlement(row) for row in connection.execute(query)]


def settlements(
    connection: Connection,
    pager: Pager,
    viewer: Viewer,
    *,
    limit: int,
    cursor: str | None,
    kind: str | None = None,
    text: str | None = None,
) -> Page[Settlement]:
    """What was decided, newest first, of a kind and with all words of a text; who does not see all gets theirs."""
    after = pager.key(cursor, (int,))
    found: list[tuple[tuple[int], Settlement]] = []
    sought = words(connection, text)
    seq = None if after is None else int(after[0])
    while len(found) <= limit:
        query = select(settlement).order_by(settlement.c.seq.desc()).limit(limit + 1)
        if seq is not None:
            query = query.where(tuple_(settlement.c.seq) < tuple_(seq))
        rows = connection.execute(query).all()
        for row in rows:
            one, seq = _settlement(row), row.seq
            if _has(one, kind, sought) and (viewer.sees_all or _is_theirs(viewer, one)):
                found.append(((row.seq,), one))
        if len(rows) <= limit:
            break
    return pager.page(found[: limit + 1], limit)


def is_person(connection: Connection, name: str, said: str) -> bool:
    """Whether what a fact says of who did it means this user: the name, the name for people, or the badge's code."""
    row = connection.execute(select(user.c.shown, user.c.badge).where(user.c.name == name)).one_or_none()
    badge = digest(said)
    return said == name or (row is not None and said != "" and (said == row.shown or badge == row.badge))


def _has(one: Settlement, kind: str | None, sought: Sequence[Word]) -> bool:
    of = one.shown.get
    texts = one.key, one.decision, one.reason, one.by, of("account"), of("lot"), of("detail")
    return kind in (None, one.kind) and all(
        word(*texts, site=of("site"), owner=of("owner"), item=of("item")) for word in sought
    )


def _is_theirs(viewer: Viewer, one: Settlement) -> bool:
    owner = one.shown.get("owner")
    return viewer.may_see_site(one.shown.get("site")) and (viewer.owner_filter is None or owner == viewer.owner_filter)


def _settlement(row: Any) -> Settlement:
    return Settlement(
        id=row.id, key=row.key, kind=row.kind, decision=row.decision, reason=row.reason, at=row.at, by=row.by,
        posted=row.posted_at is not None, shown=msgspec.json.decode(row.shown),
    )  # fmt: skip
