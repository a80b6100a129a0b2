"""Reference data, sessions and the summary."""

import zoneinfo
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from hub.api.models.shared import Input, Instant, Model, Visible
from hub.core.datum import Datum
from hub.core.packing import MOST_PARTS
from hub.core.viewer import Role
from wire.checkdigits import is_checked, is_digits
from wire.sitedata import Temperature


def _gtin(text: str) -> str:
    if not is_digits(text) or len(text) not in (8, 12, 13, 14) or not is_checked(text) or not text.strip("0"):
        raise ValueError("a GTIN has 8, 12, 13 or 14 digits, the last of them its check digit")
    return text.zfill(14)


def _zone(text: str) -> str:
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("a time zone has a name of the IANA database, such as Asia/Shanghai") from error
    return text


def _finite(position: list[float]) -> list[float]:
    if not (-180 <= position[0] <= 180 and -90 <= position[1] <= 90):
        raise ValueError("a position is [longitude, latitude] in degrees")
    return position


Name = Annotated[Visible, Field(min_length=1, max_length=200)]
Chinese = Annotated[Visible, Field(max_length=200)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", examples=["wh-1"])]
SiteKind = Literal["warehouse", "station", "hospital", "camp"]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
LonLat = Annotated[list[float], Field(min_length=2, max_length=3), AfterValidator(_finite)]


class SiteInput(Input):
    """A place where goods are kept or handed out."""

    id: Id
    name: Name
    name_zh: Chinese = ""
    kind: SiteKind
    lat: Lat
    lon: Lon
    datum: Datum = Field(default=Datum.WGS84, description="What lat and lon are given in; they are kept as WGS84.")
    zone: Annotated[str, Field(max_length=64, examples=["Asia/Shanghai"]), AfterValidator(_zone)] = "UTC"
    rule_owner: Id | None = Field(default=None, description="Whose goods are that nobody named an owner for.")
    warn_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        default=30, description="So many days before its last one a lot is said to expire soon."
    )
    keep_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=7, description="So many days a parcel waits here for its recipient."
    )
    remind_days: Annotated[int, Field(ge=0, le=365)] = Field(
        default=3, description="After so many days of waiting the recipient is reminded; 0: never."
    )
    hours: Annotated[Visible, Field(max_length=200, description="When it is open, in words.")] = ""


class SiteModel(Model):
    """A site with the pieces that stand there, those in units included."""

    id: str
    name: str
    name_zh: str
    kind: SiteKind
    lat: float
    lon: float
    zone: str
    rule_owner: str | None
    warn_days: int
    keep_days: int
    remind_days: int
    mark: int | None = Field(description="The first two digits of its collection codes.")
    hours: str
    stock: int


class Sites(Model):
    """All sites, by id."""

    sites: list[SiteModel]


class SiteList(Input):
    """Sites to add or replace."""

    sites: Annotated[list[SiteInput], Field(max_length=10_000)]


Gtin = Annotated[str, AfterValidator(_gtin), Field(examples=["09501101530003"])]


class PartInput(Input):
    """So many of another item."""

    gtin: Gtin
    n: Annotated[int, Field(ge=1, le=1_000_000_000)]


class ItemInput(Input):
    """What a GTIN stands for. Each level of packing is an item of its own: a case holds pieces until it is opened."""

    gtin: Gtin
    name: Name
    name_zh: Chinese = ""
    unit: Annotated[Visible, Field(max_length=40)] = "piece"
    category: Annotated[Visible, Field(max_length=80)] = ""
    contains: PartInput | None = Field(default=None, description="What is in one, where it can be opened.")
    kit: Annotated[list[PartInput], Field(max_length=MOST_PARTS)] = Field(
        default=[], description="What one is put together of."
    )
    serial: bool = Field(default=False, description="Whether each has a number of its own.")
    temperature: Temperature = "ambient"
    shelf_days: Annotated[int, Field(ge=0, le=36_500)] | None = Field(
        default=None, description="So many days it has to be usable yet when somebody gets it."
    )

    @model_validator(mode="after")
    def _holds_others(self) -> Self:
        inside = [part.gtin for part in self.kit]
        if self.gtin in inside or (self.contains is not None and self.contains.gtin == self.gtin):
            raise ValueError("an item does not contain itself: name the GTIN of what is in it")
        if len(set(inside)) < len(inside):
            raise ValueError("a kit names each of its parts once: say how many of it by n")
        return self


class PartModel(Model):
    """So many of an item."""

    gtin: str
    n: int


class ItemModel(Model):
    """An item."""

    gtin: str
    name: str
    name_zh: str
    unit: str
    category: str
    contains: PartModel | None
    kit: list[PartModel]
    serial: bool
    temperature: str
    shelf_days: int | None


class Items(Model):
    """All items, by GTIN."""

    items: list[ItemModel]


class ItemList(Input):
    """Items to add or replace."""

    items: Annotated[list[ItemInput], Field(max_length=10_000)]


class OrganisationInput(Input):
    """Who owns goods."""

    id: Id
    name: Name
    name_zh: Chinese = ""


class OrganisationModel(Model):
    """An organisation."""

    id: str
    name: str
    name_zh: str


class Organisations(Model):
    """All organisations, by id."""

    organisations: list[OrganisationModel]


class OrganisationList(Input):
    """Organisations to add or replace."""

    organisations: Annotated[list[OrganisationInput], Field(max_length=10_000)]


class LineString(Model):
    """A line of [longitude, latitude] (RFC 7946, 3.1.4)."""

    type: Literal["LineString"]
    coordinates: Annotated[list[LonLat], Field(min_length=2)]


class Road(Model):
    """A road; `properties.name` is shown on the map."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: Literal["Feature"]
    geometry: LineString
    properties: dict[str, Any] | None = None


class Roads(Model):
    """GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: Annotated[list[Road], Field(max_length=50_000)]


class Region(Model):
    """What the map shows first."""

    name: Annotated[Visible, Field(max_length=200)]
    name_zh: Chinese = ""
    center: tuple[Lon, Lat]
    zoom: Annotated[float, Field(ge=0, le=24, allow_inf_nan=False)]
    bbox: tuple[Lon, Lat, Lon, Lat] | None = Field(default=None, description="West, south, east, north.")


class BaseMapModel(Model):
    """The region's own map, `GET /region.pmtiles`: a PMTiles file, read by ranges."""

    name: str
    attribution: str = Field(description="Whose map it is, as text: to be shown with it.")
    tiles: Literal["mvt", "png", "jpeg", "webp", "avif"] = Field(description="mvt: vector tiles.")
    min_zoom: int
    max_zoom: int
    bbox: tuple[float, float, float, float] = Field(description="West, south, east, north.")
    size: int = Field(description="Bytes.")
    version: str = Field(description="Another one when the file was replaced.")


class RegionShown(Region):
    """What the map shows first, and the region's own map where somebody put one into the hub's data folder."""

    base_map: BaseMapModel | None = None
    base_map_fault: str | None = Field(default=None, description="Why the file that is there cannot be shown.")


class SignInInput(Input):
    """Name and password, as they are: spaces at their ends count."""

    model_config = ConfigDict(str_strip_whitespace=False)

    user: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class UserModel(Model):
    """Who is signed in."""

    name: str
    role: Role
    organisation: str | None = Field(description="Whose staff it is; null: of none.")
    site: str | None = Field(description="Where an operator or clerk works; null: everywhere.")


class Session(Model):
    """A session."""

    user: UserModel


class SettingsModel(Model):
    """How the hub is set up."""

    version: str
    ledger: str
    listening: bool = Field(description="Whether devices on other machines may join.")
    notices: str = Field(description="The host that notices are sent by; empty: they are not sent.")
    keep_days: int = Field(description="So long recipients are kept after their last call, change or request.")
    public_url: str = Field(description="Where recipients reach this hub; empty: nowhere but here.")
    company_prefix: str = Field(description="What handling units are numbered with; empty: nobody said.")


class Health(Model):
    """The hub is there."""

    status: Literal["ok"]
    ledger: str
    run: str
    version: str


class Ready(Model):
    """The hub takes in what devices deliver."""

    status: Literal["ready"]


class SummaryModel(Model):
    """The numbers that stand above everything else."""

    facts: int = Field(description="Scans, counts and voids that are committed.")
    scans: int
    positions: int
    devices_online: int
    devices: int
    quarantined: int
    discrepancies: int
    gaps_open: int
    stock_units: int = Field(description="Pieces in the network: in places, in units, on the way.")
    generated_at: Instant
