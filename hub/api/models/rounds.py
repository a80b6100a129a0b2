"""Rounds of couriers, what they say of each door, and photos."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hub.api.models.reference import Id, Lat, Lon
from hub.api.models.shared import Day, Input, Instant, Model, Next, When
from hub.core.rounds import WHY, RoundState, StopState, Told
from hub.store.rounds import MOST_STOPS

ParcelId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}\.[0-9A-HJKMNP-TV-Z]{6}$", examples=["door.4K7M2Q"])]
PhotoId = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the picture as it is kept.")]
MOST_PARCELS = 100
"""Of one outcome: a building."""
MOST_OUTCOMES = 100
"""Of one request."""


class DoorInput(Input):
    """A parcel of a round."""

    parcel: ParcelId
    lat: Lat | None = Field(default=None, description="Where the door is, if anybody knows.")
    lon: Lon | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("a position has a latitude and a longitude")
        return self


class RoundInput(Input):
    """Who brings which parcels to their doors, and from where."""

    site: Id
    courier: Annotated[str, Field(min_length=1, max_length=100, description="A user with the role courier.")]
    parcels: Annotated[list[DoorInput], Field(min_length=1, max_length=MOST_STOPS)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len({each.parcel for each in self.parcels}) < len(self.parcels):
            raise ValueError("each parcel stands on a round once")
        return self


class RoundModel(Model):
    """A round in a list."""

    id: str
    site: str
    courier: str
    state: RoundState
    parcels: int
    given: int = Field(description="So many of its parcels reached somebody.")
    made_at: Instant
    made_by: str
    ended_at: Instant | None


class RoundPage(Next):
    """Rounds, the latest planned first."""

    rows: list[RoundModel]


class StopLine(Model):
    """Goods in a parcel."""

    item: str
    name: str
    name_zh: str
    n: int


class WaitingModel(Model):
    """A parcel that goes to a door and is on no round yet."""

    parcel: str
    state: str
    priority: int
    needed_by: Day
    shown: str
    last4: str
    lines: list[StopLine]


class CourierModel(Model):
    """Somebody who may be sent on rounds."""

    name: str
    shown: str = Field(description="The name for people; empty: the same.")


class SendingModel(Model):
    """What a round from a site can be made of."""

    parcels: list[WaitingModel]
    couriers: list[CourierModel]


class DoorModel(Model):
    """Whom a courier visits, in full: for the courier of a round that is not over, and noted in the log of views."""

    name: str
    phone: str
    address: str
    note: str
    language: Literal["en", "zh"]
    groups: list[str]


class StopModel(Model):
    """One parcel of a round; those of one door have the same `place`."""

    parcel: str
    place: int
    state: StopState
    attempts: int
    shown: str = Field(description="The masked name.")
    last4: str
    lat: float | None
    lon: float | None
    lines: list[StopLine]
    door: DoorModel | None = Field(description="Null for everybody but the courier of the round.")


class OutcomeModel(Model):
    """What was said of a parcel."""

    id: str
    parcel: str
    told: Told
    why: str
    way: Literal["code", "person", "neighbour", "leader", "contactless", "proxy"] | None
    checked: bool
    photo: str | None
    warned: list[str]
    at: Instant
    received_at: Instant
    by: str


class WholeRound(RoundModel):
    """A round with its stops, and what was said of them."""

    stops: list[StopModel]
    outcomes: list[OutcomeModel]


class OutcomeInput(Input):
    """What happened at a door, under an id that the telephone made: sent again it counts once."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,40}$")]
    told: Told
    parcels: Annotated[list[ParcelId], Field(min_length=1, max_length=MOST_PARCELS)]
    at: When = Field(description="By the telephone's own clock.")
    way: Literal["code", "person", "neighbour", "leader", "contactless"] | None = Field(
        default=None, description="For `given`: how it is known who has it."
    )
    code: Annotated[str, Field(max_length=40)] = Field(default="", description="The recipient's code; checked here.")
    why: Annotated[str, Field(max_length=40, description="For `attempt`: " + ", ".join(WHY))] = ""
    households: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="For how many households a leader took parcels; null: as many as there are doors."
    )
    photo: PhotoId | None = None
    lat: Lat | None = None
    lon: Lon | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.told is Told.GIVEN) != (self.way is not None):
            raise ValueError("`way` belongs to what was given, and to nothing else")
        if self.why not in ("", *WHY):
            raise ValueError("`why` is one of " + ", ".join(WHY))
        if len(set(self.parcels)) < len(self.parcels):
            raise ValueError("each parcel stands here once")
        if (self.lat is None) != (self.lon is None):
            raise ValueError("a position has a latitude and a longitude")
        return self


class OutcomesInput(Input):
    """Outcomes in the order in which they happened."""

    sent: When = Field(description="The telephone's clock at this moment: so a clock that is wrong does no harm.")
    outcomes: Annotated[list[OutcomeInput], Field(min_length=1, max_length=MOST_OUTCOMES)]


class TakenOutcome(Model):
    """What became of one: `stored`, `known` (it was said before), or `refused` with a sentence."""

    id: str
    result: Literal["stored", "known", "refused"]
    sentence: str
    warned: list[str]


class TakenOutcomes(Model):
    """What became of each, and the round as it stands now."""

    outcomes: list[TakenOutcome]
    posted: bool = Field(description="Whether the ledger has all; if not, the hub posts them by itself.")
    round: WholeRound


class CodeInput(Input):
    """A code that somebody shows at the door."""

    parcels: Annotated[list[ParcelId], Field(min_length=1, max_length=MOST_PARCELS)]
    code: Annotated[str, Field(min_length=1, max_length=40)]


class CodeAnswer(Model):
    """Whether it is right, and how many tries are left."""

    answer: Literal["right", "wrong", "mistyped", "elsewhere", "locked", "no-code"]
    left: int


class PhotoModel(Model):
    """A picture that is kept."""

    photo: str
