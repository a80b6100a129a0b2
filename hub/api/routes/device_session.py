"""How devices prove over HTTPS who they are, and what they then read: the data of their own site."""

import ipaddress
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from hub.admission import RefusedError
from hub.api.context import Context, Here
from hub.api.door import CallingDevice
from hub.api.faults import ApiError
from hub.api.models.device_session import (
    CertificateProof,
    ChallengeInput,
    ChallengeModel,
    DeviceSessionModel,
    PasswordProof,
    SiteDataModel,
)
from hub.api.models.shared import errors
from hub.core.access import API
from hub.device_sessions import DeviceSessions
from wire.device_session import SESSION_S
from wire.limits import MAX_SEQUENCE
from wire.sitedata import NULL, Record, SiteData

router = APIRouter(prefix=API, tags=["for devices"])

_TOO_MANY = 429
_NOT_HERE = ApiError(
    403,
    "tls-only",
    "Devices prove themselves by HTTPS only.",
    hint="Use the port that --https-port names; on the hub's own machine any port will do.",
)
_NO_SITE_DATA = ApiError(409, "no-site-data", "This hub keeps no data for devices.", hint="See its log.")


@router.post("/device-challenge", responses=errors(403, 409, 422))
def challenge(here: Here, request: Request, asked: ChallengeInput) -> ChallengeModel:
    """A number for a device to sign, good for a minute, and once."""
    return ChallengeModel(nonce=_sessions(here, request).challenge(asked.device))


@router.post("/device-session", responses=errors(403, 409, 422, 429, 503))
def open_session(here: Here, request: Request, proof: CertificateProof | PasswordProof) -> DeviceSessionModel:
    """A token for a device that proves who it is. A password is taken from the hub's own machine only."""
    sessions = _sessions(here, request)
    source = _source(request)
    try:
        if isinstance(proof, PasswordProof):
            if not _is_loopback(source):
                raise ApiError(403, "not-here", "A device with a password is let in on the hub's own machine only.",
                               hint="Let the device join, so that it has a certificate.")  # fmt: skip
            token = sessions.by_password(proof.device, proof.password, source=source)
        else:
            token = sessions.by_certificate(
                proof.device, proof.nonce, proof.certificate, proof.signature, source=source
            )
    except RefusedError as error:
        raise _told(error) from error
    return DeviceSessionModel(token=token, expires_s=SESSION_S)


@router.get("/site-data", responses=errors(401, 403, 409, 422, 429, 503), response_model=SiteDataModel)
def site_data(
    here: Here,
    device: CallingDevice,
    generation: Annotated[str | None, Query(max_length=40, description="Of what is held; none: nothing is.")] = None,
    after: Annotated[int, Query(ge=0, le=MAX_SEQUENCE, description="The version that is held.")] = 0,
    sscc_left: Annotated[
        int | None, Query(ge=0, le=MAX_SEQUENCE, description="How many numbers for handling units are left.")
    ] = None,
) -> Response:
    """What changed for the device that asks, after the version that it holds. Only what its site needs."""
    sessions = here.services.device_sessions
    if here.services.site_data is None or sessions is None:
        raise _NO_SITE_DATA
    try:
        sessions.pace(device)
    except RefusedError as error:
        raise _told(error) from error
    now, part = here.services.site_data.page(device, generation, after, sscc_left)
    records = tuple(
        Record(kind=row.kind, key=row.key, body=msgspec.Raw(NULL if row.body is None else row.body))
        for row in part.rows
    )
    page = SiteData(generation=now, version=part.version, reset=part.anew, more=part.more, records=records)
    return Response(msgspec.json.encode(page), media_type="application/json")


def _sessions(here: Context, request: Request) -> DeviceSessions:
    if here.services.device_sessions is None:
        raise _NO_SITE_DATA
    if request.url.scheme != "https" and not _is_loopback(_source(request)):
        raise _NOT_HERE
    return here.services.device_sessions


def _source(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _is_loopback(source: str) -> bool:
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _told(error: RefusedError) -> ApiError:
    headers = {} if error.wait_s is None else {"Retry-After": str(error.wait_s)}
    status = 403 if error.wait_s is None else _TOO_MANY
    return ApiError(status, error.code, str(error), hint="See docs/protocol.md, Site data.", headers=headers)
