"""A broker of one's own, and a hub that is small enough to read: hub.core.reception over a dictionary."""

import contextlib
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt

from edge.config import DeviceSettings, HubSettings, Settings
from hub.core.reception import Beyond, LaneState, answer, chosen, every, greet, take
from tests.support.authority import Authority
from wire import topics
from wire.codec import decode_up, encode, sequences
from wire.messages import AnyItem, Batch, Hello, Lane, Receipt, Status, Welcome

LEDGER = "1" * 16


def until(condition: Callable[[], object], timeout_s: float = 20.0, what: str = "") -> None:
    """Wait until something is so; fail if it takes too long."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout_s} s: {what or condition}")
        time.sleep(0.01)


def settings(folder: Path, port: int, *, name: str = "wh1-scanner-1", password: str = "") -> Settings:
    """What an agent is told."""
    return Settings(
        path=folder / "edge.toml",
        device=DeviceSettings(name=name, kind="scanner", data=folder),
        hub=HubSettings(host="127.0.0.1", port=port, username=name, password=password),
        scanners=(),
        gnss=(),
        keep_days=14,
        limit_mib=1024,
        log_level="info",
        log_json=True,
    )


class Broker:
    """A real Mosquitto on a port of its own, without persistence."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._conf = folder / "broker.conf"
        self._conf.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n{extra}"
        )
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["mosquitto", "-c", str(self._conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers, what="the broker listens")

    def kill(self) -> None:
        """As hard as it gets."""
        self.process.kill()
        self.process.wait()

    def freeze(self, frozen: bool) -> None:
        """Half-open: the connection stands, and nobody answers."""
        import signal

        self.process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


def secured(folder: Path, port: int, authority: Authority) -> str:
    """A broker's second listener, with a hub's certificate, for devices that joined."""
    key, certificate = authority.server()
    for name, pem in (("server.key", key), ("server.pem", certificate)):
        (folder / name).write_bytes(pem)
    files = f"keyfile {folder / 'server.key'}\ncertfile {folder / 'server.pem'}"
    return f"user root\nlistener {port} 127.0.0.1\n{files}\n"


class TinyHub:
    """Takes what devices send, commits to dictionaries, sends receipts."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.rows: dict[tuple[str, str, Lane], LaneState] = {}
        self.applied: dict[tuple[str, str, Lane, int], AnyItem] = {}
        self.declared: list[tuple] = []
        self.hellos: list[Hello] = []
        self.batches: list[Batch] = []
        self.twice: list[tuple] = []
        self.presence: dict[str, bytes] = {}
        self.nows: list[bytes] = []
        self.ledger = LEDGER
        self.deaf = False
        """Commits, and dies before the receipt."""
        self.refuses: Callable[[Batch], bool] = lambda batch: False
        self._lock = threading.Lock()
        self.start()

    def start(self) -> None:
        """A new run."""
        self.run = secrets.token_hex(8)
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        self._client.max_inflight_messages_set(1000)
        self._client.reconnect_delay_set(min_delay=1, max_delay=1)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def facts(self) -> list[AnyItem]:
        with self._lock:
            return [item for (_, _, lane, _), item in self.applied.items() if lane is Lane.FACTS]

    def count(self, lane: Lane = Lane.FACTS) -> int:
        with self._lock:
            return sum(key[2] is lane for key in self.applied)

    def _on_connect(self, client, *_) -> None:
        client.subscribe([(topics.subscription(leaf), 1) for leaf in topics.DEVICE_WRITES])
        client.publish(topics.STATUS, encode(Status(ledger=self.ledger, run=self.run, online=True)), 1, retain=True)

    def _on_message(self, _client, _data, message) -> None:
        topic = topics.parse(message.topic)
        if topic.leaf is topics.Leaf.PRESENCE:
            self.presence[topic.device] = message.payload
        elif topic.leaf is topics.Leaf.NOW:
            self.nows.append(message.payload)
        else:
            with self._lock:
                reply = self._serve(topic.device, decode_up(message.payload))
            if reply is not None and not self.deaf:
                self._client.publish(topics.build(topic.device, topics.Leaf.RECEIPT), encode(reply), 1)

    def _serve(self, device: str, message: Hello | Batch) -> Welcome | Receipt | None:
        now = time.time_ns() // 1_000_000
        if isinstance(message, Hello):
            self.hellos.append(message)
            rows = {(s, lane): state for (d, s, lane), state in self.rows.items() if d == device}
            changed = greet(rows, message)
            self.rows |= {(device, *key): state for key, state in changed.items()}
            return Welcome(
                ledger=self.ledger, run=self.run, time=now, hello=message.hello, page=message.page,
                streams=answer(rows | changed, message), every=every((stream for stream, _ in rows), message),
            )  # fmt: skip
        self.batches.append(message)
        if message.ledger != self.ledger or self.refuses(message):
            return None
        key = (device, message.stream, message.lane)
        state = self.rows.get(key, LaneState())
        taken = take(state, lane=message.lane, after=message.after, last=message.last, gaps=message.gaps)
        if not isinstance(taken, Beyond):
            places = sequences(message.after, message.last, message.gaps, len(message.items))
            for seq, item in chosen(places, message.items, taken.fresh):
                if (*key, seq) in self.applied:
                    self.twice.append((*key, seq))
                self.applied[*key, seq] = item
            self.declared.extend((*key, gap) for gap in taken.declared)
            self.rows[key] = taken.state
        return Receipt(
            ledger=self.ledger, run=self.run, time=now, hello=message.hello, stream=message.stream, lane=message.lane,
            through=state.through if isinstance(taken, Beyond) else taken.state.through, turn=message.turn,
            beyond=isinstance(taken, Beyond),
        )  # fmt: skip


@contextlib.contextmanager
def broker(folder: Path, extra: str = "") -> Iterator[Broker]:
    running = Broker(folder, extra)
    try:
        yield running
    finally:
        running.freeze(False) if running.process.poll() is None else None
        running.kill()


@contextlib.contextmanager
def hub(port: int) -> Iterator[TinyHub]:
    running = TinyHub(port)
    try:
        yield running
    finally:
        running.stop()
