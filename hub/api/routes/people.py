"""People: who may sign in, as what, and with which badge. Every change stands in the log of decisions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection

from hub import badges
from hub.api.context import Here
from hub.api.door import Whoever, named
from hub.api.faults import ApiError
from hub.api.models import people as models
from hub.api.models.people import UserName
from hub.api.models.shared import LISTED, Cursor, Limit, errors
from hub.core.access import API, gives_badges
from hub.core.instant import rfc3339
from hub.core.passwords import pin_fault
from hub.core.viewer import Role
from hub.inviting import svg
from hub.store import links, people
from hub.store.links import Link
from hub.store.people import NoPersonError, Person, Post, TakenError
from hub.store.queries import people as queries
from hub.store.queries.people import PersonFilter
from hub.store.users import Principal, UserError
from wire import codes
from wire.badges import digest

router = APIRouter(prefix=API, tags=["people"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
MOST_ADDRESS = 300
"""Characters of the hub's address in a QR code; no host name is longer."""


@router.get("/users", responses=LISTED)
def the_users(
    here: Here,
    text: Annotated[str | None, Query(max_length=100, description="In the name or the shown name.")] = None,
    role: Role | None = None,
    active: Annotated[bool | None, Query(description="Whether somebody may sign in.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> models.PersonPage:
    """Everybody who may or might sign in, by name; those who were shut out too."""
    wanted = PersonFilter(text=text, role=role, active=active)
    with here.services.database.read() as connection:
        page = queries.people(connection, here.pager("users", *wanted.parts), wanted, limit=limit, cursor=cursor)
    return models.PersonPage(rows=[_shown(one) for one in page.rows], next=page.next)


@router.post("/users", status_code=201, responses=CHANGED)
def invite_user(here: Here, request: Request, who: Whoever, sent: models.NewUser) -> models.Invited:
    """Add somebody. The answer holds a link, shown this once: whoever opens it within 48 hours sets the password."""
    post = Post(role=sent.role, organisation=sent.organisation, site=sent.site)
    with here.write() as connection, _told():
        people.add(connection, sent.name, post, shown=sent.shown, by=named(who), now=here.now)
        link = links.make(connection, sent.name, by=named(who), now=here.now)
        found = people.one(connection, sent.name)
    return models.Invited(user=_shown(found), link=_link(link, request))


@router.patch("/users/{name}", responses=CHANGED)
def change_user(here: Here, who: Whoever, name: UserName, sent: models.UserChange) -> models.PersonModel:
    """Change somebody's role, organisation or site, or shut them out (`active`). They are signed out at once.

    The last administrator who can sign in stays.
    """
    with here.write() as connection, _told():
        return _shown(people.change(connection, name, sent.model_dump(exclude_unset=True), by=named(who), now=here.now))


@router.post("/users/{name}/link", status_code=201, responses=CHANGED)
def new_link(here: Here, request: Request, who: Whoever, name: UserName) -> models.LinkModel:
    """A new link for somebody who lost the password or the invitation. Earlier ones end; nobody is signed out yet."""
    with here.write() as connection, _told():
        made = links.make(connection, name, by=named(who), now=here.now)
    return _link(made, request)


@router.post("/users/{name}/badge", status_code=201, responses=CHANGED)
def new_badge(here: Here, who: Whoever, name: UserName, sent: models.NewBadge) -> models.BadgeModel:
    """A new badge for shared devices, and its PIN. Devices hear of it when they fetch what their site may know.

    Supervisors give badges to operators and clerks; who belongs to a site, to those of that site.
    """
    if sent.pin is not None and (fault := pin_fault(sent.pin)):
        raise ApiError(422, "weak-pin", f"{fault[0].upper()}{fault[1:]}.", hint="Choose another PIN.")
    code, pin = badges.new_code(), sent.pin or badges.new_pin()
    kept = badges.verifier_of(pin)
    with here.write() as connection, _told():
        _check_giver(connection, who, name)
        people.set_badge(connection, name, digest(code), kept, by=named(who), now=here.now)
    return models.BadgeModel(
        name=name, code=codes.write(codes.PERSON, code), printed=codes.printed(codes.PERSON, code),
        pin=pin if sent.pin is None else None,
    )  # fmt: skip


@router.delete("/users/{name}/badge", status_code=204, responses=CHANGED)
def no_badge(here: Here, who: Whoever, name: UserName) -> None:
    """Let somebody's badge open nothing any more: it was lost. By whoever could give them another one."""
    with here.write() as connection, _told():
        _check_giver(connection, who, name)
        people.take_badge(connection, name, by=named(who), now=here.now)


def _check_giver(connection: Connection, who: Principal, name: str) -> None:
    post = people.one(connection, name).post
    if not gives_badges(who.viewer, post.role, post.site):
        where = f" of {who.site}" if who.site else ""
        raise ApiError(
            403, "not-allowed", f"You give badges to operators and clerks{where} alone.", hint="Ask an administrator."
        )


@contextmanager
def _told() -> Iterator[None]:
    """Say what cannot be done by the status that fits."""
    try:
        yield
    except NoPersonError as error:
        raise ApiError(404, "no-user", f"{_sentence(error)}.", hint="GET /api/v1/users lists them.") from error
    except TakenError as error:
        raise ApiError(409, "exists", f"{_sentence(error)}.") from error
    except UserError as error:
        raise ApiError(409, "refused", f"{_sentence(error)}.") from error


def _sentence(error: Exception) -> str:
    said = str(error)
    return said[0].upper() + said[1:]


def _shown(found: Person) -> models.PersonModel:
    return models.PersonModel(
        name=found.name, shown=found.shown, role=found.post.role, organisation=found.post.organisation,
        site=found.post.site, active=found.active, created_at=rfc3339(found.created_at), signs_in=found.signs_in,
        badge=found.badge,
    )  # fmt: skip


def _link(made: Link, request: Request) -> models.LinkModel:
    """The QR code leads to the address under which whoever asks reached the hub (behind a proxy: its page's)."""
    address = request.headers.get("origin") or str(request.base_url).rstrip("/")
    return models.LinkModel(
        name=made.name, kind=made.kind, path=made.path, code=made.code, qr_svg=svg(address[:MOST_ADDRESS] + made.path),
        expires_at=rfc3339(made.expires_at),
    )  # fmt: skip
