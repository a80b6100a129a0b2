"""API tokens as administrators see them: listed, made, revoked. What a token opens is hub.store.users' business."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, select

from hub.core.viewer import Role
from hub.store import people, schema
from hub.store.decisions import note
from hub.store.people import Post
from hub.store.users import UserError, add_token, makes_tokens

token = schema.token
_MADE_WITH: Final = """
WITH RECURSIVE ended (name) AS (SELECT ? UNION SELECT token.name FROM ended JOIN token ON made_with = ended.name)
SELECT name FROM ended
"""
"""A token's name and those of all that were made with it, or with one of these."""


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


def make(
    connection: Connection, name: str, post: Post, *, by: str, now: int, person: int | None = None,
    token: str | None = None,
) -> str:  # fmt: skip
    """A new token; its secret, shown this once. An older one of that name ends. Raises UserError.

    It opens while `person`, a user's id, may make tokens; None: for good. It ends with `token`, the name of the one
    that asks for it.
    """
    people.check_name(name)
    people.check(connection, post)
    if exists(connection, name):
        revoke(connection, name, by=by, now=now)
    secret = add_token(
        connection, name, post.role, now=now, organisation=post.organisation, site=post.site,
        made_by=person, made_with=token,
    )  # fmt: skip
    note(connection, by, "token-made", name, str(post), now)
    return secret


def exists(connection: Connection, name: str) -> bool:
    """Whether there is one of that name."""
    return connection.execute(select(token.c.digest).where(token.c.name == name)).first() is not None


def revoke(connection: Connection, name: str, *, by: str, now: int) -> None:
    """End a token, at once, and all that was made with it: tokens, and the links and codes for joining not used yet.

    Whoever got hold of it may have made themselves another way in. Raises UserError for a name that is none.
    """
    if not exists(connection, name):
        raise UserError(f"there is no token {name!r}")
    ended = connection.exec_driver_sql(_MADE_WITH, (name,)).scalars().all()
    connection.execute(delete(token).where(token.c.name.in_(ended)))
    people.end_offers(connection, *map(people.program, ended))
    for each in ended:
        note(connection, by, "token-revoked", each, "" if each == name else f"made with {name}", now)
