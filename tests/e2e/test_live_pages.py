"""What devices report is on the screen without a reload; what does not come any more is said."""

import re
import time

import pytest
from playwright.sync_api import expect

from deploy.program import wait_for
from tests.support.browser import map_is_drawn
from tests.support.scene import SCANNER, VAN, report
from wire.actions import Action
from wire.messages import Clock, Fix, Scan
from wire.topics import shard

EVIL = """<img src=x onerror="document.title='ran'"> '; DROP TABLE scan; -- =HYPERLINK("http://192.0.2.1/","x")"""
SMALL = {"width": 1000, "height": 600}
"""For who watches the map for a while: each frame of it is drawn by the processor."""


def mark(page):
    """Leaves a mark that a reload would wipe out; returns whether it is still there."""
    page.evaluate("document.documentElement.dataset.mark = 'mine'")
    return lambda: page.locator("html").get_attribute("data-mark") == "mine"


def test_a_scan_appears_on_the_stock_page_without_a_reload(window, scene):
    page = window("/stock").page
    still_there = mark(page)
    row = page.get_by_role("row").filter(has_text=scene.name(2))
    expect(row).to_have_count(0)
    scene.scan("RR:N:17", scene.label(2))
    expect(row).to_contain_text("17")
    scene.scan("RR:N:5", scene.label(2))
    expect(row).to_contain_text("22")
    assert still_there()


def test_a_code_tells_its_whole_way(window, scene):
    label = scene.label(3)
    scene.scan("RR:N:9", label, "RR:DO:put-away", "RR:FROM:place:wh-1/a01", "RR:TO:place:wh-1/b07", "RR:N:4", label)
    scene.scan("RR:RESET")
    page = window("/trace").page
    page.get_by_role("textbox", name="Code").fill(label)
    page.keyboard.press("Enter")
    steps = page.locator("ol.rr-timeline > li")
    expect(steps).to_have_count(2)
    expect(steps.nth(0)).to_contain_text("Put away")
    expect(steps.nth(1)).to_contain_text("Received")
    holders = page.locator(".rr-holders li")
    expect(holders.filter(has_text="B07")).to_contain_text("4")
    expect(holders.filter(has_text="A01")).to_contain_text("5")
    expect(page.get_by_role("heading", name=scene.name(3))).to_be_visible()


def test_a_time_that_nobody_vouches_for_is_marked_and_shown_with_its_bounds(window, scene):
    hour = 3_600_000
    now = time.time_ns() // 1_000_000
    with scene.stranger("st1-scanner-9", "scanner") as client:
        lost = Scan(at=0, up=0, do=Action.RECEIVE, labels=("found in the dark",), to="place:st-1")
        report(client, "st1-scanner-9", lost, Clock(base=now - 5 * hour, error=2 * hour, estimated=True))
    page = window("/trace").page
    page.get_by_role("textbox", name="Code").fill("found in the dark")
    page.keyboard.press("Enter")
    step = page.locator("ol.rr-timeline > li")
    expect(step).to_contain_text("≈ about")
    step.locator("summary").click()
    expect(step).to_contain_text(re.compile("Between .* and .*clock said 1 Jan 1970"))


SCANNED = """(keys) => {
  for (const key of keys) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}"""
"""Keys as fast as a scanner has them; from outside of the browser they come more slowly on a busy machine."""


def test_a_keyboard_scanner_traces_from_any_page(window, scene):
    page = window("/devices").page
    page.locator("body").click(position={"x": 700, "y": 700})
    page.evaluate(SCANNED, [*scene.label(0), "Enter"])
    expect(page.get_by_role("heading", name="Trace a code")).to_be_visible()
    expect(page.get_by_role("heading", name=scene.name(0))).to_be_visible()


def test_text_on_a_label_is_shown_and_never_run(window, scene):
    scene.scan(EVIL)
    page = window("/trace").page
    page.get_by_role("textbox", name="Code").fill(EVIL)
    page.keyboard.press("Enter")
    step = page.locator("ol.rr-timeline > li")
    expect(step).to_have_count(1)
    step.locator("summary").click()
    expect(step.locator(".rr-mono")).to_have_text(EVIL)
    expect(page.locator("main img, [onerror]")).to_have_count(0)
    expect(page).to_have_title(re.compile(r"^(\(\d+\) )?Trace a code"))
    assert scene.hub.rest.get("/summary")["facts"] > 0


@pytest.mark.soak
def test_a_vehicle_is_on_the_map_and_its_age_grows_when_its_agent_dies(window, scene):
    screen = window(f"/map?device={VAN}", **SMALL)
    page = screen.page
    map_is_drawn(screen)
    entry = page.get_by_role("button", name=re.compile(VAN))
    expect(entry).to_have_attribute("aria-pressed", "true")
    age = entry.locator("time")
    expect(age).to_have_text(re.compile(r"^(now|[1-3] sec ago)$"))
    # The map has moved to the vehicle: a click on the middle hits its sign, and lets it go.
    canvas = page.locator(".maplibregl-canvas")
    box = canvas.bounding_box()

    def let_go():
        canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
        return entry.get_attribute("aria-pressed") == "false"

    deadline = time.monotonic() + 15
    while not let_go():
        assert time.monotonic() < deadline, "nothing to click on where the vehicle is"
        page.wait_for_timeout(200)
    first = age.get_attribute("datetime")
    expect(age).not_to_have_attribute("datetime", first)
    scene.agents[VAN].kill()
    expect(age).to_have_text(re.compile(r"^([4-9]|\d\d) sec ago$"))
    scene.agents[VAN].start()
    expect(age).to_have_text(re.compile(r"^(now|[1-3] sec ago)$"))


@pytest.mark.soak
def test_a_position_gets_old_on_the_screen_by_itself(window, scene):
    page = window("/map", **SMALL).page
    with scene.stranger("van-9") as client:
        at = time.time_ns() // 10**6 - 50_000
        report(client, "van-9", Fix(at=at, up=1, t=at, lat_e7=318_760_000, lon_e7=1_054_120_000))
        page.reload()  # what was stored comes with the page; what is told at once, with the socket
        entry = page.get_by_role("button", name=re.compile("van-9"))
        expect(entry).to_contain_text("sec ago")
        expect(entry).not_to_contain_text("old position")
        expect(entry).to_contain_text("old position")


def test_the_devices_page_shows_who_is_there_and_who_is_not(window, scene):
    page = window("/devices").page
    still_there = mark(page)
    row = page.get_by_role("row").filter(has_text=SCANNER)
    expect(row).to_contain_text("online")
    scene.agents[SCANNER].kill()
    expect(row).to_contain_text("no contact")
    scene.agents[SCANNER].start()
    expect(row).to_contain_text("online")
    assert still_there()


def test_a_message_to_a_device_shows_the_devices_own_word_without_a_reload(window, scene):
    page = window("/devices").page
    still_there = mark(page)
    page.get_by_role("button", name=f"Messages and commands of {SCANNER}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Message for the person at the device").fill(EVIL)
    dialog.get_by_role("button", name="Send").click()
    entry = dialog.get_by_role("listitem").filter(has_text="DROP TABLE")
    expect(entry).to_contain_text("done")
    expect(entry).to_contain_text("admin")
    expect(entry.locator("img")).to_have_count(0)
    assert still_there()
    dialog = window("/devices", user="auditor").page
    dialog.get_by_role("button", name=f"Messages and commands of {SCANNER}").click()
    expect(dialog.get_by_role("dialog")).to_contain_text("DROP TABLE")
    expect(dialog.get_by_role("button", name="Send")).to_have_count(0)


def test_a_device_is_told_where_it_stands_and_how_it_is_to_be_set_and_says_that_it_is(window, scene):
    page = window(f"/devices/{VAN}").page
    page.get_by_role("button", name="Site and settings").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Where it stands").click()
    page.get_by_role("option").first.click()
    dialog.get_by_role("button", name="Say where it stands").click()
    wait_for("its site at the hub", lambda: scene.hub.rest.get(f"/devices/{VAN}/site")["site"])
    dialog.get_by_label("Days that confirmed facts are kept").fill("30")
    dialog.get_by_role("button", name="Set a scanner").click()
    expect(dialog.get_by_role("group", name="Scanner").get_by_label("Who works with it")).to_be_editable()
    dialog.get_by_role("button", name="Leave it as it is").click()
    dialog.get_by_role("button", name="Set a receiver of positions").click()
    dialog.get_by_role("group", name="Receiver of positions").get_by_label("Fixes a second").fill("2")
    dialog.get_by_role("button", name="Send to the device").click()
    expect(dialog).to_have_count(0)
    wish = page.get_by_role("region", name="Configuration from the hub")
    expect(wish).to_contain_text("Version 1")
    expect(wish).to_contain_text("applied", timeout=20_000)
    assert scene.hub.rest.get(f"/devices/{VAN}/configuration")["settings"] == {
        "outbox": {"keep_days": 30},
        "gnss": [{"rate_hz": 2}],
    }


def test_what_cannot_be_understood_is_shown_with_its_bytes(window, scene):
    page = window("/quarantine").page
    before = scene.hub.rest.get("/summary")["quarantined"]
    with scene.stranger("odd-1", "scanner") as client:
        client.publish(f"relay/v1/{shard('odd-1')}/odd-1/up", b'{"k":"batch","items":"<b>none</b>"}\x00')
    entry = page.get_by_role("list", name="Items in quarantine").get_by_role("listitem").filter(has_text="odd-1")
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text("bad-batch")
    entry.get_by_role("button", name="Show the bytes").click()
    expect(entry.get_by_label("Text")).to_contain_text("<b>none</b>")
    expect(entry.locator("b")).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_role("link", name=re.compile("Quarantine"))).to_contain_text(
        str(before + 1)
    )


def test_a_lost_hub_is_said_loudly_and_comes_back_by_itself(window, scene):
    screen = window("/stock")
    page = screen.page
    still_there = mark(page)
    rows = page.get_by_role("row").count()
    scene.hub.kill()
    expect(page.get_by_role("alert")).to_have_text(re.compile("No contact"))
    expect(page.get_by_role("row")).to_have_count(rows)
    scene.hub.start()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".rr-tag", has_text="Live")).to_be_visible()
    scene.scan(scene.label(4))
    expect(page.get_by_role("row").filter(has_text=scene.name(4))).to_have_count(1)
    assert still_there()
    screen.complaints.clear()  # the browser says of each question that nobody answered it
