"""A GNSS receiver on a real pty: which fixes are kept, shown and stored."""

import pytest

from edge.clock import Clock
from edge.config import GnssSettings
from edge.drivers.gnss import GnssSession
from firmware_sim.nmea import Epoch, sentences
from tests.support.edge_ports import Device, Events, Running, Store, until
from wire.messages import Fix


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path / "gnss")
    yield device
    device.unplug()


def sentence(body: str) -> bytes:
    check = 0
    for byte in body.encode():
        check ^= byte
    return f"${body}*{check:02X}\r\n".encode()


def epoch(tenths: int) -> bytes:
    """One epoch, `tenths` of a second after 12:00:00; the receiver moves 1e-4 minutes north in each."""
    clock = f"12{tenths // 600:02d}{tenths // 10 % 60:02d}.{tenths % 10}0"
    lat = f"3112.{3000 + tenths:04d}"
    return sentence(f"GNRMC,{clock},A,{lat},N,12128.5000,E,3.60,0.0,231126,,,A") + sentence(
        f"GNGGA,{clock},{lat},N,12128.5000,E,1,09,0.9,12.5,M,8.0,M,,"
    )


class Receiver:
    def __init__(self, device, rate_hz=1, quiet_s=0.2):
        self.store, self.log, self.shown = Store(), Events(), []
        settings = GnssSettings(port=str(device.path), baud=9_600, rate_hz=rate_hz)
        self.session = GnssSession(settings, self.store, Clock(), self.shown.append, self.log)
        self.running = Running(device.path, self.session, self.log, quiet_s=quiet_s)

    def __enter__(self):
        self.running.__enter__()
        until(lambda: self.running.port.up, "the port")
        return self

    def __exit__(self, *args):
        self.running.__exit__(*args)


@pytest.mark.parametrize(("rate_hz", "kept"), [(1, 10), (5, 50), (10, 100)])
def test_of_ten_fixes_a_second_so_many_are_kept_by_the_receivers_own_time(device, rate_hz, kept):
    with Receiver(device, rate_hz) as receiver:
        device.send(b"".join(epoch(n) for n in range(100)))
        until(lambda: receiver.session.counts.fixes == 100)
        until(lambda: len(receiver.store.items) == kept)
    assert receiver.shown == receiver.store.items
    times = [fix.t for fix in receiver.store.items]
    assert times == sorted(times)
    assert len({t * rate_hz // 1000 for t in times}) == kept
    assert all(isinstance(fix, Fix) for fix in receiver.store.items)
    assert receiver.store.items[-1].lat_e7 > receiver.store.items[0].lat_e7 > 311_000_000
    assert receiver.log.named("port-up")


def test_what_a_receiver_said_last_is_stored_when_it_goes_quiet_or_is_unplugged(device):
    with Receiver(device, rate_hz=10) as receiver:
        device.send(epoch(0) + epoch(1) + epoch(2))
        until(lambda: len(receiver.store.items) == 3)
        device.send(epoch(3) + epoch(4))
        until(lambda: receiver.session.counts.fixes >= 4)
        device.unplug()
        until(lambda: len(receiver.store.items) == 5)


def test_fixes_that_cannot_be_stored_are_counted_said_once_and_the_receiver_is_read_on(device):
    with Receiver(device, rate_hz=10) as receiver:
        receiver.store.broken = True
        device.send(epoch(0) + epoch(1))
        until(lambda: receiver.session.counts.not_stored == 2)
        device.send(epoch(2))
        until(lambda: receiver.session.counts.not_stored == 3)
        receiver.store.broken = False
        device.send(epoch(3))
        until(lambda: len(receiver.store.items) == 1)
        until(lambda: receiver.log.named("fixes-stored-again") == [{"not_stored": 3}])
        assert len(receiver.log.named("fixes-not-stored")) == 1


def test_noise_on_the_line_is_no_fix_and_the_fixes_after_it_are_read(device):
    with Receiver(device, rate_hz=10) as receiver:
        damaged = epoch(0).replace(b"3112.", b"3113.")
        device.send(bytes(range(256)) * 400 + damaged + b"\r\n" + b"".join(epoch(n) for n in range(7, 17)))
        until(lambda: len(receiver.store.items) == 10)
        assert all(fix.lat_e7 < 312_060_000 for fix in receiver.store.items)


def test_a_receiver_tells_the_time_by_the_sentence_that_came_the_soonest_and_only_where_it_measured():
    class Clocks:
        up, wall = 5_000, 0

        def now_ms(self):
            return self.wall

        def up_ms(self):
            return self.up

    true, clock, store = 1_795_000_000_000, Clocks(), Store()
    session = GnssSession(GnssSettings(port="x", baud=9600, rate_hz=1), store, clock, lambda _: None, Events())
    delays = [900, 120, 700, 400, 60, 300, 800, 90, 500, 250, 333, 444]
    for second, delay in enumerate(delays):
        clock.up = 5_000 + second * 1_000 + delay
        epoch = Epoch(unix_ms=true + second * 1_000, lat_deg=31.0, lon_deg=121.0)
        session.received(b"".join(sentences(epoch)), None)
    assert len(store.anchors) >= 2
    for anchor in store.anchors:
        assert anchor.low <= true - 5_000 <= anchor.high
        assert true - 5_000 - anchor.low <= 405
    store.anchors.clear()
    for second in range(20, 40):
        clock.up = 5_000 + second * 1_000
        lines = b"".join(sentences(Epoch(unix_ms=true + second * 1_000, lat_deg=31.0, lon_deg=121.0, fix=False)))
        session.received(lines, None)
    assert store.anchors == []
