"""One scan at a time: how long until it is confirmed on the port, and until it is committed in the hub.

    python -m bench.latency [--scans 2000] [--seed N] --json

Both count from the moment the scan's last byte is written to the port. Committed is when the hub's receipt for it
arrives at a second MQTT client that listens as the hub's own user: a receipt is sent after the commit only. The
yardstick is one synchronous write of 4 KiB to the same disk between the scans.
"""

import os
import queue
import random
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from bench.footprint import Pty
from bench.frame import labels, parser, percentile, run, say
from deploy.program import wait_for
from deploy.stack import Agent, Hub, scanner_section
from wire import codec, topics
from wire.messages import Lane, Receipt

DEVICE = "latency-1"
PLACE = "place:wh-1/a01"
PAUSE_S = 0.01


@contextmanager
def receipts(hub: Hub) -> Iterator["queue.SimpleQueue[tuple[int, float]]"]:
    """The hub's receipts for facts, as (through, when)."""
    heard: queue.SimpleQueue[tuple[int, float]] = queue.SimpleQueue()

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        at = time.perf_counter()
        answer = codec.decode_down(bytes(message.payload))
        if isinstance(answer, Receipt) and answer.lane is Lane.FACTS:
            heard.put((answer.through, at))

    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("hub", (hub.data / "broker" / "hub-password").read_text().strip())
    client.on_message = on_message
    client.connect("127.0.0.1", hub.mqtt_port)
    client.subscribe(topics.build(DEVICE, topics.Leaf.RECEIPT))
    client.loop_start()
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def latency(rng: random.Random, folder: Path, scans: int) -> dict[str, Any]:
    """Scan, wait for both, pause, and again."""
    confirm: list[float] = []
    commit: list[float] = []
    fsyncs: list[float] = []
    port = Pty()
    with Hub(folder / "hub") as hub, closing(port):
        password = hub.add_device(DEVICE, "scanner")
        ports = scanner_section(port.path, do="receive", to=PLACE)
        with (
            Agent(folder, DEVICE, "scanner", port=hub.mqtt_port, password=password, ports=ports) as agent,
            receipts(hub) as heard,
        ):
            wait_for("the agent's connection", lambda: agent.status().get("connected"))
            say(f"{scans} scans")
            for number, (text, _) in enumerate(islice(labels(rng), scans), start=1):
                begun = time.perf_counter()
                confirm.append(port.scan("]C1" + text, 10) * 1000)
                commit.append((_committed(heard, number) - begun) * 1000)
                fsyncs.append(fsync(folder) * 1000)
                time.sleep(PAUSE_S * rng.random())
    return {
        "confirm_ms_p50": round(percentile(confirm, 0.50), 2),
        "confirm_ms_p99": round(percentile(confirm, 0.99), 2),
        "commit_ms_p50": round(percentile(commit, 0.50), 2),
        "commit_ms_p99": round(percentile(commit, 0.99), 2),
        "fsync_ms_p99": round(percentile(fsyncs, 0.99), 2),
    }


def _committed(heard: "queue.SimpleQueue[tuple[int, float]]", number: int) -> float:
    """When the receipt for a sequence came."""
    while True:
        through, at = heard.get(timeout=30)
        if through >= number:
            return at


def fsync(folder: Path) -> float:
    """Seconds for one durable write of 4 KiB."""
    descriptor = os.open(folder / "yardstick", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        begun = time.perf_counter()
        os.write(descriptor, b"x" * 4096)
        os.fdatasync(descriptor)
        return time.perf_counter() - begun
    finally:
        os.close(descriptor)


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--scans", type=int, default=2000)
    options = arguments.parse_args()
    return run(options, lambda rng, folder: latency(rng, folder, options.scans))


if __name__ == "__main__":
    sys.exit(main())
