"""A PIN's way from the hub to one device: sealed here, unsealed by an independent hand."""

import base64
import hashlib
import hmac

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.badge_check import is_right, opened
from hub.badges import new_code, new_pin, seal, verifier_of
from hub.core.passwords import pin_fault
from hub.sealing import SealError
from wire import codes
from wire.badges import digest

BADGE = digest("7QK2M9ZT4C0H")
DER = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def public(key):
    return key.public_key().public_bytes(*DER)


def hkdf(secret, info, length):
    """RFC 5869 with SHA-256 and no salt, by hand."""
    key = hmac.digest(bytes(32), secret, "sha256")
    found, block = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        found += block
    return found[:length]


def unsealed(key, badge, sealed, info=b"relay-badge-v1"):
    """By the words of the contract: point, HKDF of the shared x, AES-256-GCM with the digest beside it."""
    data = base64.b64decode(sealed)
    x, y = int.from_bytes(data[1:33]), int.from_bytes(data[33:65])
    assert data[0] == 4
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key())
    made = hkdf(shared, info, 44)
    return AESGCM(made[:32]).decrypt(made[32:], data[65:], badge.encode())


@pytest.fixture(scope="module")
def key():
    return ec.generate_private_key(ec.SECP256R1())


def test_what_is_sealed_for_a_device_is_opened_with_its_key_and_holds_the_salted_hash_of_the_pin(key):
    kept = verifier_of("493817")
    found = unsealed(key, BADGE, seal(public(key), BADGE, kept))
    assert found == base64.b64decode(kept)
    salt, hashed = found[:16], found[16:]
    assert hashlib.scrypt(b"493817", salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32) == hashed


def test_the_device_finds_the_pin_right_and_any_other_wrong(key):
    found = opened(key, BADGE, seal(public(key), BADGE, verifier_of("493817")))
    assert is_right("493817", found)
    assert not is_right("493818", found)


def test_neither_another_device_nor_another_badge_opens_a_seal(key):
    sealed = seal(public(key), BADGE, verifier_of("493817"))
    with pytest.raises(InvalidTag):
        unsealed(ec.generate_private_key(ec.SECP256R1()), BADGE, sealed)
    with pytest.raises(InvalidTag):
        unsealed(key, digest("another"), sealed)


def test_the_same_pin_is_never_kept_or_sealed_twice_the_same(key):
    kept = [verifier_of("493817") for _ in range(2)]
    assert len(set(kept)) == 2
    assert len({seal(public(key), BADGE, kept[0]) for _ in range(2)}) == 2


def test_a_key_that_a_pin_cannot_be_sealed_for_is_refused():
    kept = verifier_of("493817")
    for wrong in (
        b"",
        b"no key",
        public(ec.generate_private_key(ec.SECP384R1())),
        public(rsa.generate_private_key(65537, 2048)),
    ):
        with pytest.raises(SealError, match="join again"):
            seal(wrong, BADGE, kept)


def test_a_new_badge_can_be_printed_and_scanned_and_a_new_pin_is_no_easy_one():
    for _ in range(200):
        code = new_code()
        assert codes.read(codes.write(codes.PERSON, code)).value == code
        assert pin_fault(new_pin()) is None
