"""The whole story of a thing: who asked, what was decided, where its goods went, who was told; newest first.

"Where is it?" is answered from here, from a call to the hand-over and back. No seal is opened: people are masked names
and four digits, a call is its time and who took it, a notice that it was sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.viewer import Viewer
from hub.store import recipients
from hub.store.queries.differing import Discrepancy
from hub.store.queries.facts import FactReader
from hub.store.queries.paging import Pager
from hub.store.queries.story_scope import Scope, resolve
from hub.store.queries.story_steps import Step, steps, with_fact
from hub.store.queries.story_trouble import trouble
from hub.store.recipients import Shown
from hub.store.relief import Found

SHAPE: Final = (int, int, int, int)
_NOBODY: Final = Shown(shown="", last4="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing of the story as it is now. `placed` is the account where a parcel was last."""

    kind: str
    id: str
    state: str
    organisation: str
    made_at: int
    way: str = ""
    source: str | None = None
    site: str | None = None
    placed: str = ""
    shown: str = ""
    last4: str = ""
    odd: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The answer: `of` says what was understood, `things` all that it is about, `more` that these are not all.

    `trouble` is what does not add up of it, told with the first page.
    """

    kind: str
    id: str
    things: Sequence[Thing]
    more: bool
    trouble: Sequence[Discrepancy]
    steps: Sequence[Step]
    next: str | None


def story(
    connection: Connection, pager: Pager, of: str, *, viewer: Viewer, now: int, limit: int, cursor: str | None
) -> Story | None:
    """The story of a thing, a page of its steps; None where there is none that they may see. `now` is Unix ms."""
    scope = resolve(connection, viewer, of)
    if scope is None:
        return None
    found = steps(connection, viewer, scope, pager.key(cursor, SHAPE), limit + 1)
    page = pager.page([(one.key, one) for one in found], limit)
    reader = FactReader(connection)
    return Story(
        kind=scope.kind, id=scope.id, things=list(_things(connection, scope)), more=scope.more,
        trouble=[] if cursor is not None else trouble(connection, viewer, scope, now),
        steps=[_said(reader, one) for one in page.rows], next=page.next,
    )  # fmt: skip


def _said(reader: FactReader, one: Step) -> Step:
    fact = None if one.place is None else reader.find(*one.place)
    return one if fact is None else with_fact(one, fact)


def _things(connection: Connection, scope: Scope) -> Iterator[Thing]:
    names = recipients.shown(
        connection, [row.recipient for row in (*scope.requests, *scope.parcels) if row.recipient is not None]
    )
    for row in scope.calls:
        yield Thing(kind="call", id=row.id, state=row.kind, organisation=row.organisation, made_at=row.at)
    for row in scope.requests:
        yield _thing("request", row, names, site=row.site)
    for row in scope.consignments:
        yield _thing("consignment", row, names, site=row.to_site, source=row.from_site)
    for row in scope.parcels:
        yield _thing("parcel", row, names, site=row.station, source=row.home, placed=row.placed)


def _thing(
    kind: str, row: Found, names: dict[str, Shown], *, site: str | None, source: str | None = None, placed: str = ""
) -> Thing:
    whose = names.get(getattr(row, "recipient", None) or "", _NOBODY)
    return Thing(
        kind=kind, id=row.id, state=row.state, organisation=row.organisation, made_at=row.made_at, way=row.way,
        source=source, site=site, placed=placed, shown=whose.shown, last4=whose.last4, odd=bool(row.odd),
    )  # fmt: skip
