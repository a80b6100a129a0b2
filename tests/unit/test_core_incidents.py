"""What a chain of alerts says of an incident, in whatever order it came."""

import re
from itertools import permutations, product
from pathlib import Path

from hub.core.incidents import TABLE, Alert, Event, Named, State, Words, called, standing


def name(number: int) -> Named:
    return Named("quake@example.org", f"eq-{number}", number * 1000)


def one(number: int, kind: str, *references: int) -> Alert:
    return Alert(name=name(number), kind=kind, references=tuple(map(name, references)))


CHAINS = {
    "the alert": ([one(1, "Alert")], 1, False),
    "an update": ([one(1, "Alert"), one(2, "Update", 1)], 2, False),
    "two updates of one alert": ([one(1, "Alert"), one(2, "Update", 1), one(3, "Update", 1)], 3, False),
    "an update of an update": ([one(1, "Alert"), one(2, "Update", 1), one(3, "Update", 1, 2)], 3, False),
    "a cancel": ([one(1, "Alert"), one(2, "Cancel", 1)], 1, True),
    "a cancel of an update": ([one(1, "Alert"), one(2, "Update", 1), one(3, "Cancel", 1, 2)], 2, True),
    "a cancel, then an update": ([one(1, "Alert"), one(2, "Cancel", 1), one(3, "Update", 1)], 3, False),
    "a ring of references": ([one(1, "Update", 2), one(2, "Update", 1)], 2, False),
    "a reference to itself": ([one(1, "Update", 1)], 1, False),
    "an alert that was cancelled twice": ([one(1, "Alert"), one(2, "Cancel", 1), one(3, "Cancel", 1)], 1, True),
}


def test_the_same_alerts_say_the_same_in_any_order_and_twice() -> None:
    for what, (chain, holds, cancelled) in CHAINS.items():
        for order in permutations(chain):
            found, over = standing([*order, *order[:1]])
            assert (found and found.name.identifier, over) == (f"eq-{holds}", cancelled), what


def test_alerts_have_an_answer_in_every_state_and_every_state_a_way_out() -> None:
    for state, event in product(State, (Event.RENEW, Event.CANCEL)):
        assert (state, event) in TABLE
    for state in State:
        assert any(after is not state for (before, _), after in TABLE.items() if before is state)


def test_what_somebody_closed_stays_closed_whatever_alerts_say() -> None:
    assert {TABLE[State.CLOSED, event] for event in (Event.RENEW, Event.CANCEL)} == {State.CLOSED}
    assert TABLE[State.CLOSED, Event.REOPEN] is State.OPEN


def test_an_incident_is_called_by_its_headline_in_each_language() -> None:
    words = (Words(language="zh-CN", event="地震", headline="某县地震"), Words(language="en", event="Earthquake"))
    alert = Alert(name=name(1), kind="Alert", words=words)
    assert (called(alert), called(alert, "zh")) == ("Earthquake", "某县地震")
    assert called(Alert(name=name(1), kind="Alert")) == "eq-1"


def test_the_diagram_in_the_documents_is_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "incidents.md").read_text(encoding="utf-8")
    drawn = re.findall(r"^ +(\w+) --> (\w+): (\w+)$", page, re.MULTILINE)
    assert sorted(drawn) == sorted((before, after, event) for (before, event), after in TABLE.items())
