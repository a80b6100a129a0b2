"""Direct shipments: planned as consignments that come from no site of ours, sent, and delivered (hub.core.direct)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from hub.core.direct import Batch, Content, sent, under_way
from hub.core.rounds import Stop, Told, facts
from hub.core.viewer import Viewer
from hub.errors import HubError
from hub.store import decisions, postings
from hub.store.queries.paging import Page, Pager
from hub.store.queries.searching import Columns, clause, search
from hub.store.rounds import Said
from hub.store.schema import consignment, direct, parcel, parcel_line


class DirectError(HubError):
    """A direct shipment that cannot be sent or told of like this."""


WORDS: Final = Columns(texts=("direct.consignment", "direct.supplier"), organisations=("direct.organisation",))


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectRow:
    """A direct shipment; times in Unix ms, `due` yyyymmdd, `state` that of its consignment."""

    consignment: str
    organisation: str
    supplier: str
    state: str
    due: int | None
    made_at: int
    made_by: str
    sent_at: int | None
    sent_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectParcel:
    """One of its parcels: what is in it, by item, and for whom (an id)."""

    parcel: str
    state: str
    recipient: str | None
    contents: tuple[Content, ...]


def begin(connection: Connection, key: str, organisation: str, supplier: str, *, by: str, now: int) -> None:
    """Keep who delivers a consignment that was planned just now."""
    values = {
        "consignment": key, "organisation": organisation, "supplier": supplier, "made_at": now, "made_by": by,
    }  # fmt: skip
    connection.execute(insert(direct).values(values))
    decisions.note(connection, by, "direct-planned", key, f"{supplier} for {organisation}", now)


def dispatch(
    connection: Connection, row: DirectRow, batches: Mapping[str, Batch], *, at: int, by: str, now: int
) -> None:
    """The supplier sent it: all its parcels are under way. Raises DirectError where it was sent before."""
    if row.sent_at is not None:
        raise DirectError(f"The shipment {row.consignment} was sent already.")
    if row.state in ("cancelled", "closed"):
        raise DirectError(f"The shipment {row.consignment} is {row.state}: nothing of it can be sent.")
    contents = [
        one
        for each in parcels(connection, row.consignment)
        if each.state not in ("cancelled", "lost", "damaged")
        for one in each.contents
    ]
    unknown = sorted(set(batches) - {one.item for one in contents})
    if unknown:
        raise DirectError(f"There is no {unknown[0]} in the shipment {row.consignment}.")
    try:
        posted = sent(contents, batches, consignment=row.consignment, by=by)
        key = f"direct:{row.consignment}"
        for part, first in enumerate(range(0, len(posted), postings.MOST_FACTS)):
            some = posted[first : first + postings.MOST_FACTS]
            postings.keep(connection, some, at=at, by=by, now=now, key=f"{key}/{part}")
    except ValueError as error:
        raise DirectError(f"The shipment {row.consignment} cannot be sent like this: {error}.") from error
    where = direct.c.consignment == row.consignment
    connection.execute(update(direct).where(where).values(sent_at=at, sent_by=by))
    decisions.note(connection, by, "direct-sent", row.consignment, f"by {row.supplier}", now)


def tell(connection: Connection, row: DirectRow, said: Said, back: str) -> bool:
    """What became of some of its parcels; `back` is the account to which they come back. False: it was known."""
    key = f"direct:{row.consignment}:{said.id}"
    if postings.is_kept(connection, key):
        return False
    if said.told is Told.TAKEN or (said.told is Told.BACK and not back):
        raise DirectError("Say `dispatch` for what was sent, and `back_to` for what comes back.")
    check_theirs(connection, row, said.parcels)
    carried = under_way(row.consignment)
    stops = [Stop(each, row.consignment, carried) for each in said.parcels]
    items = facts(said.told, stops, carried=carried, home=back, by=said.by, proof=said.proof, warned=said.warned)
    postings.keep(connection, items, at=said.at, by=said.by, now=said.now, key=key)
    return True


def check_theirs(connection: Connection, row: DirectRow, keys: Sequence[str]) -> None:
    """Raises DirectError where parcels are not of a shipment."""
    stray = sorted(set(keys) - {each.parcel for each in parcels(connection, row.consignment)})
    if stray:
        raise DirectError(f"The parcels {', '.join(stray[:5])} are not of the shipment {row.consignment}.")


def is_told(connection: Connection, row: DirectRow, id_: str) -> bool:
    """Whether this was said before."""
    return postings.is_kept(connection, f"direct:{row.consignment}:{id_}")


def shipments(
    connection: Connection, pager: Pager, viewer: Viewer, *, words: str | None = None, limit: int, cursor: str | None
) -> Page[DirectRow]:
    """The latest planned first; staff see their organisation's."""
    query = _rows(viewer).order_by(direct.c.seq.desc()).limit(limit + 1)
    query = query.where(clause(search(connection, words, WORDS)))
    after = pager.key(cursor, (int,))
    if after is not None:
        query = query.where(direct.c.seq < after[0])
    return pager.page([((row.seq,), _row(row)) for row in connection.execute(query)], limit)


def find(connection: Connection, viewer: Viewer, key: str) -> DirectRow | None:
    """One that the viewer sees."""
    row = connection.execute(_rows(viewer).where(direct.c.consignment == key)).one_or_none()
    return None if row is None else _row(row)


def parcels(connection: Connection, key: str) -> list[DirectParcel]:
    """Its parcels, and what is to go into each."""
    query = (
        select(parcel.c.id, parcel.c.state, parcel.c.recipient, parcel_line.c.item, parcel_line.c.owner)
        .add_columns(parcel_line.c.n)
        .join(consignment, consignment.c.seq == parcel.c.consignment)
        .join(parcel_line, parcel_line.c.parcel == parcel.c.seq)
        .where(consignment.c.id == key)
        .order_by(parcel.c.seq, parcel_line.c.line)
    )
    found: dict[str, tuple[str, str | None, list[Content]]] = {}
    for row in connection.execute(query):
        contents = found.setdefault(row.id, (row.state, row.recipient, []))[2]
        contents.append(Content(row.id, row.item, row.owner, int(row.n)))
    return [
        DirectParcel(parcel=id_, state=state, recipient=recipient, contents=tuple(contents))
        for id_, (state, recipient, contents) in found.items()
    ]


def _rows(viewer: Viewer) -> Any:
    query = select(direct, consignment.c.state, consignment.c.due).join(
        consignment, consignment.c.id == direct.c.consignment
    )
    return query if viewer.owner_filter is None else query.where(direct.c.organisation == viewer.owner_filter)


def _row(row: Any) -> DirectRow:
    return DirectRow(
        consignment=row.consignment, organisation=row.organisation, supplier=row.supplier, state=row.state,
        due=row.due, made_at=row.made_at, made_by=row.made_by, sent_at=row.sent_at, sent_by=row.sent_by,
    )  # fmt: skip
