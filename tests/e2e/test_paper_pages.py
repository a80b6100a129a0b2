"""Tables that are taken in and labels that are printed, by somebody in a browser."""

import re

from playwright.sync_api import expect

from tests.support.printed import codes_on, from_pdf
from tests.support.two_organisations import CASE, EVIL, saved


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
    page.goto(page.url.split("?")[0] + "?kind=item&size=100x50")
    page.get_by_role("combobox", name="Item").fill(f"]C101{CASE}10L-1")
    page.get_by_label("Expires on").fill("2027-12-31")
    page.get_by_label("Serial number").fill("S7")
    for square in (False, True):
        page.get_by_text("Square, for small goods" if square else "Bars (GS1-128)").click()
        page.locator("body").press("Escape")
        content, name = saved(page, page.get_by_role("button", name="Save the file").click)
        assert name == "item-labels.pdf"
        assert [text for image, _ in from_pdf(content) for _, text in codes_on(image)] == [
            f"01{CASE}1727123110L-1\x1d21S7"
        ]
    page.goto(page.url.split("?")[0] + "?kind=cards&format=zpl&size=148x210")
    content, name = saved(page, page.get_by_role("button", name="Save the file").click)
    assert (name, content[:3]) == ("command-cards.zpl", b"^XA")
