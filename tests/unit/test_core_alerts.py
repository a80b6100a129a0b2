"""What is raised, what stays, what is over: rules of alerts, and the life of one."""

from itertools import product
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.alerts import (
    DEFAULTS,
    NOW,
    SENTENCES,
    SOON,
    START,
    TABLE,
    UNITS,
    Event,
    Kind,
    Least,
    Reading,
    Rule,
    Rules,
    Standing,
    State,
    faults,
    look,
    sentence,
)

KIND = Kind.QUEUE_GROWTH
RULES = Rules(kinds={KIND: Rule(raise_at=10, clear_at=3, hold_s=60, calm_s=120)})


def reading(level, severity=SOON, name="van-1"):
    return Reading(
        kind=KIND, about=(name,), fires=bool(RULES.of(KIND).judge(level)), severity=severity, code="backlog",
        values={"device": name, "n": level},
    )  # fmt: skip


class World:
    """One alert at a time, as the tables keep it."""

    def __init__(self):
        self.standing, self.waiting, self.story = {}, {}, []

    def look(self, now_s, level=None, severity=SOON, looked_at=(KIND,)):
        found = [] if level is None else [reading(level, severity)]
        made = look(
            self.standing, {one.key: one for one in found}, looked_at=looked_at, waiting=self.waiting, rules=RULES,
            now=now_s * 1000,
        )  # fmt: skip
        self.waiting = made.waiting
        for one in made.raised:
            self.story.append((now_s, Event.RAISED))
            self.standing[one.key] = Standing(
                id="0", key=one.key, kind=one.kind, state=State.OPEN, severity=one.severity, code=one.code,
                values=one.values, calm_since=None,
            )  # fmt: skip
        for change in made.changes:
            self._take(change, now_s)

    def _take(self, change, now_s):
        one, event = change.alert, change.event
        if event is not None:
            self.story.append((now_s, event))
        if event is Event.CLEARED:
            del self.standing[one.key]
            return
        read = change.reading or one
        self.standing[one.key] = Standing(
            id="0", key=one.key, kind=one.kind, state=one.state if event is None else TABLE[one.state, event],
            severity=min(one.severity, read.severity), code=one.code, values=read.values, calm_since=change.calm_since,
        )  # fmt: skip

    def decide(self, event):
        ((key, one),) = self.standing.items()
        self.standing[key] = Standing(
            id="0", key=key, kind=one.kind, state=TABLE[one.state, event], severity=one.severity, code=one.code,
            values=one.values, calm_since=one.calm_since,
        )  # fmt: skip


def test_what_lasts_is_raised_once_and_is_over_once_it_was_all_right_for_a_while():
    world = World()
    for second in range(0, 600, 30):
        world.look(second, 12 if second < 300 else None)
    assert world.story == [(60, Event.RAISED), (420, Event.CLEARED)]


def test_what_goes_to_and_fro_at_the_limit_is_one_alert():
    world = World()
    for second in range(0, 3600, 30):
        world.look(second, 12 if second % 60 or second < 90 else 9)
    assert world.story == [(60, Event.RAISED)]


def test_what_comes_back_before_it_counts_as_over_is_the_same_alert_and_after_that_another():
    world = World()
    for second, level in ((0, 12), (60, 12), (120, None), (180, 12), (240, None), (400, None), (500, 12), (560, 12)):
        world.look(second, level)
    assert world.story == [(60, Event.RAISED), (400, Event.CLEARED), (560, Event.RAISED)]


def test_what_does_not_last_is_never_raised():
    world = World()
    for second in range(0, 600, 50):
        world.look(second, 12 if second % 100 else None)
    assert world.story == []


def test_a_closed_alert_stays_closed_while_it_lasts_and_opens_again_when_it_gets_worse():
    world = World()
    world.look(0, 12)
    world.look(60, 12)
    world.decide(Event.CLOSED)
    world.look(120, 12)
    assert [one.state for one in world.standing.values()] == [State.CLOSED]
    world.look(180, 200, NOW)
    assert [one.state for one in world.standing.values()] == [State.OPEN]
    assert world.story == [(60, Event.RAISED), (180, Event.WORSENED)]


def test_what_was_not_looked_at_is_neither_over_nor_forgotten():
    world = World()
    world.look(0, 12)
    world.look(40, looked_at=())
    world.look(60, 12)
    world.look(1000, looked_at=())
    assert world.story == [(60, Event.RAISED)]
    assert [one.calm_since for one in world.standing.values()] == [None]


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from([None, 5, 12, 200]), st.sampled_from([NOW, SOON]))))
def test_an_alert_is_raised_and_over_in_turn_whatever_comes(steps):
    world, now = World(), 0
    for wait, level, severity in steps:
        now += wait
        world.look(now, level, severity)
    turns = [event for _, event in world.story if event in (Event.RAISED, Event.CLEARED)]
    assert turns == [Event.RAISED, Event.CLEARED] * (len(turns) // 2) + [Event.RAISED] * (len(turns) % 2)


def test_too_little_is_judged_from_below_and_too_much_from_above():
    rising, falling = Rule(raise_at=10, clear_at=3), Rule(raise_at=30, clear_at=33)
    assert [rising.judge(level) for level in (3, 4, 9, 10, 99)] == [None, False, False, True, True]
    assert [falling.judge(level) for level in (33, 32, 31, 30, 0)] == [None, False, False, True, True]


def test_every_kind_has_a_rule_a_unit_and_a_way_out_of_each_state():
    assert set(DEFAULTS) == set(UNITS) == set(Kind)
    assert faults(START) == []
    for state, event in product(State, (Event.CLEARED, Event.WORSENED)):
        assert (state, event) in TABLE


@pytest.mark.parametrize(
    "rules",
    [
        Rules(kinds={Kind.SILENT_DEVICE: Rule(raise_at=5, clear_at=5)}),
        Rules(kinds={Kind.SILENT_DEVICE: Rule(raise_at=5, clear_at=9)}),
        Rules(kinds={Kind.EXPIRING_LOT: Rule(raise_at=30, clear_at=20)}),
        Rules(kinds={}, stock=(Least(site="wh-1", item="text:a", least=5, enough=4),)),
        Rules(kinds={}, stock=(Least(site="wh-1", item="text:a", least=5, enough=5),) * 2),
    ],
)
def test_rules_that_would_flap_or_contradict_each_other_are_refused(rules):
    assert len(faults(rules)) == 1


def test_each_sentence_names_what_it_is_about():
    for code, words in SENTENCES.items():
        names = {name for _, name, _, _ in Formatter().parse(words) if name}
        assert names
        assert "{" not in sentence(code, dict.fromkeys(names, 7))
