"""What came and what went, in hours or days, and how much stood there at the end of each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from hub.core.flows import QUARTER_MS, quarter
from hub.core.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFilter:
    """Whose flows; None: all. `item` is a key such as `gtin:09501101530003`."""

    site: str | None = None
    item: str | None = None
    owner: str | None = None

    def seen_by(self, viewer: Viewer) -> "FlowFilter | None":
        """What is left of it for a viewer; None: nothing."""
        sites, owners = {self.site, viewer.site_filter} - {None}, {self.owner, viewer.owner_filter} - {None}
        if len(sites) > 1 or len(owners) > 1:
            return None
        return FlowFilter(site=next(iter(sites), None), item=self.item, owner=next(iter(owners), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Pieces that came and that went for one cause."""

    cause: str
    came: int
    went: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One hour or day, from `at` (Unix ms) on. `stock`: what stood there at its end."""

    at: int
    came: int
    went: int
    stock: int
    causes: Sequence[Sum]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flowed:
    """What flowed in some spans. `opening`: what stood there before. `due`: lots that are not reckoned up to now."""

    opening: int
    rows: Sequence[Span]
    causes: Sequence[Sum]
    due: int


def flowed(connection: Connection, wanted: FlowFilter | None, edges: Sequence[int]) -> Flowed:
    """The spans between times that are whole quarters of an hour, in order. None: nobody sees anything."""
    by_span: list[defaultdict[str, list[int]]] = [defaultdict(lambda: [0, 0]) for _ in edges[1:]]
    whole: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    opening = due = 0
    if wanted is not None:
        opening = _opening(connection, wanted, quarter(edges[0]))
        due = int(connection.exec_driver_sql("SELECT count(*) FROM flow_due").scalar_one())
        at = 0
        for when, cause, came, went in _sums(connection, wanted, quarter(edges[0]), quarter(edges[-1])):
            while edges[at + 1] <= when * QUARTER_MS:
                at += 1
            for sums in (by_span[at][cause], whole[cause]):
                sums[0] += came
                sums[1] += went
    rows, stock = [], opening
    for begin, causes in zip(edges, by_span, strict=False):
        came, went = (sum(one[side] for one in causes.values()) for side in (0, 1))
        stock += came - went
        rows.append(Span(at=begin, came=came, went=went, stock=stock, causes=_named(causes)))
    return Flowed(opening=opening, rows=rows, causes=_named(whole), due=due)


def _named(causes: dict[str, list[int]]) -> list[Sum]:
    ordered = sorted(causes.items(), key=lambda one: (-one[1][0] - one[1][1], one[0]))
    return [Sum(cause=cause, came=came, went=went) for cause, (came, went) in ordered]


def _source(wanted: FlowFilter) -> str:
    """The rows, by the index that meets the fewest."""
    if wanted.item is not None:
        owner = " AND lot.owner = :owner" if wanted.owner is not None else ""
        site = " AND site = :site" if wanted.site is not None else ""
        return f"lot CROSS JOIN flow ON flow.lot_id = lot.id WHERE lot.item = :item{owner}{site}"
    if wanted.site is not None:
        of = " CROSS JOIN lot ON lot.id = flow.lot_id" if wanted.owner is not None else ""
        owner = " AND lot.owner = :owner" if wanted.owner is not None else ""
        return f"flow INDEXED BY flow_by_site{of} WHERE site = :site{owner}"
    if wanted.owner is not None:
        return "lot CROSS JOIN flow ON flow.lot_id = lot.id WHERE lot.owner = :owner"
    return "flow INDEXED BY flow_by_time WHERE true"


def _asked(wanted: FlowFilter, **more: int) -> dict[str, str | int]:
    named = {"site": wanted.site, "item": wanted.item, "owner": wanted.owner}
    return {name: value for name, value in named.items() if value is not None} | more


def _opening(connection: Connection, wanted: FlowFilter, first: int) -> int:
    query = f"SELECT coalesce(sum(came - went), 0) FROM {_source(wanted)} AND quarter < :first"
    return int(connection.exec_driver_sql(query, _asked(wanted, first=first)).scalar_one())


def _sums(connection: Connection, wanted: FlowFilter, first: int, end: int) -> Sequence[tuple[int, str, int, int]]:
    query = (
        f"SELECT quarter, cause, sum(came), sum(went) FROM {_source(wanted)}"
        " AND quarter >= :first AND quarter < :end GROUP BY quarter, cause ORDER BY quarter"
    )
    rows = connection.exec_driver_sql(query, _asked(wanted, first=first, end=end))
    return [(int(row[0]), str(row[1]), int(row[2]), int(row[3])) for row in rows]
