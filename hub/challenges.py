"""Numbers for devices to sign, each good for one device, a short time, and once.

A number is not remembered while it waits: it holds its time and a keyed digest of itself and of its device, so that
asking for many costs the hub nothing. Only those that were used well are remembered, until they have ended.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict
from typing import Final

from wire.device_session import CHALLENGE_S

LIFE_MS: Final = CHALLENGE_S * 1000
_HEAD_BYTES: Final = 20
_TIME_BYTES: Final = 8
_SEAL_BYTES: Final = 20


class Challenges:
    """Not thread-safe. Times are ms of a clock that only goes forward."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._used: OrderedDict[str, int] = OrderedDict()

    def make(self, device: str, now: int) -> str:
        """A new number."""
        head = now.to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_HEAD_BYTES - _TIME_BYTES)
        return base64.urlsafe_b64encode(head + self._seal(head, device)).decode("ascii")

    def is_fresh(self, nonce: str, device: str, now: int) -> bool:
        """Whether a number was made here for this device, a short time ago, and is not used."""
        try:
            text = base64.b64decode(nonce.encode("ascii"), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return False
        head, seal = text[:_HEAD_BYTES], text[_HEAD_BYTES:]
        if not hmac.compare_digest(seal, self._seal(head, device)):
            return False
        return now - int.from_bytes(head[:_TIME_BYTES], "big") < LIFE_MS and text.hex() not in self._used

    def use(self, nonce: str, now: int) -> None:
        """Let a number that is fresh count no more."""
        self._used[base64.urlsafe_b64decode(nonce).hex()] = now
        while now - next(iter(self._used.values())) >= LIFE_MS:
            self._used.popitem(last=False)

    def _seal(self, head: bytes, device: str) -> bytes:
        return hmac.digest(self._key, head + device.encode("utf-8", "surrogatepass"), hashlib.sha256)[:_SEAL_BYTES]
