"""How a device joins: the one-time code that a person carries from hub to device, and what the two say over HTTPS.

A code is 25 characters of Crockford's base 32 (0-9 and A-Z without I, L, O, U), shown in five groups of five: 8
characters of secret (40 random bits, known to the hub as a digest, good once and for an hour), 16 characters of
fingerprint (the first 80 bits of SHA-256 over the DER of the hub's CA certificate) and 1 check character. So the
person carries trust both ways: the hub knows the device by the secret, the device knows the hub by the fingerprint,
and a wrong hub in between has neither. The secret is not sent before the fingerprint was compared.

The check character is the sum of value_i * (i + 1) modulo 31 over the 24 characters before it. Every exchange of two
neighbours and every single wrong character is seen, except 0 for Z and Z for 0, whose values differ by 31.

To renew a certificate, its device signs the new request by the old key (RENEWAL_PREFIX before the request's DER).
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

import msgspec

from wire.errors import WireError

SERVER_NAME: Final = "relay-hub"
"""Whom a hub's server certificate names, and whom devices ask for (TLS name, Host), whatever address they dial."""

HTTPS_PORT: Final = 8443
MQTT_TLS_PORT: Final = 8883
AUTHORITY_PATH: Final = "/api/v1/authority"
JOIN_PATH: Final = "/api/v1/join"
RENEW_PATH: Final = "/api/v1/renew"
RENEWAL_PREFIX: Final = b"relay-renew-v1\n"
CSR_CHARS: Final = 4096
"""Greatest length of a certificate, or of a request for one, as PEM text."""

SECRET_CHARS: Final = 8
FINGERPRINT_CHARS: Final = 16
CODE_CHARS: Final = SECRET_CHARS + FINGERPRINT_CHARS + 1
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {sign: value for value, sign in enumerate(ALPHABET)}
_READ_AS: Final = str.maketrans(
    {"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\t": None, "\r": None, "\n": None}
)
_GROUP: Final = 5
_QR: Final = re.compile(
    r"relay\+join://(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253}):([0-9]{1,5})/([0-9a-z-]{25,40})/?",
    re.IGNORECASE | re.ASCII,
)


class CodeError(WireError):
    """A text that is no code for joining; the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code, taken apart. `str()` gives it as people see it."""

    secret: str
    fingerprint: str

    def __str__(self) -> str:
        text = self.secret + self.fingerprint
        text += check_character(text)
        return "-".join(text[at : at + _GROUP] for at in range(0, CODE_CHARS, _GROUP))


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a QR code for joining holds: the hub's HTTPS door and the code."""

    host: str
    port: int
    code: Code

    @property
    def address(self) -> str:
        """The door as HOST:PORT."""
        return address(self.host, self.port)

    def __str__(self) -> str:
        return f"relay+join://{self.address}/{self.code}"


class JoinRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A device asks to be let in: the code's secret and a certificate request (PEM)."""

    code: str
    csr: str


class RenewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A device asks for a new certificate: the one it has, and a request for the new one (both PEM).

    `signature` is renewed_text() of the request signed by the old key: ECDSA with SHA-256, DER, base64.
    """

    certificate: str
    csr: str
    signature: str


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's answer to both: who the device is from now on, and how it connects. `time` is the hub's, Unix ms."""

    device: str
    kind: str
    certificate: str
    authority: str
    mqtt_port: int
    ledger: str
    time: int


def address(host: str, port: int) -> str:
    """HOST:PORT, as addresses are written: an IPv6 address in brackets (RFC 3986, section 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def fingerprint(certificate: bytes) -> str:
    """The 16 characters that stand for a CA certificate (DER) in a code."""
    return base32(hashlib.sha256(certificate).digest()[:10])


def base32(data: bytes) -> str:
    """Bytes (a multiple of five) in Crockford's base 32, the most significant bits first."""
    bits = int.from_bytes(data, "big")
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(len(data) * 8 - 5, -1, -5))


def check_character(text: str) -> str:
    """The last character of a code, made from the 24 before it."""
    return ALPHABET[sum(_VALUES[sign] * place for place, sign in enumerate(text, 1)) % 31]


def normal(text: str) -> str:
    """What a person typed, in the alphabet: O is 0, I and L are 1; case, spaces and hyphens do not count."""
    return text.upper().translate(_READ_AS)


def parse_code(text: str) -> Code:
    """A code as typed by a person. Raises CodeError, which never repeats the text: it may be a secret."""
    signs = normal(text)
    wrong = sorted(set(signs) - set(ALPHABET))
    if wrong:
        raise CodeError(f"a code has no character {wrong[0]!r}; look at it again")
    if len(signs) != CODE_CHARS:
        raise CodeError(f"a code has {CODE_CHARS} characters, this one has {len(signs)}; look at it again")
    if check_character(signs[:-1]) != signs[-1]:
        raise CodeError("a character of the code is wrong, or two changed places; look at it again")
    return Code(secret=signs[:SECRET_CHARS], fingerprint=signs[SECRET_CHARS:-1])


def parse_invitation(text: str) -> Invitation:
    """What a QR code for joining says. Raises CodeError."""
    found = _QR.fullmatch(text.strip())
    if found is None or not 0 < int(found[2]) <= 65_535:
        raise CodeError("this is not a QR code for joining (relay+join://HOST:PORT/CODE); print a new one at the hub")
    return Invitation(host=found[1].strip("[]").lower(), port=int(found[2]), code=parse_code(found[3]))


def renewed_text(request: bytes) -> bytes:
    """What a device signs by its old key to renew its certificate: `request` is the new request's DER."""
    return RENEWAL_PREFIX + request
