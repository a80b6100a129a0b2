"""Who this device is to its hub: the folder that joining makes, and how it is put in place whole.

    key.pem          the private key (0600); made here, and it never leaves
    certificate.pem  what the hub's authority made of it
    authority.pem    the one authority that may vouch for the hub
    hub.json         Membership: who the device is, and where its hub is
    seen             the latest time (Unix ms) that the hub was heard to say, about once a day

`<data>/identity` is a symbolic link to the folder `<data>/identity-XXXXXXXX`. A new identity is written beside the
one in use, synced, and becomes the one in use by renaming a link over the old link: a power cut leaves the old one
or the new one, and whatever else lies about is removed by the next that is put in place.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from edge.durable import sync_folder, write
from edge.errors import EdgeError
from edge.version import BUILT_MS
from wire.topics import is_device

KEY: Final = "key.pem"
CERTIFICATE: Final = "certificate.pem"
AUTHORITY: Final = "authority.pem"
HUB: Final = "hub.json"
SEEN: Final = "seen"


class IdentityError(EdgeError):
    """The identity of this device is missing or cannot be used."""


class NoIdentityError(IdentityError):
    """The device has not joined a hub."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no identity in {path}: `relay-edge join HUB CODE` makes one")


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub said when the device joined. `issued` and `expires` are the certificate's, Unix ms."""

    device: str
    kind: str
    host: str
    mqtt_port: int
    https_port: int
    ledger: str
    issued: int
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A folder that holds an identity, whether it is in use or not."""

    folder: Path
    membership: Membership

    @property
    def key(self) -> Path:
        return self.folder / KEY

    @property
    def certificate(self) -> Path:
        return self.folder / CERTIFICATE

    @property
    def authority(self) -> Path:
        return self.folder / AUTHORITY

    def trusted_ms(self) -> int:
        """A time that is certainly past: what the hub said last, or when this program was built."""
        try:
            seen = int((self.folder / SEEN).read_text(encoding="ascii"))
        except (OSError, ValueError):
            seen = 0
        return max(BUILT_MS, self.membership.issued, seen)


def load(path: Path) -> Identity:
    """The identity in use. Raises IdentityError, NoIdentityError if there is none."""
    for _ in range(2):  # the second time in case that a new one came while it was read
        folder = path.resolve()
        try:
            membership = msgspec.json.decode((folder / HUB).read_bytes(), type=Membership)
            for name in (KEY, CERTIFICATE, AUTHORITY):
                (folder / name).stat()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise IdentityError(f"cannot read the identity in {path}: {error.strerror}") from error
        except ValueError as error:  # msgspec's own, and what it says of bytes that are no text
            raise IdentityError(f"{path / HUB} is damaged ({error}): join the hub again") from error
        if not is_device(membership.device):
            raise IdentityError(f"{path / HUB} names no device: join the hub again")
        return Identity(folder=folder, membership=membership)
    raise NoIdentityError(path)


def stage(path: Path, membership: Membership, files: Mapping[str, bytes], seen_ms: int) -> Identity:
    """Write an identity beside the one in use. Raises IdentityError, with nothing left behind."""
    folder = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
    contents = {**files, HUB: msgspec.json.encode(membership) + b"\n", SEEN: str(seen_ms).encode()}
    try:
        folder.mkdir(mode=0o755, parents=True)
        for name, content in contents.items():
            write(folder / name, content, 0o600 if name == KEY else 0o644)
        sync_folder(folder)
        _give_to_the_owner_of(path.parent, folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise IdentityError(f"cannot write the identity in {path.parent}: {error.strerror}") from error
    return Identity(folder=folder, membership=membership)


def adopt(path: Path, identity: Identity) -> None:
    """Put a staged identity in place of the one in use, at once and whole. Raises IdentityError: the old one stays."""
    link = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        link.symlink_to(identity.folder.name)
        if path.is_dir() and not path.is_symlink():  # somebody copied the folder; from now on it is a link again
            path.rename(path.with_name(f"{path.name}-{secrets.token_hex(4)}"))
        link.replace(path)
    except OSError as error:
        link.unlink(missing_ok=True)
        raise IdentityError(f"cannot put the identity in place at {path}: {error.strerror}") from error
    try:
        sync_folder(path.parent)
    except OSError:  # it is in place, but a power cut may bring back the old one, which has to be there then
        return
    for other in path.parent.glob(f"{path.name}-????????"):
        if other != identity.folder:
            shutil.rmtree(other, ignore_errors=True)


def discard(identity: Identity) -> None:
    """Remove a staged identity."""
    shutil.rmtree(identity.folder, ignore_errors=True)


def saw(identity: Identity, hub_ms: int) -> None:
    """Keep a time that the hub said. Raises OSError."""
    new = identity.folder / f"{SEEN}.new"
    write(new, str(hub_ms).encode(), 0o644)
    new.replace(identity.folder / SEEN)


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """While an identity is made, nobody else makes one. Raises IdentityError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        lock = os.open(path.with_name(f"{path.name}.lock"), flags, 0o644)
    except OSError as error:
        raise IdentityError(f"cannot write in {path.parent}: {error.strerror}; see [device] data") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(OSError):
            _give_to_the_owner_of(path.parent, path.with_name(f"{path.name}.lock"))
        yield
    except BlockingIOError as error:
        raise IdentityError("another join or renewal is under way on this device; wait until it has ended") from error
    finally:
        os.close(lock)


def _give_to_the_owner_of(parent: Path, made: Path) -> None:
    """The administrator joins, the agent's user reads: what was made belongs to whom the data folder belongs.

    Who owns the folder may put links there: nothing outside of it is given away.
    """
    if os.geteuid() != 0:
        return
    owner = parent.stat()
    for each in (made, *(made.iterdir() if made.is_dir() else ())):
        os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)
