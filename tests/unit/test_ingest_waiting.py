"""Whose turn it is at the hub's door when one device sends without pause."""

from itertools import groupby

from hub.ingest.group import Arrival, Group, SettleRow, VoidRow
from hub.ingest.pipeline import GROUP_BYTES, MOST_RESTATED, is_full
from hub.ingest.waiting import OVERHEAD_BYTES, SHARE_BYTES, Waiting
from wire.limits import BATCH_BYTES, WINDOW_BATCHES

SIZE = OVERHEAD_BYTES + 1


def message(device: str, text: str = "x", **more: object) -> Arrival:
    return Arrival(device, text.encode(), 0, **more)


def test_a_lone_scan_waits_for_one_message_of_each_device_that_sends_without_pause():
    waiting = Waiting()
    for number in range(9):
        waiting.put(message("flood", str(number)))
    waiting.put(message("calm"))
    assert [arrival.device for arrival in waiting.take(3 * SIZE)] == ["flood", "calm", "flood"]


def test_the_messages_of_a_device_keep_their_order_and_none_is_taken_twice():
    waiting = Waiting()
    for number in range(30):
        waiting.put(message("abc"[number % 3], chr(65 + number)))
    taken = []
    while portion := waiting.take(4 * SIZE):
        taken += [(arrival.device, arrival.payload) for arrival in portion]
    assert len(taken) == len(set(taken)) == 30
    for _, own in groupby(sorted(taken, key=lambda each: each[0]), key=lambda each: each[0]):
        texts = [text for _, text in own]
        assert texts == sorted(texts)
    assert waiting.bytes == 0
    assert not waiting


def test_what_is_above_a_devices_share_is_dropped_and_only_of_that_device():
    waiting = Waiting(share=3 * SIZE)
    for _ in range(10):
        waiting.put(message("flood"))
    waiting.put(message("calm"))
    assert waiting.dropped == 7
    assert sorted(arrival.device for arrival in waiting.take(100 * SIZE)) == ["calm", *["flood"] * 3]
    waiting.put(message("flood"))
    assert len(waiting.take(SIZE)) == 1


def test_messages_without_content_are_not_free():
    waiting = Waiting(share=10 * OVERHEAD_BYTES)
    for _ in range(100):
        waiting.put(message("flood", ""))
    assert waiting.bytes == 10 * OVERHEAD_BYTES


def test_what_was_brought_by_hand_is_never_dropped():
    waiting = Waiting(share=0)
    waiting.put(message("stick", reply=lambda _: None))
    assert len(waiting.take(1)) == 1


def test_a_sound_device_never_has_more_than_its_share_on_its_way():
    assert SHARE_BYTES > WINDOW_BATCHES * (BATCH_BYTES + OVERHEAD_BYTES)


def test_a_transaction_is_full_by_its_bytes_or_by_the_facts_that_it_has_to_state_anew():
    group = Group()
    assert not is_full(group, GROUP_BYTES - 1)
    assert is_full(group, GROUP_BYTES)
    group.rows.voids += [VoidRow(1, seq, 2, seq, 0) for seq in range(MOST_RESTATED - 1)]
    assert not is_full(group, 1)
    group.rows.settles.append(SettleRow(1, 1, 2, 9_999, 0, "red-cross"))
    assert is_full(group, 1)
