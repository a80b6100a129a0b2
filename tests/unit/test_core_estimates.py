"""How much people need: never short, by counts where somebody counted."""

from hypothesis import given
from hypothesis import strategies as st

from hub.core.estimates import DEFAULTS, GROUPS, Line, People, Rate, Rates, counted, for_kind, lines, needed

RATES = Rates(household_tenths=25, shares={"elderly": 150})
people = st.integers(0, 10_000_000)


def test_people_who_were_counted_are_counted_and_others_reckoned() -> None:
    counts = counted(People(population=1000, households=300, groups={"infant": 7}), RATES)
    assert counts == {
        "person": 1000, "household": 300, "elderly": 150, "disabled": 0, "pregnant": 0, "infant": 7, "chronic": 0
    }  # fmt: skip
    assert counted(People(population=1001), RATES)["household"] == 401
    assert counted(People(population=1000, households=300), RATES, percent=25)["household"] == 75


def test_a_rate_is_given_once_or_for_each_day() -> None:
    assert needed(Rate(key="k", name="k", milli=2000), 10, 7) == 20
    assert needed(Rate(key="k", name="k", milli=3000, every_days=1), 10, 7) == 210
    assert needed(Rate(key="k", name="k", milli=1000, every_days=30), 10, 7) == 3


@given(st.integers(1, 10**7), people, st.integers(1, 365), st.integers(0, 60))
def test_what_is_reckoned_is_enough_and_not_a_whole_unit_more(milli: int, count: int, days: int, every: int) -> None:
    n = needed(Rate(key="k", name="k", milli=milli, every_days=every), count, days)
    wanted = milli * count * (1 if every == 0 else days / every) / 1000
    assert wanted - 1e-6 * max(1.0, wanted) <= n < wanted + 1 + 1e-6 * max(1.0, wanted)


@given(people, st.integers(1, 100))
def test_there_are_never_fewer_than_the_share_says_and_never_more_than_live_there(
    population: int, percent: int
) -> None:
    counts = counted(People(population=population), DEFAULTS, percent)
    assert counts["person"] * 100 >= population * percent
    assert all(counts[group] <= counts["person"] for group in GROUPS)


def test_rates_of_one_item_are_summed_and_those_without_an_item_told() -> None:
    rates = [
        Rate(key="blanket", name="b", item="gtin:1"), Rate(key="warm", name="w", item="gtin:1", per="elderly"),
        Rate(key="mat", name="m"), Rate(key="infant", name="i", item="gtin:2", per="infant"),
    ]  # fmt: skip
    found, lacking = lines(rates, counted(People(population=100), RATES), 7)
    assert found == [Line(item="gtin:1", n=115, rates=("blanket", "warm"))]
    assert lacking == ["mat"]


def test_rates_may_hold_for_one_kind_of_incident_alone() -> None:
    assert "mask" not in {rate.key for rate in for_kind(DEFAULTS.rates, "Earthquake")}
    assert "mask" in {rate.key for rate in for_kind(DEFAULTS.rates, "疫情")}
    assert "mask" in {rate.key for rate in for_kind(DEFAULTS.rates, "Epidemic")}
