"""A device joins a real hub, delivers by its certificate, renews it, is thrown out, and comes back."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from deploy.reckoning import journal_texts
from deploy.stack import Hub
from edge import desired
from edge import identity as identities
from edge.config import load
from edge.core.configuration import Standing
from edge.door import DoorError
from edge.joining import JoiningError, Typed, introduce
from edge.link import LinkError
from edge.renewal import renew
from edge.version import BUILT_MS
from tests.support.edge_agent import AgentProcess, closed_port, relay_edge
from tests.support.edge_ports import Device, until
from tests.support.hub_process import cli, cli_json
from tests.support.wrong_clock import WRONG, agent_code, set_clock
from wire.joining import Code, parse_code, parse_invitation

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with Hub(tmp_path_factory.mktemp("joining") / "hub", listen=True) as hub:
        yield hub


@pytest.fixture
def scanner(tmp_path):
    device = Device(tmp_path / "scanner")
    yield device
    device.unplug()


@pytest.fixture
def config(tmp_path, scanner):
    path = tmp_path / "edge.toml"
    path.write_text(
        '[device]\ndata = "data"\n[hub]\nidentity = "identity"\n'
        f'[[scanner]]\nport = "{scanner.path}"\ndo = "receive"\nto = "place:wh-1/a01"\n'
    )
    return path


def invite(hub, name):
    return cli_json("device", "invite", name, "--kind", "scanner", data=hub.data)


def joined(hub, config, name):
    """Join in this process; what the person was told."""
    said = []
    introduce(config, Typed(hub=f"127.0.0.1:{hub.https_port}", code=invite(hub, name)["code"]), said.append)
    return said


def scans(agent, scanner, text):
    agent.says("ready")
    scanner.send(f"{text}\r\n".encode())
    assert scanner.heard(1) == b"\x06"


def arrives(hub, device, text):
    until(lambda: text in journal_texts(hub.rest, device), f"{text} in the journal", PATIENCE_S)


def status(config):
    return json.loads((config.parent / "data" / "status.json").read_text())


@pytest.mark.parametrize("clock", WRONG)
def test_a_device_whose_clock_is_wrong_joins_by_a_typed_code_and_its_first_scan_arrives(
    hub, config, scanner, clock, monkeypatch
):
    name, label, said = f"clock-{clock}", f"IN {clock}", []
    typed = Typed(hub=f"127.0.0.1:{hub.https_port}", code=invite(hub, name)["code"])
    with monkeypatch.context() as patch:
        set_clock(patch, WRONG[clock])
        introduce(config, typed, said.append)
    assert f"this device is {name}" in said[0]
    assert said[-1].startswith("next: relay-edge run")
    with AgentProcess(config, agent_code(config, WRONG[clock])) as agent:
        scans(agent, scanner, label)
        arrives(hub, name, label)
    assert abs(status(config)["since"] / 1000 - WRONG[clock]) < 3600


def test_a_new_machine_needs_nothing_but_the_qr_code(hub, tmp_path):
    config = tmp_path / "edge.toml"
    invited = invite(hub, "unpacked")
    done = relay_edge("join", invited["qr"].replace(parse_invitation(invited["qr"]).host, "127.0.0.1"), "-c", config)
    assert done.returncode == 0, done.stderr
    assert f"written: {config}" in done.stdout
    assert "serves it" in done.stdout
    settings = load(config)
    assert (settings.device.name, settings.scanners[0].port) == ("unpacked", "auto")
    doctor = relay_edge("doctor", "--config", config)
    assert "it is the hub that this device joined, and it takes its certificate" in doctor.stdout
    assert "unpacked (scanner) of the hub with ledger" in doctor.stdout
    again = relay_edge("join", f"127.0.0.1:{hub.https_port}", invited["code"], "-c", config)
    assert again.returncode == 1
    assert "used already" in again.stderr
    assert load(config).device.name == "unpacked"


def test_the_devices_own_scanner_reads_the_qr_code(hub, config, scanner):
    said = []
    qr = str(replace(parse_invitation(invite(hub, "by-scanner")["qr"]), host="127.0.0.1"))
    joining = threading.Thread(target=lambda: introduce(config, Typed(scanner=str(scanner.path)), said.append))
    joining.start()
    until(lambda: said, "the prompt")
    scanner.send(b"]d20109501101530003\r\n")
    assert scanner.heard(1) == b"\x15"
    scanner.send(f"]Q1{qr}\r\n".encode())
    assert scanner.heard(1) == b"\x06"
    joining.join()
    assert "not a QR code for joining" in said[1]
    assert load(config).device.name == "by-scanner"


def test_a_hub_that_the_code_does_not_stand_for_learns_nothing_and_leaves_nothing(hub, tmp_path):
    config = tmp_path / "edge.toml"
    real = parse_code(invite(hub, "misled")["code"])
    wrong = Code(secret=real.secret, fingerprint=real.fingerprint[::-1])
    typed = Typed(hub=f"127.0.0.1:{hub.https_port}", code=str(wrong))
    with pytest.raises(DoorError, match="not the one that gave this code"):
        introduce(config, typed, print)
    assert not config.exists()
    assert not (tmp_path / "data" / "identity").exists()
    introduce(config, Typed(hub=typed.hub, code=str(real)), print)  # its secret is still good


def test_a_code_for_another_device_does_not_take_this_ones_scans(hub, config, scanner):
    joined(hub, config, "first-name")
    with AgentProcess(config) as agent:
        scans(agent, scanner, "MINE")
    with pytest.raises(JoiningError, match="holds scans of first-name, but the code is for second-name"):
        joined(hub, config, "second-name")
    assert load(config).device.name == "first-name"
    config.write_text(config.read_text().replace("[device]", '[device]\nname = "first-name"'))
    with pytest.raises(JoiningError, match="says that this device is first-name, but the code is for third-name"):
        joined(hub, config, "third-name")


def test_a_device_without_scans_may_join_under_another_name(hub, config):
    joined(hub, config, "lent")
    joined(hub, config, "given")
    assert load(config).device.name == "given"


def test_where_a_device_joins_is_where_its_agent_connects_whatever_a_hub_wished_before(hub, config):
    joined(hub, config, "sent-away")
    wished = {"hub": {"host": "gone.example.org"}, "log": {"level": "debug"}}
    desired.write(config.parent / "data" / desired.NAME, Standing(settings=wished))
    assert desired.load(config).hub.host == "gone.example.org"
    joined(hub, config, "sent-away")
    settings = desired.load(config)
    assert (settings.hub.host, settings.log_level) == ("127.0.0.1", "debug")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (Typed(), "relay-edge join HUB CODE"),
        (Typed(hub="hub.example.org"), "not a QR code"),
        (Typed(hub="hub.example.org", code="ABC"), "25 characters"),
        (Typed(hub="hub.example.org:https", code="0" * 25), "is no address"),
        (Typed(hub="x", scanner="auto"), "leave out"),
    ],
)
def test_what_was_mistyped_is_said_before_anything_is_asked(config, typed, said):
    with pytest.raises(JoiningError, match=said):
        introduce(config, typed, print)


def test_a_device_with_a_password_is_told_what_to_change_before_it_joins(tmp_path):
    config = tmp_path / "edge.toml"
    config.write_text('[device]\nname = "a"\nkind = "scanner"\n[hub]\nhost = "h"\npassword = "x"\n')
    with pytest.raises(JoiningError, match='identity = "identity"'):
        introduce(config, Typed(hub="h", code="0" * 25), print)


def test_a_certificate_is_renewed_beside_the_running_agent_and_used_from_then_on(hub, config, scanner):
    joined(hub, config, "renewed")
    path = config.parent / "data" / "identity"
    old = _nearly_expired(path)
    with AgentProcess(config) as agent:
        scans(agent, scanner, "BEFORE RENEWAL")
        agent.says("renewed", PATIENCE_S)
        new = identities.load(path)
        assert new.certificate.read_bytes() != old[0]
        assert new.key.read_bytes() != old[1]
        assert new.membership.expires > BUILT_MS + 86_400_000
        assert [each.name for each in path.parent.glob("identity-*")] == [new.folder.name]
        scanner.send(b"AFTER RENEWAL\r\n")
        arrives(hub, "renewed", "AFTER RENEWAL")
        until(lambda: status(config)["certificate"]["renewed"] == 1, "the status tells", PATIENCE_S)
        shown = relay_edge("status", "--config", config).stdout.splitlines()
        assert any(line.startswith("│ certificate") and "until 20" in line for line in shown)
        done = cli("device", "command", "renewed", "renew-certificate", "--wait", str(PATIENCE_S), data=hub.data)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "good until" in done.stdout
        assert identities.load(path).folder != new.folder
        assert "cryptography" not in Path(f"/proc/{agent.pid}/maps").read_text(), "it stays in the process that renews"


def test_a_renewal_that_fails_on_the_way_keeps_the_old_identity(hub, config):
    joined(hub, config, "kept")
    path = config.parent / "data" / "identity"
    before, hub_settings = identities.load(path), load(config).hub
    with pytest.raises(DoorError, match="cannot reach"):
        renew(replace(hub_settings, host="127.0.0.2"))
    with pytest.raises(LinkError, match="cannot reach the broker"):  # the hub certified it, but it cannot be tried
        renew(replace(hub_settings, port=closed_port()), patience_s=0)
    assert identities.load(path) == before
    assert [each.name for each in path.parent.glob("identity-*")] == [before.folder.name]
    assert renew(hub_settings).folder == identities.load(path).folder != before.folder


def test_a_revoked_device_says_so_keeps_its_scans_and_delivers_them_when_it_joins_again(hub, config, scanner):
    joined(hub, config, "outcast")
    with AgentProcess(config) as agent:
        agent.says("connected", PATIENCE_S)
        cli("device", "revoke", "outcast", data=hub.data)
        until(lambda: "has revoked this device's certificate" in status(config)["problem"], "the status", PATIENCE_S)
        scans(agent, scanner, "WHILE REVOKED")
        doctor = relay_edge("doctor", "--config", config)
        (fault,) = [line for line in doctor.stdout.splitlines() if line.startswith("FAULT  hub")]
        assert "revoked" in fault
        assert "relay-hub device invite outcast" in fault
        joined(hub, config, "outcast")
        arrives(hub, "outcast", "WHILE REVOKED")


def _nearly_expired(path):
    """Have the device believe that its certificate ends in a while; its certificate and key."""
    found = identities.load(path)
    member = msgspec.structs.replace(found.membership, issued=BUILT_MS, expires=found.trusted_ms() + 3_600_000)
    (found.folder / "hub.json").write_bytes(msgspec.json.encode(member))
    return found.certificate.read_bytes(), found.key.read_bytes()
