"""When a device sends too much, and for how long it is not listened to."""

from hub.core.floods import BURST, SHUT_MS, UNIT_BYTES, Floods, Heard
from wire.limits import BATCH_BYTES, WINDOW_BATCHES


def test_a_device_that_sends_without_pause_is_shut_out_for_a_while_and_nobody_else():
    floods = Floods()
    said = [floods.hear("a", 100, 0) for _ in range(BURST + 10)]
    assert said == [Heard.TAKE] * BURST + [Heard.FLOOD] + [Heard.DROP] * 9
    assert floods.hear("b", 100, 0) is Heard.TAKE
    assert floods.hear("a", 100, SHUT_MS - 1) is Heard.DROP
    assert floods.hear("a", 100, SHUT_MS) is Heard.TAKE


def test_large_messages_count_for_more():
    floods = Floods()
    said = [floods.hear("a", 32 * UNIT_BYTES, 0) for _ in range(BURST)]
    assert said.count(Heard.TAKE) == BURST // 33
    assert said.count(Heard.FLOOD) == 1


def test_a_sound_device_that_delivers_window_after_window_is_never_shut_out():
    floods = Floods()
    for second in range(600):
        for _ in range(3 * WINDOW_BATCHES):
            assert floods.hear("a", BATCH_BYTES, second * 1000) is Heard.TAKE


def test_a_thousand_messages_a_second_are_never_too_many():
    floods = Floods()
    assert all(floods.hear("a", 300, ms) is Heard.TAKE for ms in range(60_000))
