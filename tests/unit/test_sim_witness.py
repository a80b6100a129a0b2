"""Matching replies, the witness file, codes and the schedule: what the simulated scanner stands on."""

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.codes import format_line, parse_line, read_codes, to_bytes, to_text, typed_codes
from firmware_sim.errors import SimError
from firmware_sim.pace import Pace, parse_rate
from firmware_sim.replies import AckMatcher, EchoMatcher, Kind, Reply
from firmware_sim.scanner import Settings
from firmware_sim.symbology import aim
from firmware_sim.witness import Witness, WitnessLog, joined, read_witness


def numbers(replies):
    return [(reply.kind, reply.n) for reply in replies]


def test_an_ack_confirms_the_one_scan_that_waits():
    waits = AckMatcher(1.0)
    waits.sent(1, b"a", 0.0)
    assert not waits.ready(0.5)
    assert numbers(waits.feed(b"\x06", 0.5)) == [(Kind.ACK, 1)]
    assert waits.ready(0.5)


def test_an_ack_nobody_waits_for_confirms_nothing():
    assert numbers(AckMatcher(1.0).feed(b"\x06", 0.0)) == [(Kind.ACK, None)]


def test_an_ack_after_a_timeout_confirms_neither_the_late_scan_nor_the_next():
    waits = AckMatcher(1.0)
    waits.sent(1, b"a", 0.0)
    assert waits.ready(1.0)
    waits.sent(2, b"b", 1.0)
    assert waits.feed(b"\x06", 1.1) == []
    assert not waits.ready(2.0)
    [stray] = waits.expire(2.1)
    assert (stray.n, stray.maybe) == (None, (1, 2))


def test_late_answers_confirm_when_there_are_as_many_as_scans():
    waits = AckMatcher(1.0)
    waits.sent(1, b"a", 0.0)
    waits.sent(2, b"b", 1.0)
    assert numbers(waits.feed(b"\x06\x15", 1.5)) == [(Kind.ACK, 1), (Kind.NAK, 2)]


def test_a_host_that_goes_away_leaves_the_waiting_scan_unconfirmed():
    waits = AckMatcher(1.0)
    waits.sent(1, b"a", 0.0)
    waits.host_gone()
    waits.sent(2, b"b", 0.1)
    assert numbers(waits.feed(b"\x06", 0.2)) == [(Kind.ACK, 2)]


def test_echoed_answers_are_matched_by_text_whatever_was_lost_before():
    waits = EchoMatcher()
    for n, text in enumerate([b"a", b"b", b"a"], 1):
        waits.sent(n, text, 0.0)
    assert numbers(waits.feed(b"\x06b\r\x15a\r\x06", 0.0)) == [(Kind.ACK, 2), (Kind.NAK, 1)]
    assert numbers(waits.feed(b"a\r\x06a\r", 0.0)) == [(Kind.ACK, 3), (Kind.ACK, None)]
    assert waits.waiting == 0


def test_a_warning_and_words_for_a_display_answer_no_scan():
    waits = AckMatcher(1.0)
    waits.sent(1, b"a", 0.0)
    assert numbers(waits.feed(b"\x06\x07", 0.5)) == [(Kind.ACK, 1)]
    waits.sent(2, b"RR:UNDO", 0.6)
    assert numbers(waits.feed(b"\x07", 0.7)) == [(Kind.BEL, 2)]
    shown = EchoMatcher()
    shown.sent(1, b"a", 0.0)
    shown.sent(2, b"b", 0.0)
    told = b"\x06a\r\x07expired\r\x0escan goods\r\x15b\r\x0eno\r\x07nobody asked\r"
    assert numbers(shown.feed(told, 0.1)) == [(Kind.ACK, 1), (Kind.NAK, 2), (Kind.BEL, None)]


def test_an_answer_that_was_cut_off_by_a_crash_confirms_nothing_and_hides_nothing():
    waits = EchoMatcher()
    waits.sent(1, b"abc", 0.0)
    waits.sent(2, b"def", 0.0)
    assert numbers(waits.feed(b"\x06ab\x06def\r", 0.0)) == [(Kind.ACK, 2)]
    assert waits.waiting == 1


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_that_come_back_confirm_at_most_what_was_sent(pieces):
    ack, echo = AckMatcher(1.0), EchoMatcher()
    confirmed = 0
    for n, piece in enumerate(pieces, 1):
        ack.sent(n, b"x", 0.0)
        echo.sent(n, b"x", 0.0)
        confirmed += sum(reply.n is not None for reply in ack.feed(piece, 0.0))
        echo.feed(piece, 0.0)
        assert confirmed <= n


def test_a_torn_last_line_is_passed_over_and_later_lines_start_afresh(tmp_path):
    path = tmp_path / "w"
    with WitnessLog(path, now_ms=lambda: 5) as log:
        log.sent(1, "one")
    path.write_bytes(path.read_bytes() + b'{"n":2,"sent_')
    assert read_witness(path).torn == 1
    with WitnessLog(path) as log:
        log.sent(log.last + 1, "two")
    assert read_witness(path).sent == ["one", "two"]


def test_a_witness_log_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SimError, match="cannot write the witness log"):
        WitnessLog(tmp_path / "file" / "w")
    with pytest.raises(SimError, match="cannot read the witness log"):
        read_witness(tmp_path / "none")


@given(st.binary(min_size=1).filter(lambda data: b"\n" not in data))
def test_any_code_survives_the_file_of_codes(data):
    code = to_text(data)
    assert parse_line(format_line(code)) == code
    assert to_bytes(code) == data


def test_escapes_in_a_file_of_codes_mean_what_is_documented(tmp_path):
    (tmp_path / "codes").write_bytes(b"# labels\n01095^21A\n\n\\x1d\\^\\\\\\q\r\n\xff\n")
    assert read_codes(tmp_path / "codes") == ["01095\x1d21A", "\x1d^\\\\q", "\udcff"]
    assert read_codes(tmp_path / "codes", plain=True)[:2] == ["# labels", "01095^21A"]


def test_a_missing_or_empty_file_of_codes_is_named(tmp_path):
    with pytest.raises(SimError, match=r"none\.txt"):
        read_codes(tmp_path / "none.txt")
    (tmp_path / "empty").write_text("# nothing\n")
    with pytest.raises(SimError, match="no code"):
        read_codes(tmp_path / "empty")


def test_typed_codes_end_with_the_input(tmp_path):
    path = tmp_path / "typed"
    path.write_bytes(b"one\nRR:RESET\nlast")
    with path.open("rb") as file:
        codes = [code for code in typed_codes(threading.Event(), fd=file.fileno()) if code is not None]
    assert codes == ["one", "RR:RESET", "last"]


def test_the_schedule_does_not_drift_and_catches_up_at_once():
    pace = Pace(200)
    dues = []
    for _ in range(5):
        dues.append(pace.due(10.0))
        pace.made()
    assert dues == pytest.approx([10.0, 10.005, 10.01, 10.015, 10.02])


def test_a_pause_is_not_made_up_for():
    pace = Pace(1)
    pace.due(0.0)
    pace.made()
    pace.pause(100.0)
    assert pace.due(100.0) == 100.0
    fast = Pace(math.inf)
    fast.made()
    assert fast.due(1.0) == fast.due(2.0)


@pytest.mark.parametrize("rate", ["0", "-1", "fast", "nan", "inf", "1e9"])
def test_a_rate_that_is_not_possible_is_refused(rate):
    with pytest.raises(SimError, match="not possible"):
        parse_rate(rate)


def test_max_is_a_rate_and_wrong_settings_are_refused():
    assert parse_rate("max") == math.inf
    assert parse_rate("0.5") == 0.5
    with pytest.raises(SimError, match="choose ack, echo or none"):
        Settings(confirm="maybe")
    with pytest.raises(SimError, match="not possible"):
        Settings(rate=0)


@pytest.mark.parametrize(
    ("code", "identifier"),
    [
        ("0109521234000019172712311052", "]C1"),
        ("00095212340000000018", "]C1"),
        ("6901234567892", "]E0"),
        ("96385074", "]E4"),
        ("RR:DO:load", "]C0"),
        ("0109", "]C0"),
    ],
)
def test_the_symbology_identifier_fits_the_code(code, identifier):
    assert aim(code, "auto") == identifier
    assert aim(code, "") == ""


def test_two_witnesses_of_one_device_are_read_as_one_after_the_other(tmp_path):
    told = []
    for name in ("cable", "page"):
        with WitnessLog(tmp_path / name, now_ms=lambda: 5) as log:
            for n, kind in ((1, Kind.BEL), (2, Kind.ACK), (3, Kind.NAK)):
                log.sent(n, f"{name}-{n}")
                log.reply(Reply(kind=kind, raw=bytes([kind]), n=n))
            log.sent(4, "~", noise=True)
        told.append(read_witness(tmp_path / name))
    both = joined(*told)
    assert both.sent == [*told[0].sent, *told[1].sent]
    assert both.confirmed == ["cable-2", "page-2"]
    assert (both.commands, both.refused) == (["cable-1", "page-1"], ["cable-3", "page-3"])
    assert len(both.noise) == 2
    assert joined(Witness(), told[0]) == told[0]
