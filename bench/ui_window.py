"""A window of a real browser for bench.ui: what came over the wire, a slowed processor, pictures in a second."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Request, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
SOFTWARE_GL: Final = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""As Chromium does by itself without a graphics card: the processor draws the map and lays the page together."""
WIDTH, HEIGHT = 1280, 860
PATIENCE_MS: Final = 60_000
PICTURES: Final = """(seconds) => new Promise((done) => {
  const began = performance.now();
  let count = 0, longest = 0, last = began;
  const next = (at) => {
    count += 1;
    longest = Math.max(longest, at - last);
    last = at;
    const passed = performance.now() - began;
    if (passed < seconds * 1000) requestAnimationFrame(next);
    else done([count / (passed / 1000), longest]);
  };
  requestAnimationFrame(next);
})"""
"""Pictures in a second, and the longest pause between two in ms."""

WORK: Final = """() => {
  const began = performance.now();
  let sum = 0;
  for (let i = 0; i < 2e7; i++) sum = (sum + i * 31) | 0;
  return performance.now() - began + (sum & 0);
}"""
"""The yardstick of the browser's processor: ms for a fixed piece of work."""


class Window:
    """One page in a context of its own: its cache is empty."""

    def __init__(self, browser: Browser, cookies: list[Any], *hooks: str) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB", color_scheme="light"
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_cookies(cookies)
        for hook in hooks:
            self.context.add_init_script(hook)
        self.page: Page = self.context.new_page()
        self.wire: CDPSession = self.context.new_cdp_session(self.page)
        self._came: list[Request] = []
        self.context.on("requestfinished", self._finished)

    def _finished(self, request: Request) -> None:
        self._came.append(request)

    def slow(self, times: int) -> None:
        """Slow the page's thread down so many times from now on."""
        self.wire.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def forget(self) -> None:
        """Count what comes over the wire from here."""
        self._came.clear()

    def weight(self) -> dict[str, int]:
        """Bytes over the wire with their headers since then, by address; what the hub was asked is under `/api/`."""
        found: dict[str, int] = {}
        for request in list(self._came):
            sizes = request.sizes()
            path = request.url.partition("//")[2].partition("/")[2]
            found["/" + path] = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        return found

    def until(self, condition: str) -> None:
        """Wait until an expression is true on the page. Playwright's own way is forbidden by the page's policy."""
        self.page.evaluate(
            f"new Promise((done) => {{ const look = () => ({condition}) ? done() : setTimeout(look, 20); look(); }})"
        )

    def pictures(self, seconds: float) -> tuple[float, float]:
        """Pictures in a second, and the longest pause between two in ms."""
        a_second, longest = self.page.evaluate(PICTURES, seconds)
        return a_second, longest

    def drag(self, seconds: float) -> tuple[float, float]:
        """The same while the mouse drags the map to and fro."""
        middle, reach, step = (WIDTH * 0.55, HEIGHT * 0.55), 220, 20
        mouse = self.page.mouse
        mouse.move(*middle)
        mouse.down()
        # Nothing is awaited here: the mouse moves meanwhile.
        self.page.evaluate(f"void ({PICTURES})({json.dumps(seconds)}).then((found) => (window.__shown = found))")
        at = 0
        while not self.page.evaluate("window.__shown ?? null"):
            for _ in range(5):
                at += step
                place = abs((at + reach) % (4 * reach) - 2 * reach) - reach
                mouse.move(middle[0] + place, middle[1] + place / 3)
        mouse.up()
        a_second, longest = self.page.evaluate("window.__shown")
        return a_second, longest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *SOFTWARE_GL])
        try:
            yield browser
        finally:
            browser.close()
