"""The pages of the dashboard: as its own table of addresses has them, and as docs/screens.md tells of them."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parents[2]
_APP = _ROOT / "hub" / "ui" / "src" / "app.tsx"
PAGE = _ROOT / "docs" / "screens.md"


class Row(NamedTuple):
    """A page: its address, its name, who sees it, the route that it reads, and what it is for."""

    address: str
    name: str
    who: str
    reads: str
    purpose: str


class Deed(NamedTuple):
    """What somebody does on a page, the route that does it, and the test that does it in a browser."""

    address: str
    what: str
    route: str
    test: str


@cache
def routes() -> tuple[str, ...]:
    """Addresses with `:id` and the like, in their order."""
    return tuple(re.findall(r'<Route path="([^"]+)"', _APP.read_text(encoding="utf-8")))


def section(title: str) -> Iterator[list[str]]:
    """The rows of the table under a heading."""
    told = PAGE.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    for line in told.splitlines():
        if line.startswith("| `"):
            yield [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]


@cache
def pages() -> tuple[Row, ...]:
    """The pages that are told of."""
    return tuple(Row(*cells) for cells in section("Pages"))


@cache
def deeds() -> tuple[Deed, ...]:
    """What is told that people do there."""
    return tuple(Deed(*cells) for cells in section("Actions"))


def undone(test: str, done: Iterable[str]) -> list[str]:
    """What a test (`file::name`) should have done in a browser, and did not; `done`: methods and paths."""
    asked = [f"{line} " for line in set(done)]
    missing = []
    for deed in deeds():
        pattern = re.sub(r"\\{\w+\\}", "[^/ ]+", re.escape(deed.route))
        if deed.test == test and not any(re.match(f"{pattern} ", line) for line in asked):
            missing.append(deed.route)
    return missing
