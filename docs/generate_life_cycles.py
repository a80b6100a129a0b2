"""Draw the life cycles in docs/life-cycles.md out of hub/core/lifecycles.py: docs/generate_life_cycles.py [--check].

--check writes nothing and exits 1 when the file differs.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the script runs from a checkout, also where nothing is installed

from docs.protocol_source import tables  # noqa: E402
from hub.core.lifecycles import CONSIGNMENT, PARCEL, REQUEST, LifeCycle  # noqa: E402

TARGET = ROOT / "docs" / "life-cycles.md"
MANY: Final = 6
"""Events that lead from the same states, so many, to one are drawn from a box around them."""
LEFT_OUT: Final = frozenset({"damaged", "lost"})
"""Of parcels: they may happen in nearly every state."""


LIVES: Final[dict[str, tuple[LifeCycle[Any, Any], frozenset[str]]]] = {
    "requests": (REQUEST, frozenset()),
    "consignments": (CONSIGNMENT, frozenset()),
    "parcels": (PARCEL, LEFT_OUT),
}


def document(page: str) -> str:
    """The page with its drawings and tables made anew."""
    for name, (life, without) in LIVES.items():
        begin, end = f"<!-- {name}: made by docs/generate_life_cycles.py -->\n", f"\n<!-- {name}: end -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = before + begin + _diagram(life, without) + _table(life) + end + after
    return page


def _diagram(life: LifeCycle[Any, Any], without: frozenset[str] = frozenset()) -> str:
    """What leads from one state into another; rows that lead nowhere else are left to the table."""
    lines = ["", "```mermaid", "stateDiagram-v2", f"    [*] --> {life.first.value}", *_arrows(life, without), "```", ""]
    return "\n".join(lines)


def _arrows(life: LifeCycle[Any, Any], without: frozenset[str]) -> Iterator[str]:
    sources: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (before, event), after in life.moves.items():
        if event.value not in without:
            sources[event.value, after.value].add(before.value)
    boxes: dict[frozenset[str], list[tuple[str, str]]] = defaultdict(list)
    for way, states in sources.items():
        boxes[frozenset(states)].append(way)
    names: dict[frozenset[str], str] = {}
    for box in sorted(boxes, key=sorted):
        if len(box) >= MANY and len(boxes[box]) > 1:
            names[box] = f"any-of-{len(names) + 1}"
            yield f"    note right of {min(box)}: {names[box]} is {', '.join(sorted(box))}"
    single: dict[tuple[str, str], list[str]] = defaultdict(list)
    for box, ways in boxes.items():
        for event, after in ways:
            for before in [names[box]] if box in names else box - {after}:
                single[before, after].append(event)
    for (before, after), events in sorted(single.items()):
        yield f"    {before} --> {after}: {', '.join(sorted(events))}"


def _table(life: LifeCycle[Any, Any]) -> str:
    events: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    who: dict[str, str] = {}
    for (before, event), after in life.moves.items():
        events[event.value][after.value].append(before.value)
        roles = life.may.get(event)
        who[event.value] = "facts" if roles is None else ", ".join(sorted(roles)) or "the hub, by time"
    rows = [
        (
            f"`{event}`",
            who[event],
            "; ".join(f"{', '.join(sorted(before))} → **{after}**" for after, before in to.items()),
        )
        for event, to in events.items()
    ]
    return "\n" + tables.table(("event", "by", "from → to"), rows) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or compare. Returns the exit code."""
    known = TARGET.read_text(encoding="utf-8")
    page = document(known)
    if "--check" in arguments:
        if known == page:
            return 0
        sys.stderr.write("docs/life-cycles.md differs from hub/core/lifecycles.py: run docs/generate_life_cycles.py\n")
        return 1
    TARGET.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
