"""Is this the PIN of this badge? `python -m edge.badge_check`, a process of its own for each question.

It opens the verifier that the hub sealed for this device (wire/badges.py) by the device's key, guesses once, answers
and ends: the agent holds neither the libraries nor, for longer than the question, the PIN. The question comes on
standard input, because everybody on a machine may read arguments; the answer is `right` or `wrong`.
"""

import base64
import hmac
import sys
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge.child import MOST_BYTES, begin
from edge.core.knowledge import PinVerdict
from edge.errors import EdgeError
from edge.signing import CertificateError, private_key
from wire.badges import KEY_BYTES, NONCE_BYTES, POINT_BYTES, SALT_BYTES, SEAL_INFO, VERIFIER_BYTES, verifier

LONGEST_S: Final = 20
RIGHT: Final = PinVerdict.RIGHT.value.encode()
WRONG: Final = PinVerdict.WRONG.value.encode()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is the file of the device's private key, `badge` the badge's digest."""

    key: str
    badge: str
    sealed: str
    pin: str


class SealError(EdgeError):
    """What the hub sealed for this device cannot be opened."""


def opened(key: ec.EllipticCurvePrivateKey, badge: str, sealed: str) -> bytes:
    """The verifier in its seal. Raises SealError."""
    try:
        data = base64.b64decode(sealed, validate=True)
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data[:POINT_BYTES])
        shared = key.exchange(ec.ECDH(), point)
        made = HKDF(hashes.SHA256(), KEY_BYTES + NONCE_BYTES, salt=None, info=SEAL_INFO).derive(shared)
        found = AESGCM(made[:KEY_BYTES]).decrypt(made[KEY_BYTES:], data[POINT_BYTES:], badge.encode("ascii"))
    except (ValueError, InvalidTag) as error:
        raise SealError(
            "the PIN of this badge was not sealed for this device's key: it comes anew by itself"
        ) from error
    if len(found) != VERIFIER_BYTES:
        raise SealError(
            f"the PIN of this badge is sealed as {len(found)} bytes, not {VERIFIER_BYTES}: update the agent"
        )
    return found


def is_right(pin: str, known: bytes) -> bool:
    """Whether a PIN is the one of a verifier."""
    return hmac.compare_digest(verifier(pin, known[:SALT_BYTES]), known)


def main() -> int:
    """Answer one question; the exit code."""
    begin(LONGEST_S)
    try:
        asked = msgspec.json.decode(sys.stdin.buffer.read(MOST_BYTES), type=Question)
        known = opened(private_key(Path(asked.key)), asked.badge, asked.sealed)
    except (SealError, CertificateError) as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return 1
    except ValueError:  # msgspec's own, and what it says of bytes that are no text; it would quote the PIN
        sys.stderr.write("the question is not understood\n")
        return 2
    sys.stdout.buffer.write(RIGHT if is_right(asked.pin, known) else WRONG)
    return 0


if __name__ == "__main__":
    sys.exit(main())
