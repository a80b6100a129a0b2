"""How an outbox stands, in numbers."""

from collections.abc import Collection
from dataclasses import dataclass

from edge.store.holes import Fate
from edge.store.lanes import LaneRow
from wire.messages import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxStats:
    """Counts of items since the outbox was made, and bytes on the disk.

    In both lanes, at every moment: accepted = confirmed + thinned + trimmed + unreadable + pending.
    """

    pending_facts: int
    pending_telemetry: int
    accepted_facts: int
    accepted_telemetry: int
    confirmed_facts: int
    confirmed_telemetry: int
    trimmed_facts: int
    trimmed_telemetry: int
    unreadable_facts: int
    unreadable_telemetry: int
    kept_facts: int
    thinned: int
    streams: int
    bytes: int
    ledger: str | None


def count(rows: Collection[LaneRow], *, size: int, ledger: str | None) -> OutboxStats:
    """The sums over all lanes."""
    facts = [row for row in rows if row.lane is Lane.FACTS]
    telemetry = [row for row in rows if row.lane is Lane.TELEMETRY]
    return OutboxStats(
        pending_facts=sum(row.pending for row in facts),
        pending_telemetry=sum(row.pending for row in telemetry),
        accepted_facts=sum(row.last for row in facts),
        accepted_telemetry=sum(row.last for row in telemetry),
        confirmed_facts=sum(row.delivered for row in facts),
        confirmed_telemetry=sum(row.delivered for row in telemetry),
        trimmed_facts=sum(row.fated(Fate.TRIMMED) for row in facts),
        trimmed_telemetry=sum(row.fated(Fate.TRIMMED) for row in telemetry),
        unreadable_facts=sum(row.fated(Fate.UNREADABLE) for row in facts),
        unreadable_telemetry=sum(row.fated(Fate.UNREADABLE) for row in telemetry),
        kept_facts=sum(row.kept for row in facts),
        thinned=sum(row.thinned for row in telemetry),
        streams=len(facts),
        bytes=size,
        ledger=ledger,
    )
