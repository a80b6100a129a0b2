"""Scanner bytes to readings: any chunking, any garbage, bounded memory."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.frames.scanner import LIMIT, Fault, Garbage, Reading, ScannerReader


def texts(frames):
    return [frame.text for frame in frames if isinstance(frame, Reading)]


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(edges)]


def test_a_label_is_read_with_its_symbology_identifier_and_separators():
    reader = ScannerReader()
    frames = reader.feed(b"]d20109501101530003\x1d10LOT-1\r\n")
    assert frames == [
        Reading(data=b"]d20109501101530003\x1d10LOT-1", text="]d20109501101530003\x1d10LOT-1", encoding="utf-8")
    ]


def test_nul_and_control_characters_are_kept():
    assert texts(ScannerReader().feed(b"\x00\x01a\x7f\x1e\r\n")) == ["\x00\x01a\x7f\x1e"]


def test_bytes_that_are_not_utf_8_are_read_as_latin_1_and_marked():
    (reading,) = ScannerReader().feed(b"K\xf6ln\r\n")
    assert reading == Reading(data=b"K\xf6ln", text="Köln", encoding="latin-1")


def test_an_empty_frame_is_nothing():
    assert ScannerReader().feed(b"\r\n\r\n\r\nA\r\n\r\n") == [Reading(data=b"A", text="A")]
    assert ScannerReader(prefix=b"\x02", suffix=b"\x03").feed(b"\x02\x03\x03\x02A\x03") == [
        Reading(data=b"A", text="A")
    ]


def test_a_carriage_return_inside_a_label_does_not_end_it_when_the_suffix_is_two_bytes():
    assert texts(ScannerReader().feed(b"A\rB\nC\r\n")) == ["A\rB\nC"]


def test_a_scanner_that_ends_with_cr_lf_is_understood_when_cr_is_configured():
    reader = ScannerReader(suffix=b"\r")
    assert texts(reader.feed(b"A\r\nB\r") + reader.feed(b"\nC\r")) == ["A", "B", "C"]


def test_noise_before_a_prefix_is_garbage_and_the_label_after_it_is_read():
    reader = ScannerReader(prefix=b"\x02", suffix=b"\x03")
    assert reader.feed(b"xx\x02A\x03B\x03") == [
        Garbage(fault=Fault.NO_PREFIX, size=2),
        Reading(data=b"A", text="A"),
        Garbage(fault=Fault.NO_PREFIX, size=1),
    ]


def test_the_rest_of_a_lost_frame_is_not_glued_to_the_next_one():
    assert texts(ScannerReader(prefix=b"\x02", suffix=b"\x03").feed(b"\x0212\x0234\x03")) == ["34"]


def test_a_printable_prefix_may_also_stand_in_the_data():
    assert texts(ScannerReader(prefix=b"A").feed(b"ABAC\r\n")) == ["BAC"]


def test_the_longest_frame_is_read_and_one_byte_more_is_garbage():
    reader = ScannerReader(prefix=b"\x02")
    longest = b"\x02" + b"x" * LIMIT + b"\r\n"
    assert texts(reader.feed(longest)) == ["x" * LIMIT]
    for data in (b"\x02x" + longest[1:], b"y" * 10_000 + b"\r\n"):
        for step in (1, 7, 20_000):
            frames = [f for i in range(0, len(data), step) for f in reader.feed(data[i : i + step])]
            assert frames == [Garbage(fault=Fault.TOO_LONG, size=LIMIT + 3)]
            assert texts(reader.feed(b"\x02ok\r\n")) == ["ok"]


def test_a_flood_without_a_suffix_is_one_garbage_counted_to_the_byte_and_holds_no_memory():
    reader = ScannerReader()
    frames = [frame for _ in range(200) for frame in reader.feed(b"\xff\x00\r" * 20_000)]
    assert [type(frame) for frame in frames] == [Garbage]
    assert len(reader._buffer) < len(reader.suffix)
    assert texts(reader.feed(b"end\r\nAFTER\r\n")) == ["AFTER"]
    assert reader.dropped_bytes == 200 * 60_000 + len(b"end\r\n")


def test_an_unfinished_frame_that_is_given_up_does_not_spoil_the_next():
    reader = ScannerReader()
    reader.feed(b"123")
    assert reader.waiting == 3
    assert reader.expire() == [Garbage(fault=Fault.UNFINISHED, size=3)]
    assert reader.expire() == []
    assert texts(reader.feed(b"456\r\n")) == ["456"]


def test_a_reader_without_a_suffix_cannot_be_made():
    with pytest.raises(ValueError, match="suffix"):
        ScannerReader(suffix=b"")


alphabet = st.sampled_from([b"\r", b"\n", b"\r\n", b"\x02", b"]C1", b"A", b"\xff", b"\x00", b"x" * 9])


@given(
    st.lists(alphabet | st.binary(max_size=30), max_size=60).map(b"".join),
    st.lists(st.integers(0, 10_000), max_size=40),
    st.sampled_from([b"", b"\x02", b"AB"]),
    st.sampled_from([b"\r\n", b"\r", b"\n", b"\x03\r\n"]),
)
def test_any_bytes_in_any_pieces_give_the_same_readings_and_never_an_exception(data, cuts, prefix, suffix):
    whole = ScannerReader(prefix=prefix, suffix=suffix, limit=20)
    cut = ScannerReader(prefix=prefix, suffix=suffix, limit=20)
    assert whole.feed(data) == [frame for piece in pieces(data, cuts) for frame in cut.feed(piece)]
    assert whole.dropped_bytes + len(whole._buffer) == cut.dropped_bytes + len(cut._buffer)
    assert len(whole._buffer) < 20 + len(prefix) + len(suffix)


@given(st.lists(st.binary(min_size=1, max_size=50).filter(lambda b: b"\r\n" not in b and b[-1:] != b"\r"), max_size=20))
def test_every_label_comes_out_as_its_bytes_went_in(labels):
    frames = ScannerReader().feed(b"".join(label + b"\r\n" for label in labels))
    assert [frame.data for frame in frames] == labels
    assert all(frame.text.encode(frame.encoding) == frame.data for frame in frames)
