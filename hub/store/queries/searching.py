"""Lists searched by words, as a person would: by number, name, site, organisation, goods or note.

Each word of the text has to be found, in whatever order and wherever: as a part of one of the columns, or of a name
(English or Chinese) of the site, organisation or goods that the row speaks of. Names are looked up first, so that the
list itself is read once; letters of either case are the same in ASCII alone, as SQLite's LIKE has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import BindParameter, Connection, TextClause, bindparam, text

Searched: TypeAlias = tuple[str, list[str]]
"""A condition in SQL, and its values in the order of its question marks."""
ANY: Final[Searched] = ("TRUE", [])
MOST_WORDS: Final = 6
MOST_NAMED: Final = 200
"""Sites, organisations or items that one word may stand for; of more the first count."""


GTIN: Final = 14
_NAMES: Final = {"sites": ("site", "id"), "organisations": ("organisation", "id"), "gtins": ("item", "gtin")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where the words of a list are looked for, as columns of its query.

    `goods` is a condition on rows with `{}` where the condition on a column `item` goes; `items` hold keys of items
    that one of the texts has too, so that only their names are left to look for. `places` hold the id of an account.
    """

    texts: tuple[str, ...]
    sites: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    goods: str = ""
    items: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word to be found in rows that no table holds; what it may stand for is looked up once."""

    text: str
    sites: frozenset[str]
    organisations: frozenset[str]
    gtins: frozenset[str]

    def __call__(self, *texts: str | None, site: str | None, owner: str | None, item: str | None) -> bool:
        """Whether one of the texts has it, or a name of the site, the owner or the item."""
        if site in self.sites or owner in self.organisations:
            return True
        kind, _, number = (item or "").partition(":")
        if kind in ("gtin", "serial") and number[:GTIN] in self.gtins:
            return True
        return any(self.text in (text or "").lower() for text in (site, owner, item, *texts))


def words(connection: Connection, wanted: str | None) -> tuple[Word, ...]:
    """The words of a text, to be asked of row after row."""
    return tuple(
        Word(
            text=word.lower(),
            **{name: frozenset(_named(connection, *where, f"%{_escaped(word)}%")) for name, where in _NAMES.items()},
        )
        for word in (wanted or "").split()[:MOST_WORDS]
    )


def search(connection: Connection, wanted: str | None, columns: Columns) -> Searched:
    """The rows that are wanted: `TRUE` where nothing is."""
    conditions, values = ["TRUE"], list[str]()
    for word in (wanted or "").split()[:MOST_WORDS]:
        condition, more = _word(connection, word, columns)
        conditions.append(condition)
        values += more
    return " AND ".join(conditions), values


def clause(searched: Searched) -> TextClause:
    """The same for a query that is built of SQLAlchemy's parts."""
    condition, values = searched
    bound: list[BindParameter[Any]] = []
    parts = condition.split("?")
    named = parts[0]
    for n, (value, part) in enumerate(zip(values, parts[1:], strict=True)):
        named += f":word_{n}{part}"
        bound.append(bindparam(f"word_{n}", value))
    return text(named).bindparams(*bound)


def _word(connection: Connection, word: str, columns: Columns) -> Searched:
    like = f"%{_escaped(word)}%"
    ways = [(_like(column), [like]) for column in columns.texts]
    if columns.sites:
        sites = _named(connection, "site", "id", like)
        ways += [_among(column, sites) for column in columns.sites]
    if columns.organisations:
        owners = _named(connection, "organisation", "id", like)
        ways += [_among(column, owners) for column in columns.organisations]
    if columns.goods or columns.items:
        named = [f"gtin:{gtin}" for gtin in _named(connection, "item", "gtin", like)]
        ways += [_among(column, named) for column in columns.items]
    if columns.goods:
        among, keys = _among("item", named)
        ways.append((columns.goods.format(f"({_like('item')} OR {among})"), [like, *keys]))
    ways += [_placed(connection, column, like) for column in columns.places]
    return "(" + " OR ".join(way for way, _ in ways) + ")", [value for _, some in ways for value in some]


def _placed(connection: Connection, column: str, like: str) -> Searched:
    """Accounts are found first: to look up the one of each row takes far longer, and mostly there is none."""
    sites = _named(connection, "site", "id", like)
    among, keys = _among("site", sites)
    found = f"SELECT id FROM account WHERE {_like('code')} OR {among}"
    if connection.exec_driver_sql(f"{found} LIMIT 1", (like, *keys)).first() is None:
        return "FALSE", []
    return f"{column} IN ({found})", [like, *keys]


def _named(connection: Connection, table: str, key: str, like: str) -> list[str]:
    query = (
        f"SELECT {key} FROM {table} WHERE {_like(key)} OR {_like('name')} OR {_like('name_zh')}"
        f" ORDER BY {key} LIMIT {MOST_NAMED}"
    )
    return [row[0] for row in connection.exec_driver_sql(query, (like, like, like))]


def _like(column: str) -> str:
    return f"{column} LIKE ? ESCAPE '!'"


def _among(column: str, keys: Sequence[str]) -> Searched:
    return (f"{column} IN ({', '.join('?' * len(keys))})", list(keys)) if keys else ("FALSE", [])


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
