"""Measurements for Prometheus, read at the moment of the scrape: nothing is counted twice in memory."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from hub.api.services import Timing
from hub.store.queries.summary import Totals

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_NOT_A_NAME = re.compile(r"[^a-zA-Z0-9_]")


class _Snapshot(Collector):
    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = list(found)

    def collect(self) -> Iterable[Metric]:
        return self._found


def collect(
    totals: Totals, gauges: Mapping[str, float], *, screens: int, timings: Mapping[str, Timing] | None = None
) -> bytes:
    """The text of one scrape. `gauges` are the hub's own: their names get the prefix `relay_`."""
    found: list[Metric] = [
        CounterMetricFamily("relay_facts", "Facts committed.", totals.facts),
        CounterMetricFamily("relay_telemetry", "Telemetry items committed.", totals.telemetry),
        CounterMetricFamily("relay_batches", "Batches committed.", totals.batches),
        GaugeMetricFamily("relay_quarantined", "Items and messages in quarantine.", totals.quarantined),
        GaugeMetricFamily("relay_devices_online", "Devices that are connected.", totals.devices_online),
        GaugeMetricFamily("relay_devices", "Devices that are known.", totals.devices),
        GaugeMetricFamily("relay_screens", "Live streams that are open.", screens),
    ]
    taken = {metric.name for metric in found}
    for name, value in gauges.items():
        full = "relay_" + _NOT_A_NAME.sub("_", name)
        if full not in taken:
            taken.add(full)
            family = CounterMetricFamily if full.endswith("_total") else GaugeMetricFamily
            found.append(family(full, name.replace("_", " "), value))
    for name, timing in (timings or {}).items():
        full = f"relay_{_NOT_A_NAME.sub('_', name)}_seconds"
        buckets = timing.buckets()
        found.append(HistogramMetricFamily(full, name.replace("_", " "), buckets=buckets, sum_value=timing.total_s))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(found))
    ProcessCollector(registry=registry)
    return generate_latest(registry)
