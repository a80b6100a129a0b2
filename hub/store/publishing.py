"""What has to be written so that devices are told what the tables say now, and nothing that no device could read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection, func, select

from hub.store import sitedata
from hub.store.schema import change, decision_log
from hub.store.sitedata import Told
from wire.errors import DecodeError
from wire.sitedata import KEY_CHARS, decode_record

OF_INGEST: Final = frozenset({"stock", "device", "quarantine", "discrepancy"})
"""Topics of the change log that say nothing of what people enter."""
OF_RELIEF: Final = frozenset({"request", "consignment", "incident", "helpline", "round", "notice", "collecting"})
"""Topics of what is asked for and on its way: of parcels and consignments, and nothing else that devices are told."""

log = structlog.get_logger("site-data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The records of one scope and kind that are new or other, and the keys of those that have gone."""

    scope: str
    kind: str
    changed: Mapping[str, Told]
    gone: Collection[str]

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the logs of changes and decisions were read."""

    change: int = -1
    decision: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What was changed since a mark: the catalogue, what else people enter, people themselves, stock, parcels."""

    mark: Mark
    articles: bool = False
    entered: bool = False
    decided: bool = False
    stock: bool = False
    relief: bool = False


def difference(
    connection: Connection, scope: str, kind: str, wanted: Mapping[str, Told], held: Mapping[str, Told] | None = None
) -> Difference:
    """From what is published (`held`, where it is known) to what is wanted."""
    before = sitedata.told(connection, scope, kind) if held is None else held
    changed = {key: one for key, one in wanted.items() if before.get(key) != one}
    unfit = {key for key, one in changed.items() if not _fits(kind, key, one)}
    if unfit:
        log.warning("records that no device could read", scope=scope, kind=kind, keys=sorted(unfit)[:5])
    gone = [key for key in before if key not in wanted or key in unfit]
    return Difference(
        scope=scope, kind=kind, changed={key: changed[key] for key in changed if key not in unfit}, gone=gone
    )


def write(connection: Connection, differences: Iterable[Difference], *, now: int) -> dict[str, int]:
    """Publish differences; the newest version of each scope that they touch."""
    versions = {}
    for one in differences:
        versions[one.scope] = sitedata.publish(connection, one.scope, one.kind, one.changed, one.gone, now=now)
    return versions


def news(connection: Connection, since: Mark) -> News:
    """What the logs say of the time since a mark. Where the log begins later than that, anything may have changed."""
    first, last = connection.execute(select(func.min(change.c.id), func.max(change.c.id))).one()
    decision = connection.execute(select(func.max(decision_log.c.id))).scalar() or 0
    mark = Mark(change=last or 0, decision=decision)
    decided = decision != since.decision
    if mark.change == since.change:
        return News(mark=mark, entered=decided, decided=decided)
    if since.change < 0 or (first or 0) > since.change + 1:
        return News(mark=mark, articles=True, entered=True, decided=True, stock=True, relief=True)
    newer = change.c.id > since.change
    topics = set(connection.execute(select(change.c.topic).where(newer).distinct()).scalars())
    told = connection.execute(select(change.c.data).where(newer, change.c.topic == "reference")).scalars()
    return News(
        mark=mark,
        articles=any('"items"' in data for data in told),
        entered=decided or bool(topics - OF_INGEST - OF_RELIEF),
        decided=decided,
        stock="stock" in topics,
        relief=not topics.isdisjoint(OF_RELIEF),
    )


def _fits(kind: str, key: str, one: Told) -> bool:
    try:
        decode_record(kind, one.body)
    except DecodeError:
        return False
    return len(key) <= KEY_CHARS
