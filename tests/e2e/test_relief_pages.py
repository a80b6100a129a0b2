"""Requests become a consignment in a browser: approved and reserved for together, sent, looked at, called off."""

from pathlib import Path

import pytest

from hub.core.viewer import Role
from hub.service import UI
from hub.store import recipients
from hub.store.recipients import Personal
from tests.support.browser import Screen, expect
from tests.support.hubweb import PASSWORD
from tests.support.relief_world import SHELF, TRUCK, relief
from wire.actions import Action


def test_staff_bring_two_requests_to_a_consignment_and_see_what_became_of_its_goods(tmp_path: Path, chrome) -> None:
    (tmp_path / "dist").symlink_to(UI)
    with relief(tmp_path) as world:
        world.receive(20)
        with world.web.database.write() as connection:
            wang = Personal(name="王小芳", phone="13812345678")
            who = recipients.make(connection, world.web.services.vault, wang, line=None, by="t", now=1)
        for n in (2, 3):
            world.ask(n, recipient=who)
        screen = Screen(chrome, world.web.url, width=360, height=740)
        screen.open("/requests?state=asked")
        page = screen.sign_in("staff-1", PASSWORD)
        for state, deed in (("approved", "Approve"), ("allocated", "Reserve goods")):
            page.get_by_role("button", name="Choose all 2").click()
            page.get_by_role("button", name=f"{deed}: 2").click()
            page.get_by_role("dialog").get_by_role("button", name=deed, exact=True).click()
            expect(page.get_by_text("No requests here")).to_be_visible()
            page.goto(f"{world.web.url}/requests?state={state}")
        expect(page.get_by_text("王*芳")).to_have_count(2)
        assert screen.overflow_at_rest_px() <= 0
        page.get_by_role("button", name="Choose all 2").click()
        page.get_by_role("button", name="Send: 2").click()
        expect(page.get_by_role("dialog").get_by_role("combobox", name="Take from")).to_have_value("Site wh-1")
        page.get_by_role("button", name="Plan the consignment").click()
        expect(page.get_by_role("heading", name="Consignment C-")).to_be_visible()
        expect(_deeds(page)).to_have_text(["Re-route", "Split", "Cancel"])
        parcel = world.parcels()[-1]
        world.pack(parcel, 2, {"id": parcel["consignment"]})
        world.seen(parcel, Action.LOAD, SHELF, TRUCK)
        page.reload()
        custody = page.get_by_role("table", name="What became of its goods")
        expect(custody.get_by_text("5 yet to come")).to_be_visible()
        page.get_by_role("link", name=parcel["id"]).click()
        expect(page.get_by_text("Under way").first).to_be_visible()
        page.get_by_role("button", name="Give up as lost").click()
        page.get_by_role("dialog").get_by_role("button", name="Give up as lost").click()
        expect(page.get_by_text("Please give a reason.")).to_be_visible()
        page.get_by_role("dialog").get_by_role("button", name="Back").click()
        page.goto(world.web.url + "/consignments")
        expect(page.get_by_role("region", name="On the way").get_by_role("link", name="C-")).to_be_visible()
        assert screen.overflow_at_rest_px() <= 0
        assert not [url for url in screen.asked if "5678" in url]
        assert not screen.unexpected()
        screen.close()


@pytest.mark.soak
def test_an_auditor_reads_them_in_chinese_and_is_offered_no_decision(tmp_path: Path, chrome) -> None:
    (tmp_path / "dist").symlink_to(UI)
    with relief(tmp_path) as world:
        world.receive(20)
        asked, sent, parcel = world.planned(4)
        screen = Screen(chrome, world.web.url, language="zh")
        screen.open("/consignments")
        page = screen.sign_in(f"{Role.AUDITOR}-1", PASSWORD)
        page.get_by_role("link", name=sent["id"]).click()
        for path in (f"/consignments/{sent['id']}", f"/requests/{asked['id']}", f"/parcels/{parcel['id']}"):
            page.goto(world.web.url + path)
            screen.settled()
            expect(page.get_by_role("heading", name="经过（最新在前）")).to_be_visible()
            expect(_deeds(page)).to_have_count(0)
            assert screen.overflow_at_rest_px() <= 0
        page.goto(world.web.url + "/parcels")
        page.get_by_label("包裹标签").fill("RR:P:" + parcel["id"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=parcel["id"])).to_be_visible()
        assert not screen.unexpected()
        screen.close()


def _deeds(page):
    """The buttons for what may be decided."""
    return page.locator(".rr-head [role=group] button")
