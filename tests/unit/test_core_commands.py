"""The life cycles of commands and configurations, on both sides: what can happen, and what cannot."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core import commands as here
from edge.core import configuration as conf
from edge.core.commands import Event, Kept, Move, arrival, found_started, moved, turn
from edge.core.hubtime import HubTime, Span
from hub.core import commands as there
from wire.display import shown
from wire.messages import Command, Desired, OutcomeState, ReportState

LEDGER = "1" * 16
NOW = 1_800_000_000_000
SPAN = Span(NOW - 20, NOW + 20)


def command(name="message", *, ledger=LEDGER, issued=NOW, expires=NOW + 60_000, **args):
    args = args or ({"text": "hello"} if name == "message" else {})
    return Command(id="c" * 16, ledger=ledger, name=name, issued=issued, expires=expires, args=args)


def kept(name="message", state=here.State.ACCEPTED, *, ledger=LEDGER, expires=NOW + 60_000):
    args = {"text": "hello"} if name == "message" else {}
    return Kept(id="c" * 16, ledger=ledger, name=name, args=args, expires=expires, state=state)


def hear(asked, *, ledger=LEDGER, span=SPAN, since=None, refuses=None):
    move = arrival(asked, ledger=ledger, span=span, since=since, refuses=refuses or {})
    return None if move is None else move.event


# The tables


def reached(life, start=None):
    """Every state that can come of a start."""
    found, new = {start}, {start}
    while new:
        new = {after for (before, _), after in life.items() if before in new} - found
        found |= new
    return found - {start}


def test_every_state_on_the_device_can_be_reached_and_the_end_is_the_end():
    assert reached(here.LIFE) == set(here.State)
    assert not {before for before, _ in here.LIFE} & here.FINAL
    assert reached(conf.LIFE) == set(conf.State)
    assert {before for before, _ in conf.LIFE} == {None, conf.State.TRIAL}


def test_no_way_leads_from_begun_to_begun_again():
    assert here.State.ACCEPTED not in reached(here.LIFE, here.State.STARTED)


def test_the_hub_has_an_answer_to_every_word_in_every_state():
    assert set(there.LIFE) == set(itertools.product(there.State, OutcomeState))
    assert set(there.WISH_LIFE) == set(itertools.product(there.Wish, ReportState))


@given(st.lists(st.sampled_from(OutcomeState), max_size=6), st.randoms())
def test_what_the_hub_shows_does_not_depend_on_the_order_of_the_words(words, rng):
    def told(some):
        state = there.State.WAITING
        for word in some:
            state = there.LIFE[state, word]
        return state

    other = [*words, *words]
    rng.shuffle(other)
    assert told(words) == told(other)


@given(st.lists(st.sampled_from(ReportState), max_size=6), st.randoms())
def test_nor_does_what_it_shows_of_a_configuration(words, rng):
    def told(some):
        state = there.Wish.WAITING
        for word in some:
            state = there.WISH_LIFE[state, word]
        return state

    other = [*words, *words]
    rng.shuffle(other)
    assert told(words) == told(other)


def test_only_the_devices_word_ends_the_asking():
    assert there.to_ask(there.State.WAITING, NOW, NOW + 1)
    assert not there.to_ask(there.State.WAITING, NOW, NOW + there.ASK_MS)
    assert not there.to_ask(there.State.DELIVERED, NOW + 1000, NOW)
    assert there.said_nothing(there.State.DELIVERED, NOW, NOW)
    assert not there.said_nothing(there.State.DONE, NOW, NOW)


# A command arrives


def test_a_command_of_another_ledger_or_before_the_hubs_time_is_known_is_as_if_it_had_not_come():
    assert hear(command(), ledger="2" * 16) is None
    assert hear(command(), ledger=None) is None
    assert hear(command(), span=None) is None
    assert hear(command()) is Event.HEARD


@pytest.mark.parametrize(("left", "event"), [(1_021, Event.HEARD), (1_020, Event.LATE), (0, Event.LATE)])
def test_expired_is_what_the_hubs_clock_may_show_already_and_what_would_not_reach_the_disk_in_time(left, event):
    assert hear(command(expires=NOW + left)) is event
    move = turn(kept(expires=NOW + left), ledger=LEDGER, span=SPAN, refuses={})
    assert move.event is (Event.DID if event is Event.HEARD else Event.LATE)


@pytest.mark.parametrize(
    "asked",
    [
        command("fly"), command("message", other="x"), command("message", text=" "),
        command("message", text="x" * 1001), command("restart", text="now"), command("\x1b[2J"),
    ],
)  # fmt: skip
def test_what_this_version_cannot_do_is_refused_in_words(asked):
    move = arrival(asked, ledger=LEDGER, span=SPAN, since=None, refuses={})
    assert move.event is Event.UNFIT
    assert move.why


def test_what_this_device_cannot_do_is_refused_with_its_reason():
    refuses = {"renew-certificate": "there is none"}
    move = arrival(command("renew-certificate"), ledger=LEDGER, span=SPAN, since=None, refuses=refuses)
    assert move == Move(Event.UNFIT, "there is none")


def test_what_a_damaged_log_may_have_forgotten_is_not_done_and_not_said_to_be_undone():
    assert hear(command(issued=NOW - 1), since=NOW) is Event.FORGOTTEN
    assert hear(command(issued=NOW - 1, expires=NOW), since=NOW) is Event.FORGOTTEN
    assert hear(command(issued=NOW), since=NOW) is Event.HEARD


def test_an_accepted_command_waits_for_the_hubs_time_and_goes_with_its_ledger():
    assert turn(kept(), ledger=LEDGER, span=None, refuses={}) is None
    assert turn(kept(), ledger=None, span=SPAN, refuses={}) is None
    assert turn(kept(ledger="2" * 16), ledger=LEDGER, span=None, refuses={}).event is Event.DISOWNED
    assert turn(kept("restart"), ledger=LEDGER, span=SPAN, refuses={}).event is Event.BEGAN
    assert turn(kept("fly"), ledger=LEDGER, span=SPAN, refuses={}).event is Event.UNFIT


def test_a_restart_is_done_when_the_agent_starts_and_anything_else_that_had_begun_has_failed():
    began = kept("restart", here.State.STARTED)
    assert moved(began, found_started(began), fresh=False).state is here.State.DONE
    began = kept("report-health", here.State.STARTED)
    after = moved(began, found_started(began), fresh=False)
    assert after.state is here.State.FAILED
    assert "may have happened" in after.detail


def test_what_is_not_in_the_table_does_not_happen():
    with pytest.raises(KeyError):
        moved(kept(state=here.State.DONE), Move(Event.DID), fresh=False)


# The hub's time


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**9), st.floats(0, 1), st.floats(-1e-4, 1e-4))
def test_the_hubs_time_lies_within_the_span_whatever_the_way_took(said, trip, later, share, rate):
    hub_at = lambda up: NOW + int(up * (1 + rate))  # noqa: E731
    time = HubTime()
    time.asked(7, said)
    time.answered(7, hub_at(said + int(trip * share)), said + trip)
    span = time.at(said + trip + later)
    assert span.earliest - 2 <= hub_at(said + trip + later) <= span.latest + 2


def test_the_answer_to_an_older_hello_tells_no_time():
    time = HubTime()
    assert time.at(5) is None
    time.asked(1, 0)
    time.asked(2, 10)
    time.answered(1, NOW, 20)
    assert time.at(20) is None


# Configurations


def wish(version=1, generation="a" * 16, **settings):
    return Desired(ledger=LEDGER, version=version, generation=generation, settings=settings)


def test_versions_count_up_within_a_generation_and_a_generation_that_was_left_means_nothing():
    first = conf.offered(conf.Standing(), wish(3, log={"level": "debug"}), ())
    assert first.on_trial
    assert not conf.is_news(first, wish(9)), "one trial at a time"
    applied = conf.ended(first, conf.Event.ANSWERED)
    assert applied.untold.state is conf.State.APPLIED
    assert not conf.is_news(applied, wish(3))
    assert not conf.is_news(applied, wish(2))
    assert conf.is_news(applied, wish(4))
    restored = conf.offered(applied, wish(1, "b" * 16, log={"level": "info"}), ("no",))
    assert restored.settings == {"log": {"level": "debug"}}, "what is refused changes nothing"
    assert restored.untold.state is conf.State.REFUSED
    assert not conf.is_news(restored, wish(9, "a" * 16)), "an old message never brings an old configuration back"


def test_a_trial_without_an_answer_goes_back_to_what_was_before_also_over_a_restart():
    before = conf.Standing(settings={"log": {"level": "info"}}, generation="a" * 16, judged=1)
    trial = conf.started(conf.offered(before, wish(2, hub={"port": 9}), ()))
    after = conf.ended(trial, conf.Event.SILENT, "no answer")
    assert after.settings == before.settings
    assert (after.untold.state, after.untold.version, after.untold.detail) == (conf.State.ROLLED_BACK, 2, "no answer")
    assert not conf.is_news(after, wish(2, hub={"port": 9})), "it is not tried again"


def test_the_same_settings_under_another_version_need_no_trial():
    before = conf.Standing(settings={"log": {"level": "info"}}, generation="a" * 16, judged=1)
    after = conf.offered(before, wish(1, "b" * 16, log={"level": "info"}), ())
    assert after.state is conf.State.APPLIED
    assert after.untold.generation == "b" * 16


TABLE = {"scanner": [{"port": "A", "do": "receive"}, {"port": "B"}], "hub": {"host": "x", "password": "secret"}}


def test_settings_are_laid_over_the_devices_own_by_table_key_and_port():
    made, faults = conf.overlaid(
        TABLE,
        {"hub": {"host": "y"}, "scanner": [{"do": "load"}, {"port": "B", "do": "sight"}], "log": {"level": "debug"}},
    )
    assert not faults
    assert made["hub"] == {"host": "y", "password": "secret"}
    assert [entry["do"] for entry in made["scanner"]] == ["load", "sight"]
    assert made["log"] == {"level": "debug"}
    assert TABLE["scanner"][0]["do"] == "receive"


@pytest.mark.parametrize(
    "settings",
    [
        {"device": {"name": "other"}}, {"hub": {"password": "x"}}, {"hub": {"identity": "/tmp"}},
        {"scanner": [{"port": "C"}]}, {"scanner": {"do": "load"}}, {"log": [{"level": "info"}]},
        {"gnss": [{"rate_hz": 1}]},
    ],
)  # fmt: skip
def test_what_belongs_to_whoever_stands_at_the_device_is_not_set_from_afar(settings):
    assert conf.overlaid(TABLE, settings)[1]


# Text for people


@given(st.text())
def test_no_text_of_others_steers_a_terminal(text):
    assert shown(text).isprintable()


def test_text_that_is_harmless_stays_as_it_is_and_what_is_long_is_cut():
    assert shown("水 Truck 7 is late…") == "水 Truck 7 is late…"
    assert shown("\x1b[2J\u202eabc\n") == "\\x1b[2J\\u202eabc\\n"
    assert len(shown("x" * 5000)) == 1000
