"""What an earlier hub, or another one, left behind: a device believes only the hub that answers its own hello."""

import contextlib
import sqlite3

import pytest

from deploy.link import Mode
from deploy.program import wait_for
from tests.support.chaos import (
    PATIENCE_S,
    PlainMosquitto,
    delivered,
    facts,
    reckon,
    relay_edge,
    settle,
    shown,
    upright,
)
from tests.support.mqtt import connected
from wire import codec, topics
from wire.messages import Lane, Receipt, Status, StreamState, Welcome

OLD_RUN, OTHER_LEDGER = "0" * 16, "f" * 16


def lies(ledger: str, stream: str):
    """What an earlier hub may have said: more than there is, to another hello, for this ledger and another."""
    for whose in (ledger, OTHER_LEDGER):
        for nonce in (1, 2**53 - 1):
            states = (StreamState(stream=stream, facts=10**6, telemetry=10**6),)
            yield Welcome(ledger=whose, run=OLD_RUN, time=1, hello=nonce, streams=states)
            for lane in Lane:
                for beyond in (False, True):
                    yield Receipt(
                        ledger=whose,
                        run=OLD_RUN,
                        time=1,
                        hello=nonce,
                        turn=0,
                        stream=stream,
                        lane=lane,
                        through=10**6,
                        beyond=beyond,
                    )


def test_retained_and_stale_words_of_an_earlier_hub_make_a_device_drop_nothing(scene):
    hub = scene.hub()
    link = scene.link(hub)
    device = scene.device(hub, "credulous-1", port=link.port)
    device.scan(100)
    delivered(hub, device)
    ledger = hub.rest.get("/health")["ledger"]
    link.set(Mode.CUT)
    device.scan(300)
    with contextlib.closing(sqlite3.connect(f"file:{device.outbox}?mode=ro", uri=True)) as db:
        (stream,) = db.execute("SELECT max(stream) FROM streams").fetchone()
    password = (hub.data / "broker" / "hub-password").read_text().strip()
    topic = topics.build(device.name, topics.Leaf.RECEIPT)
    with connected(hub.mqtt_port, "hub", password) as earlier:
        told = [codec.encode(message) for message in lies(ledger, stream)]
        for message in told:
            earlier.publish(topic, message, retain=True)
        for whose in (OTHER_LEDGER, ledger):
            earlier.publish(topics.STATUS, codec.encode(Status(ledger=whose, run=OLD_RUN, online=True)), retain=True)
        link.set(Mode.OPEN)
        wait_for("the device to be back", lambda: device.agent.status()["connected"], PATIENCE_S)
        device.codes.more(300)
        while device.confirmed < 700:
            for message in scene.rng.sample(told, 5):
                earlier.publish(topic, message)
            run = f"{scene.rng.getrandbits(64):016x}"
            status = Status(ledger=scene.rng.choice((OTHER_LEDGER, ledger)), run=run, online=scene.rng.random() < 0.5)
            earlier.publish(topics.STATUS, codec.encode(status))
    device.finish()
    settle(hub, device)
    reckon(hub, device)
    assert facts(hub, device.name) == 700
    assert hub.rest.get("/gaps")["rows"] == []
    assert shown(hub, device.name)["lost"] == 0
    upright(hub)


@pytest.mark.soak
def test_a_hub_of_another_ledger_gets_nothing_until_a_person_rebinds_the_device(scene):
    broker = PlainMosquitto(scene.folder / "broker")
    scene.programs.append(broker)
    scene.enter(broker)
    address = f"mqtt://127.0.0.1:{broker.mqtt_port}"
    first = scene.hub("first", broker=address)
    device = scene.device(first, "faithful-1", port=broker.mqtt_port)
    device.scan(100)
    delivered(first, device)
    first.stop()

    second = scene.hub("second", broker=address)
    theirs = second.rest.get("/health")["ledger"]
    device.scan(50)
    wait_for("the device to notice", lambda: device.agent.status()["foreign_ledger"] == theirs, PATIENCE_S)
    assert theirs in device.agent.status()["problem"]
    assert facts(second, device.name) == 0
    assert device.pending() == 50

    device.agent.stop()
    relay_edge(device, "rebind", "--yes")
    device.agent.start()
    device.scan(25)
    device.finish()
    settle(second, device)
    reckon(second, device)
    assert facts(second, device.name) == 175
    upright(second)
