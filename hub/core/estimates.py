"""How much people need: rates a person, a household or a member of a group, over so many days. Pure.

A rate is an amount in thousandths of the item's base unit. `every_days` 0: given once; else the amount lasts so many
days (1: needed each day; 30: each month). What is needed is rounded up to whole base units, settlement by settlement,
so that the sum is never short. The rates that a hub starts with follow the order of what the Sphere Handbook (2018)
calls minimum standards; they are starting values of ours, for people who know the place to change.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

Group: TypeAlias = Literal["elderly", "disabled", "pregnant", "infant", "chronic"]
Per: TypeAlias = Literal["person", "household", "elderly", "disabled", "pregnant", "infant", "chronic"]
GROUPS: Final[tuple[Group, ...]] = get_args(Group)


class Rate(Struct, frozen=True, kw_only=True):
    """How much of an item (`gtin:...` or `text:...`; '' where nobody chose one) whom is given.

    `kinds` are the incidents that it holds for, by words in what they are called; none: all.
    """

    key: str
    name: str
    name_zh: str = ""
    item: str = ""
    per: Per = "person"
    milli: int = 1000
    unit: str = ""
    every_days: int = 0
    kinds: tuple[str, ...] = ()


class Rates(Struct, frozen=True, kw_only=True):
    """All rates, and what is taken where nobody counted.

    That is people in a household (in tenths), and how many of a thousand people are of a group.
    """

    rates: tuple[Rate, ...] = ()
    household_tenths: int = 30
    shares: Mapping[Group, int] = {}
    days: int = 7


class People(Struct, frozen=True, kw_only=True):
    """Who lives somewhere; None where nobody counted."""

    population: int
    households: int | None = None
    groups: Mapping[Group, int | None] = {}


class Line(Struct, frozen=True, kw_only=True):
    """So many base units of an item, and by which rates."""

    item: str
    n: int
    rates: tuple[str, ...]


DEFAULTS: Final = Rates(
    rates=(
        Rate(key="water", name="Drinking water", name_zh="饮用水", milli=3000, unit="L", every_days=1),
        Rate(key="food", name="Food ration, 2,100 kcal", name_zh="口粮（2100千卡）", unit="ration", every_days=1),
        Rate(key="blanket", name="Blanket", name_zh="毛毯", unit="piece"),
        Rate(key="mat", name="Sleeping mat", name_zh="睡垫", unit="piece"),
        Rate(key="tarpaulin", name="Tarpaulin 4 x 6 m", name_zh="篷布（4×6米）", per="household", unit="piece"),
        Rate(key="kitchen", name="Kitchen set", name_zh="炊具包", per="household", unit="set"),
        Rate(
            key="container", name="Water container", name_zh="储水桶", per="household", milli=2000, unit="piece"
        ),
        Rate(
            key="hygiene", name="Hygiene kit", name_zh="卫生包", per="household", unit="kit", every_days=30
        ),
        Rate(key="soap", name="Soap, 250 g", name_zh="肥皂（250克）", unit="piece", every_days=30),
        Rate(key="infant", name="Infant kit", name_zh="婴儿包", per="infant", unit="kit", every_days=30),
        Rate(key="maternity", name="Maternity kit", name_zh="孕产包", per="pregnant", unit="kit"),
        Rate(key="warm", name="Second blanket", name_zh="加厚毛毯", per="elderly", unit="piece"),
        Rate(key="medicine", name="Medicine kit", name_zh="慢性病药包", per="chronic", unit="kit", every_days=30),
        Rate(key="mask", name="Mask", name_zh="口罩", unit="piece", every_days=1, kinds=("epidemic", "疫")),
    ),
    shares={"elderly": 150, "disabled": 60, "pregnant": 20, "infant": 25, "chronic": 100},
)  # fmt: skip


def counted(people: People, rates: Rates, percent: int = 100) -> dict[Per, int]:
    """How many of each kind are reckoned with: as counted, else by the usual shares; of them so many in a hundred."""
    households = people.households
    if households is None:
        households = _up(people.population * 10, rates.household_tenths)
    found: dict[Per, int] = {
        "person": _up(people.population * percent, 100),
        "household": _up(households * percent, 100),
    }
    for group in GROUPS:
        said = people.groups.get(group)
        thousandths = people.population * rates.shares.get(group, 0) if said is None else said * 1000
        found[group] = _up(thousandths * percent, 100_000)
    return found


def lines(rates: Iterable[Rate], counts: Mapping[Per, int], days: int) -> tuple[list[Line], list[str]]:
    """What is needed, item by item in the order of the rates; and the rates for which nobody chose an item."""
    sums: dict[str, tuple[int, list[str]]] = {}
    lacking = []
    for rate in rates:
        n = needed(rate, counts[rate.per], days)
        if n and rate.item:
            before, keys = sums.get(rate.item, (0, []))
            sums[rate.item] = before + n, [*keys, rate.key]
        elif n:
            lacking.append(rate.key)
    return [Line(item=item, n=n, rates=tuple(keys)) for item, (n, keys) in sums.items()], lacking


def needed(rate: Rate, count: int, days: int) -> int:
    """Whole base units for so many people, households or members of a group."""
    if rate.every_days == 0:
        return _up(rate.milli * count, 1000)
    return _up(rate.milli * count * days, 1000 * rate.every_days)


def for_kind(rates: Iterable[Rate], kind: str) -> list[Rate]:
    """The rates that hold for an incident of a kind, such as `Earthquake`."""
    said = kind.casefold()
    return [rate for rate in rates if not rate.kinds or any(word.casefold() in said for word in rate.kinds)]


def _up(n: int, by: int) -> int:
    return -(-n // by)
