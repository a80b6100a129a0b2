"""What holds for every test.

The programs that they start, some hundreds of times, are compiled once and kept so. And no test fails for the time
that it took: a machine that does much else at once, or has no folder of Hypothesis yet, is slow and not wrong.
"""

import os
import sys

from hypothesis import HealthCheck, settings

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
