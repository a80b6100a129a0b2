"""Devices that have joined and read what they may know of their site."""

import base64
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.newcomer import Newcomer
from hub.admission import HOUR_MS, Admission, invite, open_authority
from hub.device_sessions import DeviceSessions
from hub.sitedata import SiteData
from hub.store import devices
from hub.store.database import Database
from wire.device_session import session_text
from wire.sitedata import Body, decode_page, decode_record
from wire.sitedata import SiteData as Page


@dataclass
class Doors:
    """The parts of a hub that serve devices, without sockets."""

    database: Database
    clock: Any

    def __post_init__(self) -> None:
        self.authority = open_authority(self.database)
        self.admission = Admission(
            self.database, self.authority, mqtt_port=8883, clock=self.clock, changed=lambda: None
        )
        self.sessions = DeviceSessions(self.database, self.authority, clock=self.clock, timer=self.clock)
        self.site_data = SiteData(self.database, clock=self.clock, timer=lambda: self.clock() / 1000)

    def join(self, name: str, site: str | None = None) -> Newcomer:
        """A device with a certificate, at a site."""
        invited = invite(self.database, self.authority, name, None, now=self.clock(), ms=HOUR_MS)
        device = Newcomer()
        device.certificate = self.admission.join(invited.code.secret, device.request(), source="192.0.2.1").certificate
        if site is not None:
            with self.database.write() as connection:
                devices.place(connection, name, site)
        return device


def signature(device: Newcomer, nonce: str) -> str:
    """A number, signed by a device's key."""
    return base64.b64encode(device.key.sign(session_text(nonce), ec.ECDSA(hashes.SHA256()))).decode()


def proof(device: Newcomer, name: str, nonce: str) -> dict[str, str]:
    """What a device sends to get a token."""
    return {
        "device": name, "nonce": nonce, "certificate": device.certificate, "signature": signature(device, nonce),
    }  # fmt: skip


def token(client: httpx.Client, device: Newcomer, name: str) -> str:
    """A device's token, by the way that devices take."""
    nonce = client.post("/api/v1/device-challenge", json={"device": name}).json()["nonce"]
    answer = client.post("/api/v1/device-session", json=proof(device, name, nonce))
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["token"]
    return found


@dataclass
class Copy:
    """What a device holds of its site's data, kept as the protocol says."""

    generation: str | None = None
    version: int = 0
    records: dict[tuple[str, str], Body] = field(default_factory=dict)

    def put(self, kind: str, key: str, data: bytes | None) -> None:
        """One record; no data: it is gone."""
        body = None if data is None else decode_record(kind, data)
        if body is None:
            self.records.pop((kind, key), None)
        else:
            self.records[kind, key] = body

    def take(self, page: Page) -> int:
        """One page into the copy; how many records it had."""
        if page.reset:
            self.records.clear()
        for record in page.records:
            self.put(record.kind, record.key, None if record.gone else bytes(record.body))
        self.generation, self.version = page.generation, page.version
        return len(page.records)

    def fetch(self, client: httpx.Client, token: str, **more: int) -> int:
        """Ask until there is nothing more; how many records came."""
        count = 0
        while True:
            asked = {"after": self.version, **more} | ({"generation": self.generation} if self.generation else {})
            answer = client.get("/api/v1/site-data", params=asked, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200, answer.text
            page = decode_page(answer.content)
            count += self.take(page)
            if not page.more:
                return count

    def pull(self, site_data: SiteData, device: str, **more: int) -> int:
        """The same without a socket."""
        count = 0
        while True:
            generation, part = site_data.page(device, self.generation, self.version, **more)
            if part.anew:
                self.records.clear()
            for row in part.rows:
                self.put(row.kind, row.key, row.body)
            count += len(part.rows)
            self.generation, self.version = generation, part.version
            if not part.more:
                return count

    def of(self, kind: str) -> dict[str, Any]:
        """The records of a kind, as JSON values."""
        return {key: msgspec.to_builtins(body) for (found, key), body in self.records.items() if found == kind}
