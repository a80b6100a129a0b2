"""Tokens for programs, the one-time links of people, and the log of what people decided."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from hub.api.context import Here
from hub.api.door import Whoever, named, source
from hub.api.faults import ApiError
from hub.api.models import people as models
from hub.api.models.people import TokenName
from hub.api.models.shared import LISTED, SIGNED_IN, Cursor, Limit, Short, When, errors
from hub.core.access import API
from hub.core.instant import rfc3339
from hub.store import tokens
from hub.store.people import Post
from hub.store.queries import people as queries
from hub.store.queries.people import DecisionFilter
from hub.store.tokens import Token

router = APIRouter(prefix=API, tags=["people"])


@router.get("/tokens", responses=SIGNED_IN)
def the_tokens(here: Here) -> models.TokenList:
    """All API tokens, by name. Their secrets are known to nobody but who got them."""
    with here.services.database.read() as connection:
        return models.TokenList(tokens=[_shown(one) for one in tokens.tokens(connection)])


@router.post("/tokens", status_code=201, responses=errors(401, 403, 409, 413, 422, 503))
def make_token(here: Here, who: Whoever, sent: models.NewToken) -> models.MadeToken:
    """A token for a program, with a role of its own. Its secret is shown this once.

    It opens while whoever made it is an administrator: who is shut out is out with all that they made.
    """
    post, now = Post(role=sent.role, organisation=sent.organisation, site=sent.site), here.now
    with here.write() as connection:
        if tokens.exists(connection, sent.name):
            raise ApiError(409, "exists", f"There is a token {sent.name} already.", hint="Revoke it, or choose a name.")
        token = who.name if who.by_token else None
        secret = tokens.make(connection, sent.name, post, by=named(who), now=now, person=who.person, token=token)
        made = next(one for one in tokens.tokens(connection) if one.name == sent.name)
    return models.MadeToken(token=secret, made=_shown(made))


@router.delete("/tokens/{name}", status_code=204, responses=errors(401, 403, 404, 422, 503))
def revoke_token(here: Here, who: Whoever, name: TokenName) -> None:
    """End a token, at once, and all tokens, links and codes for joining that were made with it."""
    with here.write() as connection:
        if not tokens.exists(connection, name):
            raise ApiError(404, "no-token", f"There is no token {name}.", hint="GET /api/v1/tokens lists them.")
        tokens.revoke(connection, name, by=named(who), now=here.now)


@router.post("/welcome", responses=errors(403, 413, 422, 429, 503))
def welcome(here: Here, request: Request, sent: models.WelcomeInput) -> models.Welcomed:
    """Set a password by a one-time link. Open to strangers: the link's code is the proof; wrong ones are limited.

    A code that opens nothing is answered the same way, whatever it was.
    """
    return models.Welcomed(name=here.sign_in.welcome(sent.code, sent.password, source(request)))


@router.get("/first-run", responses=errors(503))
def first_run(here: Here) -> models.FirstRunModel:
    """Whether this hub still waits for its first administrator. Open to strangers: an empty hub has no secrets."""
    first = here.services.first_run
    return models.FirstRunModel(open=first is not None and bool(first.path) and first.open)


@router.post("/first-run", status_code=201, responses=errors(403, 413, 422, 429, 503))
def begin(here: Here, request: Request, sent: models.FirstInput) -> models.Welcomed:
    """Make the first administrator, by the link that an empty hub showed when it started. Open to strangers.

    Wrong codes are limited, and answered as a hub answers that has its administrator.
    """
    here.sign_in.begin(here.services.first_run, sent.code, sent.name, sent.password, source(request))
    return models.Welcomed(name=sent.name)


@router.get("/audit-log", responses=LISTED)
def the_audit_log(
    here: Here,
    who: Short = None,
    action: Short = None,
    what: Annotated[Short, Query(description="A part of what it was about, or of its detail.")] = None,
    since: Annotated[When | None, Query(description="First time, RFC 3339.")] = None,
    until: Annotated[When | None, Query(description="The time after the last one, RFC 3339.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> models.DecisionPage:
    """What people decided, newest first: who did what to what, and when. Nothing in it is ever changed."""
    wanted = DecisionFilter(who=who, action=action, what=what, since=since, until=until)
    with here.services.database.read() as connection:
        page = queries.decisions(connection, here.pager("audit-log", *wanted.parts), wanted, limit=limit, cursor=cursor)
    return models.DecisionPage.model_validate({"rows": page.rows, "next": page.next})


def _shown(one: Token) -> models.TokenModel:
    return models.TokenModel(
        name=one.name, role=one.post.role, organisation=one.post.organisation, site=one.post.site,
        created_at=rfc3339(one.created_at), made_by=one.made_by, opens=one.opens,
    )  # fmt: skip
