"""Every page by WCAG 2.2 AA (axe-core), in both languages, by day and night, on a telephone and on a desk.

All of it is soak: once over all pages in ways that go round, and each way over all pages. The suite looks at the first
pages alone (test_every_page.py).
"""

import json
import re
from itertools import cycle
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from tests.support.axe import LOOKS, Look, dress, faults
from tests.support.browser import Screen, map_is_drawn
from tests.support.screens import routes


class Visit(NamedTuple):
    """Who goes where; nobody: who has not signed in."""

    person: str
    route: str


OTHERS = {"/helpline": "hana", "/round": "wu"}
"""Whose page it is, where it is not an administrator's too."""
VISITS = [
    *(Visit(OTHERS.get(route, "ana"), route) for route in routes()),
    Visit("stan", "/"),
    Visit("stan", "/helpline"),
    Visit("olga", "/people"),
    Visit("audrey", "/no-such-page"),
]
"""Each page; and the other faces that some have: for staff, for who may not see it, for an address without a page."""
DOORS = ("/", "/welcome?code=NOBODY-KNOWS-IT", "/parcel", "/parcel?n={parcel}", "/parcel?n=st-1.AAAAAA")
"""Where nobody has signed in."""
MISSED = re.compile(r"status of (401|403)")
"""What the hub refuses here is meant to be refused; Chromium prints that."""


@pytest.fixture
def at(office, chrome):
    """Takes somebody to a page, who looks at it in one way. At the end no window asked for anything from elsewhere."""
    windows = {}

    def go(visit: Visit, look: Look) -> Screen:
        key = visit.person, look.language
        if key not in windows:
            windows[key] = screen = Screen(chrome, office.hub.url, language=look.language)
            screen.context.add_cookies(office.cookies[visit.person])
            screen.open("/round" if visit.person == "wu" else "/stock")
            screen.settled()
        screen = windows[key]
        dress(screen, look)
        screen.page.evaluate("path => history.pushState(null, '', path)", office.address(visit.route))
        screen.settled()
        if visit.route == "/map":
            map_is_drawn(screen)
        return screen

    yield go
    complaints = [each for screen in windows.values() for each in (*screen.unexpected(), *screen.abroad())]
    for screen in windows.values():
        screen.close()
    assert [each for each in complaints if not MISSED.search(each)] == []


def told(found: dict[str, list[str]]) -> str:
    """What is wrong, and for whom."""
    return json.dumps(found, indent=1, ensure_ascii=False)


def examined(at, visits) -> dict[str, list[str]]:
    """By fault: where it is."""
    found: dict[str, list[str]] = {}
    for visit, look in visits:
        for fault in faults(at(visit, look)):
            found.setdefault(fault, []).append(f"{' '.join(visit)}: {look}")
    return found


@pytest.mark.soak
def test_each_page_is_good_for_everybody_in_one_of_all_ways_to_look_at_it(at):
    found = examined(at, zip(VISITS, cycle(LOOKS), strict=False))
    assert not found, told(found)


@pytest.mark.soak
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_each_page_is_good_for_everybody_in_every_way_to_look_at_it(at, look):
    found = examined(at, ((visit, look) for visit in VISITS))
    assert not found, told(found)


@pytest.mark.soak
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_door_is_good_for_everybody(office, chrome, language):
    """Signing in, taking up an invitation, and where recipients ask: in all ways to look at it."""
    found: dict[str, list[str]] = {}
    with Screen(chrome, office.hub.url, language=language) as screen:
        for door in DOORS:
            screen.open(door.format(parcel=office.ids["/parcels/:id"]))
            expect(screen.page.locator("h1, h2").first).to_be_visible()
            for look in LOOKS:
                if look.language == language:
                    dress(screen, look)
                    for fault in faults(screen):
                        found.setdefault(fault, []).append(f"{door}: {look}")
        assert not screen.abroad()
    assert not found, told(found)
