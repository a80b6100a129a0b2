"""Signing in and out."""

from fastapi import APIRouter, Request, Response

from hub.api.context import Here
from hub.api.door import COOKIE, Whoever, source
from hub.api.models.reference import Session, SignInInput, UserModel
from hub.api.models.shared import SIGNED_IN, errors
from hub.core.access import API
from hub.store import users

router = APIRouter(prefix=API, tags=["session"])


@router.post("/session", responses=errors(401, 403, 422, 429, 503))
def sign_in(here: Here, request: Request, response: Response, who: SignInInput) -> Session:
    """Sign in: sets the session cookie, which ends 12 hours after its last use.

    A client that has tried wrongly a hundred times from one address waits too.
    After five wrong passwords in a row the name waits 30 seconds, then twice as long each time.
    """
    secret, account = here.sign_in.attempt(who.user, who.password, source(request))
    response.set_cookie(
        COOKIE,
        secret,
        max_age=users.SESSION_MS // 1000,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return Session(
        user=UserModel(name=account.name, role=account.role, organisation=account.organisation, site=account.site)
    )


@router.get("/session", responses=SIGNED_IN)
def session(principal: Whoever) -> Session:
    """Who is signed in."""
    return Session(user=UserModel.model_validate(principal))


@router.delete("/session", status_code=204, responses=SIGNED_IN)
def sign_out(here: Here, principal: Whoever, response: Response) -> None:
    """Sign out: the session ends everywhere. An API token is not ended by this."""
    if not principal.by_token:
        with here.write() as connection:
            users.close_session(connection, principal.digest)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
