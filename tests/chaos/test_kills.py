"""Kill -9 of agent, broker and hub at seeded random moments, while somebody scans."""

import time
from random import Random

import pytest

from deploy.program import wait_for
from deploy.stack import Hub
from tests.support.chaos import PATIENCE_S, Device, Scene, reckon, settle, upright


def kill(rng: Random, target: str | Device, hub: Hub) -> None:
    """One program dies, and all but the broker, which the hub looks after, are started again a little later."""
    if target == "broker":
        hub.kill_broker()
        return
    program = target.agent if isinstance(target, Device) else hub
    program.kill()
    time.sleep(rng.uniform(0.0, 0.3))
    program.start()


def scan_and_kill(scene: Scene, *, kills: int) -> None:
    """Scan at two devices while each program of the stack is killed so often, in a random order."""
    hub = scene.hub()
    devices = [
        scene.device(hub, "wh1-scanner-1", confirm="ack", rate=200.0),
        scene.device(hub, "wh1-scanner-2", confirm="echo", rate=1000.0),
    ]
    for device in devices:
        device.codes.flow()
        wait_for("the first confirmation", lambda device=device: device.confirmed > 0, PATIENCE_S)
    order = ["broker", "hub", *devices] * kills
    scene.rng.shuffle(order)
    for target in order:
        time.sleep(scene.rng.uniform(0.1, 0.8))
        kill(scene.rng, target, hub)
    for device in devices:
        before = device.confirmed
        wait_for("scans after the last kill", lambda: device.confirmed > before, PATIENCE_S)  # noqa: B023
        device.finish()
    settle(hub, *devices)
    reckon(hub, *devices)
    upright(hub)


def test_no_confirmed_scan_is_lost_or_counted_twice_whatever_is_killed(scene):
    scan_and_kill(scene, kills=1)


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(3))
def test_a_long_run_of_kills_loses_nothing_and_counts_nothing_twice(scene, turn):
    scan_and_kill(scene, kills=8)
