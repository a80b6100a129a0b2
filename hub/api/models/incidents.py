"""Incidents, what lies in their area, proposals and readiness."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from hub.api.models.reference import Chinese, Id, Lat, Lon, LonLat, Name
from hub.api.models.shared import Input, Instant, Model, Next, When
from hub.api.models.space import GivenDay, RandomId
from hub.core.areas import MOST_RADIUS_KM, Circle, Polygon, Shape, reason
from hub.core.incidents import State
from hub.core.lifecycles import Way

Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Text = Annotated[str, Field(max_length=10_000)]


class CircleInput(Input):
    """All that is no further than so many km."""

    lat: Lat
    lon: Lon
    radius_km: Annotated[float, Field(gt=0, le=MOST_RADIUS_KM, allow_inf_nan=False)]


class IncidentInput(Input):
    """What happened, typed in. Positions are WGS 84."""

    id: RandomId = None
    name: Name
    name_zh: Chinese = ""
    kind: Annotated[str, Field(max_length=200, examples=["Earthquake"])] = ""
    severity: Severity = "Unknown"
    exercise: bool = False
    alerted_at: When | None = Field(default=None, description="Since when it is known; null: now.")
    description: Text = ""
    circles: Annotated[list[CircleInput], Field(max_length=100)] = Field(default=[])
    polygons: Annotated[
        list[Annotated[list[LonLat], Field(min_length=4, max_length=10_000)]], Field(max_length=100)
    ] = Field(default=[], description="Outer rings of [longitude, latitude], the last point is the first.")

    @model_validator(mode="after")
    def _areas(self) -> Self:
        wrong = next(filter(None, map(reason, self.shapes)), None)
        if wrong is not None:
            raise ValueError(wrong)
        return self

    @property
    def shapes(self) -> tuple[Shape, ...]:
        circles = [Circle((one.lat, one.lon), one.radius_km) for one in self.circles]
        rings = [Polygon(tuple((lat, lon) for lon, lat, *_ in ring)) for ring in self.polygons]
        return (*circles, *rings)


class WordsModel(Model):
    """What an alert says in one language."""

    language: str
    event: str
    headline: str
    description: str
    instruction: str
    area: str


class IncidentModel(Model):
    """An incident."""

    id: str
    name: str
    name_zh: str
    kind: str
    severity: Severity
    exercise: bool
    state: State
    alerted_at: Instant
    expires_at: Instant | None
    made_at: Instant
    made_by: str
    state_at: Instant
    state_by: str


class IncidentPage(Next):
    """Incidents, newest first."""

    rows: list[IncidentModel]


class AlertModel(Model):
    """An alert that speaks of an incident."""

    sender: str
    identifier: str
    sent: Instant
    kind: str
    headline: str


class SettlementModel(Model):
    """Where people live; null where nobody counted."""

    id: str
    name: str
    name_zh: str
    lat: float
    lon: float
    population: int
    households: int | None
    elderly: int | None
    disabled: int | None
    pregnant: int | None
    infant: int | None
    chronic: int | None


class ThereModel(Model):
    """A site in the area."""

    id: str
    name: str
    name_zh: str
    kind: str
    lat: float
    lon: float


class ClockModel(Model):
    """When the response did its first steps; null: not yet. `load_s`: seconds from the alert to the first load."""

    alerted_at: Instant
    asked_at: Instant | None
    loaded_at: Instant | None
    given_at: Instant | None
    load_s: int | None


class WantedModel(Model):
    """Base units of an item: in requests that are not over, and in those that are fulfilled."""

    item: str
    n: int
    given: int


class IncidentWhole(Model):
    """An incident with what lies in its area (the first settlements; their count is of all) and its response."""

    incident: IncidentModel
    words: list[WordsModel]
    alerts: list[AlertModel]
    area: dict[str, Any] = Field(description="GeoJSON: a FeatureCollection of polygons.")
    centre: tuple[float, float] | None = Field(
        description="Longitude and latitude of the midst of the people in the area."
    )
    settlements: list[SettlementModel]
    settlements_count: int
    population: int
    households: int
    sites: list[ThereModel]
    requests: dict[str, int] = Field(description="How many requests are in each state.")
    parcels: dict[str, int]
    wanted: list[WantedModel]
    clock: ClockModel


class AlertTaken(Model):
    """What an alert was taken for; no incident: a cancel that waits for its alert."""

    incidents: list[str]


class ProposalInput(Input):
    """What to send to whom. A dry run makes no requests."""

    dry_run: bool = True
    organisation: Id | None = Field(default=None, description="Who serves them; staff ask for their own.")
    days: Annotated[int, Field(ge=1, le=365)] | None = Field(default=None, description="Null: as the rates say.")
    percent: Annotated[int, Field(ge=1, le=100)] = Field(default=100, description="So many of a hundred need help.")
    settlements: Annotated[list[Id], Field(max_length=2_000)] | None = Field(
        default=None, description="Null: all in the area."
    )
    rates: Annotated[list[Id], Field(max_length=50)] | None = Field(
        default=None, description="Null: all that hold for such an incident."
    )
    way: Way = Way.STATION
    needed_by: GivenDay | None = Field(default=None, description="Null: in two days.")
    priority: Annotated[int, Field(ge=1, le=3)] = 2


class ProposedLine(Model):
    """So many base units of an item, and by which rates."""

    item: str
    n: int
    rates: list[str] = Field(default=[])


class ProposalRow(Model):
    """One settlement. `request`: what was made for it, now (`made`) or before."""

    settlement: str
    name: str
    name_zh: str
    people: int
    households: int
    site: str | None
    km: float | None
    lines: list[ProposedLine]
    request: str | None
    made: bool


class ProposalModel(Model):
    """A proposal; `lacking` are rates for which nobody chose an item yet."""

    days: int
    percent: int
    rows: list[ProposalRow]
    totals: list[ProposedLine]
    lacking: list[str]
    made: int


class ReadyItemModel(Model):
    """Base units of an item at a site; `could`: so many more kits can be put together there."""

    item: str
    needed: int
    free: int
    could: int
    percent: int


class ReadyModel(Model):
    """A site: what it could give, and how far it is from the midst of the people (`by` road or a straight line)."""

    site: str
    name: str
    name_zh: str
    kind: str
    lat: float
    lon: float
    km: float | None
    by: Literal["road", "line"] | None
    percent: int
    held: list[ReadyItemModel]


class ReadinessModel(Model):
    """How ready each site is. `of`: what is needed is what requests ask for, or, while there are none, a proposal."""

    of: Literal["requests", "proposal", "nothing"]
    needed: list[ProposedLine]
    rows: list[ReadyModel]
