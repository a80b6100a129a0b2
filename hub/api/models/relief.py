"""Requests and parcels, and what they have in common with consignments."""

from typing import Annotated, Literal

from pydantic import Field

from hub.api.models.allocation import ItemKey, N, Text
from hub.api.models.reference import Id
from hub.api.models.shared import Day, Input, Instant, Model, Next
from hub.api.models.space import GivenDay, RandomId
from hub.core.lifecycles import ParcelState, RequestState, Way
from hub.store.relief import MOST_LINES

Random = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Group = Literal["elderly", "disabled", "pregnant", "infant", "chronic"]
Priority = Annotated[int, Field(ge=1, le=3, description="1: first.")]
ParcelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}\.[0-9A-HJKMNP-TV-Z]{6}$")]
MOST_DECIDED = 500


class RequestLine(Input):
    """So much of an item."""

    item: ItemKey
    n: N = Field(description="Base units: pieces of this item.")


class RequestInput(Input):
    """What somebody asks for: one household, or one organisation's site."""

    id: RandomId = None
    organisation: Id | None = Field(default=None, description="Who serves it; staff: their own.")
    way: Way
    site: Id | None = Field(default=None, description="The station that hands it out, or the site that receives it.")
    recipient: Random | None = None
    incident: Random | None = None
    line: Random | None = Field(default=None, description="The help-line that took it.")
    call: Random | None = None
    priority: Priority = 2
    groups: Annotated[list[Group], Field(max_length=5)] = Field(default_factory=list)
    needed_by: GivenDay
    note: Text = Field(default="", description="Nothing about a person.")
    lines: Annotated[list[RequestLine], Field(min_length=1, max_length=MOST_LINES)]
    draft: bool = Field(default=False, description="Whether it is asked for later, by a submission.")


class GivenReason(Input):
    """Why; something has to be said."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class SplitPart(Input):
    """So much of one line."""

    line: Annotated[int, Field(ge=1, le=MOST_LINES)]
    n: N


class RequestSplit(Input):
    """What goes into a request of its own: nothing that is reserved."""

    id: RandomId = None
    lines: Annotated[list[SplitPart], Field(min_length=1, max_length=MOST_LINES)]


class Reroute(Input):
    """Another way, or another site."""

    way: Way
    site: Id | None = None
    reason: Text = ""


class AllocationInput(Input):
    """From where to take it."""

    site: Id | None = Field(default=None, description="The only site to take from; nothing: any.")


class BulkInput(Input):
    """One decision about many requests: all or none, but for the allocation, which gives each what there is."""

    event: Literal["submit", "approve", "refuse", "cancel", "allocate"]
    ids: Annotated[list[Random], Field(min_length=1, max_length=MOST_DECIDED)]
    reason: Text = ""
    site: Id | None = Field(default=None, description="For `allocate`: the only site to take from.")


class BulkModel(Model):
    """What became of it."""

    decided: int
    lacking: list[str] = Field(description="Requests that could not be given all they lack.")


class RequestLineModel(Model):
    """A line; `kept` base units of it are reserved, being picked or picked."""

    line: int
    item: str
    n: int
    need: str | None
    kept: int


class HistoryModel(Model):
    """What happened, and in which state the thing was then; `odd`: it does not fit."""

    at: Instant
    event: str
    action: str
    source: str
    target: str
    who: str
    device: str
    detail: str
    state: str
    odd: bool
    noted_at: Instant


May = Annotated[list[str], Field(description="The decisions that whoever asks may make in this state.")]


class RequestModel(Model):
    """A request; `shown` and `last4` are its recipient's masked name and last four figures."""

    id: str
    organisation: str
    incident: str | None
    line: str | None
    call: str | None
    recipient: str | None
    shown: str | None
    last4: str | None
    way: Way
    site: str | None
    priority: int
    groups: list[Group]
    needed_by: Day
    note: str
    state: RequestState
    odd: bool
    split_of: str | None
    made_at: Instant
    made_by: str
    changed_at: Instant
    lines: list[RequestLineModel]


class RequestPage(Next):
    """Requests, newest first."""

    rows: list[RequestModel]


class ContentModel(Model):
    """What is to go into a parcel: whole units of a lot."""

    line: int
    item: str
    lot: str
    owner: str
    n: int


class ProofModel(Model):
    """How it was made sure to whom a parcel was handed over."""

    way: str
    checked: bool
    proxy: int | None
    households: int | None
    photo: str | None


class ParcelModel(Model):
    """What one recipient gets. `number` is the end of its shelf code; `placed` the account where it was last."""

    id: str
    request: str
    consignment: str
    back: str | None = Field(description="The consignment that brings it back.")
    recipient: str | None
    shown: str | None
    last4: str | None
    way: Way
    station: str | None
    number: int
    state: ParcelState
    odd: bool
    placed: str
    at: Instant | None
    waiting_since: Instant | None
    until: Day | None
    given_at: Instant | None
    proof: ProofModel | None
    lines: list[ContentModel]
    made_at: Instant
    changed_at: Instant


class ParcelPage(Next):
    """Parcels, newest first."""

    rows: list[ParcelModel]


class ParcelWhole(ParcelModel):
    """A parcel, its history, and what can be decided about it."""

    may: May
    history: list[HistoryModel]


class RequestWhole(RequestModel):
    """A request, its parcels, its history, and what can be decided about it."""

    may: May
    parcels: list[ParcelModel]
    history: list[HistoryModel]


class AllocatedModel(Model):
    """What was reserved for a line, and what is lacking, in base units."""

    line: int
    item: str
    n: int
    lacking: int


class RequestAllocated(Model):
    """A request, and what was reserved for it just now."""

    request: RequestModel
    lines: list[AllocatedModel]


class ParcelReroute(Input):
    """Where it is handed out now."""

    way: Way
    station: Id | None = None
    reason: Text = ""
