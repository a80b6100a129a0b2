"""When a device sends too much, and for how long it is not listened to."""

from hub.core.floods import BURST_US, BYTES_PER_US, MESSAGE_US, SHUT_MS, Floods, Heard
from wire.limits import BATCH_BYTES, WINDOW_BATCHES

SECOND = 1_000_000
SHUT_US = SHUT_MS * 1000


def test_a_device_that_sends_without_pause_is_shut_out_for_a_while_and_nobody_else():
    floods = Floods()
    most = BURST_US // MESSAGE_US
    said = [floods.hear("a", 100, 0) for _ in range(most + 10)]
    assert said == [Heard.TAKE] * most + [Heard.FLOOD] + [Heard.DROP] * 9
    assert floods.hear("b", 100, 0) is Heard.TAKE
    assert floods.hear("a", 100, SHUT_US - 1) is Heard.DROP
    assert floods.hear("a", 100, SHUT_US) is Heard.TAKE


def test_large_messages_count_for_more():
    floods = Floods()
    size = 1_000_000
    said = [floods.hear("a", size, 0) for _ in range(5_000)]
    assert said.count(Heard.TAKE) == BURST_US // (MESSAGE_US + size // BYTES_PER_US)
    assert said.count(Heard.FLOOD) == 1


def test_a_sound_device_that_delivers_ten_full_windows_a_second_is_never_shut_out():
    floods = Floods()
    for second in range(600):
        for _ in range(10 * WINDOW_BATCHES):
            assert floods.hear("a", BATCH_BYTES, second * SECOND) is Heard.TAKE


def test_four_thousand_messages_a_second_are_never_too_many():
    floods = Floods()
    assert all(floods.hear("a", 300, number * 250) is Heard.TAKE for number in range(120_000))
