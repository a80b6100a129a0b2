"""The terminal's page in a real browser: a real agent, the process that serves its page, keys as a scanner types."""

import json
import re
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.edge_ports import until
from tests.support.terminal_window import CODE, GOODS, LABEL, PARCEL, Station, Terminal
from wire.messages import Void

AXE = Path(__file__).parents[2] / "hub" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
FOUND = f"{RULES}.then((all) => all.violations.map((each) => each.id + ' ' + each.nodes[0].html))"
LINK_BROKE = re.compile(r"WebSocket connection|ERR_CONNECTION_REFUSED")
PAIRS = (("zh", "light", 360), ("zh", "dark", 1280), ("en", "light", 1280), ("en", "dark", 360))
"""Every pair of language, colours and width."""


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    with ExitStack() as stack:
        yield Station(tmp_path_factory.mktemp("station"), stack)


@pytest.fixture
def terminal(station, chrome):
    with Terminal(chrome, station.url) as opened:
        yield opened.enter()
        opened.press("Escape")
        assert not [each for each in opened.unexpected() if not LINK_BROKE.search(each)]
        assert not opened.abroad()


def test_a_label_that_a_scanner_types_is_stored_whole_on_a_slow_tablet_and_undone_by_key(station, terminal):
    terminal.slow(6)
    terminal.scan(LABEL)
    until(lambda: station.kept() and station.kept()[-1].labels == (LABEL,), "the scan")
    expect(terminal.verdict("stored")).to_contain_text("Blanket")
    expect(terminal.page.locator(".verdict .goods")).to_contain_text("lot LOT7")
    expect(terminal.rows().first).to_contain_text(r"\x1d10LOT7")
    expect(terminal.page.locator(".pill.pending")).to_contain_text("not at the hub yet")
    terminal.press("F9", "Enter")
    expect(terminal.page.locator(".rows li.undone")).to_have_count(1)
    until(lambda: isinstance(station.kept()[-1], Void), "the undo")


def test_the_worst_of_a_burst_stands_until_somebody_saw_it(station, terminal):
    before = len(station.kept())
    terminal.scan(f"{GOODS}10BURST-1", "RR:NO", f"{GOODS}10BURST-2")
    shown = terminal.verdict("refused")
    expect(terminal.page.locator(".since")).to_contain_text("Blanket, lot BURST-2")
    assert [each.labels[0] for each in station.kept()[before:]] == [f"{GOODS}10BURST-1", f"{GOODS}10BURST-2"]
    expect(shown).to_contain_text("RR:NO")
    terminal.press("Escape")
    terminal.verdict("stored")


@pytest.mark.soak
def test_a_scan_into_a_field_is_taken_out_of_it_and_a_torn_label_is_typed(station, terminal):
    terminal.press("F4")
    field = terminal.page.locator("#typing")
    field.press_sequentially("095", delay=100)
    terminal.scan(f"{GOODS}10INTO-A-FIELD")
    expect(field).to_have_value("095")
    until(lambda: station.kept()[-1].labels == (f"{GOODS}10INTO-A-FIELD",), "the scan")
    field.press_sequentially("01101530003", delay=60)
    terminal.press("Enter")
    expect(terminal.rows().first).to_contain_text("typed")
    assert station.kept()[-1].typed is True


def test_a_parcel_is_handed_over_by_keyboard_alone(station, terminal):
    terminal.scan("RR:DO:sight", f"RR:P:{PARCEL}")
    expect(terminal.rows().first).to_contain_text(PARCEL)
    terminal.page.locator(".doing").focus()
    terminal.press("Enter")
    collect = terminal.page.locator(".tile", has_text="Collect").last
    for _ in range(40):
        if collect.evaluate("(tile) => tile === document.activeElement"):
            break
        terminal.press("ArrowLeft")
    expect(collect).to_be_focused()
    terminal.press("Enter")
    expect(terminal.page.locator("[data-pad=code]")).to_be_visible()
    terminal.page.keyboard.type(CODE, delay=100)
    terminal.press("Enter")
    expect(terminal.page.locator(".acts .good")).to_contain_text("Hand over all 1")
    terminal.press("F10")
    terminal.verdict("stored")
    given = station.kept()[-1]
    assert given.proof is not None
    assert given.proof.checked is True
    shown = terminal.page.content()
    assert CODE not in shown
    terminal.scan("RR:RESET")


def test_a_count_that_the_hub_asked_for_is_a_tile_and_what_is_seen_is_said_of_its_task(station, terminal):
    terminal.page.locator(".doing").click()
    terminal.page.locator(".tile", has_text="Count A-2").click()
    expect(terminal.page.locator(".doing")).to_contain_text("Count A-2")
    terminal.scan(f"RR:P:{PARCEL}")
    terminal.verdict("stored")
    assert station.kept()[-1].task == "count:count-1"
    terminal.scan("RR:RESET")


@pytest.mark.soak
def test_an_agent_that_is_silent_is_told_nothing_shows_as_stored_and_the_page_comes_back(station, terminal):
    before = len(station.kept())
    station.agent.kill(signal.SIGSTOP)
    terminal.scan(f"{GOODS}10TOLD-TO-NOBODY")
    try:
        expect(terminal.page.locator("[data-banner=lost]")).to_be_visible()
        terminal.scan(f"{GOODS}10WHILE-AWAY")
        expect(terminal.verdict("lost")).to_contain_text("Scan it again")
    finally:
        station.agent.kill(signal.SIGCONT)
    expect(terminal.page.locator("[data-link=up]")).to_be_visible()
    expect(terminal.page.locator("[data-banner=lost]")).to_have_count(0)
    assert len(station.kept()) == before
    terminal.scan(f"{GOODS}10WHILE-AWAY")
    terminal.press("Escape", "Escape")
    terminal.verdict("stored")
    assert len(station.kept()) == before + 1


def test_practice_is_striped_says_so_and_keeps_nothing(station, terminal):
    before = len(station.kept())
    terminal.page.locator("button.menu").click()
    terminal.page.get_by_role("button", name="Practice", exact=True).click()
    terminal.page.get_by_role("button", name="Begin practice").click()
    expect(terminal.page.locator(".practising")).to_be_visible()
    terminal.scan(f"{GOODS}10CANARY-1")
    expect(terminal.verdict("stored")).to_contain_text("Practice: not kept")
    terminal.page.get_by_role("button", name="End practice").click()
    expect(terminal.page.locator(".practising")).to_have_count(0)
    assert len(station.kept()) == before


@pytest.mark.soak
def test_a_handheld_is_invited_with_a_code_to_scan(terminal):
    terminal.page.locator("button.menu").click()
    terminal.page.get_by_role("button", name="Handhelds").click()
    terminal.page.get_by_role("button", name="Pair a handheld").click()
    expect(terminal.page.locator(".qr svg[viewBox]")).to_be_visible()
    expect(terminal.page.locator(".invited")).to_contain_text("https://127.0.0.1")


def dress(terminal, language, scheme, width):
    terminal.page.set_viewport_size({"width": width, "height": 740})
    terminal.page.evaluate("(scheme) => { document.documentElement.dataset.scheme = scheme; }", scheme)
    if terminal.page.evaluate("document.documentElement.lang") != language:
        terminal.page.locator("button.menu").click()
        terminal.page.locator("dialog .menu-list button").first.click()
        terminal.press("Escape")


def test_no_view_has_a_fault_that_axe_finds_nor_is_wider_than_its_window(terminal):
    terminal.page.evaluate(AXE.read_text())
    terminal.scan(f"{GOODS}10AXE-1", "RR:NO")
    terminal.verdict("refused")
    faults = []
    for language, scheme, width in PAIRS:
        dress(terminal, language, scheme, width)
        where = f"{language} {scheme} {width}"
        faults += [f"{where}: {each}" for each in terminal.page.evaluate(FOUND)]
        assert terminal.overflow_at_rest_px() <= 0, where
    for key in ("F2", "F4", "F7", "F9"):
        terminal.press(key)
        faults += [f"{key}: {each}" for each in terminal.page.evaluate(FOUND)]
        terminal.press("Escape")
    assert not faults, json.dumps(faults, indent=1)
