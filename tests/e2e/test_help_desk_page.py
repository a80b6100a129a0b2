"""The help desk in a real browser, by keyboard: from a number nobody knows to a request, and the next call finds it."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from hub import collecting
from hub.api.door import COOKIE
from hub.core.instant import rfc3339
from hub.core.viewer import Role
from hub.service import UI
from hub.store import help_lines
from tests.support.browser import Screen
from tests.support.hubweb import PASSWORD, START_MS, serving
from tests.support.parcels_world import put_parcel, put_sites

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


@pytest.mark.soak
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


def test_a_whole_call_and_the_call_that_was_promised_need_no_mouse(desk, chrome):
    web, cookies = desk
    with Screen(chrome, web.url) as screen:
        screen.context.add_cookies(cookies)
        page = screen.open("/helpline")
        press, write = page.keyboard.press, page.keyboard.type
        expect(page.get_by_role("textbox", name="Number or name")).to_be_focused()
        write("139 0013 9000")
        expect(page.get_by_text("Nobody is known like this")).to_be_visible()
        press("Enter")
        expect(page.get_by_role("dialog").get_by_role("textbox", name="Name")).to_be_focused()
        write("李大山")
        press("Enter")
        expect(page.get_by_role("heading", name="李大山")).to_be_visible()
        press("Alt+o")
        write("his neighbour, 138 0000 1111")
        press("Alt+g")
        write(RICE)
        press("Alt+1")
        press("Alt+t")
        write("Hekou")
        press("ArrowDown")
        press("Enter")
        press("Alt+4")
        expect(page.get_by_text("We call you back by")).to_be_visible()
        press("Alt+m")
        write("cannot walk")
        press("Control+Enter")
        expect(page.get_by_role("status").get_by_text("It is asked for")).to_be_visible()
        owed = page.get_by_role("region", name="Calls that were promised").get_by_role("button", name="李*山")
        expect(owed).to_have_attribute("aria-keyshortcuts", "Alt+1")
        press("Alt+1")
        expect(page.get_by_text("his neighbour, 138 0000 1111")).to_be_visible()
        sentence = page.get_by_text(re.compile("Rice 5 kg × 1: it was asked for on .* and waits for approval\\."))
        expect(sentence).to_be_visible()
        press("Alt+w")
        expect(sentence).to_be_focused()
        expect(page.get_by_text("It is noted that they asked.")).to_be_visible()
        press("Alt+d")
        expect(page.get_by_role("region", name="We promised to call")).to_have_count(0)
        press("Alt+b")
        expect(page.locator("html")).to_have_attribute("data-large", "")
        press("Alt+n")
        expect(page.get_by_role("textbox", name="Number or name")).to_be_focused()
        expect(page.get_by_text("Nobody waits for a call.")).to_be_visible()
        assert not screen.unexpected()
        assert not screen.abroad()
    asked = web.get("/requests")["rows"][0]
    assert (asked["shown"], asked["priority"], asked["site"]) == ("李*山", 1, "st-1")
    kinds = [row["kind"] for row in web.get("/calls", recipient=asked["recipient"])["rows"]]
    assert kinds == ["follow-up", "where", "need"]


def test_a_promised_call_that_nobody_needs_any_more_is_struck_off(desk, chrome):
    web, cookies = desk
    promised = {
        "id": "c" * 16,
        "line": "1" * 16,
        "kind": "other",
        "note": "about the road",
        "due": rfc3339(START_MS + 3_600_000),
    }
    sent = {COOKIE: cookies[0]["value"]}
    answer = httpx.post(
        f"{web.url}/api/v1/calls", json=promised, cookies=sent, headers={"Origin": web.url}, trust_env=False
    )
    assert answer.is_success, answer.text
    with Screen(chrome, web.url) as screen:
        screen.context.add_cookies(cookies)
        page = screen.open("/helpline")
        page.get_by_role("region", name="Calls that were promised").get_by_role("button").click()
        expect(page.get_by_text("about the road")).to_be_visible()
        page.get_by_role("button", name="No need any more").click()
        expect(page.get_by_text("Nobody waits for a call.")).to_be_visible()
        assert not screen.unexpected()
        assert not screen.abroad()
    assert web.get("/calls", open="true")["rows"] == []


def test_a_recipient_reads_where_the_parcel_is_without_a_script(desk, chrome):
    web, _ = desk
    with web.database.write() as connection:
        put_sites(connection, "wh-9", kind="warehouse")
        put_parcel(connection, "st-1.AAAAA1", recipient=None, until=20261201)
        code = collecting.issue(connection, web.services.vault, "st-1.AAAAA1", "st-1", START_MS)
    context = chrome.new_context(java_script_enabled=False, locale="zh-CN", viewport={"width": 360, "height": 740})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{web.url}/parcel")
    page.get_by_label("包裹编号").fill(f"{code[:3]} {code[3:6]} {code[6:]}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="可以领取了")).to_be_visible()
    expect(page.get_by_text("河口驿站")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="It is ready for you")).to_be_visible()
    context.close()
    assert not [url for url in asked if code in url or "assets" in url]
    assert all(url.startswith(f"{web.url}/parcel") for url in asked if not url.startswith("data:"))
