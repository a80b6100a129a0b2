"""A real hub as a child process, and its command line."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from hub.__main__ import main
from tests.support.mqtt import until

REPO = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "hub"]
SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def cli(*arguments: str | Path, data: Path, input_: str = "") -> Done:
    """Run one command to its end: `up` as a process of its own, the others here, which is many times quicker."""
    words = [*map(str, arguments), "--data", str(data)]
    if arguments[0] == "up":
        done = subprocess.run(
            [*COMMAND, *words], capture_output=True, text=True, cwd=REPO, timeout=SECONDS, check=False
        )
        return Done(returncode=done.returncode, stdout=done.stdout, stderr=done.stderr)
    code, out, err = 0, io.StringIO(), io.StringIO()
    before, sys.stdin = sys.stdin, io.StringIO(input_)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main(words)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1 if end.code else 0
    finally:
        sys.stdin = before
    return Done(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


def cli_json(*arguments: str | Path, data: Path) -> Any:
    """What a command that went well printed as JSON."""
    done = cli(*arguments, "--json", data=data)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class HubProcess:
    """`relay-hub up` on free ports; ends with the block, whatever happened."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.data = data
        self.log = data.with_name(data.name + ".log")
        self._arguments = arguments or ("--mqtt-port", "0")

    def __enter__(self) -> Self:
        command = [*COMMAND, "up", "--data", str(self.data), "--http-port", "0", "--json", *self._arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=REPO, start_new_session=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.end(signal.SIGKILL)
            raise AssertionError(self.log.read_text())
        said = json.loads(line)
        self.pid: int = said["pid"]
        self.http: str = said["http"]
        self.mqtt_port = int(said["mqtt"].rpartition(":")[2])
        self.mqtts_port: int = said["mqtts_port"]
        self.https_port: int = said["https_port"]
        self.first: str | None = said["first"]
        self.ledger: str = said["ledger"]
        self.run: str = said["run"]
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; the exit code."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        try:
            code = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            if self.process.stdout is not None:
                self.process.stdout.close()
        return code

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.http}/api/v1/health", timeout=10).json()
        return found

    def await_down(self) -> None:
        """Until nobody answers on its ports."""
        until(lambda: self.process.poll() is not None, "the hub ends", SECONDS)
