"""A backup that is made while scans pour in: put back, with all that makes a hub one, and the devices give the rest."""

import httpx
import pytest

from deploy.link import Mode
from deploy.program import wait_for
from hub.store import authority as certificates
from hub.store.database import Database
from tests.support.chaos import PATIENCE_S, delivered, reckon, settle, upright
from tests.support.hub_process import cli, cli_json
from tests.support.members import let_in, open_hub, take_in, write_stick


def authority(hub):
    """The certificate that devices pinned."""
    database = Database(hub.data / "hub.db")
    with database.read() as connection:
        kept = certificates.kept(connection)
    database.close()
    return kept


@pytest.mark.soak
def test_a_backup_under_load_brings_back_people_authority_and_commands_and_devices_give_the_rest(scene):
    hub, link, https = open_hub(scene)
    ana = cli_json("user", "add", "ana", "--role", "auditor", data=hub.data)
    member = let_in(scene, hub, link, https, "member-1")
    plain = scene.device(hub, "plain-1", rate=200.0)
    asked = cli("device", "command", "member-1", "message", "count the shelves", data=hub.data)
    assert asked.returncode == 0, asked.stderr
    plain.codes.flow()
    for device in (member, plain):
        device.scan(100)
    backup = scene.folder / "backup.db"
    assert cli("backup", backup, data=hub.data).returncode == 0
    for device in (member, plain):
        device.scan(200)
    before = authority(hub)

    delivered(hub, member)
    wait_for("the receipts on its disk", lambda: member.pending() == 0, PATIENCE_S)
    link.set(Mode.CUT)
    hub.kill()
    restored = cli("restore", backup, data=hub.data)
    assert restored.returncode == 0, restored.stderr
    member.scan(20)  # it has not heard of the restore
    done = cli("import-outbox", write_stick(scene, member), data=hub.data)
    assert done.returncode == 1
    assert "left out: the hub lacks what comes before them" in done.stdout
    by_stick, _ = take_in(hub, write_stick(scene, member, "--all"))
    assert by_stick >= 220  # the facts that answer the command are among those that come again
    hub.start()
    link.set(Mode.OPEN)
    for device in (member, plain):
        device.finish()
    settle(hub, member, plain)
    reckon(hub, member, plain)
    assert authority(hub) == before
    signed_in = httpx.post(
        f"{hub.url}/api/v1/session",
        json={"user": "ana", "password": ana["password"]},
        headers={"Origin": hub.url},
    )
    assert signed_in.status_code < 300, signed_in.text
    assert "count the shelves" in cli("device", "commands", "member-1", data=hub.data).stdout
    assert hub.rest.get("/gaps")["rows"] == []
    upright(hub)
