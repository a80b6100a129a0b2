"""Thousands of devices let in at once: through the hub's own library, for the command line takes one at a time."""

import secrets
import time
from contextlib import closing
from pathlib import Path

from bench.herd_agent import Door
from deploy.stack import Hub
from hub.commands.options import prepared
from hub.credentials import hashed
from hub.store import devices


class Doors:
    """A hub to be started, and its devices' ways in."""

    def __init__(self, folder: Path, *, tls: bool) -> None:
        self._folder, self._tls = folder, tls
        self.hub = Hub(folder / "hub")

    def make(self, names: list[str]) -> list[tuple[str, Door]]:
        """Let these devices in; each with the way that it takes."""
        made = [(name, secrets.token_urlsafe(12)) for name in names]
        _, database = prepared(self._folder / "hub")
        now = time.time_ns() // 1_000_000
        with closing(database), database.write() as connection:
            for name, password in made:
                devices.admit(connection, name, "scanner", hashed(password), now=now)
        return [(name, Door(host="127.0.0.1", port=self.hub.mqtt_port, password=password)) for name, password in made]
