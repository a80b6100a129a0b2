"""One hello and its answers: pages out, pages in. Pure."""

from collections.abc import Iterable, Iterator

from edge.core.lane import LaneProgress
from wire.messages import Hello, Lane, StreamEnd, StreamState, Welcome, combined

PAGE_STREAMS = 1000
"""So that a page, and its answer, stay far below the packet limit."""


class Greeting:
    """The latest hello: which lanes it named, and which of its pages are answered, by which run of the hub."""

    def __init__(self, nonce: int = 0, lanes: Iterable[LaneProgress] = (), *, now: int = 0) -> None:
        self.nonce = nonce
        self.lanes = tuple(lanes)
        self.said_at = now
        self.run: str | None = None
        self._answers: dict[int, tuple[StreamState, ...]] = {}
        self._every: str | None = None
        streams: dict[str, dict[str, int]] = {}
        for lane in self.lanes:
            streams.setdefault(lane.stream, {})[lane.lane.value] = lane.last
        ends = [StreamEnd(stream=stream, **lasts) for stream, lasts in streams.items()]
        self._pages = [tuple(ends[at : at + PAGE_STREAMS]) for at in range(0, len(ends), PAGE_STREAMS)] or [()]

    def pages(self, *, ledger: str | None, version: str, kind: str) -> tuple[Hello, ...]:
        """The messages to publish."""
        return tuple(
            Hello(
                hello=self.nonce,
                ledger=ledger,
                page=number,
                pages=len(self._pages),
                streams=streams,
                version=version,
                kind=kind,
            )
            for number, streams in enumerate(self._pages, 1)
        )

    @property
    def complete(self) -> bool:
        return len(self._answers) == len(self._pages)

    def take(self, welcome: Welcome) -> bool:
        """Whether this page was still waited for. Only the first answer to a page counts."""
        if welcome.page in self._answers or welcome.page > len(self._pages):
            return False
        self.run = welcome.run
        self._answers[welcome.page] = welcome.streams
        if welcome.page == len(self._pages):
            self._every = welcome.every
        return True

    def strangers(self) -> str | None:
        """Streams of this device that the hub knows and this hello did not name, combined; None: there are none.

        A hub of an earlier version does not say.
        """
        if self._every is None:
            return None
        others = combined((self._every, combined({lane.stream for lane in self.lanes})))
        return others if int(others, 16) else None

    def through(self) -> Iterator[tuple[LaneProgress, int]]:
        """How far the hub is with each lane that the hello named. What it does not name, it does not have."""
        states = {state.stream: state for page in self._answers.values() for state in page}
        for lane in self.lanes:
            state = states.get(lane.stream)
            if state is None:
                yield lane, 0
            else:
                yield lane, state.facts if lane.lane is Lane.FACTS else state.telemetry

    def open_gaps(self) -> Iterator[tuple[str, int, int]]:
        """Facts that the hub still lacks below `through`: stream, first, last."""
        for page in self._answers.values():
            for state in page:
                for first, last in state.open:
                    yield state.stream, first, last
