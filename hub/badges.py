"""PINs of badges: made into verifiers here, and sealed so that one device alone can check them (see wire.badges)."""

import base64
import os
from secrets import choice
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.core.passwords import pin_fault
from hub.errors import HubError
from wire.badges import KEY_BYTES, NONCE_BYTES, SALT_BYTES, SEAL_INFO, verifier

CODE_CHARS: Final = 12
"""Of 32 signs each: 60 random bits. Who sees a badge's digest at a device does not find its code."""
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PIN_DIGITS: Final = 6


class SealError(HubError):
    """A device's key is not one that a PIN can be sealed for: the device joins again."""


def new_code() -> str:
    """A badge's code: what follows `RR:B:` in its barcode."""
    return "".join(choice(_SIGNS) for _ in range(CODE_CHARS))


def new_pin() -> str:
    """A random PIN that is not one of those that everybody tries first."""
    while True:
        pin = "".join(choice("0123456789") for _ in range(_PIN_DIGITS))
        if pin_fault(pin) is None:
            return pin


def verifier_of(pin: str) -> str:
    """What is kept of a PIN: its verifier under a new salt, base64. Takes about 0.1 s and 32 MiB."""
    return base64.b64encode(verifier(pin, os.urandom(SALT_BYTES))).decode()


def seal(key: bytes, digest: str, kept: str) -> str:
    """A verifier (base64) sealed for the holder of a public key (DER), bound to a badge's digest. Raises SealError."""
    try:
        public = serialization.load_der_public_key(key)
    except ValueError as error:
        raise SealError("a device's public key cannot be read: let the device join again") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise SealError("a device's key is not of the curve P-256: let the device join again")
    once = ec.generate_private_key(ec.SECP256R1())
    made = HKDF(hashes.SHA256(), KEY_BYTES + NONCE_BYTES, salt=None, info=SEAL_INFO).derive(
        once.exchange(ec.ECDH(), public)
    )
    closed = AESGCM(made[:KEY_BYTES]).encrypt(made[KEY_BYTES:], base64.b64decode(kept), digest.encode("ascii"))
    point = once.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.b64encode(point + closed).decode()
