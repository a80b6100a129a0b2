"""Seals what only some people may read: names, telephone numbers, addresses and photos of recipients.

The key is a file in the hub's data folder, made once and readable by its owner alone. It is never in the database,
so neither a copy of the database nor a backup of it gives away what is sealed there; whoever moves a hub takes the
file along, and whoever loses it loses what it sealed. Each use has a key of its own, derived by HKDF (RFC 5869), and
what a seal is for and about is bound to it (AES-256-GCM, NIST SP 800-38D): a seal moved to another row does not open.

`index` makes search possible without opening anything: the same text gives the same 64 bits, and without the key
nobody finds the text by trying.
"""

import hmac
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.errors import HubError

FILE: Final = "vault.key"
KEY_BYTES: Final = 32
INDEX_DIGITS: Final = 16
_NONCE_BYTES: Final = 12
_SEAL: Final = b"relay-vault-seal-v1"
_INDEX: Final = b"relay-vault-index-v1"


class VaultError(HubError):
    """What is sealed cannot be opened, or the key's file cannot be used."""


class Vault:
    """Opens and closes seals under one key of 32 bytes. Thread-safe."""

    __slots__ = ("_index", "_seal")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise VaultError(f"a vault's key has {KEY_BYTES} bytes, this one {len(key)}")
        self._seal = AESGCM(_derived(key, _SEAL))
        self._index = _derived(key, _INDEX)

    @classmethod
    def of(cls, folder: Path) -> "Vault":
        """The vault of a data folder; its key is made where there is none. Raises VaultError."""
        path = folder / FILE
        try:
            if not path.exists():
                _make(path)
            path.chmod(0o600)
            return cls(path.read_bytes())
        except OSError as error:
            raise VaultError(f"{path} cannot be used: {error.strerror}. Give this user the file.") from error

    def seal(self, purpose: str, about: str, plain: bytes) -> bytes:
        """Sealed bytes, 28 more than the plain ones, that open only for this purpose and subject."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, plain, bound(purpose, about))

    def open(self, purpose: str, about: str, sealed: bytes) -> bytes:
        """What was sealed for this purpose and subject. Raises VaultError."""
        try:
            return self._seal.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound(purpose, about))
        except (InvalidTag, ValueError) as error:
            raise VaultError(
                f"What is sealed of {about!r} does not open: it was changed, or another key sealed it."
                f" Bring back {FILE} of the hub that sealed it."
            ) from error

    def index(self, purpose: str, text: str) -> str:
        """16 hex digits that are the same for the same purpose and text, and tell nothing else of it."""
        said = bound(purpose, text)
        return hmac.new(self._index, said, sha256).hexdigest()[:INDEX_DIGITS]


def bound(purpose: str, about: str) -> bytes:
    """Both words as bytes, so that no other pair gives the same."""
    first = purpose.encode()
    return len(first).to_bytes(2, "big") + first + about.encode("utf-8", "surrogatepass")


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(key)


def _make(path: Path) -> None:
    """A new key, on disk when it returns; of two that make it at once, one wins."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
