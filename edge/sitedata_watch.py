"""Keeping what the device knows of its site new, beside a running agent: when it is fetched, and how that went.

The work is done by a process of its own (edge/sitedata.py). Here is only what costs nothing: when to start it, and
what it said. Whatever fails, what was fetched before still counts, for as long as it takes.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import msgspec

from edge.child import Child, ChildError, Ended
from edge.core.refreshing import EVERY_MS, Fetched, Refreshing
from edge.log import Log
from edge.parties import HubSettings
from edge.status import SiteDataStatus
from edge.store.known_site import KnownSite
from wire.messages import Known

LONGEST_S: Final = 930.0
"""A little longer than the program gives itself."""
FIRST_SHORT_MS: Final = 60_000
_LOOK_MS: Final = 5_000
"""How often it is looked whether numbers run short."""


class Clocks(Protocol):
    """The uptime, in ms."""

    def up_ms(self) -> int: ...


class Numbers(Protocol):
    """The numbers for handling units."""

    def left(self) -> int:
        """How many are left."""

    @property
    def low(self) -> bool:
        """Whether more should be asked for."""


class SiteDataWatch:
    """Asked once a second by the agent's main thread; `hear` comes from the uplink's."""

    def __init__(
        self, config: Path, hub: HubSettings, site: KnownSite, clock: Clocks, log: Log, numbers: Numbers | None = None
    ) -> None:
        self.fetched: Callable[[], None] = _nothing
        """Called when something new counts."""
        self._config, self._site, self._clock, self._log, self._numbers = config, site, clock, log, numbers
        self._identity, self._asked_as = hub.identity, Path()
        self._wanted, self._holds = False, False
        self._on = hub.identity is not None or hub.http_port is not None
        self._tries = Refreshing()
        self._child: Child | None = None
        self._news: Known | None = None
        self._short_up, self._short_ms = 0, FIRST_SHORT_MS
        self._problem = ""
        self._misread = 0

    def status(self) -> SiteDataStatus | None:
        """How it stands, for people; None where none is ever asked for. Raises OutboxError."""
        if not self._on:
            return None
        edition, site = self._site.edition, self._site.site
        return SiteDataStatus(
            generation=edition.generation,
            version=edition.version,
            site=site.id if site else "",
            fetched=self._site.asked_ms,
            failures=self._tries.failures,
            problem=self._problem,
            misread=self._misread,
            sscc_left=self._numbers.left() if self._numbers else 0,
        )

    def hear(self, known: Known) -> None:
        """The hub says which version is the newest. From any thread."""
        self._news = known

    def want(self) -> None:
        """What is held does not serve: ask anew. From any thread."""
        self._wanted = True

    def tick(self) -> None:
        """Start what is due, and see to what runs."""
        if not self._on:
            return
        up = self._clock.up_ms()
        if self._child is not None:
            ended = self._child.poll()
            if ended is not None:
                self._child = None
                self._end(ended, up)
            return
        news, self._news = self._news, None
        if news is not None:
            held = (self._site.edition.generation, self._site.edition.version)
            self._tries.hears(news.generation, news.version, held=held, up=up, jitter=_dice())
        self._ask_for_numbers(up)
        wanted, self._wanted = self._wanted, False
        if wanted or (self._identity is not None and self._identity.resolve() != self._asked_as):
            self._tries.wants(up)  # a new key opens nothing that was sealed for the old one
        if self._holds and not self._site.edition.generation:
            self._holds = False
            self._tries.lost(up)
        if self._tries.due(up):
            self._start(up)

    def stop(self) -> None:
        """End a fetch that runs: the next one goes on where it was."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _ask_for_numbers(self, up: int) -> None:
        """When they run short; a hub that has none to give is asked for them less and less often."""
        if self._numbers is None or up < self._short_up:
            return
        if not self._numbers.low:
            self._short_up, self._short_ms = up + _LOOK_MS, FIRST_SHORT_MS
        elif self._site.edition.generation:
            self._short_up, self._short_ms = up + self._short_ms, min(EVERY_MS, self._short_ms * 2)
            self._tries.wants(up)

    def _start(self, up: int) -> None:
        if self._identity is not None:
            self._asked_as = self._identity.resolve()
        left = [str(self._numbers.left())] if self._numbers is not None else []
        try:
            self._child = Child("edge.sitedata", "--config", str(self._config), *left, longest_s=LONGEST_S)
        except ChildError as error:
            self._failed(str(error), up)

    def _end(self, ended: Ended, up: int) -> None:
        try:
            came = msgspec.json.decode(ended.answer, type=Fetched) if ended.code == 0 else None
        except ValueError:  # msgspec's own, and what it says of bytes that are no text
            came = None
        if came is None:
            self._failed(ended.said, up)
            return
        before = self._site.edition
        self._site.renew()
        self._holds = True
        self._tries.went_well(up=up, jitter=_dice())
        self._problem = ""
        self._misread += came.misread
        if self._site.edition != before:
            self._log.info("site-data", version=came.version, changed=came.changed, misread=came.misread)
        self.fetched()

    def _failed(self, why: str, up: int) -> None:
        self._tries.failed(up=up, jitter=_dice())
        if why != self._problem:
            self._log.warning(
                "site-data-not-fetched", why=why, next="what was fetched before counts; it is tried again"
            )
        self._problem = why


def _dice() -> float:
    return random.random()  # noqa: S311 - spreads devices, hides nothing


def _nothing() -> None:
    """Nobody waits for news."""
