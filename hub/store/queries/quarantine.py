"""What could not be understood, with its bytes."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from hub.core.access import Viewer
from hub.store.queries.paging import Key, Page, Pager
from hub.store.schema import lane, quarantine
from wire.errors import SENTENCES, Reason


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


def rows(
    connection: Connection, pager: Pager, *, viewer: Viewer, device: str | None, limit: int, cursor: str | None
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
    if device is not None:
        query = query.where(quarantine.c.device == device)
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


def _sentence(reason: str) -> str:
    try:
        return SENTENCES[Reason(reason)]
    except ValueError:
        return reason
