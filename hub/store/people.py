"""People and what they may do: added, changed, shut out, given badges. Each change stands in the log of decisions.

One administrator who can sign in always stays: whoever would be the last to go is told so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from hub.core.viewer import Role
from hub.store import schema
from hub.store.decisions import note
from hub.store.users import UserError

user = schema.user

LONGEST_NAME: Final = 100
"""Of who decided, in facts that follow from it (wire.words.Name)."""
CHANGEABLE: Final = frozenset({"role", "organisation", "site", "shown", "active"})


class NoPersonError(UserError):
    """There is nobody of that name."""


class TakenError(UserError):
    """There is somebody of that name already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What somebody, or a program, is here for."""

    role: Role
    organisation: str | None = None
    site: str | None = None

    def __str__(self) -> str:
        of = f" of {self.organisation}" if self.organisation else ""
        return f"{self.role}{of}{f' at {self.site}' if self.site else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user as others see them; times in Unix ms. `signs_in`: a password is set."""

    id: int
    name: str
    shown: str
    post: Post
    created_at: int
    disabled_at: int | None
    signs_in: bool
    badge: bool

    @property
    def active(self) -> bool:
        return self.disabled_at is None


def program(token: str) -> str:
    """Who decides by an API token, as it is kept and logged: no person has such a name."""
    return f"token {token}"[:LONGEST_NAME]


def check(connection: Connection, post: Post) -> None:
    """Raises UserError for a post that cannot be: no such organisation or site, staff of none."""
    if post.role is Role.STAFF and not post.organisation:
        raise UserError("staff belong to an organisation: name it")
    for table, id_ in ((schema.organisation, post.organisation), (schema.site, post.site)):
        if id_ is not None and not _known(connection, table, id_):
            raise UserError(f"there is no {table.name} {id_!r}: enter it first, or check how it is written")


def check_name(name: str) -> None:
    """Raises UserError for a name that nobody gets: it could be taken for another one, or breaks an address."""
    if not 1 <= len(name) <= 100 or not name.isprintable() or name != name.strip() or set(name) & {"/", "\\"}:
        raise UserError("a name has 1 to 100 printable characters, no / or \\, and no spaces at its ends")
    if name.casefold().startswith(("token ", "device ")) or name.casefold() == "hub":
        raise UserError(f"the name {name!r} could be taken for a program's: choose another")


def exist(connection: Connection) -> bool:
    """Whether there is anybody at all."""
    return connection.execute(select(user.c.id).limit(1)).first() is not None


def one(connection: Connection, name: str) -> Person:
    """The person of that name. Raises NoPersonError."""
    row = connection.execute(select(user).where(user.c.name == name)).one_or_none()
    if row is None:
        raise NoPersonError(f"there is no user {name!r}")
    return person(row)


def person(row: Any) -> Person:
    """A row of `user`."""
    post = Post(role=Role(row.role), organisation=row.organisation, site=row.site)
    return Person(
        id=row.id, name=row.name, shown=row.shown, post=post, created_at=row.created_at, disabled_at=row.disabled_at,
        signs_in=row.password is not None, badge=row.badge is not None,
    )  # fmt: skip


def add(connection: Connection, name: str, post: Post, *, shown: str, by: str, now: int) -> None:
    """Add somebody who has no password yet. Raises UserError."""
    check_name(name)
    if connection.execute(select(user.c.id).where(user.c.name == name)).first() is not None:
        raise TakenError(f"there is a user {name!r} already: choose another name, or change that one")
    check(connection, post)
    row = {"name": name, "shown": shown, "role": post.role.value, "organisation": post.organisation, "site": post.site}
    connection.execute(insert(user).values(**row, created_at=now))
    note(connection, by, "user-added", name, str(post), now)


def change(connection: Connection, name: str, changes: Mapping[str, Any], *, by: str, now: int) -> Person:
    """Change what CHANGEABLE names; what is not in `changes` stays. Sessions end at once. Raises UserError.

    With a new role, or shut out, the links and the codes for joining that they made end, and the tokens of who is no
    administrator any more open nothing.
    """
    assert changes.keys() <= CHANGEABLE  # noqa: S101 (the names are ours)
    before = one(connection, name)
    was = before.post
    post = Post(
        role=Role(changes.get("role", was.role)),
        organisation=changes.get("organisation", was.organisation),
        site=changes.get("site", was.site),
    )
    active = changes.get("active", before.active)
    if post != was:
        check(connection, post)
    if not (active and post.role is Role.ADMIN):
        _keep_an_administrator(connection, before)
    values = {"role": post.role.value, "organisation": post.organisation, "site": post.site}
    values["shown"] = changes.get("shown", before.shown)
    disabled_at = None if active else before.disabled_at or now
    connection.execute(update(user).where(user.c.id == before.id).values(**values, disabled_at=disabled_at))
    if post != was or not active:
        end_sessions(connection, before.id)
    if not active:
        connection.execute(
            delete(schema.link).where(schema.link.c.user_id == before.id, schema.link.c.used_at.is_(None))
        )
    if not active or post.role != was.role:
        made = select(schema.token.c.name).where(schema.token.c.made_by == before.id)
        end_offers(connection, before.name, *map(program, connection.execute(made).scalars()))
    _note_change(connection, before, post, active=active, by=by, now=now)
    return one(connection, name)


def enter(connection: Connection, name: str, hashed: str, post: Post, *, by: str, now: int) -> None:
    """Add somebody with a password that was hashed already, or give one a new password and post. Raises UserError."""
    if connection.execute(select(user.c.id).where(user.c.name == name)).first() is None:
        add(connection, name, post, shown="", by=by, now=now)
    else:
        changes = {"role": post.role, "organisation": post.organisation, "site": post.site, "active": True}
        change(connection, name, changes, by=by, now=now)
    set_password(connection, name, hashed, by=by, action="password-set", now=now)


def _note_change(connection: Connection, before: Person, post: Post, *, active: bool, by: str, now: int) -> None:
    if active != before.active:
        note(connection, by, "user-activated" if active else "user-deactivated", before.name, "", now)
    detail = f"{before.post} -> {post}" if post != before.post else ""
    if detail or active == before.active:
        note(connection, by, "user-changed", before.name, detail, now)


def set_password(connection: Connection, name: str, hashed: str, *, by: str, action: str, now: int) -> None:
    """Give somebody a password that was hashed already; sessions and the lock end."""
    found = one(connection, name)
    values = {"password": hashed, "failures": 0, "locked_until": None}
    connection.execute(update(user).where(user.c.id == found.id).values(**values))
    end_sessions(connection, found.id)
    note(connection, by, action, name, "", now)


def set_badge(connection: Connection, name: str, digest: str, pin: str, *, by: str, now: int) -> None:
    """Give somebody a new badge and PIN (its verifier); the one before opens nothing any more. Raises UserError."""
    found = one(connection, name)
    if not found.active:
        raise UserError(f"{name!r} is deactivated: activate the user first")
    connection.execute(update(user).where(user.c.id == found.id).values(badge=digest, pin=pin))
    note(connection, by, "badge-given", name, "", now)


def take_badge(connection: Connection, name: str, *, by: str, now: int) -> None:
    """Let somebody's badge open nothing any more. Idempotent."""
    found = one(connection, name)
    connection.execute(update(user).where(user.c.id == found.id).values(badge=None, pin=None))
    note(connection, by, "badge-taken", name, "", now)


def end_sessions(connection: Connection, user_id: int) -> None:
    """Sign somebody out everywhere."""
    connection.execute(delete(schema.session).where(schema.session.c.user_id == user_id))


def _keep_an_administrator(connection: Connection, leaving: Person) -> None:
    if leaving.post.role is not Role.ADMIN or not leaving.active or not leaving.signs_in:
        return
    others = select(func.count()).where(
        user.c.role == Role.ADMIN.value, user.c.disabled_at.is_(None), user.c.password.is_not(None),
        user.c.id != leaving.id,
    )  # fmt: skip
    if not connection.execute(others).scalar_one():
        raise UserError(f"{leaving.name!r} is the last administrator who can sign in: make another one first")


def end_offers(connection: Connection, *by: str) -> None:
    """End what these made for others and nobody used yet: one of these may be meant as a way back."""
    for table in (schema.link, schema.invitation):
        connection.execute(delete(table).where(table.c.made_by.in_(by), table.c.used_at.is_(None)))


def _known(connection: Connection, table: Table, id_: str) -> bool:
    return connection.execute(select(table.c.id).where(table.c.id == id_)).first() is not None
