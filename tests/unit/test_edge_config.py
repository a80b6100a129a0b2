"""The configuration: read once, checked whole, every fault named."""

from pathlib import Path

import pytest

from edge.config import ConfigError, load
from edge.core.dialogue import Work
from wire.actions import Action

WHOLE = r"""
[device]
name = "wh1-scanner-1"
kind = "scanner"
data = "data"

[hub]
host = "127.0.0.1"
port = 11883
username = "wh1-scanner-1"
password = "secret"

[[scanner]]
port = "/dev/ttyUSB0"
baud = 9600
prefix = "\u0002"
suffix = "\r"
confirm = "echo"
do = "receive"
from = "transit:truck-7"
to = "place:wh-1/a01"
owner = "red-cross"
by = "ana"

[[gnss]]
port = "/dev/ttyACM0"
baud = 115200
rate_hz = 5

[outbox]
keep_days = 7

[log]
level = "debug"
json = false
"""
SMALL = '[device]\nname = "v-1"\nkind = "vehicle"\n[hub]\nhost = "hub"\npassword = "x"\n'


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "edge.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return write


def faults_of(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    return list(caught.value.faults)


def test_a_whole_file_is_read_into_one_object(write):
    path = write(WHOLE)
    settings = load(path)
    assert (settings.device.name, settings.device.kind) == ("wh1-scanner-1", "scanner")
    assert settings.outbox == path.parent / "data" / "outbox.db"
    assert (settings.hub.host, settings.hub.port, settings.hub.password) == ("127.0.0.1", 11883, "secret")
    (scanner,) = settings.scanners
    assert (scanner.prefix, scanner.suffix, scanner.confirm, scanner.baud) == (b"\x02", b"\r", "echo", 9600)
    assert scanner.work == Work(
        do=Action.RECEIVE, source="transit:truck-7", to="place:wh-1/a01", owner="red-cross", by="ana"
    )
    assert settings.gnss[0].rate_hz == 5
    assert (settings.keep_days, settings.log_level, settings.log_json) == (7, "debug", False)
    assert settings.ports == ("/dev/ttyUSB0", "/dev/ttyACM0")
    assert settings.advice == ()


def test_what_is_left_out_has_a_sensible_value(write):
    settings = load(write(SMALL + '[[scanner]]\nport = "/dev/ttyUSB0"\n'))
    assert settings.hub.port == 1883
    assert settings.hub.username == "v-1"
    assert settings.scanners[0].suffix == b"\r\n"
    assert settings.scanners[0].work.do is Action.SIGHT
    assert settings.keep_days == 14
    assert str(settings.device.data) == "/var/lib/relief-relay/edge"


def test_the_example_that_is_shipped_is_sound():
    example = Path(__file__).parents[2] / "deploy" / "edge.example.toml"
    settings = load(example, joined=False)
    assert settings.scanners
    assert settings.gnss


def test_every_fault_is_named_at_once_with_its_key(write):
    text = r"""
colour = 1
[device]
name = "WH 1"
kind = "phone"
dta = "x"
[hub]
host = ""
port = 99999
[[scanner]]
baud = "fast"
suffix = ""
confirm = "beep"
do = "steal"
to = "shelf 3"
[[scanner]]
port = "/dev/ttyUSB0"
owner = ""
[[gnss]]
port = "/dev/ttyUSB0"
rate_hz = 50
[outbox]
keep_days = 0
[log]
json = "yes"
lvl = "info"
"""
    faults = faults_of(write(text))
    keys = [
        "[device] name: 'WH 1'", "[device] kind: is 'phone'; use one of scanner, terminal, vehicle",
        "[device] dta: is unknown; is data meant?", "[hub] host: is empty", "[hub] port: must be a whole number",
        "[hub] password: is needed", "[[scanner]] 1 port: is missing", "[[scanner]] 1 baud:", "[[scanner]] 1 suffix:",
        "[[scanner]] 1 confirm:", "[[scanner]] 1 do:", "[[scanner]] 1 to:", "[[scanner]] 2 owner:",
        "[[gnss]] 1 rate_hz:", "[outbox] keep_days:", "[log] json:", "[log] lvl: is unknown", "colour: is unknown",
        "port: /dev/ttyUSB0 is named twice",
    ]  # fmt: skip
    for key in keys:
        assert any(fault.startswith(key) for fault in faults), key
    assert len(faults) == len(keys)


def test_missing_sections_are_named_and_not_each_of_their_keys(write):
    assert sorted(fault.split(":")[0] for fault in faults_of(write(""))) == ["[device]", "[hub]"]


@pytest.mark.parametrize(
    "text", ["device = 3\nhub = []\nscanner = {}\ngnss = [1]\noutbox = 1\nlog = 'x'\n", "[[device]]"]
)
def test_a_section_of_the_wrong_kind_is_a_fault_and_no_exception(write, text):
    assert faults_of(write(text))


def test_a_file_that_is_no_toml_says_where(write):
    (fault,) = faults_of(write("[device\nname"))
    assert "line 1" in fault


def test_a_file_that_is_not_text_or_not_there_is_one_fault(tmp_path):
    path = tmp_path / "edge.toml"
    assert "No such file" in faults_of(path)[0]
    path.write_bytes(b"\xff\xfe")
    assert "is not TOML" in faults_of(path)[0]


def test_the_password_may_be_in_a_file_of_its_own(write, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("pass word\n")
    secret.chmod(0o644)
    settings = load(write(SMALL.replace('password = "x"', 'password_file = "secret"')))
    assert settings.hub.password == "pass word"
    assert len(settings.advice) == 1
    assert f"chmod 600 {secret}" in settings.advice[0]
    secret.unlink()
    faults = faults_of(write(SMALL.replace('password = "x"', 'password_file = "secret"')))
    assert "password_file: cannot be read" in faults[0]


def test_a_password_that_others_can_read_is_advised_against_and_never_shown(write):
    path = write(SMALL)
    path.chmod(0o644)
    settings = load(path)
    assert "chmod 600" in settings.advice[0]
    assert "'x'" not in repr(settings)
