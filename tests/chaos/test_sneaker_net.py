"""A stick between a device and its hub, with the network cut, the hub gone, and both there: each scan counts once."""

import pytest

from deploy.link import Mode
from tests.support.chaos import delivered, facts, reckon, settle, upright
from tests.support.hub_process import cli
from tests.support.members import let_in, open_hub, take_in, write_stick


@pytest.mark.soak
def test_scans_that_travel_on_a_stick_count_once_beside_the_network_and_without_a_hub(scene):
    hub, link, https = open_hub(scene)
    away = let_in(scene, hub, link, https, "away-1")
    busy = scene.device(hub, "busy-1", rate=100.0)
    away.scan(100)
    delivered(hub, away)
    link.set(Mode.CUT)
    away.scan(150)
    busy.codes.flow()
    first = write_stick(scene, away)
    away.scan(50)
    second = write_stick(scene, away, "--all")
    assert take_in(hub, first)[0] == 150
    assert take_in(hub, second) == (50, 250)
    assert facts(hub, away.name) == 300
    forged = scene.folder / "forged.relay"
    forged.write_bytes(first.read_bytes().replace(b"away-1", b"busy-1"))
    refused = cli("import-outbox", forged, data=hub.data)
    assert (refused.returncode, "is that of away-1" in refused.stderr) == (1, True), refused.stderr
    assert list((hub.data / "imports").iterdir()) == []
    assert cli("audit", data=hub.data).returncode == 0  # while it runs, and is busy

    away.scan(20)
    hub.stop()
    third = write_stick(scene, away)
    assert take_in(hub, third)[0] == 20  # no hub runs
    assert not (hub.data / "run.json").exists()
    away.scan(10)
    hub.start()
    link.set(Mode.OPEN)
    busy.finish()
    settle(hub, away, busy)
    assert facts(hub, away.name) == 330
    for file in (second, third, first):
        assert take_in(hub, file)[0] == 0
    reckon(hub, away, busy)
    assert hub.rest.get("/gaps")["rows"] == []
    upright(hub)
