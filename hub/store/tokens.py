"""API tokens as administrators see them: listed, made, revoked. What a token opens is hub.store.users' business."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from hub.core.viewer import Role
from hub.store import people, schema
from hub.store.decisions import note
from hub.store.people import Post
from hub.store.users import UserError, add_token, makes_tokens

token = schema.token


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, but for its secret, which nobody knows any more.

    `made_by` is a user's name, '' for the hub's own machine. `opens`: not while its maker could not make it.
    """

    name: str
    post: Post
    created_at: int
    made_by: str = ""
    opens: bool = True


def tokens(connection: Connection) -> list[Token]:
    """All of them, by name."""
    user = schema.user
    made = token.outerjoin(user, user.c.id == token.c.made_by)
    query = select(token, user.c.name.label("maker"), makes_tokens().label("opens")).select_from(made)
    return [
        Token(
            name=row.name, created_at=row.created_at, made_by=row.maker or "", opens=bool(row.opens),
            post=Post(role=Role(row.role), organisation=row.organisation, site=row.site),
        )
        for row in connection.execute(query.order_by(token.c.name))
    ]  # fmt: skip


def make(connection: Connection, name: str, post: Post, *, by: str, now: int, person: int | None = None) -> str:
    """A new token; its secret, shown this once. An older one of that name ends. Raises UserError.

    It opens while `person`, a user's id, may make tokens; None: for good.
    """
    people.check_name(name)
    people.check(connection, post)
    where = {"organisation": post.organisation, "site": post.site}
    secret = add_token(connection, name, post.role, now=now, made_by=person, **where)
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
