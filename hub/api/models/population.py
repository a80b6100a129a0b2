"""Settlements and the rates by which needs are estimated."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from hub.api.models.allocation import ItemKey
from hub.api.models.incidents import SettlementModel
from hub.api.models.reference import Chinese, Id, Lat, Lon, Name
from hub.api.models.shared import Input, Model, Next
from hub.core.estimates import GROUPS, Group, Per
from hub.store.localities import MOST_PEOPLE

Count = Annotated[int, Field(ge=0, le=MOST_PEOPLE)]


class SettlementInput(Input):
    """Where people live (WGS 84) and how many; null where nobody counted."""

    id: Id
    name: Name
    name_zh: Chinese = ""
    lat: Lat
    lon: Lon
    population: Count
    households: Count | None = None
    elderly: Count | None = None
    disabled: Count | None = None
    pregnant: Count | None = None
    infant: Count | None = None
    chronic: Count | None = None

    @model_validator(mode="after")
    def _of_them(self) -> Self:
        for name in ("households", *GROUPS):
            if (getattr(self, name) or 0) > self.population:
                raise ValueError(f"{name}: there are no more than the {self.population} people who live there")
        return self


class SettlementList(Input):
    """Settlements to add or replace."""

    settlements: Annotated[list[SettlementInput], Field(max_length=10_000)]


class Settlements(Next):
    """Settlements, the largest first."""

    settlements: list[SettlementModel]


class RateInput(Input):
    """How much of an item whom is given. `milli`: thousandths of the item's base unit."""

    key: Id
    name: Name
    name_zh: Chinese = ""
    item: ItemKey | None = Field(default=None, description="Null: nobody has chosen one yet.")
    per: Per = "person"
    milli: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1000
    unit: Annotated[str, Field(max_length=40)] = ""
    every_days: Annotated[int, Field(ge=0, le=365)] = Field(
        default=0, description="0: given once; else the amount lasts so many days."
    )
    kinds: Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=20)] = Field(
        default=[], description="Words in what an incident is called, such as epidemic; none: it holds for all."
    )


class RatesInput(Input):
    """All rates, in the place of those before."""

    rates: Annotated[list[RateInput], Field(max_length=50)]
    household_tenths: Annotated[int, Field(ge=10, le=500)] = Field(
        default=30, description="Tenths of people in a household where nobody counted households."
    )
    shares: dict[Group, Annotated[int, Field(ge=0, le=1000)]] = Field(
        default={}, description="Of a thousand people, where nobody counted."
    )
    days: Annotated[int, Field(ge=1, le=365)] = 7

    @model_validator(mode="after")
    def _once(self) -> Self:
        keys = [rate.key for rate in self.rates]
        if len(set(keys)) < len(keys):
            raise ValueError("each rate has a key of its own")
        return self


class RateModel(Model):
    """A rate; `item` is null where nobody chose one."""

    key: str
    name: str
    name_zh: str
    item: str | None
    per: Per
    milli: int
    unit: str
    every_days: int
    kinds: list[str]


class RatesModel(Model):
    """All rates, and what is taken where nobody counted."""

    rates: list[RateModel]
    household_tenths: int
    shares: dict[Group, int]
    days: int
