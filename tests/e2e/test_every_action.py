"""What can be done on a page and no other test does in a browser: docs/screens.md says which test does what."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import Screen
from tests.support.furnishing import SHELF, STATION, VAN, planned, sent, wanted
from tests.support.goods_world import until
from wire.actions import Action

pytestmark = pytest.mark.soak


@pytest.fixture
def at(office, chrome):
    """Takes somebody to a page. At the end no window complained, and none asked for anything from elsewhere."""
    windows: dict[str, Screen] = {}

    def go(path, person="ana"):
        if person not in windows:
            windows[person] = Screen(chrome, office.hub.url)
            windows[person].context.add_cookies(office.cookies[person])
        windows[person].open(path)
        windows[person].settled()
        return windows[person].page

    yield go
    for screen in windows.values():
        assert [*screen.unexpected(), *screen.abroad()] == []
        screen.close()


def decide(page, name, **said):
    """Press the button of a decision, fill what is asked, and say yes."""
    page.get_by_role("group", name="Actions").get_by_role("button", name=name, exact=True).click()
    dialog = page.get_by_role("dialog")
    for label, text in said.items():
        dialog.get_by_label(label).first.fill(text)
    for box in dialog.get_by_role("checkbox").all()[:1]:
        box.check()
    dialog.get_by_role("button", name=name, exact=True).last.click()
    expect(dialog).to_have_count(0)


def press(page, name, sure=None):
    """Press a button; and the one with which its question is answered."""
    page.get_by_role("button", name=name, exact=True).first.click()
    if sure is not None:
        page.get_by_role("dialog").get_by_role("button", name=sure, exact=True).last.click()
        expect(page.get_by_role("dialog")).to_have_count(0)


def choose(scope, label, option):
    field = scope.get_by_role("combobox", name=label, exact=True)
    field.click()
    field.fill(option) if field.is_editable() else None
    field.page.get_by_role("option", name=re.compile(re.escape(option))).first.click()


def loaded(office):
    """A consignment on the van, and its parcel."""
    consignment, parcel = sent(office, wanted(office), n=1, way="station", to_site=STATION, vehicle=VAN)
    office.scan(f"RR:P:{parcel}", Action.LOAD, SHELF, f"transit:{VAN}", task=f"consignment:{consignment}")
    until("the parcel to be under way", lambda: office.rest.get(f"/parcels/{parcel}")["state"] == "under-way")
    return consignment, parcel


def test_a_request_is_asked_for_approved_given_goods_divided_sent_elsewhere_and_called_off(at, office):
    page = at("/requests")
    page.get_by_role("button", name="New request").click()
    dialog = page.get_by_role("dialog")
    choose(dialog, "Organisation", "Qingtan County")
    choose(dialog, "Goods", office.goods[0].gtin)
    choose(dialog, "Collected at", "Station")
    dialog.get_by_label("Keep it as a draft").check()
    dialog.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_role("heading", name=re.compile("^Request "))).to_be_visible()
    for name in ("Submit", "Re-route", "Approve", "Reserve goods"):
        decide(page, name)
    decide(page, "Cancel", Reason="They have enough.")
    page = at(f"/requests/{wanted(office)}")
    decide(page, "Split", **{office.world.items[0].kind.name: "1"})
    decide(page, "Refuse", Reason="Asked for twice.")


def test_a_consignment_is_divided_sent_another_way_called_off_called_back_closed_and_given_up(at, office):
    both, _ = planned(office, wanted(office), wanted(office), way="station", to_site=STATION)
    page = at(f"/consignments/{both}")
    decide(page, "Re-route", Vehicle=VAN)
    decide(page, "Split")
    expect(page).not_to_have_url(re.compile(both))
    decide(page, "Cancel", Reason="The road is closed.")
    page = at(f"/consignments/{loaded(office)[0]}")
    decide(page, "Call back", Reason="The road is closed.")
    page = at(f"/consignments/{loaded(office)[0]}")
    decide(page, "Give up as lost", Reason="It fell into the river.")
    decide(page, "Close", Reason="The river keeps it.")


def test_a_parcel_is_sent_elsewhere_sent_back_and_given_up(at, office):
    parcel = loaded(office)[1]
    page = at(f"/parcels/{parcel}")
    decide(page, "Re-route", Reason="They moved.")
    decide(page, "Send back", Reason="Nobody lives there.")
    decide(page, "Give up as lost", Reason="It is nowhere.")


def test_a_supplier_is_asked_sends_and_says_what_happened(at, office):
    request = wanted(office, way="direct", note="Hall of the village")
    office.rest.post(f"/requests/{request}/approval", {})
    page = at("/direct")
    press(page, "Plan a shipment")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Supplier").fill("Hewan Wholesale")
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name="Plan for requests: 1").click()
    expect(page).to_have_url(re.compile("/direct/C-"))
    press(page, "The supplier sent it")
    press(page, "Given")
    expect(page.get_by_text("Handed over")).to_be_visible()


def test_a_round_is_planned_and_called_off(at, office):
    sent(office, wanted(office, way="door"), n=1, way="door")
    page = at("/rounds")
    press(page, "Plan a round")
    dialog = page.get_by_role("dialog")
    choose(dialog, "Site", "Central")
    choose(dialog, "Courier", "wu")
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name=re.compile("Plan this round")).click()
    expect(dialog).to_have_count(0)
    page = at(f"/rounds/{office.rest.get('/rounds')['rows'][0]['id']}")
    press(page, "Cancel this round", sure="Cancel this round")
    expect(page.get_by_role("button", name="Cancel this round")).to_have_count(0)


def test_shelves_are_counted(at):
    page = at(f"/station?site={STATION}")
    press(page, "Count shelves")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Shelf").fill("A-2")
    dialog.get_by_role("button", name="Begin").click()
    dialog.get_by_role("button", name="Close the count").click()
    expect(dialog.get_by_text("closed", exact=True)).to_be_visible()


def test_who_may_fetch_is_written_down_gets_a_code_and_a_slip_and_a_person_is_erased(at, office):
    page = at("/helpline", "hana")
    page.get_by_role("textbox", name="Number or name").fill("0427")
    page.get_by_role("button", name="赵*英").click()
    expect(page.get_by_role("heading", name="赵秀英")).to_be_visible()
    page.keyboard.press("Alt+c")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill("石桥村8号")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    page.keyboard.press("Alt+p")
    for name in ("赵大山", "赵小山"):
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_role("button", name="Add", exact=True).click()
        expect(dialog.get_by_role("button", name=f"Take {name} away")).to_be_visible()
    dialog.get_by_role("button", name="Take 赵小山 away").click()
    expect(dialog.get_by_role("button", name="Take 赵小山 away")).to_have_count(0)
    page.keyboard.press("Escape")
    with page.expect_download():
        page.get_by_role("button", name="Slip in large print").first.click()
    shown = at(f"/station?site={STATION}", "sue")
    shown.get_by_role("button", name=re.compile("^Open A-2")).first.click()
    press(shown, "Give a code")
    press(shown, "Take back")
    expect(shown.get_by_role("button", name="Take back")).to_have_count(0)
    line = office.rest.get("/lines")["rows"][0]["id"]
    office.people["hana"].post("/recipients", {"line": line, "name": "周小明", "phone": "199 0000 0733"})
    page = at("/helpline", "hana")
    page.get_by_role("textbox", name="Number or name").fill("0733")
    page.get_by_role("button", name="周*明").click()
    press(page, "Erase", sure="Erase")


def test_a_help_line_is_opened_changed_and_closed(at):
    page = at("/helpline/lines")
    press(page, "Open a help-line")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Night line")
    dialog.get_by_label("Number").fill("0800 555 0101")
    choose(dialog, "Organisation", "Qingtan County")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    press(page, "Change Night line")
    dialog.get_by_label("Hours").fill("20-6")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("20-6")).to_be_visible()
    press(page, "Close Night line", sure="Close")
    expect(page.get_by_text("closed", exact=True)).to_be_visible()


def test_an_incident_is_typed_in_closed_and_opened_again(at):
    page = at("/incidents")
    press(page, "Type in")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What happened").fill("Landslide at Willow Slope")
    dialog.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("heading", name="Landslide at Willow Slope")).to_be_visible()
    press(page, "Close", sure="Close")
    press(page, "Open again")
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_visible()


def test_a_rate_is_changed(at):
    page = at("/incidents/rates")
    press(page, "Change")
    page.get_by_role("dialog").get_by_label("Lasts so many days").fill("3")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_place_is_added_and_taken_away_and_numbers_get_their_prefix(at):
    page = at("/catalogue/sites/wh-1")
    press(page, "Add a place")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Place", exact=True).fill("z99")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Remove z99").click()
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("button", name="Remove z99")).to_have_count(0)
    page = at("/settings")
    page.get_by_label("Company prefix").fill("9521235")
    press(page, "Save")
    expect(page.get_by_text("Saved")).to_be_visible()


def test_a_pick_list_is_finished(at, office):
    (pick, *_) = (row["id"] for row in office.rest.get("/picks")["rows"] if row["state"] == "open")
    page = at("/picks")
    press(page, f"Finish {pick}", sure="Finish")


def test_bytes_that_nobody_understood_are_saved(at):
    page = at("/quarantine")
    with page.expect_download() as saved:
        page.get_by_role("link", name=re.compile("Save the bytes")).or_(
            page.get_by_role("button", name=re.compile("Save the bytes"))
        ).first.click()
    assert b"no message" in saved.value.path().read_bytes()


def test_all_alerts_that_are_shown_are_acknowledged_at_once(at):
    page = at("/alerts")
    page.get_by_role("button", name=re.compile("^Acknowledge these")).click()
    page.get_by_role("dialog").get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
