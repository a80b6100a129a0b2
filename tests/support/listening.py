"""A hub that listens for devices on other machines, and raw clients that knock at its doors."""

import contextlib
import socket
import sqlite3
import ssl
import struct
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from deploy.newcomer import LOOPBACK, Newcomer, key_pem, trusting
from hub.authority import Authority
from tests.support import authority as made
from tests.support.hub_process import HubProcess, cli, cli_json
from tests.support.mqtt import Client
from wire.joining import SERVER_NAME

LISTEN = ("--mqtt-port", "0", "--listen", "127.0.0.1:0", "--https-port", "0")
PATIENCE_S = 10.0


class ListeningHub(HubProcess):
    """`relay-hub up --listen` on free ports."""

    def __init__(self, data: Path, *arguments: str) -> None:
        super().__init__(data, *(arguments or LISTEN))

    def invite(self, name: str, **options: str) -> str:
        """A code."""
        words = [word for key, value in options.items() for word in (f"--{key}", value)]
        return cli_json("device", "invite", name, *words, data=self.data)["code"]

    def newcomer(self, name: str) -> Newcomer:
        """A device that has joined."""
        device = Newcomer()
        device.join(self.https_port, self.invite(name))
        return device

    def revoke(self, name: str) -> None:
        done = cli("device", "revoke", name, data=self.data)
        assert done.returncode == 0, done.stderr

    def add(self, name: str) -> str:
        """Let a device in by password, on loopback."""
        return cli_json("device", "add", name, data=self.data)["password"]

    def shown(self, name: str) -> str:
        """Its line in the list of devices; empty if it is not there."""
        listed = cli("device", "list", data=self.data).stdout.splitlines()
        return next((line for line in listed if line.startswith(name + " ")), "")

    def refused_invitation(self, name: str) -> str:
        """What is said to somebody who invites a device under a name that cannot be."""
        done = cli("device", "invite", name, data=self.data)
        assert done.returncode == 1
        return done.stderr

    def execute(self, statement: str) -> list[tuple]:
        """Look at or change its database directly."""
        with contextlib.closing(sqlite3.connect(self.data / "hub.db", timeout=30)) as connection, connection:
            return connection.execute(statement).fetchall()

    @property
    def hub_password(self) -> str:
        return (self.data / "broker" / "hub-password").read_text().strip()

    @property
    def authority(self) -> Authority:
        return Authority.load(*self.execute("SELECT key, certificate FROM authority")[0])

    def forger(self) -> made.Authority:
        """Somebody who has the hub's key and signs whatever is wanted."""
        forger = made.Authority()
        forger.key = serialization.load_pem_private_key(self.authority.key_pem.encode(), password=None)
        forger.name = self.authority.certificate.subject
        return forger


def device_context(hub: ListeningHub, folder: Path, key: bytes, certificate: bytes) -> ssl.SSLContext:
    """For a client with any key and certificate (PEM)."""
    context = trusting(hub.authority.pem)
    both = folder / f"{len(list(folder.iterdir()))}.pem"
    both.write_bytes(certificate + key)
    context.load_cert_chain(both)
    return context


def joined_context(hub: ListeningHub, folder: Path, device: Newcomer) -> ssl.SSLContext:
    return device_context(hub, folder, key_pem(device.key), device.certificate.encode())


def tls_client(port: int, context: ssl.SSLContext, **how) -> Client:
    """An MQTT client over TLS; raises Refused or OSError where it is not let in."""
    return Client(port, tls=context, **how)


def connect_packet(client_id: str = "x") -> bytes:
    """CONNECT of MQTT 3.1.1 (section 3.1), clean session."""
    body = b"\x00\x04MQTT\x04\x02\x00\x3c" + struct.pack(">H", len(client_id)) + client_id.encode()
    return bytes([0x10, len(body)]) + body


def knock(port: int, context: ssl.SSLContext | None = None, session: ssl.SSLSession | None = None) -> bytes:
    """What a broker answers to a CONNECT; nothing where it hangs up instead. None as context: without TLS."""
    try:
        plain = socket.create_connection((LOOPBACK, port), timeout=PATIENCE_S)
        with plain if context is None else _wrapped(context, plain, session) as stream:
            stream.sendall(connect_packet())
            return stream.recv(4)
    except (ssl.SSLError, ConnectionError):
        return b""


def _wrapped(context: ssl.SSLContext, plain: socket.socket, session: ssl.SSLSession | None) -> ssl.SSLSocket:
    return context.wrap_socket(plain, server_hostname=SERVER_NAME, session=session)


LET_IN = b"\x20\x02\x00\x00"
"""CONNACK, accepted."""


def session_of(port: int, context: ssl.SSLContext) -> ssl.SSLSession | None:
    """What a client may resume later, after the broker has let it in."""
    with socket.create_connection((LOOPBACK, port), timeout=PATIENCE_S) as plain, _wrapped(context, plain, None) as tls:
        tls.sendall(connect_packet())
        assert tls.recv(4) == LET_IN
        return tls.session
