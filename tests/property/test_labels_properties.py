from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.labels import IDENTIFIERS, hostile, parts
from wire.labels import DEFAULT_YEAR, GS, Label, element_string, merge, parse, thorough

few = settings(deadline=None, max_examples=150)


@few
@given(hostile)
def test_any_text_is_read_without_an_exception_and_kept(raw):
    label = parse(raw)
    assert raw.endswith(label.text)
    assert len(raw) - len(label.text) in {0, 3}
    assert len(label.item) <= 205
    assert len(label.faults) <= 9
    for key, length in ((label.gtin, 14), (label.sscc, 18), (label.content, 14)):
        assert key is None or (len(key) == length and key.isascii() and key.isdigit())


@few
@given(parts(), st.sampled_from(["]C1", "]d2", "]e0", "]Q3", "]J1"]))
def test_what_is_built_is_read_back(built, identifier):
    raw = element_string(**built, symbology=identifier)
    label = parse(raw)
    more = (("37", str(built["count"])),) if {"content", "count"} <= built.keys() else ()
    assert label == Label(text=raw[3:], kind=label.kind, symbology=identifier, more=more, **built)


@few
@given(parts(), st.sampled_from(IDENTIFIERS), st.data())
def test_the_quick_way_reads_as_the_thorough_one(built, identifier, data):
    raw = element_string(**built, symbology=identifier)
    at = data.draw(st.integers(0, len(raw)))
    with_damage = (
        raw[:at] + data.draw(st.sampled_from(["", GS, "0", "٣", "#", "x"])) + raw[at + data.draw(st.integers(0, 2)) :]
    )
    for text in (raw, with_damage, raw + GS):
        assert parse(text) == thorough(text, year=DEFAULT_YEAR)


@few
@given(hostile)
def test_the_quick_way_reads_as_the_thorough_one_whatever_is_read(raw):
    assert parse(raw) == thorough(raw, year=DEFAULT_YEAR)


@few
@given(hostile, st.integers(-10_000, 100_000))
def test_any_year_is_borne(raw, year):
    assert parse(raw, year=year).text == parse(raw).text


labels = st.lists(
    st.one_of(hostile.map(parse), parts().map(lambda built: parse(element_string(**built)))), min_size=1, max_size=6
)


@few
@given(labels, st.randoms(use_true_random=False))
def test_the_order_of_labels_does_not_matter(several, random):
    shuffled = list(several)
    random.shuffle(shuffled)
    assert merge(shuffled) == merge(several)


@few
@given(labels)
def test_merging_again_changes_nothing(several):
    merged = merge(several)
    assert merge([merged]) == merged
    assert merge([merged, merged]) == merged
    assert merge([several[0]]) == several[0]
    for name in ("gtin", "sscc", "lot", "serial", "expiry", "best_before", "produced", "count", "content"):
        given_values = {getattr(label, name) for label in several} - {None}
        assert getattr(merged, name) == (min(given_values) if given_values else None)
