"""Checking a collection code: what the dialogue decided to ask (edge/core/collecting.py), and the world.

The libraries for it live in a program that answers one question and ends (edge/code_check.py). Tries are counted here,
durably, over all scanners and restarts: at this terminal each before it is judged, of a parcel those whose hint fits it
and whose code does not. That a parcel is locked leaves as a fact, in the commit that locks it.
"""

import threading
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, TypeVar

import msgspec

from edge.child import MOST_BYTES, Child
from edge.clock import Clock
from edge.config import Settings
from edge.core.judging import Judged
from edge.core.misses import begun_anew, missed, waits
from edge.core.parcels import CheckCode, CodeFound, CodeVerdict, is_given, whereabouts
from edge.errors import EdgeError
from edge.log import Log
from edge.store.attempts import Attempts
from edge.store.code_tries import CodeTries, Tried
from edge.store.known_site import KnownSite
from edge.store.outbox import Outbox
from edge.store.parcel_facts import ParcelFacts
from wire import codes
from wire.actions import Action
from wire.badges import digest
from wire.collecting import TRIES
from wire.messages import Scan

LONGEST_S: Final = 30.0
TERMINAL: Final = digest(" collection codes")
"""Where this terminal's misses stand among those of badges: no badge's code has a space in it."""
LOCKED: Final = "code-locked"
_SHARE_BYTES: Final = MOST_BYTES // 4
"""What a list may take of a question, which has three; of each the newest are told."""
_MOST_OPENED: Final = 500
_TURN_S: Final = 1.0


T = TypeVar("T")


class Collection:
    """For all scanners of a device; one code at a time."""

    def __init__(
        self, settings: Settings, site: KnownSite, outbox: Outbox, parcels: ParcelFacts, clock: Clock, log: Log
    ) -> None:
        self._config, self._joined = settings.path, settings.hub.identity is not None
        self._site, self._outbox, self._parcels = site, outbox, parcels
        self._clock, self._log, self._boot = clock, log, outbox.boot
        self._attempts, self._tries = Attempts(outbox), CodeTries(outbox)
        self._turn = threading.Lock()
        self._token = ""
        """What the hub let the last check in by; it may have ended."""

    def check(self, asked: CheckCode, beat: Callable[[], None]) -> CodeFound:
        """Whose parcels it opens. Takes a second or two, LONGEST_S at most; `beat` is called meanwhile."""
        if not self._joined:
            self._log.warning("code-not-checked", why="this device did not join its hub: it has no key")
            return CodeFound(verdict=CodeVerdict.UNABLE)
        while not self._turn.acquire(timeout=_TURN_S):
            beat()
        try:
            return self._counted(asked.secret, beat)
        except (EdgeError, OSError, msgspec.MsgspecError) as error:
            self._log.warning("code-not-checked", why=str(error))
            return CodeFound(verdict=CodeVerdict.UNABLE)
        finally:
            self._turn.release()

    def _counted(self, secret: str, beat: Callable[[], None]) -> CodeFound:
        """Counted as a miss before it is judged; what is no miss is taken back."""
        up = self._clock.up_ms()
        stored = self._attempts.of(TERMINAL)
        before = begun_anew(stored, boot=self._boot, up=up)
        if before != stored:
            self._attempts.keep(TERMINAL, before)
        if waits(before, boot=self._boot, up=up):
            self._log.warning("codes-wait", misses=before.failures)
            return CodeFound(verdict=CodeVerdict.WAIT)
        self._attempts.keep(TERMINAL, missed(before, boot=self._boot, up=up))
        missing = False
        try:
            found = self._judged(secret, beat)
            missing = found.verdict in {CodeVerdict.WRONG, CodeVerdict.LOCKED}
        finally:
            if not missing:
                self._attempts.keep(TERMINAL, before)
        return found

    def _judged(self, secret: str, beat: Callable[[], None]) -> CodeFound:
        tried = {(each.parcel, each.round): each for each in self._tries.newest()}
        opened = islice((each for each in tried.values() if each.sealed), _MOST_OPENED)
        question = msgspec.json.encode({
            "secret": secret,
            "token": self._token,
            "locked": _newest(key for key, each in tried.items() if each.failures >= TRIES),
            "used": _newest((each.parcel, each.sealed) for each in opened if self._is_missing(each)),
            "given": _newest(self._parcels.given()[::-1]),
        })  # fmt: skip
        ended = Child("edge.code_check", "--config", str(self._config), question=question, longest_s=LONGEST_S).wait(
            beat
        )
        if ended.code != 0:
            self._log.warning("code-not-checked", why=ended.said)
            return CodeFound(verdict=CodeVerdict.UNABLE)
        judged = msgspec.json.decode(ended.answer, type=Judged)
        self._token = judged.token or self._token
        if judged.verdict == "locked":
            return CodeFound(verdict=CodeVerdict.LOCKED)
        if judged.verdict != "right":
            self._wrong(judged, {key: each.failures for key, each in tried.items()})
            return CodeFound(verdict=CodeVerdict.WRONG)
        known = tried.get((judged.parcel, judged.round))
        return self._right(judged, known.failures if known else 0)

    def _is_missing(self, tried: Tried) -> bool:
        """Whether it opened a parcel that was given out, and the hub tells no seal of it any more."""
        if not is_given(tried.parcel, self._site):
            return False
        known = self._site.parcel(tried.parcel)
        return known is None or not known.sealed

    def _right(self, judged: Judged, tries: int) -> CodeFound:
        self._tries.opened(judged.parcel, judged.round, judged.sealed, self._clock.now_ms())
        if is_given(judged.parcel, self._site):
            kept, known = self._site.kept(judged.parcel), self._site.parcel(judged.parcel)
            site = self._site.site
            here = kept.given if kept is not None else None
            at = here if here is not None else known.at if known is not None else None
            return CodeFound(verdict=CodeVerdict.USED, at=at, site=site.id if site is not None else "")
        elsewhere = next((each for each in judged.given if each.parcel == judged.parcel), None)
        if elsewhere is not None:
            self._log.warning("code-used-elsewhere", parcel=judged.parcel, device=elsewhere.device)
            return CodeFound(verdict=CodeVerdict.USED, at=elsewhere.at, site=elsewhere.site)
        if judged.parcel not in judged.parcels:
            return CodeFound(verdict=CodeVerdict.REFUSED)
        return CodeFound(verdict=CodeVerdict.RIGHT, parcels=judged.parcels, proxy=judged.proxy, tries=tries)

    def _wrong(self, judged: Judged, failures: dict[tuple[str, int], int]) -> None:
        """Counted for parcels that wait here and that it could have been of; with the last one they are locked."""
        here = [(each, where) for each in judged.near if (where := whereabouts(each[0], self._site)) is not None]
        locked = [(each[0], where) for each, where in here if failures.get(each, 0) + 1 == TRIES]
        if not here:
            return
        at, up, version = self._clock.now_ms(), self._clock.up_ms(), self._site.version
        facts = [
            Scan(
                at=at,
                up=up,
                do=Action.SIGHT,
                labels=(codes.write(codes.PARCEL, parcel),),
                to=where,
                ref=version or None,
                warned=(LOCKED,),
            )
            for parcel, where in locked
        ]
        self._count([each for each, _ in here], at, facts)
        for parcel, _ in locked:
            self._log.warning("code-locked", parcel=parcel)

    def _count(self, tried: list[tuple[str, int]], at: int, facts: list[Scan]) -> None:
        """Where no fact can be kept the parcel is locked all the same. A try that cannot be counted was one."""
        for kept in (facts, []):
            try:
                self._tries.wrong(tried, at, kept)
            except EdgeError as error:
                self._log.error("wrong-code-not-kept", why=str(error))
            else:
                return


def _newest(several: Iterable[T]) -> list[T]:
    """As many of them, the first first, as a question has room for."""
    found: list[T] = []
    room = _SHARE_BYTES
    for each in several:
        room -= len(msgspec.json.encode(each)) + 1
        if room < 0:
            break
        found.append(each)
    return found
