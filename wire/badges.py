"""How a person's PIN is known to hub and device without being known: a verifier, sealed for one device.

A verifier is 16 bytes of salt and the 32 bytes of scrypt (RFC 7914; N 2^15, r 8, p 1: 32 MiB for each guess) over the
PIN with that salt. The hub keeps it, and seals it for each device by the device's public key (P-256):

    sealed = base64(E || C)
    E   the public point of a key pair made for this once, uncompressed (SEC 1, 2.3.3): 65 bytes
    K   32 bytes of key and 12 of nonce: HKDF-SHA256 (RFC 5869), no salt, info `relay-badge-v1`,
        of the x-coordinate that E's secret key and the device's public key have in common (ECDH; NIST SP 800-56A)
    C   AES-256-GCM of the verifier under K, with its tag; the badge's digest (64 hexadecimal characters) is
        authenticated with it, so that nobody exchanges the PINs of two people

Only who holds the device's key can open it, and what is found then has still to be guessed against. PINs are compared
in a time that does not depend on where they differ.
"""

import hashlib
import re
from typing import Final

SEAL_INFO: Final = b"relay-badge-v1"
POINT_BYTES: Final = 65
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
VERIFIER_BYTES: Final = SALT_BYTES + HASH_BYTES

_N, _R, _P = 1 << 15, 8, 1
_MEMORY: Final = 64 * 1024 * 1024
_PIN = re.compile(r"[0-9]{4,12}", re.ASCII).fullmatch


def is_pin(text: str) -> bool:
    """Whether a text may be a PIN: 4 to 12 digits."""
    return _PIN(text) is not None


def digest(badge: str) -> str:
    """What stands for a badge in records: SHA-256 of its code (what follows `RR:B:`), hexadecimal."""
    return hashlib.sha256(badge.encode("utf-8", "surrogatepass")).hexdigest()


def verifier(pin: str, salt: bytes) -> bytes:
    """What a PIN is checked against: 48 bytes. Takes about 0.1 s and 32 MiB."""
    return salt + hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=HASH_BYTES)
