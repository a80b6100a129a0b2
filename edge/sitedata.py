"""Fetching what this device may know of its site: `python -m edge.sitedata --config FILE`, a process of its own.

The device proves who it is (wire/device_session.py), asks page by page for what changed after the version that it
holds, puts each page aside as it comes, and takes all of it over at once when nothing is missing. A connection that
breaks costs nothing but time: the next try goes on where this one ended. The agent starts this program
(edge/sitedata_watch.py); it answers with a line of JSON (`Fetched`), or its last line on standard error says why not.
"""

import sys
from pathlib import Path
from typing import Final

import msgspec

from edge.admittance import admitted
from edge.child import begin
from edge.clock import Clock
from edge.config import Settings
from edge.core.refreshing import Fetched
from edge.desired import load
from edge.door import DoorError
from edge.errors import EdgeError
from edge.store.knowledge import NAME
from edge.store.knowledge_writing import KnowledgeWriter

LONGEST_S: Final = 900
"""A fetch that takes longer hangs, or its network is too slow: the next one goes on where it was."""
MOST_PAGES: Final = 5_000


def fetch(settings: Settings, *, sscc_left: int | None = None) -> Fetched:
    """Hold the newest version when this returns. Raises EdgeError: what was held before still counts."""
    entry = admitted(settings)
    door = entry.door
    path = settings.device.data / NAME
    changed = misread = 0
    with KnowledgeWriter(path, device=settings.device.name) as writer:
        for _ in range(MOST_PAGES):
            held = writer.asked_after()
            after: dict[str, str | int] = {"generation": held.generation, "after": held.version}
            if not held.generation:
                after = {}
            if sscc_left is not None:
                after["sscc_left"] = sscc_left
            page = door.site_data(entry.context, entry.token, **after)
            if held.generation and page.generation != held.generation and not page.reset:
                raise DoorError(f"the hub at {door.address} changed its generation and did not say so: try again")
            if page.more and not page.reset and page.version <= held.version:
                raise DoorError(f"the hub at {door.address} sends the same page again and again; see its log")
            misread += writer.put_aside(page)
            if not page.more:
                changed += writer.take_over(Clock().now_ms())
                edition = writer.edition()
                return Fetched(generation=edition.generation, version=edition.version, changed=changed, misread=misread)
    raise DoorError(f"the hub at {door.address} sends more than {MOST_PAGES} pages; see its log")


def main(arguments: list[str]) -> int:
    """Fetch once, for `--config FILE [SSCC-LEFT]`; the exit code."""
    if len(arguments) not in {2, 3} or arguments[0] != "--config":
        sys.stderr.write("usage: python -m edge.sitedata --config FILE [SSCC-LEFT]\n")
        return 2
    begin(LONGEST_S)
    try:
        left = int(arguments[2]) if len(arguments) == 3 else None
        fetched = fetch(load(Path(arguments[1])), sscc_left=left)
    except (EdgeError, OSError) as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return 1
    sys.stdout.write(msgspec.json.encode(fetched).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
