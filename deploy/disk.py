"""A disk of one's own whose power can be cut, that can be full and can fail: a FUSE mount for benchmarks and tests.

It needs /dev/fuse and fusermount3 (Debian: fuse3). deploy/disk_mount.py is the program behind it, deploy/platter.py
says what a cut takes.
"""

import json
import os
import random
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Self

from deploy.program import StackError, wait_for

ANSWER_S: Final = 20.0
STYLES: Final = ("all", "first", "some")
"""What a cut takes of what was not synced; see deploy.platter.Platter.cut."""


class Disk:
    """Mounted at `path` within the context; `folder` holds what it keeps between two mounts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "disk"
        self._server: subprocess.Popen[bytes] | None = None
        self._heard = b""
        self._lines: list[str] = []

    def __enter__(self) -> Self:
        self.mount()
        return self

    def __exit__(self, *_: object) -> None:
        self.unmount()

    def mount(self) -> None:
        """Raises StackError if that is not possible here."""
        self.path.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "deploy.disk_mount", str(self.folder), str(self.path)]
        with (self.folder / "disk.log").open("ab") as log:
            self._server = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=Path(__file__).parent.parent,
            )
        self._heard, self._lines = b"", []
        self._listen("mounted")
        wait_for(f"the disk {self.path}", lambda: os.path.ismount(self.path))

    def unmount(self) -> None:
        """At once, whoever uses it; as it is, without a cut. Idempotent."""
        server, self._server = self._server, None
        if server is not None:
            server.kill()
            self._detach(server)

    def freeze(self) -> None:
        """The power fails: from now on nobody who uses the disk goes on."""
        self._order("freeze")

    def arm(self, syncs: int) -> None:
        """Have the power fail when so many syncs have begun from now."""
        self._order(f"arm {syncs}")

    def frozen(self, timeout_s: float) -> bool:
        """Wait for the power to fail as armed."""
        return self._listen("frozen", timeout_s) is not None

    def cut(self, rng: random.Random, style: str, end: Iterable[Callable[[], object]] = ()) -> dict[str, Any]:
        """Take away what was not synced, of a frozen disk, and mount what is left; what was taken.

        `end` ends the programs that used the disk: called before, while none of them can do anything.
        """
        for each in end:
            each()
        self._send(f"cut {rng.getrandbits(32)} {style}")
        found = self._listen("{")
        if found is None or self._server is None:
            raise StackError(f"the disk {self.path} does not answer; see {self.folder / 'disk.log'}")
        self._detach(self._server)
        self.mount()
        return dict(json.loads(found))

    def fail(self, call: str, name: str, times: int = 1 << 30) -> None:
        """Let calls (read, write, sync) on files whose name begins so fail with an I/O error."""
        self._order(f"fail {call} {name} {times}")

    def spoil(self, name: str, at: int) -> None:
        """The page with byte `at` of a file can never be read again, as long as the file has this name."""
        self._order(f"spoil {name} {at}")

    def fill(self, left: int = 0) -> None:
        """Leave so many bytes of room."""
        self._order(f"room {left}")

    def heal(self) -> None:
        """No more faults, and room again."""
        self._order("heal")

    def _order(self, line: str) -> None:
        self._send(line)
        if self._listen("done") is None:
            raise StackError(f"the disk {self.path} does not obey `{line}`; see {self.folder / 'disk.log'}")

    def _send(self, line: str) -> None:
        if self._server is None or self._server.stdin is None:
            raise StackError(f"the disk {self.path} is not mounted")
        self._server.stdin.write(line.encode() + b"\n")
        self._server.stdin.flush()

    def _listen(self, start: str, timeout_s: float = ANSWER_S) -> str | None:
        """The first line that begins so; others are kept. None after the time, or if the server has ended."""
        if self._server is None or self._server.stdout is None:
            raise StackError(f"the disk {self.path} is not mounted")
        pipe = self._server.stdout.fileno()
        end = time.monotonic() + timeout_s
        while True:
            for line in self._lines:
                if line.startswith(start):
                    self._lines.remove(line)
                    return line
            if not select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
                return None
            more = os.read(pipe, 65_536)
            if not more:
                return None
            *lines, self._heard = (self._heard + more).split(b"\n")
            self._lines += [line.decode() for line in lines]

    def _detach(self, server: subprocess.Popen[bytes]) -> None:
        server.wait(ANSWER_S)
        for pipe in (server.stdin, server.stdout):
            if pipe is not None:
                pipe.close()
        subprocess.run(["fusermount3", "-uqz", str(self.path)], check=False, capture_output=True)
