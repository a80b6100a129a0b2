"""Invitations: who holds the secret of one may join once, under the name that the hub gave it.

Only the digest of a secret is kept. It has 40 random bits: whoever reads the database could find one within its hour,
but finds the authority's key beside it.
"""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from hub.store.decisions import HERE
from hub.store.schema import invitation

KEPT_MS = 30 * 86_400_000
"""Old ones are forgotten after this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What an invitation says; times in Unix ms."""

    device: str
    kind: str
    expires_at: int
    used_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How long an invitation is good, and when it was used; times in Unix ms."""

    expires_at: int
    used_at: int | None


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def invite(
    connection: Connection, secret: str, *, device: str, kind: str, now: int, expires_at: int, by: str = HERE
) -> None:
    """Keep an invitation that somebody made. Older ones for this name end."""
    cancel(connection, device)
    connection.execute(delete(invitation).where(invitation.c.created_at < now - KEPT_MS))
    connection.execute(
        insert(invitation).values(
            digest=digest(secret), device=device, kind=kind, created_at=now, expires_at=expires_at, made_by=by
        )
    )


def cancel(connection: Connection, device: str) -> int:
    """End a name's invitations, used ones too (their answer cannot be asked for again); how many there were."""
    return connection.execute(delete(invitation).where(invitation.c.device == device)).rowcount


def latest(connection: Connection, device: str) -> State | None:
    """The invitation of a name, None where there is none: it was taken back, or is long over."""
    row = connection.execute(
        select(invitation.c.expires_at, invitation.c.used_at).where(invitation.c.device == device)
    ).one_or_none()
    return None if row is None else State(expires_at=row.expires_at, used_at=row.used_at)


def find(connection: Connection, secret: str) -> Invited | None:
    """The invitation with this secret, whatever its state."""
    row = connection.execute(
        select(invitation.c.device, invitation.c.kind, invitation.c.expires_at, invitation.c.used_by).where(
            invitation.c.digest == digest(secret)
        )
    ).one_or_none()
    if row is None:
        return None
    return Invited(device=row.device, kind=row.kind, expires_at=row.expires_at, used_by=row.used_by)


def use(connection: Connection, secret: str, *, by: str, now: int) -> None:
    """Use an invitation up; `by` is the digest of the key that joins."""
    connection.execute(update(invitation).where(invitation.c.digest == digest(secret)).values(used_at=now, used_by=by))
