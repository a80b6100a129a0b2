"""The diagrams of life cycles in the documents are those of the transition tables."""

import re
from pathlib import Path

import pytest

from hub.core import reservations, space

PAGE = Path(__file__).parents[2] / "docs" / "how-it-works.md"


def arrows() -> list[set[tuple[str, str]]]:
    """The arrows of each state diagram, as (from, to)."""
    diagrams = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [set(re.findall(r"^\s*([\w-]+) --> ([\w-]+)", diagram, re.MULTILINE)) for diagram in diagrams]


@pytest.mark.parametrize("life", [space.LIFE, reservations.LIFE], ids=["booking", "reservation"])
def test_a_diagram_has_every_arrow_of_the_table_and_no_other(life):
    assert {(before.value, after.value) for (before, _), after in life.items()} in arrows()
