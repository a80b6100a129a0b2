"""Checking a PIN at a shared device: what the dialogue decided to ask (edge/core/signing_on.py), and the world.

The libraries for it live in a program that answers one question and ends (edge/badge_check.py). Attempts are counted
here too, durably, over all scanners and restarts, each before it is judged.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from edge.child import Child
from edge.clock import Clock
from edge.core.knowledge import CheckPin, PinVerdict
from edge.core.lockout import Tried, attempted, begun_anew, wait_ms
from edge.errors import EdgeError
from edge.identity import KEY
from edge.log import Log
from edge.store.attempts import Attempts
from edge.store.known_site import KnownSite
from edge.store.outbox import Outbox
from wire.badges import digest

LONGEST_S: Final = 20.0
"""scrypt takes a second on a slow device, and starting takes three."""
_TURN_S: Final = 1.0
_ANSWERS: Final = {verdict.value.encode(): verdict for verdict in (PinVerdict.RIGHT, PinVerdict.WRONG)}


class SignOn:
    """For all scanners of a device; one PIN at a time, because each takes 32 MiB for a moment."""

    def __init__(self, identity: Path | None, site: KnownSite, outbox: Outbox, clock: Clock, log: Log) -> None:
        self._identity, self._site, self._clock, self._log = identity, site, clock, log
        self._attempts = Attempts(outbox)
        self._boot = outbox.boot
        self._turn = threading.Lock()

    def check(self, asked: CheckPin, beat: Callable[[], None]) -> PinVerdict:
        """Whether it is the badge's PIN. Takes a second, LONGEST_S at most; `beat` is called meanwhile."""
        known = self._site.badge(asked.badge)
        if known is None or not known.sealed or self._identity is None:
            return PinVerdict.UNKNOWN
        while not self._turn.acquire(timeout=_TURN_S):
            beat()
        try:
            return self._judged(digest(asked.badge), known.sealed, asked.pin, self._identity, beat)
        except (EdgeError, OSError) as error:
            self._log.warning("pin-not-checked", why=str(error))
            return PinVerdict.UNABLE
        finally:
            self._turn.release()

    def _judged(self, badge: str, sealed: str, pin: str, identity: Path, beat: Callable[[], None]) -> PinVerdict:
        up = self._clock.up_ms()
        stored = self._attempts.of(badge)
        before = begun_anew(stored, boot=self._boot, up=up)
        if before != stored:
            self._attempts.keep(badge, before)
        if wait := wait_ms(before, boot=self._boot, up=up):
            self._log.warning("badge-locked", seconds=wait // 1000, failures=before.failures)
            return PinVerdict.LOCKED
        self._attempts.keep(badge, attempted(before, boot=self._boot, up=up))
        verdict = PinVerdict.UNABLE
        try:
            verdict = self._answer(badge, sealed, pin, identity, beat)
        finally:
            if verdict is not PinVerdict.WRONG:
                self._attempts.keep(badge, Tried() if verdict is PinVerdict.RIGHT else before)
        return verdict

    def _answer(self, badge: str, sealed: str, pin: str, identity: Path, beat: Callable[[], None]) -> PinVerdict:
        key = os.fspath(identity.resolve() / KEY)
        question = msgspec.json.encode({"key": key, "badge": badge, "sealed": sealed, "pin": pin})
        ended = Child("edge.badge_check", question=question, longest_s=LONGEST_S).wait(beat)
        if ended.code != 0 or ended.answer not in _ANSWERS:
            self._log.warning("pin-not-checked", why=ended.said)
            return PinVerdict.UNABLE
        return _ANSWERS[ended.answer]
