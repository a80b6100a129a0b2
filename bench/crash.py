"""Kill -9 of agent, broker and hub at random moments while a scanner scans: what was confirmed must be there, once.

    python -m bench.crash [--kills 20] [--rate 1000] [--pause 2.0] [--seed N] --json

Confirmed is what the simulated scanner saw come back on its port. It is compared with the hub's journal and with the
hub's balances, both read by REST. A run that finds a difference ends with exit code 1. Ctrl-C ends the killing and
reckons what there is.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from bench.frame import labels, parser, run, say
from deploy.program import StackError, wait_for
from deploy.reckoning import journal_texts
from deploy.rest import Rest
from deploy.stack import Agent, Hub, scanner_section
from firmware_sim.running import start_scanner
from firmware_sim.witness import Witness, read_witness

DEVICE = "crash-1"
PLACE = "place:wh-1/a01"


def codes(rng: random.Random, closing: Event) -> Iterator[str]:
    """Labels until it is time to close."""
    for text, _ in labels(rng):
        if closing.is_set():
            return
        yield text


def crash(rng: random.Random, folder: Path, kills: int, rate: float, pause_s: float) -> dict[str, Any]:
    """Scan, kill, and reckon."""
    closing = Event()
    done = 0
    witness = folder / "scanner.witness"
    with Hub(folder / "hub") as hub:
        password = hub.add_device(DEVICE, "scanner")
        section = scanner_section(folder / "scanner0", confirm="echo", do="receive", to=PLACE)
        source = codes(random.Random(rng.random()), closing)
        with (
            start_scanner(folder / "scanner0", source, witness, rate=rate, confirm="echo", aim="]C1") as scanner,
            Agent(folder, DEVICE, "scanner", port=hub.mqtt_port, password=password, ports=section) as agent,
        ):
            wait_for("the first confirmed scan", lambda: witness.exists() and read_witness(witness).confirmed)
            with suppress(KeyboardInterrupt):
                for number in range(1, kills + 1):
                    time.sleep(rng.uniform(0.1, pause_s))
                    _kill(rng, hub, agent, number, kills)
                    done = number
            time.sleep(1.0)
            closing.set()
            scanner.finish(timeout_s=60)
        with agent:
            _settle(hub, agent)
        return _reckon(hub.rest, read_witness(witness), done)


def _kill(rng: random.Random, hub: Hub, agent: Agent, number: int, kills: int) -> None:
    target = rng.choice(("agent", "broker", "hub"))
    say(f"kill {number} of {kills}: {target}")
    if target == "broker":
        hub.kill_broker()
        return
    program = agent if target == "agent" else hub
    program.kill()
    try:
        time.sleep(rng.uniform(0.0, 0.5))
    finally:
        program.start()


def _settle(hub: Hub, agent: Agent) -> None:
    """Wait until the device has nothing left to deliver, or nothing moves for a while."""
    say("waiting for the backlog")

    def empty() -> bool:
        status = agent.status()
        return bool(status) and status.get("pending_facts") == 0 and hub.alive

    try:
        wait_for("an empty outbox", empty, timeout_s=300, pause_s=0.5)
    except StackError as error:
        say(str(error))


def _reckon(rest: Rest, witness: Witness, kills: int) -> dict[str, Any]:
    """Journal and balances against the witness."""
    say("comparing")
    there = journal_texts(rest, DEVICE)
    confirmed, made = Counter(witness.confirmed), Counter(witness.sent)
    lost = (confirmed - there).total()
    duplicated = (there - made).total()
    stock = sum(row["quantity"] for row in rest.rows("/balances", account=PLACE, limit=500))
    counted = sum(1 if "\x1d21" in text else number for text, number in there.items())
    if stock != counted:
        say(f"the journal holds {counted} pieces, the balances {stock}")
    return {
        "kills": kills,
        "confirmed": confirmed.total(),
        "in_hub": there.total(),
        "lost": lost + max(0, counted - stock),
        "duplicated": duplicated + max(0, stock - counted),
    }


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--rate", type=float, default=1000.0, help="scans a second")
    arguments.add_argument("--pause", type=float, default=2.0, help="longest time between two kills, in seconds")
    options = arguments.parse_args()
    found: dict[str, Any] = {}

    def work(rng: random.Random, folder: Path) -> dict[str, Any]:
        found.update(crash(rng, folder, options.kills, options.rate, options.pause))
        return found

    run(options, work)
    return 1 if found["lost"] or found["duplicated"] else 0


if __name__ == "__main__":
    sys.exit(main())
