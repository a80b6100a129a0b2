"""How intake does, from the broker to the commit: in numbers for monitoring, in sentences where devices wait."""

from pathlib import Path

from hub.broker import Broker
from hub.ingest.pipeline import Pipeline
from hub.store.backup import last_made


def gauges(pipeline: Pipeline, broker: Broker, database: Path) -> dict[str, float]:
    """Name to value; what ends in `_total` counts up."""
    values = {f"ingest_{name}_total": float(count) for name, count in pipeline.counts.items()}
    values["ingest_dropped_total"] = float(pipeline.dropped)
    values["ingest_waiting_bytes"] = float(pipeline.waiting_bytes)
    values["ingest_stalled"] = float(pipeline.stalled)
    values["broker_connected"] = float(broker.connected)
    values["last_backup_timestamp_seconds"] = last_made(database) or 0.0
    return values


def faults(pipeline: Pipeline, broker: Broker) -> list[str]:
    """Why devices wait for their receipts."""
    found = {
        "ingest has ended": pipeline.failure is not None,
        "the database cannot store": pipeline.stalled,
        "the broker is not connected": not broker.connected,
    }
    return [sentence for sentence, true in found.items() if true]
