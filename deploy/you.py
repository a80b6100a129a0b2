"""You, with a scanner: what you type is scanned (`relay-sim scanner --codes -`), and what came back is counted."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from deploy.county import SEED
from deploy.program import HERE, Program, StackError, wait_for
from firmware_sim.cli import the_world
from firmware_sim.gs1 import element_string
from firmware_sim.stage import witness_path
from firmware_sim.witness import Witness, read_witness

DEVICE = "you-1"
PLACE = "wh-1/dock"
CARDS = ("RR:RESET", "RR:DO:receive", f"RR:L:{PLACE}")
"""What is scanned first: goods come in at the dock of the warehouse."""


def yours(numbers: Iterable[int]) -> list[str]:
    """Labels of goods that nobody else scans, as they stand on packages: a kind and a lot for each number."""
    goods = [item for item in the_world(SEED).items if item.lots]
    return [element_string(("01", goods[n % len(goods)].gtin), ("10", f"YOU{n:03d}")) for n in numbers]


class You(Program):
    """A person at a keyboard, with a scanner."""

    stdin = subprocess.PIPE

    def __init__(self, ports: Path, log: Path) -> None:
        self.path = witness_path(ports, DEVICE)
        command = [str(HERE / "relay-sim"), "scanner", "--port", str(ports / DEVICE), "--codes", "-", "--stay"]
        super().__init__("you", [*command, "--witness", str(self.path)], log)

    def scan(self, codes: Iterable[str]) -> int:
        """Type codes; how many were confirmed (saved) when all of them were answered. Raises StackError."""
        before = self._seen()
        typed = [code.replace("\x1d", "^") for code in codes]
        if self.process is None or self.process.stdin is None:
            raise StackError("nobody has a scanner in hand")
        self.process.stdin.write("".join(f"{code}\n" for code in typed).encode())
        self.process.stdin.flush()
        wanted = _answered(before) + len(typed)
        wait_for(f"an answer to each of your scans ({self.log})", lambda: _answered(self._seen()) >= wanted)
        return len(self._seen().confirmed_n) - len(before.confirmed_n)

    def _seen(self) -> Witness:
        return read_witness(self.path) if self.path.exists() else Witness()


def _answered(witness: Witness) -> int:
    return len(witness.confirmed_n) + len(witness.command_n) + len(witness.refused_n)
