"""Outboxes to try things on."""

import itertools
from pathlib import Path

from edge.store.outbox import Outbox
from wire.actions import Action
from wire.codec import decode_item
from wire.messages import Fix, Lane, Scan

DEVICE = "wh1-scanner-1"
_streams = itertools.count(1)


def scans(count: int, start: int = 1, text: str = "") -> list[Scan]:
    """Facts whose uptime counts from `start`."""
    return [
        Scan(at=i, up=i, do=Action.RECEIVE, labels=(f"]C1010950110153000{text}",)) for i in range(start, start + count)
    ]


def fixes(count: int, start: int = 1) -> list[Fix]:
    return [Fix(at=i, up=i, t=i, lat_e7=i, lon_e7=i) for i in range(start, start + count)]


def open_box(folder: Path, device: str = DEVICE) -> Outbox:
    return Outbox.open(folder / "outbox.db", device=device, now_ms=1, stream_factory=lambda: f"{next(_streams):016x}")


def all_of(box: Outbox, stream: str, lane: Lane, *, after: int = 0, max_items: int = 1000, max_bytes: int = 100_000):
    """Sequence to uptime, and the declared gaps, of a whole lane, read batch by batch."""
    last = next(last for s, found, last in box.lanes() if (s, found) == (stream, lane))
    found, gaps = {}, []
    while after < last:
        chunk = box.read(stream, lane, after=after, upto=last, max_items=max_items, max_bytes=max_bytes)
        assert chunk.last > after
        missing = {seq for gap in chunk.gaps for seq in range(gap.first, gap.last + 1)}
        places = [seq for seq in range(after + 1, chunk.last + 1) if seq not in missing]
        assert len(places) == len(chunk.items)
        found |= {seq: decode_item(item).up for seq, item in zip(places, chunk.items, strict=True)}
        gaps += chunk.gaps
        after = chunk.last
    return found, gaps
