"""The simulated receiver and the replay of a log on real ptys."""

import json
import math
import os

import pytest

from firmware_sim.cli import the_world
from firmware_sim.gnss import GnssSettings, Receiver, Signal
from firmware_sim.nmea import checksum
from firmware_sim.ports import Port
from firmware_sim.replay import Replay, pieces
from firmware_sim.running import RunningDevice
from firmware_sim.stage import drive_between
from tests.support.pty_host import PtyHost, wait_until


def receiver(tmp_path):
    port = Port(tmp_path / "g")
    drive = drive_between(the_world(1, 2026), ["wh-1", "st-1"], cruise_kmh=60, dwell_s=0)
    made = Receiver(port, Signal(drive, GnssSettings(rate_hz=10)), rate_hz=10, track=tmp_path / "g.track")
    return made, RunningDevice("g", port, made.run)


def test_a_receiver_sends_whole_sentences_with_its_own_checksums(tmp_path):
    made, running = receiver(tmp_path)
    with running, PtyHost(tmp_path / "g", lambda _line: b"") as host:
        wait_until(lambda: len(host.frames) >= 50)
    for line in host.frames:
        body, _, given = line.decode().removeprefix("$").rpartition("*")
        assert given == checksum(body)
    track = [json.loads(line) for line in (tmp_path / "g.track").read_text().splitlines()]
    times = [row["unix_ms"] for row in track]
    assert len(track) == made.sent >= 10
    assert times == sorted(set(times))
    assert all(time % 100 == 0 for time in times)


def test_a_receiver_that_nobody_hears_drops_epochs_and_goes_on(tmp_path):
    made, running = receiver(tmp_path)
    with running:
        wait_until(lambda: made.dropped >= 2)
        assert made.sent == 0
        with PtyHost(tmp_path / "g", lambda _line: b"", flush=False) as host:
            wait_until(lambda: len(host.frames) >= 10)
        assert host.frames[0].startswith(b"$GNRMC,")


def test_a_receiver_that_is_opened_and_not_read_loses_whole_epochs_only(tmp_path):
    made, running = receiver(tmp_path)
    made.port.appear()
    with running:
        fd = os.open(tmp_path / "g", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            full = b"x" * 4096
            while made.port.write(full):
                pass
            wait_until(lambda: made.dropped >= 2)
            data = b""
            wait_until(lambda: made.sent >= 5 or bool(_read(fd)))
            while b"ZDA" not in data:
                data += _read(fd)
        finally:
            os.close(fd)
    assert made.dropped >= 2


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 65536)
    except BlockingIOError:
        return b""


LOG = b"".join(b"$GPGGA,0000%02d.00,3130.0,N*00\r\n$GPRMC,0000%02d.00,A*00\r\n\xfe\xff\r\n" % (n, n) for n in range(60))


def play(tmp_path, **settings):
    port = Port(tmp_path / "r")
    made = Replay(port, pieces(b"# a comment\n" + LOG), **settings)
    return made, RunningDevice("r", port, made.run)


def test_a_log_comes_out_byte_for_byte_at_any_speed(tmp_path):
    for speed in (math.inf, 200.0):
        _, running = play(tmp_path, speed=speed)
        with running, PtyHost(tmp_path / "r", lambda _line: b"") as host:
            running.finish(20)
        assert b"\r\n".join([*host.frames, b""]) == LOG


def test_a_log_longer_than_any_buffer_waits_for_its_reader(tmp_path):
    made, running = play(tmp_path, speed=math.inf, loops=30)
    with running, PtyHost(tmp_path / "r", lambda _line: b"") as host:
        running.finish(20)
    assert made.sent_bytes == 30 * len(LOG)
    assert len(host.frames) == 30 * LOG.count(b"\n")


def test_a_log_keeps_its_pace_by_its_own_times(tmp_path):
    now = [0.0]
    writes = []

    class Listener:
        """A port that is always read, and a clock that moves when the replay waits."""

        def listening(self):
            return True

        def write(self, data):
            writes.append((now[0], data))
            return len(data)

        def wait(self, *_args, **_kwargs): ...

        def drained(self):
            return True

    class Clock:
        def is_set(self):
            return False

        def wait(self, seconds):
            now[0] += seconds
            return False

    Replay(Listener(), pieces(LOG), speed=10.0, settle_s=0.0, clock=lambda: now[0]).run(Clock())
    assert b"".join(data for _, data in writes) == LOG
    assert len(writes) == 60
    assert writes[-1][0] == pytest.approx(5.9)


def test_a_replay_waits_while_nobody_listens_and_loses_only_what_its_reader_left(tmp_path):
    made, running = play(tmp_path, speed=50.0)
    with running:
        with PtyHost(tmp_path / "r", lambda _line: b"") as host:
            wait_until(lambda: made.sent_bytes > len(LOG) // 4)
        heard = len(host.frames)
        wait_until(lambda: not made.listened)
        assert not running.finished
        with PtyHost(tmp_path / "r", lambda _line: b"") as host:
            running.finish(20)
    assert heard + len(host.frames) >= LOG.count(b"\n") - 6
