"""Incidents, the alerts that told of them, where people live, and what was proposed for whom.

The rates by which needs are estimated are one document, `rates` (hub.store.rates).
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text, UniqueConstraint, text

from hub.store.schema.base import KEY, table

incident = table(
    "incident",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("exercise", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("alerted_at", KEY, nullable=False),
    Column("expires_at", KEY),
    Column("words", Text, nullable=False),
    Column("shapes", Text, nullable=False),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("state_at", KEY, nullable=False),
    Column("state_by", Text, nullable=False),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("name <> ''"),
    CheckConstraint("severity in ('Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown')"),
    CheckConstraint("exercise in (0, 1)"),
    CheckConstraint("state in ('open', 'cancelled', 'closed')"),
)
"""What happened, where, and since when: `alerted_at` is when its first alert was sent. `words` (by language) and
`shapes` are JSON, of the alert that holds (hub.core.incidents.standing) or as somebody entered them."""

alert = table(
    "alert",
    Column("seq", KEY, primary_key=True),
    Column("incident", KEY, ForeignKey("incident.seq")),
    Column("sender", Text, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("sent", KEY, nullable=False),
    Column("kind", Text, nullable=False),
    Column("refs", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("taken_at", KEY, nullable=False),
    Column("taken_by", Text, nullable=False),
    UniqueConstraint("sender", "identifier", "sent", "incident"),
    CheckConstraint("kind in ('Alert', 'Update', 'Cancel')"),
    Index("alert_by_incident", "incident"),
)
"""CAP alerts as they were read (JSON), each once for each incident that it speaks of. `incident` is null for a cancel
whose alert has not come yet."""
Index(
    "alert_waiting",
    alert.c.sender,
    alert.c.identifier,
    alert.c.sent,
    unique=True,
    sqlite_where=text("incident is null"),
)

locality = table(
    "locality",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("lat_e7", KEY, nullable=False),
    Column("lon_e7", KEY, nullable=False),
    Column("population", KEY, nullable=False),
    Column("households", KEY),
    Column("elderly", KEY),
    Column("disabled", KEY),
    Column("pregnant", KEY),
    Column("infant", KEY),
    Column("chronic", KEY),
    CheckConstraint("name <> ''"),
    CheckConstraint("lat_e7 between -900000000 and 900000000"),
    CheckConstraint("lon_e7 between -1800000000 and 1800000000"),
    CheckConstraint("population >= 0"),
    CheckConstraint("households >= 0"),
    CheckConstraint("min(coalesce(elderly, 0), coalesce(disabled, 0), coalesce(pregnant, 0)) >= 0"),
    CheckConstraint("min(coalesce(infant, 0), coalesce(chronic, 0)) >= 0"),
)
"""Where people live, called a settlement: how many, and how many of them are of a group; null where nobody counted."""

proposed = table(
    "proposed",
    Column("incident", KEY, ForeignKey("incident.seq"), primary_key=True, autoincrement=False),
    Column("locality", Text, primary_key=True),
    Column("request", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("people", KEY, nullable=False),
    Column("at", KEY, nullable=False),
    Column("by", Text, nullable=False),
    CheckConstraint("people >= 0"),
    clustered=True,
)
"""Which draft request was made for which settlement of an incident, and for how many people."""
