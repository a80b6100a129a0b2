"""Seals that one device alone opens: with the secret key that belongs to the public key which it proved.

The scheme stands in wire/badges.py; what tells one use from another is `info`, and what a seal is about is
authenticated with it.
"""

import base64
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.errors import HubError
from wire.badges import KEY_BYTES, NONCE_BYTES

_POINT: Final = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


class SealError(HubError):
    """A device's key is not one that anything can be sealed for: the device joins again."""


def seal(key: bytes, info: bytes, about: str, plain: bytes) -> str:
    """Bytes, sealed for the holder of a public key (DER), base64. Raises SealError."""
    try:
        public = serialization.load_der_public_key(key)
    except ValueError as error:
        raise SealError("a device's public key cannot be read: let the device join again") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise SealError("a device's key is not of the curve P-256: let the device join again")
    once = ec.generate_private_key(ec.SECP256R1())
    made = HKDF(hashes.SHA256(), KEY_BYTES + NONCE_BYTES, salt=None, info=info).derive(once.exchange(ec.ECDH(), public))
    closed = AESGCM(made[:KEY_BYTES]).encrypt(made[KEY_BYTES:], plain, about.encode("ascii"))
    return base64.b64encode(once.public_key().public_bytes(*_POINT) + closed).decode()
