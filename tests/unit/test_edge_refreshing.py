"""When a device asks for site data, and how long a badge stays locked."""

from edge.core.lockout import FIRST_MS, FREE, LONGEST_MS, Tried, attempted, begun_anew, wait_ms
from edge.core.refreshing import EVERY_MS, FIRST_RETRY_MS, NEWS_MS, Refreshing

HELD = ("a" * 16, 7)


def test_it_asks_at_start_then_about_every_hour():
    tries = Refreshing()
    assert tries.due(0)
    tries.went_well(up=0, jitter=0.0)
    assert not tries.due(EVERY_MS * 3 // 4 - 1)
    assert tries.due(EVERY_MS * 3 // 4)
    tries.went_well(up=0, jitter=1.0)
    assert not tries.due(EVERY_MS)
    assert tries.due(EVERY_MS * 5 // 4)


def test_news_is_asked_for_at_once_and_what_is_held_is_no_news():
    tries = Refreshing()
    tries.went_well(up=0, jitter=0.5)
    tries.hears("a" * 16, 7, held=HELD, up=1_000, jitter=1.0)
    assert not tries.due(EVERY_MS // 2)
    tries.hears("a" * 16, 8, held=HELD, up=1_000, jitter=1.0)
    assert tries.due(1_000 + NEWS_MS)


def test_a_new_generation_is_news_also_with_a_lower_version():
    tries = Refreshing()
    tries.went_well(up=0, jitter=0.5)
    tries.hears("b" * 16, 1, held=HELD, up=0, jitter=0.0)
    assert tries.due(0)


def test_failures_wait_longer_up_to_an_hour_and_the_same_news_shortens_that_once():
    tries, waits = Refreshing(), []
    for _ in range(12):
        tries.failed(up=0, jitter=1.0)
        waits.append(tries.next_up)
    assert waits[:3] == [FIRST_RETRY_MS, 2 * FIRST_RETRY_MS, 4 * FIRST_RETRY_MS]
    assert waits[-1] == EVERY_MS
    tries.hears("a" * 16, 8, held=HELD, up=0, jitter=0.0)
    assert tries.due(0)
    tries.failed(up=0, jitter=1.0)
    tries.hears("a" * 16, 8, held=HELD, up=0, jitter=0.0)
    assert not tries.due(EVERY_MS - 1)


def test_a_lock_counts_uptime_doubles_and_has_an_end():
    tried = Tried()
    for number in range(FREE):
        assert wait_ms(tried, boot="one", up=number) == 0
        tried = attempted(tried, boot="one", up=number)
    assert wait_ms(tried, boot="one", up=FREE) == FIRST_MS - 1
    assert wait_ms(tried, boot="one", up=FIRST_MS * 10) == 0
    assert wait_ms(attempted(tried, boot="one", up=0), boot="one", up=0) == 2 * FIRST_MS
    for _ in range(100):
        tried = attempted(tried, boot="one", up=0)
    assert wait_ms(tried, boot="one", up=0) == LONGEST_MS


def test_a_lock_begins_anew_in_another_boot_and_only_then():
    tried = Tried(failures=FREE, boot="one", until=500)
    assert begun_anew(tried, boot="one", up=10) is tried
    assert wait_ms(begun_anew(tried, boot="two", up=10), boot="two", up=10) == FIRST_MS
    few = Tried(failures=FREE - 1)
    assert begun_anew(few, boot="two", up=10) is few
