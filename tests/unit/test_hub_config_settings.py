"""The hub's settings: options over file over defaults, and every fault at once."""

from pathlib import Path

import pytest

from hub.__main__ import spelled_out
from hub.config import Address, ConfigError, Listen, load, parse_broker, parse_listen, parse_public
from hub.names import hosts


def _write(folder: Path, text: str) -> None:
    (folder / "hub.toml").write_text(text)


def test_without_a_file_or_options_the_defaults_hold(tmp_path: Path) -> None:
    settings = load(tmp_path / "missing")
    assert (settings.mqtt_port, settings.http_host, settings.http_port) == (1883, "127.0.0.1", 8000)
    assert settings.broker is None
    assert settings.database == tmp_path / "missing" / "hub.db"


def test_an_option_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    _write(
        tmp_path, '[mqtt]\nport = 1\n[http]\nport = 2\nhost = "::1"\nnames = ["hub.example.org"]\n[log]\njson = true'
    )
    settings = load(tmp_path, {"http_port": 3, "mqtt_port": None})
    assert (settings.mqtt_port, settings.http_port, settings.http_host) == (1, 3, "::1")
    assert settings.http_names == ("hub.example.org",)
    assert settings.log_json


def test_every_fault_is_named_at_once_with_its_place_and_key(tmp_path: Path) -> None:
    _write(
        tmp_path,
        'x = 1\n[mqtt]\nport = "a"\nbroker = "http://x"\n[http]\nport = true\nhost = ""\nnames = "a"\nspeed = 1\n'
        '[log]\nlevel = "loud"\njson = 1\n[other]\n',
    )
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {"http_host": "a b", "mqtt_port": -1})
    keys = [(fault.where.rpartition("/")[2], fault.key) for fault in caught.value.faults]
    assert keys == [
        ("hub.toml", "x"),
        ("hub.toml", "[mqtt] port"),
        ("hub.toml", "[mqtt] broker"),
        ("hub.toml", "[http] port"),
        ("hub.toml", "[http] host"),
        ("hub.toml", "[http] names"),
        ("hub.toml", "[http] speed"),
        ("hub.toml", "[log] level"),
        ("hub.toml", "[log] json"),
        ("hub.toml", "other"),
        ("command line", "--http-host"),
        ("command line", "--mqtt-port"),
    ]
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)


@pytest.mark.parametrize("text", ["[mqtt", "\x00", "[mqtt]\nport = 1\nport = 2"])
def test_a_file_that_is_no_toml_is_one_fault(tmp_path: Path, text: str) -> None:
    _write(tmp_path, text)
    with pytest.raises(ConfigError, match=r"hub\.toml: file: cannot be read"):
        load(tmp_path)


def test_one_port_cannot_serve_both(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="both MQTT and HTTP"):
        load(tmp_path, {"mqtt_port": 9000, "http_port": 9000})
    assert load(tmp_path, {"mqtt_port": 0, "http_port": 0}).mqtt_port == 0


def test_a_given_broker_and_a_port_for_our_own_contradict(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="give one of the two"):
        load(tmp_path, {"broker": "mqtt://u:p@h", "mqtt_port": 1})


def test_a_brokers_address_is_taken_apart() -> None:
    assert parse_broker("mqtt://hub:p%40ss@[::1]:1884") == Address(host="::1", port=1884, user="hub", password="p@ss")
    assert parse_broker("mqtt://broker.example.org") == Address(host="broker.example.org", port=1883)


def test_an_address_never_shows_its_password() -> None:
    assert str(parse_broker("mqtt://hub:secret@h:1")) == "mqtt://h:1"


@pytest.mark.parametrize(
    "text",
    ["", "mqtts://h", "h:1883", "mqtt://", "mqtt://h:99999", "mqtt://h/x", "mqtt://:p@h", "mqtt://[::1", 5, None],
)
def test_what_is_no_address_of_a_broker_is_refused_without_showing_it(text: object) -> None:
    with pytest.raises(ValueError, match="mqtt://user:password@host:port"):
        parse_broker(text)


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        load(tmp_path).mqtt_port = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("", "", 8883),
        (":9883", "", 9883),
        ("192.0.2.1", "192.0.2.1", 8883),
        ("hub.example.org:0", "hub.example.org", 0),
        ("[fd00::1]:9883", "fd00::1", 9883),
        ("[::]", "", 8883),
        ("0.0.0.0:1", "", 1),
    ],
)
def test_where_to_listen_may_leave_out_host_or_port_or_both(text: str, host: str, port: int) -> None:
    assert parse_listen(text) == Listen(host=host, port=port)


@pytest.mark.parametrize("value", ["8883", "a:b", "a:70000", "fd00::1", "a b", "[x]:1", True, 8883, "::", "a\n"])
def test_what_does_not_say_where_to_listen_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse_listen(value)


def test_listening_is_off_unless_somebody_asks_for_it(tmp_path: Path) -> None:
    assert load(tmp_path).listen is None
    _write(tmp_path, '[listen]\nat = ":9000"\nhttps_port = 9443\nnames = ["hub.example.org"]')
    settings = load(tmp_path)
    assert (settings.listen, settings.https_port) == (Listen(port=9000), 9443)
    assert settings.listen_names == ("hub.example.org",)
    assert load(tmp_path, {"listen": ""}).listen == Listen()


def test_a_hub_listens_by_a_broker_of_its_own_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="listen: the hub can only open a broker of its own"):
        load(tmp_path, {"listen": "", "broker": "mqtt://a@b"})


def test_the_ports_for_devices_are_ports_like_the_others(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="9000 cannot serve both MQTT with TLS and HTTPS"):
        load(tmp_path, {"listen": ":9000", "https_port": 9000})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("up --listen", "up --listen="),
        ("up --listen --data x", "up --listen= --data x"),
        ("up --listen :1 --data x", "up --listen :1 --data x"),
        ("up --listen=:1", "up --listen=:1"),
    ],
)
def test_listen_alone_means_everywhere(typed: str, meant: str) -> None:
    assert spelled_out(typed.split()) == meant.split()


def test_where_recipients_reach_the_hub_is_a_name_of_it(tmp_path: Path) -> None:
    _write(tmp_path, '[http]\npublic = "https://relief.example.org/"')
    settings = load(tmp_path)
    assert settings.public_url == "https://relief.example.org"
    assert "relief.example.org" in hosts(settings)


@pytest.mark.parametrize(
    "value",
    ["relief.example.org", "ftp://x", "https://x/y", "https://x?y", "https://a@x", "https://x:0", "https://x:y", 1],
)
def test_what_is_no_address_of_a_hub_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no address of a hub"):
        parse_public(value)
