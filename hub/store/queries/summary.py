"""The numbers that stand above everything else."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hub.core.viewer import Viewer
from hub.store.queries.sight import at_site
from hub.store.schema import account, device, fix, gap, holding, journal, lane, quarantine, tally, void


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts of what is committed: `facts` = `scans` + counts + voids; gaps and quarantine do not count."""

    facts: int
    scans: int
    positions: int
    devices_online: int
    devices: int
    quarantined: int
    discrepancies: int
    gaps_open: int
    stock_units: int
    generated_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The cheap ones, for monitoring."""

    facts: int
    telemetry: int
    batches: int
    quarantined: int
    devices_online: int
    devices: int


def summary(connection: Connection, *, positions: int, pieces: int, troubles: int, now: int) -> Summary:
    """All of them; what is slow to count in a large hub was counted by the caller: positions(), pieces(), troubles."""
    totals_ = totals(connection)
    not_scans = _count(connection, select(func.count()).select_from(void))
    not_scans += _count(connection, select(func.count()).select_from(tally))
    gaps = select(func.count()).join_from(gap, lane, lane.c.id == gap.c.lane_id).where(lane.c.lane == "facts")
    return Summary(
        facts=totals_.facts,
        scans=totals_.facts - not_scans,
        positions=positions,
        devices_online=totals_.devices_online,
        devices=totals_.devices,
        quarantined=totals_.quarantined,
        discrepancies=troubles,
        gaps_open=_count(connection, gaps),
        stock_units=pieces,
        generated_at=now,
    )


def totals(connection: Connection) -> Totals:
    """From small tables only, whatever the journal's size."""
    here = device.c.removed_at.is_(None)
    return Totals(
        facts=_items(connection, "facts"),
        telemetry=_items(connection, "telemetry"),
        batches=_count(connection, select(func.coalesce(func.max(journal.c.id), 0))),
        quarantined=_count(connection, select(func.count()).select_from(quarantine)),
        devices_online=_count(connection, select(func.count()).select_from(device).where(here, device.c.online == 1)),
        devices=_count(connection, select(func.count()).select_from(device).where(here)),
    )


def positions(connection: Connection, _viewer: Viewer) -> int:
    """How many fixes there are. Walks an index of all of them: callers remember the answer for a while."""
    return _count(connection, select(func.count()).select_from(fix))


def pieces(connection: Connection, viewer: Viewer) -> int:
    """Pieces in the network: in places, in units, on the way; those that the viewer sees.

    All that is held less what virtual accounts hold: to look up each account would take many times as long.
    """
    total = select(func.coalesce(func.sum(holding.c.quantity), 0)).where(at_site(viewer, holding.c.account_id))
    if viewer.owner_filter is not None:
        total = total.where(holding.c.owner == viewer.owner_filter)
    virtual = select(account.c.id).where(account.c.kind == "virtual")
    return _count(connection, total) - _count(connection, total.where(holding.c.account_id.in_(virtual)))


def _items(connection: Connection, name: str) -> int:
    """Items of one kind of lane that were stored: what was passed, less what was declared missing or set aside.

    total() is sum() that no device can make fail by large numbers; it is exact below 2**53.
    """
    through = select(func.total(lane.c.through)).where(lane.c.lane == name)
    missing = (
        select(func.total(gap.c.last - gap.c.first + 1))
        .join_from(gap, lane, lane.c.id == gap.c.lane_id)
        .where(lane.c.lane == name)
    )
    aside = (
        select(func.count())
        .join_from(quarantine, lane, lane.c.id == quarantine.c.lane_id)
        .where(lane.c.lane == name, quarantine.c.seq.is_not(None))
    )
    return _count(connection, through) - _count(connection, missing) - _count(connection, aside)


def _count(connection: Connection, query: object) -> int:
    return int(connection.execute(query).scalar_one())  # type: ignore[call-overload]
