"""What people decide about single parcels, and the facts by which lost ones leave the ledger's places."""

from collections.abc import Iterable

from sqlalchemy import Connection

from hub.core.lifecycles import PARCEL, ParcelEvent, ParcelState, Way
from hub.store import consignments, decisions
from hub.store.lives import Touched
from hub.store.relief import Found, Happened, ReliefError, check_way, remember
from wire.actions import Action
from wire.messages import Scan

PAST = {
    ParcelEvent.CANCEL: "cancelled",
    ParcelEvent.REROUTE: "re-routed",
    ParcelEvent.RETURN: "sent back",
    ParcelEvent.LOSE: "lost",
    ParcelEvent.DUE: "due back",
}


def check(row: Found, event: ParcelEvent) -> ParcelState:
    """Where an event leads from where a parcel is. Raises ReliefError."""
    after: ParcelState | None = PARCEL.decided(ParcelState(row.state), event)
    if after is None:
        raise ReliefError(f"The parcel {row.id} is {row.state}: it cannot be {PAST[event]}.")
    return after


def reroute(
    connection: Connection, row: Found, way: Way, station: str | None, *, by: str, now: int, reason: str = ""
) -> Touched:
    """Have a parcel, and its request with it, go another way or to another station."""
    check(row, ParcelEvent.REROUTE)
    check_way(connection, way, station)
    decisions.note(connection, by, "parcel-re-routed", row.id, f"{way} {station or ''} {reason}".strip(), now)
    return consignments.reroute_parcels(connection, [row], way, station, by=by, now=now)


def send_back(
    connection: Connection, row: Found, *, by: str, now: int, event: ParcelEvent = ParcelEvent.RETURN, reason: str = ""
) -> Touched:
    """Nobody gets it after all, it goes back: by a person, or because the time to collect it is over (`due`)."""
    check(row, event)
    remember(connection, Happened(kind="parcel", about=row.id, event=event.value, who=by, at=now, detail=reason))
    decisions.note(connection, by, f"parcel-{event}", row.id, reason, now)
    return Touched(parcels={row.id})


def lose(rows: Iterable[Found], *, by: str) -> list[Scan]:
    """The facts by which parcels are lost from where they were last. Raises ReliefError for one that cannot be."""
    facts = []
    for row in rows:
        check(row, ParcelEvent.LOSE)
        facts.append(
            Scan(
                at=0, up=0, do=Action.LOSE, labels=(f"RR:P:{row.id}",), source=row.placed or None, by=by,
                task=f"consignment:{row.consignment_id}",
            )
        )  # fmt: skip
    return facts
