"""Hands notices to the adapter that sends them as text messages or speaks them: one POST each, signed.

    POST <url>
    Content-Type: application/json
    X-Relay-Time: <Unix seconds>
    X-Relay-Signature: <hex of HMAC-SHA256(secret, time + "." + body)>

    {"id", "kind", "channel": "text"|"voice", "to", "language": "en"|"zh", "text"}

Any 2xx means that the adapter has it and will see to it; the same `id` again is the same notice. 400, 404, 405, 410,
413, 415 and 422 mean that it never will be; everything else is tried again. The hub goes to this address alone: it
follows no redirect, uses no proxy, waits `TIMEOUT_S` at most for each step, and keeps nothing of what is answered.
"""

import hmac
import http.client
import ssl
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

import msgspec

from hub.core.notices import Event
from hub.core.templates import Channel, Language

TIMEOUT_S: Final = 10.0
NEVER: Final = frozenset({400, 404, 405, 410, 413, 415, 422})
_ANSWER_BYTES: Final = 4096
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SHORTEST_SECRET: Final = 16
_LONGEST: Final = 500


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What the adapter gets."""

    id: str
    kind: str
    channel: Channel
    to: str
    language: Language
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a try; `why` is a word of ours, '' where it was taken. `reached`: the adapter answered at all."""

    event: Event
    why: str = ""
    reached: bool = True


class Webhook:
    """One adapter; its connection is kept open between notices. For one thread."""

    def __init__(self, url: str, secret: str, *, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(check_url(url))
        self._secret = secret.encode()
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.hostname or ""
        self._connection = (
            http.client.HTTPSConnection(host, parts.port, timeout=timeout_s, context=ssl.create_default_context())
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, parts.port, timeout=timeout_s)
        )

    def send(self, message: Message, now: int) -> Answer:
        """Hand one over. `now` is Unix ms."""
        body = msgspec.json.encode(message)
        time = str(now // 1000)
        headers = {
            "Content-Type": "application/json",
            "X-Relay-Time": time,
            "X-Relay-Signature": signature(self._secret, time, body),
        }
        try:
            self._connection.request("POST", self._path, body, headers)
            answer = self._connection.getresponse()
            if len(answer.read(_ANSWER_BYTES)) == _ANSWER_BYTES:
                self.close()
        except TimeoutError:
            self.close()
            return Answer(event=Event.LATER, why="timeout", reached=False)
        except (OSError, http.client.HTTPException):
            self.close()
            return Answer(event=Event.LATER, why="unreachable", reached=False)
        return read(answer.status)

    def close(self) -> None:
        """End the connection; the next notice makes a new one."""
        with suppress(OSError):
            self._connection.close()


def read(status: int) -> Answer:
    """What an HTTP status means for a notice."""
    if 200 <= status < 300:
        return Answer(event=Event.DELIVERED)
    return Answer(event=Event.REFUSED if status in NEVER else Event.LATER, why=f"http-{status}")


def signature(secret: bytes, time: str, body: bytes) -> str:
    """What the adapter compares, in constant time, before it believes a word."""
    return hmac.new(secret, time.encode() + b"." + body, sha256).hexdigest()


def check_url(value: object) -> str:
    """An address that notices may go to: HTTPS, or HTTP on this machine. Raises ValueError."""
    form = "use https://host/path, or http://127.0.0.1:port/path for an adapter on this machine"
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        good = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise ValueError(f"the adapter's address has a host or port that cannot be; {form}") from error
    text = str(value)
    plain = len(text) <= _LONGEST and text.isascii() and text.isprintable() and " " not in text
    if not good or not plain or parts.username is not None or parts.fragment:
        raise ValueError(f"the adapter's address is not understood; {form}")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(f"notices name people, so they are not sent in the clear; {form}")
    return text


def check_secret(value: object) -> str:
    """What notices are signed with. Raises ValueError for one that is soon guessed."""
    if not isinstance(value, str) or not _SHORTEST_SECRET <= len(value) <= _LONGEST or not value.isprintable():
        raise ValueError(f"it has to have {_SHORTEST_SECRET} to {_LONGEST} signs; make one with: openssl rand -hex 32")
    return value
