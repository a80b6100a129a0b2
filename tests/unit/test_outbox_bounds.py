"""How much an outbox takes on the disk: never more than its limit, and little more than it needs."""

import sqlite3
from contextlib import closing
from itertools import pairwise

import pytest

from edge.store.errors import OutboxError, OutboxFullError
from edge.store.extent import MIB
from edge.store.room import Level
from edge.store.schema import MIGRATIONS
from tests.support.delivery_box import all_of, fixes, open_box, scans
from wire.messages import Gap, GapReason, Lane

LIMIT = 16 * MIB
DAY_MS = 86_400_000


@pytest.fixture
def box(tmp_path):
    with closing(open_box(tmp_path)) as opened:
        opened.limit_bytes = LIMIT
        yield opened


def fill(box, text="x" * 600):
    """Facts until no more fit; how many of them were kept."""
    kept = 0
    try:
        while True:
            kept += len(box.append_facts(scans(200, kept + 1, text)))
            assert box.stats().bytes <= LIMIT
    except OutboxFullError:
        return kept


def needed(box):
    """Bytes of a fresh file that holds the same."""
    fresh = box.path.with_name("fresh.db")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(box.path)) as db:
        db.execute(f"VACUUM INTO '{fresh}'")
    return fresh.stat().st_size


def taken(box):
    return sum(box.path.with_name(box.path.name + end).stat().st_size for end in ("", "-wal"))


def settle(box, rounds=10):
    for _ in range(rounds):
        box.maintain()


def test_a_full_outbox_refuses_facts_whole_keeps_all_it_has_and_stays_below_its_limit(box):
    kept = fill(box)
    assert kept > 12_000
    stats = box.stats()
    assert stats.accepted_facts == stats.pending_facts == stats.kept_facts == kept
    with pytest.raises(OutboxFullError, match="limit of 16 MiB: scans are refused until this device reaches its hub"):
        box.append_facts(scans(200, text="x" * 600))
    assert box.room().level is Level.FULL
    found, _ = all_of(box, box.lanes()[0][0], Lane.FACTS)
    assert len(found) == kept


def test_people_are_warned_while_thousands_of_scans_still_fit(box):
    levels = []
    while not levels or levels[-1] is Level.FREE:
        box.append_facts(scans(1_000))
        levels.append(box.room().level)
    assert levels[-1] is Level.TIGHT
    assert "more scans; let this device reach its hub" in str(box.room())
    promised = box.room().left_bytes // 250
    assert promised > 5_000
    for _ in range(promised // 1_000):
        box.append_facts(scans(1_000))


def test_scanning_goes_on_by_itself_when_the_hub_has_what_filled_the_outbox(box):
    kept = fill(box)
    stream = box.lanes()[0][0]
    box.confirm(stream, Lane.FACTS, kept // 2, DAY_MS)
    assert len(box.append_facts(scans(50, text="x" * 600))) == 50
    settle(box)
    assert box.room().level is Level.FREE
    stats = box.stats()
    assert (stats.confirmed_facts, stats.pending_facts) == (kept // 2, kept - kept // 2 + 50)


def test_what_the_hub_confirms_is_written_down_also_in_a_full_outbox(box, tmp_path):
    kept = fill(box)
    stream = box.lanes()[0][0]
    for hour in range(200):
        box.confirm(stream, Lane.FACTS, hour, hour * 3_600_000)
        box.flush()
        assert box.stats().bytes <= LIMIT
    box.close()
    with closing(open_box(tmp_path)) as again:
        assert again.stats().confirmed_facts == 199
        assert again.stats().pending_facts == kept - 199


def test_telemetry_makes_room_for_facts_and_keeps_every_so_manieth_item(box):
    for start in range(0, 30_000, 2_000):
        stream = box.append_telemetry(fixes(2_000, start + 1))[0].stream
    kept = fill(box)
    assert kept > 8_000
    stats = box.stats()
    assert stats.accepted_telemetry == 30_000 == stats.thinned + stats.pending_telemetry
    box.limit_bytes = 1 << 30
    found, gaps = all_of(box, stream, Lane.TELEMETRY, max_bytes=1_000_000)
    assert {gap.reason for gap in gaps} <= {GapReason.THINNED}
    assert len(found) + sum(gap.last - gap.first + 1 for gap in gaps) == 30_000


def test_a_track_that_is_thinned_loses_detail_everywhere_before_it_loses_more_anywhere(box):
    stream = box.append_telemetry(fixes(30_000))[0].stream
    while box.stats().thinned < 20_000:
        assert box._bounds._relieve()
    found, _ = all_of(box, stream, Lane.TELEMETRY)
    assert {later - earlier for earlier, later in pairwise(sorted(found))} <= {2, 4}


def test_thinning_half_of_the_telemetry_frees_half_of_its_pages(box):
    box.append_telemetry(fixes(30_000))
    before = needed(box)
    while box.stats().thinned < 15_000:
        box._bounds._relieve()
    extent = box._bounds._measure()
    assert extent.live_bytes < 0.55 * before


def test_no_telemetry_is_stored_where_the_room_is_for_facts_and_the_account_stays_exact(box):
    fill(box)
    with pytest.raises(OutboxFullError, match="for facts"):
        box.append_telemetry(fixes(100))
    assert box.stats().accepted_telemetry == 0
    assert box.room().level is Level.FULL


def test_after_a_drain_the_file_is_hardly_larger_than_what_it_holds(box):
    box.limit_bytes = 1 << 30
    box.append_telemetry(fixes(100_000))
    stream = box.append_facts(scans(20_000))[0].stream
    box.confirm(stream, Lane.TELEMETRY, 100_000, DAY_MS)
    box.confirm(stream, Lane.FACTS, 20_000, DAY_MS)
    settle(box, 20)
    assert box.stats().kept_facts == 20_000
    assert taken(box) <= 1.1 * needed(box)


def test_a_vehicle_that_never_rests_gets_its_disk_back_after_a_drain(box):
    box.limit_bytes = 1 << 30
    stream = box.append_telemetry(fixes(120_000))[0].stream
    box.confirm(stream, Lane.TELEMETRY, 120_000, DAY_MS)
    assert taken(box) > 12 * MIB
    for _ in range(30):
        box.append_telemetry(fixes(2))
        box.maintain()
    assert taken(box) < 6 * MIB


def test_a_small_outbox_is_made_small_only_after_a_long_rest(box):
    stream = box.append_facts(scans(10))[0].stream
    box.confirm(stream, Lane.FACTS, 10, DAY_MS)
    settle(box, 20)
    assert taken(box) > 1.1 * needed(box)
    settle(box, 150)
    assert taken(box) <= 1.1 * needed(box)


def test_the_log_stays_small_while_scans_come_one_by_one(box):
    for number in range(600):
        box.append_facts(scans(1, number))
        if number % 20 == 0:
            box.maintain()
    assert box.path.with_name("outbox.db-wal").stat().st_size < 2 * MIB


def test_a_program_that_holds_up_the_log_makes_the_outbox_full_but_not_larger_than_its_limit(box):
    box.append_facts(scans(1))
    with closing(sqlite3.connect(box.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM facts").fetchone()
        kept = fill(box)
        for _ in range(200):
            box.confirm(box.lanes()[0][0], Lane.FACTS, kept, DAY_MS)
            box.flush()
        assert box.stats().bytes <= LIMIT
    settle(box)
    assert len(box.append_facts(scans(50))) == 50


def test_an_outbox_of_the_first_release_is_accounted_for_exactly(tmp_path):
    with closing(sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)) as db:
        db.executescript("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;")
        db.executescript(f"BEGIN;{MIGRATIONS[0]};PRAGMA user_version=1;COMMIT;")
        db.execute("INSERT INTO streams VALUES (1, '00000000000000aa', 1, 'boot')")
        db.execute("INSERT INTO lanes VALUES (1, 'facts', 100, 40, 30, 0, 69, 0, 1)")
        db.execute("INSERT INTO lanes VALUES (1, 'telemetry', 50, 5, 10, 12, 30, 12, 0)")
        facts = [seq for seq in range(31, 101) if seq != 60]
        telemetry = [*range(11, 21), *range(21, 50, 2), 46, 47, 48, 49, 50]
        for lane, seqs in (("facts", facts), ("telemetry", sorted(set(telemetry)))):
            db.executemany(f"INSERT INTO {lane} VALUES (?, CAST(? AS BLOB))", [((1 << 40) + s, "{}") for s in seqs])
        kept = len(set(telemetry))
        db.execute("UPDATE lanes SET kept = ?, thinned = ? WHERE lane = 'telemetry'", (kept, 40 - kept))
    with closing(open_box(tmp_path)) as box:
        stats = box.stats()
        assert (stats.confirmed_facts, stats.unreadable_facts, stats.pending_facts) == (40, 1, 59)
        assert (stats.confirmed_telemetry, stats.trimmed_telemetry, stats.thinned) == (5, 5, 40 - kept)
        assert stats.pending_telemetry == kept
        assert 5 + 5 + 40 - kept + kept == stats.accepted_telemetry
        chunk = box.read("00000000000000aa", Lane.FACTS, after=50, upto=100, max_items=100, max_bytes=10_000)
        assert chunk.gaps == (Gap(60, 60, GapReason.UNREADABLE),)


def test_a_disk_that_cannot_even_be_measured_refuses_with_a_sentence_and_ends_no_thread(box, monkeypatch):
    def broken(_path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("edge.store.extent.os.statvfs", broken)
    for attempt in (box.maintain, lambda: box.append_facts(scans(1))):
        with pytest.raises(OutboxError, match=r"Input/output error; check the disk"):
            attempt()
    monkeypatch.undo()
    assert len(box.append_facts(scans(1))) == 1
