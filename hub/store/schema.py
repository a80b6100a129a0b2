"""The hub's tables.

Primary records: device, lane, gap, journal, quarantine, opaque, and what people enter (site, item, user ...).
Projections, rebuilt from the journal at will: lot, account, move, sighting, unit, story_break, void, tally,
adjustment, balance, fix, outcome, report. The change log feeds live screens and is neither.

Times are Unix milliseconds (UTC). Quantities are whole units. `lane.id` is derived from device, stream and
lane (see hub.core.identity), so that primary keys order facts the same way in whatever order they arrived.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData()

_KEY = BigInteger().with_variant(Integer, "sqlite")


def _table(name: str, *parts: SchemaItem, clustered: bool = False) -> Table:
    """A table; a clustered one is stored in the order of its primary key where the database can do that."""
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


meta = _table("meta", Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

device = _table(
    "device",
    Column("id", _KEY, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("password", Text),
    Column("created_at", _KEY, nullable=False),
    Column("removed_at", _KEY),
    Column("online", Integer, nullable=False, server_default="0"),
    Column("connection", Text),
    Column("run", Text),
    Column("version", Text),
    Column("presence_at", _KEY),
    Column("last_seen", _KEY),
    Column("last_fact_at", _KEY),
    Column("last_position_at", _KEY),
    Column("pending_facts", _KEY),
    Column("pending_telemetry", _KEY),
    Column("others", Integer, nullable=False, server_default="0"),
    CheckConstraint("online in (0, 1)"),
)
"""`others` counts connections that spoke under this name while another one was alive: two agents, one name."""

lane = _table(
    "lane",
    Column("id", _KEY, primary_key=True, autoincrement=False),
    Column("device_id", _KEY, ForeignKey("device.id"), nullable=False),
    Column("stream", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("through", _KEY, nullable=False),
    Column("last", _KEY, nullable=False),
    Column("first_seen", _KEY, nullable=False),
    UniqueConstraint("device_id", "stream", "lane"),
    CheckConstraint("lane in ('facts', 'telemetry')"),
    CheckConstraint("0 <= through and through <= last"),
)

gap = _table(
    "gap",
    Column("lane_id", _KEY, ForeignKey("lane.id"), primary_key=True),
    Column("first", _KEY, primary_key=True, autoincrement=False),
    Column("last", _KEY, nullable=False),
    Column("reason", Text, nullable=False),
    Column("declared_at", _KEY, nullable=False),
    CheckConstraint("first <= last"),
    clustered=True,
)

journal = _table(
    "journal",
    Column("id", _KEY, primary_key=True),
    Column("lane_id", _KEY, ForeignKey("lane.id"), nullable=False),
    Column("after", _KEY, nullable=False),
    Column("last", _KEY, nullable=False),
    Column("received_at", _KEY, nullable=False),
    Column("applied", Text),
    Column("body", LargeBinary, nullable=False),
    Index("journal_by_lane", "lane_id", "last"),
)
"""One row a stored batch, its bytes as they came. `applied` names the sequences ([[first, last], ...]) that
this row brought, None for all that it holds."""

quarantine = _table(
    "quarantine",
    Column("id", _KEY, primary_key=True),
    Column("device", Text, nullable=False),
    Column("lane_id", _KEY, ForeignKey("lane.id")),
    Column("seq", _KEY),
    Column("received_at", _KEY, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    UniqueConstraint("lane_id", "seq"),
    Index("quarantine_by_digest", "device", "digest"),
)

opaque = _table(
    "opaque",
    Column("lane_id", _KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    CheckConstraint("state in ('waiting', 'done', 'quarantined')"),
    clustered=True,
)

lot = _table(
    "lot",
    Column("id", _KEY, primary_key=True),
    Column("item", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("expiry", Integer),
    UniqueConstraint("item", "lot", "owner", "condition"),
)
"""What stock is kept apart by. `item` is `gtin:<14>` or `text:<code>`; lot and owner '' where nobody said;
expiry is yyyymmdd, the earliest that any label gave."""

account = _table(
    "account",
    Column("id", _KEY, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("site", Text),
    CheckConstraint("kind in ('place', 'unit', 'transit', 'virtual')"),
    Index("account_by_site", "site"),
)

move = _table(
    "move",
    Column("lot_id", _KEY, ForeignKey("lot.id"), primary_key=True),
    Column("at", _KEY, primary_key=True, autoincrement=False),
    Column("lane_id", _KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("source_id", _KEY, ForeignKey("account.id"), nullable=False),
    Column("to_id", _KEY, ForeignKey("account.id"), nullable=False),
    Column("quantity", _KEY, nullable=False),
    Column("voided", Integer, nullable=False),
    CheckConstraint("quantity > 0"),
    clustered=True,
)
"""Goods without a number of their own: one row a fact."""

sighting = _table(
    "sighting",
    Column("unit", Text, nullable=False),
    Column("at", _KEY, nullable=False),
    Column("lane_id", _KEY, ForeignKey("lane.id"), nullable=False),
    Column("seq", _KEY, nullable=False),
    Column("lot_id", _KEY, ForeignKey("lot.id")),
    Column("source_id", _KEY, ForeignKey("account.id"), nullable=False),
    Column("to_id", _KEY, ForeignKey("account.id"), nullable=False),
    Column("voided", Integer, nullable=False),
    Index("sighting_by_unit", "unit"),
    Index("sighting_by_lot", "lot_id"),
)
"""Things with a number of their own, `serial:<gtin>:<serial>` or `sscc:<18>`: one row a fact. Where a unit is
is the `to` of its last row that is not voided; a serial-numbered item has the most complete lot of its rows.
Rows stand in the order of their arrival, not of their units: millions of units make keys that scatter, and a group
of scans would otherwise write half of the table anew."""

unit = _table(
    "unit",
    Column("code", Text, primary_key=True),
    Column("account_id", _KEY, ForeignKey("account.id"), nullable=False),
    Column("since", _KEY, nullable=False),
    Index("unit_by_account", "account_id"),
    clustered=True,
)
"""Handling units (SSCC) and where they are: a unit's content stands in its own account `unit:<code>`."""

story_break = _table(
    "story_break",
    Column("unit", Text, primary_key=True),
    Column("at", _KEY, primary_key=True, autoincrement=False),
    Column("lane_id", _KEY, primary_key=True, autoincrement=False),
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("expected_id", _KEY, ForeignKey("account.id"), nullable=False),
    Column("said_id", _KEY, ForeignKey("account.id"), nullable=False),
    clustered=True,
)
"""A unit that left a place other than the one where it was last: a discrepancy until the missing fact comes."""

void = _table(
    "void",
    Column("target_lane", _KEY, primary_key=True, autoincrement=False),
    Column("target_seq", _KEY, primary_key=True, autoincrement=False),
    Column("lane_id", _KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("at", _KEY, nullable=False),
    clustered=True,
)

tally = _table(
    "tally",
    Column("account_id", _KEY, ForeignKey("account.id"), primary_key=True),
    Column("lot_id", _KEY, ForeignKey("lot.id"), primary_key=True),
    Column("at", _KEY, primary_key=True, autoincrement=False),
    Column("lane_id", _KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("quantity", _KEY, nullable=False),
    Column("adjustment", _KEY, nullable=False),
    Column("voided", Integer, nullable=False),
    clustered=True,
)
"""Counts, and the adjustment that each one makes of the balance before it."""

balance = _table(
    "balance",
    Column("account_id", _KEY, ForeignKey("account.id"), primary_key=True),
    Column("lot_id", _KEY, ForeignKey("lot.id"), primary_key=True),
    Column("quantity", _KEY, nullable=False),
    Index("balance_by_lot", "lot_id"),
    clustered=True,
)
Index("balance_below_zero", balance.c.account_id, sqlite_where=balance.c.quantity < 0)

fix = _table(
    "fix",
    Column("device_id", _KEY, ForeignKey("device.id"), primary_key=True),
    Column("t", _KEY, primary_key=True, autoincrement=False),
    Column("lane_id", _KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("lat_e7", _KEY, nullable=False),
    Column("lon_e7", _KEY, nullable=False),
    Column("quality", Text, nullable=False),
    Column("speed_cms", Integer),
    Column("heading_cd", Integer),
    Column("received_at", _KEY, nullable=False),
    Column("verdict", Text, nullable=False),
    CheckConstraint("verdict in ('good', 'zero', 'jump', 'future', 'stuck', 'simulated')"),
    clustered=True,
)
"""Every position that arrived, with its verdict; `t` is the receiver's own UTC."""

change = Table(
    "change",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("at", _KEY, nullable=False),
    Column("topic", Text, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

site = _table(
    "site",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lat_e7", _KEY, nullable=False),
    Column("lon_e7", _KEY, nullable=False),
)

item = _table(
    "item",
    Column("gtin", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("category", Text, nullable=False),
)

organisation = _table(
    "organisation",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
)

document = _table(
    "document",
    Column("key", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
"""Whole JSON documents of reference data: `roads` and `region`."""

user = _table(
    "user",
    Column("id", _KEY, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", _KEY, nullable=False),
    Column("disabled_at", _KEY),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", _KEY),
    CheckConstraint("role in ('admin', 'supervisor', 'auditor')"),
)

session = _table(
    "session",
    Column("digest", Text, primary_key=True),
    Column("user_id", _KEY, ForeignKey("user.id"), nullable=False),
    Column("created_at", _KEY, nullable=False),
    Column("expires_at", _KEY, nullable=False),
)

token = _table(
    "token",
    Column("digest", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("created_at", _KEY, nullable=False),
    CheckConstraint("role in ('admin', 'supervisor', 'auditor')"),
)

authority = _table(
    "authority",
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("certificate", Text, nullable=False),
    CheckConstraint("id = 1"),
)
"""The hub's one certificate authority, as PEM: here, so that a backup holds it."""

certificate = _table(
    "certificate",
    Column("serial", Text, primary_key=True),
    Column("device_id", _KEY, ForeignKey("device.id"), nullable=False),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("not_before", _KEY, nullable=False),
    Column("not_after", _KEY, nullable=False),
    Column("issued_at", _KEY, nullable=False),
    Column("revoked_at", _KEY),
    CheckConstraint("not_before < not_after"),
    Index("certificate_by_device", "device_id"),
)
"""Every certificate that was issued to a device. The serial is hexadecimal, the fingerprint SHA-256 of the DER."""

invitation = _table(
    "invitation",
    Column("digest", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", _KEY, nullable=False),
    Column("expires_at", _KEY, nullable=False),
    Column("used_at", _KEY),
    Column("used_by", Text),
    CheckConstraint("created_at < expires_at"),
    CheckConstraint("(used_at is null) = (used_by is null)"),
    Index("invitation_by_device", "device"),
)
"""One-time codes for joining, known by the digest of their secret only. `used_by` is the digest of the key that came
with the secret: whose answer was lost may ask again."""

command = _table(
    "command",
    Column("id", Text, primary_key=True),
    Column("device_id", _KEY, ForeignKey("device.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("issued_at", _KEY, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("expires_at", _KEY, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("answered_at", _KEY),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("state in ('waiting', 'delivered', 'expired', 'refused', 'failed', 'done')"),
    CheckConstraint("issued_at < expires_at"),
    Index("command_by_device", "device_id", "issued_at"),
)
"""What people asked devices to do, and who asked. `state` and `detail` follow from the outcomes of the device."""
Index("command_waiting", command.c.device_id, sqlite_where=command.c.state == "waiting")

outcome = _table(
    "outcome",
    Column("lane_id", _KEY, ForeignKey("lane.id"), primary_key=True, autoincrement=False),
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("device_id", _KEY, ForeignKey("device.id"), nullable=False),
    Column("command", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", _KEY, nullable=False),
    Column("received_at", _KEY, nullable=False),
    Column("detail", Text, nullable=False),
    CheckConstraint("state in ('accepted', 'done', 'failed', 'refused', 'expired')"),
    Index("outcome_by_command", "command"),
    clustered=True,
)
"""What devices said of commands, also of those that this hub knows nothing of: it may have been restored."""

desired = _table(
    "desired",
    Column("device_id", _KEY, ForeignKey("device.id"), primary_key=True, autoincrement=False),
    Column("version", _KEY, primary_key=True, autoincrement=False),
    Column("generation", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("issued_at", _KEY, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("answered_at", _KEY),
    CheckConstraint("version > 0"),
    CheckConstraint("state in ('waiting', 'rolled-back', 'refused', 'applied')"),
    clustered=True,
)
"""Configurations that people wished devices to have; the highest version counts. `generation` is the ledger's when
the device was last asked: after a restore it is asked again."""

report = _table(
    "report",
    Column("lane_id", _KEY, ForeignKey("lane.id"), primary_key=True, autoincrement=False),
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("device_id", _KEY, ForeignKey("device.id"), nullable=False),
    Column("version", _KEY, nullable=False),
    Column("generation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", _KEY, nullable=False),
    Column("received_at", _KEY, nullable=False),
    Column("detail", Text, nullable=False),
    CheckConstraint("state in ('applied', 'refused', 'rolled-back')"),
    Index("report_by_device", "device_id"),
    clustered=True,
)
