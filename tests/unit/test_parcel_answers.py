"""What a recipient types, and what states of parcels mean for them."""

import re

import pytest

from hub.api.asking import Rest
from hub.api.parcel_page import language_of, page
from hub.api.parcel_words import WORDS
from hub.core.lifecycles import ParcelState, Way
from hub.core.parcel_answers import Number, Stage, read, stage
from hub.store.queries.parcel_answers import Whereabouts
from wire.collecting import Code, code_of

CODE = code_of(11, "038927")


def whereabouts(**more):
    values = {
        "number": "st-1.4F7K2P", "stage": Stage.READY, "station": "Hekou", "station_zh": "河口驿站", "hours": "9-18",
        "until": 20261130, "over": False, "line": "95279", "line_hours": "", "locked": False,
        "seen": "2026-11-23 09:00", "now": "2026-11-23 17:03", "zone": "Asia/Shanghai",
    }  # fmt: skip
    return Whereabouts(**(values | more))


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        f" {CODE[:3]} {CODE[3:6]} {CODE[6:]} ",
        f"{CODE[:3]}-{CODE[3:]}",
        "".join(chr(ord(d) + 0xFEE0) for d in CODE),
    ],
)
def test_a_code_is_read_however_it_is_spaced(typed):
    assert read(typed) == Code(mark=11, secret="038927")


@pytest.mark.parametrize("typed", ["st-1.4F7K2P", "RR:P:st-1.4F7K2P", "ST-1 . 4f7k2p", "st-1。4F7K2P", "st-1.4F7K2P\n"])
def test_a_number_is_read_as_people_write_it(typed):
    found = read(typed)
    assert isinstance(found, Number)
    assert "st-1.4F7K2P" in found.ids


def test_letters_that_no_number_has_are_read_as_the_figures_they_look_like():
    assert read("st-1.O1LI2P") == read("st-1.01112P")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        CODE[:8] + str((int(CODE[8]) + 1) % 10),
        "12345678",
        "st-1.4F7K2",
        "st-1.4F7K2U",
        "' OR 1=1 --",
        "\0" * 90,
        "9" * 10_000,
    ],
)
def test_what_is_neither_is_nothing(typed):
    assert read(typed) is None


def test_every_state_on_every_way_has_an_answer_with_words_in_both_languages():
    for way in Way:
        for state in ParcelState:
            found = stage(way, state)
            for words in WORDS.values():
                assert words[found.value]
                assert words[f"{found.value}-do"]
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for name, text in WORDS["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", WORDS["zh"][name])), name


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [("", "", "en"), ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("", "en-GB,en;q=0.9,zh;q=0.8", "en"), ("zh", "en", "zh"),
     ("en", "zh", "en"), ("xx", "fr,zh;q=0.1", "zh"), ("", "zh;q=x,en;q=0.1", "en")],
)  # fmt: skip
def test_the_page_speaks_the_language_that_was_asked_for_else_the_browsers(asked, accepted, language):
    assert language_of(asked, accepted) == language


def test_a_hostile_name_of_a_station_is_shown_as_text():
    hostile = "<script>alert(1)</script>\"'&\u202e"
    text = page(whereabouts(station=hostile, hours=hostile, line=hostile), "en", asked=True, number=hostile)
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "\u202e" not in text, "it turns nothing round"
    assert "周一\n8:00 至" in page(whereabouts(hours="周一\n8:00\u3000至"), "en", asked=True)


def test_the_page_is_tiny_has_no_script_and_asks_nothing_of_others():
    for told in (None, Rest(wait_s=90, code=True), whereabouts(locked=True)):
        for language in ("en", "zh"):
            text = page(told, language, asked=True, number="st-1.4F7K2P")
            assert len(text.encode()) <= 20_480
            assert "<script" not in text
            assert not re.search(r"https?:|url\(|@import|<img|<link (?!rel=\"icon\" href=\"data:)", text)


def test_a_day_that_is_over_is_said_to_be():
    assert "this day is over" not in page(whereabouts(), "en", asked=True)
    assert "2026-11-30 Monday (this day is over" in page(whereabouts(over=True), "en", asked=True)
