"""The commands of `relay-sim`, one function each."""

import json
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from firmware_sim.codes import read_codes, typed_codes
from firmware_sim.pace import parse_rate
from firmware_sim.ports import Port
from firmware_sim.replies import Kind, Reply
from firmware_sim.scanner import Scanner, Settings
from firmware_sim.witness import WitnessLog

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

_SAID = {Kind.ACK: "saved", Kind.NAK: "refused", Kind.BEL: "understood"}
PortPath = Annotated[Path, typer.Option("--port", help="Path of the port to make; an agent's configuration names it.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")]


def stopped_by_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def say(sentence: str) -> None:
    """Tell the person at the terminal; standard output is for results."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201  # this is the program's voice


def result(line: dict[str, object]) -> None:
    """The command's result: one JSON line."""
    print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201


@app.callback()
def main() -> None:
    """Simulated devices on real ports."""


@app.command()
def scanner(
    port: PortPath,
    codes: Annotated[Path, typer.Option(help="File of codes, one a line (^ is GS); - reads what you type.")],
    witness: Annotated[Path, typer.Option(help="Append-only log of what went out and was confirmed.")],
    rate: Annotated[str, typer.Option(help="Scans a second, or max.")] = "10",
    confirm: Annotated[str, typer.Option(help="How the host answers: ack, echo or none.")] = "ack",
    seed: Seed = 0,
    aim: Annotated[str, typer.Option(help="AIM symbology identifier in front: auto, ]C1, ...")] = "",
    plain: Annotated[bool, typer.Option(help="Take lines of the file as they are: no escapes, no comments.")] = False,
    loops: Annotated[int, typer.Option(min=0, help="How often to read the file; 0 is without end.")] = 1,
    chunks: Annotated[bool, typer.Option(help="Dribble the bytes out in small pieces.")] = False,
    noise_every: Annotated[int, typer.Option(min=0, help="A frame of line noise before every N-th scan.")] = 0,
    timeout: Annotated[float, typer.Option(min=0.0, help="Seconds to wait for an answer.")] = 3.0,
    stay: Annotated[bool, typer.Option(help="Keep the port until Ctrl-C when all is scanned.")] = False,
) -> None:
    """A barcode scanner that reads a file of codes, or what you type, and logs each confirmation that came back."""
    stop = stopped_by_signals()
    settings = Settings(
        rate=parse_rate(rate),
        confirm=confirm,
        aim=aim,
        timeout_s=timeout,
        chunks=chunks,
        noise_every=noise_every,
        seed=seed,
    )
    typed = str(codes) == "-"
    source = typed_codes(stop) if typed else _repeated(read_codes(codes, plain=plain), loops)
    with WitnessLog(witness) as log, Port(port) as made:
        say(f"scanner on {port}: scans when an agent opens it")
        device = Scanner(made, source, settings, log, on_reply=_tell if typed else _silent)
        device.run(stop)
        if stay:
            stop.wait()
    counts = device.counts
    answered = sum(counts.values())
    result(
        {
            "sent": device.sent,
            "confirmed": counts[Kind.ACK],
            "refused": counts[Kind.NAK],
            "commands": counts[Kind.BEL],
            "unanswered": max(0, device.sent - answered),
        }
    )


def _repeated(codes: list[str], loops: int) -> Iterable[str]:
    done = 0
    while not loops or done < loops:
        yield from codes
        done += 1


def _tell(reply: Reply) -> None:
    say(_SAID[reply.kind] if reply.n is not None else "an answer to no scan")


def _silent(reply: Reply) -> None:
    del reply
