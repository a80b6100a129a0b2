"""The simulated receiver's own encoder, its drive, its faults, and how a recorded log is cut into epochs."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.drive import Drive, Leg
from firmware_sim.errors import SimError
from firmware_sim.gnss import GnssSettings, Signal
from firmware_sim.nmea import Epoch, checksum, sentence, sentences
from firmware_sim.replay import parse_speed, pieces, read_log
from firmware_sim.roads import distance_m, through
from firmware_sim.world import make_world, route

AT = Epoch(unix_ms=1_795_404_213_250, lat_deg=-31.5, lon_deg=105.123456789, speed_mps=10.0, heading_deg=359.999)


def sums_fit(line: bytes) -> bool:
    body, _, given_sum = line.decode("ascii", "replace").strip().removeprefix("$").rpartition("*")
    return body.isascii() and given_sum == checksum(body)


def signal(**settings) -> Signal:
    world = make_world(random.Random(1), year=2026)
    leg = Leg(start="wh-1", route=route(world, "wh-1", "st-1"))
    return Signal(Drive([leg], cruise_mps=15.0, dwell_s=0.0), GnssSettings(**settings))


def test_checksums_agree_with_a_published_example():
    assert checksum("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,") == "47"
    assert sentence("GPGLL,4916.45,N,12311.12,W,225444,A") == b"$GPGLL,4916.45,N,12311.12,W,225444,A*31\r\n"


def test_an_epoch_is_said_in_five_sentences_of_one_time():
    rmc, gga, gsa, vtg, zda = (line.decode().split("*")[0] for line in sentences(AT))
    assert rmc == "$GNRMC,032333.25,A,3130.000000,S,10507.407407,E,19.44,0.00,231126,,,A"
    assert gga.startswith("$GNGGA,032333.25,3130.000000,S,10507.407407,E,1,09,0.9,480.0,M,")
    assert gsa.startswith("$GNGSA,A,3,02,05,")
    assert vtg == "$GNVTG,0.00,T,,M,19.44,N,36.00,K,A"
    assert zda == "$GNZDA,032333.25,23,11,2026,00,00"


def test_without_a_fix_no_position_is_said():
    rmc, gga, gsa, *_ = (line.decode() for line in sentences(Epoch(unix_ms=0, lat_deg=1, lon_deg=2, fix=False)))
    assert rmc.startswith("$GNRMC,000000.00,V,,,,,,,010170,,,N*")
    assert gga.startswith("$GNGGA,000000.00,,,,,0,")
    assert gsa.startswith("$GNGSA,A,1,,")


@given(
    st.integers(0, 4_000_000_000_000),
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.floats(0, 100),
    st.floats(0, 360),
    st.booleans(),
)
def test_every_sentence_has_its_checksum_and_fits_a_line(unix_ms, lat, lon, speed, heading, fix):
    epoch = Epoch(unix_ms=unix_ms, lat_deg=lat, lon_deg=lon, speed_mps=speed, heading_deg=heading, fix=fix)
    for line in sentences(epoch):
        assert sums_fit(line)
        assert len(line) <= 90
        assert b"60.000000" not in line


def test_the_same_seed_gives_the_same_bytes():
    faults = {"loss": 0.05, "jump": 0.05, "corrupt": 0.05}
    runs = [[signal(seed=seed, **faults).epoch(1000)] for seed in (1, 1)]
    assert runs[0] == runs[1]
    one, other = signal(seed=1, **faults), signal(seed=1, **faults)
    assert [one.epoch(n * 1000).data for n in range(300)] == [other.epoch(n * 1000).data for n in range(300)]


def test_faults_come_as_asked_and_only_corrupted_lines_have_wrong_sums():
    made = signal(seed=2, loss=0.02, jump=0.02, corrupt=0.1)
    outputs = [made.epoch(n * 1000) for n in range(1000)]
    assert {output.fault for output in outputs} == {None, "loss", "jump", "corrupt"}
    for output in outputs:
        wrong = sum(not sums_fit(line) for line in output.data.splitlines(keepends=True) if line.startswith(b"$"))
        assert (wrong > 0 or output.data.count(b"$") != 5) == (output.fault == "corrupt")
        assert output.epoch.fix == (output.fault != "loss")


def test_a_drive_keeps_its_speed_and_comes_to_its_stops():
    made = signal(seed=3)
    places = [made.epoch(n * 1000).epoch for n in range(400)]
    points = [(place.lon_deg, place.lat_deg) for place in places]
    steps = [distance_m(*both) for both in pairwise(points)]
    assert max(place.speed_mps for place in places) == pytest.approx(15.0)
    assert sum(step > 20 for step in steps) <= 2, "only where the route begins anew may it leap"


def test_a_drive_waits_at_a_stop_until_it_may_leave():
    way = through([(0.0, 0.0), (0.0, 0.001)])
    back = through([(0.0, 0.001), (0.0, 0.0)])
    arrived, free = [], []
    drive = Drive(
        [Leg(start="a", route=way), Leg(start="b", route=back)],
        cruise_mps=10.0,
        dwell_s=2.0,
        arrived=arrived.append,
        may_leave=lambda stop, visit: (stop, visit) in free,
    )
    assert {drive.step(1.0).stop for _ in range(50)} == {"a"}
    free.append(("a", 0))
    motions = [drive.step(1.0) for _ in range(60)]
    assert arrived == ["a", "b"]
    assert motions[-1].stop == "b"
    free.append(("b", 0))
    assert [drive.step(1.0) for _ in range(60)][-1].stop == "a"
    assert arrived == ["a", "b", "a"]


@pytest.mark.parametrize("settings", [{"rate_hz": 0}, {"rate_hz": 11}, {"loss": 2}, {"jump": -1}])
def test_settings_that_are_not_possible_are_refused(settings):
    with pytest.raises(SimError):
        GnssSettings(**settings)


LOG = b"""# Name: a receiver
\xff\xfe$GPTXT,before*00\r
$GPGGA,235958.00,3130.0,N*00\r
$GPRMC,235958.00,A*00\r
$GPGLL,3130.0,N,10500.0,E,235959.50,A*00\r
$GPZDA,000001,01,01,2026*00\r
!AIVDM,1,1,,A,x,0*00
$GPRMC,000000.00,A*00\r
$GPRMC,120000.00,A*00\r
"""


def test_a_log_is_cut_where_its_own_time_goes_on():
    cut = pieces(LOG)
    assert [piece.after_s for piece in cut] == [0.0, 1.5, 1.5, 1.0]
    assert cut[0].data.count(b"\n") == 3
    assert b"AIVDM" in cut[2].data
    assert b"000000.00" in cut[2].data, "a time that steps back a little begins no epoch"


@given(st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(LOG.splitlines())), max_size=20))
def test_any_log_is_played_byte_for_byte_but_for_its_comments(lines):
    log = b"\n".join(lines)
    kept = b"".join(line for line in log.splitlines(keepends=True) if not line.startswith(b"#"))
    whole = b"".join(piece.data for piece in pieces(log))
    assert whole.replace(b"#", b"").count(b"\n") <= log.count(b"\n")
    if b"#" not in log:
        assert whole == log == kept
    assert all(piece.after_s >= 0 for piece in pieces(log))


def test_a_log_without_times_takes_as_long_as_its_bytes_on_a_slow_line():
    assert sum(piece.after_s for piece in pieces(b"!AIVDM,1*00\r\n" * 96)) == pytest.approx(1.3)


def test_a_speed_or_a_log_that_is_not_possible_is_refused(tmp_path):
    assert (parse_speed("10x"), parse_speed("2"), parse_speed("max")) == (10.0, 2.0, math.inf)
    for text in ("0", "-1", "x", "fast", "nan"):
        with pytest.raises(SimError, match="speed"):
            parse_speed(text)
    with pytest.raises(SimError, match="cannot read"):
        read_log(tmp_path / "none")
    (tmp_path / "empty").write_bytes(b"# nothing\n")
    with pytest.raises(SimError, match="nothing to replay"):
        read_log(tmp_path / "empty")
