"""Sticks and network together, under every fault at once: every fact counts exactly once, and nothing gets hidden.

A failure prints the command that replays it. RELAY_MODEL_SEEDS=FIRST-LAST chooses the schedules.
"""

import os

import pytest

from tests.support.delivery_device import BrokenError
from tests.support.stick_world import play

REPLAY = "RELAY_MODEL_SEEDS={seed}-{seed} pytest tests/property/test_stick_model.py -k schedule"
RESTORES = {"hub restored": 8, "backup": 10, "disk restored": 2, "trim": 8, "disconnect": 10, "poison": 0}


def run(chosen: range, **how) -> tuple[int, int]:
    first, _, last = os.environ.get("RELAY_MODEL_SEEDS", "").partition("-")
    taken_in = left_out = 0
    for seed in range(int(first), int(last) + 1) if first else chosen:
        try:
            world = play(seed, **how)
        except Exception as error:
            raise AssertionError(f"{error}\nreplay with: {REPLAY.format(seed=seed)}") from error
        taken_in, left_out = taken_in + world.taken_in, left_out + world.left_out
    return taken_in, left_out


def test_in_every_schedule_of_sticks_and_network_each_fact_counts_once_and_none_is_hidden():
    taken_in, _ = run(range(150))
    assert taken_in > 1000


def test_sticks_and_a_hub_that_is_restored_again_and_again_hide_nothing():
    taken_in, left_out = run(range(100), more=RESTORES)
    assert min(taken_in, left_out) > 300


@pytest.mark.soak
def test_in_thousands_of_schedules_of_sticks_no_promise_is_broken():
    run(range(1_000, 8_000))
    run(range(1_000, 5_000), more=RESTORES)


@pytest.mark.parametrize("mutant", ["store-beyond", "no-skipping", "skip-silently", "declare-beyond"])
def test_without_this_rule_the_model_shows_a_broken_promise(mutant):
    for seed in range(500):
        try:
            play(seed, frozenset({mutant}), more=RESTORES)
        except BrokenError:
            play(seed, more=RESTORES)
            return
    raise AssertionError(f"the model does not see {mutant}")
