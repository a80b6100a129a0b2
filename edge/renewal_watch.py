"""Keeping the certificate alive beside a running agent: when to renew it, and how that went.

The work is done by a process of its own (edge/renewal.py), because what it needs is large and needed for seconds a
year. Here is only what costs nothing: the dates, a child's exit code, and the latest time that the hub said, kept
about once a day so that a device that starts in 1970 knows a later time that is certainly past.
"""

import random
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from edge import identity as identities
from edge.core.renewing import HeldTime, Renewing
from edge.errors import EdgeError
from edge.identity import Identity, IdentityError
from edge.log import Log
from edge.status import CertificateStatus
from edge.trust import EXPIRED

if TYPE_CHECKING:
    import subprocess

KEEP_EVERY_MS: Final = 24 * 3_600_000
LONGEST_MS: Final = 180_000
"""A renewal that takes longer hangs."""
PATIENCE_S: Final = 40.0
"""How long the thread that delivers waits for a renewal that was commanded."""

_STOPPED: Final = "the agent was stopped before the renewal ended"


class Uplink(Protocol):
    """What is asked of the connection to the hub."""

    @property
    def refusal(self) -> str:
        """Why the hub did not take this device's certificate: one of edge.trust's words, or nothing."""

    @property
    def flowing(self) -> bool:
        """Whether a hub answers now."""

    def hub_ms(self) -> int | None:
        """The hub's time now, as it said in this boot, less its error; None before the first contact."""


class Clocks(Protocol):
    """The uptime, in ms."""

    def up_ms(self) -> int: ...


class RenewalWatch:
    """Asked once a second by the agent's main thread. For a device without an identity it does nothing."""

    def __init__(self, config: Path, identity: Path | None, uplink: Uplink, clock: Clocks, log: Log) -> None:
        self._config, self._path, self._uplink, self._clock, self._log = config, identity, uplink, clock, log
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0
        self._asked = self._stopped = False
        self._waiting: threading.Event | None = None
        self._keeping = True
        self._held = HeldTime()
        self._renewed = 0
        self._problem = self._unusable = ""
        self._identity: Identity | None = None
        self._tries = Renewing(issued=0, expires=0)
        if identity is not None:
            self._read(identity)

    def status(self) -> CertificateStatus | None:
        """How the certificate stands; None without one."""
        if self._identity is None:
            return None
        tries, expires = self._tries, self._identity.membership.expires
        return CertificateStatus(expires=expires, renewed=self._renewed, failures=tries.failures, problem=self._problem)

    def ask(self) -> None:
        """A person wants the certificate renewed now."""
        self._asked = True

    def renew_now(self) -> str:
        """Have it renewed and wait for that, in another thread than `tick`; what came of it. Raises IdentityError."""
        ended = self._waiting = threading.Event()
        self.ask()
        if self._stopped:  # asked for several times: nobody waits for the others one after the other
            raise IdentityError(_STOPPED)
        if not ended.wait(PATIENCE_S):
            raise IdentityError(f"the renewal has not ended after {PATIENCE_S:.0f} s; its status says how it goes on")
        if self._problem:
            raise IdentityError(self._problem)
        return f"good until {time.strftime('%Y-%m-%d', time.gmtime(self._tries.expires / 1000))}"

    def tick(self) -> None:
        """Start what is due, and see to what runs."""
        if self._path is None or self._identity is None:
            return
        if not self._identity.folder.exists():  # somebody joined again
            self._read(self._path)
        trusted = self._trusted_ms(self._identity)
        if self._child is not None:
            self._look_after(self._child, self._path, trusted)
            return
        due = self._tries.due(trusted=trusted, up=self._clock.up_ms(), expired=self._uplink.refusal == EXPIRED)
        if due or self._asked:
            self._asked = False
            self._start(trusted)

    def stop(self) -> None:
        """End a renewal that runs: what is not in place yet never will be. Whoever commands one later is told."""
        self._stopped = True
        if self._child is not None:
            self._child.terminate()
            self._child.wait()
            self._close(self._child)
        if self._waiting is not None:
            self._problem = _STOPPED
            self._waiting.set()

    def _trusted_ms(self, identity: Identity) -> int:
        """A time that is certainly past, kept now and then."""
        kept, said = identity.trusted_ms(), self._uplink.hub_ms()
        held = None if said is None or not self._uplink.flowing else self._held.heard(said, self._clock.up_ms())
        if held is None or held <= kept:
            return kept
        if held - kept >= KEEP_EVERY_MS:
            try:
                identities.saw(identity, held)
                self._keeping = True
            except OSError as error:
                if self._keeping:
                    self._log.warning("time-not-kept", why=error.strerror)
                self._keeping = False
        return held

    def _start(self, trusted: int) -> None:
        import subprocess  # noqa: PLC0415 - see above

        self._log.info("renewal-started", config=str(self._config))
        command = [sys.executable, "-m", "edge.renewal", "--config", str(self._config)]
        self._started = self._clock.up_ms()
        nothing = subprocess.DEVNULL
        try:
            self._child = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=subprocess.PIPE)
        except OSError as error:
            self._not_renewed(f"cannot start a process for the renewal: {error.strerror}", trusted)

    def _look_after(self, child: "subprocess.Popen[bytes]", path: Path, trusted: int) -> None:
        code = child.poll()
        if code is None:
            if self._clock.up_ms() - self._started > LONGEST_MS:
                child.kill()
            return
        said = self._close(child)
        self._asked = False
        if code == 0:
            self._read(path)
            self._tries.came_about(up=self._clock.up_ms())
            self._renewed += 1
            self._problem = ""
            self._log.info("renewed", expires=self._tries.expires)
            self._end_wait()
        else:
            self._not_renewed(said, trusted)

    def _not_renewed(self, said: str, trusted: int) -> None:
        self._tries.failed(trusted=trusted, up=self._clock.up_ms(), jitter=random.random())  # noqa: S311
        if said != self._problem:
            self._log.warning("not-renewed", why=said, next="the old certificate stays in use; it is tried again")
        self._problem = said
        self._end_wait()

    def _end_wait(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.set()

    def _close(self, child: "subprocess.Popen[bytes]") -> str:
        """The last line that it said."""
        self._child = None
        if child.stderr is None:
            return ""
        lines = child.stderr.read(64 * 1024).decode("utf-8", "replace").strip().splitlines()
        child.stderr.close()
        return lines[-1][:500] if lines else f"the renewal ended with {child.returncode} and said nothing"

    def _read(self, path: Path) -> None:
        try:
            self._identity = identities.load(path)
        except EdgeError as error:
            if str(error) != self._unusable:
                self._log.error("identity-unusable", why=str(error))
            self._unusable = str(error)
            return
        self._unusable = ""
        member = self._identity.membership
        self._tries = Renewing(issued=member.issued, expires=member.expires)
