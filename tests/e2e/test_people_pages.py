"""People and programs: who comes in, as what, by which badge and token, and who decided it."""

import re
from io import BytesIO

import httpx
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.support.printed import codes_on, from_pdf
from tests.support.two_organisations import EVIL, PASSWORD, day, row, saved


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


def test_a_supervisor_gives_a_badge_to_an_operator_and_to_nobody_above(at):
    page = at("/people", "sue")
    page.get_by_role("searchbox", name="Name", exact=True).fill("sue")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("button", name=re.compile("^Open "))).to_have_count(0)
    dialog = open_person(page, "olga")
    expect(dialog.get_by_role("button", name="Shut out")).to_have_count(0)
    dialog.get_by_role("button", name="Make a badge").click()
    dialog.get_by_role("button", name="Make the badge").click()
    expect(dialog.locator(".rr-command")).to_have_count(2)
    dialog.get_by_role("button", name="I have passed it on").click()
    expect(row(page, "olga")).to_contain_text("has one")


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


def test_the_menu_shows_only_what_the_role_may_see_and_a_forbidden_page_says_so(at):
    page = at("/people", user="rosa")
    expect(page.get_by_role("heading", name="Not for your role")).to_be_visible()
    menu = page.get_by_role("navigation", name="Main navigation")
    expect(menu.get_by_role("link", name="Needs")).to_be_visible()
    for hidden in ("People", "Import", "Print", "Quarantine"):
        expect(menu.get_by_role("link", name=hidden, exact=True)).to_have_count(0)
