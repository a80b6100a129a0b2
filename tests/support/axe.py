"""What axe-core finds on the page that is open, and what sticks out of its window.

The program is brought by the browser's own wire (CDP), so that no page has to allow it; nothing of it is built in.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from tests.support.browser import Screen

_PROGRAM = Path(__file__).parents[2] / "hub" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_TOLD = "`${each.id}: ${node.target} ${node.html.slice(0, 200)} ${node.any.map((one) => one.message)}`"
_FOUND = f"""axe.run({{runOnly: {_TAGS}, resultTypes: ["violations"]}}).then(
  (all) => all.violations.flatMap((each) => each.nodes.map((node) => {_TOLD})))"""
_AT_REST = """Promise.all(document.getAnimations()
  .filter((each) => Number.isFinite(each.effect?.getComputedTiming().endTime))
  .map((each) => each.finished.catch(() => 0)))"""
"""Colours that change have changed."""


class Look(NamedTuple):
    """How somebody looks at a page."""

    language: str
    colours: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.colours}-{self.width}"


LOOKS = tuple(Look(*each) for each in product(("en", "zh"), ("light", "dark"), (360, 1280)))
"""All of them."""


@cache
def _program() -> str:
    return _PROGRAM.read_text()


def dress(screen: Screen, look: Look) -> None:
    """The page in these colours and this width; the language is the window's."""
    screen.page.set_viewport_size({"width": look.width, "height": 740})
    screen.page.emulate_media(color_scheme=look.colours, reduced_motion="reduce")


def faults(screen: Screen) -> Iterator[str]:
    """WCAG 2.2 AA and what else axe holds good, and how much too wide the page is."""
    if not screen.page.evaluate("'axe' in window"):
        screen.page.evaluate(_program())
    screen.page.evaluate(_AT_REST)
    yield from screen.page.evaluate(_FOUND)
    if (over := screen.overflow_at_rest_px()) > 0:
        yield f"it is {over} px wider than its window"
