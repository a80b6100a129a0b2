"""By which names a hub is called."""

import ipaddress
from pathlib import Path

from hub.config import Listen, Settings
from hub.folder import Running
from hub.names import LOOPBACK, hosts, inviting_name, known_names, own_addresses

DATA = Path("nowhere")
RUNNING = Running(pid=1, mqtt_port=1, http_port=1, ledger="", run="", listen_host="198.51.100.7", https_port=1)


def test_a_hub_on_loopback_is_called_by_loopback_names_only():
    assert hosts(Settings(data=DATA)) == LOOPBACK


def test_a_hub_that_listens_is_called_by_the_name_that_devices_ask_for_and_by_its_own_addresses():
    names = known_names(Settings(data=DATA, listen=Listen(), listen_names=("hub.example.org",)))
    assert {"relay-hub", "hub.example.org", *own_addresses()} <= names


def test_a_hub_that_listens_on_one_address_is_not_called_by_its_others():
    listen = Listen(host="fd00::7")
    assert known_names(Settings(data=DATA, listen=listen)) == {"127.0.0.1", "relay-hub", "fd00::7"}
    assert hosts(Settings(data=DATA, listen=listen)) == LOOPBACK | {"relay-hub", "[fd00::7]"}


def test_addresses_that_nobody_else_can_dial_are_not_among_its_own():
    assert not any(ipaddress.ip_address(each).is_loopback for each in own_addresses())


def test_a_device_is_told_to_dial_what_the_hub_listens_on_then_a_name_in_the_settings():
    named = Settings(data=DATA, listen=Listen(host="198.51.100.8"), listen_names=("hub.example.org",))
    assert inviting_name(named, RUNNING) == "198.51.100.7"
    assert inviting_name(named, None) == "198.51.100.8"
    assert inviting_name(Settings(data=DATA, listen_names=("hub.example.org",)), None) == "hub.example.org"
    assert inviting_name(Settings(data=DATA), None)
