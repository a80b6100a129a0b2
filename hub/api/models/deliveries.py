"""Announced deliveries."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from hub.api.models.allocation import ItemKey, LotNumber, N, Text
from hub.api.models.reference import Id
from hub.api.models.shared import Day, Input, Instant, Model, Next
from hub.api.models.space import GivenDay
from hub.core.deliveries import State
from wire.checkdigits import is_checked
from wire.sitedata import LINES


def _sscc(text: str) -> str:
    if not is_checked(text):
        raise ValueError("an SSCC has 18 digits, the last of them its check digit")
    return text


Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$", examples=["D-2026-117"])]
Sscc = Annotated[str, Field(pattern=r"^[0-9]{18}$"), AfterValidator(_sscc)]


class DeliveryLineInput(Input):
    """Goods of a delivery."""

    item: ItemKey
    lot: LotNumber | None = Field(default=None, description="None: any.")
    n: N


class ChangeInput(Input):
    """What will come, where and when."""

    owner: Id | None = Field(default=None, description="Whose goods; staff announce those of their own organisation.")
    site: Id
    expected: GivenDay = Field(description="The site's day.")
    lines: Annotated[list[DeliveryLineInput], Field(max_length=LINES)] = Field(default=[])
    units: Annotated[list[Sscc], Field(max_length=LINES)] = Field(
        default=[], description="The handling units, by SSCC."
    )
    note: Text = ""

    @model_validator(mode="after")
    def _brings_something(self) -> Self:
        if not (self.lines or self.units):
            raise ValueError("say what comes: lines of goods, or handling units")
        if len(set(self.units)) < len(self.units):
            raise ValueError("name each handling unit once")
        return self


class DeliveryInput(ChangeInput):
    """Somebody says that goods will come."""

    id: Key | None = Field(
        default=None, description="As its papers say; none: one is made. Its label is RR:T:delivery:ID."
    )


class DeliveryLineModel(Model):
    """A line, and what came of it."""

    line: int
    item: str
    lot: str | None
    n: int
    received: int = Field(description="By the facts that name this delivery.")


class UnexpectedModel(Model):
    """What came and no line speaks of."""

    item: str
    lot: str
    n: int


class DoneModel(Model):
    """What somebody did with it."""

    at: Instant
    who: str
    event: str
    reason: str


class DeliveryModel(Model):
    """An announced delivery."""

    id: str
    owner: str
    site: str
    expected: Day
    state: State
    note: str
    announced_at: Instant
    announced_by: str
    lines: list[DeliveryLineModel]
    units: list[str] = Field(description="Announced handling units, by SSCC.")
    units_came: list[str] = Field(description="Handling units that were received as they are.")
    unexpected: list[UnexpectedModel]
    even: bool = Field(description="Whether all came as announced, and nothing else.")


class ReceiptModel(Model):
    """Goods that somebody scanned for it."""

    at: Instant
    by: str | None = Field(description="Who had signed on at the device.")
    device: str
    said: str = Field(description="The action.", examples=["receive"])
    item: str | None
    lot: str | None
    unit: str | None = Field(description="A thing with a number of its own, or a handling unit.")
    n: int
    to: str


class DeliveryWhole(DeliveryModel):
    """An announced delivery with its history."""

    history: list[DoneModel]
    receipts: list[ReceiptModel] = Field(description="The latest scans for it, newest first.")


class DeliveryPage(Next):
    """Deliveries, the latest expected first."""

    rows: list[DeliveryModel]
