"""The configuration that the hub wishes: kept beside the outbox, laid over the device's own file, tried, taken back.

`desired.json` is the truth: it is replaced whole and synced before anything follows from it, so that a crash at any
moment finds one standing or the next. What is to be told to the hub stands in it until the fact is stored; a crash in
between tells it twice, which does no harm.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from edge import config, durable
from edge.clock import Clock
from edge.config import ConfigError, Settings
from edge.core import configuration
from edge.core.configuration import Event, Standing, Told
from edge.errors import EdgeError
from edge.log import Log
from edge.store.outbox import Outbox
from wire.messages import Desired, Report

NAME: Final = "desired.json"


class DesiredError(EdgeError):
    """What the hub wishes cannot be kept on this disk."""


def load(path: Path, *, joined: bool = True) -> Settings:
    """The settings of a file, with what the hub wished laid over them where that fits. Raises ConfigError.

    See edge.config.load for `joined`.
    """
    own = config.load(path, joined=joined)
    standing = read(own.device.data / NAME)
    if not standing.settings:
        return own
    try:
        return replace(config.load(path, joined=joined, overlay=standing.settings), overlaid=True)
    except ConfigError as error:
        said = f"what the hub set does not fit to this file any more and is left out: {'; '.join(error.faults)}"
        return replace(own, advice=(*own.advice, said))


def read(path: Path) -> Standing:
    """What is kept; nothing where it is missing or damaged: the hub is asked again, by its own asking."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Standing)
    except (OSError, ValueError):  # msgspec's own, and what it says of bytes that are no text
        return Standing()


def write(path: Path, standing: Standing) -> None:
    """Replace it, durably. Raises DesiredError."""
    new = path.with_name(path.name + ".new")
    try:
        durable.write(new, msgspec.json.encode(standing) + b"\n")
        new.replace(path)
        durable.sync_folder(path.parent)
    except OSError as error:
        raise DesiredError(f"cannot write {path}: {error.strerror}; check the disk's space and rights") from error


def forget(path: Path, *, entirely: bool) -> None:
    """A person says where the hub is: what it was told before about that is in force no more; nothing, if `entirely`.

    Raises DesiredError.
    """
    standing = read(path)
    after = Standing() if entirely else configuration.without(standing, "hub")
    if after != standing:
        write(path, after)


class Configurator:
    """One run's part in it. `offer` comes from the uplink's thread, `watch` from the main thread."""

    def __init__(
        self, settings: Settings, outbox: Outbox, clock: Clock, log: Log, begin_anew: Callable[[], object]
    ) -> None:
        self._own, self._path = settings.path, settings.device.data / NAME
        self._outbox, self._clock, self._log = outbox, clock, log
        self._begin_anew = begin_anew
        self._lock = threading.Lock()
        self._standing = read(self._path)
        self._trial_s = settings.trial_s
        self._until = clock.up_ms() + self._trial_s * 1000
        self._failed = self._trying = False
        self._stored: Told | None = None
        """What is a fact already, also where that cannot be written down."""
        self._fits = not self._standing.settings or settings.overlaid

    @property
    def sentence(self) -> str:
        """What of the hub's wishes is in force, for people; empty if nothing is."""
        standing = self._standing
        if not standing.generation:
            return ""
        return f"version {standing.judged} of the hub's: {standing.state or ''}"

    def begin(self) -> None:
        """The agent is up. A trial in which it fell too often ends here."""
        with self._lock:
            self._trying = self._standing.on_trial
            if not self._trying:
                return
            after = configuration.started(self._standing)
            if not self._fits:
                self._end(Event.BROKEN, "it does not fit to the device's own file")
            elif after.starts > configuration.MOST_STARTS:
                self._end(Event.BROKEN, "the agent did not stay up under it")
            else:
                self._keep(after)

    def offer(self, desired: Desired) -> None:
        """The hub wishes a configuration."""
        with self._lock:
            if not configuration.is_news(self._standing, desired):
                return
            after = configuration.offered(self._standing, desired, self._faults(desired))
            if self._keep(after):
                self._log.info("configuration", version=desired.version, state=after.state)
                if after.on_trial:
                    self._begin_anew()

    def watch(self, *, hub_answered: bool) -> None:
        """Once a second."""
        with self._lock:
            if self._standing.on_trial and self._trying:
                if hub_answered:
                    self._end(Event.ANSWERED, "")
                elif self._clock.up_ms() >= self._until:
                    self._end(Event.SILENT, f"the hub did not answer within {self._trial_s} s")
            self._tell()

    def _faults(self, desired: Desired) -> tuple[str, ...]:
        try:
            config.load(self._own, overlay=desired.settings)
        except ConfigError as error:
            return error.faults
        return ()

    def _end(self, event: Event, why: str) -> None:
        after = configuration.ended(self._standing, event, why)
        if self._keep(after):
            say = self._log.info if event is Event.ANSWERED else self._log.warning
            say("configuration", version=after.judged, state=after.state, why=why)
            if event is not Event.ANSWERED:
                self._begin_anew()

    def _keep(self, after: Standing) -> bool:
        """Whether it is on the disk; if not, everything stays as it was and is tried again."""
        try:
            write(self._path, after)
        except DesiredError as error:
            self._warn(error)
            return False
        self._standing = after
        self._failed = False
        return True

    def _tell(self) -> None:
        told = self._standing.untold
        if told is None:
            return
        try:
            if told != self._stored:
                self._outbox.append_facts([self._report(told)])
        except EdgeError as error:
            self._warn(error)
            return
        self._stored = told
        self._keep(msgspec.structs.replace(self._standing, untold=None))

    def _report(self, told: Told) -> Report:
        return Report(
            at=self._clock.now_ms(),
            up=self._clock.up_ms(),
            version=told.version,
            generation=told.generation,
            state=configuration.TOLD[told.state],
            detail=told.detail,
        )

    def _warn(self, error: EdgeError) -> None:
        if not self._failed:
            self._failed = True
            self._log.warning("configuration-not-kept", why=str(error))
