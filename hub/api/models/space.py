"""Room in warehouses: capacities, bookings, calendar."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from hub.api.models.reference import Id
from hub.api.models.shared import Day, Input, Instant, Model, Next
from hub.core.days import as_date
from hub.core.space import Measure, State, Temperature

RandomId = Annotated[
    str | None,
    Field(
        pattern=r"^[0-9a-f]{16}$",
        description="Its identity, random. Who gives one may ask again without doing it twice.",
    ),
]


def _given_day(text: str) -> str:
    digits = text.replace("-", "")
    if (
        len(text) != 10
        or text[4] + text[7] != "--"
        or not (digits.isascii() and digits.isdecimal())
        or len(digits) != 8
    ):
        raise ValueError("write a day like 2026-11-23")
    as_date(int(digits))
    return text


GivenDay = Annotated[
    str, AfterValidator(_given_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-23"]})
]
"""A date, to be read with `number`."""


def number(day: str) -> int:
    """A given day as yyyymmdd."""
    return int(day.replace("-", ""))


Amount = Annotated[
    int,
    Field(ge=1, le=1_000_000_000, description="Whole pallet places; for `m3`, thousandths of a cubic metre."),
]


class CapacityInput(Input):
    """How much room of one kind a site has."""

    site: Id
    temperature: Temperature
    measure: Measure
    amount: Annotated[int, Field(ge=0, le=1_000_000_000, description="Pallet places, or thousandths of a m3.")]
    anyway: bool = Field(default=False, description="Set it also where more is approved already: it is overbooked.")


class CapacityList(Input):
    """Capacities to set; others stay."""

    capacities: Annotated[list[CapacityInput], Field(min_length=1, max_length=1_000)]


class CapacityModel(Model):
    """How much room of one kind a site has."""

    site: str
    temperature: Temperature
    measure: Measure
    amount: int
    overbooked: bool = Field(description="Whoever set it knew that more was approved.")


class Capacities(Model):
    """All rooms, by site."""

    capacities: list[CapacityModel]


class CapacitiesSet(Model):
    """What setting capacities did."""

    count: int
    approved: list[str] = Field(description="Bookings of the waiting list that fit now.")


class BookingInput(Input):
    """Room that an organisation asks for."""

    id: RandomId = None
    organisation: Id | None = Field(default=None, description="For whom; staff ask for their own.")
    site: Id
    temperature: Temperature
    measure: Measure
    amount: Amount
    first_day: GivenDay
    last_day: GivenDay = Field(description="Included.")
    note: Annotated[str, Field(max_length=500)] = ""


class BookingModel(Model):
    """A booking."""

    id: str
    organisation: str
    site: str
    temperature: Temperature
    measure: Measure
    amount: int
    first_day: Day
    last_day: Day
    note: str
    state: State = Field(description="`ended` and `lapsed` follow from the day at the site.")
    asked_at: Instant
    asked_by: str
    decided_at: Instant | None
    decided_by: str | None
    reason: str


class BookingPage(Next):
    """Bookings, newest first."""

    rows: list[BookingModel]


class Approval(Input):
    """How to approve."""

    wait: bool = Field(default=False, description="Where it does not fit: put it on the waiting list.")


class Refusal(Input):
    """Why not."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class DayModel(Model):
    """One day of a room."""

    day: Day
    capacity: int
    free: int
    own: int = Field(description="Approved for the organisation of whoever asks.")
    over: int | None = Field(description="Approved beyond the capacity; null for staff of organisations.")


class Calendar(Model):
    """Every day of a window."""

    days: list[DayModel]


StoredState = Literal["requested", "waiting", "approved", "refused", "withdrawn", "released"]
