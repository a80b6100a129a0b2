"""Where is it? The story of a request in a real browser, and what a notice said, read by who answers the line."""

from pathlib import Path

import httpx
from playwright.sync_api import expect

from hub.api.door import COOKIE
from hub.service import UI
from tests.support.browser import Screen
from tests.support.delivered import delivered
from tests.support.hubweb import PASSWORD
from tests.support.relief_world import relief


def test_an_operator_follows_a_request_to_the_hand_over_and_reads_what_the_caller_was_told(tmp_path: Path, chrome):
    (tmp_path / "dist").symlink_to(UI)
    with relief(tmp_path) as world:
        call, asked, _, parcel = delivered(world, answering="helpline-1")
        sent = {"user": "helpline-1", "password": PASSWORD}
        answer = httpx.post(f"{world.web.url}/api/v1/session", json=sent, trust_env=False)
        with Screen(chrome, world.web.url) as screen:
            screen.context.add_cookies([{"name": COOKIE, "value": answer.cookies[COOKIE], "url": world.web.url}])
            page = screen.open(f"/trace?code=request:{asked['id']}")
            expect(page.get_by_role("heading", name="All that happened, newest first")).to_be_visible()
            steps = page.get_by_role("listitem").filter(has_text="Handed over")
            expect(steps.first).to_contain_text("wh1-scanner-1")
            expect(page.get_by_role("table")).to_contain_text("王*芳")
            page.get_by_role("table").get_by_role("link", name=parcel["id"]).click()
            expect(page.get_by_role("listitem").filter(has_text="Put away")).to_be_visible()
            page.get_by_role("table").get_by_role("link", name=call).click()
            expect(page.get_by_role("listitem").filter(has_text="Needs something")).to_be_visible()
            page = screen.open("/notices")
            page.get_by_role("row").filter(has_text="New code").get_by_role("button", name="Read").click()
            expect(page.get_by_role("dialog")).to_contain_text("412 038 927")
            assert not screen.unexpected()
            assert not screen.abroad()
