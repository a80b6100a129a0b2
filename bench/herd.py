"""Thousands of devices whose hub was gone for a while and comes back: when has it all that they kept.

    python -m bench.herd [--agents 5000] [--outage 45] [--facts 3] [--plain] [--seed N] --json

Light agents (bench/herd_agent.py) in this process speak the real protocol with the real rules of waiting, over mutual
TLS to `relay-hub up --listen` (--plain: passwords on loopback). All are connected and have delivered; the hub and its
broker are killed with -9; each agent keeps facts meanwhile, and tries in vain until its waits are the longest there
are; the hub is started again. `all_back_s` runs from the start of the hub's process until the last agent has the
receipt for its last fact; `lost` is what the hub's journal then lacks. Certificates and passwords are issued
beforehand through the hub's own library, for the command line takes one device at a time.
"""

import random
import resource
import select
import sys
import time
from collections.abc import Callable
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

from bench.frame import labels, parser, rss_mib, run, say
from bench.herd_agent import Member
from bench.herd_doors import Doors
from deploy.program import Program
from deploy.stack import Hub
from edge.clock import uptime_ms

DEADLINE_S = 300.0
TICK_MS = 1_000


class HerdError(Exception):
    """The herd did not come together."""


class Herd:
    """All agents, driven by one thread."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self._poll = select.epoll()
        self._where: dict[int, Member] = {}
        self._watched: dict[str, tuple[int, int]] = {}
        self._due: list[tuple[int, int]] = []
        now = uptime_ms()
        for number, member in enumerate(members):
            heappush(self._due, (member.due(now), number))

    def drive(self, until: Callable[[], bool], timeout_s: float) -> bool:
        """Let them work until something is true; False if it did not come true in time."""
        deadline = time.monotonic() + timeout_s
        while not until():
            if time.monotonic() > deadline:
                return False
            for descriptor, _ in self._poll.poll(0.02, 4096):
                member = self._where.get(descriptor)
                if member is not None:
                    self._turn(member, ready=True)
            now = uptime_ms()
            while self._due and self._due[0][0] <= now:
                _, number = heappop(self._due)
                member = self.members[number]
                self._turn(member, ready=False)
                at = member.due(uptime_ms())
                heappush(self._due, (min(max(at, now + 5), now + TICK_MS), number))
        return True

    def _turn(self, member: Member, *, ready: bool) -> None:
        member.turn(uptime_ms(), ready=ready)
        descriptor = -1 if member.socket is None else member.socket.fileno()
        wanted = select.EPOLLIN | (select.EPOLLOUT if member.wants_write else 0)
        before = self._watched.get(member.name)
        if descriptor < 0:
            if before is not None:
                del self._watched[member.name]
                if self._where.get(before[0]) is member:
                    del self._where[before[0]]
            return
        if before == (descriptor, wanted) and self._where.get(descriptor) is member:
            return
        if before is not None and before[0] == descriptor and self._where.get(descriptor) is member:
            self._poll.modify(descriptor, wanted)
        else:
            self._poll.register(descriptor, wanted)
            self._where[descriptor] = member
        self._watched[member.name] = (descriptor, wanted)

    def scan(self, texts: Any) -> None:
        """Each agent keeps one more fact."""
        now, wall = uptime_ms(), time.time_ns() // 1_000_000
        for member in self.members:
            member.scan(next(texts)[0], now, wall)

    @property
    def pending(self) -> int:
        return sum(member.pending for member in self.members)

    @property
    def flowing(self) -> int:
        return sum(member.flowing for member in self.members)


def herd(rng: random.Random, folder: Path, options: Any) -> dict[str, Any]:
    """The whole story."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most != resource.RLIM_INFINITY and most < options.agents + 200:
        raise HerdError(f"{options.agents} agents need as many descriptors; the limit is {most}: ulimit -Hn")
    doors = Doors(folder, tls=not options.plain)
    say(f"letting {options.agents} devices in")
    found = doors.make([f"herd-{number:05d}" for number in range(options.agents)])
    texts = labels(rng)
    with doors.hub as hub:
        now = uptime_ms()
        flock = Herd([Member(name, door, random.Random(rng.random()), now) for name, door in found])
        flock.scan(texts)
        begun = time.monotonic()
        _drive(flock, lambda: flock.pending == 0, "all agents have delivered for the first time")
        say(f"all {options.agents} are there after {time.monotonic() - begun:.1f} s")
        hub.kill()
        kept = 1
        parts = options.outage / max(1, options.facts)
        for _ in range(options.facts):
            flock.scan(texts)
            kept += 1
            flock.drive(lambda: False, parts)
        say(f"{flock.pending} facts wait; the hub comes back")
        restarted = time.monotonic()
        _start(hub, flock)
        ready_s = time.monotonic() - restarted
        _drive(flock, lambda: flock.pending == 0, "all facts are confirmed")
        all_back_s = time.monotonic() - restarted
        say(f"ready after {ready_s:.1f} s, all back after {all_back_s:.1f} s")
        hub_peak, broker = rss_mib(hub.pid, "VmHWM"), hub.broker_pid()
        broker_peak = rss_mib(broker, "VmHWM") if broker else 0.0
        facts = hub.rest.get("/summary")["facts"]
    expected = options.agents * kept
    return {
        "agents": options.agents,
        "all_back_s": round(all_back_s, 1),
        "lost": max(0, expected - facts),
        "duplicated": max(0, facts - expected),
        "hub_peak_rss_mib": hub_peak,
        "broker_peak_rss_mib": broker_peak,
        "hub_ready_s": round(ready_s, 1),
        "tls": not options.plain,
    }


def _start(hub: Hub, flock: Herd) -> None:
    """Start the hub while the herd goes on trying."""
    Program.start(hub)  # without waiting: the herd goes on trying meanwhile
    if not flock.drive(hub.healthy, DEADLINE_S):
        raise HerdError(f"the hub did not start:\n{hub.tail()}")


def _drive(flock: Herd, until: Callable[[], bool], what: str) -> None:
    at = [0.0]

    def rarely() -> bool:
        if time.monotonic() < at[0]:
            return False
        at[0] = time.monotonic() + 0.1
        return until()

    if not flock.drive(rarely, DEADLINE_S):
        refusals = sorted({member.refusal for member in flock.members if member.refusal})[:5]
        raise HerdError(f"not in {DEADLINE_S:.0f} s: {what}; {flock.flowing} flow, {flock.pending} wait; {refusals}")


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--agents", type=int, default=5000)
    arguments.add_argument("--outage", type=float, default=45.0, help="seconds that the hub is gone")
    arguments.add_argument("--facts", type=int, default=3, help="facts that each agent keeps meanwhile")
    arguments.add_argument("--plain", action="store_true", help="passwords on loopback instead of TLS")
    options = arguments.parse_args()
    return run(options, lambda rng, folder: herd(rng, folder, options))


if __name__ == "__main__":
    sys.exit(main())
