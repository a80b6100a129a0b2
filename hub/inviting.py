"""Inviting devices by a code: what a person carries from the hub to the device, typed or as a QR code."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.admission import HOUR_MS, invite
from hub.authority import Authority
from hub.store.database import Database
from hub.store.decisions import HERE
from wire.joining import HTTPS_PORT, Invitation

if TYPE_CHECKING:
    from segno import QRCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An invitation that was just made, shown this once: its code lets a device in. `expires_at` in Unix ms."""

    device: str
    kind: str
    told: Invitation
    expires_at: int

    @property
    def code(self) -> str:
        return str(self.told.code)

    @property
    def command(self) -> str:
        """What a person types at the device."""
        dial = self.told.host if self.told.port == HTTPS_PORT else self.told.address
        return f"relay-edge join {dial} {self.code}"

    @property
    def qr(self) -> str:
        """What the device's own scanner reads."""
        return str(self.told)


class Inviter:
    """Invites devices to a hub that listens. Thread-safe.

    `name` tells by which name or address devices reach it, `https_port` is where they join.
    """

    def __init__(
        self,
        database: Database,
        authority: Authority,
        *,
        name: Callable[[], str],
        https_port: int,
        clock: Callable[[], int],
    ) -> None:
        self._database = database
        self._authority = authority
        self._name = name
        self._https_port = https_port
        self._clock = clock

    def invite(self, device: str, kind: str | None, hours: float, *, by: str = HERE) -> Offer:
        """Invite a device, known or not; earlier invitations of its name end. Raises InvitationError."""
        ms = round(hours * HOUR_MS)
        made = invite(self._database, self._authority, device, kind, now=self._clock(), ms=ms, by=by)
        told = Invitation(host=self._name(), port=self._https_port, code=made.code)
        return Offer(device=made.device, kind=made.kind, told=told, expires_at=made.expires_at)


def terminal(text: str) -> str:
    """A QR code for a terminal."""
    drawn = io.StringIO()
    _drawn(text).terminal(drawn, compact=True)
    return drawn.getvalue()


def svg(text: str) -> str:
    """A QR code as a picture of any size: black on white with the quiet zone of four modules (ISO/IEC 18004, 6.3.8).

    The white is part of the picture, so that scanners read it on a dark page too.
    """
    drawn = io.BytesIO()
    _drawn(text).save(drawn, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False, omitsize=True)
    return drawn.getvalue().decode()


def _drawn(text: str) -> "QRCode":
    import segno  # noqa: PLC0415 (only here)

    return segno.make(text, error="m", micro=False)
