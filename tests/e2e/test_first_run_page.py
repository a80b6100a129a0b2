"""From an empty hub to the first entries, as the person does it who installed it."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import Screen
from tests.support.hub_process import HubProcess

PASSWORD = "correct horse battery"


@pytest.mark.soak
def test_whoever_starts_an_empty_hub_becomes_its_administrator_and_sets_it_up(chrome, tmp_path):
    with HubProcess(tmp_path / "hub") as hub, Screen(chrome, hub.http) as screen:
        page = screen.open()
        expect(page.get_by_text("Nobody can sign in yet")).to_be_visible()
        page.goto(hub.first)
        page.reload()
        page.get_by_label("User name").fill("ana")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Sign in").click()
        screen.sign_in("ana", PASSWORD)
        expect(page.get_by_role("heading", name="Set up", level=1)).to_be_visible()
        entries = {
            "Add an organisation": {"Name": "Red Cross", "Short name": "red-cross"},
            "Add a site": {
                "Name": "North", "Short name": "wh-1", "Latitude, degrees": "31.9", "Longitude, degrees": "105.4",
            },
            "Add an item": {"Barcode (GTIN)": "4006381333931", "Name": "Blanket"},
        }  # fmt: skip
        for button, fields in entries.items():
            page.get_by_role("button", name=button).click()
            form = page.get_by_role("dialog")
            for label, text in fields.items():
                form.get_by_label(label, exact=True).fill(text)
            form.get_by_role("button", name="Save").click()
            expect(form).to_have_count(0)
        expect(page.locator("li.rr-step[data-done]")).to_have_count(3)
        expect(page.locator("li.rr-step[data-next] h2")).to_have_text("People")
        page.goto(hub.http + "/catalogue/sites/wh-1")
        expect(page.get_by_role("heading", name="North")).to_be_visible()
        page.get_by_role("button", name="Add a place").click()
        page.get_by_role("dialog").get_by_label("Place", exact=True).fill("A-1")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(page.get_by_role("link", name="A-1")).to_be_visible()
        page.goto(hub.http + "/settings")
        page.get_by_label("Company prefix").fill("4006381")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved")).to_be_visible()
        assert not screen.unexpected()
        assert not screen.abroad()
