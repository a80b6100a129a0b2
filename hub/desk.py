"""Where the hub itself says facts: what people decide online and what moves goods or names their owner.

They are facts of the reserved device `hub` and go through the ordinary ingest, so that rebuild, audit, replay and
exactly-once need nothing of their own. A run of the hub has one stream, begun with its first fact; facts are committed
in the order in which they are posted. Never post inside of a write transaction: ingest could not commit meanwhile.

What can go wrong: the database cannot store before anything was handed over (nothing was posted), or it stops storing
in the middle, or the hub stops (then it is not known yet: the same bytes are brought again before anything else, and
count once). What was decided is kept by whoever decides, and posted again after a restart if the ledger lacks it.
"""

import queue
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

import structlog
from msgspec.structs import replace

from hub.errors import HubError
from hub.ingest.group import Result
from wire import codec
from wire.messages import HUB, AnyItem, Batch, Lane, Receipt

STEP_S: Final = 0.5
AGAIN_STEPS: Final = 4
STALLED_STEPS: Final = 6
"""Half seconds to wait on a database that cannot store, before it is said that it is not known."""
MOST_STEPS: Final = 120
MOST_ITEMS: Final = 2000
MOST_BYTES: Final = 200_000
"""What one commit holds: so much is posted wholly or not at all."""

log = structlog.get_logger("desk")


class DeskError(HubError):
    """Facts of the hub that were not posted; `posted` says which were before, in commits of their own."""

    def __init__(self, sentence: str, posted: Sequence["Place"] = ()) -> None:
        super().__init__(sentence)
        self.posted = tuple(posted)


class InDoubtError(DeskError):
    """Facts of the hub of which it is not known yet whether they are stored. They count once in any case."""


class Place(NamedTuple):
    """Where a fact of the hub stands for ever."""

    stream: str
    seq: int


class Ingest(Protocol):
    """What takes messages in: hub.ingest.pipeline.Pipeline."""

    @property
    def stalled(self) -> bool: ...

    def bring(self, device: str, payload: bytes, reply: Callable[[Result], None]) -> None:
        """Take one message; `reply` is called after its commit, never if the database cannot store."""


class Desk:
    """Posts facts of the hub, one batch at a time. Thread-safe."""

    def __init__(self, ingest: Ingest, *, ledger: str, clock: Callable[[], int], uptime: Callable[[], int]) -> None:
        """`clock` tells Unix ms, `uptime` ms of CLOCK_BOOTTIME."""
        self._ingest = ingest
        self._ledger = ledger
        self._clock = clock
        self._uptime = uptime
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._stream = secrets.token_hex(8)
        self._through = 0
        self._doubtful: tuple[bytes, int] | None = None

    def post(self, items: Sequence[AnyItem]) -> list[Place]:
        """Post facts; one whose `at` is 0 happens now. Returns their places after the commit. Raises DeskError."""
        return self.post_due(lambda: items)

    def post_due(self, due: Callable[[], Sequence[AnyItem]]) -> list[Place]:
        """Post what the ledger lacks yet. Raises DeskError.

        `due` is asked when all that was posted before is in the database, and by one thread at a time: so what several
        threads find missing is posted once.
        """
        places: list[Place] = []
        with self._lock:
            try:
                self._clear_up()
                for some in _portions(due()):
                    places += self._commit(some)
            except InDoubtError as error:
                raise InDoubtError(str(error), places) from error
            except DeskError as error:
                raise DeskError(str(error), places) from error
        return places

    def stop(self) -> None:
        """Take no more; whoever waits is told that it is not known. Idempotent."""
        self._stopping.set()

    def _commit(self, items: Sequence[AnyItem]) -> list[Place]:
        if self._stopping.is_set() or self._ingest.stalled:
            what = "stops" if self._stopping.is_set() else "cannot store at the moment (is its disk full?)"
            raise DeskError(f"Nothing was posted: the hub {what}. Try again when it is up and has room.")
        now, up = self._clock(), self._uptime()
        first, last = self._through + 1, self._through + len(items)
        batch = Batch(
            ledger=self._ledger,
            hello=1,
            stream=self._stream,
            lane=Lane.FACTS,
            after=first - 1,
            last=last,
            items=tuple(replace(item, at=item.at or now, up=up) for item in items),
        )
        self._doubtful = (codec.encode(batch), last)
        self._clear_up()
        return [Place(self._stream, seq) for seq in range(first, last + 1)]

    def _clear_up(self) -> None:
        """Have what was handed over last committed, if that is not known yet. Raises InDoubtError, DeskError."""
        if self._doubtful is None:
            return
        payload, last = self._doubtful
        result = self._await(payload)
        self._doubtful = None
        if not isinstance(result.answer, Receipt) or result.answer.through < last:
            self._stream, self._through = secrets.token_hex(8), 0
            raise DeskError("Nothing was posted: the hub refused its own facts; see its log and the quarantine.")
        self._through = last
        if result.quarantined:
            raise DeskError(f"{result.quarantined} of the hub's own facts were set aside; see the quarantine.")

    def _await(self, payload: bytes) -> Result:
        """The fate of a message; brought again on silence, as a device would send it again. Raises InDoubtError."""
        answers: queue.SimpleQueue[Result] = queue.SimpleQueue()
        stalled = 0
        for step in range(MOST_STEPS):
            if self._stopping.is_set():
                break
            if step % AGAIN_STEPS == 0:
                self._ingest.bring(HUB, payload, answers.put)
            try:
                return answers.get(timeout=STEP_S)
            except queue.Empty:
                stalled = stalled + 1 if self._ingest.stalled else 0
            if stalled >= STALLED_STEPS:
                break
        log.warning("desk-in-doubt", stalled=self._ingest.stalled)
        raise InDoubtError(
            "It is not known yet whether this was stored: the hub stops, or its database cannot store at the moment."
            " It counts once in any case; look again before you decide anew."
        )


def _portions(items: Sequence[AnyItem]) -> Iterator[list[AnyItem]]:
    """Items for one commit each."""
    some: list[AnyItem] = []
    size = 0
    for item in items:
        more = len(codec.encode_item(item)) + 32
        if some and (len(some) >= MOST_ITEMS or size + more > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(item)
        size += more
    if some:
        yield some
