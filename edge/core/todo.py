"""What is to be done at a site, as a terminal's tiles: from the site data that the device holds, hub or no hub.

What is left is reckoned with what this dialogue did since its task was scanned; what other devices did is in it when
the hub says so.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from edge.core.knowledge import Knowledge
from edge.core.parcels import GONE, WAITING, Kept
from edge.ui.messages import Task, TaskKind, Words
from wire.display import shown
from wire.sitedata import Consignment, CountNote, Delivery, Line, Org, Parcel, PickLine, PickList

MOST: Final = 200
_NO_DAY: Final = 99_999_999
_LONGEST: Final = 40


class Site(Knowledge, Protocol):
    """What the tiles are made of."""

    def deliveries(self) -> tuple[Delivery, ...]: ...
    def picks(self) -> tuple[PickList, ...]: ...
    def counts(self) -> tuple[CountNote, ...]: ...
    def consignments(self) -> tuple[Consignment, ...]: ...
    def parcels(self) -> tuple[Parcel, ...]: ...
    def organisation(self, id_: str, /) -> Org | None: ...


def todo(site: Site, done: Mapping[str, int]) -> tuple[Task, ...]:
    """The most urgent first; `done` is edge.core.dialogue_state.State.done."""
    if site.version is None:
        return ()
    did: dict[str, int] = {}
    for key, n in done.items():
        task = key.partition("|")[0]
        did[task] = did.get(task, 0) + n
    rows = [
        *(_delivery(each, site, did) for each in site.deliveries()),
        *(_pick(each, did) for each in site.picks()),
        *(_consignment(each, site, did) for each in site.consignments()),
        *(_count(each, did) for each in site.counts()),
        *_collect(site),
    ]
    rows.sort(key=lambda row: (row.due if row.due is not None else _NO_DAY, row.task))
    return tuple(rows[:MOST])


def _delivery(each: Delivery, site: Site, did: Mapping[str, int]) -> Task:
    owner = site.organisation(each.owner)
    name, chinese = (owner.name, owner.name_zh or owner.name) if owner is not None else (each.owner, each.owner)
    title = Words(en=f"{each.id}: {name}", zh=f"{each.id}：{chinese}")
    return _task("delivery", each.id, title, each.expected, _pieces(each.lines), did)


def _pick(each: PickList, did: Mapping[str, int]) -> Task:
    place = each.to.partition(":")[2]
    title = Words(en=f"{each.id}: to {place}", zh=f"{each.id}：至 {place}")
    return _task("pick", each.id, title, None, _pieces(each.lines), did)


def _consignment(each: Consignment, site: Site, did: Mapping[str, int]) -> Task:
    here = site.site.id if site.site is not None else ""
    if each.to == here:
        source = each.source
        title = Words(en=f"{each.id}: from {source or 'a supplier'}", zh=f"{each.id}：来自 {source or '供应商'}")
    else:
        title = Words(en=f"{each.id}: to {each.to or 'the door'}", zh=f"{each.id}：至 {each.to or '住户'}")
    return _task("consignment", each.id, title, each.due, _pieces(each.lines), did)


def _count(each: CountNote, did: Mapping[str, int]) -> Task:
    """Blind: no number is shown, neither what should stand there nor how much of it was seen."""
    shelf = shown(each.shelf, _LONGEST)
    title = Words(en=f"Count {shelf or 'all shelves'}", zh=f"盘点{shelf or '所有货架'}")
    return _task("count", each.id, title, None, 0, did)


def _collect(site: Site) -> list[Task]:
    """One tile for all parcels that wait here for somebody."""
    waiting = sum(each.state in WAITING and _stands(site.kept(each.id)) for each in site.parcels())
    if not waiting:
        return []
    title = Words(en="Parcels to hand out", zh="待取包裹")
    return [Task(task="", kind="collect", title=title, code="RR:DO:collect", due=None, left=waiting, of=None)]


def _stands(kept: Kept | None) -> bool:
    """Whether what this device did with a parcel that waits leaves it waiting."""
    return kept is None or (kept.given is None and kept.do not in GONE)


def _task(kind: TaskKind, id_: str, title: Words, due: int | None, of: int, did: Mapping[str, int]) -> Task:
    task = f"{kind}:{id_}"
    left = max(0, of - did.get(task, 0)) if of else None
    return Task(task=task, kind=kind, title=title, code=f"RR:T:{task}", due=due, left=left, of=of or None)


def _pieces(lines: tuple[Line, ...] | tuple[PickLine, ...]) -> int:
    return sum(line.n for line in lines)
