"""Settlements: where people live and how many.

They are called localities here, as the settlement of a discrepancy is another thing.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, and_, func, or_, select

from hub.core.estimates import GROUPS, People
from hub.store.queries.paging import Page, Pager
from hub.store.queries.searching import Columns, clause, search
from hub.store.reference import ReferenceDataError
from hub.store.schema import locality

MOST: Final = 50_000
"""Of one hub: the villages of a province."""
MOST_PEOPLE: Final = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality:
    """A village, town or camp: degrees times 1e7; None where nobody counted."""

    id: str
    name: str
    name_zh: str
    lat_e7: int
    lon_e7: int
    population: int
    households: int | None = None
    elderly: int | None = None
    disabled: int | None = None
    pregnant: int | None = None
    infant: int | None = None
    chronic: int | None = None

    @property
    def people(self) -> People:
        return People(
            population=self.population,
            households=self.households,
            groups={group: getattr(self, group) for group in GROUPS},
        )


_SEARCHED: Final = Columns(texts=("locality.id", "locality.name", "locality.name_zh"))
_COLUMNS: Final = tuple(Locality.__slots__)
_PUT: Final = (
    f"INSERT INTO locality ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' for _ in _COLUMNS)}) ON CONFLICT (id)"
    f" DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS if name != 'id')}"
)


def localities(connection: Connection) -> list[Locality]:
    """All settlements, by id."""
    rows = connection.execute(select(locality).order_by(locality.c.id))
    return [Locality(**row._mapping) for row in rows]  # noqa: SLF001 (SQLAlchemy's own name for it)


def page(connection: Connection, pager: Pager, *, text: str | None, limit: int, cursor: str | None) -> Page[Locality]:
    """Settlements with all words of a text in their id or a name, the largest first."""
    query = select(locality).where(clause(search(connection, text, _SEARCHED)))
    query = query.order_by(locality.c.population.desc(), locality.c.id).limit(limit + 1)
    after = pager.key(cursor, (int, str))
    if after is not None:
        people, id_ = locality.c.population, locality.c.id
        query = query.where(or_(people < after[0], and_(people == after[0], id_ > after[1])))
    rows = [Locality(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 (as above)
    return pager.page([((one.population, one.id), one) for one in rows], limit)


def put(connection: Connection, rows: Iterable[Locality]) -> None:
    """Add settlements, or replace those with the same id. Raises ReferenceDataError where there are too many."""
    values = [tuple(asdict(row).values()) for row in rows]
    if values:
        connection.exec_driver_sql(_PUT, values)
    there = int(connection.execute(select(func.count()).select_from(locality)).scalar_one())
    if there > MOST:
        raise ReferenceDataError(f"There would be {there:,} settlements; {MOST:,} are allowed.")


def remove(connection: Connection, ids: Collection[str]) -> int:
    """Remove settlements; how many there were. What was proposed for them stays."""
    return sum(connection.execute(locality.delete().where(locality.c.id == one)).rowcount for one in set(ids))
