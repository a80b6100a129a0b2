"""The steps of a story: calls, decisions, facts, notices; each source gives its own newest ones, below a key.

A parcel's facts stand in its history (hub.store.life_facts). While it stood in a pallet or carton, what happened to
that happened to it. Of picking, which names lots and no parcel, a story tells once for each pick list.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from heapq import nlargest
from itertools import chain
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection

from hub.core.trips import TRANSIT
from hub.core.viewer import Viewer
from hub.store.lots import notes
from hub.store.queries import occurrences
from hub.store.queries.facts import Fact
from hub.store.queries.paging import Key
from hub.store.queries.story_scope import Scope
from hub.store.relief import Found, marks
from wire.messages import Proof, Scan

What: TypeAlias = Literal["call", "decision", "fact", "notice"]
DEEPEST: Final = 3
"""Handling units around handling units that are followed."""
SLICE: Final = 500
_END: Final = (2**63 - 1, 0, 0, 0)
_DECIDED, _CALLED, _ANSWERED, _TOLD, _NOTED = range(1, 6)
"""The last part of keys of steps that are no facts: so none has another's key."""
_EVENTS: Final = (
    "SELECT *, coalesce(lane_id, 0) AS lane, coalesce(fact_seq, seq) AS place FROM life_event"
    " WHERE kind = ? AND about IN ({}) AND at <= ?"
)
_CARRIED: Final = (
    "SELECT seen.at, seen.lane_id, seen.seq, source.code AS source, target.code AS target FROM sighting AS seen"
    " JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id"
    " WHERE unit = ? AND voided = 0 AND seen.at >= ? AND seen.at <= ? ORDER BY seen.at, seen.lane_id, seen.seq"
)
_PICKED: Final = (
    "SELECT consignment.id, max(task_fact.at) AS at, task_fact.lane_id, task_fact.seq, count(*) AS n FROM consignment"
    " CROSS JOIN consignment_pick ON consignment_pick.consignment = consignment.seq"
    " CROSS JOIN task_fact ON task = 'pick:' || pick"
    " WHERE consignment.seq IN ({}) AND voided = 0 GROUP BY consignment.id, task"
)
_DRIVEN: Final = (
    "SELECT * FROM journey WHERE vehicle = ? AND at >= ? AND at <= ? AND voided = 0 ORDER BY at, lane_id, seq"
)
_TELLING: Final = "SELECT * FROM notice WHERE about IN ({}) ORDER BY seq DESC LIMIT 2000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened. Of facts, `lane` and `seq` say where they are; times are Unix ms.

    `about` is `parcel:ID` and the like; `who` a person's name, `detail` their reason. `n`: pieces, or facts of a pick.
    """

    key: Key
    at: int
    what: What
    about: str
    event: str
    state: str = ""
    who: str = ""
    device: str = ""
    source: str = ""
    to: str = ""
    detail: str = ""
    channel: str = ""
    n: int = 0
    odd: bool = False
    voided: bool = False
    proof: Proof | None = None
    estimated: bool = False
    earliest: int | None = None
    latest: int | None = None
    received_at: int | None = None

    @property
    def place(self) -> tuple[int, int] | None:
        """The fact's lane and sequence."""
        return (int(self.key[1]), int(self.key[2])) if self.what == "fact" else None


_Found: TypeAlias = tuple[Key, Callable[[], Step]]
"""A step's key and how to make it: of thousands a page shows a hundred."""


class _Around(NamedTuple):
    unit: str
    since: int
    until: int
    about: str


def steps(connection: Connection, viewer: Viewer, scope: Scope, before: Key | None, limit: int) -> list[Step]:
    """The newest steps with a key below `before`, up to `limit`, newest first."""
    end = _END if before is None else before
    at = int(end[0])
    found = chain(
        _lives(connection, scope, at),
        _calls(scope),
        _picked(connection, scope),
        _notices(connection, scope),
        _units(connection, scope),
        _goods(connection, viewer, scope, before, limit),
    )
    seen: dict[Key, Callable[[], Step]] = {}
    for key, make in found:
        if before is None or key < end:
            seen.setdefault(key, make)
    return [seen[key]() for key in nlargest(limit, seen)]


def _lives(connection: Connection, scope: Scope, at: int) -> Iterator[_Found]:
    for kind, rows in (("request", scope.requests), ("consignment", scope.consignments), ("parcel", scope.parcels)):
        by_thing: dict[str, list[Found]] = defaultdict(list)
        for ids in _slices([row.id for row in rows]):
            query = _EVENTS.format(marks(ids))
            for event in connection.exec_driver_sql(query, (kind, *ids, at)).all():
                by_thing[event.about].append(event)
        around: list[_Around] = []
        rides: list[_Around] = []
        for id_, events in by_thing.items():
            for event in events:
                key = (event.at, event.lane, event.place, _DECIDED if event.lane_id is None else 0)
                yield key, partial(_life, kind, event, key)
            if kind == "parcel":
                events.sort(key=lambda one: (one.at, one.lane, one.place))
                around += _around(f"parcel:{id_}", events)
                rides += _rides(f"parcel:{id_}", events)
        yield from _carried(connection, around)
        yield from _driven(connection, rides)


def _life(kind: str, row: Found, key: Key) -> Step:
    fact = row.lane_id is not None
    return Step(
        key=key, at=row.at, what="fact" if fact else "decision",
        about=f"{kind}:{row.about}", event=row.action if fact else row.event, state=row.state, who=row.who,
        device=row.device, source=row.source, to=row.target, detail=row.detail, n=row.content, odd=bool(row.odd),
        voided=bool(row.voided), proof=None if row.proof is None else msgspec.json.decode(row.proof, type=Proof),
    )  # fmt: skip


def _around(about: str, events: Sequence[Found]) -> Iterator[_Around]:
    """The handling units in which a parcel stood, and how long."""
    seen = [one for one in events if one.lane_id is not None and not one.content and not one.voided]
    for place, one in enumerate(seen):
        if one.target.startswith("unit:sscc:"):
            until = seen[place + 1].at if place + 1 < len(seen) else int(_END[0])
            yield _Around(one.target.removeprefix("unit:"), one.at, until, about)


def _carried(connection: Connection, around: Sequence[_Around]) -> Iterator[_Found]:
    """What happened to the units meanwhile, each fact once, however many parcels stood in them."""
    known: dict[tuple[str, int, int], _Around] = {}
    todo = list(around)
    for _ in range(DEEPEST):
        todo = [one for one in todo if (one.unit, one.since, one.until) not in known]
        known |= {(one.unit, one.since, one.until): one for one in todo}
        deeper: list[_Around] = []
        for unit, since, until, about in {(one.unit, one.since, one.until): one for one in todo}.values():
            rows = connection.exec_driver_sql(_CARRIED, (unit, since, until)).all()
            yield from (_sighted(f"unit:{unit}", row) for row in rows)
            for place, row in enumerate(rows):
                if row.target.startswith("unit:sscc:"):
                    end = rows[place + 1].at if place + 1 < len(rows) else until
                    deeper.append(_Around(row.target.removeprefix("unit:"), row.at, end, about))
        todo = deeper


def _rides(about: str, events: Sequence[Found]) -> Iterator[_Around]:
    """The vehicles in which a parcel was, and how long."""
    seen = [one for one in events if one.lane_id is not None and not one.content and not one.voided]
    for place, one in enumerate(seen):
        if one.target.startswith(TRANSIT):
            until = seen[place + 1].at if place + 1 < len(seen) else int(_END[0])
            yield _Around(one.target.removeprefix(TRANSIT).partition("/")[0], one.at, until, about)


def _driven(connection: Connection, rides: Sequence[_Around]) -> Iterator[_Found]:
    """Where the vehicles went meanwhile, each fact once, however many parcels were in them."""
    for vehicle, since, until, about in {(one.unit, one.since, one.until): one for one in rides}.values():
        for row in connection.exec_driver_sql(_DRIVEN, (vehicle, since, until)):
            yield _made(Step(
                key=(row.at, row.lane_id, row.seq, 0), at=row.at, what="fact", about=about, event=row.action,
                who=row.by, device=row.device, source=TRANSIT + vehicle, to=TRANSIT + vehicle,
            ))  # fmt: skip


def _sighted(about: str, row: Found) -> _Found:
    key = (row.at, row.lane_id, row.seq, 0)
    return key, lambda: Step(
        key=key, at=row.at, what="fact", about=about, event="", source=row.source, to=row.target
    )  # fmt: skip


def _units(connection: Connection, scope: Scope) -> Iterator[_Found]:
    for unit in scope.units:
        for row in connection.exec_driver_sql(_CARRIED, (unit, -(2**63), _END[0])):
            yield _sighted(f"unit:{unit}", row)


def _calls(scope: Scope) -> Iterator[_Found]:
    for row in scope.calls:
        yield _made(Step(
            key=(row.at, 0, row.seq, _CALLED), at=row.at, what="call", about=f"call:{row.id}", event=row.kind,
            who=row.by,
        ))  # fmt: skip
        if row.done_at is not None:
            yield _made(Step(
                key=(row.done_at, 0, row.seq, _ANSWERED), at=row.done_at, what="call", about=f"call:{row.id}",
                event="called-back", who=row.done_by,
            ))  # fmt: skip


def _picked(connection: Connection, scope: Scope) -> Iterator[_Found]:
    for seqs in _slices([row.seq for row in scope.consignments]):
        for row in connection.exec_driver_sql(_PICKED.format(marks(seqs)), tuple(seqs)):
            yield _made(Step(
                key=(row.at, row.lane_id, row.seq, 0), at=row.at, what="fact", about=f"consignment:{row.id}",
                event="picked", n=row.n,
            ))  # fmt: skip


def _notices(connection: Connection, scope: Scope) -> Iterator[_Found]:
    abouts = [f"{kind}:{row.id}" for kind, rows in (
        ("request", scope.requests), ("parcel", scope.parcels), ("call", scope.calls),
    ) for row in rows]  # fmt: skip
    for some in _slices(abouts):
        for row in connection.exec_driver_sql(_TELLING.format(marks(some)), tuple(some)):
            at = row.queued_at if row.ended_at is None else row.ended_at
            yield _made(Step(
                key=(at, 0, row.seq, _TOLD), at=at, what="notice", about=row.about, event=row.kind, state=row.state,
                channel=row.channel, detail=row.why, who=row.asked_by,
            ))  # fmt: skip


def _goods(connection: Connection, viewer: Viewer, scope: Scope, before: Key | None, limit: int) -> Iterator[_Found]:
    """Facts of a scanned thing or lot, and what was decided about the lot."""
    target = scope.target
    if target is None:
        return
    to = None if before is None else before[:3]
    about = f"unit:{target.unit}" if target.unit is not None else f"lot:{target.label.lot or target.label.item}"
    for row in occurrences.of(connection, target, viewer=viewer, to=to, limit=limit + 2):
        yield _made(Step(
            key=(*row.key, 0), at=row.at, what="fact", about=about, event="count" if row.counted else "",
            source=row.source, to=row.to, n=row.quantity, voided=row.voided,
        ))  # fmt: skip
    if target.unit is None and target.label.item:
        for place, note in enumerate(notes(connection, target.label.item)):
            if note.lot in ("", target.label.lot or ""):
                yield _made(Step(
                    key=(note.at, 0, place, _NOTED), at=note.at, what="decision", about=about,
                    event=f"lot-{note.state}", who=note.by, detail=note.reason,
                ))  # fmt: skip


def _made(step: Step) -> _Found:
    return step.key, lambda: step


def with_fact(one: Step, fact: Fact) -> Step:
    """A step with what its fact says beyond the ledger: who, by which device, and when the hub heard of it."""
    item: Any = fact.item
    return replace(
        one, device=one.device or fact.source.device, who=one.who or getattr(item, "by", None) or "",
        event=one.event or (item.do.value if isinstance(item, Scan) else fact.kind), received_at=fact.received_at,
        estimated=fact.estimated, earliest=fact.when.earliest, latest=fact.when.latest,
    )  # fmt: skip


def _slices(keys: Sequence[str] | Sequence[int]) -> Iterator[Sequence[str] | Sequence[int]]:
    return (keys[at : at + SLICE] for at in range(0, len(keys), SLICE))
