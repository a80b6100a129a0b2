"""The commands of `relay-sim`, one function each."""

import json
import queue
import random
import signal
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from firmware_sim import opening, quake
from firmware_sim.codes import read_codes, typed_codes
from firmware_sim.errors import SimError
from firmware_sim.gnss import GnssSettings, Receiver, Signal
from firmware_sim.pace import parse_rate
from firmware_sim.ports import Port
from firmware_sim.reference import reference_data
from firmware_sim.replay import Replay, parse_speed, read_log
from firmware_sim.replies import Kind, Reply
from firmware_sim.scanner import Scanner, Settings
from firmware_sim.scenario import read_scenario
from firmware_sim.stage import drive_between, play, wait_or_stop
from firmware_sim.witness import WitnessLog
from firmware_sim.world import World, make_world

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

_SAID = {Kind.ACK: "saved", Kind.NAK: "refused", Kind.BEL: "understood"}
PortPath = Annotated[Path, typer.Option("--port", help="Path of the port to make; an agent's configuration names it.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")]


def stopped_by_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set.

    A thread sets it: the main thread may hold the event's own lock when a signal comes, and would wait for itself.
    """
    stop, came = threading.Event(), queue.SimpleQueue[int]()

    def watch() -> None:
        came.get()
        stop.set()

    threading.Thread(target=watch, name="sim signals", daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: came.put(number))
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
    result(_counts(device))


@app.command()
def gnss(
    port: PortPath,
    seed: Seed = 0,
    rate: Annotated[int, typer.Option(help="Epochs a second, 1 to 10.")] = 1,
    stops: Annotated[str, typer.Option(help="Sites of the invented county to drive between.")] = "wh-1,st-1",
    speed: Annotated[float, typer.Option(help="Speed in km/h.")] = 50.0,
    loss: Annotated[float, typer.Option(help="Chance per epoch that the fix is lost for a while.")] = 0.0,
    jump: Annotated[float, typer.Option(help="Chance per epoch that the position is far off.")] = 0.0,
    corrupt: Annotated[float, typer.Option(help="Chance per epoch that a sentence is corrupted.")] = 0.0,
    track: Annotated[Path | None, typer.Option(help="File for the positions that were sent, JSON lines.")] = None,
) -> None:
    """A GNSS receiver in a vehicle that drives through the invented county, until Ctrl-C."""
    stop = stopped_by_signals()
    settings = GnssSettings(rate_hz=rate, seed=seed, loss=loss, jump=jump, corrupt=corrupt)
    drive = drive_between(the_world(seed), stops.split(","), cruise_kmh=speed, dwell_s=20.0)
    with Port(port) as made:
        say(f"GNSS receiver on {port}")
        receiver = Receiver(made, Signal(drive, settings), rate_hz=rate, track=track)
        receiver.run(stop)
    result({"epochs": receiver.sent, "dropped": receiver.dropped})


@app.command()
def replay(
    nmea: Annotated[Path, typer.Option(help="A recorded NMEA 0183 log.")],
    port: PortPath,
    speed: Annotated[str, typer.Option(help="1 is as recorded; 10x; max.")] = "1",
    loops: Annotated[int, typer.Option(min=0, help="How often to play the log; 0 is without end.")] = 1,
    stay: Annotated[bool, typer.Option(help="Keep the port until Ctrl-C when all is played.")] = False,
) -> None:
    """A recorded NMEA log, byte for byte, at the speed of its own times."""
    stop = stopped_by_signals()
    log, factor = read_log(nmea), parse_speed(speed)
    with Port(port) as made:
        say(f"{nmea.name} on {port}: plays when an agent opens it")
        player = Replay(made, log, speed=factor, loops=loops)
        player.run(stop)
        if stay:
            stop.wait()
    result({"epochs": len(log), "played": player.played, "bytes": player.sent_bytes})


@app.command()
def scenario(
    file: Annotated[Path, typer.Argument(help="A scenario file, or the name of a packaged one: demo, demo-once.")],
    folder: Annotated[Path, typer.Option("--dir", help="Where ports and witness logs are made.")],
    duration: Annotated[float | None, typer.Option(min=0.0, help="Scan for so many seconds.")] = None,
    until: Annotated[Path | None, typer.Option(help="Scan until this file is there.")] = None,
    loops: Annotated[int, typer.Option(min=0, help="Rounds of the story; 0 is without end.")] = 0,
    stay: Annotated[bool, typer.Option(help="Keep ports and receivers until Ctrl-C when all is scanned.")] = False,
) -> None:
    """All devices of a scenario, in one process; when scanning ends, one JSON line with what was confirmed."""
    stop = stopped_by_signals()
    read = read_scenario(file)
    with play(read, folder, year=this_year(), loops=loops) as stage:
        say(f"{len(read.scanners)} scanners and {len(read.receivers)} receivers in {folder}")
        wait_or_stop(stage, stop, duration, until)
        if not stop.is_set():
            stage.close(timeout_s=30)
        result({name: _counts(scanner.scanner) for name, scanner in stage.scanners.items()})
        if stay:
            stop.wait()


@app.command()
def world(seed: Seed = 0, year: Annotated[int | None, typer.Option(help="The year in which it plays.")] = None) -> None:
    """The invented county as reference data for a hub: regions, sites, items, organisations and roads, as JSON."""
    result(reference_data(the_world(seed, year)))


@app.command()
def tables(
    folder: Annotated[Path, typer.Argument(help="Where bins.csv, people.csv, stock.csv and settlements.csv go.")],
    seed: Seed = 0,
    year: Annotated[int | None, typer.Option(help="The year in which it plays.")] = None,
) -> None:
    """Bins, people, opening stock and settlements of the invented county, as tables that a hub imports."""
    folder.mkdir(parents=True, exist_ok=True)
    county = the_world(seed, year)
    for kind, table in (opening.tables(county) | {"settlements": quake.table(county)}).items():
        (folder / f"{kind}.csv").write_text(table, encoding="utf-8", newline="")
        say(f"{folder / kind}.csv")


@app.command()
def alert(
    seed: Seed = 0,
    year: Annotated[int | None, typer.Option(help="The year in which it plays.")] = None,
    sent: Annotated[str, typer.Option(help="When it was sent, ISO 8601 with an offset; now if left out.")] = "",
) -> None:
    """The earthquake's alert as a CAP 1.2 message, on standard output."""
    try:
        moment = datetime.fromisoformat(sent) if sent else datetime.now(UTC)
    except ValueError as error:
        raise SimError(f"--sent {sent!r} is no ISO 8601 time: write 2026-11-23T08:00:00+08:00") from error
    if moment.tzinfo is None:
        raise SimError(f"--sent {sent!r} names no offset from UTC: write 2026-11-23T08:00:00+08:00")
    print(quake.alert(the_world(seed, year), moment))  # noqa: T201  # the result


def the_world(seed: int, year: int | None = None) -> World:
    """The county of a seed."""
    return make_world(random.Random(seed), year=year or this_year())  # noqa: S311  # repeatable by its seed


def this_year() -> int:
    """The year of the wall clock, UTC."""
    return datetime.now(UTC).year


def _counts(device: Scanner) -> dict[str, object]:
    counts = device.counts
    return {
        "sent": device.sent,
        "confirmed": counts[Kind.ACK],
        "refused": counts[Kind.NAK],
        "commands": counts[Kind.BEL],
        "unanswered": max(0, device.sent - sum(counts.values())),
    }


def _repeated(codes: list[str], loops: int) -> Iterable[str]:
    done = 0
    while not loops or done < loops:
        yield from codes
        done += 1


def _tell(reply: Reply) -> None:
    say(_SAID[reply.kind] if reply.n is not None else "an answer to no scan")


def _silent(reply: Reply) -> None:
    del reply
