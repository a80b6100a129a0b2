"""Needs, lending, pick lists and room: what is planned on pages, done by somebody in a browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.two_organisations import EVIL, day, pick, row

PLANNED = (
    "/people",
    "/people/programs",
    "/people/log",
    "/needs",
    "/picks",
    "/needs/lending",
    "/space",
    "/space/capacities",
    "/import",
    "/print",
)


@pytest.mark.soak
def test_a_need_is_covered_from_lent_lots_first_expired_first_and_goes_to_a_pick_list(at):
    """By keyboard alone where goods are reserved."""
    page = at("/needs", user="rosa")
    page.get_by_role("button", name="New need").click()
    dialog = page.get_by_role("dialog")
    pick(dialog, "Item", "Plan water")
    dialog.get_by_label("Quantity").fill("50")
    dialog.get_by_label("Needed by").fill(day(20))
    pick(dialog, "To", "Station")
    dialog.get_by_label("Note").fill(EVIL)
    dialog.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_role("heading", name="50 bottles · Plan water")).to_be_visible()
    expect(page.get_by_text(EVIL)).to_be_visible()
    expect(page.get_by_role("heading", name="No lot can be given")).to_be_visible()
    need = page.url

    owner = at("/needs/lending", user="bea")
    owner.get_by_role("button", name="Lend goods").click()
    owner.get_by_role("dialog").get_by_role("button", name="Lend", exact=True).click()
    expect(row(owner, "Anyone")).to_contain_text("All goods")

    lots = page.get_by_role("table", name="Lots that may be given").get_by_role("row")
    expect(lots.nth(1)).to_contain_text("SOONER")
    expect(lots.nth(2)).to_contain_text("LATER")
    for lot in ("SOONER", "LATER"):
        button = page.get_by_role("button", name=f"Reserve {lot}")
        button.focus()
        page.keyboard.press("Enter")
        field = page.get_by_role("dialog").get_by_label(re.compile("How many"))
        expect(field).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".rr-progress").first).to_contain_text("covered 50 of 50 bottles")

    kept = page.get_by_role("table", name="Kept for it").get_by_role("row")
    expect(kept.filter(has_text="SOONER")).to_contain_text("30")
    expect(kept.filter(has_text="LATER")).to_contain_text("20")
    expect(kept.filter(has_text="LATER")).to_contain_text("left")
    kept.filter(has_text="LATER").get_by_role("button", name="Give back").click()
    page.get_by_role("dialog").get_by_role("button", name="Give back").click()
    expect(page.locator(".rr-progress").first).to_contain_text("partly covered 30 of 50")
    kept.filter(has_text="SOONER").get_by_role("button", name="To pick list").click()
    page.get_by_role("link", name=re.compile("Pick list P")).click()
    entry = page.get_by_role("list", name="Pick lists").get_by_role("listitem")
    expect(entry).to_contain_text("0 of 30 fetched")
    expect(entry.get_by_role("table")).to_contain_text("P02")
    entry.get_by_role("button", name=re.compile("Cancel P")).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel", exact=True).click()
    expect(entry).to_contain_text("cancelled")
    page.goto(need)
    page.get_by_role("button", name="Cancel the need").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the need").click()
    expect(page.locator(".rr-progress").first).to_contain_text("cancelled")
    page.goto(need.rpartition("/")[0] + "?state=cancelled")
    expect(page.get_by_role("link", name="50 bottles · Plan water")).to_be_visible()
    owner.get_by_role("button", name="End", exact=True).click()
    owner.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()
    expect(row(owner, "Anyone")).to_contain_text("ended")


def test_more_than_is_free_is_refused_with_the_hubs_own_words(at):
    page = at("/needs", user="bea")
    page.get_by_role("button", name="New need").click()
    dialog = page.get_by_role("dialog")
    pick(dialog, "Item", "Plan water")
    dialog.get_by_label("Quantity").fill("500")
    dialog.get_by_label("Needed by").fill(day(20))
    pick(dialog, "To", "Station")
    dialog.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Not to be had now: 370 bottles")).to_be_visible()
    page.get_by_role("button", name="Reserve SOONER").click()
    page.get_by_role("dialog").get_by_label(re.compile("How many")).fill("31")
    page.get_by_role("dialog").get_by_role("button", name="Reserve").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("30")


def ask_for_room(page, amount, first, last):
    page.get_by_role("button", name="Ask for room").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("How much (pallet places)").fill(str(amount))
    dialog.get_by_label("Last day").fill(day(first - 1))
    dialog.get_by_label("First day").fill(day(first))
    expect(dialog.get_by_text("The last day is before the first.")).to_be_visible()
    dialog.get_by_label("Last day").fill(day(last))
    dialog.get_by_role("button", name="Ask for room").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_room_is_entered_asked_for_approved_put_on_the_waiting_list_refused_and_given_back(at):
    page = at("/space/capacities")
    page.get_by_role("button", name="Enter room").click()
    dialog = page.get_by_role("dialog")
    pick(dialog, "Site", "Central")
    dialog.get_by_label("How much (pallet places)").fill("10")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("table", name="Capacities")).to_contain_text("10 pallet places")

    staff = {user: at("/space", user=user) for user in ("rosa", "bea")}
    ask_for_room(staff["rosa"], 8, 3, 5)
    ask_for_room(staff["bea"], 4, 5, 6)
    expect(staff["bea"].get_by_role("table", name="Requests and bookings")).not_to_contain_text("Red")

    page.goto(page.url.replace("/capacities", ""))
    bookings = page.get_by_role("table", name="Requests and bookings").get_by_role("row")
    red, blue = bookings.filter(has_text="8 pallet places"), bookings.filter(has_text="4 pallet places")
    red.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(red).to_contain_text("approved")
    blue.get_by_role("button", name="Approve").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Approve").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_role("button", name="Put on the waiting list").click()
    expect(blue).to_contain_text("on the waiting list")
    full = page.get_by_role("list", name="Free room by day").get_by_role("listitem").nth(4)
    expect(full).to_contain_text("2 free")

    row(staff["rosa"], "8 pallet places").get_by_role("button", name="Give back").click()
    staff["rosa"].get_by_role("dialog").get_by_role("button", name="Give back").click()
    expect(staff["rosa"].get_by_role("dialog")).to_have_count(0)
    expect(blue).to_contain_text("approved")

    ask_for_room(staff["rosa"], 9, 30, 31)
    last = bookings.filter(has_text="9 pallet places")
    last.get_by_role("button", name="Refuse").click()
    page.get_by_role("dialog").get_by_label("Why not").fill(EVIL)
    page.get_by_role("dialog").get_by_role("button", name="Refuse").click()
    expect(last).to_contain_text(EVIL)
    ask_for_room(staff["rosa"], 7, 30, 31)
    # What was refused may stand on her page as asked for a moment longer, with a button of its own.
    row(staff["rosa"], "7 pallet places").get_by_role("button", name="Withdraw").click()
    staff["rosa"].get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(staff["rosa"].get_by_role("dialog")).to_have_count(0)
    expect(bookings.filter(has_text="7 pallet places")).to_contain_text("withdrawn")


@pytest.mark.soak
def test_no_page_of_planning_is_wider_than_a_phone_in_either_language(at):
    page = at("/people", width=360, height=740)
    wide = []
    for other in ("切换到中文", "Switch to English"):
        for path in PLANNED:
            page.evaluate("path => history.pushState(null, '', path)", path)
            expect(page.locator("[aria-busy=true], .mantine-Skeleton-root, .mantine-Loader-root")).to_have_count(0)
            expect(page.locator("h1")).to_be_visible()
            if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
                wide.append((path, other))
        page.get_by_role("button", name=other).click()
    assert wide == []
