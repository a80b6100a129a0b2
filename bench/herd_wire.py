"""As little MQTT 3.1.1 as a device needs, over one non-blocking socket: thousands of these fit into one process.

What goes out waits in `out`, what comes in is parsed into Packets. TLS is the caller's matter: anything with `send` and
`recv` that raises BlockingIOError, or ssl's WantRead and WantWrite, will do. (OASIS MQTT 3.1.1, sections 2 and 3.)
"""

import ssl
from collections.abc import Iterator
from typing import NamedTuple, Protocol

CONNACK, PUBLISH, PUBACK, SUBACK = 2, 3, 4, 9
_READ = 64 * 1024
_WAITS = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Stream(Protocol):
    """A connected socket, with TLS or without."""

    def send(self, data: bytes, /) -> int: ...
    def recv(self, size: int, /) -> bytes: ...


class Packet(NamedTuple):
    """One packet that came: its type, the flags of its first byte, and what follows the length."""

    kind: int
    flags: int
    body: bytes


class Published(NamedTuple):
    """What a PUBLISH says; `number` is 0 where nothing has to be acknowledged."""

    topic: str
    payload: bytes
    number: int


class Pipe:
    """Packets over one stream."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.out = bytearray()
        self._in = bytearray()
        self._number = 0

    def flush(self) -> None:
        """Write what can be written. Raises OSError where the connection is gone."""
        while self.out:
            try:
                del self.out[: self.stream.send(bytes(self.out[:_READ]))]
            except _WAITS:
                return

    def packets(self) -> Iterator[Packet]:
        """All that has come. Raises OSError where the connection is gone."""
        while True:
            try:
                data = self.stream.recv(_READ)
            except _WAITS:
                break
            if not data:
                raise ConnectionResetError("the broker closed the connection")
            self._in += data
        while (found := self._cut()) is not None:
            yield found

    def connect(self, client: str, *, user: str, password: str, will: tuple[str, bytes], keepalive_s: int) -> None:
        """CONNECT, with a clean session and a retained last will of QoS 1."""
        flags = 0b0010_1110 | (0b1000_0000 if user else 0) | (0b0100_0000 if password else 0)
        body = _text("MQTT") + bytes([4, flags]) + keepalive_s.to_bytes(2, "big") + _text(client)
        body += _text(will[0]) + _blob(will[1])
        body += (_text(user) if user else b"") + (_text(password) if password else b"")
        self._put(0x10, body)

    def subscribe(self, *filters: str) -> None:
        """SUBSCRIBE at QoS 1."""
        self._put(0x82, self._next().to_bytes(2, "big") + b"".join(_text(each) + b"\x01" for each in filters))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """PUBLISH at QoS 1."""
        self._put(0x32 | int(retain), _text(topic) + self._next().to_bytes(2, "big") + payload)

    def tell(self, topic: str, payload: bytes) -> None:
        """PUBLISH at QoS 0."""
        self._put(0x30, _text(topic) + payload)

    def acknowledge(self, number: int) -> None:
        """PUBACK."""
        self._put(0x40, number.to_bytes(2, "big"))

    def ping(self) -> None:
        """PINGREQ."""
        self._put(0xC0, b"")

    def _next(self) -> int:
        self._number = self._number % 65_535 + 1
        return self._number

    def _put(self, first: int, body: bytes) -> None:
        self.out.append(first)
        left = len(body)
        while left > 127:
            self.out.append(left % 128 | 128)
            left //= 128
        self.out.append(left)
        self.out += body

    def _cut(self) -> Packet | None:
        """The first whole packet of what has come."""
        size = 0
        for at in range(1, min(5, len(self._in))):
            size |= (self._in[at] & 127) << 7 * (at - 1)
            if self._in[at] < 128:
                end = at + 1 + size
                if len(self._in) < end:
                    return None
                found = Packet(self._in[0] >> 4, self._in[0] & 15, bytes(self._in[at + 1 : end]))
                del self._in[:end]
                return found
        return None


def published(packet: Packet) -> Published:
    """A PUBLISH taken apart."""
    body = packet.body
    at = 2 + int.from_bytes(body[:2], "big")
    topic = body[2:at].decode()
    if packet.flags & 0b0110:
        return Published(topic, body[at + 2 :], int.from_bytes(body[at : at + 2], "big"))
    return Published(topic, body[at:], 0)


def _blob(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _text(text: str) -> bytes:
    return _blob(text.encode())
