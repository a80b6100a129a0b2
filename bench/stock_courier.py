"""Brings facts to a hub as a device does, with as little of a device as that takes: hello, batches, receipts.

The window is fixed, and what is lost is an error: on loopback, with a hub that nobody kills, nothing may be.
"""

import secrets
import select
import socket
import time
from collections.abc import Callable

from bench import herd_wire
from bench.herd_wire import Pipe, published
from wire import topics
from wire.codec import assemble, decode_down, encode
from wire.limits import BATCH_BYTES
from wire.messages import Batch, Hello, Lane, Presence, Receipt, StreamEnd, Welcome

WINDOW = 6
"""Batches on their way."""
PATIENCE_S = 60.0


class CourierError(Exception):
    """The hub did not take what a device brought."""


class Courier:
    """One device with one stream of facts."""

    def __init__(self, name: str, port: int, password: str) -> None:
        self.name = name
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._pipe = Pipe(self._socket)
        self._stream, self._hello = secrets.token_hex(8), 1 + secrets.randbelow(2**31)
        self._up = topics.build(name, topics.Leaf.UP)
        self._ledger = ""
        self._subscribed = False
        self._items: list[bytes] = []
        self._size = 0
        self._last = self._through = 0
        self._flying: list[int] = []
        run = secrets.token_hex(8)
        gone = encode(Presence(run=run, connection=run, online=False, at=0, kind="scanner"))
        will = (topics.build(name, topics.Leaf.PRESENCE), gone)
        self._pipe.connect(f"relay-{run}", user=name, password=password, will=will, keepalive_s=600)
        self._pipe.subscribe(topics.build(name, topics.Leaf.RECEIPT))
        self._until(lambda: self._subscribed, "its subscription")
        greeting = Hello(hello=self._hello, streams=(StreamEnd(stream=self._stream),), kind="scanner")
        self._pipe.publish(self._up, encode(greeting))
        self._until(lambda: bool(self._ledger), "a welcome")

    def bring(self, item: bytes) -> None:
        """Add a fact; full batches are sent as the hub confirms those before them."""
        self._items.append(item)
        self._size += len(item) + 1
        if self._size > BATCH_BYTES - 16_000:
            self._send()

    def end(self, *, twice: bool = False) -> None:
        """Send what is left, or send it twice as MQTT may, and wait until all is confirmed."""
        self._send(2 if twice else 1)
        self._until(lambda: not self._flying, "all its receipts")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _send(self, times: int = 1) -> None:
        if not self._items:
            return
        self._until(lambda: len(self._flying) < WINDOW, "a receipt")
        after, self._last = self._last, self._last + len(self._items)
        head = Batch(ledger=self._ledger, hello=self._hello, stream=self._stream, lane=Lane.FACTS, after=after,
                     last=self._last)  # fmt: skip
        for _ in range(times):
            self._pipe.publish(self._up, assemble(head, self._items))
        self._flying.append(self._last)
        self._items, self._size = [], 0
        self._pipe.flush()

    def _until(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self._turn()
            if done():
                return
            if time.monotonic() > deadline:
                raise CourierError(f"{self.name} waited {PATIENCE_S:.0f} s in vain for {what}")
            select.select([self._socket], [self._socket] if self._pipe.out else [], [], 1.0)

    def _turn(self) -> None:
        self._pipe.flush()
        for packet in self._pipe.packets():
            if packet.kind == herd_wire.CONNACK and packet.body[1]:
                raise CourierError(f"the broker refused {self.name}: {packet.body[1]}")
            if packet.kind == herd_wire.SUBACK:
                self._subscribed = True
            elif packet.kind == herd_wire.PUBLISH:
                self._hear(published(packet))
        self._pipe.flush()

    def _hear(self, said: herd_wire.Published) -> None:
        if said.number:
            self._pipe.acknowledge(said.number)
        message = decode_down(said.payload)
        if isinstance(message, Welcome):
            self._ledger = message.ledger
        elif isinstance(message, Receipt):
            if message.beyond:
                raise CourierError(f"a batch of {self.name} was lost on its way: the hub has {message.through}")
            self._flying = [last for last in self._flying if last > message.through]
