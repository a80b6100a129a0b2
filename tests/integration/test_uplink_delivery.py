"""The uplink over a real broker, against a small hub that makes the real decisions."""

import contextlib
import secrets

import pytest

from edge.store.outbox import Outbox
from edge.uplink import Uplink
from tests.support.delivery_hub import broker, hub, settings, until
from wire.actions import Action
from wire.codec import decode_presence
from wire.messages import Fix, Lane, Now, Opaque, Scan


class Log:
    def __init__(self):
        self.lines = []

    def debug(self, event, **fields):
        self.lines.append((event, fields))

    info = warning = error = debug


def scans(count, start=0):
    return [
        Scan(
            at=1_795_400_000_000 + i, up=i, do=Action.RECEIVE, labels=(f"]C1010950110153000310AB{i}",), to="place:wh-1"
        )
        for i in range(start, start + count)
    ]


def fixes(count):
    return [Fix(at=i, up=i, t=i, lat_e7=i, lon_e7=i) for i in range(count)]


def open_box(folder):
    return Outbox.open(
        folder / "outbox.db", device="wh1-scanner-1", now_ms=1, stream_factory=lambda: secrets.token_hex(8)
    )


@contextlib.contextmanager
def delivering(folder, port, box=None):
    """An uplink at work on an outbox."""
    own = box or open_box(folder)
    uplink = Uplink(settings(folder, port), own, Log())
    uplink.start()
    try:
        yield own, uplink
    finally:
        uplink.stop()
        if box is None:
            own.close()


def test_a_scan_and_a_fix_arrive_and_their_receipts_come_back(tmp_path):
    with broker(tmp_path) as b, hub(b.port) as h, delivering(tmp_path, b.port) as (box, uplink):
        (position,) = box.append_facts(scans(1))
        box.append_telemetry(fixes(3))
        until(lambda: box.stats().pending_facts == box.stats().pending_telemetry == 0)
        assert h.applied["wh1-scanner-1", position.stream, Lane.FACTS, position.seq] == scans(1)[0]
        assert h.count(Lane.TELEMETRY) == 3
        assert box.ledger == h.ledger
        assert uplink.flowing
        assert h.batches[0].clock is not None
        assert uplink.status().problem is None


@pytest.mark.soak
def test_a_broker_killed_while_a_backlog_drains_costs_nothing_and_doubles_nothing(tmp_path):
    with broker(tmp_path) as b, hub(b.port) as h, contextlib.closing(open_box(tmp_path)) as box:
        for start in range(0, 40_000, 4_000):
            box.append_facts(scans(4_000, start))
        with delivering(tmp_path, b.port, box):
            for kill in range(3):
                until(lambda kill=kill: h.count() >= 8_000 * (kill + 1))
                b.kill()
                b.start()
            until(lambda: box.stats().pending_facts == 0, 40)
        assert h.twice == []
        assert [item.up for item in h.facts()] == list(range(40_000))
        assert h.declared == []


def test_a_hub_killed_between_commit_and_receipt_gets_everything_once(tmp_path):
    with broker(tmp_path) as b, hub(b.port) as h, delivering(tmp_path, b.port) as (box, _):
        box.append_facts(scans(10))
        until(lambda: box.stats().pending_facts == 0)
        h.deaf = True
        box.append_facts(scans(500, 10))
        until(lambda: h.count() == 510)
        assert box.stats().pending_facts > 0
        h.stop()
        h.deaf = False
        box.append_facts(scans(90, 510))
        h.start()
        until(lambda: box.stats().pending_facts == 0)
        assert h.twice == []
        assert h.count() == 600


def test_a_hub_restored_from_an_older_backup_gets_again_what_it_lacks(tmp_path):
    with broker(tmp_path) as b, hub(b.port) as h, delivering(tmp_path, b.port) as (box, _):
        box.append_facts(scans(100))
        until(lambda: box.stats().pending_facts == 0)
        rows, applied = dict(h.rows), dict(h.applied)
        box.append_facts(scans(200, 100))
        until(lambda: h.count() == 300)
        h.stop()
        h.rows, h.applied = rows, applied
        h.start()
        until(lambda: h.count() == 300)
        assert h.twice == []


def test_the_agent_starts_again_in_a_new_stream_and_delivers_what_the_old_one_left(tmp_path):
    with broker(tmp_path) as b:
        with contextlib.closing(open_box(tmp_path)) as box:
            box.append_facts(scans(50))
        with hub(b.port) as h, delivering(tmp_path, b.port) as (box, _):
            box.append_facts(scans(50, 50))
            until(lambda: h.count() == 100)
            assert len({stream for _, stream, _, _ in h.applied}) == 2
            assert [item.up for item in h.facts()] == list(range(100))


def test_a_batch_that_the_hub_never_takes_ends_as_one_opaque_item_and_the_rest_as_themselves(tmp_path, monkeypatch):
    for name, value in {"FIRST_SILENCE_MS": 60, "LEAST_SILENCE_MS": 60, "MOST_BACKOFF_MS": 40}.items():
        monkeypatch.setattr(f"edge.core.pace.{name}", value)
    with broker(tmp_path) as b, hub(b.port) as h:
        h.refuses = lambda batch: any(not isinstance(item, Opaque) and item.up == 13 for item in batch.items)
        with delivering(tmp_path, b.port) as (box, _):
            box.append_facts(scans(40))
            until(lambda: box.stats().pending_facts == 0, 40)
        kinds = [type(item) for item in h.facts()]
        assert kinds[13] is Opaque
        assert kinds.count(Scan) == 39
        assert h.facts()[13].up == 13
        assert h.twice == []


def test_a_hub_of_another_ledger_gets_nothing_until_a_person_rebinds(tmp_path):
    with broker(tmp_path) as b, contextlib.closing(open_box(tmp_path)) as box:
        box.bind("2" * 16)
        box.append_facts(scans(5))
        with hub(b.port) as h:
            with delivering(tmp_path, b.port, box) as (_, uplink):
                until(lambda: uplink.foreign_ledger == h.ledger)
                assert h.batches == []
                assert "belongs to" in uplink.status().problem
            box.rebind(h.ledger)
            with delivering(tmp_path, b.port, box):
                until(lambda: h.count() == 5)


def test_presence_says_who_is_connected_and_a_clean_stop_takes_it_back(tmp_path):
    with broker(tmp_path) as b, hub(b.port) as h:
        with delivering(tmp_path, b.port) as (_, uplink):
            until(lambda: uplink.flowing)
            until(lambda: "wh1-scanner-1" in h.presence)
            born = decode_presence(h.presence["wh1-scanner-1"])
            assert born.online
            assert born.connection == uplink.status().connection
        until(lambda: not decode_presence(h.presence["wh1-scanner-1"]).online)
        assert decode_presence(h.presence["wh1-scanner-1"]).connection == born.connection


def test_the_newest_state_is_published_and_only_the_newest(tmp_path):
    with broker(tmp_path) as b, hub(b.port) as h, delivering(tmp_path, b.port) as (_, uplink):
        until(lambda: uplink.flowing)
        for at in range(100):
            uplink.set_now(Now(at=at))
        until(lambda: any(b'"at":99' in now for now in h.nows))
        assert len(h.nows) <= 3


def test_garbage_on_the_receipt_topic_is_passed_over(tmp_path):
    with broker(tmp_path) as b, hub(b.port) as h, delivering(tmp_path, b.port) as (box, uplink):
        until(lambda: uplink.flowing)
        h._client.publish("relay/v1/hub/status", b"\xff garbage", 1)
        box.append_facts(scans(1))
        until(lambda: box.stats().pending_facts == 0)


@pytest.mark.parametrize("stops", [1, 2])
def test_stop_ends_an_uplink_that_never_reached_a_broker(tmp_path, stops):
    with contextlib.closing(open_box(tmp_path)) as box:
        uplink = Uplink(settings(tmp_path, 9), box, Log())
        uplink.start()
        until(lambda: uplink.status().problem is not None)
        assert "cannot reach the broker" in uplink.status().problem
        for _ in range(stops):
            uplink.stop()


def test_a_broker_that_holds_the_connection_and_says_nothing_is_left_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setattr("edge.link.KEEPALIVE_S", 1)
    with broker(tmp_path) as b, hub(b.port) as h, delivering(tmp_path, b.port) as (box, uplink):
        until(lambda: uplink.flowing)
        first = uplink.status().connection
        b.freeze(True)
        box.append_facts(scans(500))
        until(lambda: uplink.status().connection != first)
        b.freeze(False)
        until(lambda: box.stats().pending_facts == 0)
        assert h.count() == 500
        assert h.twice == []
