"""The recipient's page: what it tells by number and code, what it never tells, and how it bears guessing."""

import re
import sqlite3

import pytest

from hub import collecting
from hub.admission import network
from hub.api.asking import ALL_CODES, CODES, NUMBERS, STATION_CODES, Asking, Rest
from hub.api.routes.parcel_page import left_s
from tests.support.hubweb import Clock, serving
from tests.support.parcels_world import NAME, PHONE, put_parcel, put_recipient, put_sites
from wire.collecting import code_of

READY, GIVEN, OLD = "st-1.AAAAA1", "st-1.AAAAA2", "st-1.AAAAA3"
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("hub"), clock=Clock()) as server:
        with server.database.write() as connection:
            put_sites(connection, "wh-1", kind="warehouse")
            put_sites(connection, "st-1", hours="Mo-Sa 9-18", zone="Asia/Shanghai")
            vault, now = server.services.vault, server.clock.now
            who = put_recipient(connection, vault=vault)
            put_parcel(connection, READY, recipient=who, until=20261201)
            put_parcel(connection, GIVEN, recipient=who, state="handed-over")
            put_parcel(connection, OLD, recipient=who, state="handed-over", changed_at=now - 31 * DAY_MS)
            server.code = collecting.issue(connection, vault, READY, "st-1", now)
        with server.client(None) as server.asker:
            yield server


@pytest.fixture
def where(web):
    """Asks as the page does, of counts of its own: what somebody at an address is told, `late` ms after the start."""
    asking = Asking()

    def told(typed, whence="203.0.113.7", late=0):
        with web.database.read() as connection:
            return asking.where(connection, web.services.vault, typed, network(whence), web.clock.now + late)

    return told


def ask(web, typed, whence="203.0.113.7", **more):
    """What the form answers to somebody at an address, as a web server on this machine passes it on."""
    headers = {"X-Forwarded-For": f"198.51.100.1, {whence}", "Accept-Language": "en"}
    return web.asker.post("/parcel", data={"q": typed} | more, headers=headers)


def look(web, number, whence="203.0.113.7"):
    headers = {"X-Forwarded-For": whence}
    return web.asker.get("/parcel", params={"n": number}, headers=headers)


def wrong(web, n):
    """A code of the station, well typed, that opens nothing."""
    return next(c for k in range(n, 1_000_000) if (c := code_of(int(web.code[:2]), f"{k:06d}")) != web.code)


def test_a_number_tells_where_until_when_and_how_somebody_else_can_come(web):
    text = look(web, READY).text
    for said in ("It is ready for you", "ST-1", "Mo-Sa 9-18", "2026-12-01", "If you cannot come yourself", READY):
        assert said in text
    assert "Asia/Shanghai" in text
    assert "It was handed over" in look(web, GIVEN).text


def test_a_code_leads_to_the_address_of_its_parcel_and_stands_in_no_address_itself(web):
    answer = ask(web, f"{web.code[:3]} {web.code[3:6]} {web.code[6:]}", lang="zh")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/parcel?n={READY}&lang=zh")
    assert web.code not in str(answer.headers)
    assert "We find no parcel" in look(web, web.code).text


def test_it_shows_nobodys_name_number_code_or_goods(web):
    text = look(web, READY).text + look(web, GIVEN).text
    for secret in (NAME, NAME[0] + "*", PHONE, PHONE[-4:], web.code, "gtin", "09501101530003", "L1"):
        assert secret not in text


def test_hostile_names_and_questions_are_text_on_it(web):
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    with web.database.write() as connection:
        before = connection.exec_driver_sql("SELECT name, hours FROM site WHERE id = 'st-1'").one()
        connection.exec_driver_sql("UPDATE site SET name = ?, hours = ? WHERE id = 'st-1'", (hostile, hostile))
    text = look(web, READY).text + look(web, hostile).text + ask(web, hostile, lang=hostile).text
    with web.database.write() as connection:
        connection.exec_driver_sql("UPDATE site SET name = ?, hours = ? WHERE id = 'st-1'", tuple(before))
    assert "&lt;script&gt;" in text
    for never in ("<script", "<img", "onerror=alert(1)>"):
        assert never not in text
    evil = web.asker.get("/parcel", params={"n": READY}, headers={"Host": "evil.example"})
    assert (evil.status_code, "evil.example" in evil.text) == (400, False)


def test_unknown_mistyped_ended_and_long_over_are_one_answer(web):
    mistyped = web.code[:8] + str((int(web.code[8]) + 1) % 10)
    near = code_of(int(web.code[:2]), web.code[2:7] + str((int(web.code[7]) + 1) % 10))
    ended = web.code
    with web.database.write() as connection:
        web.code = collecting.renew(connection, web.services.vault, READY, web.clock.now)
    answers = {(a.status_code, a.text) for a in (ask(web, t) for t in (mistyped, near, ended, OLD, "x", "' OR 1=1 --"))}
    assert len(answers) == 1
    assert re.search("We find no parcel by this", answers.pop()[1])


def test_every_answer_takes_as_long_as_the_slowest(web):
    object.__setattr__(web.services, "slowest_refusal_s", 0.1)
    took = [ask(web, typed, "203.0.113.30").elapsed for typed in (web.code, wrong(web, 0), "x", READY)]
    object.__setattr__(web.services, "slowest_refusal_s", 0.0)
    assert min(took).total_seconds() >= 0.1
    assert left_s(0.3, 0.0) == pytest.approx(0.3)
    assert left_s(0.3, 0.1) == pytest.approx(0.2)
    assert left_s(0.3, 0.4) == pytest.approx(0.2)  # a busy hub: the next step, so that it still tells nothing
    assert left_s(0.0, 0.4) == 0.0


def test_wrong_codes_of_one_address_make_it_wait_and_nobody_else(web, where):
    for n in range(CODES.burst):
        assert where(wrong(web, n)) is None
    assert where(web.code) == Rest(wait_s=CODES.every_ms // 1000, code=True)
    assert where(READY).number == READY
    assert where(web.code, "203.0.113.8").number == READY
    assert where(web.code, late=CODES.every_ms).number == READY


def test_who_has_to_wait_reads_how_long_and_what_else_there_is(web):
    for n in range(CODES.burst):
        assert ask(web, wrong(web, n), "203.0.113.20").status_code == 200
    refused = ask(web, web.code, "203.0.113.20")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, str(CODES.every_ms // 1000))
    assert "parcel number on your slip" in refused.text


def test_wrong_codes_from_everywhere_never_find_more_than_the_stations_share_and_numbers_go_on(web, where):
    told = [where(wrong(web, n), f"2001:db8:{n:x}::1") for n in range(STATION_CODES.burst + 5)]
    assert told[: STATION_CODES.burst] == [None] * STATION_CODES.burst
    assert all(isinstance(one, Rest) for one in told[STATION_CODES.burst :])
    assert isinstance(where(web.code, "203.0.113.99"), Rest)  # a right one would be told apart else
    assert where(READY, "203.0.113.99").number == READY
    assert where(code_of(int(web.code[:2]) + 1, "000001"), "203.0.113.97") is None
    with sqlite3.connect(web.database.path) as file:
        assert file.execute("SELECT max(tries), max(locked_at) FROM collecting").fetchone() == (0, None)


def test_all_stations_together_have_a_share_too():
    a_day = 86_400_000
    most_waiting, secrets = 500, 1_000_000
    assert a_day / STATION_CODES.every_ms * most_waiting / secrets < 0.15
    assert a_day / ALL_CODES.every_ms * most_waiting / secrets < 0.75


def test_numbers_are_limited_for_each_address_alone(where):
    for n in range(NUMBERS.burst):
        assert where(f"st-1.BBBB{n:02d}") is None
    assert where(READY) == Rest(wait_s=NUMBERS.every_ms // 1000, code=False)
    assert where(READY, "203.0.113.8").number == READY


def test_a_neighbour_in_an_ipv6_network_is_the_same_source(web, where):
    for n in range(CODES.burst):
        where(wrong(web, n), f"2001:db8::{n + 1:x}")
    assert isinstance(where(web.code, "2001:db8::ffff"), Rest)


def test_a_locked_parcel_says_that_it_needs_a_new_code(web):
    with web.database.write() as connection:
        connection.exec_driver_sql("UPDATE collecting SET locked_at = made_at")
    text = look(web, READY).text
    with web.database.write() as connection:
        connection.exec_driver_sql("UPDATE collecting SET locked_at = NULL")
    assert "it opens with a new code only" in text


def test_it_is_never_kept_and_too_large_a_form_is_refused(web):
    assert look(web, READY).headers["cache-control"] == "no-store"
    assert ask(web, "9" * 5_000).status_code == 413
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert web.asker.post("/parcel", content=b"\xff\xfe&&&=", headers=form).status_code == 200
    assert web.asker.post("/parcel", content=b"&".join([b"q=1"] * 500), headers=form).status_code == 422
    assert web.asker.post("/parcel", json={"q": READY}).status_code == 415
    other = web.asker.post("/parcel", data={"q": READY}, headers={"Origin": "http://evil.example"})
    assert other.status_code == 403
