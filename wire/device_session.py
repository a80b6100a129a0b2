"""How a device that has joined proves over HTTPS who it is: it signs a number that the hub has just made.

The device asks for a number (`Challenge`), signs `session_text(nonce)` by the key of its certificate (ECDSA with
SHA-256, DER, base64), and gets a token for the routes that are for devices: `Authorization: Bearer TOKEN`. A number is
good for CHALLENGE_S, once, and for the device that asked. A token ends after SESSION_S, and at once where the device
is revoked. A device that has a password instead sends it (`PasswordRequest`); the hub takes one from its own machine
only.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

CHALLENGE_PATH: Final = "/api/v1/device-challenge"
SESSION_PATH: Final = "/api/v1/device-session"
SESSION_PREFIX: Final = b"relay-session-v1\n"
CHALLENGE_S: Final = 60
SESSION_S: Final = 900
NONCE_CHARS: Final = 200
"""Greatest length of a number, as text."""


class ChallengeRequest(Struct, frozen=True, kw_only=True):
    """A device asks for a number to sign."""

    device: str


class Challenge(Struct, frozen=True, kw_only=True):
    """The number, as text."""

    nonce: Annotated[str, Meta(min_length=16, max_length=NONCE_CHARS)]


class SessionRequest(Struct, frozen=True, kw_only=True):
    """The proof: the device's certificate (PEM), and the number signed by its key (base64 of DER)."""

    device: str
    nonce: str
    certificate: str
    signature: str


class PasswordRequest(Struct, frozen=True, kw_only=True):
    """The proof of a device that has a password."""

    device: str
    password: str


class DeviceSession(Struct, frozen=True, kw_only=True):
    """What opens the routes for devices, and for how long."""

    token: Annotated[str, Meta(min_length=16, max_length=200)]
    expires_s: Annotated[int, Meta(ge=1, le=86_400)]


def session_text(nonce: str) -> bytes:
    """What a device signs. Raises UnicodeEncodeError for a number that is no ASCII."""
    return SESSION_PREFIX + nonce.encode("ascii")
