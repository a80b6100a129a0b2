"""Every error of the hub has a title in both languages of the dashboard."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODES = set(re.findall(r'<a id="([^"]+)"></a>', (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_code_of_an_error_is_said_in_the_language_of_the_page(language):
    path = ROOT / "hub" / "ui" / "src" / "locales" / f"{language}.json"
    said = json.loads(path.read_text(encoding="utf-8"))["problem"]
    assert {code for code in CODES if not said.get(code)} == set()
