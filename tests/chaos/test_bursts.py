"""Very many equal scans at once are as many scans, in journal and balance."""

import math
from itertools import repeat

import pytest

from firmware_sim.gs1 import element_string, gtin
from tests.support.chaos import facts, reckon, settle, stock, upright


@pytest.mark.parametrize("count", [1_000, pytest.param(50_000, marks=pytest.mark.soak)])
def test_so_many_equal_scans_at_once_are_so_many_scans(scene, count):
    code = gtin(20_000, 1)
    hub = scene.hub()
    text = element_string(("01", code), ("10", "L1"))
    device = scene.device(hub, "burst-1", rate=math.inf, texts=repeat(text))
    device.scan(count)
    device.finish()
    settle(hub, device)
    reckon(hub, device)
    assert facts(hub, device.name) == count
    assert stock(hub.rest, device.place) == {(code, "L1"): count}
    upright(hub)
