"""The help desk in a real browser, by keyboard: from a number nobody knows to a request, and the next call finds it."""

import httpx
import pytest
from playwright.sync_api import expect

from hub.api.door import COOKIE
from hub.core.access import Role
from hub.service import UI
from hub.store import help_lines
from tests.support.browser import Screen
from tests.support.hubweb import PASSWORD, START_MS, serving

RICE = "09501101530003"
STATION = {"id": "st-1", "name": "Hekou station", "name_zh": "河口驿站", "kind": "station", "lat": 31.0, "lon": 103.0}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A hub with a line that one operator answers, a station, and something to ask for; the operator's cookies."""
    with serving(tmp_path_factory.mktemp("desk"), ui=UI) as web:
        with web.client() as admin:
            for path, body in (
                ("/organisations", [{"id": "caritas", "name": "Caritas"}]),
                ("/sites", [STATION]),
                ("/items", [{"gtin": RICE, "name": "Rice 5 kg", "name_zh": "大米5公斤"}]),
            ):
                assert admin.put(f"/api/v1{path}", json=body).is_success
            line = help_lines.Wording(name="County line", number="95279", questions=("Who lives with you?",))
            with web.database.write() as connection:
                help_lines.open_line(connection, "1" * 16, "caritas", line, by="x", now=START_MS)
                opened = help_lines.one(connection, "1" * 16)
                help_lines.set_operators(connection, opened, [f"{Role.HELPLINE}-1"], by="x", now=START_MS)
        sent = {"user": f"{Role.HELPLINE}-1", "password": PASSWORD}
        answer = httpx.post(f"{web.url}/api/v1/session", json=sent, trust_env=False)
        yield web, [{"name": COOKIE, "value": answer.cookies[COOKIE], "url": web.url}]


def test_a_caller_nobody_knows_becomes_a_request_and_is_found_at_the_next_call(desk, chrome):
    web, cookies = desk
    with Screen(chrome, web.url) as screen:
        screen.context.add_cookies(cookies)
        page = screen.open("/helpline")
        field = page.get_by_role("textbox", name="Number or name")
        expect(field).to_be_focused()
        field.fill("138 0013 8000")
        expect(page.get_by_text("Nobody is known like this")).to_be_visible()
        page.keyboard.press("Enter")
        form = page.get_by_role("dialog")
        expect(form.get_by_label("Telephone")).to_have_value("138 0013 8000")
        form.get_by_role("textbox", name="Name").fill("王秀芳")
        form.get_by_text("Elderly").click()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="王秀芳")).to_be_visible()
        page.get_by_role("combobox", name="Goods").fill(RICE)
        page.get_by_label("Who lives with you?").fill("nobody")
        page.get_by_role("combobox", name="Collected at").click()
        page.get_by_role("option", name="Hekou station").click()
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("status").get_by_text("It is asked for")).to_be_visible()
        page.get_by_role("textbox", name="Number or name").fill("wxf")
        page.get_by_role("button", name="王*芳").click()
        expect(page.get_by_text("Rice 5 kg × 1")).to_be_visible()
        assert not screen.unexpected()
        assert not screen.abroad()
    asked = web.get("/requests")["rows"]
    assert [(row["way"], row["site"], row["priority"], row["groups"]) for row in asked] == [
        ("station", "st-1", 1, ["elderly"])
    ]
    call = web.get(f"/calls/{asked[0]['call']}")
    assert (call["kind"], call["requests"]) == ("need", [asked[0]["id"]])
