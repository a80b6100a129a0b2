"""PINs as a hub seals them for one device, written from the contract (wire/badges.py) alone."""

import base64
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wire.badges import digest, verifier


def sealed(identity, badge, pin):
    """For the device of an identity."""
    public = x509.load_pem_x509_certificate(identity.certificate.read_bytes()).public_key()
    return sealed_for(public, badge, pin)


def sealed_for(public, badge, pin):
    once = ec.generate_private_key(ec.SECP256R1())
    form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    made = HKDF(hashes.SHA256(), 44, salt=None, info=b"relay-badge-v1").derive(once.exchange(ec.ECDH(), public))
    hidden = AESGCM(made[:32]).encrypt(made[32:], verifier(pin, os.urandom(16)), digest(badge).encode())
    return base64.b64encode(once.public_key().public_bytes(*form) + hidden).decode()
