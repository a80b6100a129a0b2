"""Needs, candidates, reservations, pick lists and consents."""

from typing import Annotated

from pydantic import AfterValidator, Field

from hub.api.models.reference import Id
from hub.api.models.shared import Day, Input, Instant, Model, Next
from hub.api.models.space import GivenDay, RandomId
from hub.core.allocation import Unfit
from hub.core.reservations import NeedState, PickState, State
from wire.checkdigits import is_checked


def _key(text: str) -> str:
    if text.startswith("text:"):
        return text
    digits = text.removeprefix("gtin:")
    if len(digits) not in (8, 12, 13, 14) or not is_checked(digits):
        raise ValueError("a GTIN has 8, 12, 13 or 14 digits, the last of them its check digit")
    return f"gtin:{digits.zfill(14)}"


ItemKey = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{8,14}|gtin:[0-9]{14}|text:[^\x00-\x1f]{1,200})$",
        description="A GTIN, or the ledger's key of goods.",
        examples=["09501101530003", "text:BLANKET-BLUE"],
    ),
    AfterValidator(_key),
]
Place = Annotated[
    str, Field(pattern=r"^(place|transit|virtual):[^\x00-\x20].{0,99}$", examples=["place:st-1", "transit:truck-7"])
]
N = Annotated[int, Field(ge=1, le=1_000_000_000)]
LotNumber = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Text = Annotated[str, Field(max_length=500)]


class NeedInput(Input):
    """What an organisation needs."""

    id: RandomId = None
    organisation: Id | None = Field(default=None, description="For whom; staff ask for their own.")
    destination: Place = Field(description="A site or another account.")
    item: ItemKey
    n: N = Field(description="Base units: pieces of this item, also where cases of it are given.")
    needed_by: GivenDay
    shelf_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=0, description="So many days after `needed_by` the goods must still be good."
    )
    substitutes: bool = Field(default=False, description="Whether other goods will do.")
    note: Text = ""


class NeedModel(Model):
    """A need."""

    id: str
    organisation: str
    destination: str
    item: str
    n: int
    covered: int = Field(description="Base units that are reserved, being picked, or picked.")
    open: int = Field(description="Base units that nothing covers: the back-order.")
    state: NeedState
    needed_by: Day
    shelf_days: int
    substitutes: bool
    note: str
    asked_at: Instant
    asked_by: str


class NeedPage(Next):
    """Needs, newest first."""

    rows: list[NeedModel]


class LotModel(Model):
    """Goods of one lot and owner at one site."""

    site: str
    item: str
    lot: str
    owner: str
    expiry: Day | None


class LotCandidateModel(LotModel):
    """A lot that may be given."""

    pieces: int = Field(description="Base units of the need in one unit.")
    stands: int = Field(description="Units that stand there, in handling units too.")
    free: int = Field(description="Units that nobody has reserved.")
    free_pieces: int
    take: int = Field(description="Units that the proposal takes: first expired, first out.")
    take_pieces: int


class UnfitModel(LotModel):
    """A lot that may not be given."""

    why: Unfit
    sentence: str


class CandidatesModel(Model):
    """The lots for a need, in the order in which they should go."""

    need: str
    wanted: int = Field(description="Base units that are open.")
    lacking: int = Field(description="Base units that whole units of these lots do not cover: the back-order.")
    rows: list[LotCandidateModel]
    unfit: list[UnfitModel]
    more: bool = Field(description="There are others, which come later in the order.")


class ReservationInput(Input):
    """Goods to keep for a need."""

    id: RandomId = None
    site: Id
    item: ItemKey
    lot: LotNumber = ""
    owner: Annotated[str, Field(min_length=1, max_length=100)]
    n: N = Field(description="Whole units of this item.")
    hold_s: Annotated[int, Field(ge=60, le=30 * 86_400)] = Field(
        default=3 * 86_400, description="So long it is held; then it ends by itself."
    )


class ReservationModel(Model):
    """Goods kept for a need."""

    id: str
    need: str
    organisation: str
    site: str
    item: str
    lot: str
    owner: str
    n: int
    pieces: int = Field(description="Base units of the need in one unit.")
    substitute: bool
    state: State
    made_at: Instant
    made_by: str
    expires_at: Instant
    pick: str | None = Field(description="The pick list that it was released to.")
    picked: int = Field(description="Units that facts of that list fetched.")


class ReservationPage(Next):
    """Reservations, newest first."""

    rows: list[ReservationModel]


class PickInput(Input):
    """Reservations to fetch together: of one site, for one organisation and destination."""

    reservations: Annotated[list[Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]], Field(min_length=1, max_length=200)]


class PickLineModel(Model):
    """Where to take so many units, as proposed when the list was made."""

    line: int
    reservation: str
    item: str
    lot: str
    owner: str
    bin: str | None
    n: int
    picked: int
    expiry: Day | None


class BesidesModel(Model):
    """What was fetched for a list beyond what it wants."""

    item: str
    lot: str
    owner: str
    n: int


class PickModel(Model):
    """A pick list."""

    id: str
    site: str
    organisation: str
    destination: str
    state: PickState = Field(description="An open one whose every unit was fetched is `picked`.")
    made_at: Instant
    made_by: str
    ended_at: Instant | None
    ended_by: str | None
    n: int
    picked: int
    lines: list[PickLineModel]
    besides: list[BesidesModel]


class PickPage(Next):
    """Pick lists, newest first."""

    rows: list[PickModel]


class ConsentInput(Input):
    """An owner lends goods to the needs of others."""

    id: RandomId = None
    owner: Id | None = Field(default=None, description="Who lends; staff speak for their own.")
    taker: Id | None = Field(default=None, description="To whom; null: to anyone.")
    item: ItemKey | None = Field(default=None, description="What; null: all goods.")
    until: GivenDay | None = Field(default=None, description="Last day, at the goods' site; null: for ever.")


class ConsentModel(Model):
    """A consent."""

    id: str
    owner: str
    taker: str | None
    item: str | None
    until: Day | None
    given_at: Instant
    given_by: str
    ended_at: Instant | None
    ended_by: str | None


class ConsentPage(Next):
    """Consents, newest first."""

    rows: list[ConsentModel]
