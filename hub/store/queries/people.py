"""Who there is, and what people decided."""

from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from hub.store.people import Person, person
from hub.store.queries.paging import Key, Page, Pager
from hub.store.schema import decision_log, user


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One row of the log; `at` in Unix ms."""

    id: int
    at: int
    who: str
    action: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilter:
    """What to list; None: all. `since` and `until` are Unix ms, `until` not included."""

    who: str | None = None
    action: str | None = None
    what: str | None = None
    since: int | None = None
    until: int | None = None

    @property
    def parts(self) -> tuple[str | int | None, ...]:
        return self.who, self.action, self.what, self.since, self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFilter:
    """Whom to list; None: everybody. `text` stands in the name or the shown name, however its letters are written."""

    text: str | None = None
    role: str | None = None
    active: bool | None = None

    @property
    def parts(self) -> tuple[str | int | None, ...]:
        return self.text, self.role, self.active


def people(
    connection: Connection, pager: Pager, wanted: PersonFilter, *, limit: int, cursor: str | None
) -> Page[Person]:
    """Everybody who is wanted, by name; those who were shut out too."""
    query = select(user).order_by(user.c.name).limit(limit + 1)
    if wanted.text is not None:
        query = query.where(
            user.c.name.icontains(wanted.text, autoescape=True) | user.c.shown.icontains(wanted.text, autoescape=True)
        )
    if wanted.role is not None:
        query = query.where(user.c.role == wanted.role)
    if wanted.active is not None:
        query = query.where(user.c.disabled_at.is_(None) if wanted.active else user.c.disabled_at.is_not(None))
    after = pager.key(cursor, (str,))
    if after is not None:
        query = query.where(user.c.name > after[0])
    rows: list[tuple[Key, Person]] = [((row.name,), person(row)) for row in connection.execute(query)]
    return pager.page(rows, limit)


def decisions(
    connection: Connection, pager: Pager, wanted: DecisionFilter, *, limit: int, cursor: str | None
) -> Page[Decision]:
    """What was decided, newest first. `who` is a whole name; `what` stands in what it was about or in its detail."""
    log = decision_log.c
    query = select(decision_log).order_by(log.id.desc()).limit(limit + 1)
    for column, value in ((log.who, wanted.who), (log.action, wanted.action)):
        if value is not None:
            query = query.where(column == value)
    if wanted.what is not None:
        about = (column.icontains(wanted.what, autoescape=True) for column in (log.what, log.detail))
        query = query.where(or_(*about))
    if wanted.since is not None:
        query = query.where(log.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(log.at < wanted.until)
    before = pager.key(cursor, (int,))
    if before is not None:
        query = query.where(log.id < before[0])
    rows: list[tuple[Key, Decision]] = [((row.id,), Decision(**row._mapping)) for row in connection.execute(query)]  # noqa: SLF001 (SQLAlchemy's own way)
    return pager.page(rows, limit)
