"""What came and what went."""

from typing import Literal

from pydantic import Field

from hub.api.models.shared import Instant, Model


class CauseModel(Model):
    """Pieces that came and that went for one cause."""

    cause: str = Field(
        description="Where they came from or went to: a virtual account by its name, `transit`, or another `site`.",
        examples=["donor-in"],
    )
    came: int
    went: int


class SpanModel(Model):
    """One hour or day of the zone."""

    at: Instant = Field(description="When it begins.")
    came: int
    went: int
    stock: int = Field(description="Pieces that stood there at its end.")
    causes: list[CauseModel]


class FlowsModel(Model):
    """What flowed, span by span; those without any flow are there too."""

    step: Literal["hour", "day"]
    zone: str = Field(description="The zone whose hours and days they are.", examples=["Asia/Shanghai"])
    opening: int = Field(description="Pieces that stood there before the first span.")
    due: int = Field(description="Lots whose newest moves are not in yet: they follow within seconds.")
    causes: list[CauseModel] = Field(description="The same over all spans, the largest first.")
    rows: list[SpanModel]
