"""Alerts, what happened to them, and the rules by which they are raised."""

from typing import Annotated, Literal

from pydantic import Field

from hub.api.models.shared import Input, Instant, Model, Next
from hub.core.alerts import UNITS, Kind

MOST_LEAST = 5_000
BIG = 1_000_000_000

Text = Annotated[str, Field(max_length=500)]


class AlertRow(Model):
    """What somebody has to look at."""

    id: str
    kind: Kind
    severity: Literal[1, 2, 3] = Field(description="1: somebody has to do something now; 2: before long; 3: to know.")
    state: Literal["open", "acknowledged", "closed"]
    site: str | None
    owner: str | None = Field(description="Whose goods it is about; null: nobody's.")
    code: str = Field(description="What is wrong; `values` belong to it.", examples=["not-heard"])
    values: dict[str, str | int] = Field(description="`since` is Unix ms; `expiry` and `due` are days, yyyymmdd.")
    detail: str = Field(description="The same in English.")
    assigned: str | None = Field(description="Who looks after it.")
    raised_at: Instant
    changed_at: Instant
    cleared_at: Instant | None = Field(description="When it ended by itself; null while it lasts.")


class AlertPage(Next):
    """Alerts, page by page."""

    rows: list[AlertRow]
    open: dict[int, int] = Field(description="How many are open in all, by urgency.")


class AlertEvent(Model):
    """What happened to an alert."""

    at: Instant
    event: Literal["raised", "acknowledged", "assigned", "closed", "worsened", "cleared"]
    severity: int
    by: str = Field(description="Empty: it happened by itself.")
    whom: str = Field(description="To whom it was given.")
    note: str


class AlertWhole(Model):
    """An alert with its history, and what may be done with it now."""

    alert: AlertRow
    history: list[AlertEvent]
    may: list[Literal["acknowledge", "assign", "close"]]
    takers: list[str] = Field(description="To whom it may be given by who asks.")


class AlertNote(Input):
    """What somebody writes to it."""

    note: Text = ""


class AlertsSeen(AlertNote):
    """Alerts that somebody has seen, all at once."""

    alerts: Annotated[
        list[Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]],
        Field(min_length=1, max_length=200, description="Their ids."),
    ]


class AlertsAcknowledged(Model):
    """What was done with them."""

    acknowledged: list[str] = Field(description="Ids of those that were open until now; the others stay as they are.")


class AlertAssignment(AlertNote):
    """Who looks after it from now on."""

    to: Annotated[str, Field(min_length=1, max_length=100)]


class AlertRule(Input):
    """When alerts of a kind are raised, and when they are over."""

    on: bool
    raise_at: Annotated[int, Field(ge=0, le=BIG)]
    clear_at: Annotated[int, Field(ge=0, le=BIG)]
    hold_s: Annotated[int, Field(ge=0, le=86_400, description="It has to last so long before it is raised.")]
    calm_s: Annotated[int, Field(ge=0, le=86_400, description="It has to be over for so long.")]


class LeastStock(Input):
    """How much of an item a site should have."""

    site: Annotated[str, Field(min_length=1, max_length=40)]
    item: Annotated[str, Field(min_length=1, max_length=100, examples=["gtin:09501101530003"])]
    owner: Annotated[str, Field(max_length=40, description="Empty: whoever owns it.")] = ""
    least: Annotated[int, Field(ge=1, le=BIG, description="Raised below it.")]
    enough: Annotated[int, Field(ge=1, le=BIG, description="Over from here on.")]


class AlertRulesInput(Input):
    """All rules; kinds that are left out have those that a hub starts with."""

    kinds: dict[Kind, AlertRule]
    stock: Annotated[list[LeastStock], Field(default_factory=list, max_length=MOST_LEAST)]


class AlertRules(Model):
    """All rules, and what each counts."""

    kinds: dict[Kind, AlertRule]
    stock: list[LeastStock]
    units: dict[Kind, str] = Field(default=dict(UNITS), description="What the limits of a kind count.")
