"""How a rebuilt outbox takes the place of a damaged one: whenever the power fails, one of them is there, and whole.

The new file, synced, is renamed to `.rescued`: from then on it counts, and what is left to do is done by whoever comes
next. The old log goes aside before its file: a log beside the wrong file would be applied to it. Each step may be done
again; the folder is synced before the next one counts on it.
"""

import glob
from contextlib import suppress
from pathlib import Path
from typing import Final

from edge.durable import sync_folder
from edge.store.errors import OutboxError
from edge.store.extent import log_path

KEPT_ASIDE: Final = 2
"""So many damaged files are kept for a person to look at; older ones go when another one comes."""


def put_in_place(path: Path, building: Path) -> None:
    """From now on the closed, synced file `building` is the outbox; settle() does the rest. Raises OSError."""
    building.replace(_rescued(path))
    sync_folder(path.parent)


def settle(path: Path) -> Path | None:
    """Finish what put_in_place() began; where the damaged file is now, None if nothing was begun.

    Raises OutboxError; it may be called again.
    """
    try:
        return _settle(path)
    except OSError as error:
        raise OutboxError(
            f"cannot put the salvaged outbox {path} in place: {error.strerror}; check the disk"
        ) from error


def _settle(path: Path) -> Path | None:
    rescued, earlier = _rescued(path), path.with_name(path.name + ".salvaged")
    if earlier.exists() and not path.exists():  # of version 0.1.0, which died just then
        earlier.replace(path)
        sync_folder(path.parent)
    if not rescued.exists():
        return None
    aside = _free_name(path)
    for name in (log_path(path), path):
        if name.exists():
            name.replace(log_path(aside) if name == log_path(path) else aside)
            sync_folder(path.parent)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    rescued.replace(path)
    sync_folder(path.parent)
    _let_old_go(path)
    return aside if aside.exists() else _newest(path)


def _rescued(path: Path) -> Path:
    return path.with_name(path.name + ".rescued")


def _free_name(path: Path) -> Path:
    """Numbers go on: the highest is the latest."""
    return _named(path, max(_numbers(path), default=0) + 1)


def _newest(path: Path) -> Path:
    """The damaged file that was moved aside before the power failed."""
    return _named(path, max(_numbers(path), default=1))


def _let_old_go(path: Path) -> None:
    """A disk that breaks a file again and again must not be filled by what it broke."""
    for number in sorted(_numbers(path))[:-KEPT_ASIDE]:
        for file in (log_path(_named(path, number)), _named(path, number)):
            with suppress(OSError):  # the new file stands, whatever becomes of these
                file.unlink(missing_ok=True)


def _numbers(path: Path) -> list[int]:
    """Of the damaged files that lie aside."""
    ends = (each.name.rpartition("-")[2] for each in path.parent.glob(f"{glob.escape(path.name)}.corrupt-*"))
    return [int(end) for end in ends if end.isascii() and end.isdigit()]


def _named(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.corrupt-{number}")
