"""What comes from devices as it came, what they are told, and how they are known; positions."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint

from hub.store.schema.base import KEY, table

device = table(
    "device",
    Column("id", KEY, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("password", Text),
    Column("created_at", KEY, nullable=False),
    Column("removed_at", KEY),
    Column("online", Integer, nullable=False, server_default="0"),
    Column("connection", Text),
    Column("run", Text),
    Column("version", Text),
    Column("presence_at", KEY),
    Column("last_seen", KEY),
    Column("last_fact_at", KEY),
    Column("last_position_at", KEY),
    Column("pending_facts", KEY),
    Column("pending_telemetry", KEY),
    Column("others", Integer, nullable=False, server_default="0"),
    Column("site", Text),
    Column("seal", Text),
    Column("clock_error_ms", KEY),
    Column("outbox_bytes", KEY),
    Column("disk_free_bytes", KEY),
    Column("battery_pct", Integer),
    Column("health_at", KEY),
    Column("note", Text),
    CheckConstraint("online in (0, 1)"),
)
"""`others` counts connections that spoke under this name while another one was alive: two agents, one name. `site` is
where it stands; `seal` the public key (DER, base64) that it last proved to hold: what is for it alone is sealed so.
What a device last said of its health stands beside what it holds back: `health_at` is when the hub heard that."""

presence = table(
    "presence",
    Column("id", KEY, primary_key=True),
    Column("device_id", KEY, ForeignKey("device.id"), nullable=False),
    Column("at", KEY, nullable=False),
    Column("online", Integer, nullable=False),
    Column("run", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("version", Text, nullable=False),
    CheckConstraint("online in (0, 1)"),
    Index("presence_by_device", "device_id", "id"),
)
"""When devices came and left, by the hub's clock, for some months; each connection of each run of an agent."""

lane = table(
    "lane",
    Column("id", KEY, primary_key=True, autoincrement=False),
    Column("device_id", KEY, ForeignKey("device.id"), nullable=False),
    Column("stream", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("through", KEY, nullable=False),
    Column("last", KEY, nullable=False),
    Column("first_seen", KEY, nullable=False),
    UniqueConstraint("device_id", "stream", "lane"),
    CheckConstraint("lane in ('facts', 'telemetry')"),
    CheckConstraint("0 <= through and through <= last"),
)

gap = table(
    "gap",
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True),
    Column("first", KEY, primary_key=True, autoincrement=False),
    Column("last", KEY, nullable=False),
    Column("reason", Text, nullable=False),
    Column("declared_at", KEY, nullable=False),
    CheckConstraint("first <= last"),
    clustered=True,
)

journal = table(
    "journal",
    Column("id", KEY, primary_key=True),
    Column("lane_id", KEY, ForeignKey("lane.id"), nullable=False),
    Column("after", KEY, nullable=False),
    Column("last", KEY, nullable=False),
    Column("received_at", KEY, nullable=False),
    Column("applied", Text),
    Column("body", LargeBinary, nullable=False),
    Index("journal_by_lane", "lane_id", "last", "received_at"),
)
"""One row a stored batch, its bytes as they came. `applied` names the sequences ([[first, last], ...]) that
this row brought, None for all that it holds."""

quarantine = table(
    "quarantine",
    Column("id", KEY, primary_key=True),
    Column("device", Text, nullable=False),
    Column("lane_id", KEY, ForeignKey("lane.id")),
    Column("seq", KEY),
    Column("received_at", KEY, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    UniqueConstraint("lane_id", "seq"),
    Index("quarantine_by_digest", "device", "digest"),
)

opaque = table(
    "opaque",
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    CheckConstraint("state in ('waiting', 'done', 'quarantined')"),
    clustered=True,
)

command = table(
    "command",
    Column("id", Text, primary_key=True),
    Column("device_id", KEY, ForeignKey("device.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("issued_at", KEY, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("expires_at", KEY, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("answered_at", KEY),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("state in ('waiting', 'delivered', 'expired', 'refused', 'failed', 'done')"),
    CheckConstraint("issued_at < expires_at"),
    Index("command_by_device", "device_id", "issued_at"),
)
"""What people asked devices to do, and who asked. `state` and `detail` follow from the outcomes of the device."""
Index("command_waiting", command.c.device_id, sqlite_where=command.c.state == "waiting")

outcome = table(
    "outcome",
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True, autoincrement=False),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("device_id", KEY, ForeignKey("device.id"), nullable=False),
    Column("command", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", KEY, nullable=False),
    Column("received_at", KEY, nullable=False),
    Column("detail", Text, nullable=False),
    CheckConstraint("state in ('accepted', 'done', 'failed', 'refused', 'expired')"),
    Index("outcome_by_command", "command"),
    clustered=True,
)
"""What devices said of commands, also of those that this hub knows nothing of: it may have been restored."""

desired = table(
    "desired",
    Column("device_id", KEY, ForeignKey("device.id"), primary_key=True, autoincrement=False),
    Column("version", KEY, primary_key=True, autoincrement=False),
    Column("generation", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("issued_at", KEY, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("answered_at", KEY),
    CheckConstraint("version > 0"),
    CheckConstraint("state in ('waiting', 'rolled-back', 'refused', 'applied')"),
    clustered=True,
)
"""Configurations that people wished devices to have; the highest version counts. `generation` is the ledger's when
the device was last asked: after a restore it is asked again."""

report = table(
    "report",
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True, autoincrement=False),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("device_id", KEY, ForeignKey("device.id"), nullable=False),
    Column("version", KEY, nullable=False),
    Column("generation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", KEY, nullable=False),
    Column("received_at", KEY, nullable=False),
    Column("detail", Text, nullable=False),
    CheckConstraint("state in ('applied', 'refused', 'rolled-back')"),
    Index("report_by_device", "device_id"),
    clustered=True,
)

authority = table(
    "authority",
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("certificate", Text, nullable=False),
    CheckConstraint("id = 1"),
)
"""The hub's one certificate authority, as PEM: here, so that a backup holds it."""

certificate = table(
    "certificate",
    Column("serial", Text, primary_key=True),
    Column("device_id", KEY, ForeignKey("device.id"), nullable=False),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("not_before", KEY, nullable=False),
    Column("not_after", KEY, nullable=False),
    Column("issued_at", KEY, nullable=False),
    Column("revoked_at", KEY),
    CheckConstraint("not_before < not_after"),
    Index("certificate_by_device", "device_id"),
)
"""Every certificate that was issued to a device. The serial is hexadecimal, the fingerprint SHA-256 of the DER."""

invitation = table(
    "invitation",
    Column("digest", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", KEY, nullable=False),
    Column("expires_at", KEY, nullable=False),
    Column("used_at", KEY),
    Column("used_by", Text),
    Column("made_by", Text, nullable=False),
    CheckConstraint("created_at < expires_at"),
    CheckConstraint("(used_at is null) = (used_by is null)"),
    Index("invitation_by_device", "device"),
)
"""One-time codes for joining, known by the digest of their secret only. `used_by` is the digest of the key that came
with the secret: whose answer was lost may ask again. `made_by` is who invited: see hub.store.people.change."""

fix = table(
    "fix",
    Column("device_id", KEY, ForeignKey("device.id"), primary_key=True),
    Column("t", KEY, primary_key=True, autoincrement=False),
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("lat_e7", KEY, nullable=False),
    Column("lon_e7", KEY, nullable=False),
    Column("quality", Text, nullable=False),
    Column("speed_cms", Integer),
    Column("heading_cd", Integer),
    Column("received_at", KEY, nullable=False),
    Column("verdict", Text, nullable=False),
    CheckConstraint("verdict in ('good', 'zero', 'jump', 'future', 'stuck', 'simulated')"),
    clustered=True,
)
"""Every position that arrived, with its verdict; `t` is the receiver's own UTC."""
