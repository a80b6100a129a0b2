"""How sentences become fixes."""

import pytest

from edge.frames.nmea import NmeaReader
from tests.support.nmea import Moment, drive, read, sentence
from wire.messages import Quality

NOON = 1_795_435_200_000  # 2026-11-23T12:00:00Z
MIDNIGHT = NOON + 12 * 3_600_000


def test_one_fix_comes_out_of_all_sentences_of_an_epoch():
    stream = b"".join(m.rmc() + m.vtg() + m.gga(quality=2, sats=11) + m.gsa() + m.gll() for m in drive(NOON, 3))
    fixes = read(stream)
    assert [fix.t_ms for fix in fixes] == [NOON, NOON + 1_000, NOON + 2_000]
    first = fixes[0]
    assert (first.lat_e7, first.lon_e7) == (307_020_576, 1_041_275_720)
    assert first.quality is Quality.DIFFERENTIAL
    assert (first.alt_cm, first.speed_cms, first.heading_cd, first.hdop_c, first.sats) == (7_150, 926, 0, 92, 11)


def test_positions_are_exact_to_the_last_digit_in_all_four_quarters():
    for lat, lon in ((1, 1), (-1, 5_399_999_999), (3, -3), (-5_399_999_997, -10_799_999_997), (0, 10_800_000_000)):
        moments = [Moment(t_ms=NOON + i * 1_000, lat=lat, lon=lon) for i in range(2)]
        fixes = read(b"".join(m.rmc() + m.gga() for m in moments))
        assert [(fix.lat_e7, fix.lon_e7) for fix in fixes] == [(m.lat_e7, m.lon_e7) for m in moments]


def test_the_date_goes_on_over_midnight_in_sentences_that_carry_none():
    before, after = drive(MIDNIGHT - 3_000, 3), drive(MIDNIGHT, 3)
    stream = b"".join(m.rmc() + m.gga() for m in before) + b"".join(m.gga() + m.gll() for m in after)
    assert [fix.t_ms for fix in read(stream)] == [MIDNIGHT + step * 1_000 for step in range(-3, 3)]


def test_the_date_of_an_rmc_after_midnight_agrees_with_the_gga_before_it():
    stream = b"".join(m.gga() + m.rmc() for m in drive(MIDNIGHT - 2_000, 4))
    assert [fix.t_ms for fix in read(stream)] == [MIDNIGHT + step * 1_000 for step in range(-2, 2)]


def test_a_receiver_without_rmc_takes_its_date_from_zda():
    stream = b"".join(m.gga() + m.gll() + m.zda() for m in drive(NOON, 3))
    assert [fix.t_ms for fix in read(stream)] == [NOON, NOON + 1_000, NOON + 2_000]


def test_no_fix_is_told_before_any_date():
    reader = NmeaReader()
    assert reader.feed(b"".join(m.gga() + m.gll() for m in drive(NOON, 5))) + reader.flush() == []
    assert reader.undated == 5


def test_ten_fixes_a_second_keep_their_milliseconds():
    moments = drive(NOON, 30, step_ms=100, north=500)
    fixes = read(b"".join(m.gga() + m.rmc() for m in moments))
    assert [(fix.t_ms, fix.lat_e7) for fix in fixes] == [(m.t_ms, m.lat_e7) for m in moments]


def test_ten_hertz_with_a_date_once_a_second_loses_no_epoch():
    moments = drive(NOON, 40, step_ms=100, north=500)
    stream = b"".join(m.rmc() + m.gga() if m.t_ms % 1_000 == 0 else m.gga() for m in moments)
    assert [fix.t_ms for fix in read(stream)] == [m.t_ms for m in moments]


def test_sentences_of_several_talkers_make_one_fix():
    stream = b"".join(
        m.gga("GP", sats=8) + m.gga("GL", sats=3) + m.gns("GN") + m.gsa("BD") + m.rmc("GN") for m in drive(NOON, 3)
    )
    fixes = read(stream)
    assert [fix.t_ms for fix in fixes] == [NOON, NOON + 1_000, NOON + 2_000]
    assert all(fix.sats == 11 for fix in fixes)


@pytest.mark.parametrize("talker", ["GP", "GN", "GL", "GA", "GB", "BD", "QZ", "GI", "GQ", "II", "IN"])
def test_any_talker_is_heard(talker):
    stream = b"".join(m.rmc(talker) + m.gga(talker) for m in drive(NOON, 2))
    assert len(read(stream)) == 2


def test_proprietary_sentences_are_not_taken_for_positions():
    assert read(b"".join(m.rmc("PG") + m.gga("PX") for m in drive(NOON, 4))) == []


def test_a_cycle_that_was_learnt_ends_with_its_last_sentence_not_with_the_next_epoch():
    reader = NmeaReader()
    moments = drive(NOON, 5)
    for moment in moments[:4]:
        reader.feed(moment.gga() + moment.gsa() + moment.rmc() + moment.vtg())
    last = moments[4]
    assert reader.feed(last.gga() + last.gsa() + last.rmc()) == []
    assert [fix.t_ms for fix in reader.feed(last.vtg())] == [last.t_ms]


def test_without_a_fix_nothing_is_told():
    stream = b"".join(m.rmc(status="V") + m.gga(quality=0) for m in drive(NOON, 4))
    assert read(stream) == []


def test_one_sentence_that_denies_the_fix_denies_the_epoch():
    moments = drive(NOON, 4)
    stream = b"".join(m.rmc() + m.gga(quality=0 if i == 2 else 1) for i, m in enumerate(moments))
    assert [fix.t_ms for fix in read(stream)] == [NOON, NOON + 1_000, NOON + 3_000]


def test_a_constellation_without_a_fix_does_not_deny_its_twin():
    stream = b"".join(m.gns("GP", "A") + m.gns("GL", "N") + m.rmc() for m in drive(NOON, 3))
    assert len(read(stream)) == 3


@pytest.mark.parametrize(
    ("quality", "expected"),
    [(1, "gnss"), (2, "differential"), (3, "gnss"), (4, "rtk"), (5, "rtk"), (6, "estimated"), (7, "manual")],
)
def test_the_quality_of_gga_is_told(quality, expected):
    fixes = read(b"".join(m.rmc() + m.gga(quality=quality) for m in drive(NOON, 2)))
    assert {fix.quality for fix in fixes} == {Quality(expected)}


def test_a_gll_that_runs_a_second_ahead_is_a_fix_of_its_own():
    stream = b""
    for moment in drive(NOON, 3, step_ms=2_000, north=0, knots=0.0):
        ahead = Moment(t_ms=moment.t_ms + 1_000)
        stream += moment.rmc() + moment.gga() + ahead.gll()
    assert [fix.t_ms for fix in read(stream)] == [NOON + step * 1_000 for step in range(6)]


def test_a_year_that_rolled_back_is_told_as_the_receiver_says_it():
    bodies = [f"GPRMC,00023{i}.42,A,3029.0005,N,10422.0016,E,0.16,212.28,220899,,,A" for i in range(3)]
    assert [fix.t_ms for fix in read(b"".join(sentence(body) for body in bodies))] == [
        935_280_150_420,
        935_280_151_420,
        935_280_152_420,
    ]


def test_a_single_epoch_that_nothing_contradicts_is_told_at_the_end_only():
    moment = Moment(t_ms=NOON)
    reader = NmeaReader()
    assert reader.feed(moment.rmc() + moment.gga()) == []
    assert [fix.t_ms for fix in reader.flush()] == [NOON]
