"""The first pages, wide and narrow, in both languages: nothing sticks out, axe finds no fault; pictures on request."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.axe import faults
from tests.support.browser import map_is_drawn, visit_all

SIZES = ({"width": 1280, "height": 860}, {"width": 360, "height": 740})


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.soak)])
def test_no_page_is_wider_than_its_window_or_shuts_anybody_out(window, scene, language):
    """With RELAY_SHOTS=FOLDER it also saves a picture of each page, wide and narrow, there."""
    folder = os.environ.get("RELAY_SHOTS")
    screen = window(user=None, language=language)
    wrong = []

    def seen(name: str) -> None:
        for size in SIZES:
            screen.page.set_viewport_size(size)
            if found := list(faults(screen)):
                wrong.append((name, size["width"], found))
            if folder:
                screen.rest()
                screen.picture(Path(folder) / f"{name}-{size['width']}-{language}.png")
        screen.page.set_viewport_size(SIZES[0])

    expect(screen.page.locator("input[name=username]")).to_be_visible()
    seen("sign-in")
    screen.sign_in("admin", scene.passwords["admin"])
    visit_all(screen, scene.label(0), seen)
    assert not wrong


def test_the_menu_of_a_phone_opens_and_leads_on(window):
    page = window("/stock", width=360, height=740).page
    page.get_by_role("button", name="Open navigation").click()
    page.get_by_role("link", name="Live map").click()
    expect(page.get_by_role("heading", name="Live map")).to_be_visible()
    expect(page.get_by_role("button", name="Open navigation")).to_be_visible()


def test_the_map_asks_for_nothing_but_this_hub(window):
    screen = window("/map")
    map_is_drawn(screen)
    assert all(url.startswith((screen.base, "blob:" + screen.base, "data:")) for url in screen.asked)


def test_an_address_that_does_not_exist_says_so(window):
    page = window("/no-such-page", user="admin").page
    expect(page.get_by_role("heading", name="No such page")).to_be_visible()
