"""The command line of the simulated firmware: `relay-sim`."""

import sys

from firmware_sim.cli import app
from firmware_sim.errors import SimError


def main() -> None:
    """Run a command; a fault that a person can mend ends it with one sentence and exit code 2."""
    try:
        app()
    except SimError as error:
        print(f"relay-sim: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
