"""Thousands of devices let in at once: through the hub's own library, for the command line takes one at a time."""

import secrets
import ssl
import time
from contextlib import closing
from pathlib import Path

from cryptography import x509
from sqlalchemy import Connection

from bench.herd_agent import Door
from deploy.newcomer import Newcomer
from deploy.stack import Hub
from hub.admission import open_authority
from hub.authority import Authority
from hub.commands.options import prepared
from hub.credentials import hashed
from hub.store import authority as papers
from hub.store import devices

LOOPBACK = "127.0.0.1"


class Doors:
    """A hub to be started, and its devices' ways in."""

    def __init__(self, folder: Path, *, tls: bool) -> None:
        self._folder, self._tls = folder, tls
        self.hub = Hub(folder / "hub", listen=tls)

    def make(self, names: list[str]) -> list[tuple[str, Door]]:
        """Let these devices in; each with the way that it takes."""
        _, database = prepared(self._folder / "hub")
        now = time.time_ns() // 1_000_000
        with closing(database):
            authority = open_authority(database) if self._tls else None
            with database.write() as connection:
                if authority is None:
                    return [(name, self._named(connection, name, now)) for name in names]
                return [(name, self._certified(connection, authority, name, now)) for name in names]

    def _named(self, connection: Connection, name: str, now: int) -> Door:
        password = secrets.token_urlsafe(12)
        devices.admit(connection, name, "scanner", hashed(password), now=now)
        return Door(host=LOOPBACK, port=self.hub.mqtt_port, password=password)

    def _certified(self, connection: Connection, authority: Authority, name: str, now: int) -> Door:
        device = Newcomer()
        request = x509.load_pem_x509_csr(device.request(name).encode())
        issued = authority.certify_device(request, name, now_ms=now)
        papers.issued(
            connection,
            devices.admit_certified(connection, name, "scanner", now=now),
            serial=issued.serial,
            fingerprint=issued.fingerprint,
            not_before=issued.not_before,
            not_after=issued.not_after,
            now=now,
        )
        device.name, device.certificate, device.authority = name, issued.pem, authority.pem
        context: ssl.SSLContext = device.context(self._folder / "keys")
        return Door(host=LOOPBACK, port=self.hub.mqtts_port, tls=context)
