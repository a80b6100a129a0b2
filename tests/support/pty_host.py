"""A stand-in for the agent: opens a simulated port, reads scans from it and answers them."""

import os
import select
import threading
from pathlib import Path


class PtyHost:
    """Opens `link` like an agent, keeps the frames it read in `frames`, answers each by `answer(frame) -> bytes`."""

    def __init__(
        self, link: Path, answer=lambda frame: b"\x06", *, suffix: bytes = b"\r\n", flush: bool = True
    ) -> None:
        self.frames: list[bytes] = []
        self._answer = answer
        self._suffix = suffix
        self._fd = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        if flush:
            import termios

            termios.tcflush(self._fd, termios.TCIFLUSH)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc) -> None:
        self.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        rest = b""
        poller = select.poll()
        poller.register(self._fd, select.POLLIN)
        while not self._stop.is_set():
            events = poller.poll(20)
            if not events:
                continue
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                return
            if not data:
                return
            *whole, rest = (rest + data).split(self._suffix)
            for frame in whole:
                self.frames.append(frame)
                self._send(self._answer(frame))

    def _send(self, data: bytes) -> None:
        while data and not self._stop.is_set():
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                select.select([], [self._fd], [], 0.02)
            except OSError:
                return


def wait_until(condition, timeout_s: float = 10.0) -> None:
    """Poll until `condition()` holds; fails after `timeout_s`."""
    pause = threading.Event()
    for _ in range(int(timeout_s / 0.01)):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen in time")
