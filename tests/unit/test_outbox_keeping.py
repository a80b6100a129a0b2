"""What an outbox keeps, for how long, and what it says of what it has not."""

import os
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from edge.store.errors import OutboxError, OutboxForeignError, OutboxFullError, OutboxLockedError
from tests.support.delivery_box import all_of, fixes, open_box, scans
from wire.messages import Gap, GapReason, Lane

DAY_MS = 86_400_000


def test_positions_count_from_one_in_a_stream_that_is_minted_with_the_first_item(tmp_path):
    with closing(open_box(tmp_path)) as box:
        assert box.lanes() == []
        first = box.append_facts(scans(2))
        more = box.append_facts(scans(1, 3))
        other = box.append_telemetry(fixes(1))
        assert [p.seq for p in (*first, *more)] == [1, 2, 3]
        assert {p.stream for p in (*first, *more, *other)} == {first[0].stream}
        assert box.append_facts([]) == []


def test_each_run_of_the_agent_counts_in_a_stream_of_its_own(tmp_path):
    for _ in range(2):
        with closing(open_box(tmp_path)) as box:
            box.append_facts(scans(2))
    with closing(open_box(tmp_path)) as box:
        assert [last for _, lane, last in box.lanes() if lane is Lane.FACTS] == [2, 2]
        assert box.growing() == []


def test_what_was_appended_is_there_after_the_process_was_killed(tmp_path):
    code = (
        "import os,sys; from pathlib import Path; from tests.support.delivery_box import *;"
        "open_box(Path(sys.argv[1])).append_facts(scans(100)); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    with closing(open_box(tmp_path)) as box:
        (stream, lane, last), _ = box.lanes()
        assert (lane, last) == (Lane.FACTS, 100)
        assert all_of(box, stream, lane)[0] == {i: i for i in range(1, 101)}


def test_a_second_agent_does_not_get_the_outbox(tmp_path):
    with closing(open_box(tmp_path)), pytest.raises(OutboxLockedError, match=f"process {os.getpid()}"):
        open_box(tmp_path)
    open_box(tmp_path).close()


def test_an_agent_with_another_name_does_not_open_the_outbox(tmp_path):
    open_box(tmp_path).close()
    with pytest.raises(OutboxForeignError, match="wh1-scanner-1"):
        open_box(tmp_path, device="wh2-scanner-9")
    open_box(tmp_path).close()


def test_a_folder_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutboxError, match="cannot write in the folder"):
        open_box(tmp_path / "file")

    def refuse(*_args, **_more):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("edge.store.lock.os.open", refuse)
    with pytest.raises(OutboxError, match="Read-only file system; mount it writable"):
        open_box(tmp_path)


def test_an_outbox_of_a_newer_version_is_left_alone(tmp_path):
    with closing(open_box(tmp_path)) as box:
        box._engine.facts.execute("PRAGMA user_version=99")
    with pytest.raises(OutboxError, match="newer version"):
        open_box(tmp_path)


def test_a_full_disk_stores_nothing_says_so_and_goes_on_when_there_is_room(tmp_path):
    with closing(open_box(tmp_path)) as box:
        box.append_facts(scans(10))
        pages = box._engine.facts.execute("PRAGMA page_count").fetchone()[0]
        box._engine.facts.execute(f"PRAGMA max_page_count={pages + 2}").fetchall()
        with pytest.raises(OutboxFullError, match="free some space"):
            box.append_facts(scans(1000, 11))
        assert box.stats().accepted_facts == 10
        box._engine.facts.execute("PRAGMA max_page_count=1000000").fetchall()
        assert box.append_facts(scans(1, 11))[0].seq == 11
        assert len(all_of(box, box.lanes()[0][0], Lane.FACTS)[0]) == 11


def test_an_item_too_large_for_the_wire_is_not_taken(tmp_path):
    with closing(open_box(tmp_path)) as box:
        with pytest.raises(OutboxFullError, match="larger than"):
            box.append_facts(scans(1, text="x" * 17_000))
        assert box.stats().accepted_facts == 0


def test_an_outbox_that_is_closed_says_so(tmp_path):
    box = open_box(tmp_path)
    box.close()
    box.close()
    with pytest.raises(OutboxError, match="closed"):
        box.append_facts(scans(1))


def test_batches_respect_items_and_bytes_and_carry_at_least_one_item(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(300, text="x" * 100))[0].stream
        assert len(box.read(stream, Lane.FACTS, after=0, upto=300, max_items=7, max_bytes=100_000).items) == 7
        chunk = box.read(stream, Lane.FACTS, after=10, upto=300, max_items=1000, max_bytes=2_000)
        assert 1 < sum(map(len, chunk.items)) + len(chunk.items) <= 2_000
        assert chunk.last == 10 + len(chunk.items)
        assert len(box.read(stream, Lane.FACTS, after=0, upto=300, max_items=9, max_bytes=1).items) == 1
        assert all_of(box, stream, Lane.FACTS, max_bytes=3_000)[0] == {i: i for i in range(1, 301)}


def test_confirmed_telemetry_goes_at_once_and_is_declared_trimmed_if_asked_for_again(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_telemetry(fixes(5000))[0].stream
        box.confirm(stream, Lane.TELEMETRY, 4000, 0)
        assert box.stats().pending_telemetry == 1000
        found, gaps = all_of(box, stream, Lane.TELEMETRY)
        assert gaps == [Gap(1, 4000, GapReason.TRIMMED)]
        assert found == {i: i for i in range(4001, 5001)}


def test_confirmed_facts_stay_for_days_of_the_hubs_time(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(100))[0].stream
        box.confirm(stream, Lane.FACTS, 60, 100 * DAY_MS)
        box.maintain()
        box.confirm(stream, Lane.FACTS, 100, 113 * DAY_MS)
        box.maintain()
        assert box.stats().kept_facts == 100
    with closing(open_box(tmp_path)) as box:
        box.confirm(stream, Lane.FACTS, 100, 115 * DAY_MS)
        box.maintain()
        stats = box.stats()
        assert (stats.kept_facts, stats.pending_facts, stats.confirmed_facts) == (40, 0, 100)
        found, gaps = all_of(box, stream, Lane.FACTS)
        assert gaps == [Gap(1, 60, GapReason.TRIMMED)]
        assert sorted(found) == list(range(61, 101))


def test_facts_that_a_restored_hub_lacks_are_pending_again_and_do_not_expire(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(100))[0].stream
        box.confirm(stream, Lane.FACTS, 100, 100 * DAY_MS)
        box.maintain()
        box.confirm(stream, Lane.FACTS, 30, 101 * DAY_MS)
        assert box.stats().pending_facts == 70
        box.confirm(stream, Lane.FACTS, 30, 116 * DAY_MS)
        box.maintain()
        assert box.stats().kept_facts >= 70


def test_when_space_runs_out_confirmed_facts_go_first_and_unconfirmed_never(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(5000))[0].stream
        box.append_telemetry(fixes(3000))
        box.confirm(stream, Lane.FACTS, 2000, 0)
        box.limit_bytes = 0
        box.maintain()
        stats = box.stats()
        assert (stats.kept_facts, stats.pending_facts) == (3000, 3000)
        assert stats.thinned > 0
        assert stats.pending_telemetry == 3000 - stats.thinned
        found, gaps = all_of(box, stream, Lane.TELEMETRY)
        assert {gap.reason for gap in gaps} == {GapReason.THINNED}
        assert sum(gap.last - gap.first + 1 for gap in gaps) == stats.thinned
        assert len(found) == stats.pending_telemetry


def test_telemetry_that_may_have_been_sent_is_never_thinned(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_telemetry(fixes(1000))[0].stream
        box.read(stream, Lane.TELEMETRY, after=0, upto=500, max_items=500, max_bytes=100_000)
    with closing(open_box(tmp_path)) as box:
        box.limit_bytes = 0
        box.maintain()
        assert sorted(all_of(box, stream, Lane.TELEMETRY)[0])[:500] == list(range(1, 501))


def test_rebinding_makes_everything_that_is_still_stored_pending_again(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(10))[0].stream
        box.bind("a" * 16)
        box.confirm(stream, Lane.FACTS, 10, 0)
        with pytest.raises(OutboxError, match="rebind"):
            box.bind("b" * 16)
        box.rebind("b" * 16)
        assert (box.ledger, box.stats().pending_facts) == ("b" * 16, 10)
    with closing(open_box(tmp_path)) as box:
        assert (box.ledger, box.stats().pending_facts) == ("b" * 16, 10)


def test_many_threads_append_read_and_confirm_at_once(tmp_path):
    with closing(open_box(tmp_path)) as box:
        positions, failures = [], []

        def appends():
            try:
                for _ in range(20):
                    positions.extend(box.append_facts(scans(3)))
                    box.append_telemetry(fixes(3))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=appends) for _ in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            for stream, lane, last in box.growing():
                box.read(stream, lane, after=0, upto=last, max_items=100, max_bytes=10_000)
                box.confirm(stream, lane, last // 2, 0)
                box.maintain()
        for thread in threads:
            thread.join()
        assert failures == []
        assert sorted(p.seq for p in positions) == list(range(1, 241))
        assert box.stats().accepted_facts == box.stats().accepted_telemetry == 240


def test_opening_does_not_look_at_the_rows(tmp_path):
    with closing(open_box(tmp_path)) as box:
        for start in range(0, 100_000, 10_000):
            box.append_facts(scans(10_000, start))
    began = time.thread_time()  # a busy machine does not count
    with closing(open_box(tmp_path)) as box:
        assert time.thread_time() - began < 0.1
        assert box.stats().pending_facts == 100_000


def test_space_of_deleted_items_is_used_again(tmp_path):
    with closing(open_box(tmp_path)) as box:
        sizes = []
        for _ in range(6):
            stream = box.append_telemetry(fixes(5000))[0].stream
            box.confirm(stream, Lane.TELEMETRY, box.growing()[1][2], 0)
            box.maintain()
            box._engine.keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            sizes.append(box.stats().bytes)
        assert sizes[-1] <= sizes[1] * 1.1
