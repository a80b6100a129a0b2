"""What the doctor says of a device's identity: what is wrong, and what a person does about it."""

import json
from datetime import UTC, datetime

import pytest

from edge.config import load
from edge.identity import saw
from edge.identity_checks import examine_identity
from tests.support.authority import DAY, Authority, TlsServer, ms
from tests.support.edge_agent import closed_port

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "edge.toml"
    path.write_text('[device]\ndata = "data"\n[hub]\nidentity = "identity"\n')
    return path


def findings(config):
    return {found.check.split()[0]: found for found in examine_identity(load(config, joined=False))}


def test_a_device_that_has_not_joined_is_told_how(config):
    (found,) = findings(config).values()
    assert found.fault
    assert "relay-hub device invite NAME" in found.todo
    assert f"relay-edge join HUB CODE --config {config}" in found.todo


def test_a_sound_device_has_no_fault(authority, config, tmp_path):
    with TlsServer(tmp_path, authority.server(), authority=authority) as hub:
        authority.identity(tmp_path / "data" / "identity", port=hub.port)
        found = findings(config)
    assert sorted(found) == ["certificate", "hub", "identity"]
    assert not [each for each in found.values() if each.fault or each.todo]


def test_a_key_that_others_may_read_is_a_fault(authority, config, tmp_path):
    authority.identity(tmp_path / "data" / "identity", port=closed_port()).key.chmod(0o640)
    found = findings(config)["identity"]
    assert found.fault
    assert "chmod 600" in found.todo
    assert "revoke" in found.todo


@pytest.mark.parametrize(
    ("left", "said", "todo"),
    [(-1, "expired on", "relay-hub device invite"), (30, "expires soon", "port 8443"), (300, "good until", "")],
)
def test_the_end_of_the_certificate_is_held_against_the_hubs_time(authority, config, tmp_path, left, said, todo):
    identity = authority.identity(tmp_path / "data" / "identity", port=closed_port(), begin=NOW, end=NOW + 365 * DAY)
    saw(identity, ms(NOW + (365 - left) * DAY))
    found = findings(config)["certificate"]
    assert said in found.said
    assert found.fault is bool(todo)
    assert todo in found.todo


def test_a_name_that_is_not_the_one_that_joined_is_a_fault(authority, config, tmp_path):
    authority.identity(tmp_path / "data" / "identity", port=closed_port())
    config.write_text(config.read_text().replace("[device]", '[device]\nname = "other"'))
    faults = [found for found in examine_identity(load(config, joined=False)) if "but the configuration" in found.said]
    assert faults[0].fault
    assert "join again" in faults[0].todo


def test_why_the_last_renewal_failed_is_told(authority, config, tmp_path):
    authority.identity(tmp_path / "data" / "identity", port=closed_port())
    status = {
        "pid": 1, "device": "a", "kind": "scanner", "version": "0", "state": "running", "since": 0, "at": 0, "hub": "h",
        "certificate": {"expires": 0, "failures": 3, "problem": "the hub at h refuses: it has to wait."},
    }  # fmt: skip
    (tmp_path / "data" / "status.json").write_text(json.dumps(status))
    assert "could not be renewed: the hub at h refuses" in findings(config)["certificate"].said


def test_a_hub_that_is_another_one_or_away_is_told_apart(authority, config, tmp_path):
    with TlsServer(tmp_path, Authority().server()) as other:
        authority.identity(tmp_path / "data" / "identity", port=other.port)
        assert "is not the hub that this device joined" in findings(config)["hub"].said
    away = findings(config)["hub"]
    assert "cannot reach the hub" in away.said
    assert "network" in away.todo


def test_a_certificate_that_the_hub_does_not_take_is_told_with_the_way_back(authority, config, tmp_path):
    stranger = Authority().identity(tmp_path / "data" / "identity")
    stranger.authority.write_text(authority.pem)
    with TlsServer(tmp_path, authority.server(), authority=authority) as hub:
        config.write_text(config.read_text() + f"port = {hub.port}\n")
        found = findings(config)["hub"]
    assert "refuses this device's certificate" in found.said
    assert "relay-hub device invite wh1-scanner-1" in found.todo
