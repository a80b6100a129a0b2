"""A damaged outbox: moved aside, salvaged row by row, and scanning goes on."""

import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.core.anchors import Anchor
from edge.store import replacing
from edge.store.errors import OutboxError, OutboxFullError
from edge.store.first_page import first_page
from edge.store.lanes import note
from edge.store.salvage import finish_salvage, salvage
from edge.store.schema import PAGE_BYTES
from tests.support.delivery_box import DEVICE, all_of, fixes, open_box, scans
from wire.messages import Gap, GapReason, Lane

PAGE = PAGE_BYTES


def filled(folder, facts=3000, telemetry=500):
    """An outbox with facts and telemetry, closed, whole in its file; its stream."""
    with closing(open_box(folder)) as box:
        stream = box.append_facts(scans(facts))[0].stream
        box.append_telemetry(fixes(telemetry))
        box.bind("a" * 16)
    return stream


def spoil(path, page, data=b"\xa5" * PAGE):
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(data)


def fact_pages(folder):
    """Leaf pages of the facts, found by their content."""
    data = (folder / "outbox.db").read_bytes()
    return [
        at // PAGE + 1 for at in range(0, len(data), PAGE) if data[at] == 0x0D and b'"k":"scan"' in data[at : at + PAGE]
    ]


def test_a_page_in_the_middle_costs_its_rows_which_are_declared_unreadable(tmp_path):
    stream = filled(tmp_path)
    pages = fact_pages(tmp_path)
    spoil(tmp_path / "outbox.db", pages[len(pages) // 2])
    with closing(open_box(tmp_path)) as box:
        found, gaps = all_of(box, stream, Lane.FACTS)
        assert 2900 < len(found) < 3000
        assert all(seq == up for seq, up in found.items())
        assert {gap.reason for gap in gaps} == {GapReason.UNREADABLE}
        assert sum(gap.last - gap.first + 1 for gap in gaps) == 3000 - len(found)
        assert box.salvage.lost_facts == 3000 - len(found)
        assert box.salvage.kept_facts == len(found)
        assert box.salvage.moved_to == tmp_path / "outbox.db.corrupt-1"
        assert box.salvage.moved_to.exists()
        assert box.ledger == "a" * 16
        assert box.append_facts(scans(1))[0].stream != stream


def test_damage_found_while_running_is_salvaged_and_the_scan_is_kept(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(3000))[0].stream
        box._engine.keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        spoil(tmp_path / "outbox.db", fact_pages(tmp_path)[-1])
        box._engine.facts.execute("PRAGMA shrink_memory").fetchall()
        position = box.append_facts(scans(1, 3001))[0]
        assert position.stream != stream
        assert position.seq == 1
        assert box.salvage.kept_facts > 2900
        assert all_of(box, position.stream, Lane.FACTS)[0] == {1: 3001}
        assert all_of(box, stream, Lane.FACTS)[1][0].reason is GapReason.UNREADABLE


def test_damage_found_by_the_uplink_is_salvaged_too(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(3000))[0].stream
        box._engine.keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        spoil(tmp_path / "outbox.db", fact_pages(tmp_path)[3])
        found, gaps = all_of(box, stream, Lane.FACTS)
        assert len(found) + sum(gap.last - gap.first + 1 for gap in gaps) == 3000
        assert box.salvage is not None


def test_a_scan_made_while_another_thread_salvages_waits_for_the_new_file_and_is_kept(tmp_path, monkeypatch):
    salvaging, may_end = threading.Event(), threading.Event()

    def slowly(*arguments, **names):
        salvaging.set()
        assert may_end.wait(20)
        return salvage(*arguments, **names)

    monkeypatch.setattr("edge.store.engine.salvage", slowly)
    with closing(open_box(tmp_path)) as box, ThreadPoolExecutor(2) as threads:
        stream = box.append_facts(scans(3000))[0].stream
        box._engine.keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        spoil(tmp_path / "outbox.db", fact_pages(tmp_path)[3])
        uplink = threads.submit(all_of, box, stream, Lane.FACTS)
        assert salvaging.wait(20)
        scan = threads.submit(box.append_facts, scans(1, 3000))
        assert wait([scan], timeout=0.2).not_done
        may_end.set()
        assert scan.result(20)[0].stream != stream
        assert len(uplink.result(20)[0]) > 2900


@pytest.mark.parametrize("content", [b"", b"this is no database at all, but text" * 1000])
def test_a_file_that_is_no_database_is_moved_aside_and_a_new_one_begun(tmp_path, content):
    (tmp_path / "outbox.db").write_bytes(content)
    with closing(open_box(tmp_path)) as box:
        assert box.append_facts(scans(1))[0].seq == 1
        assert (box.salvage is not None) == bool(content)


def test_a_file_without_its_end_keeps_what_is_left(tmp_path):
    stream = filled(tmp_path)
    path = tmp_path / "outbox.db"
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 2 // 3)
    with closing(open_box(tmp_path)) as box:
        assert box.salvage.kept_facts > 0
        found, _ = all_of(box, stream, Lane.FACTS)
        assert box.salvage.kept_facts + box.salvage.lost_facts == 3000
        assert 500 < len(found) < 3000


def test_a_file_whose_first_page_is_lost_keeps_its_items(tmp_path):
    stream = filled(tmp_path)
    spoil(tmp_path / "outbox.db", 1)
    with closing(open_box(tmp_path)) as box:
        assert len(all_of(box, stream, Lane.FACTS)[0]) == 3000
        assert (box.salvage.kept_facts, box.salvage.lost_facts) == (3000, 0)
        assert sorted(path.suffix for path in tmp_path.iterdir() if "corrupt" not in path.name) == [
            ".db", ".db-shm", ".db-wal", ".lock",
        ]  # fmt: skip


def test_the_first_block_of_the_disk_may_be_lost_and_files_of_the_first_release_have_larger_pages(
    tmp_path, monkeypatch
):
    for number, size in enumerate((PAGE_BYTES, 4096)):
        monkeypatch.setattr("edge.store.schema.PAGE_BYTES", size)
        folder = tmp_path / str(number)
        stream = filled(folder)
        spoil(folder / "outbox.db", 1, b"\xa5" * 4096)
        with closing(open_box(folder)) as box:
            assert len(all_of(box, stream, Lane.FACTS)[0]) == 3000
            assert (box.salvage.kept_telemetry, box.ledger) == (500, "a" * 16)


def test_all_tables_are_named_on_one_first_page(tmp_path):
    (tmp_path / "outbox.db").write_bytes(b"")
    page = first_page(tmp_path / "outbox.db")
    assert (len(page), page[100]) == (PAGE_BYTES, 0x0D)  # a leaf


def test_each_damaged_file_is_kept_under_its_own_number(tmp_path):
    for number in (1, 2):
        (tmp_path / "outbox.db").write_bytes(b"rubbish" * 1000)
        with closing(open_box(tmp_path)) as box:
            assert box.salvage.moved_to.name == f"outbox.db.corrupt-{number}"


def test_of_damaged_files_the_two_newest_are_kept_with_their_logs(tmp_path):
    for number in range(1, 12):
        (tmp_path / "outbox.db").write_bytes(b"rubbish" * 1000)
        (tmp_path / f"outbox.db.corrupt-{number}-wal").write_bytes(b"its log")
        with closing(open_box(tmp_path)) as box:
            assert box.salvage.moved_to.name == f"outbox.db.corrupt-{number}"
    aside = {file.name.removeprefix("outbox.db.corrupt-") for file in tmp_path.glob("*corrupt*")}
    assert aside == {"10", "10-wal", "11", "11-wal"}


def test_a_salvage_takes_no_more_room_than_the_new_file(tmp_path, monkeypatch):
    filled(tmp_path, facts=12_000)
    building = tmp_path / "outbox.db.salvaging"
    sizes = []

    def settled(*arguments):
        sizes.extend(file.stat().st_size for file in tmp_path.glob(f"{building.name}-*"))
        return note(*arguments)

    monkeypatch.setattr("edge.store.salvage.note", settled)
    salvage(tmp_path / "outbox.db", device=DEVICE, now_ms=1)
    assert sum(sizes) == 0
    with closing(open_box(tmp_path)) as box:
        assert box.salvage is None
        assert box.stats().kept_facts == 12_000


def test_a_salvage_that_was_finished_but_not_put_in_place_is_put_in_place(tmp_path):
    stream = filled(tmp_path)
    path = tmp_path / "outbox.db"
    path.replace(tmp_path / "outbox.db.salvaged")
    finish_salvage(path)
    with closing(open_box(tmp_path)) as box:
        assert len(all_of(box, stream, Lane.FACTS)[0]) == 3000


def test_a_lane_whose_stream_was_lost_is_declared_unreadable(tmp_path):
    with closing(open_box(tmp_path)) as box:
        chunk = box.read("f" * 16, Lane.FACTS, after=3, upto=9, max_items=10, max_bytes=1000)
        assert chunk.gaps == (Gap(4, 9, GapReason.UNREADABLE),)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    return folder, filled(folder, facts=800, telemetry=200)


@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=600)), min_size=1, max_size=5)
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_bytes_are_damaged_scanning_goes_on_and_no_sequence_is_hidden(sound, tmp_path_factory, damage):
    folder = tmp_path_factory.mktemp("spoiled")
    shutil.copy(sound[0] / "outbox.db", folder / "outbox.db")
    size = (folder / "outbox.db").stat().st_size
    with (folder / "outbox.db").open("r+b") as file:
        for where, data in damage:
            file.seek(int(where * size))
            file.write(data)
    try:
        box = open_box(folder)
    except OutboxError:
        return
    with closing(box):
        assert box.append_facts(scans(1))[0].seq == 1
        for stream, lane, last in box.lanes():
            at = 0
            while at < min(last, 1000):
                chunk = box.read(stream, lane, after=at, upto=min(last, 1000), max_items=500, max_bytes=50_000)
                declared = sum(gap.last - gap.first + 1 for gap in chunk.gaps)
                assert chunk.last - at == len(chunk.items) + declared
                at = chunk.last


def killed_with_a_log(folder, table=None):
    """An outbox as a kill leaves it: 3,000 facts in the file, 2 in the log alone; a table's first page is damaged."""
    alive = folder / "alive"
    alive.mkdir()
    with closing(open_box(alive)) as box:
        stream = box.append_facts(scans(3000))[0].stream
        box._engine.keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        query = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        page = box._engine.keeper.execute(query, (table,)).fetchone()[0] if table else 1
        box.append_facts(scans(2, 3001))
        for name in ("outbox.db", "outbox.db-wal"):
            shutil.copy(alive / name, folder / name)
    spoil(folder / "outbox.db", page)
    return stream


def test_facts_that_are_only_in_the_log_are_saved_though_the_first_page_of_the_file_is_lost(tmp_path):
    stream = killed_with_a_log(tmp_path)
    with closing(open_box(tmp_path)) as box:
        assert (box.salvage.kept_facts, box.salvage.lost_facts) == (3002, 0)
        assert len(all_of(box, stream, Lane.FACTS)[0]) == 3002


class PowerCut(BaseException):
    """Nothing after it happens."""


@pytest.mark.parametrize("step", range(6))
def test_a_salvage_that_is_cut_short_at_any_step_loses_nothing(tmp_path, monkeypatch, step):
    stream = killed_with_a_log(tmp_path, table="streams")
    steps = iter(range(100))

    def cut(real):
        def do(*arguments):
            if next(steps) == step:
                raise PowerCut
            return real(*arguments)

        return do

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut(Path.replace))
        patched.setattr(replacing, "sync_folder", cut(replacing.sync_folder))
        with pytest.raises(PowerCut):
            open_box(tmp_path)
    with closing(open_box(tmp_path)) as box:
        found, gaps = all_of(box, stream, Lane.FACTS)
        assert (found, gaps) == ({n: n for n in range(1, 3003)}, [])
        if step < 5:  # else only the last sync was missing
            assert (box.salvage.kept_facts, box.salvage.lost_facts) == (3002, 0)
            assert box.salvage.moved_to == tmp_path / "outbox.db.corrupt-1"
    assert (tmp_path / "outbox.db.corrupt-1").exists()
    assert not (tmp_path / "outbox.db.corrupt-2").exists()


def test_a_salvage_that_fails_in_mid_run_refuses_scans_and_is_tried_again_by_itself(tmp_path, monkeypatch):
    failures = [3]

    def on_a_full_disk(*arguments, **names):
        if failures[0]:
            failures[0] -= 1
            raise OutboxFullError("cannot salvage the outbox: the disk is full; free some space on this disk")
        return salvage(*arguments, **names)

    monkeypatch.setattr("edge.store.engine.salvage", on_a_full_disk)
    monkeypatch.setattr("edge.store.engine.MEND_EVERY_S", 0.0)
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(3000))[0].stream
        box._engine.keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        spoil(tmp_path / "outbox.db", fact_pages(tmp_path)[3])
        with pytest.raises(OutboxError, match="disk is full"):
            all_of(box, stream, Lane.FACTS)
        with pytest.raises(OutboxError, match="nothing can be stored until then"):
            box.append_facts(scans(1, 3001))
        with pytest.raises(OutboxError):
            box.maintain()
        box.maintain()  # the uplink does this every two seconds, with or without a network
        assert box.salvage.kept_facts > 2900
        assert box.append_facts(scans(1, 3001))[0].stream != stream
        assert len(all_of(box, stream, Lane.FACTS)[0]) == box.salvage.kept_facts


def test_between_two_tries_of_a_salvage_nobody_waits_for_the_disk(tmp_path, monkeypatch):
    tried = []

    def failing(*arguments, **names):
        tried.append(1)
        raise OutboxFullError("the disk is full")

    monkeypatch.setattr("edge.store.engine.salvage", failing)
    monkeypatch.setattr("edge.store.engine.MEND_EVERY_S", 1000.0)
    with closing(open_box(tmp_path)) as box:
        box.append_facts(scans(1))
        spoil(tmp_path / "outbox.db", 1)
        box._engine._damaged = True
        box._engine._disconnect()
        for _ in range(20):
            with pytest.raises(OutboxError, match="the disk is full"):
                box.append_facts(scans(1))
        assert len(tried) == 1
    with pytest.raises(OutboxError, match="it is closed"):
        box.append_facts(scans(1))


def test_tables_that_contradict_each_other_are_salvaged_once_and_the_scan_is_kept(tmp_path):
    filled(tmp_path, facts=10, telemetry=0)
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as db, db:
        db.execute("DELETE FROM streams")  # as a page that looks like an empty one
    with closing(open_box(tmp_path)) as box:
        assert box.append_facts(scans(1))[0].seq == 1
        assert box.salvage is not None
        assert (tmp_path / "outbox.db.corrupt-1").exists()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE meta SET value = CAST(x'ff30' AS TEXT) WHERE key = 'ledger'",
        "UPDATE meta SET value = '17000z0000000' WHERE key = 'hub_ms'",
        "UPDATE streams SET boot = CAST(x'626fff74' AS TEXT)",
        "UPDATE anchors SET source = 'huc'",
        "UPDATE lanes SET gone = last + 1",
        "UPDATE lanes SET lane = 'facus' WHERE lane = 'facts'",
        "INSERT INTO holes VALUES (77, 'facts', 1, 2, 'trimmed', 0)",
        "INSERT INTO receipts VALUES (77, 1, 1)",
    ],
)
def test_values_that_were_never_written_are_salvaged_once_though_sqlite_finds_nothing_wrong(tmp_path, damage):
    """One bit that flips in a text or a number: without this the agent would fail at every start, for ever."""
    stream = filled(tmp_path, facts=30, telemetry=10)
    with closing(open_box(tmp_path)) as box:
        box.observe(Anchor(10, 20, 30))
        box.confirm(stream, Lane.FACTS, 20, 1_700_000_000_000)
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as db, db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        db.execute(damage)
    for last in (1, 1):
        with closing(open_box(tmp_path)) as box:
            assert box.append_facts(scans(1))[0].seq == last
            box.maintain()
            assert set(all_of(box, stream, Lane.FACTS)[0]) == set(range(1, 31))
    assert (tmp_path / "outbox.db.corrupt-1").exists()
    assert not (tmp_path / "outbox.db.corrupt-2").exists()
