"""The supervisors' desks in a browser: stock, flows, devices, quarantine, decisions, and the way of a thing."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from deploy.program import wait_for
from tests.e2e.test_alerts_page import least
from tests.support.browser import tab_to
from wire import topics


def saved(page, kind):
    """The rows of the file that a page gives."""
    page.get_by_role("button", name="Save or print").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=kind).click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    return download.value.suggested_filename, list(csv.DictReader(io.StringIO(text)))


def row(page, words):
    return page.get_by_role("row").filter(has_text=words)


@pytest.mark.soak
def test_goods_lead_to_their_stock_and_on_to_what_came_and_went_and_back_again(window, scene):
    screen = window("/catalogue")
    page, name = screen.page, scene.name(0)
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("combobox", name="Item")).to_have_value(re.compile(re.escape(name)))
    stock = page.get_by_role("table", name="Stock")
    expect(stock.get_by_role("row").filter(has_text=name).first).to_contain_text("40")
    stock_at = page.url
    stock.get_by_role("button", name=re.compile("^What can be done")).first.click()
    page.get_by_role("menuitem", name="History").click()
    expect(page.get_by_role("heading", name="In and out")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("came"))).to_be_visible()
    page.get_by_text("Hours", exact=True).click()
    expect(page).to_have_url(re.compile("step=hour"))
    expect(row(page.get_by_role("table", name="By time"), "40").first).to_contain_text("40")
    file, rows = saved(page, "CSV")
    assert file.startswith("flows-")
    assert sum(int(each["came"]) for each in rows if each["cause"]) == 40
    page.go_back()
    page.go_back()
    expect(page).to_have_url(stock_at)
    expect(stock.get_by_role("row").filter(has_text=name).first).to_contain_text("40")


@pytest.mark.soak
def test_stock_is_found_by_words_and_its_address_is_all_that_another_screen_needs(window, scene):
    page = window("/stock").page
    page.get_by_role("searchbox", name="Search").fill(scene.name(1))
    expect(page).to_have_url(re.compile("text="))
    expect(page.get_by_role("table", name="Stock").get_by_role("row").nth(1)).to_contain_text("12")
    other = window(page.url.removeprefix(scene.hub.url), width=360, height=740)
    expect(other.page.get_by_role("searchbox", name="Search")).to_have_value(scene.name(1))
    assert other.overflow_at_rest_px() <= 0
    page.get_by_role("searchbox", name="Search").fill("no such thing")
    expect(page.get_by_role("heading", name="No stock matches")).to_be_visible()
    page.get_by_role("button", name="Clear filters").first.click()
    expect(page).to_have_url(f"{scene.hub.url}/stock")


@pytest.mark.soak
def test_a_device_is_found_its_page_opened_and_what_it_sent_amiss_is_read_and_saved(window, scene):
    with scene.stranger("pad-7", "terminal") as client:
        client.publish(topics.build("pad-7", topics.Leaf.UP), b"\xff<script>alert(1)</script>")
        wait_for("the quarantine", lambda: scene.hub.rest.get("/quarantine?device=pad-7")["rows"])
        page = window("/devices").page
        page.get_by_role("searchbox").fill("pad-7")
        expect(page.get_by_role("row")).to_have_count(2)
        _, rows = saved(page, "CSV")
        assert [each["name"] for each in rows] == ["pad-7"]
        page.get_by_role("link", name="pad-7", exact=True).click()
        expect(page.get_by_role("heading", name="pad-7")).to_be_visible()
        expect(page.get_by_role("heading", name="Health")).to_be_visible()
    page.goto(f"{scene.hub.url}/quarantine?device=pad-7")
    page.get_by_role("button", name="Show the bytes").click()
    expect(page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Save the bytes")).click()
    assert Path(download.value.path()).read_bytes() == b"\xff<script>alert(1)</script>"


@pytest.mark.soak
def test_a_decision_is_found_by_a_part_of_what_it_was_about_and_had_as_a_file(window, scene):
    scene.hub.add_device("log-pad-77", "terminal")
    page = window("/people/log", user="auditor").page
    page.get_by_label("To what").fill("pad-77")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row").nth(1)).to_contain_text("log-pad-77")
    _, rows = saved(page, "CSV")
    assert [each["what"] for each in rows] == ["log-pad-77"]


def test_the_way_of_goods_is_found_by_words_with_the_keyboard_alone(window, scene):
    page = window("/trace").page
    expect(page.get_by_role("textbox", name="Code")).to_be_focused()
    page.keyboard.type(scene.name(0)[:5].lower())
    page.keyboard.press("Enter")
    found = page.get_by_role("region", name="Stock").get_by_role("link", name=scene.name(0)).first
    tab_to(found)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Its way, newest first")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="wh1-scanner-1").first).to_be_visible()
    page.go_back()
    expect(found).to_be_visible()
    page.get_by_role("textbox", name="Code").fill("neither this nor that")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Neither a code")).to_be_visible()


def test_alerts_are_acknowledged_together_with_the_keyboard_alone(window, scene):
    page = window("/alerts?kind=low-stock").page
    with least(scene, "wh-1", "wh-2"):
        expect(page.get_by_role("row").filter(has_text="Low stock")).to_have_count(2)
        tab_to(page.get_by_role("button", name="Acknowledge these 2"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").get_by_role("button", name="Back")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("heading", name="No such alert")).to_be_visible()
        page.goto(f"{scene.hub.url}/alerts?kind=low-stock&state=acknowledged")
        expect(page.get_by_role("row").filter(has_text="Low stock")).to_have_count(2)
