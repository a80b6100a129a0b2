"""Reference data: sites, items, organisations, roads and the region."""

from collections.abc import Sequence
from typing import Any, cast

from fastapi import APIRouter
from sqlalchemy import Connection

from hub.api.base_map import base_map
from hub.api.context import Context, Here
from hub.api.door import Viewing, Whoever, named
from hub.api.models import reference as models
from hub.api.models.shared import SIGNED_IN, Done, errors
from hub.core.access import API
from hub.core.datum import to_wgs84
from hub.store import reference
from hub.store.decisions import note
from hub.store.users import Principal

router = APIRouter(prefix=API, tags=["reference"])

MARGIN_DEG = 0.05
CHANGED = errors(401, 403, 413, 422, 503)


@router.get("/sites", responses=SIGNED_IN)
def the_sites(here: Here, viewer: Viewing) -> models.Sites:
    """All sites with the pieces there that the viewer sees; in a large hub these may be some seconds old."""
    with here.services.database.read() as connection:
        stock = here.site_stock.value(connection, viewer) if viewer.indoors else {}
        found = reference.sites(connection)
    return models.Sites(
        sites=[
            models.SiteModel(
                id=site.id, name=site.name, name_zh=site.name_zh, kind=cast("models.SiteKind", site.kind),
                lat=site.lat_e7 / 1e7, lon=site.lon_e7 / 1e7, zone=site.zone, rule_owner=site.rule_owner,
                warn_days=site.warn_days, keep_days=site.keep_days, remind_days=site.remind_days, mark=site.mark,
                hours=site.hours,
                stock=stock.get(site.id, 0),
            )
            for site in found
        ]
    )  # fmt: skip


@router.put("/sites", responses=CHANGED)
def put_sites(here: Here, who: Whoever, sent: models.SiteList | list[models.SiteInput]) -> Done:
    """Add sites, or replace those with the same id; others stay."""
    sites = sent if isinstance(sent, list) else sent.sites
    rows = [_site(site) for site in sites]
    with here.write() as connection:
        reference.check_owners(connection, [row.rule_owner for row in rows])
        reference.put_sites(connection, rows)
        _tell(here, connection, who, "sites", [row.id for row in rows])
    return _done(here, len(rows))


@router.get("/items", responses=SIGNED_IN)
def the_items(here: Here) -> models.Items:
    """All items that have a name."""
    with here.services.database.read() as connection:
        found = reference.items(connection)
    return models.Items(items=[_item(item) for item in found])


@router.put("/items", responses=CHANGED)
def put_items(here: Here, who: Whoever, sent: models.ItemList | list[models.ItemInput]) -> Done:
    """Add items, or replace those with the same GTIN; others stay."""
    rows = [_as_kept(item) for item in (sent if isinstance(sent, list) else sent.items)]
    with here.write() as connection:
        reference.put_items(connection, rows)
        _tell(here, connection, who, "items", [row.gtin for row in rows])
    return _done(here, len(rows))


@router.get("/organisations", responses=SIGNED_IN)
def the_organisations(here: Here) -> models.Organisations:
    """Who owns goods."""
    with here.services.database.read() as connection:
        return models.Organisations.model_validate({"organisations": reference.organisations(connection)})


@router.put("/organisations", responses=CHANGED)
def put_organisations(here: Here, who: Whoever, sent: models.OrganisationList | list[models.OrganisationInput]) -> Done:
    """Add organisations, or replace those with the same id; others stay."""
    given = sent if isinstance(sent, list) else sent.organisations
    rows = [reference.Organisation(**one.model_dump()) for one in given]
    with here.write() as connection:
        reference.put_organisations(connection, rows)
        _tell(here, connection, who, "organisations", [row.id for row in rows])
    return _done(here, len(rows))


@router.get("/roads", responses=SIGNED_IN, response_model=models.Roads)
def the_roads(here: Here) -> Any:
    """The region's roads, as GeoJSON; an empty collection where none were entered."""
    with here.services.database.read() as connection:
        found = reference.document(connection, "roads")
    return found or {"type": "FeatureCollection", "features": []}


@router.put("/roads", responses=CHANGED)
def put_roads(here: Here, who: Whoever, roads: models.Roads) -> Done:
    """Replace all roads (up to 8 MiB)."""
    return _document(here, who, "roads", roads.model_dump(), len(roads.features))


@router.get("/region", responses=SIGNED_IN)
def the_region(here: Here) -> models.RegionShown:
    """What the map shows first: as entered, else around the sites, else the world. And the region's own map."""
    with here.services.database.read() as connection:
        found = reference.document(connection, "region")
        sites = reference.sites(connection) if found is None else []
    region = models.Region.model_validate(found) if found is not None else _around(sites)
    own, fault = base_map(here)
    return models.RegionShown(**region.model_dump(), base_map=own, base_map_fault=fault)


@router.put("/region", responses=CHANGED)
def put_region(here: Here, who: Whoever, region: models.Region) -> Done:
    """Replace what the map shows first."""
    return _document(here, who, "region", region.model_dump(), 1)


def _site(site: models.SiteInput) -> reference.Site:
    lat, lon = to_wgs84(site.lat, site.lon, site.datum)
    return reference.Site(
        id=site.id, name=site.name, name_zh=site.name_zh, kind=site.kind, lat_e7=round(lat * 1e7),
        lon_e7=round(lon * 1e7), zone=site.zone, rule_owner=site.rule_owner, warn_days=site.warn_days,
        keep_days=site.keep_days, remind_days=site.remind_days, hours=site.hours,
    )  # fmt: skip


def _item(item: reference.Item) -> models.ItemModel:
    inside = None
    if item.contains_gtin is not None and item.contains_n is not None:
        inside = models.PartModel(gtin=item.contains_gtin, n=item.contains_n)
    return models.ItemModel(
        gtin=item.gtin, name=item.name, name_zh=item.name_zh, unit=item.unit, category=item.category,
        contains=inside, kit=[models.PartModel(gtin=gtin, n=n) for gtin, n in item.kit],
        serial=item.serial, temperature=item.temperature, shelf_days=item.shelf_days,
    )  # fmt: skip


def _as_kept(item: models.ItemInput) -> reference.Item:
    inside = item.contains
    return reference.Item(
        gtin=item.gtin, name=item.name, name_zh=item.name_zh, unit=item.unit, category=item.category,
        contains_gtin=None if inside is None else inside.gtin, contains_n=None if inside is None else inside.n,
        kit=tuple((part.gtin, part.n) for part in item.kit),
        serial=item.serial, temperature=item.temperature, shelf_days=item.shelf_days,
    )  # fmt: skip


def _document(here: Context, who: Principal, key: str, value: object, count: int) -> Done:
    with here.write() as connection:
        reference.put_document(connection, key, value)
        _tell(here, connection, who, key, [])
    return _done(here, count)


def _tell(here: Context, connection: Connection, who: Principal, what: str, ids: Sequence[str]) -> None:
    """Tell the screens, and the log whose change it was, with the ids of what was entered."""
    note(connection, named(who), f"{what}-entered", what, " ".join(ids), here.now)
    reference.announce(connection, "reference", {"what": what}, here.now)


def _done(here: Context, count: int) -> Done:
    here.services.live.notify()
    return Done(count=count)


def _around(sites: list[reference.Site]) -> models.Region:
    if not sites:
        return models.Region(name="", center=(0.0, 20.0), zoom=1.5)
    lats = [site.lat_e7 / 1e7 for site in sites]
    lons = [site.lon_e7 / 1e7 for site in sites]
    center = ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    west, south = max(-180.0, min(lons) - MARGIN_DEG), max(-90.0, min(lats) - MARGIN_DEG)
    east, north = min(180.0, max(lons) + MARGIN_DEG), min(90.0, max(lats) + MARGIN_DEG)
    return models.Region(name="", center=center, zoom=8, bbox=(west, south, east, north))
