"""Simulated devices in threads of this process: for tests, benchmarks and scenarios.

with start_scanner(tmp / "scanner0", codes, tmp / "scanner0.witness", rate=200, confirm="echo") as device:
    ...an agent opens tmp / "scanner0"...
    device.finish(timeout_s=30)
witness = read_witness(tmp / "scanner0.witness")
"""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from firmware_sim.errors import SimError
from firmware_sim.ports import Port
from firmware_sim.scanner import Scanner, Settings
from firmware_sim.witness import WitnessLog


class RunningDevice:
    """A device's thread. Leaving the context stops it and closes its port; its error is raised there."""

    def __init__(
        self, name: str, port: Port, run: Callable[[threading.Event], None], *closes: Callable[[], None]
    ) -> None:
        self.name = name
        self.port = port
        """`port.vanish()` unplugs the device, `port.appear()` plugs it in again."""
        self._run = run
        self._closes = closes
        self._error: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._guarded, name=f"sim {name}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def finished(self) -> bool:
        """Whether the device is through with what it had to do."""
        return not self._thread.is_alive()

    def finish(self, timeout_s: float) -> None:
        """Wait until the device is through; the port stays. Raises SimError after `timeout_s`, or its error."""
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise SimError(f"{self.name} was not through after {timeout_s} s")
        self._raise()

    def stop(self) -> None:
        """Stop, unplug and close all; idempotent. Raises the device's error if it had one."""
        self._stop.set()
        self._thread.join()
        self.port.close()
        for close in self._closes:
            close()
        self._raise()

    def _guarded(self) -> None:
        try:
            self._run(self._stop)
        except BaseException as error:
            self._error = error  # handed to whoever waits

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error


class RunningScanner(RunningDevice):
    """A scanner's thread with its counters."""

    scanner: Scanner


def start_scanner(link: Path, codes: Iterable[str | None], witness_path: Path, **settings: Any) -> RunningScanner:
    """A scanner on a new port at `link`, scanning as soon as somebody opens it; `settings` are those of Settings."""
    chosen = Settings(**settings)
    witness = WitnessLog(witness_path)
    try:
        port = Port(link)
    except SimError:
        witness.close()
        raise
    scanner = Scanner(port, codes, chosen, witness)
    running = RunningScanner(link.name, port, scanner.run, witness.close)
    running.scanner = scanner
    return running
