"""Checks the dashboard's types (`npm run check`) with the Node that comes from PyPI.

Run: python -m deploy.check_dashboard
"""

import subprocess
import sys
from pathlib import Path

from deploy.build_dashboard import DashboardError, _install, _npm

UI = Path(__file__).parents[1] / "hub" / "ui"


def main() -> int:
    """The exit code of npm."""
    try:
        npm, environment = _npm()
        _install(UI, npm, environment, lambda text: sys.stderr.write(f"{text}\n"))
    except DashboardError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return subprocess.run([*npm, "run", "--silent", "check"], cwd=UI, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
