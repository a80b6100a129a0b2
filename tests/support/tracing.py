"""Programs whose system calls fail or kill them, by strace: no special disk, no special rights.

`when` counts calls by thread: "7" is the seventh of each thread, "7..9" the seventh to the ninth.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.program import Program, wait_for


@contextmanager
def injected(program: Program, *faults: str) -> Iterator[None]:
    """Start a program that does not run with faults like `fdatasync:error=EIO:when=3..5`; stopped at the end."""
    plain = program.command
    calls = ",".join(fault.partition(":")[0] for fault in faults)
    options = [word for fault in faults for word in ("-e", f"inject={fault}")]
    program.command = [  # without --seccomp-bpf: strace 6.1 sends no signal with it
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={calls}",
        *options,
        *plain,
    ]
    try:
        program.start()
        yield
    finally:
        program.command = plain
        end(program, signal.SIGTERM)


def end(program: Program, number: signal.Signals) -> None:
    """Send a signal to what strace runs, and wait: strace ends with it, but not the other way round."""
    if program.alive:
        for child in Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split():
            os.kill(int(child), number)
        wait_for(f"the end of {program.name}", lambda: not program.alive, 60)
    program.process = None
