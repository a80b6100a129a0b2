"""People, needs, room, imports and printing: every action that the pages offer, done by somebody in a browser."""

import re
import urllib.parse
from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from hub.api.door import COOKIE
from tests.support.browser import Screen
from tests.support.printed import codes_on, from_pdf

GTIN, CASE = "09501101530003", "19501101530000"
EVIL = """<img src=x onerror="document.title='ran'"> '; DROP TABLE user; --"""
PLANNED = (
    "/people",
    "/people/programs",
    "/people/log",
    "/needs",
    "/picks",
    "/needs/lending",
    "/space",
    "/space/capacities",
    "/import",
    "/print",
)
PASSWORD = "kettle lamp river stone"
PEOPLE = (("paul", "admin", None), ("rosa", "staff", "red"), ("olga", "operator", None), ("bea", "staff", "blue"))


def day(after: int) -> str:
    """A day so many after today, as a page's field takes it."""
    return (datetime.now(UTC) + timedelta(days=after)).date().isoformat()


def bring_in(hub, kind, table):
    """Import a table as a program does."""
    query = urllib.parse.urlencode({"kind": kind, "dry_run": "false"})
    headers = {"Authorization": f"Bearer {hub.rest.token}", "Content-Type": "text/csv"}
    answer = httpx.post(
        f"{hub.url}/api/v1/imports?{query}", content=table.encode(), headers=headers, trust_env=False, timeout=30
    )
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="package")
def people(scene):
    """Two organisations with goods of one of them at wh-1, and staff of the other; the cookies of each person."""
    hub = scene.hub
    hub.rest.put("/organisations", [{"id": id_, "name": id_.title()} for id_ in ("red", "blue")])
    bring_in(hub, "bins", "site,code\nwh-1,p01\nwh-1,p02\n")
    bring_in(hub, "catalogue", f"gtin,name,unit\n{GTIN},Plan water,bottle\n")
    bring_in(
        hub, "stock",
        "site,bin,gtin,lot,expiry,owner,quantity\n"
        f"wh-1,p01,{GTIN},LATER,2029-01-31,blue,100\nwh-1,p02,{GTIN},SOONER,2028-01-31,blue,30\n",
    )  # fmt: skip
    found = {}
    for name, role, organisation in PEOPLE:
        sent = {"name": name, "role": role, "organisation": organisation}
        code = hub.rest.post("/users", sent)["link"]["code"]
        hub.rest.post("/welcome", {"code": code, "password": PASSWORD})
        answer = httpx.post(f"{hub.url}/api/v1/session", json={"user": name, "password": PASSWORD}, trust_env=False)
        found[name] = [{"name": COOKIE, "value": answer.cookies[COOKIE], "url": hub.url}]
    return found


@pytest.fixture
def at(scene, chrome, people):
    """Opens a page as somebody; at the end the browser has nothing to complain of but refusals that were wanted."""
    screens = []

    def open_(path, user="paul", **how):
        screen = Screen(chrome, scene.hub.url, **how)
        screens.append(screen)
        screen.context.add_cookies(people[user])
        screen.open(path)
        screen.settled()
        return screen.page

    yield open_
    complaints = [each for screen in screens for each in (*screen.unexpected(), *screen.abroad())]
    for screen in screens:
        screen.close()
    assert [each for each in complaints if not re.search(r"status of (403|409|422)", each)] == []


def pick(scope, label, option):
    """Choose in a list that narrows while one types."""
    field = scope.get_by_role("combobox", name=label, exact=True)
    field.fill(option)
    field.page.get_by_role("option", name=re.compile(re.escape(option))).first.click()


def row(page, text):
    return page.get_by_role("row").filter(has_text=text)


def saved(page, press):
    """The bytes and the name of the file that a press makes the browser save."""
    with page.expect_download() as download:
        press()
    return download.value.path().read_bytes(), download.value.suggested_filename


def test_somebody_is_invited_by_a_link_that_is_shown_once_and_opens_by_its_qr_code_too(at, scene):
    page = at("/people")
    page.get_by_role("button", name="Invite somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("User name").fill("a/b")
    dialog.get_by_role("button", name="Make the link").click()
    expect(dialog.get_by_role("alert")).to_contain_text("name")
    dialog.get_by_label("User name").fill("gwen")
    dialog.get_by_label("Full name").fill(EVIL)
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.locator(".rr-command").inner_text()
    pixels = Image.open(BytesIO(dialog.locator(".rr-qr img").screenshot()))
    assert [each.text for each in zxingcpp.read_barcodes(pixels)] == [link]
    dialog.get_by_role("button", name="I have passed it on").click()
    entry = row(page, "gwen")
    expect(entry).to_contain_text(EVIL)
    expect(entry).to_contain_text("invited")
    expect(page.locator("main img, [onerror]")).to_have_count(0)
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("status")).to_contain_text("gwen, your password is set")


def open_person(page, name):
    page.get_by_role("searchbox", name="Name", exact=True).fill(name)
    expect(page).to_have_url(re.compile(f"text={name}"))
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name=f"Open {name}").click()
    return page.get_by_role("dialog")


def test_a_role_is_changed_a_password_reset_a_badge_made_and_taken_and_somebody_shut_out_and_let_in(at):
    page = at("/people")
    dialog = open_person(page, "olga")
    dialog.get_by_role("combobox", name="Role", exact=True).click()
    page.get_by_role("option", name="Station clerk").click()
    dialog.get_by_role("button", name="Save").click()
    expect(row(page, "olga")).to_contain_text("Station clerk")
    dialog.get_by_role("button", name="Reset the password").click()
    expect(dialog.locator(".rr-command")).to_contain_text("/welcome#")
    dialog.get_by_role("button", name="I have passed it on").click()
    dialog.get_by_role("button", name="Make a badge").click()
    dialog.get_by_label("PIN of their own choice").fill("1234")
    dialog.get_by_role("button", name="Make the badge").click()
    expect(dialog.get_by_role("alert")).to_contain_text("too easy to guess")
    dialog.get_by_label("PIN of their own choice").fill("")
    dialog.get_by_role("button", name="Make the badge").click()
    expect(dialog.locator(".rr-command")).to_have_count(2)
    badge, pin = dialog.locator(".rr-command").all_inner_texts()
    assert re.fullmatch(r"\d{4,8}", pin)
    content, name = saved(page, dialog.get_by_role("button", name="Badge label (PDF)").click)
    assert name == "badge-olga.pdf"
    assert badge.split("*")[0] in {text for _, text in codes_on(from_pdf(content)[0][0])}
    dialog.get_by_role("button", name="I have passed it on").click()
    expect(row(page, "olga")).to_contain_text("has one")
    dialog.get_by_role("button", name="Take the badge away").click()
    expect(dialog.get_by_role("button", name="Back")).to_be_focused()
    dialog.get_by_role("button", name="Take the badge away").click()
    expect(row(page, "olga")).to_contain_text("none")
    for button, state in (("Shut out", "shut out"), ("Let in again", "active")):
        dialog.get_by_role("button", name=button).click()
        dialog.get_by_role("group").get_by_role("button", name=button).click()
        expect(row(page, "olga")).to_contain_text(state)


def test_a_program_gets_a_token_that_is_shown_once_and_ends_when_it_is_revoked(at, scene):
    page = at("/people/programs")
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("nightly")
    dialog.get_by_role("button", name="Make the token").click()
    token = dialog.locator(".rr-command").inner_text()
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{scene.hub.url}/api/v1/tokens", headers=headers, trust_env=False).status_code == 200
    dialog.get_by_role("button", name="I have passed it on").click()
    page.get_by_role("button", name="Revoke nightly").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row(page, "nightly")).to_have_count(0)
    assert httpx.get(f"{scene.hub.url}/api/v1/tokens", headers=headers, trust_env=False).status_code == 401


def test_the_log_says_who_decided_what_and_is_filtered_by_its_address(at):
    page = at("/people/log?what=bea&action=user-added")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row").nth(1)).to_contain_text("Person added")
    expect(page.get_by_role("row").nth(1)).to_contain_text("staff of blue")
    page.get_by_label("From").fill(day(2))
    expect(page.get_by_role("heading", name="Nothing was decided")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("row").nth(3)).to_be_visible()


def test_a_need_is_covered_from_lent_lots_first_expired_first_and_goes_to_a_pick_list(at):
    """By keyboard alone where goods are reserved."""
    page = at("/needs", user="rosa")
    page.get_by_role("button", name="New need").click()
    dialog = page.get_by_role("dialog")
    pick(dialog, "Item", "Plan water")
    dialog.get_by_label("Quantity").fill("50")
    dialog.get_by_label("Needed by").fill(day(20))
    pick(dialog, "To", "Station")
    dialog.get_by_label("Note").fill(EVIL)
    dialog.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_role("heading", name="50 bottles · Plan water")).to_be_visible()
    expect(page.get_by_text(EVIL)).to_be_visible()
    expect(page.get_by_role("heading", name="No lot can be given")).to_be_visible()
    need = page.url

    owner = at("/needs/lending", user="bea")
    owner.get_by_role("button", name="Lend goods").click()
    owner.get_by_role("dialog").get_by_role("button", name="Lend", exact=True).click()
    expect(row(owner, "Anyone")).to_contain_text("All goods")

    lots = page.get_by_role("table", name="Lots that may be given").get_by_role("row")
    expect(lots.nth(1)).to_contain_text("SOONER")
    expect(lots.nth(2)).to_contain_text("LATER")
    for lot in ("SOONER", "LATER"):
        button = page.get_by_role("button", name=f"Reserve {lot}")
        button.focus()
        page.keyboard.press("Enter")
        field = page.get_by_role("dialog").get_by_label(re.compile("How many"))
        expect(field).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".rr-progress").first).to_contain_text("covered 50 of 50 bottles")

    kept = page.get_by_role("table", name="Kept for it").get_by_role("row")
    expect(kept.filter(has_text="SOONER")).to_contain_text("30")
    expect(kept.filter(has_text="LATER")).to_contain_text("20")
    expect(kept.filter(has_text="LATER")).to_contain_text("left")
    kept.filter(has_text="LATER").get_by_role("button", name="Give back").click()
    page.get_by_role("dialog").get_by_role("button", name="Give back").click()
    expect(page.locator(".rr-progress").first).to_contain_text("partly covered 30 of 50")
    kept.filter(has_text="SOONER").get_by_role("button", name="To pick list").click()
    page.get_by_role("link", name=re.compile("Pick list P")).click()
    entry = page.get_by_role("list", name="Pick lists").get_by_role("listitem")
    expect(entry).to_contain_text("0 of 30 fetched")
    expect(entry.get_by_role("table")).to_contain_text("P02")
    entry.get_by_role("button", name=re.compile("Cancel P")).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel", exact=True).click()
    expect(entry).to_contain_text("cancelled")
    page.goto(need)
    page.get_by_role("button", name="Cancel the need").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the need").click()
    expect(page.locator(".rr-progress").first).to_contain_text("cancelled")
    page.goto(need.rpartition("/")[0] + "?state=cancelled")
    expect(page.get_by_role("link", name="50 bottles · Plan water")).to_be_visible()
    owner.get_by_role("button", name="End", exact=True).click()
    owner.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()
    expect(row(owner, "Anyone")).to_contain_text("ended")


def test_more_than_is_free_is_refused_with_the_hubs_own_words(at):
    page = at("/needs", user="bea")
    page.get_by_role("button", name="New need").click()
    dialog = page.get_by_role("dialog")
    pick(dialog, "Item", "Plan water")
    dialog.get_by_label("Quantity").fill("500")
    dialog.get_by_label("Needed by").fill(day(20))
    pick(dialog, "To", "Station")
    dialog.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Not to be had now: 370 bottles")).to_be_visible()
    page.get_by_role("button", name="Reserve SOONER").click()
    page.get_by_role("dialog").get_by_label(re.compile("How many")).fill("31")
    page.get_by_role("dialog").get_by_role("button", name="Reserve").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("30")


def ask_for_room(page, amount, first, last):
    page.get_by_role("button", name="Ask for room").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("How much (pallet places)").fill(str(amount))
    dialog.get_by_label("Last day").fill(day(first - 1))
    dialog.get_by_label("First day").fill(day(first))
    expect(dialog.get_by_text("The last day is before the first.")).to_be_visible()
    dialog.get_by_label("Last day").fill(day(last))
    dialog.get_by_role("button", name="Ask for room").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_room_is_entered_asked_for_approved_put_on_the_waiting_list_refused_and_given_back(at):
    page = at("/space/capacities")
    page.get_by_role("button", name="Enter room").click()
    dialog = page.get_by_role("dialog")
    pick(dialog, "Site", "Central")
    dialog.get_by_label("How much (pallet places)").fill("10")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("table", name="Capacities")).to_contain_text("10 pallet places")

    staff = {user: at("/space", user=user) for user in ("rosa", "bea")}
    ask_for_room(staff["rosa"], 8, 3, 5)
    ask_for_room(staff["bea"], 4, 5, 6)
    expect(staff["bea"].get_by_role("table", name="Requests and bookings")).not_to_contain_text("Red")

    page.goto(page.url.replace("/capacities", ""))
    bookings = page.get_by_role("table", name="Requests and bookings").get_by_role("row")
    red, blue = bookings.filter(has_text="8 pallet places"), bookings.filter(has_text="4 pallet places")
    red.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(red).to_contain_text("approved")
    blue.get_by_role("button", name="Approve").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Approve").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_role("button", name="Put on the waiting list").click()
    expect(blue).to_contain_text("on the waiting list")
    full = page.get_by_role("list", name="Free room by day").get_by_role("listitem").nth(4)
    expect(full).to_contain_text("2 free")

    row(staff["rosa"], "8 pallet places").get_by_role("button", name="Give back").click()
    staff["rosa"].get_by_role("dialog").get_by_role("button", name="Give back").click()
    expect(staff["rosa"].get_by_role("dialog")).to_have_count(0)
    expect(blue).to_contain_text("approved")

    ask_for_room(staff["rosa"], 9, 30, 31)
    last = bookings.filter(has_text="9 pallet places")
    last.get_by_role("button", name="Refuse").click()
    page.get_by_role("dialog").get_by_label("Why not").fill(EVIL)
    page.get_by_role("dialog").get_by_role("button", name="Refuse").click()
    expect(last).to_contain_text(EVIL)
    ask_for_room(staff["rosa"], 7, 30, 31)
    # What was refused may stand on her page as asked for a moment longer, with a button of its own.
    row(staff["rosa"], "7 pallet places").get_by_role("button", name="Withdraw").click()
    staff["rosa"].get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(staff["rosa"].get_by_role("dialog")).to_have_count(0)
    expect(bookings.filter(has_text="7 pallet places")).to_contain_text("withdrawn")


def choose_file(page, table):
    page.locator("input[type=file]").set_input_files(
        {"name": "goods.csv", "mimeType": "text/csv", "buffer": table.encode("gb18030")}
    )


def test_a_table_is_tried_its_faults_named_by_row_and_column_and_then_taken_in_whole(at):
    page = at("/import?kind=catalogue")
    with page.expect_download() as template:
        page.get_by_role("link", name="Template (CSV)").click()
    assert template.value.suggested_filename == "catalogue.csv"
    choose_file(page, f"条码,英文名,中文名\n6.9E+12,Tea,茶\n{CASE},{EVIL.replace(',', ' ')},水\n")
    faults = page.get_by_role("table", name="Faults by row").get_by_role("row")
    expect(faults).to_have_count(2)
    expect(faults.nth(1)).to_contain_text("6.9E+12")
    expect(page.get_by_role("button", name=re.compile("^Import"))).to_have_count(0)
    choose_file(page, f"条码,英文名,中文名\n{CASE},<b>Tea</b>,茶\n")
    expect(page.get_by_role("table", name="What changes")).to_contain_text("<b>Tea</b>")
    expect(page.get_by_text("Nothing is taken in yet.")).to_be_visible()
    page.get_by_role("button", name="Import 1").click()
    expect(page.get_by_role("heading", name="Import a table")).to_be_visible()
    expect(page.get_by_text("It counts from now on.")).to_be_visible()
    page.get_by_role("combobox", name="What it holds").click()
    page.get_by_role("option", name="Sites").click()
    page.get_by_role("combobox", name="Coordinates are in").click()
    page.get_by_role("option", name="GCJ-02").click()
    expect(page).to_have_url(re.compile("datum=GCJ-02"))


def test_labels_for_places_and_command_cards_are_saved_and_can_be_read(at):
    page = at("/print?kind=place&site=wh-1")
    page.get_by_role("button", name="Choose all").click()
    expect(page.get_by_role("status").filter(has_text="Labels:")).to_contain_text("Labels: 2, 100 × 50 mm")
    content, name = saved(page, page.get_by_role("button", name="Save the file").click)
    assert name == "place-labels.pdf"
    read = {text for image, _ in from_pdf(content) for _, text in codes_on(image)}
    assert read == {"RR:L:wh-1/p01", "RR:L:wh-1/p02"}
    page.goto(page.url.split("?")[0] + "?kind=cards&format=zpl&size=148x210")
    content, name = saved(page, page.get_by_role("button", name="Save the file").click)
    assert (name, content[:3]) == ("command-cards.zpl", b"^XA")


def test_the_menu_shows_only_what_the_role_may_see_and_a_forbidden_page_says_so(at):
    page = at("/people", user="rosa")
    expect(page.get_by_role("heading", name="Not for your role")).to_be_visible()
    menu = page.get_by_role("navigation", name="Main navigation")
    expect(menu.get_by_role("link", name="Needs")).to_be_visible()
    for hidden in ("People", "Import", "Print", "Quarantine"):
        expect(menu.get_by_role("link", name=hidden, exact=True)).to_have_count(0)


def test_no_page_of_planning_is_wider_than_a_phone_in_either_language(at):
    page = at("/people", width=360, height=740)
    wide = []
    for other in ("切换到中文", "Switch to English"):
        for path in PLANNED:
            page.evaluate("path => history.pushState(null, '', path)", path)
            expect(page.locator("[aria-busy=true], .mantine-Skeleton-root, .mantine-Loader-root")).to_have_count(0)
            expect(page.locator("h1")).to_be_visible()
            if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
                wide.append((path, other))
        page.get_by_role("button", name=other).click()
    assert wide == []
