"""API tokens as administrators see them: listed, made, revoked. What a token opens is hub.store.users' business."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from hub.core.access import Role
from hub.store import people, schema
from hub.store.decisions import note
from hub.store.people import Post
from hub.store.users import UserError, add_token

token = schema.token


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, but for its secret, which nobody knows any more."""

    name: str
    post: Post
    created_at: int


def tokens(connection: Connection) -> list[Token]:
    """All of them, by name."""
    return [
        Token(
            name=row.name, created_at=row.created_at,
            post=Post(role=Role(row.role), organisation=row.organisation, site=row.site),
        )
        for row in connection.execute(select(token).order_by(token.c.name))
    ]  # fmt: skip


def make(connection: Connection, name: str, post: Post, *, by: str, now: int) -> str:
    """A new token; its secret, shown this once. An older one of that name ends. Raises UserError."""
    people.check_name(name)
    people.check(connection, post)
    secret = add_token(connection, name, post.role, now=now, organisation=post.organisation, site=post.site)
    note(connection, by, "token-made", name, str(post), now)
    return secret


def exists(connection: Connection, name: str) -> bool:
    """Whether there is one of that name."""
    return connection.execute(select(token.c.digest).where(token.c.name == name)).first() is not None


def revoke(connection: Connection, name: str, *, by: str, now: int) -> None:
    """End a token, at once. Raises UserError for a name that is none."""
    if not connection.execute(delete(token).where(token.c.name == name)).rowcount:
        raise UserError(f"there is no token {name!r}")
    note(connection, by, "token-revoked", name, "", now)
