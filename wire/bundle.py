"""An export of a device's outbox: one file that a person carries to the hub where there is no network.

    MAGIC     one line of text that names the format and its version
    frame*    kind (1 byte), length of the payload (4 bytes, big-endian), payload
      H       first, once: the header, JSON: whose facts, of which ledger, with which certificates
      M       the messages, byte for byte as the device would publish them: pages of one hello, then batches
      S       last, once: the device's signature (ECDSA with SHA-256, DER) over `signed()` of the SHA-256 of all bytes
              before this frame

So it can be written and read as a stream, in memory of one frame, and neither a byte nor a frame can be changed, left
out, added or taken over into another file. Nothing is compressed: a file is as large as what it makes a reader hold.
Only facts travel: telemetry may be thinned on the device for as long as it was never sent, which a file that lies in
a drawer would make a lie. What is read here says who *claims* to have written it; nothing of it may be used before
the signature and its certificate were checked (hub/imports).
"""

import hashlib
import struct
from collections.abc import Callable, Iterator
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from wire.errors import WireError
from wire.limits import UNPACKED_BYTES
from wire.messages import LedgerId, Ms

MAGIC: Final = b"relay outbox export 1\n"
_ANY_VERSION: Final = b"relay outbox export "
SIGNED_PREFIX: Final = b"relay-outbox-export-v1\n"
"""Before the digest: a signature for a file can never stand for anything else that this key signs."""
HEADER_BYTES: Final = 64 * 1024
SIGNATURE_BYTES: Final = 256
BUNDLE_BYTES: Final = 4 * 1024 * 1024 * 1024
"""Greatest size of a file that a hub reads: more than any outbox holds."""
ENDING: Final = ".relay"

_HEAD: Final = struct.Struct(">cI")
_LIMITS: Final = {b"H": HEADER_BYTES, b"M": UNPACKED_BYTES, b"S": SIGNATURE_BYTES}

Read = Callable[[int], bytes]
"""Gives up to so many bytes, fewer only at the end: as a file's `read` does."""


class BundleError(WireError):
    """A file that is no export, or not a whole one; the sentence says what is wrong with it."""


class Header(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who wrote the file. `certificates` are PEM, the device's own first; `made` is its wall clock, for people only."""

    device: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}\Z")]
    ledger: LedgerId
    certificates: Annotated[tuple[Annotated[str, Meta(max_length=8192)], ...], Meta(min_length=1, max_length=4)]
    made: Ms = 0
    version: Annotated[str, Meta(max_length=40)] = ""


class Writer:
    """Frames of a file in the making. Each call gives the bytes to write next."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def begin(self, header: Header) -> bytes:
        """The start of the file. Raises BundleError for a header that no reader would take."""
        payload = msgspec.json.encode(header)
        if len(payload) > HEADER_BYTES:
            raise BundleError(f"a header of {len(payload)} bytes is larger than {HEADER_BYTES}")
        return self._counted(MAGIC + _HEAD.pack(b"H", len(payload)) + payload)

    def message(self, payload: bytes) -> bytes:
        """One message."""
        return self._counted(_HEAD.pack(b"M", len(payload)) + payload)

    def to_sign(self) -> bytes:
        """What the device signs, when all messages were written."""
        return signed(self._digest.digest())

    def end(self, signature: bytes) -> bytes:
        """The end of the file."""
        return _HEAD.pack(b"S", len(signature)) + signature

    def _counted(self, data: bytes) -> bytes:
        self._digest.update(data)
        return data


class Reader:
    """Reads a file once, from its start. `header` is there at once, `signature` and `to_verify` after the messages.

    Raises BundleError wherever the file does not follow the format.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._digest = hashlib.sha256()
        self.signature = b""
        self._begin()
        kind, payload = self._frame()
        if kind != b"H":
            raise BundleError("it has no header: this is not a whole export; export again")
        try:
            self.header = msgspec.json.decode(payload, type=Header)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise BundleError(f"its header cannot be read: {error}") from error

    def messages(self) -> Iterator[bytes]:
        """The messages in their order; when it ends by itself the file was whole."""
        while True:
            digest = self._digest.copy()
            kind, payload = self._frame()
            if kind == b"S":
                self._digest = digest
                break
            if kind != b"M":
                raise BundleError("it has two headers")
            yield payload
        if self._read(1):
            raise BundleError("something was added after its signature")
        self.signature = payload

    def to_verify(self) -> bytes:
        """What the signature must be of."""
        return signed(self._digest.digest())

    def _begin(self) -> None:
        start = self._read(len(MAGIC))
        if start != MAGIC:
            if start.startswith(_ANY_VERSION) and len(start) == len(MAGIC):
                raise BundleError("it was written by a newer version of relay-edge: upgrade the hub")
            raise BundleError("this is not an export of an outbox (relay-edge outbox export)")
        self._digest.update(start)

    def _frame(self) -> tuple[bytes, bytes]:
        head = self._exactly(_HEAD.size)
        kind, size = _HEAD.unpack(head)
        limit = _LIMITS.get(kind)
        if limit is None:
            raise BundleError("it is damaged, or was changed: a part is of no known kind")
        if size > limit:
            raise BundleError(f"it is damaged, or was changed: a part of {size} bytes, where {limit} are allowed")
        payload = self._exactly(size)
        self._digest.update(head)
        self._digest.update(payload)
        return kind, payload

    def _exactly(self, size: int) -> bytes:
        data = self._read(size)
        if len(data) != size:
            raise BundleError("it is cut off: the stick was pulled too early, or is full; export again")
        return data


def signed(digest: bytes) -> bytes:
    """What the key signs for a file of this SHA-256."""
    return SIGNED_PREFIX + digest
