"""What it costs the hub to show all vehicles on many maps, and how late they see them.

    python -m bench.fanout [--clients 20] [--vehicles 10000] [--seconds 20] [--apart] [--seed N] --json

A real hub; the vehicles tell where they are once a second over MQTT (bench.fanout_fleet); maps are real WebSocket
clients that show the whole county, with --apart each a different quarter of it. Times alternate without and with maps.

- `tick_ms_p95`: CPU time of a tick with its sending, from the hub's own histogram at /metrics, read before and after
  the times with maps, and put between the bounds of its bucket in proportion.
- `core_share`: CPU time of the hub's process (user and system, /proc) a second with maps, less that without.
- `delivery_ms_p95`: from the stamp that the hub puts on a tick to the whole frame at a map. From a vehicle's message
  to the frame (`seen_ms_p95`) there is also up to one tick's pace.
- `told_share`: positions that came to the maps, of those that were sent.
"""

import asyncio
import os
import random
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.fanout_fleet import CENTRE, HALF_E7
from bench.frame import parser, percentile, run, say
from deploy.rest import Rest
from deploy.stack import Hub
from hub.core.position_frames import HEADER, PROTOCOL

ROUNDS: Final = 3
SETTLE_S: Final = 3.0
METRIC: Final = "relay_positions_tick_seconds_bucket"


class Maps:
    """All maps, and what came to them."""

    def __init__(self, url: str, token: str, views: list[tuple[float, ...]]) -> None:
        self.url, self.token, self.views = url, token, views
        self.delivery: list[float] = []
        self.seen: list[float] = []
        self.told = 0
        self.snapshots = 0
        self.counting = False

    async def show(self, seconds: float) -> None:
        """Open all, let them settle, and count for so long."""
        tasks = [asyncio.create_task(self._one(view)) for view in self.views]
        await asyncio.sleep(SETTLE_S)
        self.counting = True
        await asyncio.sleep(seconds)
        self.counting = False
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, view: tuple[float, ...]) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with connect(
            self.url,
            subprotocols=[Subprotocol(PROTOCOL)],
            additional_headers=headers,
            compression=None,
            proxy=None,
            max_size=None,
        ) as socket:
            await socket.send(msgspec.json.encode({"view": view, "zoom": 9}).decode())
            await self._watch(socket)

    async def _watch(self, socket: ClientConnection) -> None:
        async for message in socket:
            if self.counting and isinstance(message, bytes):
                late = time.time() * 1000
                _, kind, _, count, at = HEADER.unpack_from(message)
                self.delivery.append(late - at)
                self.told += count
                self.snapshots += kind == 0
                if kind == 1 and count:
                    ages = struct.unpack_from(f"<{count}i", message, HEADER.size + 12 * count)
                    self.seen.extend(late - at + age for age in ages[::50])


def fanout(rng: random.Random, folder: Path, options: Any) -> dict[str, Any]:
    """Without maps, with maps, and so on."""
    with Hub(folder / "hub") as hub, fleet(hub, options.vehicles, rng.randrange(2**31)):
        rest = hub.rest
        url = f"ws://127.0.0.1:{hub.http_port}/api/v1/positions/live"
        maps = Maps(url, rest.token, list(_views(options.clients, apart=options.apart)))
        time.sleep(SETTLE_S)
        without, with_ = 0.0, 0.0
        ticks = dict.fromkeys(_ticks(rest), 0.0)
        for number in range(ROUNDS):
            say(f"round {number + 1}")
            without += asyncio.run(_cpu_of(hub, asyncio.sleep(SETTLE_S + options.seconds)))
            before = _ticks(rest)
            with_ += asyncio.run(_cpu_of(hub, maps.show(options.seconds)))
            ticks = {bound: ticks[bound] + count - before[bound] for bound, count in _ticks(rest).items()}
    seconds = ROUNDS * (SETTLE_S + options.seconds)
    sent = ROUNDS * options.seconds * options.vehicles * options.clients / (4 if options.apart else 1)
    return {
        "tick_ms_p95": round(_quantile(ticks, 0.95) * 1000, 2),
        "core_share": round((with_ - without) / seconds, 3),
        "delivery_ms_p95": round(percentile(maps.delivery, 0.95), 1),
        "seen_ms_p95": round(percentile(maps.seen, 0.95), 1),
        "told_share": round(maps.told / sent, 3),
        "snapshots": maps.snapshots,
        "tick_ms_p50": round(_quantile(ticks, 0.5) * 1000, 2),
        "core_without": round(without / seconds, 3),
        "clients": options.clients,
        "vehicles": options.vehicles,
    }


async def _cpu_of(hub: Hub, work: Any) -> float:
    """CPU seconds of the hub's process while something is awaited."""
    before = _cpu(hub)
    await work
    return _cpu(hub) - before


def _cpu(hub: Hub) -> float:
    """User and system time of all threads (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{hub.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ticks(rest: Rest) -> dict[float, float]:
    """The hub's histogram of ticks: cumulative counts by upper bound in seconds."""
    found = {}
    for line in rest.fetch("/metrics").decode().splitlines():
        if line.startswith(METRIC):
            name, _, count = line.rpartition(" ")
            found[float(name.partition('le="')[2].partition('"')[0])] = float(count)
    return found


def _quantile(buckets: dict[float, float], share: float) -> float:
    """As Prometheus' histogram_quantile reckons it."""
    bounds = sorted(buckets)
    rank, below, lower = share * buckets[bounds[-1]], 0.0, 0.0
    for bound in bounds:
        if buckets[bound] >= rank:
            return (
                lower if bound == float("inf") else lower + (bound - lower) * (rank - below) / (buckets[bound] - below)
            )
        below, lower = buckets[bound], bound
    return lower


def _views(clients: int, *, apart: bool) -> Iterator[tuple[float, ...]]:
    """West, south, east, north in degrees: all of the county, or quarters of it that lie a little apart."""
    south, west = (each - HALF_E7 * 1.05 for each in CENTRE)
    size = HALF_E7 * 2.1
    for number in range(clients):
        part = number / max(1, clients - 1) * size / 2 if apart else 0.0
        side = size / 2 if apart else size
        yield tuple(edge / 1e7 for edge in (west + part, south + part, west + part + side, south + part + side))


@contextmanager
def fleet(hub: Hub, vehicles: int, seed: int) -> Iterator[None]:
    """The vehicles, as a process of their own."""
    password = (hub.data / "broker" / "hub-password").read_text().strip()
    words = ["-m", "bench.fanout_fleet", str(hub.mqtt_port), password, str(vehicles), str(seed)]
    fleet = subprocess.Popen([sys.executable, *words], stdin=subprocess.PIPE)
    try:
        yield
        if fleet.poll() is not None:
            raise RuntimeError("the fleet's process ended early")
    finally:
        assert fleet.stdin is not None
        fleet.stdin.close()
        fleet.wait(10)


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--clients", type=int, default=20)
    arguments.add_argument("--vehicles", type=int, default=10_000)
    arguments.add_argument("--seconds", type=int, default=20, help="of each of the three times with maps")
    arguments.add_argument("--apart", action="store_true", help="no two maps show the same")
    options = arguments.parse_args()
    return run(options, lambda rng, folder: fanout(rng, folder, options))


if __name__ == "__main__":
    sys.exit(main())
