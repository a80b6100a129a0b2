"""Whole lives of devices with wrong clocks: real outbox, delivery, receiver and ingest, made-up clocks and networks."""

import os
import random
from pathlib import Path

import pytest

from bench.clocks import clocks

REPLAY = "RELAY_CLOCK_SEED={seed} pytest tests/integration/test_clock_lives.py"


def lives(folder: Path, cases: int) -> dict:
    seed = int(os.environ.get("RELAY_CLOCK_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    found = clocks(random.Random(seed), folder, cases)
    assert found["max_error_s"] <= 2, (found, REPLAY.format(seed=seed))
    assert (found["unbounded"], found["regressions"]) == (0, 0), (found, REPLAY.format(seed=seed))
    return found


def test_scans_of_devices_with_wrong_clocks_get_the_right_time_or_true_bounds(tmp_path):
    assert lives(tmp_path, 4)["scans"] > 20


@pytest.mark.soak
def test_scans_of_hundreds_of_devices_with_wrong_clocks_get_the_right_time_or_true_bounds(tmp_path):
    lives(tmp_path, 400)
