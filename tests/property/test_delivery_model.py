"""Delivery under every fault at once: the pure device, the pure hub and a broker that keeps no promise.

A failure prints the command that replays it. RELAY_MODEL_SEEDS=FIRST-LAST chooses the schedules.
"""

import os

import pytest

from tests.support.delivery_device import BrokenError
from tests.support.delivery_world import play

REPLAY = "RELAY_MODEL_SEEDS={seed}-{seed} pytest tests/property/test_delivery_model.py -k schedule"
BEFORE_IDLE_HELLO_MS = 450_000
HARSH = {"hub restored": 8, "late": 40, "connect": 20, "disconnect": 8, "backup": 10, "agent dies": 4}


def seeds(default: range) -> range:
    first, _, last = os.environ.get("RELAY_MODEL_SEEDS", "").partition("-")
    return range(int(first), int(last) + 1) if first else default


def run(chosen: range, **how) -> None:
    for seed in chosen:
        try:
            play(seed, **how)
        except Exception as error:
            raise AssertionError(f"{error}\nreplay with: {REPLAY.format(seed=seed)}") from error


def hunt(mutant: str, more: dict[str, float]) -> None:
    """Play until the mutant breaks a promise; without it the same schedule must keep them, as quickly."""
    how = {"more": more, "most_ms": BEFORE_IDLE_HELLO_MS}
    for seed in range(1_000):
        try:
            play(seed, frozenset({mutant}), **how)
        except BrokenError:
            play(seed, **how)
            return
    raise AssertionError(f"the model does not see {mutant}")


def test_in_every_schedule_of_faults_each_fact_is_applied_once_or_visibly_missing():
    run(seeds(range(300)))


def test_a_hub_that_is_restored_again_and_again_gets_back_what_it_lacks():
    run(seeds(range(100)), more=HARSH)


def test_items_that_the_hub_cannot_commit_do_not_hold_up_the_others_for_ever():
    run(seeds(range(100)), more={"poison": 0.05})


@pytest.mark.soak
def test_in_thousands_of_schedules_of_faults_no_promise_is_broken():
    run(seeds(range(1_000, 15_000)))
    run(seeds(range(1_000, 5_000)), more=HARSH)
    run(seeds(range(1_000, 3_000)), more={"poison": 0.05})


@pytest.mark.parametrize(
    ("mutant", "more"),
    [
        ("trust-the-broker", {}),
        ("store-beyond", {}),
        ("no-skipping", {}),
        ("same-stream", {}),
        ("receipt-before-commit", {}),
        ("thin-what-was-sent", {"thin": 8, "clone": 0, "salvage": 0, "disk restored": 0}),
        ("never-lower", HARSH | {"poison": 0}),
        ("believe-anything", {"poison": 0}),
        ("no-halving", {"poison": 0.02}),
    ],
)
def test_without_this_rule_the_model_shows_a_broken_promise(mutant, more):
    hunt(mutant, more)
