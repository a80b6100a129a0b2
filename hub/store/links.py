"""One-time links by which a person sets a password: an invitation, or a reset. Whoever makes one hands it over.

Only the digest of a link's code is kept. Its 192 random bits cannot be guessed; it is good for 48 hours, once, and a
newer one for the same person ends it.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from hub.store import people, schema
from hub.store.decisions import note
from hub.store.users import UserError, digest

link, user = schema.link, schema.user

GOOD_MS: Final = 48 * 3_600_000
KEPT_MS: Final = 30 * 86_400_000
"""Old ones are forgotten after this time; the log of decisions keeps who made and used them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that was just made; its code is shown this once. `kind` is invitation or reset."""

    name: str
    kind: str
    code: str
    expires_at: int

    @property
    def path(self) -> str:
        """Where the hub's page takes the code. A fragment: it is never sent, so no log holds it (RFC 3986, 3.5)."""
        return f"/welcome#{self.code}"


def make(connection: Connection, name: str, *, by: str, now: int) -> Link:
    """A link for somebody; earlier ones end. Raises UserError."""
    found = people.one(connection, name)
    if not found.active:
        raise UserError(f"{name!r} is deactivated: activate the user first")
    kind, code = "reset" if found.signs_in else "invitation", secrets.token_urlsafe(24)
    connection.execute(delete(link).where(link.c.created_at < now - KEPT_MS))
    connection.execute(delete(link).where(link.c.user_id == found.id, link.c.used_at.is_(None)))
    connection.execute(
        insert(link).values(
            digest=digest(code), user_id=found.id, kind=kind, made_by=by, created_at=now, expires_at=now + GOOD_MS
        )
    )
    note(connection, by, f"{kind}-made", name, "", now)
    return Link(name=name, kind=kind, code=code, expires_at=now + GOOD_MS)


def holder(connection: Connection, code: str, *, now: int) -> str | None:
    """Whose link this is; None for one that opens nothing: unknown, used, over, or of somebody deactivated."""
    good = (link.c.digest == digest(code)) & link.c.used_at.is_(None) & (link.c.expires_at > now)
    query = select(user.c.name).join_from(link, user, user.c.id == link.c.user_id)
    return connection.execute(query.where(good, user.c.disabled_at.is_(None))).scalar()


def use(connection: Connection, code: str, hashed: str, *, now: int) -> str | None:
    """Give the link's person a password (hashed), once; their name, None where the link opens nothing any more."""
    name = holder(connection, code, now=now)
    if name is None:
        return None
    connection.execute(update(link).where(link.c.digest == digest(code)).values(used_at=now))
    people.set_password(connection, name, hashed, by=name, action="password-set", now=now)
    return name
