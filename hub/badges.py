"""PINs of badges: made into verifiers here, and sealed so that one device alone can check them (see wire.badges)."""

import base64
import os
from secrets import choice
from typing import Final

from hub import sealing
from hub.core.passwords import pin_fault
from wire.badges import SALT_BYTES, SEAL_INFO, verifier

CODE_CHARS: Final = 12
"""Of 32 signs each: 60 random bits. Who sees a badge's digest at a device does not find its code."""
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PIN_DIGITS: Final = 6


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
    return sealing.seal(key, SEAL_INFO, digest, base64.b64decode(kept))
