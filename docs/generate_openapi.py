"""Writes the description of the hub's interface from its routes: what the dashboard's types are made from.

Run: python docs/generate_openapi.py [--check]   (--check only says whether the file is current, for CI)
"""

import json
import sys
from pathlib import Path

from hub.api.app import description

TARGET = Path(__file__).parents[1] / "hub" / "ui" / "openapi.json"
VERSION = "1"
"""Of the interface, as its addresses name it; a release of the program changes nothing in it."""


def document() -> str:
    """The file as it should be."""
    return json.dumps(description(VERSION), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or compare. Returns the exit code."""
    made = document()
    if "--check" in arguments:
        if TARGET.read_text(encoding="utf-8") == made:
            return 0
        sys.stderr.write("hub/ui/openapi.json differs from the hub's routes: run docs/generate_openapi.py\n")
        return 1
    TARGET.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
