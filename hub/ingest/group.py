"""What the reader hands to the writer: messages and the rows that they become."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.core.reception import LaneState
from hub.ingest.decoding import BadItem
from wire.errors import Reason
from wire.messages import AnyItem, Clock, Health, Lane, Presence, Receipt, Welcome
from wire.topics import Leaf


class Result(NamedTuple):
    """What became of one message, committed: its answer (None: refused), sequences new to the hub, items set aside."""

    answer: Receipt | Welcome | None
    fresh: int = 0
    quarantined: int = 0


class Arrival(NamedTuple):
    """One message of a device, as it came, from its topic `up` or `presence`; `received_at` in Unix ms.

    `reply` is for messages that were brought by hand: it is called after the commit, in place of an answer to the
    device, which was not heard from and is not shown as if it had been.
    """

    device: str
    payload: bytes
    received_at: int
    leaf: Leaf = Leaf.UP
    reply: Callable[[Result], None] | None = None


class LaneRef:
    """Where items come from, with all that their rows need to know of it."""

    __slots__ = ("clock", "device", "device_id", "facts", "id", "lane", "received_at")

    def __init__(
        self, *, device: str, device_id: int, id_: int, lane: Lane, clock: Clock | None, received: int
    ) -> None:
        self.device = device
        self.device_id = device_id
        self.id = id_
        self.lane = lane
        self.facts = lane is Lane.FACTS
        self.clock = clock
        self.received_at = received


Move = tuple[int, int, int, int, int, int, int, int]
"""A row of the table move: lot, at, lane, seq, source, to, quantity, voided."""
Seen = tuple[str, int, int, int, int | None, int, int, int, str | None]
"""A row of the table sighting: unit, at, lane, seq, lot, source, to, voided, grade."""
TaskRow = tuple[str, int, int, int, int, str | None, int | None, int, int, int, int]
"""A row of the table task_fact: task, lane, seq, part, at, unit, lot, source, to, quantity, voided."""


class Tally(NamedTuple):
    """A row of the table tally, its adjustment still 0."""

    account: int
    lot: int
    at: int
    lane: int
    seq: int
    quantity: int
    adjustment: int
    voided: int


class VoidRow(NamedTuple):
    """A row of the table void."""

    target_lane: int
    target_seq: int
    lane: int
    seq: int
    at: int


class SettleRow(NamedTuple):
    """A row of the table settle, not undone yet."""

    target_lane: int
    target_seq: int
    lane: int
    seq: int
    at: int
    owner: str
    voided: int = 0


class FixRow(NamedTuple):
    """A row of the table fix."""

    device: int
    t: int
    lane: int
    seq: int
    lat_e7: int
    lon_e7: int
    quality: str
    speed_cms: int | None
    heading_cd: int | None
    received_at: int
    verdict: str


class OutcomeRow(NamedTuple):
    """A row of the table outcome."""

    lane: int
    seq: int
    device: int
    command: str
    state: str
    at: int
    received_at: int
    detail: str


class ReportRow(NamedTuple):
    """A row of the table report."""

    lane: int
    seq: int
    device: int
    version: int
    generation: str
    state: str
    at: int
    received_at: int
    detail: str


class Quarantined(NamedTuple):
    """Something set aside: `lane` and `seq` are None for a whole message."""

    device: str
    lane: int | None
    seq: int | None
    received_at: int
    reason: Reason
    detail: str
    data: bytes


@dataclass(slots=True)
class Rows:
    """What facts and telemetry become in the projections, before they meet what is stored."""

    lots: list[tuple[int, str, str, str, str, int | None]] = field(default_factory=list)
    expiries: dict[int, int] = field(default_factory=dict)
    accounts: list[tuple[int, str, str, str | None]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    units: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    flows: dict[tuple[int, int, int], int] = field(default_factory=lambda: defaultdict(int))
    tallies: list[Tally] = field(default_factory=list)
    voids: list[VoidRow] = field(default_factory=list)
    settles: list[SettleRow] = field(default_factory=list)
    tasks: list[TaskRow] = field(default_factory=list)
    fixes: list[FixRow] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)
    reports: list[ReportRow] = field(default_factory=list)
    opaques: list[tuple[int, int]] = field(default_factory=list)
    ranges: list[tuple[int, int, int]] = field(default_factory=list)
    quarantine: list[Quarantined] = field(default_factory=list)
    """`units`: those seen in these rows, taken for new in `flows`; `again`: those of them that need their whole story
    (handling units, units seen more than once, or set aside). `flows`: (source, to, lot) -> quantity. `ranges`: the
    facts (lane, first, last) that may have been undone or settled before they came."""


@dataclass(slots=True)
class LaneChange:
    """How one lane's row moves in this group: by compare-and-set from `before`."""

    device_id: int
    stream: str
    lane: Lane
    new: bool
    before: LaneState
    after: LaneState
    declared: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Touch:
    """What is known of a device after this group."""

    last_seen: int = 0
    last_fact_at: int | None = None
    last_position_at: int | None = None
    pending_facts: int | None = None
    pending_telemetry: int | None = None
    version: str | None = None
    health: Health | None = None
    health_at: int | None = None
    clock_error_ms: int | None = None
    presence: Presence | None = None
    last_heard: int = 0
    """When `presence` was heard of, by the hub's clock: the device's own may be wrong."""
    others: int | None = None


@dataclass(slots=True)
class Group:
    """One transaction in the making."""

    arrivals: list[Arrival] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)
    devices: list[tuple[int, str, int]] = field(default_factory=list)
    lanes: dict[int, LaneChange] = field(default_factory=dict)
    journal: list[tuple[int, int, int, int, str | None, bytes]] = field(default_factory=list)
    touches: dict[int, Touch] = field(default_factory=lambda: defaultdict(Touch))
    answers: list[tuple[str, Receipt | Welcome]] = field(default_factory=list)
    replies: list[tuple[Callable[[Result], None], Result]] = field(default_factory=list)
    minted: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Streams of which this group makes the first row of a lane, by device."""
    apart: list[tuple[LaneRef, list[tuple[int, AnyItem | BadItem]]]] = field(default_factory=list)
    """Items that were left to be posted one by one, instead of into `rows`."""
    facts: int = 0
    telemetry: int = 0
