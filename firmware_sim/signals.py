"""How the simulated people and vehicles of one scenario wait for each other: named counters."""

import threading
from collections import Counter


class Signals:
    """Thread-safe counters; `closing` is set when nobody shall begin anything new."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._told: Counter[str] = Counter()

    def tell(self, name: str) -> None:
        """It happened once more."""
        with self._lock:
            self._told[name] += 1

    def told(self, name: str) -> int:
        """How often it happened."""
        with self._lock:
            return self._told[name]
