"""Whoever gets the pages gets the licences of what is in them; they are written when the pages are built."""

import json
from pathlib import Path

import pytest

from deploy.build_dashboard import FRONT_ENDS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_the_built_pages_carry_the_licence_of_every_package_that_they_are_made_of(name):
    folder = ROOT / FRONT_ENDS[name]
    notices = (folder / "dist" / "third-party-notices.md").read_text(encoding="utf-8")
    packages = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert {package for package in packages if f"## {package} - " not in notices} == set()
    assert "Permission is hereby granted" in notices
