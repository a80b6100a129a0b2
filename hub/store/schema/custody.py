"""Custody of consignments: a projection of facts, written by whoever follows them (hub/store/custody.py)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Text, text

from hub.store.schema.base import KEY, table
from hub.store.schema.ledger import sighting, task_fact

custody = table(
    "custody",
    Column("consignment", KEY, ForeignKey("consignment.seq"), primary_key=True, autoincrement=False),
    Column("item", Text, primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("planned", KEY, nullable=False),
    Column("dispatched", KEY, nullable=False),
    Column("received", KEY, nullable=False),
    Column("damaged", KEY, nullable=False),
    Column("lost", KEY, nullable=False),
    Column("in_transit", KEY, nullable=False),
    Column("elsewhere", KEY, nullable=False),
    CheckConstraint("dispatched = received + damaged + lost + in_transit + elsewhere"),
    CheckConstraint("planned >= 0"),
    clustered=True,
)
"""One line of a consignment; pieces. `planned` is what its parcels were to hold, the others are hub.core.custody."""

custody_unit = table(
    "custody_unit",
    Column("consignment", KEY, ForeignKey("consignment.seq"), primary_key=True, autoincrement=False),
    Column("unit", Text, primary_key=True),
    Index("custody_unit_by_unit", "unit"),
    clustered=True,
)
"""Handling units and things with serial numbers whose facts bear on the custody of a consignment."""

Index(
    "task_fact_consigned",
    task_fact.c.unit,
    sqlite_where=text("unit is not null and task >= 'consignment:' and task < 'consignment;'"),
)
"""Which consignments took a unit along."""
Index("sighting_of_units", sighting.c.to_id, sqlite_where=text("lot_id is null"))
"""Which handling units were in one, be it long ago."""
Index("sighting_of_things", sighting.c.to_id, sqlite_where=text("lot_id is not null"))
"""Which things with serial numbers were in one."""
