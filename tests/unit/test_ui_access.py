"""The dashboard offers what the hub allows: its table of routes and roles is that of the hub."""

import json
from pathlib import Path

from hub.core.access import API, RULES

TABLE = Path(__file__).parents[2] / "hub" / "ui" / "src" / "access.json"


def test_the_pages_know_the_same_roles_for_each_route_as_the_hub() -> None:
    """Where it fails, its own words are what belongs into the file."""
    table = {f"{method} {path.removeprefix(API)}": sorted(roles) for (method, path), roles in RULES.items()}
    lines = ",\n".join(f"  {json.dumps(deed)}: {json.dumps(roles)}" for deed, roles in sorted(table.items()))
    assert TABLE.read_text(encoding="utf-8") == f"{{\n{lines}\n}}\n"
