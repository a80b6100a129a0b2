"""Alerts in a real browser: told on every page, never missed without a link, acknowledged by the keyboard alone."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from deploy.program import wait_for
from tests.support.browser import Screen

NOBODY_HAS = 900_000
LOOKED = "localStorage.getItem('relay-alerts-seen:admin') !== null"
"""From the first look on, the browser knows which alerts are new."""


@contextmanager
def least(scene, *sites):
    """Rules by which each of these sites should have more of the first item than there is."""
    rest = scene.hub.rest
    before = rest.get("/alert-rules")
    kinds = {kind: {**rule, "hold_s": 0, "calm_s": 0} for kind, rule in before["kinds"].items()}
    item = f"gtin:{rest.get('/items')['items'][0]['gtin']}"
    stock = [{"site": site, "item": item, "least": NOBODY_HAS, "enough": NOBODY_HAS} for site in sites]
    rest.put("/alert-rules", {"kinds": kinds, "stock": stock})
    try:
        yield
    finally:
        rest.put("/alert-rules", {"kinds": before["kinds"], "stock": []})


def low(page, site):
    """The alert about a site in the list of the page that is open."""
    return page.get_by_role("row").filter(has_text=site).filter(has_text="Low stock")


def name_of(scene, site):
    return next(row["name"] for row in scene.hub.rest.get("/sites")["sites"] if row["id"] == site)


def test_an_alert_is_told_on_any_page_counted_in_the_title_and_acknowledged_by_the_key_a_alone(window, scene):
    screen = window("/stock")
    page = screen.page
    with least(scene, "wh-1"):
        card = page.get_by_label("New alerts").get_by_role("link").filter(has_text=name_of(scene, "wh-1"))
        expect(card).to_be_visible()
        expect(page).to_have_title(re.compile(r"^\(\d+\) Stock"))
        card.press("Enter")
        expect(page.get_by_role("heading", name="Low stock")).to_be_visible()
        page.keyboard.press("Alt+ArrowLeft")
        page.goto(screen.base + "/alerts?kind=low-stock")
        link = low(page, name_of(scene, "wh-1")).get_by_role("link").first
        expect(link).to_be_focused()
        page.keyboard.press("a")
        expect(low(page, name_of(scene, "wh-1"))).to_have_count(0)
        page.goto(screen.base + "/alerts?kind=low-stock&state=acknowledged")
        expect(low(page, name_of(scene, "wh-1"))).to_be_visible()
    expect(low(page, name_of(scene, "wh-1"))).to_have_count(0)


@pytest.mark.soak
def test_an_alert_is_given_to_somebody_with_a_note_and_closed(window, scene):
    page = window("/alerts?kind=low-stock").page
    with least(scene, "wh-1"):
        low(page, name_of(scene, "wh-1")).get_by_role("link").first.click()
        page.get_by_role("button", name="Give to somebody").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Note").fill("<b>water</b> from the school")
        dialog.get_by_role("button", name="Give to somebody").click()
        history = page.get_by_role("list", name="What happened")
        expect(history).to_contain_text("Given to admin")
        expect(history).to_contain_text("<b>water</b> from the school")
        page.get_by_role("button", name="Close", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).last.click()
        expect(page.get_by_text("Closed, it lasts")).to_be_visible()
    expect(history.get_by_text("Over", exact=True)).to_be_visible()


def away_and_back(screen: Screen, scene, seconds: float) -> None:
    """Alerts are raised and end while the link is down: all are told once it is back."""
    page = screen.page
    wait_for("the first look at the alerts", lambda: page.evaluate(LOOKED))
    page.context.set_offline(True)
    expect(page.get_by_role("alert").filter(has_text="No contact")).to_be_visible(timeout=6_000)
    api = scene.hub.rest
    with least(scene, "wh-2"):
        _until(api, lambda rows: any(row["site"] == "wh-2" and not row["cleared_at"] for row in rows))
    _until(api, lambda rows: all(row["cleared_at"] for row in rows if row["site"] == "wh-2"))
    page.wait_for_timeout(seconds * 1_000)
    with least(scene, "wh-1"):
        _until(api, lambda rows: any(row["site"] == "wh-1" and not row["cleared_at"] for row in rows))
        page.context.set_offline(False)
        cards = page.get_by_label("New alerts")
        for site in ("wh-1", "wh-2"):
            expect(cards.get_by_role("link").filter(has_text=name_of(scene, site))).to_be_visible()
        expect(cards).to_contain_text("over by now")


def _until(api, true) -> None:
    wait_for("the alerts", lambda: true(api.get("/alerts?kind=low-stock")["rows"]))


def test_alerts_that_came_and_went_while_the_link_was_down_are_told_when_it_is_back(window, scene):
    screen = window("/alerts/rules")
    away_and_back(screen, scene, 0)
    screen.complaints.clear()  # Chromium prints each request that the lost link failed


@pytest.mark.soak
def test_a_minute_without_the_network_loses_no_alert(window, scene):
    screen = window("/alerts/rules")
    away_and_back(screen, scene, 60)
    screen.complaints.clear()


@pytest.mark.soak
def test_a_rule_is_changed_and_a_wrong_one_is_explained(window, scene):
    screen = window("/alerts/rules")
    page, raised = screen.page, screen.page.get_by_label("Silent device: Raised at")
    raised.fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("These rules contradict each other")).to_be_visible()
    assert [each for each in screen.complaints if "status of 422" not in each] == []
    screen.complaints.clear()
    for minutes in (20, 15):
        raised.fill(str(minutes))
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        assert scene.hub.rest.get("/alert-rules")["kinds"]["silent-device"]["raise_at"] == minutes
