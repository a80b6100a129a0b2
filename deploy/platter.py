"""What would be left of a disk's files if the power failed now: a model of the page cache over a folder.

The folder holds what programs see. Beside it stands what is needed to take back everything that was not synced: each
change of a file since its last fsync or fdatasync, and each change of a name since its folder's last fsync. The rules
are those of POSIX, as strict as a file system may be that orders its metadata (ext4, XFS, Btrfs do):

- a file's data are safe only after its own sync; until then any of its writes may be there or not, whole or torn
  between sectors;
- a name is safe only after its folder's sync; until then the first so many changes of names may be there, in order;
- after a sync that failed the kernel forgets that the pages were dirty: they are seen, and never written, unless they
  are changed again (https://wiki.postgresql.org/wiki/Fsync_Errors).

Changes are undone in place, so that a cut costs what was not synced and not what the files hold.
"""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512
PAGE = 4096


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a file that is not synced: `after` None is a truncation to `offset`."""

    offset: int
    before: bytes
    after: bytes | None
    size_before: int


@dataclass(frozen=True, slots=True)
class Renaming:
    """One change of names that is not synced, and how to take it back; `trash` is a file that it hides."""

    folders: frozenset[Path]
    undo: Callable[[], None]
    trash: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a power cut took: changes of files and names that were not synced, and how many of them it took."""

    changes: int
    changes_lost: int
    names: int
    names_lost: int


class Platter:
    """Files under `root`, with what of them is not safe yet; `trash` is a folder on the same file system."""

    def __init__(self, root: Path, trash: Path) -> None:
        self.root = root
        self._trash = trash
        self._number = 0
        self._dirty: dict[int, list[Change]] = {}
        self._lost: dict[int, dict[int, bytes]] = {}
        self._files: dict[int, int] = {}
        self._names: list[Renaming] = []

    # Data

    def write(self, file: int, data: bytes, offset: int) -> int:
        """Write to an open file (a descriptor for reading and writing)."""
        changes = self._changes(file)
        size = os.fstat(file).st_size
        before = os.pread(file, len(data), offset)
        written = os.pwrite(file, data, offset)
        changes.append(Change(offset, before[:written], data[:written], size))
        return written

    def truncate(self, file: int, length: int) -> None:
        """Cut off, or lengthen with zeros."""
        changes = self._changes(file)
        size = os.fstat(file).st_size
        before = os.pread(file, size - length, length) if length < size else b""
        os.ftruncate(file, length)
        changes.append(Change(length, before, None, size))

    def sync(self, file: int) -> None:
        """What was written is safe, and also pages that an earlier sync lost, if they were written again."""
        inode = os.fstat(file).st_ino
        lost = self._lost.get(inode, {})
        for change in self._dirty.pop(inode, ()):
            for page in _pages(change):
                lost.pop(page, None)
        if not lost:
            self._lost.pop(inode, None)
            self._forget(inode)

    def fail_sync(self, file: int) -> None:
        """The disk refused: what was written is seen, believed to be clean, and not there after a cut."""
        inode = os.fstat(file).st_ino
        changes = self._dirty.pop(inode, [])
        seen = {page: os.pread(file, PAGE, page * PAGE) for change in changes for page in _pages(change)}
        lost = self._lost.setdefault(inode, {})
        before = dict(seen)
        for change in reversed(changes):
            for page in _pages(change):
                before[page] = _undone(before[page], page, change)
        for page, data in before.items():
            lost.setdefault(page, data)

    # Names

    def made(self, path: Path) -> None:
        """A file, folder or link was created."""
        self._named({path.parent}, lambda: _remove(path))

    def unlink(self, path: Path) -> None:
        hidden = self._hide(path)
        self._named({path.parent}, lambda: _move(hidden, path), hidden)

    def rmdir(self, path: Path) -> None:
        path.rmdir()
        self._named({path.parent}, path.mkdir)

    def rename(self, old: Path, new: Path) -> None:
        hidden = self._hide(new) if new.is_symlink() or new.is_file() else None
        old.replace(new)

        def undo() -> None:
            new.replace(old)
            if hidden is not None:
                hidden.replace(new)

        self._named({old.parent, new.parent}, undo, hidden)

    def sync_folder(self, path: Path) -> None:
        """The names in a folder are safe, and with them every change of names that was made before."""
        last = max((n for n, name in enumerate(self._names, 1) if path in name.folders), default=0)
        for name in self._names[:last]:
            if name.trash is not None:
                name.trash.unlink(missing_ok=True)
        del self._names[:last]

    # The cut

    def cut(self, rng: random.Random, style: str) -> Cut:
        """Take back what a power cut takes: `all` of what is not synced, all but the `first` so many, or `some`."""
        changes = lost = 0
        for inode, file in self._files.items():
            made = self._dirty.get(inode, [])
            changes += len(made)
            lost += _cut_file(rng, style, file, made)
            for page, data in self._lost.get(inode, {}).items():
                os.pwrite(file, data, page * PAGE)
                lost += 1
            os.close(file)
        kept = 0 if style == "all" else rng.randint(0, len(self._names))
        for name in reversed(self._names[kept:]):
            name.undo()
        found = Cut(changes=changes, changes_lost=lost, names=len(self._names), names_lost=len(self._names) - kept)
        self._dirty, self._lost, self._files, self._names = {}, {}, {}, []
        return found

    def _changes(self, file: int) -> list[Change]:
        inode = os.fstat(file).st_ino
        if inode not in self._files:
            self._files[inode] = os.dup(file)
        return self._dirty.setdefault(inode, [])

    def _forget(self, inode: int) -> None:
        with suppress(KeyError):
            os.close(self._files.pop(inode))

    def _hide(self, path: Path) -> Path:
        self._number += 1
        hidden = self._trash / str(self._number)
        path.replace(hidden)
        return hidden

    def _named(self, folders: set[Path], undo: Callable[[], None], trash: Path | None = None) -> None:
        self._names.append(Renaming(frozenset(folders), undo, trash))


def _cut_file(rng: random.Random, style: str, file: int, changes: list[Change]) -> int:
    """Undo all changes of a file, make those again that reached the disk; how many did not reach it whole."""
    if style == "all":
        kept: list[bool] = [False] * len(changes)
    elif style == "first":
        count = rng.randint(0, len(changes))
        kept = [number < count for number in range(len(changes))]
    else:
        kept = [rng.random() < 0.5 for _ in changes]
    torn = {rng.randrange(len(changes))} if changes and style != "all" else set()
    for change in reversed(changes):
        os.pwrite(file, change.before, change.offset)
        os.ftruncate(file, change.size_before)
    for number, change in enumerate(changes):
        if number in torn and change.after is not None:
            _tear(rng, file, change.after, change.offset)
        elif kept[number]:
            _redo(file, change)
    return sum(not kept[number] or number in torn for number in range(len(changes)))


def _redo(file: int, change: Change) -> None:
    if change.after is None:
        os.ftruncate(file, change.offset)
    else:
        os.pwrite(file, change.after, change.offset)


def _tear(rng: random.Random, file: int, data: bytes, offset: int) -> None:
    """Write only some of the sectors that a write touches."""
    at = 0
    while at < len(data):
        length = min(SECTOR - (offset + at) % SECTOR, len(data) - at)
        if rng.random() < 0.5:
            os.pwrite(file, data[at : at + length], offset + at)
        at += length


def _pages(change: Change) -> range:
    length = len(change.before if change.after is None else change.after)
    return range(change.offset // PAGE, (change.offset + max(1, length) - 1) // PAGE + 1)


def _undone(page_data: bytes, page: int, change: Change) -> bytes:
    """A page as it was before a change, as long as the file was then."""
    start = page * PAGE
    data = bytearray(page_data.ljust(PAGE, b"\0"))
    first, last = max(start, change.offset), min(start + PAGE, change.offset + len(change.before))
    if first < last:
        data[first - start : last - start] = change.before[first - change.offset : last - change.offset]
    beyond = max(0, change.size_before - start)
    if beyond < PAGE:
        data[beyond:] = bytes(PAGE - beyond)
    return bytes(data)


def _move(old: Path, new: Path) -> None:
    old.replace(new)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
