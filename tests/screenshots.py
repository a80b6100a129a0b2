"""`make screenshots`: every page of the dashboard, of the terminal and of the recipient, as it looks now.

A furnished hub and a terminal with its real agent are opened in a real browser, in both languages: 1280 pixels wide,
and 360 where people hold a telephone. docs/screens/NAME-LANGUAGE.webp and NAME-phone-LANGUAGE.webp; a picture that is
made no more is removed. The pages of the dashboard are those of hub/ui/src/app.tsx.
"""

import argparse
import io
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect

from tests.support.browser import Screen, chromium, map_is_drawn
from tests.support.furnished import furnished
from tests.support.furnishing import CALLERS, Furnished
from tests.support.hub_process import HubProcess
from tests.support.screens import routes
from tests.support.terminal_window import CODE, GOODS, LABEL, Station, Terminal

FOLDER = Path(__file__).parents[1] / "docs" / "screens"
LANGUAGES = ("en", "zh")
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
QUALITY = 45
PATIENCE_MS = 90_000
"""Pictures may be made beside other work."""
MOST_BYTES = 6_000_000
WHO = {"/round": "wu", "/helpline": "hana"}
"""Whose page it is; all others are the administrator's."""
ON_PHONES = ("/", "/alerts", "/map", "/trace", "/parcels", "/round", "/station")
GALLERY = """# What every page looks like

Made by `make screenshots`, of an invented county. [What is done on each page](../screens.md).

| page | English | 中文 |
|---|---|---|
"""
PASSWORD = "correct horse battery"


class Pictures:
    """Those that were made."""

    def __init__(self, folder: Path, only: str, languages: Sequence[str]) -> None:
        self.folder, self.only, self.languages = folder, only, languages
        self.made: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def wants(self, name: str) -> bool:
        return not self.only or re.fullmatch(self.only, name) is not None

    def take(self, screen: Screen, name: str, language: str, size: dict[str, int] = WIDE) -> None:
        """What stands in the window now."""
        file = f"{name}{'-phone' if size is PHONE else ''}-{language}.webp"
        screen.rest()
        shown = Image.open(io.BytesIO(screen.page.screenshot()))
        shown.convert("RGB").save(self.folder / file, "WEBP", quality=QUALITY, method=4)
        self.made[file] = (self.folder / file).stat().st_size
        say(f"   {file}  {self.made[file] // 1000} kB")

    def tidy(self) -> None:
        """Remove what is no page any more, unless only some were wanted, and show all others on one page."""
        whole = not self.only and self.languages == LANGUAGES
        for file in self.folder.glob("*.webp"):
            if whole and file.name not in self.made:
                file.unlink()
        there = sorted(file.name for file in self.folder.glob("*.webp"))
        names = dict.fromkeys(re.sub(r"(-phone)?-(en|zh)\.webp$", "", file) for file in there)
        rows = (f"| {name} | {self._shown(name, 'en')} | {self._shown(name, 'zh')} |" for name in names)
        (self.folder / "README.md").write_text(GALLERY + "\n".join(rows) + "\n", encoding="utf-8")

    def _shown(self, name: str, language: str) -> str:
        wide, phone = f"{name}-{language}.webp", f"{name}-phone-{language}.webp"
        shown = ((file, width) for file, width in ((wide, 380), (phone, 120)) if (self.folder / file).exists())
        return " ".join(f'<a href="{file}"><img src="{file}" width="{width}" alt=""></a>' for file, width in shown)


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def name_of(route: str) -> str:
    """What the picture of a page is called: /alerts/:id is alerts-one."""
    parts = ["one" if part.startswith(":") else part for part in route.strip("/").split("/")]
    return "-".join(parts) or "overview"


def dashboard(made: Furnished, chrome: Browser, pictures: Pictures) -> None:
    """Every page, and what staff of an organisation see first."""
    for language, size in product(pictures.languages, (WIDE, PHONE)):
        visits = [(name_of(route), WHO.get(route, "ana"), route) for route in routes()]
        shown = [each for each in visits if size is WIDE or each[2] in ON_PHONES]
        shown = [each for each in (*shown, ("start", "stan", "/")) if pictures.wants(each[0])]
        with ExitStack() as ends:
            windows: dict[str, Screen] = {}
            for name, who, route in shown:
                if who not in windows:
                    windows[who] = ends.enter_context(Screen(chrome, made.hub.url, language=language, **size))
                    windows[who].context.add_cookies(made.cookies[who])
                    windows[who].open("/")
                _open(windows[who], made, route)
                pictures.take(windows[who], name, language, size)


def _open(screen: Screen, made: Furnished, route: str) -> None:
    """The page with its data, and as somebody works with it."""
    asked = f"?code=RR:P:{made.ids['/parcels/:id']}" if route == "/trace" else ""
    page = screen.page
    page.evaluate("path => history.pushState(null, '', path)", made.address(route) + asked)
    screen.settled()
    expect(page.locator(".rr-banner")).to_have_count(0)
    if route == "/trace":
        expect(page.locator("ol.rr-timeline > li").first).to_be_visible()
    elif route == "/map":
        map_is_drawn(screen)
        expect(page.locator(".rr-live-dot")).to_be_visible()
    elif route == "/helpline":
        page.locator("main").get_by_role("textbox").first.fill(CALLERS[0][1])
        expect(page.get_by_role("button", name=re.compile(r"赵"))).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=CALLERS[0][0])).to_be_visible()


def recipient(made: Furnished, chrome: Browser, pictures: Pictures) -> None:
    """The page of whoever waits for a parcel: asked, and answered."""
    for language, size in product(pictures.languages, (WIDE, PHONE)):
        with Screen(chrome, made.hub.url, language=language, **size) as screen:
            page = screen.open("/parcel")
            pictures.take(screen, "parcel", language, size)
            page.locator("input[name=q]").fill(made.ids["/parcels/:id"])
            page.locator("form button").click()
            expect(page.locator(".big.ready")).to_be_visible()
            pictures.take(screen, "parcel-ready", language, size)


def terminal(station: Station, chrome: Browser, pictures: Pictures) -> None:
    """The terminal: what there is to do, what was kept, what was not, a code, by night."""
    for language, size in product(pictures.languages, (WIDE, PHONE)):
        with Terminal(chrome, station.url, language=language, **size) as screen:
            screen.enter()
            if screen.page.evaluate("document.documentElement.lang")[:2] != language:
                screen.page.locator("button.menu").click()
                screen.page.locator("dialog .menu-list button").first.click()
                screen.press("Escape")
            for name in _steps(screen):
                pictures.take(screen, name, language, size)


def _steps(screen: Terminal) -> Iterator[str]:
    """What somebody does at the terminal, and the name of each picture of it."""
    screen.scan("RR:RESET", "RR:DO:receive", "RR:L:st-1/A-2", LABEL, f"{GOODS}10LOT8")
    screen.verdict("stored")
    yield "terminal-stored"
    screen.scan("RR:NO")
    screen.verdict("refused")
    yield "terminal-refused"
    screen.press("Escape")
    screen.press("F2")
    yield "terminal-tasks"
    screen.press("Escape")
    screen.scan("RR:DO:collect")
    expect(screen.page.locator("[data-pad=code]")).to_be_visible()
    screen.page.keyboard.type(CODE[:4], delay=100)
    yield "terminal-code"
    screen.scan("RR:RESET")
    screen.page.evaluate("document.documentElement.dataset.scheme = 'dark'")
    yield "terminal-night"
    screen.page.evaluate("document.documentElement.dataset.scheme = 'light'")


def doors(folder: Path, chrome: Browser, pictures: Pictures) -> None:
    """What an empty hub shows to whoever installs it, and the page on which one signs in."""
    for language in pictures.languages:
        with HubProcess(folder / language) as hub, Screen(chrome, hub.http, language=language, **WIDE) as screen:
            page = screen.open()
            expect(page.locator("main, form, h1").first).to_be_visible()
            pictures.take(screen, "empty", language)
            page.goto(hub.first)
            page.reload()
            pictures.take(screen, "first-run", language)
            fields = page.locator("input")
            for at, text in enumerate(("ana", PASSWORD, PASSWORD)):
                fields.nth(at).fill(text)
            page.keyboard.press("Enter")
            page.locator("a[href='/setup']").click()
            expect(page.locator("input[name=username]")).to_be_visible()
            pictures.take(screen, "sign-in", language)
            screen.sign_in("ana", PASSWORD)
            screen.settled()
            pictures.take(screen, "first-setup", language)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make screenshots ARGS=...", description=__doc__)
    parser.add_argument("--dir", type=Path, default=FOLDER, help="where the pictures go (default: docs/screens)")
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="default: both")
    parser.add_argument(
        "--only", default="", help="pages of the dashboard whose names fit a pattern, such as 'map|trace'"
    )
    options = parser.parse_args()
    pictures = Pictures(options.dir, options.only, options.language or LANGUAGES)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ends, chromium() as chrome:
        expect.set_options(timeout=PATIENCE_MS)
        here = Path(folder)
        made = ends.enter_context(furnished(here / "county"))
        if not options.only:
            doors(here, chrome, pictures)
            (here / "station").mkdir()
            terminal(Station(here / "station", ends), chrome, pictures)
            recipient(made, chrome, pictures)
        dashboard(made, chrome, pictures)
    pictures.tidy()
    whole = sum(file.stat().st_size for file in pictures.folder.glob("*.webp"))
    say(f"{len(pictures.made)} pictures; all in {pictures.folder}: {whole / 1e6:.1f} MB")
    return 1 if whole > MOST_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
