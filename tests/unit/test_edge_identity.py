"""A device's identity: put in place whole or not at all, read by the configuration, renewed in time."""

import errno
import json
import os
import stat
import subprocess
import sys

import pytest

from edge import identity as identities
from edge.config import ConfigError, load
from edge.core.ports import candidates
from edge.core.renewing import FIRST_RETRY_MS, MOST_RETRY_MS, Renewing
from edge.drivers import finding
from edge.drivers.serial_port import PortError
from edge.identity import IdentityError, Membership, NoIdentityError
from edge.version import BUILT_MS
from tests.support.edge_agent import ROOT

FILES = {"key.pem": b"key", "certificate.pem": b"certificate", "authority.pem": b"authority"}
JOINED = '[device]\ndata = "data"\n[hub]\nidentity = "identity"\n'
DAY_MS = 86_400_000


def member(device="wh1-scanner-1", **other):
    told = {"kind": "terminal", "host": "hub.example.org", "mqtt_port": 8883, "https_port": 8443, "ledger": "l1"}
    return Membership(device=device, **(told | {"issued": BUILT_MS, "expires": BUILT_MS + 365 * DAY_MS} | other))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "identity"


@pytest.fixture
def write(tmp_path):
    def write(text):
        config = tmp_path / "edge.toml"
        config.write_text(text, encoding="utf-8")
        config.chmod(0o600)
        return config

    return write


def joined(path, device="wh1-scanner-1", seen_ms=0, **other):
    made = identities.stage(path, member(device, **other), FILES, seen_ms)
    identities.adopt(path, made)
    return made


def test_an_identity_is_read_as_it_was_written_and_only_its_key_is_secret(path):
    joined(path)
    found = identities.load(path)
    assert found.membership == member()
    assert found.key.read_bytes() == b"key"
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in found.folder.iterdir()}
    assert modes.pop("key.pem") == 0o600
    assert set(modes.values()) == {0o644}


def test_a_new_identity_takes_the_place_of_the_old_one_at_once_and_leaves_nothing_of_it(path):
    joined(path, "old")
    staged = identities.stage(path, member("new"), FILES, 0)
    assert identities.load(path).membership.device == "old"
    identities.adopt(path, staged)
    assert identities.load(path).membership.device == "new"
    assert sorted(each.name for each in path.parent.iterdir()) == sorted(["identity", staged.folder.name])


def test_an_identity_in_place_stays_though_the_disk_cannot_say_that_it_is_safe_and_the_old_one_beside_it(
    path, monkeypatch
):
    old = joined(path, "old")
    staged = identities.stage(path, member("new"), FILES, 0)

    def failing(_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(identities, "sync_folder", failing)
    identities.adopt(path, staged)
    assert identities.load(path).membership.device == "new"
    assert old.key.exists(), "a power cut may bring its link back"


def test_a_damaged_identity_is_said_in_words_also_where_it_is_no_text(path):
    joined(path)
    for content in (b'{"device": "\xff"}', b"{"):
        (path / "hub.json").write_bytes(content)
        with pytest.raises(IdentityError, match=r"damaged.*join the hub again"):
            identities.load(path)


def test_nothing_outside_of_the_data_folder_is_given_to_its_owner(path, tmp_path, monkeypatch):
    """An administrator joins in a folder where the agent's user may have put links."""
    given = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda where, *_, follow_symlinks=True: given.append((where, follow_symlinks)))
    path.parent.mkdir()
    with identities.exclusively(path):
        joined(path)
    assert given
    assert not any(followed for _, followed in given)
    secret = tmp_path / "secret"
    secret.touch()
    path.with_name("identity.lock").unlink()
    path.with_name("identity.lock").symlink_to(secret)
    with pytest.raises(IdentityError), identities.exclusively(path):
        pass


def test_an_identity_that_was_copied_as_a_plain_folder_can_be_replaced(path):
    joined(path, "old")
    plain = path.with_name("plain")
    path.resolve().rename(plain)
    path.unlink()
    plain.rename(path)
    assert identities.load(path).membership.device == "old"
    joined(path, "new")
    assert identities.load(path).membership.device == "new"


def test_what_cannot_be_written_whole_leaves_the_old_identity_and_nothing_else(path, monkeypatch):
    joined(path, "old")
    before = sorted(path.parent.iterdir())
    real, count = os.fsync, 0

    def fails_at_the_third(fd):
        nonlocal count
        count += 1
        if count == 3:
            raise OSError(28, "No space left on device")
        real(fd)

    monkeypatch.setattr(os, "fsync", fails_at_the_third)
    with pytest.raises(IdentityError, match="No space left"):
        identities.stage(path, member("new"), FILES, 0)
    assert sorted(path.parent.iterdir()) == before
    assert identities.load(path).membership.device == "old"


def test_nobody_makes_an_identity_while_another_does(path):
    with (
        identities.exclusively(path),
        pytest.raises(IdentityError, match="another join or renewal"),
        identities.exclusively(path),
    ):
        pass
    with identities.exclusively(path):
        pass


def test_the_time_that_is_certainly_past_is_the_latest_that_was_heard(path):
    found = joined(path, issued=0)
    assert found.trusted_ms() == BUILT_MS
    identities.saw(found, BUILT_MS + 5)
    assert identities.load(path).trusted_ms() == BUILT_MS + 5
    (found.folder / "seen").write_bytes(b"\xff rubbish")
    assert found.trusted_ms() == BUILT_MS


@pytest.mark.parametrize("damage", ["certificate.pem", "hub.json", "key.pem"])
def test_an_identity_with_a_part_missing_is_none(path, damage):
    found = joined(path)
    (found.folder / damage).unlink()
    with pytest.raises(NoIdentityError, match="relay-edge join"):
        identities.load(path)


@pytest.mark.parametrize("content", [b"{", b"{}", b"[]", json.dumps({"device": "../x"}).encode()])
def test_a_damaged_identity_says_that_joining_mends_it(path, content):
    (joined(path).folder / "hub.json").write_bytes(content)
    with pytest.raises(IdentityError, match="join the hub again"):
        identities.load(path)


def test_a_joined_device_is_who_the_hub_said_and_connects_to_where_it_joined(path, write):
    joined(path)
    settings = load(write(JOINED))
    assert (settings.device.name, settings.device.kind) == ("wh1-scanner-1", "terminal")
    assert (settings.hub.host, settings.hub.port) == ("hub.example.org", 8883)
    assert settings.hub.identity == path
    settings = load(write(JOINED + 'host = "10.0.0.1"\nport = 9999\n'))
    assert (settings.hub.host, settings.hub.port) == ("10.0.0.1", 9999)


def test_a_device_that_has_not_joined_is_told_to(write):
    config = write(JOINED)
    with pytest.raises(ConfigError, match=r"\[hub\] identity: there is no identity .*relay-edge join"):
        load(config)
    assert load(config, joined=False).device.name == ""


def test_the_file_may_repeat_who_the_device_is_and_not_change_it(path, write):
    joined(path)
    assert load(write(JOINED.replace("[device]", '[device]\nname = "wh1-scanner-1"'))).device.name == "wh1-scanner-1"
    with pytest.raises(ConfigError, match="joined as 'wh1-scanner-1'"):
        load(write(JOINED.replace("[device]", '[device]\nname = "other"')))


def test_a_password_beside_an_identity_is_a_fault(path, write):
    joined(path)
    with pytest.raises(ConfigError, match="remove one of the two"):
        load(write(JOINED + 'password = "secret"\n'))


NAMES = {
    "scanner": "usb-Honeywell_HF680_Barcode_Imager_21-if00",
    "receiver": "usb-u-blox_AG_u-blox_7_-_GPS_GNSS_Receiver-if00",
    "cable": "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0",
}


@pytest.mark.parametrize(
    ("kind", "plugged", "both", "found"),
    [
        ("scanner", ["scanner", "receiver", "cable"], True, ["scanner"]),
        ("gnss", ["scanner", "receiver", "cable"], True, ["receiver"]),
        ("scanner", ["receiver", "cable"], False, ["cable"]),
        ("gnss", ["scanner", "cable"], False, ["cable"]),
        ("gnss", ["cable"], True, []),
        ("scanner", ["cable"], True, ["cable"]),
        ("scanner", ["receiver"], False, []),
        ("scanner", [], False, []),
    ],
)
def test_a_port_is_found_by_what_the_device_says_it_is(kind, plugged, both, found):
    assert candidates(kind, [NAMES[name] for name in plugged], both=both) == [NAMES[name] for name in found]


def test_a_port_that_cannot_be_found_says_why(tmp_path, monkeypatch, write):
    monkeypatch.setattr(finding, "BY_ID", tmp_path / "by-id")
    settings = load(write('[device]\nname = "a"\nkind = "scanner"\n[hub]\nhost = "h"\npassword = "x"\n'
                          '[[scanner]]\nport = "auto"\n'))  # fmt: skip
    find = finding.finder("auto", "scanner", settings)
    with pytest.raises(PortError, match="no scanner is plugged in"):
        find()
    (tmp_path / "by-id").mkdir()
    (tmp_path / "by-id" / NAMES["cable"]).touch()
    assert find() == str(tmp_path / "by-id" / NAMES["cable"])
    (tmp_path / "by-id" / "usb-other-cable").touch()
    with pytest.raises(PortError, match="2 devices could be the scanner"):
        find()


def test_renewal_is_due_when_a_third_of_the_lifetime_is_left_or_the_hub_says_so():
    tries = Renewing(issued=0, expires=300)
    assert not tries.due(trusted=199, up=0, expired=False)
    assert tries.due(trusted=200, up=0, expired=False)
    assert tries.due(trusted=0, up=0, expired=True)


def test_a_failed_renewal_waits_longer_each_time_but_never_past_the_end():
    year = 365 * DAY_MS
    tries = Renewing(issued=0, expires=year)
    waits = []
    up = 0
    for _ in range(12):
        tries.failed(trusted=year - 100 * DAY_MS, up=up, jitter=1.0)
        before = up
        while not tries.due(trusted=year, up=up, expired=True):
            up += 1_000
        waits.append(up - before)
    assert waits[0] == FIRST_RETRY_MS
    assert waits == sorted(waits)
    assert waits[-1] == MOST_RETRY_MS
    short = Renewing(issued=0, expires=80_000)
    short.failed(trusted=64_000, up=0, jitter=1.0)
    assert short.due(trusted=64_000, up=2_000, expired=False)


def test_a_new_certificate_is_not_renewed_at_once_again_though_the_time_is_said_to_be_near_its_end():
    year = 365 * DAY_MS
    tries = Renewing(issued=0, expires=year)
    tries.came_about(up=0)
    assert not tries.due(trusted=year, up=MOST_RETRY_MS - 1, expired=False)
    assert tries.due(trusted=year, up=MOST_RETRY_MS, expired=False)
    short = Renewing(issued=0, expires=3_000)
    short.came_about(up=0)
    assert short.due(trusted=2_000, up=1_000, expired=False)


def test_the_running_agent_loads_nothing_that_only_joining_needs():
    heavy = ["cryptography", "subprocess", "typer", "rich", "sqlite_utils", "edge.signing"]
    code = f"import sys, edge.agent; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
