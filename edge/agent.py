"""The running agent: ports, outbox and uplink, put together and watched. `python -m edge.agent --config FILE`.

Every port has a thread, the uplink has one, and the main thread watches: it takes the signals, says once a second
in status.json how things are, and once a minute to the hub. If a thread ends that should not, the process ends too,
with an error, and whoever started it starts it again: half an agent must never look like a whole one.
If a thread hangs, systemd's watchdog is not answered any more and ends the process, which then says where each
thread was.

Stop (SIGTERM, SIGINT) goes in order: no more reading, what was read is stored and answered, what is stored gets a
moment to leave, then everything is closed. Nothing is lost without that moment: the outbox keeps it.

Exit codes: 0 stopped, 1 something failed, 2 the configuration cannot be used.
"""

import faulthandler
import logging
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Final

from edge.clock import Clock
from edge.config import ConfigError, Settings
from edge.crew import Crew, stuck
from edge.desired import Configurator, load
from edge.errors import EdgeError
from edge.intake import Intake
from edge.knowing import Knowing
from edge.log import LibraryLog, LineLog, in_journal
from edge.ntp import NtpWatch
from edge.orders import Orders
from edge.pages import Pages
from edge.renewal_watch import RenewalWatch
from edge.reporting import Reporter
from edge.store.outbox import Outbox
from edge.supervision import Supervisor
from edge.uplink import Uplink
from edge.version import VERSION

_STOP: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
_ALARM: Final = signal.SIGUSR1
_WAKES: Final = frozenset({_ALARM, signal.SIGCHLD})
"""Something ended, or waits, that the main thread looks after: it looks at once."""
_WATCH_S: Final = 1.0
_FIRST_TRY_S: Final = 0.5
_DRAIN_S: Final = 2.0
_JOIN_S: Final = 5.0
ANEW: Final = -1
"""In the place of an exit code: the process begins again."""
_STUCK_S: Final = 60.0
"""No turn of a thread takes so long, unless the disk takes minutes for a write."""


class Agent:
    """One run of the agent, from opening its outbox to closing it."""

    def __init__(self, settings: Settings, log: LineLog) -> None:
        """Raises EdgeError if the outbox cannot be opened."""
        clock = Clock()
        self._log = log
        self._outbox = Outbox.open(
            settings.outbox,
            device=settings.device.name,
            now_ms=clock.now_ms(),
            stream_factory=lambda: os.urandom(8).hex(),
        )
        self._outbox.keep_days = settings.keep_days
        self._outbox.limit_bytes = settings.limit_mib << 20
        self._anew = threading.Event()
        outside = {
            "restart": self._begin_anew,
            "report-health": self._report_health,
            "renew-certificate": self._renew_certificate,
        }
        self._configurator = Configurator(settings, self._outbox, clock, log, self._begin_anew)
        self._knowing = Knowing(settings, self._outbox, clock, log.bind(part="site"), self._alarm)
        self._orders = Orders(
            self._outbox,
            clock,
            log.bind(part="orders"),
            outside=outside,
            refuses=_refuses(settings),
            desired=self._configurator.offer,
            known=self._knowing.site_data.hear,
        )
        self._uplink = Uplink(settings, self._outbox, log.bind(part="uplink"), self._orders)
        self._knowing.greeted = lambda: self._uplink.greeted
        self._reporter = Reporter(settings, self._outbox, self._uplink, clock, log)
        self._knowing.is_tight = self._reporter.is_tight
        self._reporter.configuration = lambda: self._configurator.sentence
        self._renewal = RenewalWatch(
            settings.path, settings.hub.identity, self._uplink, clock, log.bind(part="certificate")
        )
        self._reporter.certificate = self._renewal.status
        self._reporter.site_data = self._knowing.site_status
        self._reporter.printer = self._knowing.printer_status
        self._ntp = NtpWatch(self._outbox, clock, log)
        self._intake = Intake(settings, self._outbox, clock, self._reporter.show, log, self._knowing)
        self._pages = Pages(
            settings, self._outbox, clock, log, self._knowing, self._uplink, self._intake, self._reporter.messages
        )
        self._reporter.terminal = self._pages.status
        self._main = threading.main_thread().ident or 0
        self._crew = Crew(self._intake.stop.is_set, self._alarm, log)
        self._crew.watch_strays()
        self._supervisor = Supervisor()
        self._stuck: list[str] = []
        self._stopped = False

    def run(self) -> int:
        """Until a signal comes or a thread dies; the exit code. The stop signals must be blocked in this thread."""
        self._reporter.say_salvage()
        self._knowing.begin()
        self._intake.start(self._crew, _FIRST_TRY_S)
        self._pages.start(self._crew)
        ports = {each.port: "up" if each.up else each.why for each in self._intake.status()}
        self._log.info("ready", ports=ports, pending_facts=self._outbox.stats().pending_facts)
        self._uplink.start()
        self._configurator.begin()
        self._supervisor.ready(self._sentence())
        got = None
        while not self._crew.lost and got not in _STOP and not self._anew.is_set():
            self._reporter.watch(self._intake.status)
            self._configurator.watch(hub_answered=self._orders.hub_answered)
            self._renewal.tick()
            self._knowing.tick()
            self._pages.tick()
            self._ntp.look()
            self._answer_watchdog()
            caught = signal.sigtimedwait(_STOP | _WAKES, _WATCH_S)
            got = signal.Signals(caught.si_signo) if caught else None
        anew = got not in _STOP and not self._crew.lost
        self._log.info("stopping", why=got.name if got in _STOP and got else "to start anew" if anew else "thread died")
        self.stop(anew=anew)
        return 1 if self._crew.lost else ANEW if anew else 0

    def stop(self, *, anew: bool = False) -> None:
        """End in order; may be called again. `anew`: to begin again as the same process."""
        if self._stopped:
            return
        self._stopped = True
        if anew:
            self._supervisor.restarting()
        else:
            self._supervisor.stopping()
        self._intake.stop.set()
        self._pages.stop()
        self._reporter.say_status("stopping", self._intake.status)
        late = self._crew.join(_JOIN_S)
        if late:
            self._log.warning("threads-late", threads=late)
        self._renewal.stop()
        self._knowing.stop()
        self._drain()
        self._uplink.stop()
        self._reporter.say_status("stopped", self._intake.status)
        self._outbox.close()
        self._log.info("stopped")

    def _answer_watchdog(self) -> None:
        """Only if every thread goes on."""
        found = stuck({"uplink": self._uplink.pulse, **self._intake.pulses(), **self._pages.pulses()}, _STUCK_S)
        if found != self._stuck:
            self._stuck = found
            if found:
                self._log.error("threads-stuck", threads=found, next="systemd starts the agent anew, if it started it")
            else:
                self._log.info("threads-go-on")
        if found:
            self._supervisor.show(f"Stuck: {', '.join(found)}")
        else:
            self._supervisor.alive(self._sentence())

    def _sentence(self) -> str:
        """How it is, for `systemctl status`."""
        ports = self._intake.status()
        delivers = "the hub answers" if self._uplink.flowing else "no hub answers"
        waiting = self._outbox.stats().pending_facts
        return f"{sum(port.up for port in ports)} of {len(ports)} ports up, {delivers}, {waiting} facts wait"

    def _begin_anew(self) -> None:
        """End in order, and begin again as the same process: only the next run can say that it happened."""
        self._anew.set()
        self._alarm()

    def _renew_certificate(self) -> str:
        try:
            return self._renewal.renew_now()
        finally:
            self._uplink.pulse.beat()  # several in a row, each of which may take long, are no hanging thread

    def _report_health(self) -> str:
        self._outbox.append_telemetry([self._reporter.health()])
        return "sent"

    def _alarm(self) -> None:
        signal.pthread_kill(self._main, _ALARM)

    def _drain(self) -> None:
        """What was just scanned gets a moment to leave, if the hub answers."""
        deadline = time.monotonic() + _DRAIN_S
        while self._uplink.flowing and self._outbox.stats().pending_facts and time.monotonic() < deadline:
            time.sleep(0.05)


def main(arguments: list[str]) -> int:
    """Run one agent with `--config FILE`; the exit code."""
    if len(arguments) != 2 or arguments[0] != "--config":
        sys.stderr.write("usage: python -m edge.agent --config FILE\n")
        return 2
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # nor of a program beside it: a PIN could be in the file
    # Blocked here, before any thread starts, the stop signals wait for the main thread's sigtimedwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP | _WAKES)
    try:
        settings = load(Path(arguments[1]))
    except ConfigError as error:
        LineLog(journal=in_journal()).error("config-unusable", file=str(error.path), faults=error.faults)
        return 2
    log = LineLog(settings.log_level, as_json=settings.log_json, journal=in_journal())
    logging.getLogger().addHandler(LibraryLog(log))
    for advice in settings.advice:
        log.warning("advice", what=advice)
    log.info("starting", does=_sentence(settings), version=VERSION, pid=os.getpid())
    try:
        agent = Agent(settings, log)
    except EdgeError as error:
        log.error("outbox-unusable", why=str(error))  # noqa: TRY400 - the sentence says it all
        return 1
    code = agent.run()
    if code == ANEW:
        os.execv(sys.executable, [sys.executable, "-m", "edge.agent", *arguments])  # noqa: S606 - the same program
    return code


def _refuses(settings: Settings) -> dict[str, str]:
    """Commands that this device cannot do, with the reason."""
    if settings.hub.identity is not None:
        return {}
    return {"renew-certificate": "this device has no certificate; it signs in with a password"}


def _sentence(settings: Settings) -> str:
    reads = ", ".join(settings.ports) or "no port"
    hub = f"{settings.hub.host}:{settings.hub.port}"
    return f"{settings.device.name} reads {reads}, keeps it in {settings.outbox} and delivers to the hub at {hub}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
