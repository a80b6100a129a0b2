"""What the hub's doctor says of the doors for devices on other machines."""

import socket
import time

import pytest

from hub.config import load
from hub.door_checks import check_doors
from hub.folder import Running
from hub.web import listen
from tests.support.hub_process import cli_json
from tests.support.hubweb import make_database
from tests.support.listening import ListeningHub

DAY = 86_400_000


def found(data, running=None, **options):
    """check -> (ok, sentence)"""
    return {each.check: (each.ok, each.sentence) for each in check_doors(load(data, options), running)}


def given(data, name, not_after):
    """A device with a certificate that ends then."""
    database = make_database(data)
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO device (id, name, kind, created_at) VALUES (1, ?, 'scanner', 0)", (name,)
        )
        connection.exec_driver_sql(
            "INSERT INTO certificate (serial, device_id, fingerprint, not_before, not_after, issued_at)"
            " VALUES ('1', 1, 'x', 0, ?, 0)",
            (not_after,),
        )
    database.close()


@pytest.mark.soak
def test_a_hub_that_listens_is_seen_as_a_device_sees_it(tmp_path):
    with ListeningHub(tmp_path / "hub") as hub:
        hub.newcomer("van-1")
        cli_json("token", "add", "robot", "--role", "admin", data=hub.data)
        said = {row["check"]: row for row in cli_json("doctor", data=hub.data)}
        taken = Running(
            pid=hub.pid, mqtt_port=hub.mqtt_port, http_port=1, ledger=hub.ledger, run=hub.run,
            listen_host="127.0.0.1", mqtts_port=hub.mqtt_port, https_port=hub.https_port,
        )  # fmt: skip
        with listen("127.0.0.1", 0) as silent:
            gone = silent.getsockname()[1]
        closed = Running(pid=1, mqtt_port=1, http_port=1, ledger="", run="", mqtts_port=gone, https_port=gone)
        without_tls, nobody = found(hub.data, taken), found(hub.data, closed)
    assert said["devices"]["ok"]
    assert "89 days left" in said["https"]["sentence"]
    assert said["papers"]["sentence"] == "1 devices have a certificate; none ends soon."
    assert without_tls["devices"][0] is False
    assert without_tls["https"][0] is True
    assert (nobody["devices"][0], "Nobody answers" in nobody["devices"][1]) == (False, True)


def test_an_invitation_to_a_hub_that_does_not_listen_is_a_fault(tmp_path):
    assert found(tmp_path)["devices"][0] is None
    cli_json("device", "invite", "van-1", data=tmp_path)
    assert found(tmp_path)["devices"] == (
        False,
        "1 devices are invited, but the hub listens on loopback only: relay-hub up --listen",
    )


@pytest.mark.parametrize("door", ["listen", "https_port"])
def test_a_port_that_somebody_else_has_is_named_before_the_hub_starts(tmp_path, door):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = {"listen": "127.0.0.1:0", "https_port": 0}
        assert found(tmp_path, **options)["devices"][0] is True
        options[door] = f"127.0.0.1:{port}" if door == "listen" else port
        ok, sentence = found(tmp_path, **options)["devices"]
    assert (ok, str(port) in sentence, f"--{door.replace('_', '-')}" in sentence) == (False, True, True)


@pytest.mark.parametrize(
    ("days", "ok", "word"),
    [(-1, False, "invite them again"), (20, None, "within 30 days"), (300, True, "none ends soon")],
)
def test_devices_whose_certificate_ends_are_named(tmp_path, days, ok, word):
    given(tmp_path, "van-1", time.time_ns() // 1_000_000 + days * DAY)
    assert found(tmp_path)["papers"][0] is ok
    assert word in found(tmp_path)["papers"][1]
