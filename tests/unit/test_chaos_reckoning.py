"""The reckoning of the chaos tests bites: one scan too few or too many, in journal or balance, is noticed."""

from types import SimpleNamespace

import pytest

from tests.support.chaos import reckon

LOT = "]C1010952200000001510L1"
SERIAL = LOT + "\x1d21S1"
KEY = {"item": "gtin:09522000000015", "lot": "L1"}


def hub(journal, quantity):
    """As much of a hub as the reckoning reads."""

    def rows(path, **_):
        if path == "/journal":
            return iter([{"kind": "scan", "item": {"labels": [text]}} for text in journal])
        return iter([KEY | {"quantity": quantity}])

    return SimpleNamespace(rest=SimpleNamespace(rows=rows))


def device(confirmed, unanswered=()):
    witness = SimpleNamespace(confirmed=list(confirmed), sent=[*confirmed, *unanswered])
    return SimpleNamespace(name="d-1", place="place:d-1/a01", witness=witness)


@pytest.mark.parametrize(
    ("journal", "quantity", "confirmed", "unanswered"),
    [
        ([LOT, LOT], 2, [LOT, LOT], []),
        ([LOT, LOT], 2, [LOT], [LOT]),  # a scan whose answer died with the agent may be there, or not
        ([LOT], 1, [LOT], [LOT]),
        ([SERIAL, SERIAL, LOT], 2, [SERIAL, SERIAL, LOT], []),
    ],
)
def test_what_arrived_once_is_right(journal, quantity, confirmed, unanswered):
    reckon(hub(journal, quantity), device(confirmed, unanswered))


@pytest.mark.parametrize(
    ("journal", "quantity"),
    [([LOT], 1), ([LOT] * 3, 3), ([LOT] * 2, 3), ([LOT] * 2, 1), ([LOT, SERIAL], 2), ([], 0)],
)
def test_what_is_lost_or_counted_twice_is_noticed(journal, quantity):
    with pytest.raises(AssertionError):
        reckon(hub(journal, quantity), device([LOT, LOT]))


def test_scans_of_two_agents_with_one_name_are_reckoned_together():
    reckon(hub([LOT] * 3, 3), device([LOT]), device([LOT] * 2))
