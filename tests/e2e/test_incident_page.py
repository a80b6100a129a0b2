"""Incidents in a real browser: an alert is pasted; what to send is made, asked for, approved and reserved."""

from pathlib import Path

import httpx
from playwright.sync_api import Browser, expect

from hub.api.door import COOKIE
from hub.core.viewer import Role
from hub.service import UI
from tests.support import hubweb
from tests.support.alerts import alert, info
from tests.support.browser import Screen
from tests.support.facts import RECEIVED
from tests.support.ingest import bench
from tests.support.relief_stock import WATER, prepare

HERE = "<polygon>29,104 29,106 31,106 31,104 29,104</polygon>"
NEAR = {"id": "near", "name": "Near village", "lat": 30.01, "lon": 105.01, "population": 40}
RATES = {"rates": [{"key": "water", "name": "Water", "item": WATER, "milli": 3000, "every_days": 1}]}


def test_an_alert_becomes_reserved_goods_in_a_browser(tmp_path: Path, chrome: Browser) -> None:
    with bench(tmp_path / "hub.db") as made:
        prepare(made)
        with hubweb.serving(tmp_path, database=made.database, clock=hubweb.Clock(RECEIVED), ui=UI) as web:
            with web.client() as admin:
                assert admin.put("/api/v1/settlements", json=[NEAR]).is_success
                assert admin.put("/api/v1/rates", json=RATES).is_success
            sent = {"user": f"{Role.SUPERVISOR}-1", "password": hubweb.PASSWORD}
            answer = httpx.post(f"{web.url}/api/v1/session", json=sent, trust_env=False)
            with Screen(chrome, web.url) as screen:
                screen.context.add_cookies([{"name": COOKIE, "value": answer.cookies[COOKIE], "url": web.url}])
                page = screen.open("/incidents")
                page.get_by_role("button", name="Take in an alert").click()
                document = alert(sent="2027-01-15T07:30:00+00:00", infos=info(shapes=HERE)).decode()
                page.get_by_label("Or its text").fill(document)
                page.get_by_role("button", name="Take in", exact=True).click()
                expect(page.get_by_role("heading", name="M 6.9 in Some county")).to_be_visible()
                expect(page.get_by_text("Near village").first).to_be_visible()
                page.get_by_role("button", name="Propose what to send").click()
                dialog = page.get_by_role("dialog")
                dialog.get_by_label("Organisation").first.fill("org-2")
                page.get_by_role("option", name="org-2").click()
                dialog.get_by_role("button", name="Look").click()
                expect(dialog.get_by_text("840").first).to_be_visible()
                dialog.get_by_role("button", name="Make 1 draft requests").click()
                expect(dialog.get_by_role("status")).to_contain_text("1 draft requests were made")
                dialog.get_by_role("button", name="Close").last.click()
                for step in ("Ask for all drafts", "Approve all", "Reserve goods for all"):
                    page.get_by_role("button", name=step).click()
                    page.get_by_role("dialog").get_by_role("button", name=step).click()
                expect(page.get_by_text("there were not enough goods")).to_be_visible()
                assert not screen.unexpected()
                assert not screen.abroad()
            (request,) = web.get("/requests")["rows"]
            assert (request["state"], request["organisation"]) == ("approved", "org-2")
