"""A disk whose power can be cut: the program that serves it. `python -m deploy.disk_mount FOLDER MOUNTPOINT`.

FOLDER/plate holds the files. Orders come on standard input, one a line, and each is answered by one line:

    arm N            the power fails when the N-th sync from now begins: says `frozen` then; nothing goes on after it
    freeze           the power fails now
    cut SEED STYLE   after either: take away what was not synced (see deploy.platter), say what, and end
    fail OP NAME N   the next N calls of OP (read, write, sync) on files whose name begins with NAME fail with EIO
    spoil NAME AT    reading the byte AT of files of that name fails with EIO, until they are removed
    room N           the disk has room for N bytes more
    heal             no more faults, and room again

One thread serves, so each call is atomic, and a frozen disk answers nobody.
"""
# ruff: noqa: ARG002 - the signatures are those of FUSE's calls

import errno
import json
import os
import random
import stat
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import mfusepy
from mfusepy import FUSE, FuseOSError, Operations

from deploy.platter import Platter

BLOCK: Final = 4096
LARGE: Final = 1 << 38
_KEYS: Final = ("st_atime_ns", "st_ctime_ns", "st_mtime_ns", "st_gid", "st_mode", "st_nlink", "st_size", "st_uid")


class Disk(Operations):  # type: ignore[misc]  # mfusepy's class is untyped where it is not installed
    """The calls of the file system, on a folder."""

    use_ns = True

    def __init__(self, folder: Path) -> None:
        self.root = folder / "plate"
        trash = folder / "trash"
        for each in (self.root, trash):
            each.mkdir(parents=True, exist_ok=True)
        self.platter = Platter(self.root, trash)
        self.gate = threading.Lock()
        self.room = LARGE
        self.faults: dict[str, tuple[str, int]] = {}
        self.spoilt: set[tuple[str, int]] = set()
        self.armed = 0
        self.dead = threading.Event()

    # Orders

    def freeze(self) -> None:
        """Nothing goes on any more: the gate stays closed."""
        while not self.dead.is_set() and not self.gate.acquire(timeout=0.05):
            pass
        self.dead.set()

    def arm(self, syncs: int) -> None:
        with self.gate:
            self.armed = syncs

    def fail(self, call: str, name: str, times: int) -> None:
        with self.gate:
            self.faults[call] = (name, times)

    def heal(self) -> None:
        with self.gate:
            self.faults.clear()
            self.spoilt.clear()
            self.room = LARGE

    # Calls

    def init(self, path: str) -> None:
        _say("mounted")

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        with self.gate:
            found = os.fstat(fh) if fh else os.lstat(self._real(path))
        given = {key: getattr(found, key) for key in _KEYS}
        return {key.removesuffix("_ns"): value for key, value in given.items()}

    def readdir(self, path: str, fh: int) -> Iterable[str]:
        with self.gate:
            return [".", "..", *(each.name for each in self._real(path).iterdir())]

    def readlink(self, path: str) -> str:
        return str(self._real(path).readlink())

    def statfs(self, path: str) -> dict[str, int]:
        free = self.room // BLOCK
        sizes = {"f_bsize": BLOCK, "f_frsize": BLOCK, "f_blocks": LARGE // BLOCK, "f_bfree": free, "f_bavail": free}
        return sizes | {"f_namemax": 255, "f_files": 1 << 20, "f_ffree": 1 << 19}

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        with self.gate:
            self._need(1)
            real = self._real(path)
            there = real.exists()
            made = os.open(real, os.O_RDWR | os.O_CREAT, mode)
            if not there:
                self.platter.made(real)
            return made

    def open(self, path: str, flags: int) -> int:
        with self.gate:
            opened = os.open(self._real(path), os.O_RDWR)
            if flags & os.O_TRUNC:
                self._truncate(opened, 0)
            return opened

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        with self.gate:
            self._try("read", path)
            name = Path(path or "").name
            if any(bad == name and offset <= at < offset + size for bad, at in self.spoilt):
                raise FuseOSError(errno.EIO)
            return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        with self.gate:
            self._try("write", path)
            more = max(0, offset + len(data) - os.fstat(fh).st_size)
            self._need(more)
            self.room -= more
            return self.platter.write(fh, data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        with self.gate:
            file = os.open(self._real(path), os.O_RDWR)
            try:
                self._truncate(file, length)
            finally:
                os.close(file)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        with self.gate:
            self._count()
            try:
                self._try("sync", path)
            except FuseOSError:
                self.platter.fail_sync(fh)
                raise
            self.platter.sync(fh)
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        with self.gate:
            self._count()
            self.platter.sync_folder(self._real(path))
        return 0

    def unlink(self, path: str) -> int:
        with self.gate:
            self._forget(path)
            real = self._real(path)
            self.room += real.lstat().st_size
            self.platter.unlink(real)
        return 0

    def rename(self, old: str, new: str) -> int:
        with self.gate:
            self._forget(old)
            self.platter.rename(self._real(old), self._real(new))
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        with self.gate:
            self._need(1)
            real = self._real(path)
            real.mkdir(mode)
            self.platter.made(real)
        return 0

    def rmdir(self, path: str) -> int:
        with self.gate:
            self.platter.rmdir(self._real(path))
        return 0

    def symlink(self, target: str, source: str) -> int:
        with self.gate:
            real = self._real(target)
            real.symlink_to(source)
            self.platter.made(real)
        return 0

    def link(self, target: str, source: str) -> int:
        with self.gate:
            real = self._real(target)
            os.link(self._real(source), real)
            self.platter.made(real)
        return 0

    def chmod(self, path: str, mode: int) -> int:
        self._real(path).chmod(stat.S_IMODE(mode))
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        os.chown(self._real(path), uid, gid, follow_symlinks=False)
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        now = time.time_ns()
        os.utime(self._real(path), ns=times or (now, now))
        return 0

    def access(self, path: str, amode: int) -> int:
        return 0

    def _forget(self, path: str) -> None:
        """A bad sector leaves with its file."""
        self.spoilt = {(name, at) for name, at in self.spoilt if name != Path(path).name}

    def _real(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _truncate(self, file: int, length: int) -> None:
        more = length - os.fstat(file).st_size
        self._need(more)
        self.room -= more
        self.platter.truncate(file, length)

    def _need(self, more: int) -> None:
        if more > 0 and more > self.room:
            raise FuseOSError(errno.ENOSPC)

    def _try(self, call: str, path: str | None) -> None:
        """Fail if a fault was ordered for this call on this file."""
        name, times = self.faults.get(call, ("", 0))
        if times > 0 and Path(path or "").name.startswith(name):
            self.faults[call] = (name, times - 1)
            raise FuseOSError(errno.EIO)

    def _count(self) -> None:
        """The power fails when the sync begins that was waited for; the gate stays closed."""
        if self.armed:
            self.armed -= 1
            if not self.armed:
                self.dead.set()
                _say("frozen")
                threading.Event().wait()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _obey(disk: Disk) -> None:
    """Take orders until told to cut, or nobody gives any more."""
    for line in sys.stdin:
        order, *words = line.split()
        match order:
            case "arm":
                disk.arm(int(words[0]))
            case "freeze":
                disk.freeze()
            case "fail":
                disk.fail(words[0], words[1], int(words[2]))
            case "spoil":
                disk.spoilt.add((words[0], int(words[1])))
            case "room":
                disk.room = int(words[0])
            case "heal":
                disk.heal()
            case "cut":
                found = disk.platter.cut(random.Random(int(words[0])), words[1])  # noqa: S311 - repeatable
                _say(json.dumps(asdict(found)))
                break
        _say("done")
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Mount and serve until the end."""
    disk = Disk(Path(arguments[0]).absolute())
    threading.Thread(target=_obey, args=(disk,), daemon=True).start()
    mfusepy.log.disabled = True  # every error that is meant to happen would be a traceback
    FUSE(disk, arguments[1], foreground=True, nothreads=True, hard_remove=True, default_permissions=True)


if __name__ == "__main__":
    main(sys.argv[1:])
