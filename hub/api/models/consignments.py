"""Consignments: goods that go together."""

from typing import Annotated

from pydantic import Field

from hub.api.models.allocation import Text
from hub.api.models.reference import Id
from hub.api.models.relief import HistoryModel, May, ParcelName, Random
from hub.api.models.shared import Day, Input, Instant, Model, Next, ReasonInput
from hub.api.models.space import GivenDay
from hub.core.lifecycles import ConsignmentState, Way
from hub.store.consigning import MOST_REQUESTS

Vehicle = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", description="A vehicle's device name.")]


class ConsignmentInput(Input):
    """Goods for some requests that go together: what is reserved for them at one site."""

    requests: Annotated[list[Random], Field(min_length=1, max_length=MOST_REQUESTS)]
    from_site: Id | None = Field(default=None, description="Nothing: from a supplier, for the way `direct`.")
    to_site: Id | None = None
    way: Way
    vehicle: Vehicle | None = None
    due: GivenDay | None = None
    note: Text = ""


class ConsignmentModel(Model):
    """A consignment; `by_state` says how many of its parcels are in which state."""

    id: str
    organisation: str
    way: Way
    from_site: str | None
    to_site: str | None
    vehicle: str | None
    due: Day | None
    note: str
    state: ConsignmentState
    odd: bool
    back_of: str | None
    parcels: int
    by_state: dict[str, int]
    picks: list[str]
    units: list[str]
    made_at: Instant
    made_by: str
    changed_at: Instant


class ConsignmentPage(Next):
    """Consignments, newest first."""

    rows: list[ConsignmentModel]


class CustodyModel(Model):
    """Pieces of one lot and owner: dispatched = received + damaged + lost + in_transit + elsewhere."""

    item: str = Field(description="An item's key, or a handling unit of which no content is known.")
    lot: str
    owner: str
    planned: int = Field(description="What its parcels are to hold.")
    dispatched: int
    received: int
    damaged: int
    lost: int
    in_transit: int
    elsewhere: int


class ConsignmentWhole(ConsignmentModel):
    """A consignment, the custody of its goods, its history, and what can be decided about it."""

    may: May
    custody: list[CustodyModel]
    history: list[HistoryModel]


class BoardModel(Model):
    """What is in one state: how many, and the newest of them."""

    state: ConsignmentState
    count: int
    rows: list[ConsignmentModel]


class Board(Model):
    """Consignments that are not over, by state; states of which there is none are left out."""

    states: list[BoardModel]


class ConsignmentReturn(ReasonInput):
    """To which site of ours it comes back."""

    to_site: Id | None = Field(default=None, description="Nothing: to where it came from.")


class ConsignmentReroute(Input):
    """Where it goes now."""

    way: Way
    to_site: Id | None = None
    vehicle: Vehicle | None = None
    due: GivenDay | None = None
    reason: Text = ""


class ConsignmentSplit(Input):
    """Which of its parcels go by a consignment of their own."""

    parcels: Annotated[list[ParcelName], Field(min_length=1, max_length=MOST_REQUESTS)]
