"""Alerts (hub.core.alerts), in `alarm`, and what happened to each; `alert` has what CAP tells of."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text, text

from hub.store.schema.base import KEY, table

alarm = table(
    "alarm",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("site", Text),
    Column("owner", Text),
    Column("severity", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("assigned", Text),
    Column("raised_at", KEY, nullable=False),
    Column("changed_at", KEY, nullable=False),
    Column("calm_since", KEY),
    Column("cleared_at", KEY),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("severity between 1 and 3"),
    CheckConstraint("json_valid(figures)"),
    CheckConstraint("state in ('open', 'acknowledged', 'closed')"),
    CheckConstraint("cleared_at is null or state = 'closed'"),
    Index("alarm_by_state", "state", "severity", "seq"),
    Index("alarm_by_kind", "kind", "seq"),
    Index("alarm_by_site", "site", "seq"),
    Index("alarm_by_owner", "owner", "seq"),
    Index("alarm_by_assigned", "assigned", "seq"),
)
"""`key` follows from what it is about, `figures` (JSON) belong to its sentence `code`. `cleared_at`: the condition
ended; until then there is one alert of a key. `calm_since`: all is well since then, and not long enough yet."""
Index("alarm_lasting", alarm.c.key, unique=True, sqlite_where=text("cleared_at is null"))

alarm_event = table(
    "alarm_event",
    Column("seq", KEY, primary_key=True),
    Column("alarm", KEY, ForeignKey("alarm.seq"), nullable=False),
    Column("at", KEY, nullable=False),
    Column("event", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("whom", Text, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("event in ('raised', 'acknowledged', 'assigned', 'closed', 'worsened', 'cleared')"),
    Index("alarm_event_by_alarm", "alarm", "seq"),
)
"""What happened to alerts: by whom ('' by itself), to whom it was given, and what they wrote. No row is changed."""
