"""A checked file's messages, handed to ingest as the broker would hand them over; and what became of them.

Some messages are on their way at a time. Whatever ends this in the middle, the hub's end or a full disk, has stored
some batches whole and the others not at all: the same file brings the rest, and nothing twice.
"""

import queue
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Protocol

import msgspec

from hub.imports.checking import ImportFaultError
from hub.ingest.group import Result
from wire import codec
from wire.bundle import Reader
from wire.messages import Batch, BatchHead, Gap, GapReason, Hello, Lane, Receipt, Welcome

WINDOW: Final = 16
STEP_S: Final = 0.5
STEPS: Final = 120
AGAIN_STEPS: Final = 4
STALLED_STEPS: Final = 3
"""A database that could not store is tried again after a second; only then is it known whether it still cannot."""

_head = msgspec.json.Decoder(Hello | BatchHead)


class Ingest(Protocol):
    """What takes messages in: hub.ingest.pipeline.Pipeline."""

    @property
    def stalled(self) -> bool: ...

    def bring(self, device: str, payload: bytes, reply: Callable[[Result], None]) -> None:
        """Take one message; `reply` is called after its commit."""


class StreamReport(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What became of one stream: facts of the file by their fate, and what the hub still lacks of it afterwards.

    `left_out`: not stored, because `missing` (sequences first to last) come before them.
    """

    stream: str
    new: int = 0
    known: int = 0
    quarantined: int = 0
    left_out: int = 0
    missing: list[tuple[int, int]] = msgspec.field(default_factory=list)


class Report(msgspec.Struct, kw_only=True):
    """What became of a file. `quarantined` facts are among the new ones: stored, but not understood."""

    device: str
    streams: list[StreamReport]

    def total(self, name: str) -> int:
        """The sum of one count over all streams."""
        return sum(getattr(stream, name) for stream in self.streams)

    @property
    def missing(self) -> int:
        """Facts that the device numbered and that neither the hub nor this file has."""
        return sum(last - first + 1 for stream in self.streams for first, last in stream.missing)


@dataclass(frozen=True, slots=True)
class _Brought:
    """A message that is on its way."""

    payload: bytes
    answers: "queue.SimpleQueue[Result]" = field(default_factory=queue.SimpleQueue)


@dataclass(slots=True)
class _Taker:
    ingest: Ingest
    device: str
    streams: dict[str, StreamReport] = field(default_factory=dict)

    def bring(self, payload: bytes) -> "_Brought":
        brought = _Brought(payload)
        self.ingest.bring(self.device, payload, brought.answers.put)
        return brought

    def result(self, brought: "_Brought") -> Result:
        """Wait for the commit. Raises ImportFaultError if the database cannot store.

        Silence is answered as a device answers it: the message is brought again, and the first answer counts.
        """
        for step in range(1, STEPS + 1):
            with suppress(queue.Empty):
                return brought.answers.get(timeout=STEP_S)
            if self.ingest.stalled and step >= STALLED_STEPS:
                break
            if step % AGAIN_STEPS == 0:
                self.ingest.bring(self.device, brought.payload, brought.answers.put)
        raise ImportFaultError(
            "The hub's database cannot store at the moment (is its disk full? see the hub's log). What was stored"
            " before stays; run the command again when there is room."
        )

    def note(self, head: BatchHead, items: int, result: Result) -> None:
        report = self.of(head.stream)
        if not isinstance(result.answer, Receipt):
            report.quarantined += items
        elif result.answer.beyond:
            report.left_out += items
        else:
            report.new += result.fresh
            report.known += items - result.fresh
            report.quarantined += result.quarantined

    def of(self, stream: str) -> StreamReport:
        return self.streams.setdefault(stream, StreamReport(stream=stream))


def bring_in(file: BinaryIO, ingest: Ingest, *, declare_missing: bool = False) -> Report:
    """Bring in a file that was checked. Raises ImportFaultError if the hub cannot store.

    `declare_missing`: a person says that nobody has what comes before this file's facts; it is declared as a gap, which
    stays open and visible, and whoever has those facts after all may still fill it.
    """
    file.seek(0)
    reader = Reader(file.read)
    taker = _Taker(ingest, reader.header.device)
    hellos: list[bytes] = []
    flying: list[tuple[BatchHead, _Brought]] = []
    for head, payload in _messages(reader):
        if isinstance(head, Hello):
            hellos.append(payload)
            taker.result(taker.bring(payload))
            continue
        flying.append((head, taker.bring(payload)))
        if declare_missing or len(flying) >= WINDOW:
            _land(taker, *flying.pop(0), declare_missing=declare_missing)
    for each in flying:
        _land(taker, *each, declare_missing=declare_missing)
    for payload in hellos:
        _look(taker, payload)
    changed = [s for s in taker.streams.values() if s.new or s.known or s.quarantined or s.left_out or s.missing]
    return Report(device=taker.device, streams=changed)


def _land(taker: _Taker, head: BatchHead, brought: _Brought, *, declare_missing: bool) -> None:
    result = taker.result(brought)
    if declare_missing and isinstance(result.answer, Receipt) and result.answer.beyond:
        through = result.answer.through
        gap = Batch(
            ledger=head.ledger,
            hello=head.hello,
            stream=head.stream,
            lane=Lane.FACTS,
            after=through,
            last=head.after,
            gaps=(Gap(through + 1, head.after, GapReason.TRIMMED),),
        )
        taker.result(taker.bring(codec.encode(gap)))
        result = taker.result(taker.bring(brought.payload))
    taker.note(head, _items(head), result)


def _look(taker: _Taker, payload: bytes) -> None:
    """Say the hello once more: its answer tells what the hub lacks now."""
    hello = codec.decode_up(payload)
    welcome = taker.result(taker.bring(payload)).answer
    if not isinstance(hello, Hello) or not isinstance(welcome, Welcome):
        return
    states = {state.stream: state for state in welcome.streams}
    for end in hello.streams:
        state = states[end.stream]
        missing = [*state.open, *([(state.facts + 1, end.facts)] if state.facts < end.facts else [])]
        if missing:
            taker.of(end.stream).missing = missing


def _messages(reader: Reader) -> Iterator[tuple[Hello | BatchHead, bytes]]:
    for payload in reader.messages():
        yield _head.decode(payload), payload


def _items(head: BatchHead) -> int:
    return head.last - head.after - sum(gap.last - gap.first + 1 for gap in head.gaps)
