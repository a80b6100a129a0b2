"""Who may hand a parcel over, and to whom: claims of devices, codes and proxies."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import Connection

from hub import collecting
from hub.admission import RefusedError
from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import CallingDevice, Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import collecting as models
from hub.api.models.relief import ParcelName
from hub.api.models.shared import Done, errors
from hub.api.relieving import found
from hub.collecting import CollectingError
from hub.consequences import ANNOUNCED, tell_proxies
from hub.core.access import API
from hub.core.lifecycles import OVER
from hub.core.viewer import Role, Viewer
from hub.store import claims, decisions, devices, notices, recipients
from hub.store import collecting as store
from hub.store.help_lines import knows
from hub.store.relief import Found
from hub.store.users import Principal
from wire.collecting import grouped

router = APIRouter(prefix=API, tags=["stations"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
ParcelPath = Annotated[ParcelName, Path(description="A parcel's id, as in `RR:P:<id>`.")]


@router.post("/claims", responses=errors(401, 403, 409, 422, 429, 503))
def claim(here: Here, device: CallingDevice, sent: models.ClaimInput) -> models.ClaimedModel:
    """Ask, before parcels are handed over, whether anybody else was quicker. Of all devices one is granted each."""
    sessions = here.services.device_sessions
    try:
        if sessions is not None:
            sessions.pace(device)
    except RefusedError as error:
        raise ApiError(429, error.code, str(error), hint="Ask again later.") from error
    with here.write() as connection:
        site = devices.site_of(connection, device)
        told = claims.claim(connection, device, site, sent.parcels, here.now)
    return models.ClaimedModel.model_validate(told)


@router.delete("/parcels/{parcel}/claim", responses=CHANGED)
def release(here: Here, who: Whoever, viewer: Viewing, parcel: ParcelPath) -> Done:
    """Say that nothing came of a claim, where the device that has it is gone: another may hand the parcel over then."""
    with deciding(here, "consignment", parcel=[parcel]) as connection:
        found(connection, viewer, "parcel", parcel)
        had = claims.release(connection, parcel)
        decisions.note(connection, named(who), "claim-released", parcel, "", here.now)
    return Done(count=int(had))


@router.post("/parcels/{parcel}/code", responses=CHANGED)
def renew(here: Here, who: Whoever, viewer: Viewing, parcel: ParcelPath) -> models.CodeModel:
    """A new code; the old one, and those of proxies, open nothing any more. Unlocks what was locked."""
    with deciding(here, "consignment", parcel=[parcel]) as connection:
        row = _collected(connection, viewer, parcel)
        try:
            code = collecting.renew(connection, here.services.vault, parcel, here.now)
        except CollectingError as error:
            raise _no_code(error) from error
        decisions.note(connection, named(who), "code-renewed", parcel, "", here.now)
        sent = notices.enqueue(
            connection, here.services.vault, kind="new-code", recipient=row.recipient, about=f"parcel:{row.id}",
            values={"code": code, **store.station_names(connection, row.station)}, now=here.now,
        )  # fmt: skip
        if row.state in ANNOUNCED:
            tell_proxies(connection, here.services.vault, row, here.now)
        return _told(here, connection, who, row, code, sent=bool(sent))


@router.get("/parcels/{parcel}/proxies", responses=errors(401, 403, 404, 422, 503))
def the_proxies(here: Here, viewer: Viewing, parcel: ParcelPath) -> models.ParcelProxies:
    """Who may fetch it for its recipient, masked, and who of them has a code for it."""
    with here.services.database.read() as connection:
        row = found(connection, viewer, "parcel", parcel)
        coded = {one.proxy for one in store.codes(connection, [parcel]).get(parcel, ())}
        known = [] if row.state in OVER else store.proxies_of(connection, row.recipient)
    return models.ParcelProxies(
        rows=[models.ParcelProxyModel(proxy=n, shown=shown, last4=last4, coded=n in coded) for n, shown, last4 in known]
    )


@router.post("/parcels/{parcel}/proxies", status_code=201, responses=CHANGED)
def add_proxy(
    here: Here, who: Whoever, viewer: Viewing, parcel: ParcelPath, sent: models.ParcelProxyInput
) -> models.CodeModel:
    """Give one of the recipient's proxies a code of his own. The recipient hears it, and passes it on."""
    with deciding(here, "consignment", parcel=[parcel]) as connection:
        row = _collected(connection, viewer, parcel)
        if sent.proxy not in [n for n, *_ in store.proxies_of(connection, row.recipient)]:
            hint = "The help-line registers proxies: POST /api/v1/recipients/{recipient}/proxies."
            raise ApiError(404, "no-proxy", f"The recipient has no proxy {sent.proxy}.", hint=hint)
        try:
            code = collecting.add_proxy(connection, here.services.vault, parcel, sent.proxy, here.now)
        except CollectingError as error:
            raise _no_code(error) from error
        decisions.note(connection, named(who), "proxy-code-made", parcel, f"proxy {sent.proxy}", here.now)
        told = tell_proxies(connection, here.services.vault, row, here.now, sent.proxy)
        return _told(here, connection, who, row, code, sent=told)


@router.delete("/parcels/{parcel}/proxies/{proxy}", responses=CHANGED)
def drop_proxy(
    here: Here, who: Whoever, viewer: Viewing, parcel: ParcelPath, proxy: Annotated[int, Path(ge=1, le=1000)]
) -> Done:
    """Take a proxy's code for this parcel back."""
    with deciding(here, "consignment", parcel=[parcel]) as connection:
        found(connection, viewer, "parcel", parcel)
        had = collecting.drop_proxy(connection, parcel, proxy)
        decisions.note(connection, named(who), "proxy-code-dropped", parcel, f"proxy {proxy}", here.now)
    return Done(count=int(had))


def _collected(connection: Connection, viewer: Viewer, parcel: str) -> Found:
    row = found(connection, viewer, "parcel", parcel)
    if row.state in OVER:
        raise ApiError(409, "wrong-state", f"The parcel {parcel} is {row.state}.", hint="It needs no code any more.")
    return row


def _no_code(error: CollectingError) -> ApiError:
    return ApiError(409, "no-code", str(error), hint="Codes are for parcels that go to a station or by a vehicle.")


def _told(
    here: Context, connection: Connection, who: Principal, row: Found, code: str, *, sent: bool
) -> models.CodeModel:
    """The code goes to the recipient; nobody who could hand the parcel over to himself sees it."""
    seen = who.role is Role.HELPLINE and row.recipient is not None and knows(connection, named(who), row.recipient)
    if seen:
        recipients.note_view(connection, named(who), row.recipient, "code shown", here.now)
    return models.CodeModel(parcel=row.id, sent=sent, code=grouped(code) if seen else None)
