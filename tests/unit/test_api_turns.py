"""Heavy requests take turns, and leave threads for the others."""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.api.faults import ApiError
from hub.api.turns import Turns


def test_one_has_its_turn_few_wait_and_the_others_are_told_at_once():
    turns, inside, leave = Turns("it", waiting=2), threading.Event(), threading.Event()
    answers = queue.SimpleQueue()

    def work():
        try:
            with turns.one():
                assert not inside.is_set()
                inside.set()
                assert leave.wait(30)
                inside.clear()
                answers.put("done")
        except ApiError as error:
            answers.put((error.status, error.code))

    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(work)
        assert [answers.get(timeout=30) for _ in range(5)] == [(503, "too-many")] * 5
        leave.set()
        assert [answers.get(timeout=30) for _ in range(3)] == ["done"] * 3


def test_who_waits_too_long_is_told_and_makes_room():
    turns = Turns("it", waiting=1, patience_s=0.0)
    with turns.one():
        for _ in range(3):
            with pytest.raises(ApiError, match="Too many at this moment want it"), turns.one():
                pass
    with turns.one():
        pass
