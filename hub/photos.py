"""Pictures that prove a delivery: taken in small, made anew, sealed, and found by what they are.

Whoever sends a picture sends bytes that a decoder has to read: the kind is checked by its first bytes, the size before
a pixel is unpacked, and what is kept is a JPEG that was drawn anew, without the place, time and telephone that cameras
write into theirs. Its name is the SHA-256 of these bytes, and the fact of the hand-over carries that name: a picture
that is changed later no longer fits. It lies beside the database as a file that only the hub's vault opens; the same
picture sent twice is the same file.
"""

import io
import os
import secrets
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub.errors import HubError
from hub.vault import Vault

if TYPE_CHECKING:
    from PIL import Image

FOLDER: Final = "photos"
MOST_BYTES: Final = 2 * 1024 * 1024
"""Of a picture as it is sent."""
MOST_PIXELS: Final = 40_000_000
MOST_WHOLE_PIXELS: Final = 12_000_000
"""Of a PNG or WebP, which has to be unpacked whole before it can be made smaller; a JPEG has not."""
LONGEST_SIDE: Final = 1_600
"""Pixels of a picture as it is kept: a door, a face, a label can still be told."""
QUALITY: Final = 80
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_PURPOSE: Final = "photo"


class PhotoError(HubError):
    """A picture cannot be taken in, or is not there."""


class Photos:
    """The pictures of one hub. Thread-safe."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def keep(self, sent: bytes) -> tuple[str, int]:
        """Keep a picture; its name and size. It is on disk when this returns. Raises PhotoError."""
        made = drawn_anew(sent)
        name = sha256(made).hexdigest()
        path = self._path(name)
        if not path.exists():
            self._write(path, self._vault.seal(_PURPOSE, name, made))
        return name, len(made)

    def show(self, name: str) -> bytes:
        """A picture, as JPEG. Raises PhotoError where there is none, VaultError where it does not open."""
        try:
            sealed = self._path(name).read_bytes()
        except OSError as error:
            raise PhotoError(f"There is no photo {name}: it was not sent, or was erased.") from error
        return self._vault.open(_PURPOSE, name, sealed)

    def erase(self, name: str) -> None:
        """Idempotent."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if len(name) != 64 or not all(sign in "0123456789abcdef" for sign in name):
            raise PhotoError("A photo is named by the 64 hex digits of its SHA-256.")
        return self._folder / name

    def _write(self, path: Path, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            raise PhotoError(f"The photo cannot be kept in {self._folder}: {error.strerror}.") from error
        finally:
            beside.unlink(missing_ok=True)


def drawn_anew(sent: bytes) -> bytes:
    """The same picture as a JPEG of our own making, no larger than needed, the right way up. Raises PhotoError."""
    from PIL import Image  # noqa: PLC0415 - 20 MiB that a hub without photos does not need

    if len(sent) > MOST_BYTES:
        raise PhotoError(f"The picture has {len(sent):,} bytes, more than {MOST_BYTES:,}: take it smaller.")
    try:
        upright = _upright(sent)
    except PhotoError:
        raise
    except Exception as error:  # whatever a broken picture makes of a library: of EXIF even a TypeError
        raise PhotoError("This is no picture that can be read: send JPEG, PNG or WebP.") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    made = io.BytesIO()
    clean.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def _upright(sent: bytes) -> "Image.Image":
    """Its pixels the right way up. Raises PhotoError for too many, and whatever the library raises."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - as above

    with Image.open(io.BytesIO(sent), formats=_FORMATS) as picture:
        most = MOST_PIXELS if picture.format == "JPEG" else MOST_WHOLE_PIXELS
        if picture.width * picture.height > most:
            raise PhotoError(f"The picture has {picture.width} x {picture.height} pixels: take it smaller.")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        return ImageOps.exif_transpose(picture).convert("RGB")
