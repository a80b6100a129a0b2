"""The terminal's part of bench.ui: a real agent, the process of its page, and keys as a scanner types them."""

import random
import time
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from bench.frame import labels, percentile
from bench.ui_dashboard import kb
from bench.ui_window import Window
from deploy.program import free_port, is_free, wait_for
from deploy.stack import Agent, Hub

DEVICE: Final = "bench-terminal-1"
KEY_S: Final = 0.008
"""Between two keys of the scanner."""

VERDICTS: Final = """() => {
  const seen = window.__verdicts = [];
  let before = "";
  new MutationObserver(() => {
    const shown = document.querySelector(".verdict");
    const now = `${shown.dataset.verdict} ${shown.dataset.n}`;
    if (now === before || shown.dataset.n === "") return;
    before = now;
    requestAnimationFrame(() => requestAnimationFrame(() => seen.push([Date.now(), shown.dataset.verdict])));
  }).observe(document.body, { attributes: true, childList: true, subtree: true });
}"""
"""When the big answer to a scan was painted, and what it says."""


def terminal(browser: Browser, hub: Hub, folder: Path, rng: random.Random, scans: int) -> dict[str, Any]:
    """From the key Enter that ends a label to the verdict on the screen; the scan is on the disk by then."""
    password = hub.add_device(DEVICE, "terminal")
    port = free_port()
    section = f'[terminal]\nport = {port}\ndo = "receive"\nto = "place:st-1"\n'
    took: list[float] = []
    with (
        Agent(folder, DEVICE, "terminal", port=hub.mqtt_port, password=password, ports=section) as agent,
        Window(browser, []) as window,
    ):
        wait_for("the agent's connection", lambda: agent.status().get("connected"))
        wait_for("the terminal's page", lambda: not is_free(port))
        window.page.goto(f"http://127.0.0.1:{port}/")
        window.page.wait_for_selector("[data-link=up] .next[data-wants]")
        weight = window.weight()
        window.page.evaluate(VERDICTS)
        for number, (text, _) in zip(range(1, scans + 1), labels(rng), strict=False):
            at = _type(window, "]C1" + text)
            begun = time.time() * 1000
            _key(window, "\r", at)
            window.until(f"window.__verdicts.length >= {number}")
            painted, word = window.page.evaluate("window.__verdicts.at(-1)")
            if word != "stored":
                raise RuntimeError(f"the terminal answered {word} to {text!r}")
            took.append(painted - begun)
            window.page.wait_for_timeout(rng.uniform(300, 500))
    return {
        "terminal_kb_gzip": kb(weight),
        "terminal_verdict_ms_p95": round(percentile(took, 0.95)),
        "terminal_verdict_ms_p50": round(percentile(took, 0.5)),
    }


def _type(window: Window, text: str) -> float:
    """All keys but the last, and when that one comes; their times are a scanner's, however slow this machine is."""
    at = time.time() - KEY_S * len(text)
    for key in text:
        _key(window, key, at)
        at += KEY_S
    return at


def _key(window: Window, key: str, at: float) -> None:
    made: dict[str, Any] = {"key": key, "text": key}
    if key == "\x1d":
        made = {"key": "]", "code": "BracketRight", "modifiers": 2}
    elif key == "\r":
        made = {"key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13}
    window.wire.send("Input.dispatchKeyEvent", {"type": "keyDown", "timestamp": at, **made})
    window.wire.send("Input.dispatchKeyEvent", {"type": "keyUp", "timestamp": at, **made, "text": ""})
