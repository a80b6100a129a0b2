"""Collecting parcels at stations: claims, codes, proxies, what waits, and counts of shelves."""

from typing import Annotated, Literal

from pydantic import Field

from hub.api.models.reference import Id
from hub.api.models.relief import ParcelName
from hub.api.models.shared import Day, Input, Instant, Model, Next
from wire.collecting import CLAIMED


class ClaimInput(Input):
    """Parcels that a device is about to hand over."""

    parcels: Annotated[list[ParcelName], Field(min_length=1, max_length=CLAIMED)]


class GivenModel(Model):
    """A parcel that was given out, or granted to another device. `at` is Unix time in milliseconds."""

    parcel: str
    at: int
    site: str
    device: str


class ClaimedModel(Model):
    """What the device may hand over, and what it may not; a parcel in neither list is not of its site."""

    granted: list[str]
    given: list[GivenModel]


class CodeModel(Model):
    """A new code. It is told to the recipient, and shown to the help-line that knows the recipient."""

    parcel: str
    sent: bool = Field(description="Whether a notice with it was queued; else somebody has to tell it.")
    code: str | None = Field(description="In groups of three; null for who is not to see it.")


class ParcelProxyInput(Input):
    """Which of the recipient's proxies gets a code for this parcel."""

    proxy: Annotated[int, Field(ge=1, le=1000, description="As numbered by GET .../proxies.")]


class ParcelProxyModel(Model):
    """Who may fetch for the recipient, masked."""

    proxy: int
    shown: str
    last4: str
    coded: bool = Field(description="Whether he has a code for this parcel.")


class ParcelProxies(Model):
    """The recipient's proxies."""

    rows: list[ParcelProxyModel]


class GoodsModel(Model):
    """So many of a lot."""

    item: str
    lot: str
    n: int


class StationParcel(Model):
    """A parcel as a station sees it: nothing of its recipient once it was given out."""

    id: str
    shelf_code: str = Field(description="Shelf and number, as on its label; empty where it stands on no shelf.")
    state: str
    request: str
    priority: int
    consignment: str
    organisation: str
    shown: str = Field(description="The recipient's name, masked.")
    last4: str = Field(description="The last digits of the telephone; empty where there is none.")
    waiting_since: Instant | None
    until: Day | None = Field(description="The last day on which it can be collected.")
    given_at: Instant | None
    reminded_at: Instant | None
    locked: bool = Field(description="Whether too many wrong codes were tried: it needs a new one.")
    coded: bool
    proxies: int
    claimed_by: str | None = Field(description="The device that was granted it last.")
    claimed_at: Instant | None
    goods: list[GoodsModel]


class StationPage(Next):
    """One page of a station's parcels, and how many of each there are."""

    counts: dict[str, int]
    rows: list[StationParcel]


class FindInput(Input):
    """Last four digits of a telephone, a shelf code as `A-2-417`, its number alone (`-417`), or a parcel's id."""

    text: Annotated[str, Field(min_length=4, max_length=100)]


class FoundParcels(Model):
    """At most 50."""

    rows: list[StationParcel]


class ShelfCountInput(Input):
    """What is counted; no shelf: all of the station."""

    shelf: Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x20/]*$")] = ""


class ShelfCountModel(Model):
    """A count; devices name it by the task `count:<id>`."""

    id: str
    site: Id
    shelf: str
    made_at: Instant
    made_by: str
    closed_at: Instant | None
    closed_by: str | None


class ShelfCounts(Model):
    """The latest first, at most 50."""

    rows: list[ShelfCountModel]


class MissingModel(Model):
    """A parcel that was not seen, and where it should stand."""

    parcel: str
    shelf_code: str
    shown: str


class ShelfCountWhole(ShelfCountModel):
    """A count with what was seen."""

    found: list[str]
    missing: list[MissingModel]
    besides: list[str] = Field(description="Seen, though they should not be there.")


Show = Literal["coming", "waiting", "overdue", "due-back", "locked", "given"]
