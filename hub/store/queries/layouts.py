"""Where each item lies in a stored batch: one of thousands is read without reading the others.

A row of the journal never changes, so what was once found out about it is remembered, as long as there is room.
"""

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from threading import Lock
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import Connection, Engine

from hub.core.reception import chosen
from wire import codec
from wire.messages import Clock

MOST_ITEMS = 3_000_000
"""Items whose place is remembered, of one database: eight bytes each."""
_BODY = "SELECT received_at, applied, body FROM journal WHERE id = ?"
_ranges = msgspec.json.Decoder(list[tuple[int, int]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One row of the journal: the sequences of the items that it brought, and where the bytes of each lie."""

    id: int
    received_at: int
    clock: Clock | None
    sequences: Sequence[int]
    starts: Sequence[int]
    sizes: Sequence[int]

    def item(self, connection: Connection, seq: int) -> bytes | None:
        """The bytes of one item; None where this batch did not bring it."""
        place = bisect_left(self.sequences, seq)
        if place == len(self.sequences) or self.sequences[place] != seq:
            return None
        return _part(connection, self.id, self.starts[place], self.sizes[place])


class _Layouts:
    """Those of one database, the latest used ones. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[int, Layout] = OrderedDict()
        self._items = 0

    def get(self, id_: int) -> Layout | None:
        with self._lock:
            found = self._known.get(id_)
            if found is not None:
                self._known.move_to_end(id_)
            return found

    def keep(self, layout: Layout) -> None:
        with self._lock:
            if layout.id not in self._known:
                self._known[layout.id] = layout
                self._items += len(layout.starts)
            while self._items > MOST_ITEMS and len(self._known) > 1:
                self._items -= len(self._known.popitem(last=False)[1].starts)


_by_database: WeakKeyDictionary[Engine, _Layouts] = WeakKeyDictionary()
_making = Lock()


def layout(connection: Connection, id_: int) -> Layout:
    """Of a row of the journal that is there."""
    with _making:
        layouts = _by_database.setdefault(connection.engine, _Layouts())
    found = layouts.get(id_)
    if found is None:
        found = _read(connection, id_)
        layouts.keep(found)
    return found


def _read(connection: Connection, id_: int) -> Layout:
    """Find out by reading the whole batch."""
    received_at, applied, body = connection.exec_driver_sql(_BODY, (id_,)).one()
    batch = codec.decode_raw(body)
    sequences = codec.sequences(batch.after, batch.last, batch.gaps, len(batch.items))
    items = list(map(bytes, batch.items))
    sizes = array("I", map(len, items))
    starts = _starts(body, items, sizes)
    if applied is not None:
        fresh = tuple(_ranges.decode(applied))
        picked = list(chosen(sequences, list(zip(starts, sizes, strict=True)), fresh))
        sequences = array("q", (seq for seq, _ in picked))
        starts, sizes = (array("I", (span[end] for _, span in picked)) for end in (0, 1))
    return Layout(id=id_, received_at=received_at, clock=batch.clock, sequences=sequences, starts=starts, sizes=sizes)


def _starts(body: bytes, items: Sequence[bytes], sizes: Sequence[int]) -> Sequence[int]:
    """Where each item begins: one after the other at the end of the body, as our own devices write them.

    Else each is looked for from the end of the one before it. It may be found too early, where the same bytes stand in
    something that is no item; but never too late, and the same bytes say the same.
    """
    whole = b",".join(items)
    if items and body.endswith(whole + b"]}"):
        first = len(body) - len(whole) - 2
        return array("I", accumulate(map((1).__add__, sizes[:-1]), initial=first))
    found, at = array("I"), 0
    for data in items:
        at = body.index(data, at)
        found.append(at)
        at += len(data)
    return found


def _part(connection: Connection, id_: int, start: int, size: int) -> bytes:
    """Some bytes of a batch, by SQLite's incremental blob I/O: substr() would read all of it."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise ValueError("the connection is closed")
    with driver.blobopen("journal", "body", id_, readonly=True) as blob:
        blob.seek(start)
        return bytes(blob.read(size))
