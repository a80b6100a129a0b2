"""How often strangers may be wrong."""

from hypothesis import given
from hypothesis import strategies as st

from hub.admission import network
from hub.core.guesses import ALL, EACH, MOST_SOURCES, Guesses

NOW = 1_795_400_000_000


def wrong(guesses: Guesses, source: str, now: int, times: int) -> None:
    for _ in range(times):
        assert guesses.wait_ms(source, now) == 0
        guesses.wrong(source, now)


def test_a_source_may_be_wrong_a_few_times_and_then_once_in_a_while():
    guesses = Guesses()
    wrong(guesses, "a", NOW, EACH.burst)
    assert guesses.wait_ms("a", NOW) == EACH.every_ms
    assert guesses.wait_ms("a", NOW + EACH.every_ms - 1) == 1
    wrong(guesses, "a", NOW + EACH.every_ms, 1)
    assert guesses.wait_ms("a", NOW + EACH.every_ms) == EACH.every_ms


def test_another_source_does_not_wait():
    guesses = Guesses()
    wrong(guesses, "a", NOW, EACH.burst)
    assert guesses.wait_ms("b", NOW) == 0


def test_many_sources_together_have_to_wait_too():
    guesses = Guesses()
    for number in range(ALL.burst):
        wrong(guesses, f"source {number}", NOW, 1)
    assert guesses.wait_ms("new", NOW) == ALL.every_ms


def test_who_asks_no_more_is_forgotten():
    guesses = Guesses()
    wrong(guesses, "a", NOW, EACH.burst)
    later = NOW + EACH.burst * EACH.every_ms
    wrong(guesses, "a", later, EACH.burst)


def test_a_clock_that_was_set_back_locks_nobody_out_for_longer_than_the_limit():
    guesses = Guesses()
    wrong(guesses, "a", NOW, EACH.burst)
    assert guesses.wait_ms("a", 0) <= 2 * EACH.every_ms


def test_sources_without_end_take_memory_only_up_to_a_bound():
    guesses = Guesses()
    for number in range(MOST_SOURCES + 100):
        guesses.wrong(str(number), NOW)
    assert len(guesses._sources) == MOST_SOURCES


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60_000)), max_size=200))
def test_no_source_is_ever_wrong_more_often_than_its_allowance(tries):
    guesses, now, made = Guesses(), NOW, {}
    for source, pause in tries:
        now += pause
        if guesses.wait_ms(str(source), now) == 0:
            guesses.wrong(str(source), now)
            made.setdefault(source, []).append(now)
    for times in made.values():
        for first in range(len(times)):
            for last in range(first, len(times)):
                allowed = EACH.burst + (times[last] - times[first]) // EACH.every_ms
                assert last - first + 1 <= allowed


def test_tries_are_counted_by_address_or_by_the_64_bits_that_one_subscriber_has():
    assert network("192.0.2.7") == "192.0.2.7"
    assert network("::ffff:192.0.2.7") == "192.0.2.7"
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network("fe80::1%eth0") == "fe80::/64"
    assert network("testclient") == "testclient"
