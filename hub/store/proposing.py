"""Draft requests out of a proposal, one for each settlement.

A settlement that has one which is not over gets no second one, so that asking twice makes nothing twice.
"""

from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import Connection

from hub.core.incidents import State
from hub.core.lifecycles import RequestState, Way
from hub.store import decisions, relief
from hub.store.incidents import Incident, IncidentError
from hub.store.queries.proposals import Proposal, Row, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """How the drafts go: the way, by which day (yyyymmdd), how urgent, and who makes them."""

    way: Way
    needed_by: int
    priority: int
    by: str
    now: int


def draft(connection: Connection, incident: Incident, wish: Wish, proposal: Proposal, how: Drafting) -> dict[str, str]:
    """Make the drafts; settlement -> request of those that were made now. Raises IncidentError or ReliefError."""
    if incident.state is not State.OPEN:
        raise IncidentError(f"The incident {incident.id} is {incident.state}; open it again before you send goods.")
    made = {}
    for row in proposal.rows:
        if row.lines and row.request is None:
            made[row.settlement.id] = _one(connection, incident, wish.organisation, row, how)
    detail = f"{wish.organisation}: {len(made)} drafts for {sum(row.counts['person'] for row in proposal.rows)} people"
    decisions.note(connection, how.by, "requests-proposed", incident.id, detail, how.now)
    return made


def _one(connection: Connection, incident: Incident, organisation: str, row: Row, how: Drafting) -> str:
    there = row.settlement
    if how.way is Way.STATION and row.site is None:
        raise IncidentError(f"There is no station, camp or hospital where people of {there.name} could get goods.")
    new = relief.NewRequest(
        id=token_hex(8), organisation=organisation, way=how.way, needed_by=how.needed_by, by=how.by, now=how.now,
        lines=tuple(relief.Line(item=line.item, n=line.n) for line in row.lines),
        site=row.site.id if row.site is not None and how.way in (Way.STATION, Way.VEHICLE) else None,
        incident=incident.id, priority=how.priority, note=f"{there.name}: {row.counts['person']}"[:500],
        state=RequestState.DRAFT,
    )  # fmt: skip
    relief.ask(connection, new)
    connection.exec_driver_sql(
        "INSERT INTO proposed (incident, locality, request, organisation, people, at, by) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (incident.seq, there.id, new.id, organisation, row.counts["person"], how.now, how.by),
    )
    return new.id
