"""One outbox, one agent: a lock that the system gives up when the process dies, however it dies."""

import errno
import fcntl
import os
from pathlib import Path

from edge.durable import make_folder
from edge.store.errors import OutboxError, OutboxLockedError


class FileLock:
    """An exclusive flock on a side file, held until close()."""

    def __init__(self, path: Path) -> None:
        """Raises OutboxLockedError if another process holds it, OutboxError if the folder cannot be written."""
        try:
            make_folder(path.parent)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            hint = "mount it writable" if error.errno == errno.EROFS else "check that it exists and who owns it"
            raise OutboxError(f"cannot write in the folder {path.parent}: {error.strerror}; {hint}") from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._fd, 20).decode("ascii", "replace").strip()
            os.close(self._fd)
            raise OutboxLockedError(
                f"the outbox beside {path} is open in another agent (process {holder or 'unknown'}); stop that one"
            ) from error
        try:
            os.ftruncate(self._fd, 0)
            os.write(self._fd, str(os.getpid()).encode())
        except OSError:  # a full disk: the lock holds all the same
            pass

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
