"""What could not be understood, with its bytes."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from hub.core.viewer import Viewer
from hub.store.queries.paging import Key, Page, Pager
from hub.store.queries.searching import Columns, clause, search
from hub.store.schema import lane, quarantine
from wire.errors import SENTENCES, Reason

_SEARCHED: Final = Columns(texts=("quarantine.device", "quarantine.detail", "CAST(quarantine.bytes AS TEXT)"))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRow:
    """One thing set aside. `lane` and `seq` are None for a whole message; `times`: how often it came."""

    id: str
    device: str
    stream: str | None
    lane: str | None
    seq: int | None
    received_at: int
    reason: str
    sentence: str
    detail: str
    data: bytes
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineFilter:
    """What to list; None: all. `text`: words that stand in the device's name, the detail or the bytes."""

    device: str | None = None
    reason: str | None = None
    text: str | None = None


def rows(
    connection: Connection, pager: Pager, wanted: QuarantineFilter, *, viewer: Viewer, limit: int, cursor: str | None
) -> Page[QuarantineRow]:
    """What was set aside, newest first. Nobody knows whose it is: who does not see all sees none."""
    if not viewer.sees_all:
        return Page([], None)
    query = (
        select(quarantine, lane.c.stream, lane.c.lane)
        .join_from(quarantine, lane, lane.c.id == quarantine.c.lane_id, isouter=True)
        .order_by(quarantine.c.id.desc())
        .limit(limit + 1)
    )
    query = query.where(clause(search(connection, wanted.text, _SEARCHED)))
    for column, value in ((quarantine.c.device, wanted.device), (quarantine.c.reason, wanted.reason)):
        if value is not None:
            query = query.where(column == value)
    before = pager.key(cursor, (int,))
    if before is not None:
        query = query.where(quarantine.c.id < before[0])
    found: list[tuple[Key, QuarantineRow]] = [
        (
            (row.id,),
            QuarantineRow(
                id=str(row.id),
                device=row.device,
                stream=row.stream,
                lane=row.lane,
                seq=row.seq,
                received_at=row.received_at,
                reason=row.reason,
                sentence=_sentence(row.reason),
                detail=row.detail,
                data=row.bytes,
                times=row.times,
            ),
        )
        for row in connection.execute(query)
    ]
    return pager.page(found, limit)


def one(connection: Connection, viewer: Viewer, id_: int) -> bytes | None:
    """The bytes of one thing that was set aside; None where there is none for this viewer."""
    if not viewer.sees_all:
        return None
    return connection.execute(select(quarantine.c.bytes).where(quarantine.c.id == id_)).scalar()


def reasons(connection: Connection, viewer: Viewer) -> dict[str, int]:
    """How much was set aside for each reason."""
    if not viewer.sees_all:
        return {}
    query = select(quarantine.c.reason, func.count()).group_by(quarantine.c.reason).order_by(func.count().desc())
    return {reason: int(n) for reason, n in connection.execute(query)}


def _sentence(reason: str) -> str:
    try:
        return SENTENCES[Reason(reason)]
    except ValueError:
        return reason
