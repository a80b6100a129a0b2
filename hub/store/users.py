"""Users, their sessions, and API tokens.

Secrets are kept as digests only: Argon2id for passwords that people choose, SHA-256 for tokens of 256 random bits,
which nobody can guess. What compares a password belongs to hub.api.sign_in: it is slow on purpose, so no transaction
is open meanwhile.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from hub.core.viewer import Role, Viewer
from hub.errors import HubError
from hub.store import schema

SESSION_MS: Final = 12 * 3600 * 1000
"""A session ends this long after it was last used."""
SLIDE_MS: Final = 5 * 60 * 1000
"""A use moves a session's end only where it gains this much: reading must not mean writing each time."""
FREE_FAILURES: Final = 5
FIRST_LOCK_MS: Final = 30_000
LONGEST_LOCK_MS: Final = 3_600_000
SHORTEST_PASSWORD: Final = 10
TOKEN_PREFIX: Final = "relay_"  # noqa: S105 (what tokens begin with, so that they are known for what they are)


class UserError(HubError):
    """A user or token cannot be made as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user as the sign-in needs it."""

    id: int
    name: str
    password: str
    role: Role
    organisation: str | None
    site: str | None
    failures: int
    locked_until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks, and the digest of the session or API token that says so.

    `person` is the id of the user who asks, or who made the token; None: whoever made it on the hub's own machine.
    """

    name: str
    role: Role
    digest: str
    person: int | None
    organisation: str | None = None
    site: str | None = None
    by_token: bool = False

    @property
    def viewer(self) -> Viewer:
        """Whose eyes a query reads with."""
        return Viewer(name=self.name, role=self.role, organisation=self.organisation, site=self.site)


def digest(secret: str) -> str:
    """What is stored of a session's or API token."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(hasher: PasswordHasher, hashed: str, password: str) -> bool:
    """Whether a password is the one that was hashed."""
    try:
        return hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError, UnicodeError):
        return False


def lock_ms(failures: int) -> int:
    """How long a name is locked after that many failures in a row: 30 s after 5, then twice as long each time."""
    over = failures - FREE_FAILURES
    return 0 if over < 0 else min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** min(over, 20))


def add_user(
    connection: Connection, name: str, password: str, role: Role, *, now: int, hasher: PasswordHasher | None = None,
    organisation: str | None = None, site: str | None = None,
) -> None:  # fmt: skip
    """Add a user, or give one a new password and role; his sessions end. Raises UserError."""
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise UserError("a user's name has 1 to 100 printable characters")
    if len(password) < SHORTEST_PASSWORD:
        raise UserError(f"a password has at least {SHORTEST_PASSWORD} characters")
    hashed = (hasher or PasswordHasher()).hash(password)
    values = {
        "password": hashed, "role": role.value, "organisation": organisation, "site": site, "disabled_at": None,
        "failures": 0, "locked_until": None,
    }  # fmt: skip
    known = connection.execute(select(schema.user.c.id).where(schema.user.c.name == name)).scalar()
    if known is None:
        connection.execute(insert(schema.user).values(name=name, created_at=now, **values))
        return
    connection.execute(update(schema.user).where(schema.user.c.id == known).values(**values))
    connection.execute(delete(schema.session).where(schema.session.c.user_id == known))


def add_token(
    connection: Connection, name: str, role: Role, *, now: int, organisation: str | None = None,
    site: str | None = None, made_by: int | None = None, made_with: str | None = None,
) -> str:  # fmt: skip
    """A new API token under a name; one of that name before it ends. The token is shown this once."""
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise UserError("a token's name has 1 to 100 printable characters")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    connection.execute(delete(schema.token).where(schema.token.c.name == name))
    row = {"digest": digest(token), "name": name, "role": role.value, "organisation": organisation, "site": site}
    connection.execute(insert(schema.token).values(**row, created_at=now, made_by=made_by, made_with=made_with))
    return token


def find(connection: Connection, name: str) -> Account | None:
    """The user of that name, None for one who does not exist or is disabled."""
    table = schema.user
    row = connection.execute(
        select(table).where(table.c.name == name, table.c.disabled_at.is_(None), table.c.password.is_not(None))
    ).one_or_none()
    if row is None:
        return None
    return Account(
        id=row.id, name=row.name, password=row.password, role=Role(row.role), organisation=row.organisation,
        site=row.site, failures=row.failures, locked_until=row.locked_until,
    )  # fmt: skip


def note_failure(connection: Connection, user_id: int, *, now: int) -> None:
    """Count one wrong password; from the fifth in a row on the name is locked for a while."""
    table = schema.user
    connection.execute(update(table).where(table.c.id == user_id).values(failures=table.c.failures + 1))
    failures = connection.execute(select(table.c.failures).where(table.c.id == user_id)).scalar_one()
    if wait := lock_ms(failures):
        connection.execute(update(table).where(table.c.id == user_id).values(locked_until=now + wait))


def open_session(connection: Connection, user_id: int, *, now: int) -> str:
    """A new session; failures are forgotten and sessions that have ended are swept out. Returns its secret."""
    secret = secrets.token_urlsafe(32)
    connection.execute(delete(schema.session).where(schema.session.c.expires_at <= now))
    connection.execute(update(schema.user).where(schema.user.c.id == user_id).values(failures=0, locked_until=None))
    connection.execute(
        insert(schema.session).values(
            digest=digest(secret), user_id=user_id, created_at=now, expires_at=now + SESSION_MS
        )
    )
    return secret


def close_session(connection: Connection, session: str) -> None:
    """End a session, named by its digest. Idempotent."""
    connection.execute(delete(schema.session).where(schema.session.c.digest == session))


def slide(connection: Connection, session: str, *, now: int) -> None:
    """Let a session that is in use end later."""
    table = schema.session
    connection.execute(update(table).where(table.c.digest == session).values(expires_at=now + SESSION_MS))


def by_session(connection: Connection, session: str, *, now: int) -> tuple[Principal, int] | None:
    """Who a session belongs to, and when it ends; None where it has ended or its user is disabled."""
    row = connection.execute(
        select(
            schema.user.c.id, schema.user.c.name, schema.user.c.role, schema.user.c.organisation, schema.user.c.site,
            schema.session.c.expires_at,
        )
        .join_from(schema.session, schema.user, schema.user.c.id == schema.session.c.user_id)
        .where(
            schema.session.c.digest == session,
            schema.session.c.expires_at > now,
            schema.user.c.disabled_at.is_(None),
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    who = Principal(
        name=row.name, role=Role(row.role), digest=session, person=row.id, organisation=row.organisation, site=row.site
    )
    return who, row.expires_at


def makes_tokens() -> ColumnElement[bool]:
    """Of a row of `token`: whether its maker, a row of `user` where there is one, may make tokens today."""
    maker = schema.user.c
    return schema.token.c.made_by.is_(None) | (maker.disabled_at.is_(None) & (maker.role == Role.ADMIN.value))


def by_token(connection: Connection, token: str) -> Principal | None:
    """Who an API token, named by its digest, speaks for; None too while its maker could not make it."""
    table = schema.token
    made = table.outerjoin(schema.user, schema.user.c.id == table.c.made_by)
    query = select(table).select_from(made).where(table.c.digest == token, makes_tokens())
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Principal(
        name=row.name, role=Role(row.role), digest=token, person=row.made_by, organisation=row.organisation,
        site=row.site, by_token=True,
    )  # fmt: skip


def still(connection: Connection, principal: Principal, *, now: int) -> bool:
    """Whether who came in earlier would be let in now with the same rights."""
    if principal.by_token:
        return by_token(connection, principal.digest) == principal
    found = by_session(connection, principal.digest, now=now)
    return found is not None and found[0] == principal
