"""Kill -9 of agent, broker and hub at seeded random moments, while somebody scans."""

import time
from random import Random

import pytest

from deploy.stack import Hub, wait_for
from tests.support.chaos import PATIENCE_S, Device, Scene, reckon, settle, upright


def kill(rng: Random, target: str, hub: Hub, device: Device) -> None:
    """One program dies, and all but the broker, which the hub looks after, are started again a little later."""
    if target == "broker":
        hub.kill_broker()
        return
    program = device.agent if target == "agent" else hub
    program.kill()
    time.sleep(rng.uniform(0.0, 0.3))
    program.start()


def scan_and_kill(scene: Scene, *, confirm: str, rate: float, kills: int) -> None:
    hub = scene.hub()
    device = scene.device(hub, "wh1-scanner-1", confirm=confirm, rate=rate)
    device.codes.flow()
    wait_for("the first confirmation", lambda: device.confirmed > 0, PATIENCE_S)
    order = ["agent", "broker", "hub"] * kills
    scene.rng.shuffle(order)
    for target in order:
        time.sleep(scene.rng.uniform(0.1, 0.8))
        kill(scene.rng, target, hub, device)
    at_last_kill = device.confirmed
    wait_for("scans after the last kill", lambda: device.confirmed > at_last_kill, PATIENCE_S)
    device.finish()
    settle(hub, device)
    reckon(hub, device)
    upright(hub)


@pytest.mark.parametrize(("confirm", "rate"), [("ack", 200.0), ("echo", 1000.0)])
def test_no_confirmed_scan_is_lost_or_counted_twice_whatever_is_killed(scene, confirm, rate):
    scan_and_kill(scene, confirm=confirm, rate=rate, kills=1)


@pytest.mark.soak
@pytest.mark.parametrize(("confirm", "rate"), [("ack", 200.0), ("echo", 1000.0)])
def test_a_long_run_of_kills_loses_nothing_and_counts_nothing_twice(scene, confirm, rate):
    scan_and_kill(scene, confirm=confirm, rate=rate, kills=10)
