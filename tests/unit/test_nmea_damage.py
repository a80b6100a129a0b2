"""Damage that the checksum does not show gives no false fix, and costs no good one around it."""

import pytest

from edge.frames.nmea import MAX_LINE, NmeaReader, checksum
from edge.frames.nmea_sentences import parse
from tests.support.nmea import Moment, drive, read, sentence

NOON = 1_795_435_200_000  # 2026-11-23T12:00:00Z


def both(moments, at, old, new, kind="rmc"):
    """A drive of GGA and RMC epochs with one text replaced in one sentence, the checksum made right."""
    lines = []
    for place, moment in enumerate(moments):
        for name, line in (("gga", moment.gga()), ("rmc", moment.rmc())):
            body = line.decode()[1:].partition("*")[0]
            changed = place == at and name == kind
            assert not changed or old in body
            lines.append(sentence(body.replace(old, new, 1)) if changed else line)
    return b"".join(lines)


def alone(moments, at, old, new):
    """The same of a receiver that sends nothing but RMC."""
    bodies = [moment.rmc().decode()[1:].partition("*")[0] for moment in moments]
    assert old in bodies[at]
    bodies[at] = bodies[at].replace(old, new, 1)
    return b"".join(sentence(body) for body in bodies)


def times(fixes):
    return [(fix.t_ms - NOON) // 1_000 for fix in fixes]


def test_a_wrong_checksum_is_never_read():
    moments = drive(NOON, 4)
    stream = b"".join(m.gga() + m.rmc() for m in moments).replace(b"RMC,120002.000,A,30", b"RMC,120002.000,A,31")
    reader = NmeaReader()
    fixes = reader.feed(stream) + reader.flush()
    assert reader.bad_checksum == 1
    assert [fix.lat_e7 for fix in fixes] == [m.lat_e7 for m in moments]


def test_a_sentence_without_a_checksum_is_never_read():
    stream = b"".join(m.gga().partition(b"*")[0] + b"\r\n" for m in drive(NOON, 4))
    assert read(stream) == []


@pytest.mark.parametrize("kind", ["gga", "rmc"])
@pytest.mark.parametrize("at", range(6))
def test_a_position_that_the_other_sentence_denies_is_not_told(kind, at):
    moments = drive(NOON, 6)
    fixes = read(both(moments, at, ",3042.", ",3052.", kind))
    assert all(fix.lat_e7 == moments[(fix.t_ms - NOON) // 1_000].lat_e7 for fix in fixes)
    assert len(fixes) >= 4


@pytest.mark.parametrize("at", range(6))
def test_a_time_that_the_other_sentence_denies_is_not_told(at):
    moments = drive(NOON, 6)
    assert set(times(read(both(moments, at, f"12000{at}", f"12013{at}")))) <= set(range(6))


@pytest.mark.parametrize("at", range(6))
def test_a_date_that_no_second_sentence_says_is_not_told(at):
    fixes = read(both(drive(NOON, 6), at, ",231126,", ",251120,"))
    assert set(times(fixes)) <= set(range(6))
    assert len(fixes) >= 4


@pytest.mark.parametrize(("old", "new"), [(",3042.", ",3043."), ("12000{at}", "12020{at}"), (",231126,", ",231136,")])
@pytest.mark.parametrize("at", range(8))
def test_a_lone_sentence_that_leaves_the_track_is_not_told(old, new, at):
    moments = drive(NOON, 8)
    fixes = read(alone(moments, at, old.format(at=at), new.format(at=at)))
    assert all(fix.lat_e7 == moments[(fix.t_ms - NOON) // 1_000].lat_e7 for fix in fixes)
    assert len(fixes) >= 4


def test_a_real_jump_is_told_once_the_next_epochs_go_on_from_it():
    here = drive(NOON, 5)
    there = [Moment(t_ms=m.t_ms + 5_000, lat=m.lat + 3_000_000, knots=m.knots) for m in here]
    moments = here + there
    assert times(read(b"".join(m.rmc() for m in moments))) == list(range(10))
    assert times(read(b"".join(m.gga() + m.rmc() for m in moments))) == list(range(10))


def test_a_real_gap_costs_no_fix():
    moments = drive(NOON, 5) + drive(NOON + 1_800_000, 5)
    expected = [m.t_ms for m in moments]
    assert [fix.t_ms for fix in read(b"".join(m.rmc() for m in moments))] == expected
    assert [fix.t_ms for fix in read(b"".join(m.gga() + m.rmc() for m in moments))] == expected


def test_a_real_change_of_date_is_told_once_two_epochs_say_it():
    week = 7 * 86_400_000
    moments = drive(NOON, 4) + drive(NOON + 1_024 * week + 4_000, 4)
    fixes = read(b"".join(m.gga() + m.rmc() for m in moments))
    assert [fix.t_ms for fix in fixes] == [m.t_ms for m in moments]


def test_two_lines_glued_are_refused_and_the_whole_one_after_a_dollar_is_read():
    moments = drive(NOON, 4)
    lines = [line for m in moments for line in (m.gga(), m.rmc())]
    lines[2] = lines[2][:30]  # loses its end, so the next line begins in the middle
    assert times(read(b"".join(lines))) == [0, 1, 2, 3]


def test_a_splice_of_two_kinds_with_a_right_checksum_is_malformed():
    moment = Moment(t_ms=NOON)
    head, tail = moment.gga().decode()[1:40], moment.rmc().decode().partition("*")[0][30:]
    reader = NmeaReader()
    reader.feed(sentence(head + tail))
    assert (reader.sentences, reader.malformed) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (b"RMC", b"120000.00,A,3060.0000,N,10407.0000,E,0.0,0.0,231126,,,A"),
        (b"RMC", b"120000.00,A,3042.0000,E,10407.0000,N,0.0,0.0,231126,,,A"),
        (b"RMC", b"240000.00,A,3042.0000,N,10407.0000,E,0.0,0.0,231126,,,A"),
        (b"RMC", b"126000.00,A,3042.0000,N,10407.0000,E,0.0,0.0,231126,,,A"),
        (b"RMC", b"120000.00,A,3042.0000,N,18407.0000,E,0.0,0.0,231126,,,A"),
        (b"RMC", b"120000.00,A,3042.0000,N,10407.0000,E,0.0,400.0,231126,,,A"),
        (b"RMC", b"120000.00,A,3042.0000,N,10407.0000,E,0.0,0.0,311126,,,A"),
        (b"RMC", b"120000.00,Q,3042.0000,N,10407.0000,E,0.0,0.0,231126,,,A"),
        (b"RMC", b"120000.00,A,3042.0000,N,10407.0000,E,0.0,0.0,231126,,,A,V,7"),
        (b"RMC", b"120000.00,A,3042.0000,N,10407.0000,E,0.0,0.0,231126,,,Y"),
        (b"RMC", b"12000.00,A,3042.0000,N,10407.0000,E,0.0,0.0,231126,,,A"),
        (b"GGA", b"120000.00,9042.0000,N,10407.0000,E,1,09,0.9,71.5,M,12.3,M,,"),
        (b"GGA", b"120000.00,3042.0000,N,10407.0000,E,1,09,0.9,71.5,M,12.3"),
        (b"GGA", b"120000.00,3042.00:0,N,10407.0000,E,1,09,0.9,71.5,M,12.3,M,,"),
        (b"GLL", b"3042.0000,N,10407.0000,120000.00,A,A"),
        (b"ZDA", b"120000.00,30,02,2026,00,00"),
        (b"VTG", b"0.0,T,,M,0.0,K,0.0,N,A"),
    ],
)
def test_what_does_not_hold_to_the_format_is_refused_whole(kind, fields):
    assert parse(b"GN", kind, fields) is None


def test_a_line_without_end_keeps_the_memory_flat_and_hides_nothing_after_it():
    reader = NmeaReader()
    for _ in range(2_000):
        reader.feed(b"$GNRMC,12" * 50)
        assert len(reader._rest) <= MAX_LINE
    stream = b"\r\n" + b"".join(m.gga() + m.rmc() for m in drive(NOON, 3))
    assert times(reader.feed(stream) + reader.flush()) == [0, 1, 2]


def test_the_checksum_is_the_xor_of_all_bytes():
    for length in range(257):
        body = bytes((7 * i + length) % 256 for i in range(length))
        total = 0
        for byte in body:
            total ^= byte
        assert checksum(body) == total
