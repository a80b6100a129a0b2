"""The telephones of the demo: the inbox as a program, the hub's settings for it, and what arrived."""

import json
import secrets
import urllib.request
from pathlib import Path
from typing import Any

from deploy.program import Program, StackError, free_port, is_free, wait_for


class Telephones(Program):
    """`python -m deploy.inbox` at a port that stays the same in one folder, as the hub keeps its address."""

    def __init__(self, folder: Path, python: str) -> None:
        self._secret = folder / "inbox-secret"
        self._port = folder / "inbox-port"
        if not self._secret.exists():
            self._secret.touch(mode=0o600)
            self._secret.write_text(secrets.token_hex(32))
        kept = int(self._port.read_text()) if self._port.exists() else 0
        self.port = kept if kept and is_free(kept) else free_port()
        self._port.write_text(str(self.port))
        command = [python, "-m", "deploy.inbox", "--secret-file", str(self._secret), "--port", str(self.port)]
        super().__init__("inbox", command, folder / "inbox.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settle(self, data: Path) -> None:
        """Write the settings of a hub that sends its notices here."""
        data.mkdir(parents=True, exist_ok=True)
        file = data / "hub.toml"
        file.touch(mode=0o600)
        file.write_text(f'[notices]\nurl = "{self.url}/notices"\nsecret = "{self._secret.read_text()}"\n')

    def start(self) -> None:
        super().start()
        wait_for(f"the inbox ({self.log})", self._answers)

    def messages(self, phone: str = "") -> list[dict[str, Any]]:
        """What arrived, newest first; all, or on one telephone."""
        with urllib.request.urlopen(f"{self.url}/messages", timeout=5) as answer:  # noqa: S310 - http on loopback
            found: list[dict[str, Any]] = json.load(answer)
        return [one for one in found if not phone or _digits(one["to"]) == _digits(phone)]

    def _answers(self) -> bool:
        if not self.alive:
            raise StackError(f"the inbox ended:\n{self.tail()}")
        try:
            self.messages()
        except OSError:
            return False
        return True


def _digits(phone: str) -> str:
    return "".join(filter(str.isdecimal, phone))
