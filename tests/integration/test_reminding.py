"""What days do to parcels that wait, and what is made behind everything else; and a claim's promise as a property."""

from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import collecting
from hub.follower import Follower
from hub.reminding import SLOW_MS, Reminding
from hub.store import claims
from hub.store import collecting as store
from tests.support.hubdata import feeding, scan
from tests.support.hubweb import START_MS, Clock, make_database
from tests.support.parcels_world import VAULT, put_parcel, put_recipient, put_sites
from wire.actions import Action

A = "st-1.AAAAA1"
DAY = 86_400_000


@pytest.fixture
def clock():
    return Clock(START_MS)


@pytest.fixture
def database(tmp_path):
    database = make_database(tmp_path)
    with database.write() as connection:
        put_sites(connection, "wh-1", kind="warehouse")
        put_sites(connection, "st-1", keep_days=5, remind_days=2, zone="Asia/Shanghai")
        put_parcel(connection, A, recipient=put_recipient(connection))
        collecting.issue(connection, VAULT, A, "st-1", START_MS)
    yield database
    database.close()


def rows(database, query):
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_a_parcel_gets_its_last_day_its_recipient_is_reminded_once_and_when_it_is_over_it_is_due_back(database, clock):
    turn = Reminding(database, VAULT, clock)

    def later(days):
        clock.now = START_MS + days * DAY + SLOW_MS
        turn.look()
        turn.look()

    later(0)
    (until,) = rows(database, "SELECT until FROM parcel")[0]
    assert until == 20261128, "23 November in Shanghai, and five days"
    assert rows(database, "SELECT kind FROM notice") == []
    later(2)
    later(3)
    assert rows(database, "SELECT kind FROM notice") == [("parcel-reminder",)]
    later(5)
    assert rows(database, "SELECT count(*) FROM life_event WHERE event = 'due'") == [(0,)], "its last day is not over"
    later(6)
    assert rows(database, "SELECT event, who FROM life_event WHERE event = 'due'") == [("due", "hub")]
    assert rows(database, "SELECT kind FROM notice ORDER BY seq") == [("parcel-reminder",), ("parcel-returning",)]


def test_what_stood_too_long_on_its_shelf_is_due_back_and_a_device_that_locked_it_is_heard(database, clock):
    follower = Follower(database, VAULT, clock, changed=lambda: None)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE parcel SET state = 'planned', placed = '', waiting_since = NULL")
    shelved = scan(Action.PUT_AWAY, f"RR:P:{A}", up=2, to="place:st-1/A-2")
    locked = scan(Action.SIGHT, f"RR:P:{A}", up=2_000_000, from_="place:st-1/A-2", warned=("code-locked",))
    with feeding(database) as feeder:
        feeder.send("pad-9", [shelved, locked])
    follower.look()
    assert rows(database, "SELECT state, placed FROM parcel") == [("waiting", "place:st-1/A-2")]
    with database.read() as connection:
        assert store.how(connection, A).locked
    Reminding(database, VAULT, clock).look()
    clock.now += 6 * DAY
    Reminding(database, VAULT, clock).look()
    assert rows(database, "SELECT state FROM parcel") == [("due-back",)]


def test_codes_go_a_day_after_a_parcels_story_is_over(database, clock):
    turn = Reminding(database, VAULT, clock)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE parcel SET state = 'handed-over', changed_at = ?", (START_MS,))
    turn.look()
    assert rows(database, "SELECT count(*) FROM collection_code") == [(1,)]
    clock.now += DAY + 1
    turn.look()
    assert rows(database, "SELECT count(*) FROM collection_code") == [(0,)]


def test_verifiers_are_made_for_stations_with_a_device_that_proved_a_key_and_for_no_other(database, clock):
    turn = Reminding(database, VAULT, clock)
    turn.look()
    assert rows(database, "SELECT verifier IS NULL FROM collection_code") == [(1,)]
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO device (name, kind, created_at, site, seal) VALUES ('pad-1', 'terminal', 0, 'st-1', 'a2V5')"
        )
    turn.look()
    assert rows(database, "SELECT verifier IS NULL FROM collection_code") == [(0,)]
    assert rows(database, "SELECT topic FROM change ORDER BY id DESC LIMIT 1") == [("collecting",)]


DEVICES = ("pad-1", "pad-2", "pad-3")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.sampled_from(DEVICES)),
        st.tuples(st.just("away"), st.sampled_from(DEVICES)),
        st.tuples(st.just("heard"), st.sampled_from(DEVICES)),
        st.tuples(st.just("wait"), st.integers(1, 2 * claims.LEASE_MS)),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def claiming(tmp_path_factory):
    database = make_database(tmp_path_factory.mktemp("claims"))
    with database.write() as connection:
        put_sites(connection, "wh-1", "st-1")
        put_parcel(connection, A)
        for name in DEVICES:
            connection.exec_driver_sql(
                "INSERT INTO device (name, kind, created_at, last_seen) VALUES (?, 'terminal', 0, 0)", (name,)
            )

    @contextmanager
    def anew():
        with database.write() as connection:
            connection.exec_driver_sql("DELETE FROM parcel_claim")
            connection.exec_driver_sql("UPDATE device SET last_seen = 0, pending_facts = 0")
            yield connection

    yield anew
    database.close()


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_no_two_devices_hold_a_claim_unless_the_first_told_afterwards_that_nothing_came_of_it(claiming, steps):
    now, holder, told = START_MS, None, True
    with claiming() as connection:
        for what, value in steps:
            if what == "wait":
                now += value
            elif what == "claim":
                granted = bool(claims.claim(connection, value, "st-1", [A], now).granted)
                if granted:
                    assert holder in (None, value) or told, (holder, value)
                    holder, told, since = value, False, now
                else:
                    assert holder not in (None, value)
            else:
                pending = int(what == "away")
                connection.exec_driver_sql(
                    "UPDATE device SET last_seen = ?, pending_facts = ? WHERE name = ?", (now, pending, value)
                )
                if value == holder:
                    told = not pending and now >= since + claims.LEASE_MS
