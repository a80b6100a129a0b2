"""What does not add up, both stories of it, and what people decide."""

from typing import Annotated, Any

from pydantic import Field

from hub.api.models.allocation import N
from hub.api.models.reference import Id
from hub.api.models.shared import Input, Instant, Model, Next
from hub.core.discrepancies import Decision, Kind

Account = Annotated[str, Field(pattern=r"^(place|unit|transit|virtual):[^\x00-\x20].{0,99}$")]
Reason = Annotated[str, Field(min_length=1, max_length=500)]


class SettledModel(Model):
    """What somebody decided."""

    id: str
    decision: Decision
    reason: str
    at: Instant
    by: str
    posted: bool = Field(description="The facts that follow from it are in the ledger.")


class DiscrepancyModel(Model):
    """Something that does not fit."""

    key: str = Field(description="Follows from what it is about, and stays the same.", examples=["negative.0a1b2c3d"])
    kind: Kind
    site: str | None
    account: str | None
    item: str | None
    lot: str | None
    owner: str | None = Field(default=None, description="Whose goods; empty: to be settled.")
    condition: str | None = None
    quantity: int | None
    code: str = Field(description="What does not fit, for programs: `values` belong to it.")
    values: dict[str, str | int]
    detail: str = Field(description="The same in English.")
    waiting: list[str] = Field(description="Devices of the site that are away or hold facts: they may clear it.")
    since: Instant | None
    asked: Decision | None = Field(default=None, description="What was decided about it last; it is open still.")
    settlement: SettledModel | None = Field(default=None, description="In the list of what was settled.")


class DiscrepancyPage(Next):
    """Discrepancies, page by page."""

    rows: list[DiscrepancyModel]


class SideModel(Model):
    """What somebody said of it."""

    role: str = Field(examples=["in", "out", "counted", "before", "after", "announced", "came", "promised"])
    at: Instant
    by: str | None
    said: str
    quantity: int | None
    source: str | None = Field(serialization_alias="from")
    to: str | None
    device: str | None
    stream: str | None
    seq: int | None
    task: str | None


class DiscrepancyWhole(Model):
    """One of them with both stories, what may be decided, and what was."""

    discrepancy: DiscrepancyModel
    sides: list[SideModel]
    decisions: list[Decision] = Field(description="What helps against it.")
    settlements: list[SettledModel]


class FactInput(Input):
    """A fact of a device."""

    device: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    stream: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    seq: Annotated[int, Field(ge=1, le=2**53 - 1)]


class MoveInput(Input):
    """A counter-move of the goods that it is about; one end is where it is."""

    source: Account = Field(alias="from")
    to: Account
    n: N


class SettlingInput(Input):
    """What somebody decides, and why."""

    decision: Decision
    reason: Reason
    fact: FactInput | None = Field(default=None, description="For `undo`: one of the facts of its sides.")
    move: MoveInput | None = Field(default=None, description="For `correct`.")


class OwnerlessModel(Model):
    """A fact that names no owner."""

    device: str
    stream: str
    seq: int
    at: Instant
    by: str | None
    said: str
    task: str | None
    item: str
    lot: str
    condition: str
    source: str = Field(serialization_alias="from")
    to: str
    quantity: int


class OwnerlessPage(Next):
    """Facts that name no owner."""

    rows: list[OwnerlessModel]


class OwnerInput(Input):
    """Whose goods these facts moved."""

    facts: Annotated[list[FactInput], Field(min_length=1, max_length=500)]
    owner: Id
    reason: Reason


class CountModel(Model):
    """A count, and what it changed."""

    device: str
    stream: str
    seq: int
    at: Instant
    by: str | None
    task: str | None
    round: int
    account: str
    item: str
    lot: str
    owner: str
    condition: str
    counted: int
    difference: int
    warned: list[str] = Field(description="What the device said against it.", examples=[["expired"]])
    voided: bool


class CountPage(Next):
    """Counts, the latest first."""

    rows: list[CountModel]


def of_settled(row: Any) -> dict[str, Any]:
    """A settlement as a row of the list: the discrepancy as it was when it was settled."""
    blank = dict.fromkeys(("site", "account", "item", "lot", "quantity", "since"))
    shown = {"code": "settled", "values": {}, "detail": row.reason, "waiting": [], **blank, **row.shown}
    return {**shown, "key": row.key, "kind": row.kind, "asked": row.decision, "settlement": row}
