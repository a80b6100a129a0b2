from hub.api.metrics import collect
from hub.ingest.timing import BOUNDS_S, Timing
from hub.store.queries.summary import Totals


def _said(timing: Timing) -> list[str]:
    totals = Totals(**dict.fromkeys(Totals.__dataclass_fields__, 1))
    gauges = {"ingest_facts_total": 5.0, "ingest_stalled": 0.0}
    return collect(totals, gauges, screens=2, timings={"commit": timing}).decode().splitlines()


def test_what_counts_up_is_a_counter_and_what_goes_up_and_down_a_gauge():
    said = _said(Timing())
    assert "# TYPE relay_ingest_facts_total counter" in said
    assert "# TYPE relay_ingest_stalled gauge" in said


def test_commit_times_are_a_histogram_whose_buckets_add_up():
    timing = Timing()
    for seconds in (0.0005, 0.001, 0.004, 0.004, 99.0):
        timing.took(seconds)
    said = _said(timing)
    assert 'relay_commit_seconds_bucket{le="0.001"} 2.0' in said
    assert 'relay_commit_seconds_bucket{le="0.005"} 4.0' in said
    assert f'relay_commit_seconds_bucket{{le="{BOUNDS_S[-1]}"}} 4.0' in said
    assert 'relay_commit_seconds_bucket{le="+Inf"} 5.0' in said
    assert "relay_commit_seconds_count 5.0" in said


def test_the_process_itself_is_measured():
    assert any(line.startswith("process_resident_memory_bytes ") for line in _said(Timing()))
