"""The dashboard's part of bench.ui: the first load, the map with all vehicles, and a scan until it is seen."""

import random
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from bench.fanout import fleet
from bench.footprint import Pty
from bench.frame import labels, percentile, say
from bench.ui_window import WORK, Window
from deploy.program import wait_for
from deploy.stack import Agent, Hub, scanner_section

DEVICE: Final = "bench-scanner-1"
PLACE: Final = "place:wh-1/a01"
SLOWED: Final = 4
SETTLE_S: Final = 3.0

SHOWN: Final = """(() => {
  const whole = () => document.querySelector(".rr-figures dd") && document.querySelector(".rr-sites li")
    && !document.querySelector("main [aria-busy=true], main .mantine-Skeleton-root");
  const look = () => {
    if (whole()) requestAnimationFrame(() => { window.__shownAt = performance.now(); });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
"""ms from the begin of the navigation until the overview with its figures and sites was painted."""

FRAMES: Final = """(() => {
  const seen = window.__frames = { told: 0, late: [], came: [] };
  let stamp = null;
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return;
        const head = new DataView(data);
        const count = head.getUint32(4, true);
        seen.told += count;
        if (count === 0) return;
        seen.came.push(Date.now() - head.getFloat64(8, true));
        stamp ??= head.getFloat64(8, true);
      });
    }
  };
  const { bufferData } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.bufferData = function (...all) {
    if (stamp !== null && all[2] === this.DYNAMIC_DRAW && all[1]?.byteLength >= 16_000) {
      const of = stamp;
      stamp = null;
      requestAnimationFrame(() => seen.late.push(Date.now() - of));
    }
    return bufferData.apply(this, all);
  };
})()"""
"""ms from the hub's stamp on a frame until the picture with its vehicles was painted: the next one begins then."""

CHANGES: Final = """() => {
  const number = document.querySelectorAll(".rr-figures dd")[2];
  const seen = window.__changes = [];
  let before = number.textContent;
  new MutationObserver(() => {
    if (number.textContent === before) return;
    before = number.textContent;
    requestAnimationFrame(() => requestAnimationFrame(() => seen.push([Date.now(), before])));
  }).observe(number, { childList: true, characterData: true, subtree: true });
}"""
"""When the number of scans on the overview was painted anew."""


def first_loads(browser: Browser, hub: Hub, cookies: list[Any], times: int) -> dict[str, Any]:
    """Of the start page, with an empty cache and a processor that is SLOWED times slower."""
    found: list[float] = []
    bare: list[float] = []
    for number in range(times + 1):
        with Window(browser, cookies, SHOWN) as window:
            window.page.goto(f"{hub.url}/mark.svg")
            window.slow(SLOWED)
            window.page.goto(f"{hub.url}/third-party-notices.md")
            bare.append(window.page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
            window.forget()
            window.page.goto(hub.url)
            window.until("window.__shownAt")
            if number:  # the first one finds the hub cold too
                found.append(window.page.evaluate("window.__shownAt"))
            work = window.page.evaluate(WORK)
            window.page.wait_for_timeout(300)
            weight = window.weight()
    say(f"first loads: {[round(each) for each in found]} ms; {weight}")
    return {
        "first_load_ms_4x_throttle": round(percentile(found, 0.5)),
        "first_load_ms_worst": round(max(found)),
        "start_page_kb_gzip": kb(weight),
        "start_page_requests": len(weight),
        "yard_page_ms_4x": round(percentile(bare, 0.5), 1),
        "yard_work_ms_4x": round(work, 1),
    }


def live_map(browser: Browser, hub: Hub, cookies: list[Any], options: Any, seed: int) -> dict[str, Any]:
    """The real page of the map, with all vehicles on the move."""
    with Window(browser, cookies, FRAMES) as window:
        window.page.goto(hub.url)
        window.page.wait_for_selector(".rr-figures dd")
        blank, _ = window.pictures(2)
        window.forget()
        with fleet(hub, options.vehicles, seed):
            window.page.click('nav.rr-nav a[href="/map"]')
            window.until(f"window.__frames.told >= {options.vehicles}")
            window.page.wait_for_timeout(SETTLE_S * 1000)
            weight = window.weight()
            window.page.evaluate("Object.assign(window.__frames, { told: 0, late: [], came: [] })")
            idle, idle_pause = window.pictures(options.seconds)
            frames = window.page.evaluate("window.__frames")
            drag, drag_pause = window.drag(options.seconds)
    code = {path: size for path, size in weight.items() if path.endswith((".js", ".css"))}
    chunk = {path: size for path, size in code.items() if "worker" not in path}
    workers = {path: _packed(hub, path) for path in code if path not in chunk}
    return {
        "map_chunk_kb_gzip": kb(chunk),
        "map_worker_kb_gzip": kb(workers),
        "map_fps_10k_idle": round(idle, 1),
        "map_fps_10k_drag": round(drag, 1),
        "map_pause_ms_idle": round(idle_pause),
        "map_pause_ms_drag": round(drag_pause),
        "map_update_ms_p95": round(percentile(frames["late"], 0.95)),
        "map_update_ms_p50": round(percentile(frames["late"], 0.5)),
        "map_arrival_ms_p95": round(percentile(frames["came"], 0.95)),
        "map_told_share": round(frames["told"] / options.vehicles / options.seconds, 3),
        "yard_fps_without_map": round(blank, 1),
    }


def scan_to_pixel(browser: Browser, hub: Hub, cookies: list[Any], folder: Path, rng: random.Random) -> dict[str, Any]:
    """From the last byte of a scan at the device's port to the number on the overview."""
    port = Pty()
    password = hub.add_device(DEVICE, "scanner")
    ports = scanner_section(port.path, do="receive", to=PLACE)
    took: list[float] = []
    with (
        closing(port),
        Agent(folder, DEVICE, "scanner", port=hub.mqtt_port, password=password, ports=ports) as agent,
        Window(browser, cookies) as window,
    ):
        wait_for("the agent's connection", lambda: agent.status().get("connected"))
        window.page.goto(hub.url)
        window.page.wait_for_selector(".rr-figures dd")
        window.page.wait_for_timeout(SETTLE_S * 1000)
        window.page.evaluate(CHANGES)
        for number, (text, _) in zip(range(1, 41), labels(rng), strict=False):
            begun = time.time() * 1000
            port.scan("]C1" + text, 10)
            window.until(f"window.__changes.length >= {number}")
            took.append(window.page.evaluate("window.__changes.at(-1)[0]") - begun)
            window.page.wait_for_timeout(rng.uniform(100, 1500))
    return {"scan_to_pixel_ms_p95": round(percentile(took, 0.95)), "scan_to_pixel_ms_p50": round(percentile(took, 0.5))}


def _packed(hub: Hub, path: str) -> int:
    """Bytes of a worker's script as it is sent: the browser does not tell."""
    request = urllib.request.Request(hub.url + path, headers={"Accept-Encoding": "gzip"})  # noqa: S310 - our own hub
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return len(answer.read())


def kb(weight: dict[str, int]) -> float:
    """Kilobytes of 1,000."""
    return round(sum(weight.values()) / 1000, 1)
