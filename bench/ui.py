"""How fast the pages are, in a real browser on a real hub.

    python -m bench.ui [--vehicles 10000] [--seconds 10] [--loads 7] [--scans 50] [--only PART] [--seed N] --json

A hub as it is installed, with a county's reference data; Debian's Chromium without a graphics card, 1280 by 860.

- `first_load_ms_4x_throttle`: from navigating to the overview, signed in, with an empty cache and the page's thread
  slowed down four times, until its figures and sites are painted; the median of the loads. `start_page_kb_gzip` is all
  that came over the wire meanwhile, headers and the hub's answers included (1 KB is 1,000 bytes).
- `map_chunk_kb_gzip`: scripts and styles that the map's page loads beyond these; `map_worker_kb_gzip`: and its worker.
- `map_fps_10k_idle`, `map_fps_10k_drag`: pictures a second on the map with all vehicles on the move (as in
  bench.fanout), at rest and while the mouse drags it. `map_update_ms_p95`: from the hub's stamp on a frame of positions
  until the picture with them is painted.
- `scan_to_pixel_ms_p95`: from the last byte of a scan at a device's port, through agent, broker and ledger, until the
  number on the overview is painted anew.
- `terminal_verdict_ms_p95`: from the key Enter of a scanner that types until the verdict is painted;
  `terminal_kb_gzip`: all that its page takes over the wire.

Yardsticks of the same run: the load of a bare text file under the same throttle, a fixed piece of work in the browser,
pictures a second of a page without a map, a durable write of 4 KiB, and the machine's load average.
"""

import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any, Final

from bench.fanout_fleet import CENTRE, HALF_E7
from bench.frame import parser, percentile, run, say
from bench.latency import fsync
from bench.ui_dashboard import first_loads, live_map, scan_to_pixel
from bench.ui_terminal import terminal
from bench.ui_window import Window, chromium
from deploy.stack import Hub
from firmware_sim.cli import the_world
from firmware_sim.reference import reference_data

PARTS: Final = ("load", "scan", "terminal", "map")
PERSON: Final = "bench"


def ui(rng: random.Random, folder: Path, options: Any) -> dict[str, Any]:
    """All parts, one after the other."""
    found: dict[str, Any] = {"load_average": round(os.getloadavg()[0], 1)}
    parts = [options.only] if options.only else PARTS
    began = time.monotonic()
    with Hub(folder / "hub") as hub, chromium() as browser:
        for name, body in reference_data(the_world(7, 2026)).items():
            hub.rest.put(f"/{name}", body | _where_vehicles_are() if name == "region" else body)
        cookies = _signed_in(hub, browser)
        for part in parts:
            say(f"{part} ({time.monotonic() - began:.0f} s)")
            if part == "load":
                found |= first_loads(browser, hub, cookies, options.loads)
            elif part == "scan":
                found |= scan_to_pixel(browser, hub, cookies, folder, rng)
            elif part == "terminal":
                found |= terminal(browser, hub, folder, rng, options.scans)
            else:
                found |= live_map(browser, hub, cookies, options, rng.randrange(2**31))
        found["yard_fsync_ms_p95"] = round(percentile([fsync(folder) * 1000 for _ in range(200)], 0.95), 2)
    return found | {"vehicles": options.vehicles, "seconds": round(time.monotonic() - began)}


def _where_vehicles_are() -> dict[str, Any]:
    """The part of a region that says what the map shows at first: the county of bench.fanout_fleet."""
    lat, lon = (each / 1e7 for each in CENTRE)
    half = HALF_E7 / 1e7
    return {"center": [lon, lat], "bbox": [lon - half, lat - half, lon + half, lat + half]}


def _signed_in(hub: Hub, browser: Any) -> list[Any]:
    """The cookies of an administrator's session."""
    password = json.loads(hub.command_line("user", "add", PERSON, "--role", "admin", "--json"))["password"]
    with Window(browser, []) as window:
        window.page.request.post(f"{hub.url}/api/v1/session", data={"user": PERSON, "password": password})
        return list(window.context.cookies())


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--vehicles", type=int, default=10_000)
    arguments.add_argument("--seconds", type=int, default=10, help="of each look at the map")
    arguments.add_argument("--loads", type=int, default=7)
    arguments.add_argument("--scans", type=int, default=50, help="at the terminal")
    arguments.add_argument("--only", choices=PARTS, help="one part of it")
    options = arguments.parse_args()
    return run(options, lambda rng, folder: ui(rng, folder, options))


if __name__ == "__main__":
    sys.exit(main())
