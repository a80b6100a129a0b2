"""Opening what the hub sealed for this device alone, by the device's key: see wire/badges.py for the way of it."""

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge.errors import EdgeError
from wire.badges import KEY_BYTES, NONCE_BYTES, POINT_BYTES


class SealError(EdgeError):
    """What the hub sealed for this device cannot be opened."""


def unsealed(key: ec.EllipticCurvePrivateKey, sealed: str, *, purpose: bytes, about: str) -> bytes:
    """What is in a seal (base64) that was made for this purpose, about this thing. Raises SealError."""
    try:
        data = base64.b64decode(sealed, validate=True)
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data[:POINT_BYTES])
        shared = key.exchange(ec.ECDH(), point)
        made = HKDF(hashes.SHA256(), KEY_BYTES + NONCE_BYTES, salt=None, info=purpose).derive(shared)
        return AESGCM(made[:KEY_BYTES]).decrypt(made[KEY_BYTES:], data[POINT_BYTES:], about.encode("ascii"))
    except (ValueError, InvalidTag) as error:
        raise SealError("this was not sealed for this device's key: it comes anew by itself") from error
