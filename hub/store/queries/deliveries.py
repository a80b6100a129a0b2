"""Deliveries as people see them: what was announced, what came, and where that leaves each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, tuple_

from hub.core.deliveries import Announced, Came, Outcome, State, compare, seen
from hub.core.viewer import Viewer
from hub.store.deliveries import Delivery, find, whole
from hub.store.queries.goods import packs
from hub.store.queries.paging import Page, Pager
from hub.store.queries.received import Arrived, arrived
from hub.store.queries.searching import Columns, clause, search
from hub.store.schema import delivery

WORDS: Final = Columns(
    texts=("delivery.id", "delivery.note"), sites=("delivery.site",), organisations=("delivery.owner",),
    goods="delivery.id IN (SELECT delivery FROM delivery_line WHERE {})",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """Which to list; None: all. `states` are those that people decided: what is arriving counts as announced."""

    site: str | None = None
    owner: str | None = None
    states: Collection[State] | None = None
    words: str | None = None

    @property
    def parts(self) -> tuple[str | None, ...]:
        states = None if self.states is None else ",".join(sorted(self.states))
        return self.site, self.owner, states, self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A delivery with what came of it. `units_came` are units that came closed, by SSCC."""

    delivery: Delivery
    state: State
    outcome: Outcome
    units_came: Sequence[str]

    @property
    def even(self) -> bool:
        """Whether all came as announced: every line, or every unit that it was announced in, and nothing else."""
        units = set(self.delivery.units)
        came = set(self.units_came)
        if not self.delivery.lines:
            return came == units and not self.outcome.unexpected
        return self.outcome.even and came <= units

    @property
    def unexpected(self) -> Sequence[Came]:
        return self.outcome.unexpected


def deliveries(
    connection: Connection, pager: Pager, viewer: Viewer, wanted: DeliveryFilter, *, limit: int, cursor: str | None
) -> Page[Seen]:
    """Those that the viewer sees, the latest expected first."""
    query = select(delivery).order_by(delivery.c.expected.desc(), delivery.c.id.desc()).limit(limit + 1)
    for column, value in (
        (delivery.c.site, wanted.site),
        (delivery.c.owner, wanted.owner),
        (delivery.c.site, viewer.site_filter),
        (delivery.c.owner, viewer.owner_filter),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.states is not None:
        query = query.where(delivery.c.state.in_(sorted(wanted.states)))
    query = query.where(clause(search(connection, wanted.words, WORDS)))
    after = pager.key(cursor, (int, str))
    if after is not None:
        query = query.where(tuple_(delivery.c.expected, delivery.c.id) < tuple_(*after))
    found = whole(connection, [Delivery(**row) for row in connection.execute(query).mappings()])
    return pager.page([((one.delivery.expected, one.delivery.id), one) for one in seen_of(connection, found)], limit)


def one(connection: Connection, viewer: Viewer, key: str) -> Seen | None:
    """One that the viewer sees."""
    found = find(connection, key)
    if found is None or not (viewer.may_see_owner(found.owner) and viewer.may_see_site(found.site)):
        return None
    return seen_of(connection, [found])[0]


def seen_of(connection: Connection, found: Sequence[Delivery]) -> list[Seen]:
    """Deliveries with what came of them."""
    came = arrived(connection, [delivery.id for delivery in found])
    inside = packs(connection) if any(came[delivery.id].goods for delivery in found) else {}
    return [_with(delivery, came[delivery.id], inside) for delivery in found]


def _with(delivery: Delivery, came: Arrived, inside: Mapping[str, tuple[str, int]]) -> Seen:
    lines = [Announced(line=line.line, item=line.item, lot=line.lot, n=line.n) for line in delivery.lines]
    return Seen(
        delivery=delivery,
        state=seen(State(delivery.state), something_came=came.something),
        outcome=compare(lines, came.came, inside),
        units_came=sorted(came.units),
    )
