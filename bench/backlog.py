"""Fills a device's outbox as an agent would have left it: `python -m bench.backlog FOLDER NAME EVENTS SEED`.

In a process of its own, so that its memory does not count as the benchmark's or the agent's.
"""

import random
import secrets
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

from bench.frame import labels
from edge.store.outbox import Outbox
from wire.actions import Action
from wire.messages import Scan

PLACE = "place:wh-1/a01"
PORTION = 2000


def fill(data: Path, device: str, events: int, seed: int) -> None:
    """Append scans, so many a commit."""
    data.mkdir(parents=True, exist_ok=True)
    now = time.time_ns() // 1_000_000
    path = data / "outbox.db"
    outbox = Outbox.open(path, device=device, now_ms=now, stream_factory=lambda: secrets.token_hex(8))
    source = labels(random.Random(seed))
    at = now - events
    left = events
    while left:
        texts = list(islice(source, min(PORTION, left)))
        outbox.append_facts(
            [
                Scan(at=at + i, up=1000 + i, do=Action.RECEIVE, labels=("]C1" + text,), to=PLACE)
                for i, (text, _) in enumerate(texts)
            ]
        )
        left -= len(texts)
        at += len(texts)
    outbox.close()


def filled(data: Path, device: str, events: int, seed: int) -> None:
    """Do it in a child process."""
    subprocess.run([sys.executable, "-m", "bench.backlog", str(data), device, str(events), str(seed)], check=True)


if __name__ == "__main__":
    fill(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
