"""What holds for any stream."""

from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.nmea_damage import damaged
from edge.frames.gnss import distance_m
from edge.frames.nmea import NmeaReader
from tests.support.nmea import drive, read

NOON = 1_795_435_200_000  # 2026-11-23T12:00:00Z
LINES = [line for m in drive(NOON, 40) for line in (m.gga(), m.gsa(), m.gll(), m.rmc(), m.vtg(), m.zda())]
LONE = [m.rmc() for m in drive(NOON, 40)]
STREAM = b"".join(LINES)


def portions(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def read_in(pieces: list[bytes]) -> list:
    reader = NmeaReader()
    return [fix for piece in pieces for fix in reader.feed(piece)] + reader.flush()


UNHURRIED = settings(deadline=None)  # the machine may be busy


@UNHURRIED
@given(st.lists(st.integers(min_value=0), max_size=60))
def test_any_portions_give_what_the_whole_gives(cuts):
    assert read_in(portions(STREAM, cuts)) == read(STREAM)


def test_single_bytes_give_what_the_whole_gives():
    assert read_in([STREAM[i : i + 1] for i in range(len(STREAM))]) == read(STREAM)


JUNK = st.one_of(
    st.binary(max_size=400),
    st.sampled_from(
        [b"$", b"*", b"\r\n", b"\n", b"$GPRMC,", b"$GNGGA,,,,,,", b"*00\r\n", b"$GPRMC,,V,,,,,,,,,,N*53\r\n"]
    ),
    st.sampled_from(LINES),
)


@UNHURRIED
@given(st.lists(JUNK, max_size=40), st.lists(st.integers(min_value=0), max_size=20))
def test_any_garbage_is_read_without_an_error_and_alike_in_any_portions(parts, cuts):
    data = b"".join(parts)
    assert read_in(portions(data, cuts)) == read(data)


@UNHURRIED
@given(st.binary(max_size=2_000))
def test_garbage_between_good_lines_never_makes_a_false_fix(junk):
    true = {m.t_ms: m for m in drive(NOON, 40)}
    for fix in read(b"".join(LINES[:60]) + junk + b"\r\n" + b"".join(LINES[60:])):
        moment = true[fix.t_ms]
        assert (fix.lat_e7, fix.lon_e7) == (moment.lat_e7, moment.lon_e7)


@UNHURRIED
@given(st.integers(min_value=0), st.sampled_from([LINES, LONE]), st.data())
def test_one_damaged_line_never_makes_a_fix_that_is_ten_metres_or_a_second_off(seed, lines, data):
    at = data.draw(st.integers(0, len(lines) - 1))
    stand_in = damaged(lines, at, Random(seed))
    if stand_in is None:
        return
    text, swallowed = stand_in
    true = {m.t_ms: m for m in drive(NOON, 40)}
    for fix in read(b"".join([*lines[:at], text, *lines[at + swallowed :]])):
        near = min(true.values(), key=lambda m: abs(m.t_ms - fix.t_ms))
        assert abs(near.t_ms - fix.t_ms) <= 1_000
        way = (fix.t_ms - near.t_ms) / 1_000 * 9.26
        north = distance_m(near.lat_e7 + round(way / 0.011131949), near.lon_e7, fix.lat_e7, fix.lon_e7)
        assert north <= 10.0
