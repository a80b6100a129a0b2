"""Lists in a browser: found by words, saved, printed; an organisation's books; room by days with the keyboard alone."""

import csv
import io
from pathlib import Path

import pytest

from hub.core.viewer import Role
from hub.service import UI
from tests.support.browser import Screen, expect, tab_to
from tests.support.hubweb import PASSWORD
from tests.support.relief_world import SHELF, STATION, TRUCK, relief
from wire.actions import Action
from wire.items import Proof


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    (folder / "dist").symlink_to(UI)
    with relief(folder) as made:
        room = {"site": "wh-1", "temperature": "ambient", "measure": "pallets", "amount": 400}
        with made.web.client(Role.ADMIN) as admin:
            assert admin.put("/api/v1/space/capacities", json={"capacities": [room]}).status_code == 200
        made.receive(20)
        _, sent, parcel = made.planned(5, note="for the ward")
        made.pack(parcel, 5, sent)
        made.seen(parcel, Action.LOAD, SHELF, TRUCK)
        made.seen(parcel, Action.UNLOAD, TRUCK, STATION)
        made.seen(parcel, Action.HAND_OVER, STATION, None, proof=Proof(way="code", checked=True))
        made.ask(3, note="school by the river")
        yield made


@pytest.fixture
def staff(world, chrome):
    with Screen(chrome, world.web.url) as screen:
        screen.open("/")
        screen.sign_in("staff-1", PASSWORD)
        yield screen
        assert not screen.unexpected()
        assert not screen.abroad()


def saved(page, kind: str) -> bytes:
    page.get_by_role("button", name="Save or print").first.click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=kind).click()
    return Path(download.value.path()).read_bytes()


@pytest.mark.soak
def test_staff_begin_with_what_waits_and_what_they_have_and_follow_a_consignment_to_its_proof(staff):
    page = staff.page
    expect(page.get_by_role("link", name="Requests to decide 1")).to_be_visible()
    expect(page.get_by_role("region", name="Site wh-1")).to_contain_text("15")
    page.get_by_role("link", name="Received").click()
    page.get_by_role("link", name="C-").click()
    expect(page.get_by_role("region", name="Parcels")).to_contain_text("To them, with a code")
    rows = list(csv.DictReader(io.StringIO(saved(page, "Text table").decode("utf-8-sig"))))
    assert [(row["state"], row["proof_way"], row["n"]) for row in rows] == [("handed-over", "code", "5")]


@pytest.mark.soak
def test_a_list_is_searched_by_keyboard_and_its_file_holds_what_was_found(staff):
    page = staff.open("/requests")
    staff.settled()
    page.get_by_role("searchbox", name="Search").focus()
    page.keyboard.type("river")
    expect(page.get_by_role("row")).to_have_count(2)
    assert page.url.endswith("/requests?text=river")
    rows = list(csv.DictReader(io.StringIO(saved(page, "Text table").decode("utf-8-sig"))))
    assert [row["note"] for row in rows] == ["school by the river"]
    assert saved(page, "Excel workbook").startswith(b"PK")
    page.get_by_role("searchbox", name="Search").fill("nobody wrote this")
    expect(page.get_by_text("No requests here")).to_be_visible()


@pytest.mark.soak
def test_the_books_show_each_report_and_paper_shows_a_table_without_buttons(staff):
    page = staff.open("/reports")
    for name, said in (("Movements", "Donor"), ("Proof of delivery", "code checked"), ("Given by month", "5")):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("table", name=name)).to_contain_text(said)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})
    expect(page.get_by_role("button", name="Save or print")).to_be_hidden()
    assert page.get_by_role("columnheader").first.evaluate("each => each.getBoundingClientRect().height > 5")


@pytest.mark.soak
def test_room_is_asked_for_by_choosing_days_with_the_keyboard_alone(staff):
    page = staff.open("/space?from=2027-02-01")
    staff.settled()
    days = page.get_by_role("list", name="Free room by day").get_by_role("button")
    days.first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(days.nth(8)).to_have_attribute("aria-pressed", "true")
    expect(days.nth(9)).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("Free on all these days: 400 pallet places")).to_be_visible()
    page.get_by_role("button", name="Ask for these days").press("Enter")
    page.get_by_role("dialog").get_by_label("How much").fill("30")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Requests and bookings")).to_contain_text("30 pallet places")


@pytest.mark.soak
def test_a_request_is_approved_and_its_goods_reserved_with_the_keyboard_alone(staff):
    page = staff.page
    page.goto(f"{staff.base}/requests?state=asked")
    tab_to(page.get_by_role("row").filter(has_text="Water").get_by_role("link").first)
    page.keyboard.press("Enter")
    for deed, after in (("Approve", "Approved"), ("Reserve goods", "Goods reserved")):
        tab_to(page.get_by_role("button", name=deed, exact=True))
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").get_by_role("button", name="Back")).to_be_focused()
        tab_to(page.get_by_role("dialog").get_by_role("button", name=deed, exact=True))
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_text(after, exact=True).first).to_be_visible()
