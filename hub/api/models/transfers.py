"""Goods that change their owner."""

from typing import Annotated, Literal

from pydantic import Field

from hub.api.models.allocation import ItemKey, LotNumber, N, Text
from hub.api.models.reference import Id
from hub.api.models.shared import Input, Instant, Model, Next
from wire.words import Condition

TransferId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$", examples=["T-12"])]
AccountCode = Annotated[
    str,
    Field(
        pattern=r"^(place|unit|transit):[^\x00-\x20].{0,99}$",
        examples=["place:wh-1/a01"],
        description="Where they stand: a place, a handling unit, or a vehicle.",
    ),
]


class TransferInput(Input):
    """Goods that should belong to somebody else, where they stand."""

    id: TransferId | None = Field(default=None, description="None: one is made. Its task is transfer:ID.")
    account: AccountCode
    item: ItemKey
    lot: LotNumber = ""
    condition: Condition = "good"
    giver: Id
    taker: Id
    n: N
    note: Text = ""
    asked_for: Id | None = Field(
        default=None, description="The side that asks: giver or taker. Staff ask for their own organisation."
    )


class TransferModel(Model):
    """A request, and what became of it."""

    id: str
    account: str
    site: str | None
    item: str
    lot: str
    condition: Condition
    giver: str
    taker: str
    n: int
    note: str
    state: Literal["asked", "approved", "refused", "withdrawn"]
    asked_at: Instant
    asked_by: str
    asked_for: str
    decided_at: Instant | None
    decided_by: str | None
    reason: str
    posted: bool = Field(description="The ledger has it; an approved one that is not posted yet will be.")


class TransferPage(Next):
    """Requests, the latest first."""

    rows: list[TransferModel]
