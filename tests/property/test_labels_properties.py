from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.gs1_samples import SOUND
from tests.support.labels import IDENTIFIERS, hostile, parts
from wire.elements import message
from wire.labels import DEFAULT_YEAR, GS, Label, element_string, merge, pair_faults, parse, thorough, typed
from wire.strict import bracketed, element_data, link, scan

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
    more = (("37" if "content" in built else "30", str(built["count"])),) if "count" in built else ()
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


rows = st.lists(st.sampled_from(sorted(SOUND.items())), min_size=1, max_size=8, unique_by=lambda each: each[0])


@few
@given(rows)
def test_every_writing_of_the_same_elements_says_the_same(elements):
    text = message(elements)
    written = "".join(f"({ai}){value.replace('(', chr(92) + '(')}" for ai, value in elements)
    for found in (element_data(text), bracketed(written), scan("]C1" + text[1:].replace("^", GS))):
        assert (found.elements, found.message, found.faults) == (tuple(elements), text, ())
    label = parse("]d2" + text[1:].replace("^", GS))
    assert {ai: value for ai, value in label.elements if ai not in {"11", "15", "17"}} == {
        ai: value for ai, value in elements if ai not in {"11", "15", "17"}
    }
    assert label.faults == ()
    assert typed(written).more == label.more


@few
@given(rows, st.randoms(use_true_random=False))
def test_labels_may_share_the_elements_of_an_item_in_any_way(elements, random):
    one = parse("]C1" + message(elements)[1:].replace("^", GS))
    several = [[], [], []]
    for element in elements:
        random.choice(several).append(element)
    labels = [parse("]C1" + message(some)[1:].replace("^", GS)) for some in several if some]
    merged = merge(labels)
    assert merged.elements == one.elements
    assert pair_faults(merged.elements) == pair_faults(one.elements)


@few
@given(hostile)
def test_the_strict_door_and_typing_bear_any_text(text):
    for door in (element_data, bracketed, link, scan):
        assert door(text).faults or door(text).message or text in {"]Q1", "]d1", "]J0"}
    assert len(typed(text).faults) <= 9


@few
@given(hostile)
def test_what_the_strict_door_passes_the_other_one_reads_without_a_fault(text):
    if text[:1] == "]" and not scan(text).faults:
        label = parse(text)
        assert label.faults == () or pair_faults(scan(text).elements)
