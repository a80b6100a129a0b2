"""Broker gone, hub gone, network cut, half-open or slow: the backlog arrives once, and nothing piles up meanwhile."""

import math

import pytest

from deploy.link import Mode
from deploy.program import wait_for
from tests.support.chaos import (
    PATIENCE_S,
    PlainMosquitto,
    delivered,
    facts,
    reckon,
    rss_mib,
    settle,
    upright,
)


@pytest.mark.soak
def test_twenty_thousand_facts_wait_for_the_broker_on_disk_and_not_in_memory(scene):
    hub = scene.hub()
    device = scene.device(hub, "wh1-scanner-1", rate=math.inf)
    device.scan(200)
    delivered(hub, device)
    hub.stop()
    device.scan(2_000)
    before = rss_mib(device.agent.pid)
    device.scan(18_000)
    waiting = rss_mib(device.agent.pid)
    hub.start()
    device.finish()
    delivered(hub, device)
    after = rss_mib(device.agent.pid)
    device.agent.stop()
    assert waiting - before < 8, f"{before} MiB with 2,000 facts waiting, {waiting} with 20,000"
    assert after < 60
    reckon(hub, device)


@pytest.mark.soak
def test_while_the_hub_is_gone_nothing_piles_up_in_a_broker_with_its_default_limits(scene):
    with PlainMosquitto(scene.folder / "broker") as broker:
        scene.programs.append(broker)
        hub = scene.hub(broker=f"mqtt://127.0.0.1:{broker.mqtt_port}")
        device = scene.device(hub, "wh1-scanner-1", port=broker.mqtt_port, rate=math.inf)
        device.scan(500)
        delivered(hub, device)
        before, agent_before = rss_mib(broker.pid), rss_mib(device.agent.pid)
        hub.kill()
        device.scan(10_000)
        wait_for("the word that it is connected", lambda: device.agent.status().get("connected"))
        assert rss_mib(broker.pid) - before < 4
        assert rss_mib(device.agent.pid) - agent_before < 8
        hub.start()
        device.finish()
        settle(hub, device)
        reckon(hub, device)
        upright(hub)


def test_a_network_that_is_cut_half_open_or_slow_delays_its_own_device_and_loses_nothing(scene):
    spoil_networks(scene, count=600, noticed=_says_hello)


@pytest.mark.soak
def test_a_half_open_connection_is_left_and_made_anew_beside_a_long_cut_and_a_slow_network(scene):
    spoil_networks(scene, count=5_000, noticed=_left)


def spoil_networks(scene, *, count, noticed):
    """Scan `count` times at each of four devices, three of which have a bad network."""
    hub = scene.hub()
    names = ("cut-1", "silent-1", "slow-1", "well-1")
    links = {name: scene.link(hub) for name in names}
    cut, silent, slow, well = devices = [
        scene.device(hub, name, port=link.port, rate=300.0) for name, link in links.items()
    ]
    for device in devices:
        device.scan(50)
    delivered(hub, *devices)
    for device in devices:
        device.codes.more(count)
    links["silent-1"].set(Mode.SILENT)
    links["slow-1"].set(Mode.SLOW, bytes_per_s=32_768)
    for _ in range(3):
        links["cut-1"].set(Mode.CUT)
        goal = min(count, cut.confirmed + scene.rng.randrange(100, 300))
        wait_for("scans without a network", lambda goal=goal: cut.confirmed >= goal, PATIENCE_S)
        links["cut-1"].set(Mode.OPEN)
    well.finish()
    delivered(hub, well)  # nobody waits for the others
    assert facts(hub, "silent-1") == 50
    wait_for("the agent to notice that nobody answers", lambda: noticed(silent), PATIENCE_S)
    links["silent-1"].set(Mode.OPEN)
    for device in (cut, silent, slow):
        device.finish()
    settle(hub, *devices)
    reckon(hub, *devices)
    upright(hub)


def _says_hello(device) -> bool:
    return device.agent.status().get("delivery") == "greeting"


def _left(device) -> bool:
    return not device.agent.status().get("connected", True)
