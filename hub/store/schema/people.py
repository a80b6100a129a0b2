"""Who may sign in."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Text

from hub.store.schema.base import KEY, table

user = table(
    "user",
    Column("id", KEY, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", KEY, nullable=False),
    Column("disabled_at", KEY),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", KEY),
    CheckConstraint("role in ('admin', 'supervisor', 'auditor')"),
)

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
    Column("created_at", KEY, nullable=False),
    CheckConstraint("role in ('admin', 'supervisor', 'auditor')"),
)
