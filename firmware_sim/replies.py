"""Which scan a confirmation byte answers: pure, fed with what came back on the port.

Two ways in which a host answers a scanner, in the order of the scans:

- `ack`: one byte a scan, 0x06 saved, 0x15 refused, 0x07 command accepted. The scanner waits for it. After a
  timeout it goes on, and from then on it cannot know whether the next byte answers the late scan or the new one.
  So bytes confirm only when there are as many as scans waiting, else nothing: the witness never says more than
  it saw. A host that answers later than twice the timeout would still be taken for prompt; who kills or stops
  hosts on purpose uses `echo`.
- `echo`: the byte, the text as it was sent, and CR. Scans are pipelined and each answer names its scan. Here 0x18
  says refused too: the host is full, and scanning again does not help.

A saved scan may come with a warning: in `ack` 0x07 right after its 0x06, in `echo` a line of 0x07, words and CR after
its own. A line that begins with 0x0E holds words for the display. Neither answers a scan.
"""

from collections import defaultdict, deque
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

ECHO_END: Final = b"\r"
_ECHO_MOST: Final = 16384
_MOST_WAITING: Final = 10_000


class Kind(IntEnum):
    """What a reply says: the byte itself."""

    ACK = 0x06
    BEL = 0x07
    NAK = 0x15


_FULL: Final = 0x18
_WORDS: Final = b"\x0e"
_KINDS: Final = {kind.value: kind for kind in Kind} | {_FULL: Kind.NAK}
_STARTS: Final = bytes(_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Bytes that came back. `n` is the scan that they answer, None when that cannot be said; then perhaps `maybe`."""

    kind: Kind
    raw: bytes
    n: int | None
    maybe: tuple[int, ...] = ()


class Matcher(Protocol):
    """Keeps the scans that wait for an answer. Times are seconds of one monotonic clock."""

    def sent(self, n: int, text: bytes, now: float) -> None: ...
    def feed(self, data: bytes, now: float) -> list[Reply]: ...
    def ready(self, now: float) -> bool:
        """Whether the next scan may go out."""
        ...

    def expire(self, now: float) -> list[Reply]:
        """Give up on what can no longer be told apart."""
        ...

    def host_gone(self) -> list[Reply]:
        """Nobody has the port open any more: what waits is not answered any more."""
        ...

    @property
    def waiting(self) -> int: ...


class AckMatcher:
    """Handshake: one scan at a time, one byte each."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._deadline = 0.0
        self._waiting: list[int] = []
        self._got: list[int] = []
        self._saved = False

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def sent(self, n: int, text: bytes, now: float) -> None:  # noqa: ARG002  # the byte alone answers
        self._waiting.append(n)
        self._deadline = now + self._timeout_s

    def feed(self, data: bytes, now: float) -> list[Reply]:
        replies: list[Reply] = []
        for byte in data:
            saved, self._saved = self._saved, byte == Kind.ACK and len(self._waiting) == 1
            if saved and byte == Kind.BEL and not self._waiting:
                continue  # the warning of the scan that was just saved
            if byte not in _KINDS or not self._waiting:
                replies.append(_stray(bytes([byte])))
                continue
            self._got.append(byte)
            if len(self._got) == len(self._waiting):
                pairs = zip(self._waiting, self._got, strict=True)
                replies += [Reply(kind=_KINDS[got], raw=bytes([got]), n=n) for n, got in pairs]
                self._clear()
            else:
                self._deadline = now + self._timeout_s
        return replies

    def ready(self, now: float) -> bool:
        return not self._waiting or now >= self._deadline

    def expire(self, now: float) -> list[Reply]:
        if now >= self._deadline and (self._got or len(self._waiting) >= _MOST_WAITING):
            return self.host_gone()
        return []

    def host_gone(self) -> list[Reply]:
        maybe = tuple(self._waiting)
        replies = [_stray(bytes([got]), maybe) for got in self._got]
        self._clear()
        return replies

    def _clear(self) -> None:
        self._waiting.clear()
        self._got.clear()


class EchoMatcher:
    """Pipelined: each reply repeats the text. Equal texts are answered in the order in which they went out."""

    def __init__(self) -> None:
        self._waiting: defaultdict[bytes, deque[int]] = defaultdict(deque)
        self._count = 0
        self._rest = b""
        self._saved = False

    @property
    def waiting(self) -> int:
        return self._count

    def sent(self, n: int, text: bytes, now: float) -> None:  # noqa: ARG002  # pipelined: no deadline
        self._waiting[text].append(n)
        self._count += 1

    def feed(self, data: bytes, now: float) -> list[Reply]:  # noqa: ARG002
        *whole, self._rest = (self._rest + data).split(ECHO_END)
        replies = [reply for raw in whole if (reply := self._heard(raw)) is not None]
        if len(self._rest) > _ECHO_MOST:
            replies.append(_stray(self._rest))
            self._rest = b""
        return replies

    def ready(self, now: float) -> bool:  # noqa: ARG002
        return True

    def expire(self, now: float) -> list[Reply]:  # noqa: ARG002
        return []

    def host_gone(self) -> list[Reply]:
        # What was read and not answered may still come from another host: the text says which scan it answers.
        torn, self._rest = self._rest, b""
        return [_stray(torn)] if torn else []

    def _heard(self, raw: bytes) -> Reply | None:
        """The answer to a scan; None for words, and for the warning of the scan that was just saved."""
        saved, self._saved = self._saved, False
        if raw[:1] == _WORDS or (saved and raw[:1] == bytes([Kind.BEL]) and raw[1:] not in self._waiting):
            return None
        reply = self._match(raw)
        self._saved = reply.kind is Kind.ACK and reply.n is not None
        return reply

    def _match(self, raw: bytes) -> Reply:
        # An answer that was cut off may stand before a whole one: then the last start byte begins the whole one.
        for start in (0, max(raw.rfind(bytes([kind])) for kind in _STARTS)):
            answer = raw[max(start, 0) :]
            if answer[:1] and answer[0] in _KINDS and (numbers := self._waiting.get(answer[1:])):
                n = numbers.popleft()
                self._count -= 1
                if not numbers:
                    del self._waiting[answer[1:]]
                return Reply(kind=_KINDS[answer[0]], raw=answer + ECHO_END, n=n)
        return _stray(raw + ECHO_END)


class NoMatcher(AckMatcher):
    """The host is not expected to answer; whatever comes back confirms nothing."""

    def __init__(self) -> None:
        super().__init__(0.0)

    def sent(self, n: int, text: bytes, now: float) -> None: ...


def matcher(confirm: str, timeout_s: float) -> Matcher:
    """The matcher for `ack`, `echo` or `none`."""
    if confirm == "echo":
        return EchoMatcher()
    return AckMatcher(timeout_s) if confirm == "ack" else NoMatcher()


def _stray(raw: bytes, maybe: tuple[int, ...] = ()) -> Reply:
    return Reply(kind=_KINDS.get(raw[0], Kind.NAK) if raw else Kind.NAK, raw=raw, n=None, maybe=maybe)
