"""Who saw whose data, and what for."""

from dataclasses import dataclass

from sqlalchemy import Connection

from hub.store.queries.paging import Key, Page, Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One row of the log; `at` in Unix ms."""

    seq: int
    at: int
    who: str
    recipient: str
    why: str


def views(
    connection: Connection, pager: Pager, *, who: str | None, recipient: str | None, limit: int, cursor: str | None
) -> Page[View]:
    """Views of somebody's, or of a recipient's data, newest first."""
    before = pager.key(cursor, (int,))
    conditions = [("who = ?", who), ("recipient = ?", recipient), ("seq < ?", None if before is None else before[0])]
    given = [(text, value) for text, value in conditions if value is not None]
    where = " AND ".join(["TRUE", *(text for text, _ in given)])
    rows = connection.exec_driver_sql(
        f"SELECT seq, at, who, recipient, why FROM personal_view WHERE {where} ORDER BY seq DESC LIMIT ?",
        (*(value for _, value in given), limit + 1),
    )
    keyed: list[tuple[Key, View]] = [((row.seq,), View(**row._mapping)) for row in rows]  # noqa: SLF001 (SQLAlchemy's own way)
    return pager.page(keyed, limit)
