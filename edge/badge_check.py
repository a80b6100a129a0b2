"""Is this the PIN of this badge? `python -m edge.badge_check`, a process of its own for each question.

It opens the verifier that the hub sealed for this device (wire/badges.py) by the device's key, guesses once, answers
and ends: the agent holds neither the libraries nor, for longer than the question, the PIN. The question comes on
standard input, because everybody on a machine may read arguments; the answer is `right` or `wrong`.
"""

import hmac
import sys
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from edge.child import MOST_BYTES, begin
from edge.core.knowledge import PinVerdict
from edge.signing import CertificateError, private_key
from edge.unsealing import SealError, unsealed
from wire.badges import SALT_BYTES, SEAL_INFO, VERIFIER_BYTES, verifier

LONGEST_S: Final = 20
RIGHT: Final = PinVerdict.RIGHT.value.encode()
WRONG: Final = PinVerdict.WRONG.value.encode()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is the file of the device's private key, `badge` the badge's digest."""

    key: str
    badge: str
    sealed: str
    pin: str


def opened(key: ec.EllipticCurvePrivateKey, badge: str, sealed: str) -> bytes:
    """The verifier in its seal. Raises SealError."""
    found = unsealed(key, sealed, purpose=SEAL_INFO, about=badge)
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
