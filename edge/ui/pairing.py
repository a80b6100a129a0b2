"""Which handhelds may use this terminal: paired by a one-time link that the terminal's own screen shows as QR code.

    link (2 minutes, once) --opened and confirmed on the handheld--> cookie (30 days after it was seen last)

Nobody who was not at the screen has a link: it holds 192 random bits. Of links and cookies only digests are kept, of
cookies in a file of the data folder (0600), so that handhelds stay paired over restarts.
"""

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from edge.durable import sync_folder, write

LINK_MS: Final = 120_000
KEEP_MS: Final = 30 * 86_400_000
MOST: Final = 7
"""One session of the device is the screen's."""
MOST_LINKS: Final = 4
_SEEN_EVERY_MS: Final = 600_000
COOKIE: Final = "__Host-relay-terminal"


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """One handheld; times are Unix ms by the device's clock, `digest` is that of its cookie."""

    id: str
    name: str
    digest: str
    paired_at: int
    seen_at: int


class Pairings:
    """All of a device. One thread at a time."""

    def __init__(self, file: Path, now_ms: Callable[[], int], up_ms: Callable[[], int]) -> None:
        self._file, self._now_ms, self._up_ms = file, now_ms, up_ms
        self._links: dict[str, int] = {}
        self._all: dict[str, Paired] = {each.id: each for each in _read(file)}

    def all(self) -> list[Paired]:
        """Those that may come in, by name."""
        self._forget()
        return sorted(self._all.values(), key=lambda each: each.name)

    @property
    def full(self) -> bool:
        return len(self.all()) >= MOST

    def link(self) -> str:
        """The secret of a new link; of many the oldest does not count any more."""
        secret = secrets.token_urlsafe(24)
        self._links = dict(list(self._links.items())[-MOST_LINKS + 1 :])
        self._links[_digest(secret)] = self._up_ms() + LINK_MS
        return secret

    def opens(self, secret: str) -> bool:
        """Whether a link counts now."""
        return self._links.get(_digest(secret), 0) > self._up_ms()

    def claim(self, secret: str, name: str) -> str | None:
        """The cookie for a handheld that has a link; None where the link does not count, or no more are let in.

        Raises OSError: it could not be kept.
        """
        if self.full or not self.opens(secret):
            return None
        del self._links[_digest(secret)]
        cookie, now = secrets.token_urlsafe(32), self._now_ms()
        id_ = os.urandom(8).hex()
        made = Paired(id=id_, name=name, digest=_digest(cookie), paired_at=now, seen_at=now)
        self._all[id_] = made
        self._keep()
        return cookie

    def who(self, cookie: str | None) -> Paired | None:
        """The handheld that has this cookie."""
        if not cookie:
            return None
        self._forget()
        digest = _digest(cookie)
        found = next((each for each in self._all.values() if secrets.compare_digest(each.digest, digest)), None)
        if found is not None and self._now_ms() - found.seen_at >= _SEEN_EVERY_MS:
            found = self._all[found.id] = msgspec.structs.replace(found, seen_at=self._now_ms())
            self._keep()
        return found

    def revoke(self, id_: str) -> bool:
        """Shut one out; whether there was one. Raises OSError."""
        if self._all.pop(id_, None) is None:
            return False
        self._keep()
        return True

    def _forget(self) -> None:
        """Those not seen for long; a clock that jumped ahead shuts them out, and they are paired anew."""
        now = self._now_ms()
        for each in [each for each in self._all.values() if now - each.seen_at > KEEP_MS]:
            del self._all[each.id]

    def _keep(self) -> None:
        new = self._file.with_name(self._file.name + ".new")
        write(new, msgspec.json.encode(list(self._all.values())), 0o600)
        new.replace(self._file)
        sync_folder(self._file.parent)


def _read(file: Path) -> list[Paired]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[Paired])
    except (OSError, msgspec.MsgspecError):  # none, or damaged: handhelds are paired anew
        return []


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
