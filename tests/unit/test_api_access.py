"""Rules of roles, cursors, times and locks: what is pure or needs no server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.api.app import routes
from hub.api.context import Remembered
from hub.core import access
from hub.core.access import API, DEVICE, FOR_DEVICES, OPEN, RULES, Answer, ask
from hub.core.instant import day, parse, rfc3339
from hub.core.viewer import Role, Viewer
from hub.store.queries.paging import CursorError, Pager, StaleCursorError
from hub.store.users import LONGEST_LOCK_MS, lock_ms
from tests.support.viewers import EVERYTHING


def test_a_route_without_a_rule_lets_nobody_in():
    for role in (*Role, None):
        assert ask("GET", "/api/v1/secrets", role) is Answer.NO_RULE


def test_every_rule_is_of_a_route_that_exists():
    known = {(method, route.path) for route in routes() for method in getattr(route, "methods", ("GET",))}
    assert set(RULES) <= known


PERSONAL = {
    f"{API}/recipients/{{recipient}}",
    f"{API}/recipients/{{recipient}}/proxies",
    f"{API}/notices/{{notice}}",
    f"{API}/photos/{{digest}}",
}
"""What shows a recipient's data, or their door: auditors read who saw it, never the data."""


def test_an_auditor_reads_all_but_peoples_data_and_changes_nothing_but_the_own_session():
    for (method, template), roles in RULES.items():
        own = template == f"{API}/session"
        reads = method == "GET" and template not in PERSONAL
        assert (Role.AUDITOR in roles) == (reads or own), (method, template)


def test_an_administrator_may_do_whatever_any_person_may():
    assert [key for key, roles in RULES.items() if Role.ADMIN not in roles] == []


def test_no_route_has_two_rules():
    assert not OPEN & RULES.keys()
    assert not FOR_DEVICES & (OPEN | RULES.keys())


def test_routes_of_devices_are_open_to_devices_alone(monkeypatch):
    key = ("GET", f"{API}/site-data")
    monkeypatch.setattr(access, "FOR_DEVICES", frozenset({key}))
    assert ask(*key, DEVICE) is Answer.COME_IN
    assert ask(*key, None) is Answer.SIGN_IN
    assert {ask(*key, role) for role in Role} == {Answer.NOT_YOU}
    assert {ask(*key, DEVICE) for key in RULES} == {Answer.NOT_YOU}


def test_staff_see_what_their_organisation_owns_and_neither_anothers_nor_what_is_unsettled():
    viewer = Viewer(name="ana", role=Role.STAFF, organisation="org-a", site="wh-1")
    assert [owner for owner in ("org-a", "org-b", "", "org-A") if viewer.may_see_owner(owner)] == ["org-a"]
    assert (viewer.owner_filter, viewer.site_filter, viewer.sees_all) == ("org-a", None, False)


@pytest.mark.parametrize("organisation", [None, ""])
def test_there_are_no_staff_of_no_organisation(organisation):
    with pytest.raises(ValueError, match="organisation"):
        Viewer(name="ana", role=Role.STAFF, organisation=organisation)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CLERK])
def test_who_works_at_a_site_sees_that_site_and_who_has_none_sees_all(role):
    viewer = Viewer(name="ana", role=role, site="wh-1")
    assert [site for site in ("wh-1", "wh-2", None) if viewer.may_see_site(site)] == ["wh-1"]
    assert (viewer.owner_filter, viewer.sees_all) == (None, False)
    assert Viewer(name="ana", role=role).sees_all


def test_all_other_roles_see_everything_whatever_is_written_beside_their_name():
    bound = {Role.STAFF, Role.OPERATOR, Role.CLERK}
    for role in set(Role) - bound:
        assert Viewer(name="ana", role=role, organisation="org-a", site="wh-1").sees_all


def test_a_name_waits_thirty_seconds_after_five_failures_and_then_ever_longer():
    assert [lock_ms(n) for n in (1, 4, 5, 6, 7)] == [0, 0, 30_000, 60_000, 120_000]
    assert lock_ms(10_000) == LONGEST_LOCK_MS


@given(st.integers(-(2**54), 2**54))
def test_any_clock_can_be_told_as_a_time(ms):
    text = rfc3339(ms)
    assert rfc3339(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "ms"),
    [("1970-01-01T00:00:00Z", 0), ("1970-01-01 01:00:00.5+01:00", 500), ("1969-12-31T23:59:59.999999999Z", -1)],
)
def test_times_are_read_as_rfc_3339_writes_them(text, ms):
    assert parse(text) == ms


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11-23", "2026-11-23T03:25:53", "2026-13-01T00:00:00Z", "٢026-11-23T00:00:00Z"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse(text)


def test_a_day_is_written_with_hyphens():
    assert day(20271231) == "2027-12-31"


KEYS = st.tuples(st.integers(-(2**63) + 1, 2**63 - 1), st.text())


@given(KEYS)
def test_a_cursor_gives_back_the_key_of_the_last_row(key):
    pager = Pager("g", "list", "filter")
    page = pager.page([(key, "a"), ((0, ""), "b")], 1)
    assert page.rows == ["a"]
    assert pager.key(page.next, (int, str)) == key


def test_a_cursor_from_before_a_restore_is_refused_as_stale():
    cursor = Pager("old", "list").page([((1,), "a"), ((2,), "b")], 1).next
    with pytest.raises(StaleCursorError):
        Pager("new", "list").key(cursor, (int,))


def test_a_cursor_of_another_list_or_other_filters_is_refused():
    cursor = Pager("g", "list", "wh-1").page([((1,), "a"), ((2,), "b")], 1).next
    with pytest.raises(CursorError):
        Pager("g", "list", "wh-2").key(cursor, (int,))
    with pytest.raises(CursorError):
        Pager("g", "list", "wh-1").key(cursor, (str,))


@given(st.text())
def test_a_cursor_that_nobody_made_is_refused_and_nothing_else_happens(text):
    with pytest.raises(CursorError):
        Pager("g", "list").key(text, (int,))


def test_the_last_page_has_no_cursor():
    assert Pager("g", "list").page([((1,), "a")], 1).next is None


def test_a_sum_is_made_anew_each_time_while_that_is_cheap_and_remembered_for_a_while_where_it_is_slow():
    clock = [0.0]
    cost = [0.1]
    made = []

    def make(_connection, _viewer):
        clock[0] += cost[0]
        made.append(len(made))
        return len(made)

    sum_ = Remembered(make, timer=lambda: clock[0])
    assert [sum_.value(None, EVERYTHING) for _ in range(3)] == [1, 2, 3]
    cost[0] = 1.0
    assert [sum_.value(None, EVERYTHING) for _ in range(3)] == [4, 4, 4]
    clock[0] += 8.0
    assert sum_.value(None, EVERYTHING) == 5
