"""What a viewer sees of stock, as conditions on its tables. Every query that reads stock asks here.

A handling unit is seen by the owners of what is or was in it, and of what is in the units that stand in it now; a thing
with a number of its own by the owner that its last sighting names.
"""

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, literal, select, true

from hub.core.viewer import Viewer
from hub.store.queries.places import standing
from hub.store.schema import account, balance, lot, sighting, unit
from wire.label import is_handling_unit

Query: TypeAlias = Select[*tuple[Any, ...]]


def of_owner(viewer: Viewer) -> ColumnElement[bool]:
    """Which rows of `lot` they see."""
    owner = viewer.owner_filter
    return true() if owner is None else lot.c.owner == owner


def at_site(viewer: Viewer, column: ColumnElement[int]) -> ColumnElement[bool]:
    """Which accounts they see, named by their id: those that stand at their site, units there too."""
    site = viewer.site_filter
    return true() if site is None else column.in_(select(standing(site).c.id))


def sees_unit(connection: Connection, viewer: Viewer, code: str) -> bool:
    """Whether they see where this unit is (`sscc:...`, `parcel:...` or `serial:...`)."""
    if viewer.owner_filter is None:
        return True
    if is_handling_unit(code):
        return bool(connection.execute(select(_holds(viewer, code))).scalar())
    last = (
        select(lot.c.owner)
        .join_from(sighting, lot, lot.c.id == sighting.c.lot_id)
        .where(sighting.c.unit == code)
        .order_by(sighting.c.voided, sighting.c.at.desc(), sighting.c.lane_id.desc(), sighting.c.seq.desc())
        .limit(1)
    )
    owner = connection.execute(last).scalar()
    return owner is not None and viewer.may_see_owner(owner)


def _holds(viewer: Viewer, code: str) -> ColumnElement[bool]:
    """Whether a unit, or one inside of it, has a balance of theirs, be it empty by now."""
    inside = select(account.c.id).where(account.c.code == f"unit:{code}").cte("inside", recursive=True)
    deeper = account.alias("deeper")
    nested = (
        select(deeper.c.id)
        .select_from(inside)
        .join(unit, unit.c.account_id == inside.c.id)
        .join(deeper, deeper.c.code == literal("unit:").concat(unit.c.code))
    )
    held = select(balance.c.lot_id).join_from(balance, lot, lot.c.id == balance.c.lot_id)
    return exists(held.where(and_(balance.c.account_id.in_(select(inside.union(nested).c.id)), of_owner(viewer))))
