"""Bins, our own labels for goods, notes of lots, and the prefix of our numbers for handling units."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from hub.api.models.allocation import ItemKey, LotNumber
from hub.api.models.reference import Chinese, Id
from hub.api.models.shared import Day, Input, Instant, Model, Visible, visible
from hub.api.models.space import GivenDay
from wire.sitedata import BinKind, LotState

BinCode = Annotated[
    str,
    Field(pattern=r"^[^\x00-\x20/]{1,40}$", description="As behind the slash of `place:SITE/BIN`.", examples=["a01"]),
]
NewBin = Annotated[BinCode, AfterValidator(visible)]


class BinInput(Input):
    """A place inside of a site."""

    code: NewBin
    kind: BinKind = "shelf"
    owner: Id | None = Field(default=None, description="All that stands there is theirs.")
    pallets: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(default=None, description="Pallet places.")
    volume_dm3: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None


class BinModel(Model):
    """A place inside of a site."""

    code: str
    kind: BinKind
    owner: str | None
    pallets: int | None
    volume_dm3: int | None


class Bins(Model):
    """All bins of a site, by code."""

    bins: list[BinModel]


class BinList(Input):
    """Bins to add or replace."""

    bins: Annotated[list[BinInput], Field(max_length=10_000)]


class GoodsCodeInput(Input):
    """Our own label for goods without a barcode."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$", description="As in RR:G:CODE.")]
    item: ItemKey
    name: Annotated[Visible, Field(max_length=200)] = ""
    name_zh: Chinese = ""
    unit: Annotated[Visible, Field(max_length=40)] = "piece"


class GoodsCodeModel(Model):
    """Our own label for goods without a barcode."""

    code: str
    item: str
    name: str
    name_zh: str
    unit: str


class GoodsCodes(Model):
    """All of them, by code."""

    codes: list[GoodsCodeModel]


class GoodsCodeList(Input):
    """Labels to add or replace."""

    codes: Annotated[list[GoodsCodeInput], Field(max_length=10_000)]


class NoteInput(Input):
    """A decision about a lot: `recalled` and `quarantined` need a reason, `ok` releases it."""

    item: ItemKey
    lot: LotNumber = Field(default="", description="None: all lots of the item.")
    state: LotState
    expiry: GivenDay | None = Field(default=None, description="Its last day, where labels do not say it.")
    reason: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.state != "ok" and not self.reason:
            raise ValueError("say why: whoever scans the lot reads the reason")
        return self


class NoteModel(Model):
    """A decision about a lot; lot '' speaks of all lots of the item."""

    item: str
    lot: str
    state: LotState
    expiry: Day | None
    reason: str
    at: Instant
    by: str


class Notes(Model):
    """Decisions about lots."""

    notes: list[NoteModel]


class NumberingInput(Input):
    """The GS1 company prefix that handling units are numbered with."""

    company_prefix: Annotated[str, Field(pattern=r"^[0-9]{4,12}$", examples=["9521234"])]


class NumberingModel(Model):
    """The GS1 company prefix that handling units are numbered with; null: none was entered."""

    company_prefix: str | None


class PlacingInput(Input):
    """Where a device stands; null: nowhere."""

    site: Id | None


class PlacingModel(Model):
    """Where a device stands."""

    device: str
    site: str | None
