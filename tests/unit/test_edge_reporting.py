"""What the agent tells of itself, and how often."""

from contextlib import suppress
from types import SimpleNamespace

import pytest

from edge import status as status_file
from edge.config import load
from edge.reporting import Reporter, battery_pct
from edge.status import PortStatus
from edge.store.errors import OutboxFullError
from edge.store.extent import MIB
from edge.store.outbox import Outbox
from tests.support.delivery_box import scans
from tests.support.edge_agent import write_config
from tests.support.edge_ports import Events
from wire.codec import decode_item
from wire.messages import Fix, Health, Lane


class FakeClock:
    def __init__(self):
        self.ms = 1_000_000

        self.ahead = 0

    def now_ms(self):
        return self.ms + self.ahead

    def up_ms(self):
        return self.ms


class FakeUplink:
    def __init__(self):
        self.shown = []

    def set_now(self, now):
        self.shown.append(now)

    def status(self):
        return SimpleNamespace(
            connected=True, phase="flowing", problem=None, foreign_ledger=None, last_receipt_age_s=0.5
        )


@pytest.fixture
def told(tmp_path):
    settings = load(write_config(tmp_path))
    clock, uplink, log = FakeClock(), FakeUplink(), Events()
    outbox = Outbox.open(settings.outbox, device="wh1-scanner-1", now_ms=1, stream_factory=lambda: "0" * 16)
    reporter = Reporter(settings, outbox, uplink, clock, log)
    yield SimpleNamespace(
        reporter=reporter, settings=settings, clock=clock, uplink=uplink, log=log, outbox=outbox, ports=[]
    )
    outbox.close()


def pass_seconds(told, seconds):
    for _ in range(seconds):
        told.clock.ms += 1_000
        told.reporter.watch(lambda: tuple(told.ports))


def items(outbox):
    lanes = [row for row in outbox.lanes() if row[1] is Lane.TELEMETRY]
    for stream, lane, last in lanes:
        chunk = outbox.read(stream, lane, after=0, upto=last, max_items=100, max_bytes=100_000)
        yield from map(decode_item, chunk.items)


def test_health_is_kept_for_the_hub_once_a_minute(told):
    pass_seconds(told, 125)
    first, second = items(told.outbox)
    assert isinstance(first, Health)
    assert second.at - first.at == 60_000
    assert first.rss_bytes > 1_000_000
    assert first.disk_free_bytes > 0


def test_the_status_is_written_when_something_changes_and_else_every_few_seconds(told):
    pass_seconds(told, 1)
    first = status_file.read(told.settings.status)
    assert (first.state, first.delivery, first.ports) == ("running", "flowing", ())
    pass_seconds(told, 3)
    assert status_file.read(told.settings.status) == first
    told.ports.append(PortStatus(kind="scanner", port="/dev/x", up=True))
    pass_seconds(told, 1)
    assert status_file.read(told.settings.status).ports[0].port == "/dev/x"
    pass_seconds(told, 6)
    assert status_file.read(told.settings.status).at > first.at + 5_000


def test_a_status_that_cannot_be_written_is_said_once_and_stops_nothing(told):
    (told.settings.device.data / "status.json.new").mkdir()
    pass_seconds(told, 10)
    assert len(told.log.named("status-not-written")) == 1


def test_live_screens_get_a_fix_at_once_and_lose_it_when_it_is_old(told):
    fix = Fix(at=told.clock.now_ms(), up=told.clock.up_ms(), t=1, lat_e7=1, lon_e7=2)
    told.reporter.show(fix)
    assert told.uplink.shown[-1].fix == fix
    pass_seconds(told, 20)
    assert told.uplink.shown[-1].fix is None
    assert len(told.uplink.shown) < 6


def test_a_filling_outbox_is_said_in_time_and_a_full_one_loudly_in_the_log_the_status_and_the_health(told):
    told.outbox.limit_bytes = 16 * MIB
    pass_seconds(told, 1)
    assert status_file.read(told.settings.status).outbox_room == "free"
    kept = 0
    with suppress(OutboxFullError):
        while True:
            kept += len(told.outbox.append_facts(scans(2_000, kept + 1)))
            pass_seconds(told, 1)
    pass_seconds(told, 6)
    (tight,) = told.log.named("outbox-tight")
    assert "more scans; let this device reach its hub, or raise limit_mib" in tight["what"]
    (full,) = told.log.named("outbox-full")
    assert "the outbox has reached its limit of 16 MiB: scans are refused" in full["what"]
    said = status_file.read(told.settings.status)
    assert (said.outbox_room, said.outbox_limit_bytes) == ("full", 16 * MIB)
    assert "scans are refused" in said.note
    assert "scans are refused" in told.reporter.health().note
    told.outbox.confirm("0" * 16, Lane.FACTS, kept, 1)
    told.outbox.maintain()
    pass_seconds(told, 1)
    assert len(told.log.named("outbox-has-room")) == 1
    assert status_file.read(told.settings.status).outbox_room == "free"


def test_what_the_agent_has_the_disk_write_is_told(told):
    told.outbox.append_facts(scans(10))
    pass_seconds(told, 1)
    assert status_file.read(told.settings.status).written_bytes >= 4_096


@pytest.mark.parametrize("jump_ms", [-(10**12), 10**12])
def test_a_wall_clock_that_jumps_neither_silences_the_agent_nor_keeps_an_old_fix(told, jump_ms):
    told.reporter.show(Fix(at=told.clock.now_ms(), up=told.clock.up_ms(), t=1, lat_e7=1, lon_e7=2))
    pass_seconds(told, 2)
    told.clock.ahead = jump_ms
    pass_seconds(told, 2)
    shown, said = len(told.uplink.shown), status_file.read(told.settings.status).up
    assert told.reporter._newest(told.clock.now_ms()).fix is not None
    pass_seconds(told, 25)
    assert shown + 2 <= len(told.uplink.shown) <= shown + 5
    assert told.uplink.shown[-1].fix is None
    assert status_file.read(told.settings.status).up > said + 15_000


def test_the_emptiest_battery_of_the_machine_itself_counts(tmp_path):
    for name, kind, scope, capacity in (
        ("BAT0", "Battery", "", "81"),
        ("mouse", "Battery", "Device", "3"),
        ("AC", "Mains", "", ""),
    ):
        supply = tmp_path / name
        supply.mkdir()
        for file, text in (("type", kind), ("scope", scope), ("capacity", capacity)):
            if text:
                (supply / file).write_text(f"{text}\n")
    assert battery_pct(tmp_path) == 81
    assert battery_pct(tmp_path / "none") is None
