"""A real browser on the dashboard: signs in, watches what the page asks for and complains of, takes pictures."""

import re
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Response, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""The map alone is WebGL, drawn by the processor where there is no graphics card; pages are put together without it."""
PAGES = ("overview", "stock", "map", "trace", "devices", "quarantine", "discrepancies")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PATIENCE_MS = 20_000
GL_DRIVER = "GL Driver Message"
"""What the drawing processor says when a picture of the map is taken."""
DONE: list[str] = []
"""What pages asked of hubs that was done, as `POST /users`, since a test began: tests/e2e/conftest.py empties it."""
FORBIDDEN: list[str] = []
"""What no page may ever do, since a test began: ask elsewhere, or break the content security policy."""
POLICY = "Content Security Policy"
KNOWN_401 = re.compile(r"status of 401")
"""The page's first question, whether somebody is signed in, is answered 401 when nobody is; Chromium prints that."""


def address(page: str) -> str:
    """Where a page of the dashboard stands."""
    return "/" if page == "overview" else f"/{page}"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Screen:
    """One person's window. What the page asked for and complained of is kept in `asked` and `complaints`."""

    def __init__(
        self, browser: Browser, base: str, *, width: int = 1280, height: int = 860, language: str = "en"
    ) -> None:
        self.base = base
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN" if language == "zh" else "en-GB",
            color_scheme="light",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self._waiting: set[Request] = set()
        self.context.on("request", self._asks)
        self.context.on("response", self._answered)
        self.context.on("requestfailed", self._failed)
        self.context.on("request", lambda request: FORBIDDEN.extend(_elsewhere([request.url])))
        self.context.on("console", lambda told: FORBIDDEN.extend([told.text] if POLICY in told.text else []))
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("console", self._heard)

    def _asks(self, request: Request) -> None:
        if request.method != "GET":
            self._waiting.add(request)

    def _answered(self, response: Response) -> None:
        self._waiting.discard(response.request)
        _note(response)

    def _failed(self, request: Request) -> None:
        self._waiting.discard(request)

    def _heard(self, message) -> None:
        if message.type in {"error", "warning"} and GL_DRIVER not in message.text:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, user: str, password: str) -> Page:
        """Sign in on the page that is open. Returns when the dashboard is there."""
        self.page.locator("input[name=username]").fill(user)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("button[type=submit]").click()
        expect(self.page.locator("nav.rr-nav, header.rr-frame").first).to_be_visible()
        return self.page

    def abroad(self) -> list[str]:
        """Requests to anything but this machine."""
        return _elsewhere(self.asked)

    def unexpected(self) -> list[str]:
        """Complaints other than the known one."""
        return [each for each in self.complaints if not KNOWN_401.search(each) or "/api/v1/session" not in each]

    def overflow_px(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def overflow_at_rest_px(self) -> int:
        """The same once the page has laid itself out; it follows a new size of its window within moments."""
        for _ in range(30):
            if self.overflow_px() <= 0:
                break
            self.page.wait_for_timeout(100)
        return self.overflow_px()

    def settled(self) -> None:
        """Until the page has its data: nothing is a placeholder any more and the heading stands."""
        expect(self.page.locator("h1")).to_be_visible()
        expect(self.page.locator("[aria-busy=true], .mantine-Skeleton-root")).to_have_count(0)

    def rest(self) -> None:
        """For pictures only: a moment for the map to lay itself out anew."""
        self.page.wait_for_timeout(1_000 if self.page.locator(".maplibregl-canvas").count() else 100)

    def picture(self, path: Path, *, full: bool = True) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=full)

    def close(self) -> None:
        """Hears first what is still to be told of an answer: the page may have shown it before."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while self._waiting and time.monotonic() < deadline and not self.page.is_closed():
            self.page.wait_for_timeout(10)
        self.context.close()

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _elsewhere(urls: list[str]) -> list[str]:
    away = []
    for url in urls:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.hostname not in LOOPBACK:
            away.append(url)
    return away


def _note(response: Response) -> None:
    if response.ok:
        DONE.append(f"{response.request.method} {urllib.parse.urlsplit(response.url).path.removeprefix('/api/v1')}")


def map_is_drawn(screen: Screen) -> None:
    """Until the map stands: its canvas, and the degrees of its grid, which are written after it is laid out."""
    expect(screen.page.locator(".maplibregl-canvas")).to_be_visible()
    expect(screen.page.locator(".rr-degrees span").nth(2)).to_be_attached()


def visit_all(screen: Screen, code: str, seen: Callable[[str], None]) -> None:
    """Go to each page by the navigation, wait until it stands, and hand its name over; the trace shows the code."""
    for name in PAGES:
        link = screen.page.locator(f'nav.rr-nav a[href="{address(name)}"]')
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        if name == "trace":
            expect(screen.page.locator("main input")).to_have_count(1)  # the fields of the page before are gone
            screen.page.locator("main input").fill(code)
            screen.page.keyboard.press("Enter")
            expect(screen.page.locator("ol.rr-timeline > li").first).to_be_visible()
        screen.settled()
        if name == "map":
            map_is_drawn(screen)
        seen(name)


def tab_to(target: Locator, *, most: int = 300) -> None:
    """Go there as somebody does who has no pointer; that it can be reached is part of what is tried."""
    expect(target).to_be_visible()
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement || element.matches(':focus-within')"):
            return
        target.page.keyboard.press("Tab")
    raise AssertionError(f"{most} times Tab do not lead to {target}")
