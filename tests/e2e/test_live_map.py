"""The live map draws each vehicle where it is, says how old that is, and its list is the map in words."""

import io
import json
import re
import time

import pytest
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import expect

from tests.support.browser import map_is_drawn
from tests.support.position_frames import DELTA, SNAPSHOT, frame
from tests.support.scene import VAN

FILL, PAPER = (0xC2, 0x41, 0x0C), (0xFB, 0xF9, 0xF4)
"""The inside of signs by day: of one that is live, and of one that is old. The land has another colour than both."""
MANY = 10_000


class Wire:
    """The hub's end of the page's socket, in the hands of the test."""

    def __init__(self, page) -> None:
        self.views: list[dict] = []
        self.socket = None
        self._last: tuple = ()
        page.route_web_socket(re.compile(r"/positions/live$"), self._opened)

    def _opened(self, socket) -> None:
        self.socket = socket
        socket.on_message(lambda text: self.views.append(json.loads(text)))
        if self._last:  # the page found this end silent for long, and asked again
            self._send(SNAPSHOT, *self._last)

    def tell(self, kind: int, *rows, names=()) -> None:
        names = names or (self._last[0] if self._last else ())
        self._last = (list(names), list(rows))
        self._send(kind, *self._last)

    def _send(self, kind: int, names: list, rows: list) -> None:
        self.socket.send(json.dumps({"names": names}))
        self.socket.send(frame(kind, time.time() * 1_000, rows))


@pytest.fixture
def wired(window):
    """Opens the map with its socket in the test's hands."""

    def open_(path: str, **size):
        screen = window("/", **size)
        wire = Wire(screen.page)
        screen.open(path)
        screen.settled()
        map_is_drawn(screen)
        until(screen.page, lambda: wire.views, "the page says what it shows")
        return screen, wire

    return open_


def until(page, found, what: str):
    """The first true answer."""
    deadline = time.monotonic() + 20
    while not (answer := found()):
        assert time.monotonic() < deadline, what
        page.wait_for_timeout(50)
    return answer


def picture(page) -> Image.Image:
    return Image.open(io.BytesIO(page.locator(".maplibregl-canvas").screenshot())).convert("RGB")


def near(colour, other, *, most: int = 2) -> bool:
    return all(abs(a - b) <= most for a, b in zip(colour, other, strict=True))


def middle(page, colour) -> tuple[float, float] | None:
    """Where on the map's canvas something solid of this colour is: names have it too, in thinner strokes."""
    seen = picture(page)
    away = ImageChops.difference(seen, Image.new("RGB", seen.size, colour)).convert("L")
    box = away.point(lambda value: 255 if value < 8 else 0).filter(ImageFilter.MinFilter(3)).getbbox()
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) if box else None


def test_a_vehicle_is_drawn_where_it_is_and_moves_and_is_hollow_when_it_is_old(wired, scene):
    west, south, east, north = scene.hub.rest.get("/region")["bbox"]
    lat, lon = round((south + north) / 2 * 1e7), round((west + east) / 2 * 1e7)
    screen, wire = wired("/map?q=probe")
    page = screen.page
    size = page.locator(".maplibregl-canvas").bounding_box()
    wire.tell(SNAPSHOT, (5, lat, lon, 100, 900, 1_200), names=[[5, "probe-1"]])
    x, y = until(page, lambda: middle(page, FILL), "a sign")
    assert abs(x - size["width"] / 2) < 6
    assert abs(y - size["height"] / 2) < 6
    wire.tell(DELTA, (5, lat, lon + round((east - west) * 1e7 / 4), 100, 900, 1_200))
    moved = until(page, lambda: (at := middle(page, FILL)) and at[0] > x + 50 and at, "the sign where it went")
    assert abs(moved[1] - y) < 3
    wire.tell(SNAPSHOT, (6, lat, lon, 120_000, -1, 0), names=[[6, "probe-2"]])
    until(page, lambda: near(picture(page).getpixel((int(x), int(y))), PAPER), "a hollow sign where the old one is")
    expect(page.get_by_role("button", name=re.compile("probe-2"))).to_contain_text("old position")


BUSY = """() => {
  const work = () => {
    const end = performance.now() + 60;
    while (performance.now() < end);
    window.busy = requestAnimationFrame(work);
  };
  work();
}"""
"""From now on the page makes some fifteen pictures a second."""


@pytest.mark.soak
def test_a_map_that_cannot_keep_up_is_coarse_while_it_is_moved_and_sharp_when_it_rests(wired):
    screen, _ = wired("/map")
    page = screen.page
    wide = "document.querySelector('.maplibregl-canvas').width"
    sharp = page.evaluate(wide)
    box = page.locator(".maplibregl-canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(BUSY)
    page.mouse.move(x, y)
    page.mouse.down()
    shift = iter(range(1, 1_000))
    until(page, lambda: page.mouse.move(x + next(shift) % 60, y) or page.evaluate(wide) < sharp, "fewer pixels")
    page.mouse.up()
    until(page, lambda: page.evaluate(wide) == sharp, "all pixels")
    page.evaluate("cancelAnimationFrame(window.busy)")


@pytest.mark.soak
def test_ten_thousand_vehicles_are_one_list_that_the_keyboard_walks(wired):
    screen, wire = wired("/map?q=probe")
    page = screen.page
    rows = [(n, 318_000_000 + n * 100, 1_054_000_000, 0, -1, 0) for n in range(MANY)]
    wire.tell(SNAPSHOT, *rows, names=[[n, f"probe-{n}"] for n in range(MANY)])
    expect(page.get_by_role("status").filter(has_text="10,000 of")).to_be_visible()
    vehicles = page.get_by_role("list", name="Vehicles")
    assert vehicles.locator("li").count() < 60
    vehicles.get_by_role("button").first.focus()
    page.keyboard.press("End")
    last = vehicles.get_by_role("button", name=re.compile("probe-9999"))
    expect(last).to_be_focused()
    page.keyboard.press("Enter")
    expect(last).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("device=probe-9999"))
    expect(page.get_by_role("region", name="Vehicle probe-9999")).to_be_visible()
    page.get_by_role("searchbox").fill("probe-42")
    expect(page.get_by_role("status").filter(has_text="111 of")).to_be_visible()
    expect(page).to_have_url(re.compile("q=probe-42"))
    page.get_by_role("searchbox").fill("nobody")
    expect(page.get_by_role("heading", name="No vehicle fits")).to_be_visible()
    screen.complaints.clear()  # of the way of a vehicle that only this test knows, the hub says 404


def test_a_lost_socket_is_said_and_comes_back_by_itself(wired):
    screen, wire = wired("/map")
    page = screen.page
    wire.tell(SNAPSHOT)
    notice = page.get_by_text(re.compile("^Not live"))
    expect(notice).to_have_count(0)
    first = wire.socket
    first.close(code=1012)
    expect(notice).to_be_visible()
    until(page, lambda: wire.socket is not first, "another socket")
    expect(notice).to_have_count(0)


def test_the_way_of_a_vehicle_is_played_with_the_time_of_each_fix(window):
    screen = window(f"/map?device={VAN}")
    panel = screen.page.get_by_role("region", name=f"Vehicle {VAN}")
    slider = panel.get_by_role("slider")
    slider.focus()
    screen.page.keyboard.press("ArrowLeft")
    expect(panel).to_contain_text(re.compile(r"\d\d:\d\d:\d\d \w+ (position of|nothing heard|no position)"))
    screen.page.keyboard.press("Home")
    expect(panel).to_contain_text("no position yet")
    panel.get_by_role("button", name="Now").click()
    expect(panel).not_to_contain_text("no position yet")
