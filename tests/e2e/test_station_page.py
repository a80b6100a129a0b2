"""The counter of a station: who comes is found, a locked parcel gets a new code, and nobody there ever sees it."""

from pathlib import Path

from hub import collecting
from hub.core.viewer import Role
from hub.service import UI
from hub.store import collecting as store
from hub.store import users
from tests.support.browser import Screen, expect
from tests.support.hubweb import PASSWORD, QUICK, START_MS, serving
from tests.support.parcels_world import put_parcel, put_recipient, put_sites

KEYS = ("st-1.AAAAA1", "st-1.AAAAA2")


def test_a_clerk_finds_a_parcel_by_four_digits_and_makes_a_code_that_only_its_recipient_reads(
    tmp_path: Path, chrome
) -> None:
    (tmp_path / "dist").symlink_to(UI)
    with serving(tmp_path) as web:
        vault = web.services.vault
        with web.database.write() as connection:
            put_sites(connection, "wh-1", "st-1")
            recipient = put_recipient(connection, vault=vault)
            for key in KEYS:
                put_parcel(connection, key, recipient=recipient)
                collecting.issue(connection, vault, key, "st-1", START_MS)
            store.lock(connection, KEYS[0], START_MS + 1)
            users.add_user(connection, "cleo", PASSWORD, Role.CLERK, now=START_MS, hasher=QUICK, site="st-1")
        screen = Screen(chrome, web.url, width=360, height=740)
        screen.open()
        page = screen.sign_in("cleo", PASSWORD)
        page.goto(web.url + "/station")
        expect(page.get_by_role("button", name="Locked 1")).to_be_visible()
        page.get_by_label("Who is at the counter?").get_by_role("textbox").fill("5678")
        page.get_by_role("button", name="Find").click()
        found = page.get_by_role("table", name="Found")
        expect(found.get_by_text("王*芳")).to_have_count(2)
        assert screen.overflow_at_rest_px() <= 0
        found.get_by_role("button", name="Open A-2-000").click()
        page.get_by_role("button", name="New code").click()
        page.get_by_role("dialog").get_by_role("button", name="New code").click()
        expect(page.get_by_text("It was sent to the recipient.")).to_be_visible()
        with web.database.read() as connection:
            code = collecting.code_of(connection, vault, KEYS[0])
            assert not store.how(connection, KEYS[0]).locked
        shown = page.locator("body").inner_text()
        assert code[:3] + " " + code[3:6] not in shown
        assert code not in shown.replace(" ", "")
        assert not [url for url in screen.asked if "5678" in url]
        assert not screen.unexpected()
        screen.close()
