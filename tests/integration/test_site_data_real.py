"""A real hub and a device that joined it: told by MQTT which version is newest, and by HTTPS what it holds."""

import httpx
import pytest

from deploy.newcomer import trusting
from tests.support.hub_process import cli, cli_json
from tests.support.listening import ListeningHub, joined_context, tls_client
from tests.support.mqtt import until
from tests.support.site_devices import Copy, token
from wire import codec, topics
from wire.messages import Hello, Known
from wire.topics import Leaf


@pytest.fixture
def hub(tmp_path):
    with ListeningHub(tmp_path / "hub") as process:
        yield process


def known(client):
    """The next message that says which version is newest."""
    while True:
        _, payload, retained = client.next()
        order = codec.decode_order(payload) if b'"known"' in payload else None
        if isinstance(order, Known):
            assert not retained
            return order


def test_a_device_hears_after_its_hello_and_after_each_change_what_is_newest_and_fetches_it_by_its_key(hub, tmp_path):
    admin = {"Authorization": f"Bearer {cli('token', 'add', 'test', '--role', 'admin', data=hub.data).stdout.strip()}"}
    places = [{"id": "wh-1", "name": "Warehouse", "kind": "warehouse", "lat": 30, "lon": 103}]
    with httpx.Client(base_url=hub.http, headers=admin, trust_env=False) as people:
        assert people.put("/api/v1/sites", json=places).status_code == 200
        device = hub.newcomer("scanner-1")
        done = cli("device", "place", "scanner-1", "wh-1", data=hub.data)
        assert (done.returncode, done.stdout) == (0, "scanner-1 stands at wh-1.\n")
        assert [row["site"] for row in cli_json("device", "list", data=hub.data)] == ["wh-1"]
        mqtt = tls_client(hub.mqtts_port, joined_context(hub, tmp_path, device))
        mqtt.subscribe(topics.build("scanner-1", Leaf.CMD))
        mqtt.publish(topics.build("scanner-1", Leaf.UP), codec.encode(Hello(hello=1)))
        first = known(mqtt)
        secure = httpx.Client(
            base_url=f"https://127.0.0.1:{hub.https_port}", verify=trusting(device.authority), trust_env=False
        )
        with secure as door:
            opened, copy = token(door, device, "scanner-1"), Copy()
            copy.fetch(door, opened)
            assert (copy.of("site").keys(), copy.generation) == ({"wh-1"}, first.generation)
            assert people.put("/api/v1/sites/wh-1/bins", json={"bins": [{"code": "a01"}]}).status_code == 200
            until(lambda: known(mqtt).version > copy.version, "the device hears of the change")
            assert copy.fetch(door, opened) == 1
            hub.revoke("scanner-1")
            answer = door.get("/api/v1/site-data", headers={"Authorization": f"Bearer {opened}"})
            assert answer.status_code == 401
        mqtt.close()


def test_a_device_is_placed_by_name_at_a_site_that_is_there(tmp_path):
    data = tmp_path / "hub"
    cli_json("device", "add", "scanner-1", data=data)
    for words, said in (
        (("scanner-1", "wh-9"), "no site"), (("scanner-1",), "--nowhere"), (("x", "--nowhere"), "no device"),
    ):  # fmt: skip
        done = cli("device", "place", *words, data=data)
        assert (done.returncode != 0, said in done.stderr) == (True, True), words
    assert cli("device", "place", "scanner-1", "--nowhere", data=data).returncode == 0
