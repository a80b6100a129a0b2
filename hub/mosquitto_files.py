"""The configuration of the embedded Mosquitto: its listener on loopback, and the one for devices on other machines."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.config import Listen
from wire.limits import PACKET_BYTES

_CONFIG = """\
# Written at each start of the hub; changes are lost.
user {user}
listener {port} {host}
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
persistence false
sys_interval 0
max_packet_size {packet_bytes}
# Towards each client: this many messages unanswered, then this many more, or bytes of them, waiting.
max_inflight_messages 64
max_queued_messages 20000
max_queued_bytes 134217728
log_dest file {folder}/mosquitto.log
log_timestamp_format %Y-%m-%dT%H:%M:%S%z
log_type error
log_type warning
log_type notice
"""
_ENTRANCE = """\
# Devices on other machines: each shows a certificate of this hub, and is whom that names, whatever else it says.
listener {port}{host}
tls_version tlsv1.2
ciphers {ciphers}
cafile {folder}/authority.pem
certfile {folder}/server.pem
keyfile {folder}/server-key.pem
crlfile {folder}/taken-back.pem
require_certificate true
use_identity_as_username true
use_username_as_clientid true
# Fewer than there are descriptors: however many strangers knock, the hub itself finds its way in by loopback.
max_connections {most}
"""
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2, at both doors: forward secrecy and authenticated encryption, which TLS 1.3 always has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The way in for devices on other machines, which show certificates.

    `certified` gives the names of those that may come in, `papers` the files authority.pem, server.pem,
    server-key.pem and taken-back.pem; both are asked at each reload.
    """

    listen: Listen
    certified: Callable[[], Collection[str]]
    papers: Callable[[], Mapping[str, str]]


def config_text(folder: Path, user: str, where: Listen) -> str:
    """The whole configuration of a broker with one listener, for passwords; `user` is whom it runs as."""
    return _CONFIG.format(user=user, port=where.port, host=where.host, folder=folder, packet_bytes=PACKET_BYTES)


def entrance_text(folder: Path, where: Listen, descriptors: int) -> str:
    """What to add for a listener that asks for certificates, in a broker that may have so many descriptors."""
    host = f" {where.host}" if where.host else ""
    return _ENTRANCE.format(
        port=where.port, host=host, folder=folder, ciphers=CIPHERS, most=descriptors - descriptors // 16
    )
