"""One signal that ends every wait at once, in a select() too."""

import os
import threading


class Stop:
    """Set once; wakes whoever waits for it or selects on its file descriptor."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reader, self._writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def set(self) -> None:
        if not self._event.is_set():
            self._event.set()
            os.write(self._writer, b"x")

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Whether it is set, at the latest after the timeout."""
        return self._event.wait(timeout_s)

    def fileno(self) -> int:
        """Readable from the moment that it is set."""
        return self._reader

    def close(self) -> None:
        """After everyone who selects on it has ended."""
        os.close(self._reader)
        os.close(self._writer)
