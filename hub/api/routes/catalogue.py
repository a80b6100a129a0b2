"""Bins of sites, our own labels for goods, notes of lots, numbers of handling units, and where devices stand."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection, select

from hub.api.context import Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import catalogue as models
from hub.api.models.allocation import ItemKey
from hub.api.models.reference import Id
from hub.api.models.shared import SIGNED_IN, DeviceName, Done, errors
from hub.api.models.space import number
from hub.core.access import API
from hub.store import bins, decisions, devices, lots, reference, schema, sscc

router = APIRouter(prefix=API, tags=["reference"])

CHANGED = errors(401, 403, 404, 413, 422, 503)
SiteId = Annotated[Id, Path(description="A site's id.")]


@router.get("/sites/{site}/bins", responses=errors(401, 403, 404, 422, 503))
def the_bins(here: Here, viewer: Viewing, site: SiteId) -> models.Bins:
    """The places inside of a site."""
    with here.services.database.read() as connection:
        if not viewer.may_see_site(site):
            raise _no_site(site)
        _check_site(connection, site)
        return models.Bins.model_validate({"bins": bins.bins(connection, site)})


@router.put("/sites/{site}/bins", responses=CHANGED)
def put_bins(here: Here, who: Whoever, site: SiteId, sent: models.BinList) -> Done:
    """Add bins, or replace those with the same code; others stay."""
    rows = [bins.Bin(**one.model_dump()) for one in sent.bins]
    with deciding(here, "reference", what="bins") as connection:
        _check_site(connection, site)
        reference.check_owners(connection, [row.owner for row in rows])
        bins.put_bins(connection, site, rows)
        decisions.note(connection, named(who), "bins-entered", site, " ".join(row.code for row in rows), here.now)
    return Done(count=len(rows))


@router.delete("/sites/{site}/bins/{code}", responses=CHANGED)
def remove_bin(here: Here, who: Whoever, site: SiteId, code: Annotated[models.BinCode, Path()]) -> Done:
    """Forget a bin. What stands there stays in the ledger."""
    with deciding(here, "reference", what="bins") as connection:
        if not bins.remove_bin(connection, site, code):
            raise ApiError(404, "no-bin", f"{site} has no bin {code}.", hint="GET /api/v1/sites/SITE/bins lists them.")
        decisions.note(connection, named(who), "bin-removed", f"{site}/{code}", "", here.now)
    return Done(count=1)


@router.get("/goods-codes", responses=SIGNED_IN)
def the_codes(here: Here) -> models.GoodsCodes:
    """Our own labels for goods without a barcode."""
    with here.services.database.read() as connection:
        return models.GoodsCodes.model_validate({"codes": bins.goods_codes(connection)})


@router.put("/goods-codes", responses=errors(401, 403, 413, 422, 503))
def put_codes(here: Here, who: Whoever, sent: models.GoodsCodeList) -> Done:
    """Add labels for goods, or replace those with the same code; others stay."""
    rows = [bins.GoodsCode(**one.model_dump()) for one in sent.codes]
    with deciding(here, "reference", what="codes") as connection:
        bins.put_goods_codes(connection, rows)
        decisions.note(connection, named(who), "codes-entered", "codes", " ".join(row.code for row in rows), here.now)
    return Done(count=len(rows))


@router.get("/lots/notes", responses=SIGNED_IN)
def the_notes(
    here: Here,
    item: Annotated[ItemKey | None, Query()] = None,
    history: Annotated[bool, Query(description="Also what counts no longer, the newest first.")] = False,
) -> models.Notes:
    """Lots that were recalled, set aside or released, and dates that labels do not say."""
    with here.services.database.read() as connection:
        return models.Notes.model_validate({"notes": lots.notes(connection, item, history=history)})


@router.post("/lots/notes", status_code=201, responses=errors(401, 403, 413, 422, 503))
def add_note(here: Here, who: Whoever, sent: models.NoteInput) -> models.NoteModel:
    """Recall a lot, set it aside, or release it. Devices hear of it, and warn whoever scans it."""
    by = named(who)
    note = lots.Note(
        item=sent.item, lot=sent.lot, state=sent.state, reason=sent.reason, at=here.now, by=by,
        expiry=None if sent.expiry is None else number(sent.expiry),
    )  # fmt: skip
    with deciding(here, "reference", what="lots") as connection:
        lots.add_note(connection, note)
        decisions.note(connection, by, f"lot-{note.state}", f"{note.item} {note.lot}", note.reason, here.now)
    return models.NoteModel.model_validate(note)


@router.get("/numbering", responses=SIGNED_IN)
def the_numbering(here: Here) -> models.NumberingModel:
    """The prefix that handling units are numbered with."""
    with here.services.database.read() as connection:
        return models.NumberingModel(company_prefix=sscc.company_prefix(connection))


@router.put("/numbering", responses=errors(401, 403, 413, 422, 503))
def put_numbering(here: Here, who: Whoever, sent: models.NumberingInput) -> Done:
    """Number handling units with this prefix from now on; what devices hold of another one they use up."""
    with deciding(here, "reference", what="numbering") as connection:
        sscc.put_company_prefix(connection, sent.company_prefix)
        decisions.note(connection, named(who), "numbering-set", sent.company_prefix, "", here.now)
    return Done(count=1)


@router.get("/devices/{name}/site", responses=errors(401, 403, 404, 422, 503))
def the_place(here: Here, name: DeviceName) -> models.PlacingModel:
    """Where a device stands."""
    with here.services.database.read() as connection:
        if not devices.is_in(connection, name):
            raise _no_device(name)
        return models.PlacingModel(device=name, site=devices.site_of(connection, name))


@router.put("/devices/{name}/site", responses=CHANGED)
def place(here: Here, who: Whoever, name: DeviceName, sent: models.PlacingInput) -> models.PlacingModel:
    """Say where a device stands: it is told what that site needs, and forgets what it was told of another one."""
    with here.write() as connection:
        if not devices.is_in(connection, name):
            raise _no_device(name)
        if sent.site is not None:
            _check_site(connection, sent.site)
        devices.place(connection, name, sent.site)
        decisions.note(connection, named(who), "device-placed", name, sent.site or "nowhere", here.now)
        reference.announce(connection, "device", {"names": [name]}, here.now)
    here.services.live.notify()
    return models.PlacingModel(device=name, site=sent.site)


def _check_site(connection: Connection, site: str) -> None:
    if connection.execute(select(schema.site.c.id).where(schema.site.c.id == site)).first() is None:
        raise _no_site(site)


def _no_site(site: str) -> ApiError:
    return ApiError(404, "no-site", f"There is no site {site}.", hint="GET /api/v1/sites lists them.")


def _no_device(name: str) -> ApiError:
    return ApiError(404, "no-device", f"There is no device {name}.", hint="GET /api/v1/devices lists them.")
