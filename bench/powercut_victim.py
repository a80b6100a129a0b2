"""A program on a disk of its own, and the ways in which it loses its power."""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from deploy.disk import STYLES, Disk
from deploy.program import Program, StackError, wait_for

PATIENCE_S = 3.0
"""How long a sync is waited for that may never come, as the hub's when nothing arrives; then the power fails anyway."""


class Victim:
    """An agent or a hub that runs, and its disk."""

    def __init__(self, program: Program, disk: Disk) -> None:
        self.name = program.name
        self.took: Counter[str] = Counter()
        """How many cuts there were of each kind, and how many changes of files and names they took."""
        self._program = program
        self._disk = disk
        self._plain = program.command

    def cut(self, rng: random.Random) -> str:
        """Lose power in one way or another, and run again; says how it was."""
        way = rng.choice((self._at_a_sync, self._at_a_sync, self._now, self._while_starting, self._killed_at_a_sync))
        said = way(rng)
        self.took[way.__name__.strip("_")] += 1
        self._program.start()
        return said

    def _at_a_sync(self, rng: random.Random) -> str:
        syncs = rng.randint(1, 60)
        self._disk.arm(syncs)
        self._await_failure()
        return self._lose(rng, f"sync {syncs}")

    def _now(self, rng: random.Random) -> str:
        time.sleep(rng.uniform(0.0, 0.5))
        self._disk.freeze()
        return self._lose(rng, "any moment")

    def _while_starting(self, rng: random.Random) -> str:
        """The power comes back after a first cut, and fails while what is on the disk is looked through."""
        self._disk.freeze()
        first = self._lose(rng, "any moment")
        syncs = rng.randint(1, 6)
        self._disk.arm(syncs)
        Program.start(self._program)
        self._await_failure()
        return f"{first}, then {self._lose(rng, f'sync {syncs} after the start')}"

    def _killed_at_a_sync(self, rng: random.Random) -> str:
        """Killed, and killed again at its n-th fdatasync, counted by thread; perhaps the power fails then."""
        syncs = rng.randint(1, 20)
        self._program.kill()
        inject = f"inject=fdatasync:signal=KILL:when={syncs}"
        self._program.command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync"]
        self._program.command += ["-e", inject, *self._plain]
        try:
            Program.start(self._program)
        finally:
            self._program.command = self._plain
        said = f"killed at fdatasync {syncs}"
        try:
            wait_for("the kill", lambda: not self._program.alive, 3 * PATIENCE_S)
        except StackError:
            said = f"killed before fdatasync {syncs}"
            self._kill_traced()
        self.took[said.rpartition(" ")[0].replace(" ", "_")] += 1
        if rng.random() < 0.5:
            return said
        self._disk.freeze()
        return self._lose(rng, f"{said}, power lost")

    def _await_failure(self) -> None:
        if not self._disk.frozen(PATIENCE_S):
            self._disk.freeze()

    def _kill_traced(self) -> None:
        """Strace ends with what it traces, but not the other way round."""
        pid = self._program.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        self._program.kill()

    def _lose(self, rng: random.Random, when: str) -> str:
        """The power has failed: end the program, and take away what was not synced."""
        style = rng.choice(STYLES)
        process = self._program.process
        took = self._disk.cut(rng, style, [process.kill] if process else [])
        self._program.kill()
        self.took.update(took)
        return f"{when}, takes {style}: {took['changes_lost']} of {took['changes']} writes, {took['names_lost']} names"
