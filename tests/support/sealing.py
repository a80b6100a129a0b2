"""PINs and collection codes as a hub seals them for one device, written from the contract (wire/) alone."""

import base64
import json
import os

from argon2.low_level import Type, hash_secret_raw
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


def sealed_code(identity, parcel, secret, *, proxies=(), round_=1):
    """The verifiers of a parcel's code, and of its proxies' by their numbers, for the device of an identity."""
    public = x509.load_pem_x509_certificate(identity.certificate.read_bytes()).public_key()
    several = [code_verifier(each) | {"number": number} for number, each in proxies]
    inside = code_verifier(secret) | {"round": round_, "proxies": several}
    return _sealed(public, b"relay-parcel-v1", parcel, json.dumps(inside).encode())


def code_verifier(secret):
    salt = os.urandom(16)
    made = hash_secret_raw(secret.encode(), salt, 2, 19_456, 1, 32, Type.ID)
    return {"salt": base64.b64encode(salt).decode(), "hash": base64.b64encode(made).decode(), "hint": secret[:2]}


def sealed_for(public, badge, pin):
    return _sealed(public, b"relay-badge-v1", digest(badge), verifier(pin, os.urandom(16)))


def _sealed(public, info, about, plain):
    once = ec.generate_private_key(ec.SECP256R1())
    form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    made = HKDF(hashes.SHA256(), 44, salt=None, info=info).derive(once.exchange(ec.ECDH(), public))
    hidden = AESGCM(made[:32]).encrypt(made[32:], plain, about.encode())
    return base64.b64encode(once.public_key().public_bytes(*form) + hidden).decode()
