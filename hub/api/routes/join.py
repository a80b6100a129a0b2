"""How a device gets its certificate. Open to strangers: what they send is its own proof; wrong tries are limited."""

from typing import Final

from fastapi import APIRouter, Request, Response

from hub.admission import Admission, RefusedError
from hub.api.context import Context, Here
from hub.api.faults import NOT_LISTENING, ApiError
from hub.api.models.join import JoinedModel, JoinInput, RenewInput
from hub.api.models.shared import errors
from hub.core.access import API
from wire.joining import Joined

router = APIRouter(prefix=API, tags=["joining"])

_BAD: Final = frozenset({"bad-request", "bad-certificate"})
_PEM: Final = "application/x-pem-file"


@router.get(
    "/authority",
    response_class=Response,
    responses={**errors(403, 409), 200: {"content": {_PEM: {"schema": {"type": "string"}}}}},
)
def authority(here: Here, request: Request) -> Response:
    """The certificate of the hub's authority (PEM). A code for joining holds its fingerprint: compare before trust."""
    return Response(_admission(here, request).authority, media_type=_PEM)


@router.post("/join", responses=errors(403, 409, 422, 429, 503))
def join(here: Here, request: Request, asked: JoinInput) -> JoinedModel:
    """Join by a one-time code. The name comes from the invitation; of the request only the key counts.

    An answer that got lost is given again to the same key, as long as the code is valid.
    """
    try:
        joined = _admission(here, request).join(asked.code, asked.csr, source=_source(request))
    except RefusedError as error:
        raise _told(error) from error
    return _shown(here, joined)


@router.post("/renew", responses=errors(403, 409, 422, 429, 503))
def renew(here: Here, request: Request, asked: RenewInput) -> JoinedModel:
    """Get a new certificate by a valid one. The old one stays valid until its end."""
    try:
        joined = _admission(here, request).renew(asked.certificate, asked.csr, asked.signature, source=_source(request))
    except RefusedError as error:
        raise _told(error) from error
    return _shown(here, joined)


def _admission(here: Context, request: Request) -> Admission:
    if here.services.admission is None:
        raise NOT_LISTENING
    if request.url.scheme != "https":
        raise ApiError(403, "tls-only", "Devices join by HTTPS only.", hint="Use the port that --https-port names.")
    return here.services.admission


def _shown(here: Context, joined: Joined) -> JoinedModel:
    here.services.live.notify()
    return JoinedModel.model_validate(joined)


def _source(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _told(error: RefusedError) -> ApiError:
    if error.wait_s is not None:
        return ApiError(429, error.code, str(error), headers={"Retry-After": str(error.wait_s)})
    return ApiError(422 if error.code in _BAD else 403, error.code, str(error))
