"""Programs of the edge whose wall clock shows another time: as on a device without a battery for its clock."""

import time
from datetime import UTC, datetime

WRONG = {"1970": 60.0, "2040": datetime(2040, 1, 1, tzinfo=UTC).timestamp()}
"""What the clock shows when the program starts, Unix s."""

_SHIFT = """
import time
real, shift = time.time_ns, {start!r} - time.time()
time.time_ns = lambda: real() + int(shift * 1e9)
time.time = lambda: time.time_ns() / 1e9
"""


def agent_code(config, start: float) -> str:
    """What `python -c` runs to have an agent in another time."""
    main = f"import sys\nfrom edge.agent import main\nsys.exit(main(['--config', {str(config)!r}]))\n"
    return _SHIFT.format(start=start) + main


def set_clock(monkeypatch, start: float) -> None:
    """This process's wall clock, as Python shows it."""
    real, shift = time.time_ns, start - time.time()
    monkeypatch.setattr(time, "time_ns", lambda: real() + int(shift * 1e9))
    monkeypatch.setattr(time, "time", lambda: (real() + int(shift * 1e9)) / 1e9)
