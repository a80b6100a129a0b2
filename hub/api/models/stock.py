"""Stock, balances, traces and the journal."""

from typing import Any

from pydantic import Field

from hub.api.models.shared import Day, Instant, Model, Next
from hub.store.queries.targets import What
from wire.words import Condition

EARLIEST = "It was not earlier than this; null where nobody can tell."
ESTIMATED = "Nobody can vouch for the time to 2 seconds: see `earliest` and `latest`."


class StockModel(Model):
    """So much of one lot in one account."""

    account: str = Field(examples=["place:wh-1/a01"])
    site: str | None = Field(description="Where it stands; null for goods on the way.")
    item: str = Field(examples=["gtin:09501101530003"])
    gtin: str | None
    name: str | None
    name_zh: str | None
    lot: str
    expiry: Day | None
    owner: str
    condition: Condition
    quantity: int = Field(description="Pieces; below zero is a discrepancy.")


class StockPage(Next):
    """Stock, page by page."""

    rows: list[StockModel]


class BalanceModel(Model):
    """One balance of the ledger."""

    account: str
    item: str
    lot: str
    owner: str
    condition: str
    quantity: int


class BalancePage(Next):
    """Balances, page by page."""

    rows: list[BalanceModel]


class WhatModel(Model):
    """What a code stands for."""

    kind: What
    item: str
    gtin: str | None
    lot: str | None
    serial: str | None
    sscc: str | None
    expiry: Day | None
    name: str | None
    name_zh: str | None
    faults: tuple[str, ...] = Field(description="What is wrong with the label, in sentences.")


class NowModel(Model):
    """Where a unit is."""

    account: str
    site: str | None
    since: Instant
    earliest: Instant | None
    latest: Instant | None
    estimated: bool
    uncertain: bool = Field(description="Clocks cannot tell which of its sightings was the latest.")


class EventModel(Model):
    """One fact in the life of a thing."""

    id: str | None = Field(description="Its row in the journal.")
    at: Instant = Field(description="Corrected time; never after receipt.")
    earliest: Instant | None = Field(description=EARLIEST)
    latest: Instant | None = Field(description="It was not later than this.")
    said_at: Instant | None = Field(description="What the device's own wall clock said.")
    received_at: Instant | None
    estimated: bool = Field(description=ESTIMATED)
    device: str
    stream: str
    seq: int
    action: str
    source: str = Field(serialization_alias="from")
    to: str
    quantity: int
    voided: bool = Field(description="Undone by the person who did it.")
    uncertain: bool
    labels: tuple[str, ...] = Field(description="What the scanner read, unchanged.")
    by: str | None


class HolderModel(Model):
    """An account that holds so much of it."""

    account: str
    quantity: int


class TraceModel(Next):
    """The way of a unit, lot or item; events newest first."""

    code: str
    what: WhatModel
    now: NowModel | None
    events: list[EventModel]
    holders: list[HolderModel]


class JournalModel(Model):
    """One item as it came."""

    id: str = Field(examples=["17:204"])
    device: str
    stream: str
    lane: str
    seq: int
    at: Instant = Field(description="Corrected time; `at` of the item is what the device's own wall clock said.")
    earliest: Instant | None = Field(description=EARLIEST)
    latest: Instant
    received_at: Instant
    estimated: bool = Field(description=ESTIMATED)
    kind: str
    item: dict[str, Any] = Field(description="As on the wire.")


class JournalPage(Next):
    """The journal, page by page."""

    rows: list[JournalModel]
