"""Who may sign in, at the hub's pages and at devices, and what they decided."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text

from hub.store.schema.base import KEY, table

_ROLES = "role in ('admin', 'supervisor', 'operator', 'clerk', 'staff', 'courier', 'helpline', 'engineer', 'auditor')"
_STAFF = "role != 'staff' or (organisation is not null and organisation != '')"

user = table(
    "user",
    Column("id", KEY, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("shown", Text, nullable=False, server_default=""),
    Column("password", Text),
    Column("role", Text, nullable=False),
    Column("organisation", Text),
    Column("site", Text),
    Column("created_at", KEY, nullable=False),
    Column("disabled_at", KEY),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", KEY),
    Column("badge", Text, unique=True),
    Column("pin", Text),
    CheckConstraint(_ROLES),
    CheckConstraint(_STAFF),
    CheckConstraint("(badge is null) = (pin is null)"),
)
"""`shown` is the name for people, '' where the name serves. `password` is Argon2id, null until the invitation was used.
`badge` is the SHA-256 of the badge's code, `pin` its verifier (hub.badges)."""

session = table(
    "session",
    Column("digest", Text, primary_key=True),
    Column("user_id", KEY, ForeignKey("user.id"), nullable=False),
    Column("created_at", KEY, nullable=False),
    Column("expires_at", KEY, nullable=False),
)

token = table(
    "token",
    Column("digest", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("organisation", Text),
    Column("site", Text),
    Column("created_at", KEY, nullable=False),
    Column("made_by", KEY, ForeignKey("user.id")),
    Column("made_with", Text),
    CheckConstraint(_ROLES),
    CheckConstraint(_STAFF),
)
"""`made_by` is the person behind it, null for one made on the hub's own machine: see hub.store.users.by_token.
`made_with` is the name of the token that asked for it, with which it ends: see hub.store.tokens.revoke."""

link = table(
    "link",
    Column("digest", Text, primary_key=True),
    Column("user_id", KEY, ForeignKey("user.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("created_at", KEY, nullable=False),
    Column("expires_at", KEY, nullable=False),
    Column("used_at", KEY),
    CheckConstraint("kind in ('invitation', 'reset')"),
    CheckConstraint("created_at < expires_at"),
    Index("link_by_user", "user_id"),
    Index("link_by_time", "created_at"),
)
"""Links by which a person sets a password, once; known by the digest of their code only."""

decision_log = table(
    "decision_log",
    Column("id", KEY, primary_key=True),
    Column("at", KEY, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("decision_by_who", "who", "id"),
    Index("decision_by_action", "action", "id"),
)
"""What people decided, in the order of its commits. Rows are never changed and never deleted."""
