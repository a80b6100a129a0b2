"""The dashboard offers what the hub allows: its table of routes and roles is that of the hub."""

import json
from itertools import product
from pathlib import Path

from hub.core.access import API, RULES, gives_badges
from hub.core.viewer import Role, Viewer
from tests.support.typescript import Node

TABLE = Path(__file__).parents[2] / "hub" / "ui" / "src" / "access.json"


def test_the_pages_know_the_same_roles_for_each_route_as_the_hub() -> None:
    """Where it fails, its own words are what belongs into the file."""
    table = {f"{method} {path.removeprefix(API)}": sorted(roles) for (method, path), roles in RULES.items()}
    lines = ",\n".join(f"  {json.dumps(deed)}: {json.dumps(roles)}" for deed, roles in sorted(table.items()))
    assert TABLE.read_text(encoding="utf-8") == f"{{\n{lines}\n}}\n"


def test_the_pages_offer_badges_where_the_hub_lets_them_be_given() -> None:
    sites = ("wh-1", "wh-2", None)
    pairs = [
        (Viewer(name="x", role=giver, site=here, organisation="o"), role, there)
        for giver, here, role, there in product(Role, sites, Role, sites)
    ]
    asked = [[{"role": one.role, "site": one.site}, {"role": role, "site": there}] for one, role, there in pairs]
    with Node() as node:
        body = "return given.map(([user, person]) => m.givesBadges(user, person));"
        offered = node.evaluate("hub/ui/src/pages/people/badges.ts", body, asked)
    assert offered == [gives_badges(*pair) for pair in pairs]
    assert any(offered)
