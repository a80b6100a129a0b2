"""A handheld is paired as a person does it: the screen shows the code, the handheld's browser opens what is in it."""

import re
import signal

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.edge_agent import AgentProcess
from tests.support.terminal import Here


@pytest.fixture
def here(tmp_path):
    place = Here(tmp_path)
    with AgentProcess(place.config) as agent:
        agent.says("ready")
        with place.page():
            yield place
        agent.kill(signal.SIGTERM)
        assert agent.ended() == 0


def test_a_handheld_is_paired_in_its_browser_and_works_until_it_is_shut_out(here, chrome):
    own = {"Origin": here.url}
    link = httpx.post(f"{here.url}/pairings", headers=own).json()
    context = chrome.new_context(ignore_https_errors=True, viewport={"width": 360, "height": 640})
    try:
        page = context.new_page()
        page.goto(link["url"])
        page.get_by_label(re.compile("Name of this device")).fill("dock <b>2</b>")
        page.get_by_role("button").click()
        expect(page.locator("[data-link=up] .next[data-wants]")).to_be_visible()
        assert page.url == f"{here.tls_url}/"
        assert page.evaluate("document.cookie") == ""
        assert page.locator("b", has_text="2").count() == 0
        (known,) = httpx.get(f"{here.url}/pairings").json()
        assert (known["name"], known["here"]) == ("dock <b>2</b>", True)
        httpx.delete(f"{here.url}/pairings/{known['id']}", headers=own)
        expect(page.locator("[data-link=up]")).to_have_count(0)
        page.goto(here.tls_url)
        expect(page.get_by_text("This device is not paired")).to_be_visible()
    finally:
        context.close()
