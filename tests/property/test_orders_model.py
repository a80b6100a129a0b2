"""Commands under every fault at once: done at most once, never after their time, delivered on the device's word only.

A failure prints the command that replays it. RELAY_MODEL_SEEDS=FIRST-LAST chooses the schedules.
"""

import os

import pytest

from tests.support.delivery_device import BrokenError
from tests.support.orders_world import play

REPLAY = "RELAY_MODEL_SEEDS={seed}-{seed} pytest tests/property/test_orders_model.py -k schedule"


def run(default: range) -> None:
    first, _, last = os.environ.get("RELAY_MODEL_SEEDS", "").partition("-")
    for seed in range(int(first), int(last) + 1) if first else default:
        try:
            play(seed)
        except Exception as error:
            raise AssertionError(f"{error!r}\nreplay with: {REPLAY.format(seed=seed)}") from error


def test_in_every_schedule_of_faults_a_command_is_done_once_in_time_or_never():
    run(range(150))


@pytest.mark.soak
def test_in_thousands_of_schedules_no_promise_is_broken():
    run(range(1_000, 11_000))


@pytest.mark.parametrize(
    "mutant", ["no-log", "no-since", "no-expiry-error", "two-transactions", "no-mark", "believe-the-broker"]
)
def test_without_this_rule_the_model_shows_a_broken_promise(mutant):
    for seed in range(500):
        try:
            play(seed, frozenset({mutant}))
        except BrokenError:
            play(seed)
            return
    raise AssertionError(f"the model does not see {mutant}")
