"""A serial barcode scanner: sends prefix + data + suffix, looks at what comes back, and keeps a witness log.

Each frame goes out whole or is not made: a scan counts as sent when its last byte was taken by the port. While
nobody has the port open the scanner waits (a USB scanner sees that its host is gone), drops what its host left
unread, and begins a frame that was cut from its start once somebody opens the port again.
"""

import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import Final

from firmware_sim.codes import to_bytes, to_text
from firmware_sim.errors import SimError
from firmware_sim.pace import Pace
from firmware_sim.ports import Port
from firmware_sim.replies import Kind, Reply, matcher
from firmware_sim.symbology import aim
from firmware_sim.witness import WitnessLog

_TICK_S: Final = 0.02
STEERING: Final = ("RR:T:", "RR:DO:", "RR:OWNER:", "RR:L:", "RR:FROM:", "RR:TO:")
"""Codes whose effect lasts: a person reads them again after the host was gone, and signs on before."""
BADGE: Final = "RR:B:"
_SIGNING: Final = ("RR:D:", "RR:OK")
QUANTITY: Final = "RR:N:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a scanner is set up. `rate` is scans a second (math.inf: as fast as possible).

    `aim` goes in front of each code: an AIM symbology identifier, "" for none, "auto" for the one that fits.
    `confirm` is ack, echo or none. `chunks` dribbles frames out in pieces of 1 to 7 bytes; `noise_every` sends a
    frame of line noise before every so-maniest scan; both from `seed`. `restate` reads the steering codes again
    when the host comes back. `settle_s` is how long after an opening the scanner stays quiet.
    """

    rate: float = 10.0
    confirm: str = "ack"
    prefix: bytes = b""
    suffix: bytes = b"\r\n"
    aim: str = ""
    timeout_s: float = 3.0
    settle_s: float = 0.2
    wait_for_host: bool = True
    restate: bool = False
    chunks: bool = False
    noise_every: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.confirm not in {"ack", "echo", "none"}:
            raise SimError(f"confirm {self.confirm!r} is not possible: choose ack, echo or none")
        Pace(self.rate)


@dataclass(slots=True, kw_only=True)
class _Frame:
    """What is going out: `left` of it is still to be written."""

    text: bytes
    left: bytes
    noise: bool = False


def _ignore(reply: Reply) -> None:
    del reply


class Scanner:
    """One scanner on one port. `codes` may yield None for "nothing yet". `run` returns when all is answered."""

    def __init__(
        self,
        port: Port,
        codes: Iterable[str | None],
        settings: Settings,
        witness: WitnessLog,
        *,
        on_reply: Callable[[Reply], None] = _ignore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.port = port
        self.settings = settings
        self.witness = witness
        self.counts = dict.fromkeys(Kind, 0)
        """How many replies of each kind answered a scan."""
        self.sent = 0
        self._codes: Iterator[str | None] = iter(codes)
        self._again: deque[str] = deque()
        self._steering: dict[str, str] = {}
        self._signing: list[str] = []
        self._signed = False
        self._exhausted = False
        self._noisy = False
        self._frame: _Frame | None = None
        self._matcher = matcher(settings.confirm, settings.timeout_s)
        self._pace = Pace(settings.rate)
        self._random = random.Random(settings.seed)  # noqa: S311  # repeatable by its seed
        self._on_reply = on_reply
        self._clock = clock
        self._host: int | None = None
        self._quiet_until = 0.0
        self._opened_before = False
        self._active = 0.0

    def run(self, stop: Event) -> None:
        """Scan until the codes are through and answered (or timed out), or `stop` is set."""
        while not stop.is_set():
            now = self._clock()
            if self._through(now):
                return
            if not self._reachable(now):
                stop.wait(_TICK_S)
                continue
            self._take_replies(self._matcher.feed(self.port.read(), now))
            self._take_replies(self._matcher.expire(now))
            wait_s = self._advance(now)
            if wait_s > 0:
                self.port.wait(min(wait_s, _TICK_S), writable=self._frame is not None)

    def _through(self, now: float) -> bool:
        if not self._exhausted or self._frame is not None or self._again:
            return False
        return not self._matcher.waiting or now - self._active >= self.settings.timeout_s

    @property
    def hosted(self) -> bool:
        """Whether the scanner has noticed that somebody has its port open; it looks every 20 ms."""
        return self._host is not None

    def _reachable(self, now: float) -> bool:
        """Notice that the host opened or closed the port; whether scanning makes sense now."""
        host = self.port.generation if self.port.listening() else None
        if host != self._host:
            if self._host is not None:
                self._lose_host()
            if host is not None:
                self._quiet_until = now + self.settings.settle_s
                self._meet_host()
            self._host = host
        if (host is None and self.settings.wait_for_host) or not self.port.present or now < self._quiet_until:
            self._pace.pause(now)
            return False
        return True

    def _lose_host(self) -> None:
        # The last answers may still stand in the port: they were given, so they count.
        self._take_replies(self._matcher.feed(self.port.read(), self._clock()))
        self._take_replies(self._matcher.host_gone())
        self.port.purge()
        self.witness.host(open_=False)
        if self._frame is not None and not self._frame.noise:
            self._again.appendleft(to_text(self._frame.text))
        self._frame = None

    def _meet_host(self) -> None:
        self.witness.host(open_=True)
        if self._opened_before and self.settings.restate:
            self._again.extendleft(reversed([*self._signing, *self._steering.values()]))
        self._opened_before = True

    def _advance(self, now: float) -> float:
        """Write what is due; returns for how long there is nothing to do."""
        if self._frame is None:
            if not self._matcher.ready(now):
                return _TICK_S
            due = self._pace.due(now)
            if due > now:
                return due - now
            self._frame = self._next_frame()
            if self._frame is None:
                return _TICK_S
        return self._write(self._frame)

    def _next_frame(self) -> _Frame | None:
        if self.settings.noise_every and self.sent and not self.sent % self.settings.noise_every and not self._noisy:
            self._noisy = True
            return self._framed(self._line_noise(), noise=True)
        if self._again:
            return self._framed(to_bytes(self._again.popleft()))
        try:
            code = next(self._codes)
        except StopIteration:
            self._exhausted = True
            return None
        if code is None:
            return None
        return self._framed(to_bytes(aim(code, self.settings.aim) + code))

    def _framed(self, text: bytes, *, noise: bool = False) -> _Frame:
        return _Frame(text=text, left=self.settings.prefix + text + self.settings.suffix, noise=noise)

    def _line_noise(self) -> bytes:
        ours = {*self.settings.prefix, *self.settings.suffix, *b"\r\n", *Kind}
        others = [byte for byte in range(256) if byte not in ours]
        return bytes(self._random.choices(others, k=self._random.randint(1, 200)))

    def _write(self, frame: _Frame) -> float:
        piece = frame.left[: self._random.randint(1, 7)] if self.settings.chunks else frame.left
        taken = self.port.write(piece)
        frame.left = frame.left[taken:]
        if frame.left:
            return 0.0 if taken else _TICK_S
        self._made(frame)
        return 0.0

    def _made(self, frame: _Frame) -> None:
        n, text = self.witness.last + 1, to_text(frame.text)
        self.witness.sent(n, text, noise=frame.noise)
        self._active = self._clock()
        self._matcher.sent(n, frame.text, self._active)
        self._frame = None
        if frame.noise:
            return
        self.sent += 1
        self._noisy = False
        self._pace.made()
        self._remember(text)

    def _remember(self, text: str) -> None:
        command = text[text.find("RR:") :] if text[:6].find("RR:") in {0, 3} else ""
        self._steering.pop(QUANTITY, None)
        if command == "RR:RESET":
            self._steering.clear()
        elif command.startswith(BADGE):
            self._signing, self._signed = [text], False
        elif self._signing and not self._signed and command.startswith(_SIGNING):
            self._signing.append(text)
            self._signed = command == _SIGNING[-1]
        for start in (*STEERING, QUANTITY):
            if command.startswith(start):
                self._forget_before(start)
                self._steering[start] = text

    def _forget_before(self, start: str) -> None:
        """A task or a verb takes the place of the verb and of the place that was scanned for it."""
        for earlier in {"RR:T:": ("RR:DO:", "RR:L:"), "RR:DO:": ("RR:L:",)}.get(start, ()):
            self._steering.pop(earlier, None)

    def _take_replies(self, replies: list[Reply]) -> None:
        for reply in replies:
            self._active = self._clock()
            self.witness.reply(reply)
            if reply.n is not None:
                self.counts[reply.kind] += 1
            self._on_reply(reply)
