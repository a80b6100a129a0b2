"""What devices are told of their site, as it was published: records with versions, and the pages of their differences.

A scope is everybody (`*`), a site or a device. Versions count up through all scopes, one for each record that changes,
so that a page can end at any of them. A record that goes stays as an empty one, so that whoever held it hears of it;
such empty ones go after KEEP_MS, and who asks with an older version than the last of those begins anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from heapq import merge
from itertools import starmap
from operator import attrgetter
from typing import Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from hub.store.schema import meta, site_record
from wire.sitedata import PAGE_BYTES, PAGE_RECORDS

EVERYBODY: Final = "*"
KEEP_MS: Final = 30 * 86_400_000
"""How long it is remembered that a record has gone."""
_VERSION: Final = "site-data-version"
_FLOOR: Final = "site-data-floor"
_AROUND: Final = 80
"""Bytes of a record on the wire beside its key and body, at most."""


@dataclass(frozen=True, slots=True)
class Told:
    """A record's body. `source` stands for what it was made from, where each making gives other bytes."""

    body: bytes
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it is told; no body: it is gone."""

    version: int
    kind: str
    key: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Part:
    """What follows a version. `anew`: what was held before has to go."""

    version: int
    anew: bool
    more: bool
    rows: Sequence[Row]


def of_site(site: str) -> str:
    """The scope of a site."""
    return f"site:{site}"


def of_device(device: str) -> str:
    """The scope of a device."""
    return f"device:{device}"


def generation(database: str, site: str | None) -> str:
    """The generation of what a device at a site is told: another one after a restore, and at another site."""
    return sha256(f"{database}/{site or ''}".encode()).hexdigest()[:16]


def told(connection: Connection, scope: str, kind: str) -> dict[str, Told]:
    """The records of a kind that are there."""
    table = site_record.c
    query = select(table.key, table.body, table.source).where(
        table.scope == scope, table.kind == kind, table.body.is_not(None)
    )
    return {key: Told(body, source) for key, body, source in connection.execute(query)}


def holders(connection: Connection, kind: str) -> list[str]:
    """The devices that are told records of a kind for them alone."""
    table = site_record.c
    query = select(table.scope).distinct().where(table.scope.like("device:%"), table.kind == kind)
    found = connection.execute(query.where(table.body.is_not(None))).scalars()
    return [scope.partition(":")[2] for scope in found]


def publish(
    connection: Connection,
    scope: str,
    kind: str,
    changed: Mapping[str, Told],
    gone: Iterable[str],
    *,
    now: int,
) -> int:
    """Write the records of a kind that are new or other, and those that have gone; the newest version then."""
    version = newest(connection)
    table = site_record
    known = set(connection.execute(select(table.c.key).where(table.c.scope == scope, table.c.kind == kind)).scalars())
    old, new = [], []
    for key, told in (*changed.items(), *((key, None) for key in gone)):
        version += 1
        row = {"version": version, "at": now, "body": told and told.body, "source": told and told.source}
        if key in known:
            old.append(row | {"_key": key})
        else:
            new.append(row | {"scope": scope, "kind": kind, "key": key})
    if new:
        connection.execute(insert(table), new)
    if old:
        this = (table.c.scope == scope, table.c.kind == kind, table.c.key == bindparam("_key"))
        connection.execute(update(table).where(*this), old)
    if old or new:
        _set(connection, _VERSION, version)
    return version


def newest(connection: Connection) -> int:
    """The newest version of all, 0 before the first."""
    return _get(connection, _VERSION)


def newest_by_scope(connection: Connection) -> dict[str, int]:
    """The newest version of each scope."""
    table = site_record.c
    query = select(table.scope, func.max(table.version)).group_by(table.scope)
    return dict(map(tuple, connection.execute(query)))


def version_of(connection: Connection, scope: str, kind: str, key: str) -> int | None:
    """The version of one record that is there."""
    table = site_record.c
    query = select(table.version).where(table.scope == scope, table.kind == kind, table.key == key)
    return connection.execute(query.where(table.body.is_not(None))).scalar()


def part(connection: Connection, scopes: Sequence[str], after: int | None) -> Part:
    """What is told in these scopes after a version, as much as fits into a page; None: nothing is held."""
    last, floor = newest(connection), _get(connection, _FLOOR)
    anew = after is None or after > last or after < floor
    after = 0 if anew or after is None else after
    rows, more = _fitting(_after(connection, scopes, after, there=anew))
    return Part(version=rows[-1].version if more else last, anew=anew, more=more, rows=rows)


def forget_gone(connection: Connection, *, now: int) -> None:
    """Forget what has been gone for long."""
    table = site_record
    old = (table.c.body.is_(None), table.c.at < now - KEEP_MS)
    highest = connection.execute(select(func.max(table.c.version)).where(*old)).scalar()
    if highest is not None:
        connection.execute(table.delete().where(*old))
        _set(connection, _FLOOR, max(highest, _get(connection, _FLOOR)))


def _after(connection: Connection, scopes: Sequence[str], after: int, *, there: bool) -> Iterator[Row]:
    """What follows a version in these scopes, by version, read as it is taken; with `there` without what has gone."""
    table = site_record.c
    found = []
    for scope in scopes:
        query = select(table.version, table.kind, table.key, table.body)
        query = query.where(table.scope == scope, table.version > after).order_by(table.version)
        rows = connection.execute(query.where(table.body.is_not(None)) if there else query)
        found.append(starmap(Row, rows))
    return merge(*found, key=attrgetter("version"))


def _fitting(rows: Iterator[Row]) -> tuple[list[Row], bool]:
    """As many as fit into a page, and whether there are more."""
    taken: list[Row] = []
    size = 0
    for row in rows:
        size += len(row.body or b"") + len(row.key.encode()) + _AROUND
        if taken and (len(taken) == PAGE_RECORDS or size > PAGE_BYTES):
            return taken, True
        taken.append(row)
    return taken, False


def _get(connection: Connection, key: str) -> int:
    return int(connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar() or 0)


def _set(connection: Connection, key: str, value: int) -> None:
    done = connection.execute(update(meta).where(meta.c.key == key).values(value=str(value)))
    if done.rowcount == 0:
        connection.execute(insert(meta).values(key=key, value=str(value)))
