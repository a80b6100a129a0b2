"""Commands to several devices while hub, broker and agents are killed: each done once, in time, or never.

    python -m bench.commands [--commands 10000] [--agents 5] [--pause 3.0] [--seed N] --json

Every command is a message. What was done is counted in the devices' own databases, in the table that people read, which
knows nothing of commands being done once. The hub is asked by REST what it shows; it must not show as delivered, at any
moment, what the device's database does not hold. A run that finds a difference ends with exit code 1.
"""

import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from bench.frame import parser, run, say
from deploy.program import Program, StackError, wait_for
from deploy.rest import Rest
from deploy.stack import Agent, Hub

SENDERS = 4
LONG_S, SHORT_S = 3600, 3
ATTEMPTS_S = 0.2
LOOK_S = 3.0


@dataclass(slots=True)
class Found:
    """What went wrong, in whole numbers; and the ids that the hub took."""

    falsely: set[str] = field(default_factory=set)
    issued: dict[str, str] = field(default_factory=dict)


class Issuer(threading.Thread):
    """Asks the hub for commands; one that was not answered for is asked for again, under the same id."""

    def __init__(self, rest: Rest, todo: "SimpleQueue[tuple[str, str, int]]", found: Found) -> None:
        super().__init__(daemon=True)
        self._rest, self._todo, self._found = rest, todo, found

    def run(self) -> None:
        while True:
            try:
                device, id_, expires_s = self._todo.get_nowait()
            except Empty:
                return
            body = {"id": id_, "name": "message", "args": {"text": id_}, "expires_s": expires_s}
            while not self._asked(device, body):
                time.sleep(ATTEMPTS_S)
            self._found.issued[id_] = device

    def _asked(self, device: str, body: dict[str, Any]) -> bool:
        try:
            self._rest.post(f"/devices/{device}/commands", body)
        except (StackError, OSError, HTTPException):  # killed just now, or so many wait already
            return False
        return True


def shown(rest: Rest, device: str) -> dict[str, dict[str, Any]]:
    """What the hub shows of a device's commands, by id."""
    return {row["id"]: row for row in rest.rows(f"/devices/{device}/commands", limit=500)}


def kept(agent: Agent) -> set[str]:
    """The ids in a device's log of commands."""
    with closing(sqlite3.connect(f"file:{agent.data}/outbox.db?mode=ro", uri=True, timeout=30)) as db:
        return {row[0] for row in db.execute("SELECT id FROM commands")}


def look(rest: Rest, agents: list[Agent], found: Found) -> None:
    """Nothing is shown as delivered that the device does not have."""
    for agent in agents:
        try:
            rows = shown(rest, agent.name)
            here = kept(agent)
        except (StackError, OSError, HTTPException, sqlite3.Error):
            continue  # the hub or the file is not there at this moment
        found.falsely.update(id_ for id_, row in rows.items() if row["state"] != "waiting" and id_ not in here)


def kill_on(rng: random.Random, hub: Hub, agents: list[Agent], pause_s: float, over: threading.Event) -> int:
    """Kill something again and again until it is over; how often."""
    kills = 0
    while not over.wait(rng.uniform(0.3, pause_s)):
        kills += 1
        target = rng.random()
        if target < 0.1:
            hub.kill_broker()
            continue
        program: Program = hub if target < 0.2 else rng.choice(agents)
        program.kill()
        over.wait(rng.choice((0.0, 0.5, 2.0 * SHORT_S)) if program is not hub else rng.uniform(0.0, 0.5))
        program.start()
    return kills


def bench(rng: random.Random, folder: Path, commands: int, number: int, pause_s: float) -> dict[str, Any]:
    """Ask, kill, and reckon."""
    found = Found()
    todo: SimpleQueue[tuple[str, str, int]] = SimpleQueue()
    with Hub(folder / "hub") as hub:
        agents = [
            Agent(folder, name, "terminal", port=hub.mqtt_port, password=hub.add_device(name, "terminal"), ports="")
            for name in (f"device-{n}" for n in range(number))
        ]
        for n in range(commands):
            expires_s = SHORT_S if rng.random() < 0.3 else LONG_S
            todo.put((agents[n % number].name, f"{rng.getrandbits(64):016x}", expires_s))
        rest = hub.rest
        try:
            for agent in agents:
                agent.start()
            kills = _run(rng, hub, agents, todo, found, pause_s)
            _settle(rest, agents)
            look(rest, agents, found)
            said = {agent.name: shown(rest, agent.name) for agent in agents}
        finally:
            for agent in agents:
                agent.stop()
        hub.command_line("audit")
    return {**_reckon(agents, said, found), "kills": kills}


def _run(
    rng: random.Random,
    hub: Hub,
    agents: list[Agent],
    todo: "SimpleQueue[tuple[str, str, int]]",
    found: Found,
    pause_s: float,
) -> int:
    over = threading.Event()
    issuers = [Issuer(hub.rest, todo, found) for _ in range(SENDERS)]
    total = todo.qsize()
    looking = random.Random(rng.random())

    def watch() -> None:
        while any(issuer.is_alive() for issuer in issuers):
            look(hub.rest, [looking.choice(agents)], found)
            say(f"{len(found.issued)} of {total} commands asked for")
            over.wait(LOOK_S)
        over.set()

    for issuer in issuers:
        issuer.start()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    kills = kill_on(rng, hub, agents, pause_s, over)
    watcher.join()
    return kills


def _settle(rest: Rest, agents: list[Agent]) -> None:
    """Wait until the devices have said the last word of every command, or nothing moves any more."""
    say("waiting for the last words")

    def answered() -> bool:
        for agent in agents:
            if not agent.alive:  # as whoever supervises it would
                say(f"{agent.name} had ended by itself:\n{agent.tail(5)}")
                agent.start()
        states = Counter(row["state"] for agent in agents for row in shown(rest, agent.name).values())
        return not states["waiting"] and not states["delivered"]

    try:
        wait_for("the last words of all devices", answered, timeout_s=120, pause_s=1.0)
    except StackError as error:
        say(str(error))


def _reckon(agents: list[Agent], said: dict[str, dict[str, dict[str, Any]]], found: Found) -> dict[str, Any]:
    """The devices' databases against what the hub shows."""
    done: Counter[str] = Counter()
    late = 0
    states: Counter[str] = Counter()
    for agent in agents:
        rows = said[agent.name]
        states.update(row["state"] for row in rows.values())
        with closing(sqlite3.connect(f"file:{agent.data}/outbox.db?mode=ro", uri=True)) as db:
            for id_, at in db.execute("SELECT text, at_ms FROM messages"):
                done[id_] += 1
                late += at >= datetime.fromisoformat(rows[id_]["expires_at"]).timestamp() * 1000
        found.falsely.update(id_ for id_, row in rows.items() if row["state"] == "done" and not done[id_])
        found.falsely.update(id_ for id_, row in rows.items() if row["state"] != "done" and done[id_])
    say(f"the hub shows {dict(states)}")
    return {
        "commands": sum(map(len, said.values())),
        "executed": len(done),
        "expired": states["expired"],
        "executed_after_expiry": late,
        "duplicated": done.total() - len(done),
        "falsely_delivered": len(found.falsely),
        "unanswered": states["waiting"] + states["delivered"],
    }


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--commands", type=int, default=10_000)
    arguments.add_argument("--agents", type=int, default=6)
    arguments.add_argument("--pause", type=float, default=3.0, help="longest time between two kills, in seconds")
    options = arguments.parse_args()
    number = max(options.agents, -(-options.commands // 1_900))  # a device keeps the newest 2,000 messages
    found: dict[str, Any] = {}

    def work(rng: random.Random, folder: Path) -> dict[str, Any]:
        found.update(bench(rng, folder, options.commands, number, options.pause))
        return found

    run(options, work)
    wrong = ("executed_after_expiry", "duplicated", "falsely_delivered", "unanswered")
    return 1 if any(found[key] for key in wrong) else 0


if __name__ == "__main__":
    sys.exit(main())
