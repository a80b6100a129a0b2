"""The diagrams of life cycles in the documents are those of the transition tables."""

import re
from pathlib import Path

import pytest

from docs import generate_life_cycles
from hub.core import reservations, space
from hub.core.lifecycles import CONSIGNMENT, PARCEL, REQUEST

PAGE = Path(__file__).parents[2] / "docs" / "how-it-works.md"


def diagrams(page: str) -> list[str]:
    """The state diagrams of a page."""
    return re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", page, re.DOTALL)


def arrows() -> list[set[tuple[str, str]]]:
    """The arrows of each state diagram, as (from, to)."""
    page = PAGE.read_text(encoding="utf-8")
    return [set(re.findall(r"^\s*([\w-]+) --> ([\w-]+)", diagram, re.MULTILINE)) for diagram in diagrams(page)]


def drawn(diagram: str) -> set[tuple[str, str, str]]:
    """What a diagram of relief says, as (from, event, to); boxes are taken apart."""
    boxes = {
        name: states.split(", ") for name, states in re.findall(r": (any-of-\d+) is ([\w, -]+)$", diagram, re.MULTILINE)
    }
    found = re.findall(r"^\s*([\w-]+) --> ([\w-]+): ([\w, -]+)$", diagram, re.MULTILINE)
    return {
        (before, event, after)
        for source, after, events in found
        for before in boxes.get(source, [source])
        for event in events.split(", ")
        if before != after
    }


@pytest.mark.parametrize("life", [space.LIFE, reservations.LIFE], ids=["booking", "reservation"])
def test_a_diagram_has_every_arrow_of_the_table_and_no_other(life):
    assert {(before.value, after.value) for (before, _), after in life.items()} in arrows()


@pytest.mark.parametrize("which", [0, 1, 2], ids=["request", "consignment", "parcel"])
def test_a_diagram_of_relief_has_every_event_of_the_table_and_no_other(which):
    life = (REQUEST, CONSIGNMENT, PARCEL)[which]
    without = generate_life_cycles.LEFT_OUT if life is PARCEL else set()
    told = {
        (before.value, event.value, after.value)
        for (before, event), after in life.moves.items()
        if before is not after and event.value not in without
    }
    page = generate_life_cycles.TARGET.read_text(encoding="utf-8")
    assert drawn(diagrams(page)[which]) == told


def test_the_page_of_life_cycles_is_made_of_the_tables():
    page = generate_life_cycles.TARGET.read_text(encoding="utf-8")
    assert page == generate_life_cycles.document(page), "run python docs/generate_life_cycles.py"
    assert generate_life_cycles.document(page.replace("fulfilled", "done")) != page.replace("fulfilled", "done")
