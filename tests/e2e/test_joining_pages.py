"""Devices are let in and thrown out on the dashboard of a hub that listens: by code, QR code and a clear question."""

import re
import sqlite3
import time
from contextlib import closing

import cv2
import httpx
import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import expect

from deploy.newcomer import Newcomer
from deploy.stack import Hub
from hub.api.door import COOKIE
from tests.support.browser import Screen
from tests.support.hub_process import cli_json
from tests.support.mqtt import Client, until
from wire.joining import parse_invitation

SIZES = ({"width": 1280, "height": 860}, {"width": 360, "height": 740})
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with Hub(tmp_path_factory.mktemp("listening") / "hub", listen=True) as started:
        yield started


@pytest.fixture(scope="module")
def people(hub):
    """The cookies of an administrator and an auditor."""
    found = {}
    for person in ("admin", "auditor"):
        password = cli_json("user", "add", person, "--role", person, data=hub.data)["password"]
        answer = httpx.post(f"{hub.url}/api/v1/session", json={"user": person, "password": password}, trust_env=False)
        found[person] = [{"name": COOKIE, "value": answer.cookies[COOKIE], "url": hub.url}]
    return found


@pytest.fixture
def devices(hub, chrome, people):
    """Opens the devices page as somebody; at the end the browser has nothing to complain of."""
    screens = []

    def open_(user="admin", **how):
        screen = Screen(chrome, hub.url, **how)
        screens.append(screen)
        screen.context.add_cookies(people[user])
        screen.open("/devices")
        screen.settled()
        return screen

    yield open_
    complaints = [each for screen in screens for each in (*screen.unexpected(), *screen.abroad())]
    for screen in screens:
        screen.close()
    assert not complaints


def invite(page, name):
    """The dialog with a fresh code."""
    page.get_by_role("button", name="Add device").first.click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make a code").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".rr-code")).to_be_visible()
    return dialog


def code_for(hub, name):
    """A code that an administrator got elsewhere."""
    return cli_json("device", "invite", name, data=hub.data)["code"]


def joined(hub, code):
    device = Newcomer()
    device.join(hub.https_port, code)
    return device


def read(screen):
    """What a scanner reads from the screen, wherever the QR code stands on it."""
    pixels = cv2.imdecode(np.frombuffer(screen.page.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    return [each.text for each in zxingcpp.read_barcodes(pixels)]


def test_a_code_from_the_dashboard_lets_a_device_in_and_the_dialog_says_so_by_itself(hub, devices, tmp_path):
    screen = devices()
    page = screen.page
    dialog = invite(page, "wh1-scanner-1")
    code = dialog.locator(".rr-code").inner_text().replace("\n", "")
    expect(dialog.locator(".rr-command")).to_have_text(f"relay-edge join 127.0.0.1:{hub.https_port} {code}")
    expect(dialog.get_by_role("timer")).to_have_text(re.compile(r"^(1:00:00|59:\d\d) left$"))
    expect(dialog.get_by_role("status")).to_have_text("Waiting for the device")
    device = joined(hub, code)
    expect(dialog.get_by_role("status")).to_contain_text("wh1-scanner-1 has joined")
    dialog.get_by_role("button", name="Close").last.click()
    row = page.get_by_role("row").filter(has_text="wh1-scanner-1")
    expect(row).to_contain_text(re.compile(r"Certificate until \d+ \w+ \d{4}"))
    client = Client(hub.mqtts_port, tls=device.context(tmp_path))
    client.close()


@pytest.mark.soak
def test_the_qr_code_can_be_scanned_from_a_bright_and_a_dark_page_wide_and_narrow(devices):
    for language in ("en", "zh"):
        screen = devices(language=language)
        page = screen.page
        page.get_by_role("button", name=re.compile("^(Add device|添加设备)$")).first.click()
        page.locator("form input[type=text], form input:not([type=radio])").last.fill("van-1")
        page.keyboard.press("Enter")
        picture = page.locator(".rr-qr img")
        expect(picture).to_be_visible()
        code = page.locator(".rr-code").inner_text().replace("\n", "")
        for size in SIZES:
            page.set_viewport_size(size)
            assert screen.overflow_at_rest_px() <= 0
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                picture.scroll_into_view_if_needed()
                (text,) = read(screen)
                assert str(parse_invitation(text).code) == code


def test_a_newer_code_ends_the_one_on_the_screen_which_says_so(hub, devices):
    dialog = invite(devices().page, "van-2")
    joined(hub, code_for(hub, "van-2"))
    expect(dialog.get_by_role("status")).to_contain_text("does not count any more")
    dialog.get_by_role("button", name="New code").click()
    expect(dialog.locator(".rr-code")).to_be_visible()
    expect(dialog).to_contain_text("There is a device van-2 already")


def test_a_revoked_device_is_cut_off_after_a_question_that_says_what_happens(hub, devices, tmp_path):
    device = joined(hub, code_for(hub, "van-3"))
    client = Client(hub.mqtts_port, tls=device.context(tmp_path))
    page = devices().page
    page.get_by_role("button", name="Access of van-3").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="New code")).to_be_visible()
    dialog.get_by_role("button", name="Revoke").focus()
    page.keyboard.press("Enter")
    question = dialog.get_by_role("group", name="Throw van-3 out?")
    expect(question.get_by_role("listitem")).to_have_count(3)
    expect(question).to_contain_text("ends within seconds")
    expect(question.get_by_role("button", name="Back")).to_be_focused()
    assert not client.gone
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("van-3 is out")
    until(lambda: client.gone, "the connection ends", 5)
    page.keyboard.press("Escape")
    expect(page.get_by_role("row").filter(has_text="van-3")).to_have_count(0)


def test_a_certificate_that_ends_soon_or_has_ended_is_marked(hub, devices):
    now = time.time_ns() // 1_000_000
    for name, days in (("van-4", 20), ("van-5", -1)):
        joined(hub, code_for(hub, name))
        with closing(sqlite3.connect(hub.data / "hub.db", timeout=30)) as connection, connection:
            connection.execute(
                "UPDATE certificate SET not_before = 0, not_after = ?"
                " WHERE device_id = (SELECT id FROM device WHERE name = ?)",
                (now + days * DAY_MS, name),
            )
    page = devices("auditor").page
    for name, word in (("van-4", "Certificate ends"), ("van-5", "Certificate ended")):
        row = page.get_by_role("row").filter(has_text=name)
        expect(row.locator(".rr-tag").filter(has_text=re.compile(f"^{word} "))).to_be_visible()
    expect(page.get_by_role("button", name="Access of van-4")).to_have_count(0)
