"""One light agent of the herd: the real rules of delivery (edge.core) over a bare connection, its outbox in memory.

It has no ports and no disk, which the herd does not test. Waits, keepalive, topics, hello and receipts are real.
"""

import secrets
import socket
import ssl
from dataclasses import dataclass
from random import Random

from bench import herd_wire
from bench.herd_wire import Packet, Pipe, published
from edge.core.delivery import Delivery, Phase
from edge.core.effects import Chance, Confirm, Effect, Say
from edge.core.pace import retry_ms
from wire import topics
from wire.codec import assemble, decode_down, decode_status, encode, encode_item
from wire.limits import MAX_SEQUENCE
from wire.messages import Batch, Lane, Presence, Scan

KEEPALIVE_MS = 15_000
GREETING_MS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How to reach the broker: with TLS and a certificate, or by name and password on loopback."""

    host: str
    port: int
    password: str = ""
    tls: ssl.SSLContext | None = None

    def open(self) -> socket.socket:
        """A socket that is connecting. Raises OSError."""
        plain = socket.socket()
        plain.setblocking(False)
        try:
            plain.connect((self.host, self.port))
        except BlockingIOError:
            pass
        except OSError:
            plain.close()
            raise
        if self.tls is None:
            return plain
        return self.tls.wrap_socket(
            plain, do_handshake_on_connect=False, server_hostname="relay-hub", suppress_ragged_eofs=False
        )


class Member:
    """One agent. `turn` when its socket is ready or its time has come; `due` says when that is."""

    def __init__(self, name: str, door: Door, random: Random, now: int) -> None:
        self.name, self._door, self._random = name, door, random
        self.stream = f"{random.getrandbits(64):016x}"
        self.through = 0
        self.socket: socket.socket | None = None
        self.failures = 0
        self.refusal = ""
        self._items: list[bytes] = []
        self._core = Delivery([], ledger=None, kind="scanner")
        self._pipe: Pipe | None = None
        self._shaking = self._connected = False
        self._run = f"{random.getrandbits(64):016x}"
        self._connection = ""
        self._retry_at: int | None = now + retry_ms(4, random.random())
        self._ping_at = self._until = 0
        self._up, self._will = (topics.build(name, leaf) for leaf in (topics.Leaf.UP, topics.Leaf.PRESENCE))
        self._receipts = topics.build(name, topics.Leaf.RECEIPT)

    @property
    def pending(self) -> int:
        return len(self._items) - self.through

    @property
    def flowing(self) -> bool:
        return self._core.phase is Phase.FLOWING

    @property
    def wants_write(self) -> bool:
        """Whether the socket should be watched for room too."""
        return self._pipe is None or bool(self._pipe.out) or self._shaking

    def scan(self, label: str, now: int, wall_ms: int) -> None:
        """Keep one fact."""
        self._items.append(encode_item(Scan(at=wall_ms, up=now, do="receive", labels=(label,), to="place:herd/dock")))  # type: ignore[arg-type]
        self._core.appended(self.stream, Lane.FACTS, len(self._items))

    def due(self, now: int) -> int:
        """When it has something to do, if nothing comes before."""
        if self.socket is None:
            return now if self._retry_at is None else self._retry_at
        times = [self._ping_at if self._connected else self._until]
        if self._connected and (at := self._core.due()) is not None:
            times.append(at)
        return min(times)

    def turn(self, now: int, *, ready: bool) -> None:
        """Do what there is to do."""
        try:
            if self.socket is None:
                if self._retry_at is not None and now >= self._retry_at:
                    self._begin(now)
                return
            if ready:
                self._read(now)
            if self._connected:
                self._work(now)
            elif now >= self._until:
                raise TimeoutError("the broker did not answer in time")
            if self._pipe is not None:
                self._pipe.flush()
        except OSError as error:
            self.drop(now, str(error))

    def drop(self, now: int, why: str) -> None:
        """The connection is gone: try again later, as the real agent does."""
        if self.socket is not None:
            self.socket.close()
        self.refusal = why
        self.socket = self._pipe = None
        self._connected = self._shaking = False
        self._core.disconnected()
        self._retry_at = now + retry_ms(self.failures, self._random.random())
        self.failures += 1

    def _begin(self, now: int) -> None:
        self._retry_at = None
        self._until = now + GREETING_MS
        self.socket = self._door.open()
        self._shaking = self._door.tls is not None

    def _read(self, now: int) -> None:
        if self._pipe is None:
            self._establish()
            return
        for packet in self._pipe.packets():
            self._take(self._pipe, packet, now)

    def _establish(self) -> None:
        """TCP stands, then TLS, then the first packet."""
        if self.socket is None:
            return
        fault = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if fault:
            raise OSError(fault, "the broker cannot be reached")
        if self._shaking and isinstance(self.socket, ssl.SSLSocket):
            try:
                self.socket.do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            self._shaking = False
        self._pipe = Pipe(self.socket)
        self._connection = f"relay-{self._random.getrandbits(64):016x}"
        self._pipe.connect(
            self._connection,
            user="" if self._door.tls else self.name,
            password=self._door.password,
            will=(self._will, self._present(online=False)),
            keepalive_s=KEEPALIVE_MS // 1000,
        )

    def _take(self, pipe: Pipe, packet: Packet, now: int) -> None:
        if packet.kind == herd_wire.CONNACK:
            if packet.body[1]:
                raise ConnectionRefusedError(f"the broker refused {self.name}: {packet.body[1]}")
            pipe.subscribe(self._receipts, topics.STATUS)
        elif packet.kind == herd_wire.SUBACK:
            self._connected = True
            self._ping_at = now + KEEPALIVE_MS
            pipe.publish(self._will, self._present(online=True), retain=True)
            self._do(pipe, self._core.connected(now, self._chance()))
        elif packet.kind == herd_wire.PUBLISH:
            said = published(packet)
            if said.number:
                pipe.acknowledge(said.number)
            message = (decode_status if said.topic == topics.STATUS else decode_down)(said.payload)
            self._do(pipe, self._core.receive(message, now, self._chance()))
            if self.flowing:
                self.failures = 0

    def _work(self, now: int) -> None:
        pipe = self._pipe
        if pipe is None:
            return
        self._do(pipe, self._core.tick(now, self._chance()))
        while (batch := self._core.next()) is not None:
            items = self._items[batch.after : min(batch.upto, batch.after + batch.max_items)]
            last = batch.after + len(items)
            head = Batch(
                ledger=batch.ledger,
                hello=batch.hello,
                stream=batch.stream,
                lane=batch.lane,
                after=batch.after,
                last=last,
                turn=batch.turn,
            )
            payload = assemble(head, items)
            pipe.publish(self._up, payload)
            self._core.sent(batch, last=last, items=len(items), size=len(payload), now=now)
        if now >= self._ping_at:
            self._ping_at = now + KEEPALIVE_MS
            pipe.ping()

    def _do(self, pipe: Pipe, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Say):
                for page in effect.pages:
                    pipe.publish(self._up, encode(page))
            elif isinstance(effect, Confirm) and effect.lane is Lane.FACTS:
                self.through = effect.through

    def _present(self, *, online: bool) -> bytes:
        return encode(Presence(run=self._run, connection=self._connection, online=online, at=0, kind="scanner"))

    def _chance(self) -> Chance:
        return Chance(1 + secrets.randbelow(MAX_SEQUENCE), self._random.random())
