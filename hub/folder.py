"""The hub's data folder: one hub at a time, and where a running one can be found."""

import fcntl
import json
import os
import secrets
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from hub.errors import FolderBusyError, HubError

PATIENCE_S = 1.0
"""Commands look at the lock for an instant; a starting hub waits for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A hub that runs, as it says of itself in run.json; the last two are None where it does not listen for devices."""

    pid: int
    mqtt_port: int
    http_port: int
    ledger: str
    run: str
    mqtt_host: str = "127.0.0.1"
    http_host: str = "127.0.0.1"
    listen_host: str = ""
    mqtts_port: int | None = None
    https_port: int | None = None


class Folder:
    """A data folder. `lock` is held by a hub while it runs, and by commands that need it to stand still."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def lock(self) -> None:
        """Take the folder for this process. Raises FolderBusyError, HubError if it cannot be written."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            trial = self.path / f".trial-{secrets.token_hex(4)}"
            trial.touch()
            trial.unlink()
            file = (self.path / "lock").open("a+")
        except OSError as error:
            raise HubError(
                f"The data folder {self.path} cannot be written: {error.strerror}. "
                "Give this user the folder, or name another one by --data."
            ) from error
        deadline = time.monotonic() + PATIENCE_S
        while not _try(file):
            if time.monotonic() > deadline:
                file.seek(0)
                pid = file.read().strip() or "unknown"
                file.close()
                raise FolderBusyError(
                    f"A hub runs on {self.path} already (process {pid}). Stop it, or name another folder by --data."
                )
            time.sleep(0.05)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._lock = file
        self.clear_running()  # of one that was killed: its process id may be another program's by now

    def unlock(self) -> None:
        """Give the folder back. Idempotent."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def write_running(self, running: Running) -> None:
        """Say where this hub is."""
        beside = self.path / "run.json.new"
        beside.write_text(json.dumps(asdict(running)) + "\n")
        beside.replace(self.path / "run.json")

    def clear_running(self) -> None:
        """Say no longer that a hub is here."""
        (self.path / "run.json").unlink(missing_ok=True)

    def running(self) -> Running | None:
        """The hub that runs on this folder and is up, None if there is none. A hub that was killed is none."""
        try:
            with (self.path / "lock").open("r") as file:
                if _try(file):
                    return None
            return Running(**json.loads((self.path / "run.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def tell_running(self) -> bool:
        """Have a running hub read anew which devices may connect. False if none runs."""
        running = self.running()
        if running is None:
            return False
        try:
            os.kill(running.pid, signal.SIGHUP)
        except ProcessLookupError:
            return False
        except PermissionError as error:
            raise HubError(
                f"The hub (process {running.pid}) belongs to another user; run this command as that user."
            ) from error
        return True


def _try(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
