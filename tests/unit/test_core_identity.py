"""Names that come out the same in whatever order facts arrive."""

import pytest

from hub.core.identity import account_kind, account_site, lane_id
from tests.support.facts import STREAM


def test_a_lane_has_the_same_key_on_every_hub():
    assert lane_id("dock-1", STREAM, "facts") == 364581044932598907


def test_every_part_of_a_lane_makes_its_key():
    parts = [("a", STREAM, "facts"), ("b", STREAM, "facts"), ("a", "2" * 16, "facts"), ("a", STREAM, "telemetry")]
    assert len({lane_id(*part) for part in parts}) == 4


def test_a_key_is_a_positive_integer_that_the_database_holds():
    assert all(0 < lane_id(f"d-{number}", STREAM, "facts") < 2**63 for number in range(1000))


@pytest.mark.parametrize(
    ("code", "kind", "site"),
    [
        ("place:wh-1", "place", "wh-1"),
        ("place:wh-1/a01/b", "place", "wh-1"),
        ("unit:sscc:350123456000000017", "unit", None),
        ("transit:truck-3", "transit", None),
        ("virtual:donor-in", "virtual", None),
    ],
)
def test_an_account_tells_its_kind_and_a_place_its_site(code: str, kind: str, site: str | None):
    assert (account_kind(code), account_site(code)) == (kind, site)
