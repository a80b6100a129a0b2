"""Stock, deliveries, transfers, discrepancies and recalls, each action done by the person whose work it is."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import Screen
from tests.support.goods_world import BLANKET, PILLS, RICE, TENT, days, goods, goods_world, iso, until
from wire.actions import Action

HOSTILE = ('<script>alert("x")</script>', "\u202etxt.exe", "x" * 4000)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with goods_world(tmp_path_factory.mktemp("goods")) as made:
        scanner, rules = made.scanner, made.hub.rest.get("/alert-rules")
        quiet = {kind: {**rule, "on": False} for kind, rule in rules["kinds"].items()}
        made.hub.rest.put("/alert-rules", {"kinds": quiet, "stock": []})  # the notice of one lies over other buttons
        scanner.scan(goods(RICE, "R-1", days(20)), 240, owner="red-cross", by="olga")
        scanner.scan(goods(RICE, "R-2", days(400)), 1200, owner="caritas", to="place:wh-1/b02", by="olga")
        scanner.scan(goods(PILLS, "P-OLD", days(-3)), 80, owner="red-cross", to="place:st-1/c01")
        scanner.scan(goods(BLANKET, "B-1"), 60, to="place:wh-1/a02", by="olga")
        scanner.scan(goods(BLANKET, "B-2"), 25, to="place:wh-1/a02")
        for text in HOSTILE:
            scanner.scan(text, 2, owner="water-aid")
        yield made


@pytest.fixture(scope="module")
def windows(world, chrome):
    """Each person's window, opened once."""
    opened: dict[str, Screen] = {}
    yield opened
    for screen in opened.values():
        screen.close()


@pytest.fixture
def at(world, chrome, windows):
    """Takes somebody to a page by its address; at the end the browser has nothing to complain of."""

    def go(path, person) -> Screen:
        if person not in windows:
            windows[person] = Screen(chrome, world.hub.url)
            windows[person].context.add_cookies(world.cookies[person])
            windows[person].open(path)
        else:
            windows[person].page.evaluate("path => history.pushState(null, '', path)", path)
        windows[person].settled()
        return windows[person]

    yield go
    complaints = [each for screen in windows.values() for each in (*screen.unexpected(), *screen.abroad())]
    for screen in windows.values():
        screen.complaints.clear()
    assert not complaints


def choose(page, label, option):
    page.get_by_role("combobox", name=label).or_(page.get_by_label(label, exact=True)).first.click()
    page.get_by_role("option", name=option).first.click()


def row(page, *texts):
    found = page.get_by_role("row")
    for text in texts:
        found = found.filter(has_text=text)
    return found.first


def overflow_on_a_phone(screen):
    wide = screen.page.viewport_size
    screen.page.set_viewport_size({"width": 360, "height": 740})
    over = screen.overflow_at_rest_px()
    screen.page.set_viewport_size(wide)
    return over


def refused(screen, status):
    """The browser prints every answer that is no success: this one was meant to come."""
    screen.complaints = [each for each in screen.complaints if f"status of {status}" not in each]


def test_stock_is_found_by_owner_and_exported_as_it_is_filtered(at):
    screen = at("/stock", "sue")
    page = screen.page
    expect(row(page, "P-OLD")).to_contain_text("expired")
    choose(page, "Owner", "owner to be settled")
    expect(page).to_have_url(re.compile("owner=unassigned"))
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("details")).to_contain_text("85 pcs")
    page.get_by_role("button", name="Save or print").click()
    with page.expect_download() as downloading:
        page.get_by_role("menuitem", name="Text table (CSV)").click()
    text = downloading.value.path().read_text(encoding="utf-8-sig")
    assert {line["lot"] for line in csv.DictReader(io.StringIO(text))} == {"B-1", "B-2"}


def test_labels_of_strangers_are_shown_as_text_and_break_nothing(at):
    screen = at("/stock?owner=water-aid", "sue")
    expect(screen.page.locator("tbody tr")).to_have_count(len(HOSTILE))
    text = screen.page.locator("tbody").inner_text()
    assert HOSTILE[0] in text
    assert "‹202E›txt.exe" in text
    assert overflow_on_a_phone(screen) <= 0


def test_goods_change_their_owner_when_the_giver_approves(at):
    page = at("/stock?lot=R-2", "rita").page
    expect(page.get_by_text("No stock matches")).to_be_visible()
    screen = at("/stock?lot=R-2", "sue")
    row(screen.page, "R-2").get_by_role("button", name="What can be done").click()
    screen.page.get_by_role("menuitem", name="Ask for another owner").click()
    dialog = screen.page.get_by_role("dialog")
    choose(screen.page, "New owner", "Red Cross")
    dialog.get_by_label("Quantity").fill("200")
    dialog.get_by_role("button", name="Send the request").click()
    expect(dialog).to_be_hidden()
    giver = at("/transfers", "carl").page
    expect(giver.get_by_role("heading", name="You decide")).to_be_visible()
    giver.get_by_role("button", name="Approve").click()
    expect(giver.get_by_role("dialog")).to_contain_text("It cannot be undone")
    giver.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(giver.get_by_text("No request is waiting")).to_be_visible()
    expect(row(page, "R-2")).to_contain_text("200 bags")


def test_a_request_is_refused_with_a_reason_or_withdrawn_by_who_asked(at, world):
    wish = {"account": "place:wh-1/a01", "item": RICE, "lot": "R-1", "giver": "red-cross", "taker": "caritas"}
    for n in (11, 12):
        world.call("carl", "POST", "/transfers", {**wish, "n": n})
    giver = at("/transfers", "rita").page
    giver.get_by_role("listitem").filter(has_text="11 bags").get_by_role("button", name="Refuse").click()
    dialog = giver.get_by_role("dialog")
    dialog.get_by_role("button", name="Refuse").click()
    expect(dialog.get_by_text("Please give a reason")).to_be_visible()
    dialog.get_by_label("Reason").fill("we need them")
    dialog.get_by_role("button", name="Refuse").click()
    expect(dialog).to_be_hidden()
    asker = at("/transfers", "carl").page
    expect(asker.get_by_role("button", name="Approve")).to_have_count(0)
    asker.get_by_role("listitem").filter(has_text="12 bags").get_by_role("button", name="Withdraw").click()
    asker.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(asker.get_by_text("No request is waiting")).to_be_visible()
    asker.get_by_role("link", name="Refused").click()
    expect(asker.locator("main")).to_contain_text("we need them")


def test_a_delivery_is_announced_changed_received_and_closed_with_a_reason(at, world):
    staff = at("/deliveries", "rita").page
    staff.get_by_role("link", name="Announce a delivery").click()
    choose(staff, "Site", "Warehouse East")
    staff.get_by_label("Expected on").fill(iso(2))
    staff.get_by_label("Number on its papers").fill("D-7")
    staff.get_by_role("combobox", name="Item").fill(f"]d201{TENT}10T-9")
    expect(staff.get_by_label("Lot")).to_have_value("T-9")
    staff.get_by_role("button", name="Announce a delivery").click()
    expect(staff.get_by_role("alert")).to_contain_text("Each line needs goods and a quantity")
    staff.get_by_label("Quantity").fill("20")
    staff.get_by_role("button", name="Announce a delivery").click()
    expect(staff.get_by_role("heading", name="Delivery D-7")).to_be_visible()
    staff.get_by_role("link", name="Change").click()
    staff.get_by_label("Quantity").fill("24")
    staff.get_by_role("button", name="Save").click()
    expect(staff.locator("tbody")).to_contain_text("24 yet to come")
    expect(staff.get_by_role("button", name="Close")).to_have_count(0)
    world.scanner.scan(goods(TENT, "T-9"), 22, task="delivery:D-7", by="olga")
    operator = at("/deliveries/D-7", "olga").page
    expect(operator.get_by_role("region", name="Who received")).to_contain_text("olga")
    operator.get_by_role("button", name="Close").click()
    dialog = operator.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("2 torn, sent back")
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(dialog).to_be_hidden()
    expect(operator.locator("tbody")).to_contain_text("2 missing")
    expect(operator.locator("main")).to_contain_text("2 torn, sent back")


def test_a_delivery_that_will_not_come_is_cancelled_and_found_by_its_state(at, world):
    world.call(
        "sue", "POST", "/deliveries",
        {"id": "D-8", "owner": "caritas", "site": "st-1", "expected": iso(-2), "lines": [{"item": RICE, "n": 5}]},
    )  # fmt: skip
    page = at("/deliveries?site=st-1", "carl").page
    expect(row(page, "D-8")).to_contain_text("late")
    page.get_by_role("link", name="D-8").click()
    page.get_by_role("button", name="Cancel the delivery").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the delivery").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("link", name="Deliveries").last.click()
    choose(page, "State", "Cancelled")
    expect(row(page, "D-8")).to_contain_text("cancelled")


def test_who_counted_may_not_approve_and_another_person_does(at, world):
    world.scanner.count(goods(RICE, "R-1", days(20)), 236, owner="red-cross", by="sue")
    screen = at("/discrepancies?kind=count-difference", "sue")
    page = screen.page
    page.get_by_role("link", name="236 were counted").click()
    expect(page.get_by_role("region", name="One story")).to_contain_text("236 bags")
    expect(page.get_by_role("region", name="The other story")).to_contain_text("240 bags")
    page.get_by_role("button", name="It is as it is").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("looked twice")
    dialog.get_by_role("button", name="It is as it is").click()
    expect(dialog.get_by_role("alert")).to_contain_text("You counted this yourself")
    refused(screen, 403)
    other = at(page.url.removeprefix(screen.base), "admin").page
    other.get_by_role("button", name="It is as it is").click()
    other.get_by_role("dialog").get_by_label("Reason").fill("seen by me too")
    other.get_by_role("dialog").get_by_role("button", name="It is as it is").click()
    expect(other.get_by_role("dialog")).to_be_hidden()
    dialog.get_by_role("button", name="Back").click()
    expect(page.get_by_text("It has cleared")).to_be_visible()
    page.get_by_role("link", name="Discrepancies").last.click()
    refused(screen, 404)
    other.get_by_role("link", name="Settled", exact=True).click()
    other.get_by_role("searchbox").fill("SEEN admin")
    expect(row(other, "Count differs")).to_contain_text("seen by me too")


def test_what_nobody_scanned_is_added_and_a_wrong_scan_is_undone(at, world):
    scanner = world.scanner
    for lot, n in (("M-1", 5), ("M-2", 7)):
        scanner.scan(goods(TENT, lot), n, do=Action.MOVE, source="place:st-1", to="transit:van-2", owner="caritas")
    page = at("/discrepancies?kind=negative", "sue").page
    choose(page, "Order", "Largest first")
    page.get_by_role("searchbox").fill("more M-")
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("row").nth(1)).to_contain_text("7 more went out than came in")
    page.get_by_role("link", name="5 more went out than came in").click()
    page.get_by_role("button", name="Add what nobody scanned").click()
    dialog = page.get_by_role("dialog")
    choose(page, "Where from", "Donor")
    dialog.get_by_label("Reason").fill("arrived in the night")
    dialog.get_by_role("button", name="Add what nobody scanned").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="7 more went out than came in").click()
    page.get_by_role("button", name="Undo a wrong scan").click()
    dialog.get_by_label("Reason").fill("wrong van")
    dialog.get_by_role("button", name="Undo a wrong scan").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("more went out than came in")).to_have_count(0)
    stock = {one["lot"]: one["quantity"] for one in world.hub.rest.rows("/stock", account="transit:van-2")}
    assert stock == {"M-1": 5}


def test_owners_of_several_scans_are_settled_at_once_and_an_auditor_only_looks(at, world):
    for lot in ("B-3", "B-4"):
        world.scanner.scan(goods(BLANKET, lot), 5, to="place:st-1/d01", by="olga")
    auditor = at("/discrepancies/owners?site=st-1", "audrey").page
    expect(row(auditor, "B-3")).to_be_visible()
    expect(auditor.get_by_role("checkbox")).to_have_count(0)
    page = at("/discrepancies/owners?site=st-1", "sue").page
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Say the owner of 2").click()
    choose(page, "Owner", "Caritas")
    page.get_by_role("dialog").get_by_label("Reason").fill("the labels say so")
    page.get_by_role("dialog").get_by_role("button", name="Settle the owner").click()
    expect(page.get_by_text("Every owner is known")).to_be_visible()
    owners = {one["owner"] for one in world.hub.rest.rows("/stock", account="place:st-1/d01")}
    assert owners == {"caritas"}


def test_a_lot_is_recalled_with_a_reason_and_says_where_it_is(at, world):
    scanner = world.scanner
    scanner.scan(goods(PILLS, "P-7"), 50, owner="caritas", by="olga")
    scanner.scan(goods(PILLS, "P-7"), 8, do=Action.HAND_OVER, source="place:wh-1/a01", owner="caritas", by="olga")
    operator = at(f"/recall?item=gtin:{PILLS}&lot=P-7", "olga").page
    expect(operator.get_by_role("button", name="Recall this lot")).to_have_count(0)
    page = at("/recall", "sue").page
    page.get_by_role("combobox", name="Item").fill(f"01{PILLS}10P-7")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main")).to_contain_text("42 boxes")
    page.get_by_role("button", name="Recall this lot").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("maker's notice 7")
    page.get_by_role("dialog").get_by_role("button", name="Recall this lot").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("recalled")
    page.get_by_role("button", name="Release for use").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("it was another lot")
    page.get_by_role("dialog").get_by_role("button", name="Release for use").click()
    until("the release", lambda: page.get_by_text("nothing against it").count())


@pytest.mark.soak
def test_no_page_of_goods_is_wider_than_a_phone_in_either_language(at, world):
    line = {"item": TENT, "lot": "T-8", "n": 20}
    announced = {"id": "D-30", "site": "wh-1", "owner": "red-cross", "expected": iso(2), "lines": [line]}
    world.hub.rest.post("/deliveries", announced)
    too_wide = []
    for path in ("/deliveries/new", "/deliveries/D-30", "/transfers?view=all", "/discrepancies/settled",
                 f"/recall?item=gtin:{PILLS}&lot=P-7"):  # fmt: skip
        screen = at(path, "sue")
        for other in ("切换到中文", "Switch to English"):
            if (over := overflow_on_a_phone(screen)) > 0:
                too_wide.append((path, over))
            screen.page.get_by_role("button", name=other).click()
    assert not too_wide


def test_who_may_not_see_a_page_has_no_way_there_and_is_told_so(at):
    screen = at("/transfers", "olga")
    expect(screen.page.get_by_role("heading", name="Not for your role")).to_be_visible()
    expect(screen.page.get_by_role("link", name="Transfers")).to_have_count(0)
    refused(screen, 403)
