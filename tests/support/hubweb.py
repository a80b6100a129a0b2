"""A hub's HTTP side on a free loopback port, in a thread, with a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from argon2 import PasswordHasher

from hub.api.app import create_app
from hub.api.fanout import Fanout
from hub.api.live import LiveFeed
from hub.api.services import Services
from hub.core.viewer import Role
from hub.store import users
from hub.store.database import Database
from hub.store.devices import DeviceError
from hub.vault import Vault
from hub.web import Web as Server
from hub.web import listen

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
START_MS = 1_795_400_000_000
PASSWORD = "correct horse battery"
ORGANISATION = "org-own"
"""Whose staff the user and the token of that role are."""


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: int = START_MS

    def __call__(self) -> int:
        return self.now


@dataclass
class Added:
    name: str
    password: str = "secret"
    config: str = ""


@dataclass
class Registry:
    """Remembers the devices that were added."""

    added: list[tuple[str, str]] = field(default_factory=list)

    def add_device(self, name: str, kind: str, *, by: str = "") -> Added:
        self.added.append((name, kind))
        return Added(name=name, config=f'[device]\nname = "{name}"\n')

    def remove_device(self, name: str, *, by: str = "") -> str:
        if name not in [added for added, _ in self.added]:
            raise DeviceError(f"There is no device {name!r}.")
        self.added = [each for each in self.added if each[0] != name]
        return ""


@dataclass
class Web:
    """A running server and what is behind it."""

    url: str
    database: Database
    clock: Any
    live: LiveFeed
    services: Services
    registry: Any
    tokens: dict[Role, str]

    def client(self, role: Role | None = Role.ADMIN) -> httpx.Client:
        """A client with the API token of a role; the caller closes it. Without TLS: loading certificates takes long."""
        headers = {} if role is None else {"Authorization": f"Bearer {self.tokens[role]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=10, trust_env=False, verify=False)

    def get(self, path: str, role: Role | None = Role.ADMIN, **query: object) -> dict[str, Any]:
        """What a read gives; fails the test for an error."""
        with self.client(role) as client:
            answer = client.get("/api/v1" + path, params={k: v for k, v in query.items() if v is not None})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@cache
def _template() -> bytes:
    """A database as the hub's own migrations make it: made once, then copied."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        Database.open(path).close()
        return path.read_bytes()


def make_database(folder: Path) -> Database:
    """A new database with all tables."""
    path = folder / "hub.db"
    path.write_bytes(_template())
    return Database(path)


def make_services(database: Database, folder: Path, **changes: Any) -> Services:
    """Services with a clock that stands still and quick passwords."""
    clock = changes.pop("clock", None) or Clock()
    values: dict[str, Any] = {
        "database": database, "clock": clock, "run": "c" * 16, "ledger": database.ledger, "version": "0.1.0",
        "ui": folder / "dist", "live": LiveFeed(database, clock, heartbeat_s=0.2, pace_s=0.02),
        "positions": Fanout(database, clock, pace_s=0.02),
        "devices": Registry(), "vault": Vault.of(folder), "hasher": QUICK, "slowest_refusal_s": 0.0,
    }  # fmt: skip
    return Services(**(values | changes))


@contextmanager
def serving(folder: Path, *, database: Database | None = None, peopled: bool = True, **changes: Any) -> Iterator[Web]:
    """A server that is up, and down again at the end of the block; `peopled` with a user of each role."""
    database = database or make_database(folder)
    services = make_services(database, folder, **changes)
    with database.write() as connection:
        now = services.clock()
        tokens = {}
        for role in Role:
            of = ORGANISATION if role is Role.STAFF else None
            tokens[role] = users.add_token(connection, f"token-{role}", role, now=now, organisation=of)
            if peopled:
                users.add_user(connection, f"{role}-1", PASSWORD, role, now=now, hasher=QUICK, organisation=of)
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    server = Server(create_app(services), listening)
    try:
        server.start()
        yield Web(
            url=f"http://127.0.0.1:{port}", database=database, clock=services.clock, live=services.live,
            services=services, registry=services.devices, tokens=tokens,
        )  # fmt: skip
    finally:
        services.live.close()
        server.stop()
        database.close()
        assert not server.alive
