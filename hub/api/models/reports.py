"""Tables for an organisation's own books."""

from pydantic import Field

from hub.api.models.shared import Day, Instant, Model, Next


class HoldingModel(Model):
    """All of an item at a site."""

    site: str | None = Field(description="Null: on the way.")
    item: str
    owner: str
    condition: str
    lots: int
    quantity: int = Field(description="Pieces; below zero is a discrepancy.")
    expiry: Day | None = Field(description="Of the lot that ends first.")


class HoldingReport(Model):
    """What is held, by site, item, owner and condition."""

    rows: list[HoldingModel]


class MovementModel(Model):
    """One row of the ledger."""

    at: Instant
    item: str
    lot: str
    owner: str
    condition: str
    quantity: int
    source: str = Field(description="The account that it left.")
    source_site: str | None
    to: str
    to_site: str | None
    unit: str = Field(description="Of a thing with a number of its own; else empty.")
    device: str
    seq: int
    counted: bool = Field(description="A count set this right: source and to are the place that was counted.")


class MovementPage(Next):
    """Movements, lot by lot in the order of time."""

    rows: list[MovementModel]


class HandOverModel(Model):
    """Goods of a parcel that reached somebody, and how that is known."""

    consignment: str
    parcel: str
    request: str
    organisation: str
    way: str
    station: str | None
    given_at: Instant
    proof: str | None = Field(description="How it is known who has it; null: nobody said.", examples=["code"])
    checked: bool = Field(description="The code was checked.")
    photo: bool = Field(description="There is a photo of it.")
    item: str
    lot: str
    owner: str
    n: int


class HandOverPage(Next):
    """Hand-overs, the latest planned parcel first."""

    rows: list[HandOverModel]


class FulfilledModel(Model):
    """What was given of an item in a month."""

    month: str = Field(description="In UTC.", examples=["2026-11"])
    organisation: str
    item: str
    requests: int
    parcels: int
    n: int = Field(description="Units of the item.")
    hours: float = Field(description="From the asking to the hand-over, on average over the parcels.")


class FulfilledReport(Model):
    """What was given, by month, organisation and item."""

    rows: list[FulfilledModel]
