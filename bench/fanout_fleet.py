"""Vehicles that tell where they are, once a second each, over one MQTT connection: one light process.

    python -m bench.fanout_fleet PORT PASSWORD VEHICLES SEED

Each drives straight on at its own speed through a county of 60 by 60 km and turns at its edge. The messages are those
of real agents (`now`, QoS 0), on the topics of the vehicles, sent evenly over the second in the hub's own name, which
may write all topics. Ends when its standard input does.
"""

import math
import random
import select
import socket
import sys
import time
from typing import Final

from bench.herd_wire import CONNACK, Pipe
from wire import codec, topics
from wire.messages import Fix, Now

SLICES_A_S: Final = 50
CENTRE: Final = (303_000_000, 1_051_000_000)
HALF_E7: Final = 2_700_000


class Vehicle:
    """One vehicle on its way."""

    def __init__(self, name: str, rng: random.Random) -> None:
        self.topic = topics.build(name, topics.Leaf.NOW)
        self.lat = CENTRE[0] + rng.randrange(-HALF_E7, HALF_E7)
        self.lon = CENTRE[1] + rng.randrange(-HALF_E7, HALF_E7)
        self.speed_cms = rng.randrange(200, 2500)
        self.heading_cd = rng.randrange(36_000)

    def drive(self, now: int) -> bytes:
        """A second on; what it says."""
        angle = math.radians(self.heading_cd / 100)
        self.lat += round(self.speed_cms * 0.9 * math.cos(angle))
        self.lon += round(self.speed_cms * 1.04 * math.sin(angle))
        if abs(self.lat - CENTRE[0]) > HALF_E7 or abs(self.lon - CENTRE[1]) > HALF_E7:
            self.heading_cd = (self.heading_cd + 18_000) % 36_000
        fix = Fix(
            at=now, up=now, t=now, lat_e7=self.lat, lon_e7=self.lon, speed_cms=self.speed_cms,
            heading_cd=self.heading_cd,
        )  # fmt: skip
        return codec.encode(Now(at=now, fix=fix))


def drive(port: int, password: str, vehicles: list[Vehicle]) -> None:
    """Until standard input ends."""
    plain = socket.create_connection(("127.0.0.1", port))
    pipe = Pipe(plain)
    pipe.connect("fleet", user="hub", password=password, will=("relay/v1/fleet", b""), keepalive_s=600)
    pipe.flush()
    plain.setblocking(False)
    while not any(packet.kind == CONNACK for packet in pipe.packets()):
        select.select([plain], [], [])
    due, slice_ = time.monotonic(), 0
    while not select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]:
        now = time.time_ns() // 1_000_000
        for vehicle in vehicles[slice_::SLICES_A_S]:
            pipe.tell(vehicle.topic, vehicle.drive(now))
        while pipe.out:
            pipe.flush()
            if pipe.out:
                select.select([], [plain], [])
        slice_ = (slice_ + 1) % SLICES_A_S
        due += 1 / SLICES_A_S


def main(arguments: list[str]) -> int:
    port, password, count, seed = arguments
    rng = random.Random(int(seed))
    drive(int(port), password, [Vehicle(f"van-{number}", rng) for number in range(int(count))])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
