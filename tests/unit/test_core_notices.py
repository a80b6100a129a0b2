"""What notices say, and the life of one."""

from itertools import product
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.notices import FIRST_WAIT_MS, GIVE_UP_MS, LONGEST_WAIT_MS, TABLE, Event, State, step, wait_ms
from hub.core.templates import LONGEST, TEMPLATES, channel_of, render

VALUES = {
    "station": "School",
    "station_zh": "学校",
    "address": "Main street 1",
    "hours": "8-18",
    "code": "412038927",
    "shelf": "A-2-417",
    "until": "2026-12-01",
    "line": "400 800 1234",
    "when": "10:00",
    "reason": "nobody there",
    "proxy": "李*明",
}


def test_both_languages_have_every_notice_with_the_same_values():
    def names(sentences):
        return [name for sentence in sentences for _, name, _, _ in Formatter().parse(sentence) if name]

    assert TEMPLATES["en"].keys() == TEMPLATES["zh"].keys()
    for kind, sentences in TEMPLATES["en"].items():
        assert names(sentences) == names(TEMPLATES["zh"][kind])
        assert set(names(sentences)) <= VALUES.keys()


@given(st.dictionaries(st.sampled_from(sorted(VALUES)), st.text(max_size=300)))
def test_no_notice_has_a_hole_a_line_break_or_a_sign_that_turns_writing(values):
    for kind, language, channel in product(TEMPLATES["en"], TEMPLATES, ("text", "voice")):
        text = render(kind, language, channel, values)
        assert text
        assert len(text) <= LONGEST
        assert not any(sign in text for sign in "\n\r\0\u202e\u2066")


def test_a_code_is_written_in_groups_and_spoken_digit_by_digit():
    assert "412 038 927" in render("parcel-ready", "en", "text", VALUES)
    assert "4 1 2, 0 3 8, 9 2 7" in render("parcel-ready", "zh", "voice", VALUES)


def test_what_is_not_known_is_left_out_and_chinese_names_stand_in_chinese():
    assert render("parcel-ready", "en", "text", {"code": "412038927"}) == (
        "Your relief parcel is ready. Your code: 412 038 927. Tell the code only to the person who hands it over."
    )
    assert "请到学校领取" in render("parcel-ready", "zh", "text", VALUES)
    assert "School" in render("parcel-ready", "zh", "text", VALUES | {"station_zh": ""})


@pytest.mark.parametrize(
    ("phone", "channel"),
    [
        ("13800138000", "text"),
        ("+86 138 0013 8000", "text"),
        ("010-8765 4321", "voice"),
        ("0838 5551234", "voice"),
        ("+86 838 5551234", "voice"),
        ("+86 10 87654321", "voice"),
        ("+49 171 1234567", "text"),
    ],
)
def test_landlines_are_called_and_mobiles_get_a_text(phone, channel):
    assert channel_of(phone) == channel


def test_a_try_makes_of_a_notice_what_the_table_says():
    for event in Event:
        if (State.QUEUED, event) in TABLE:
            made = step(event, "x", tries=1, asked_at=0, now=1, jitter=0.5)
            assert made.state is TABLE[State.QUEUED, event]
        else:
            with pytest.raises(KeyError):
                step(event, "x", tries=1, asked_at=0, now=1, jitter=0.5)
    assert {state for state, _ in TABLE} == {State.QUEUED, State.FAILED}


def test_what_could_not_be_sent_for_a_day_is_given_up():
    late = step(Event.LATER, "timeout", tries=9, asked_at=0, now=GIVE_UP_MS, jitter=0.0)
    assert (late.state, late.why) == (State.FAILED, "timeout")
    assert step(Event.LATER, "timeout", tries=9, asked_at=1, now=GIVE_UP_MS, jitter=0.0).state is State.QUEUED


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_waits_grow_up_to_a_bound(tries, jitter):
    assert FIRST_WAIT_MS // 2 <= wait_ms(tries, jitter) <= LONGEST_WAIT_MS * 1.5
    assert wait_ms(tries, jitter) <= wait_ms(tries + 1, jitter)
