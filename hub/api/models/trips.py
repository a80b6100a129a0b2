"""Trips of unmanned vehicles."""

from pydantic import Field

from hub.api.models.shared import Day, Instant, Model, Next
from hub.core.trips import TripEvent, TripState


class TripModel(Model):
    """What a consignment put into a vehicle, and where it is; all of it by facts."""

    consignment: str
    vehicle: str
    organisation: str
    from_site: str | None
    to_site: str | None
    due: Day | None
    state: TripState
    parcels: int
    aboard: int = Field(description="So many parcels are in the vehicle now.")
    handed: int
    back: int = Field(description="So many were taken out again at a site: nobody took them.")
    departed_at: Instant | None = Field(description="When it first set out.")
    arrived_at: Instant | None = Field(description="When it last arrived.")


class TripPage(Next):
    """Trips, the latest planned first."""

    rows: list[TripModel]


class CompartmentModel(Model):
    """What is in a compartment."""

    compartment: str = Field(description="Empty: in the vehicle itself.")
    parcel: str
    state: str
    shown: str
    last4: str


class TripStepModel(Model):
    """Something that happened; `parcel` is empty where it happened to the vehicle."""

    at: Instant
    event: TripEvent
    parcel: str
    compartment: str


class WholeTripModel(TripModel):
    """A trip with what is aboard and what happened."""

    compartments: list[CompartmentModel]
    steps: list[TripStepModel]
