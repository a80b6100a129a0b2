"""Checks the types of the front ends (`npm run check` in each) with the Node that comes from PyPI.

Run: python -m deploy.check_dashboard
"""

import subprocess
import sys
from pathlib import Path

from deploy.build_dashboard import FRONT_ENDS, FrontEndError, install, npm_of_the_wheel

ROOT = Path(__file__).parents[1]


def main() -> int:
    """The greatest of npm's exit codes."""
    return max([_check(ROOT / folder) for folder in FRONT_ENDS.values()])


def _check(ui: Path) -> int:
    try:
        npm, environment = npm_of_the_wheel()
        install(ui, npm, environment, lambda text: sys.stderr.write(f"{text}\n"))
    except FrontEndError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return subprocess.run([*npm, "run", "--silent", "check"], cwd=ui, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
