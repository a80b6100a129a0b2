from wire.codes import check_digits
from wire.label import is_handling_unit
from wire.labels import GS, Kind, Label, merge, parse, typed

GTIN = "09501101530003"


def test_the_gtin_of_one_label_and_the_lot_of_another_are_one_item():
    label = merge([parse("]E09501101530003"), parse("]C110LOT-7\x1d17271231")])
    assert (label.kind, label.gtin, label.lot, label.expiry, label.faults) == (Kind.GS1, GTIN, "LOT-7", 20271231, ())
    assert label.item == f"gtin:{GTIN}"


def test_a_less_complete_label_never_erases_what_a_fuller_one_gave():
    full = parse(f"]C101{GTIN}1727123110LOT{GS}21S")
    for poor in (parse("]E09501101530003"), parse("PLAIN"), parse(f"]C101{GTIN}"), parse("]C1")):
        merged = merge([poor, full])
        for name in ("gtin", "lot", "serial", "expiry"):
            assert getattr(merged, name) == getattr(full, name)
        assert merged.kind is Kind.GS1


def test_a_contradiction_is_said_and_decided_alike_in_any_order():
    one, two = parse(f"]C101{GTIN}1727123110B"), parse(f"]C101{GTIN}1726123110A")
    merged = merge([one, two])
    assert merged == merge([two, one])
    assert (merged.lot, merged.expiry) == ("A", 20261231)
    assert merged.faults == (
        "the labels name different expiry dates: 20261231, 20271231",
        "the labels name different lots: A, B",
    )


def test_a_text_names_an_item_better_than_a_lot_alone():
    merged = merge([parse("]C110LOT"), parse("BLANKET-RED")])
    assert (merged.item, merged.lot, merged.kind) == ("text:BLANKET-RED", "LOT", Kind.TEXT)


def test_faults_of_every_label_are_kept_once():
    bad = parse("]C10109501101530004")
    other = parse("]C1010950110153000410A")
    assert merge([bad, other]).faults == bad.faults


def test_no_labels_are_an_empty_text():
    assert merge([]) == Label(text="")


def test_a_parcel_is_a_unit_however_its_code_was_read_and_merged():
    scanned, by_hand = parse("]C0RR:P:st-1.7K2M9Q"), typed("P:st-1.7K2M9Q*" + check_digits("P", "st-1.7K2M9Q"))
    for label in (scanned, by_hand, merge([scanned, parse("10LOT-7")]), merge([by_hand, parse("blankets")])):
        assert (label.parcel, label.unit, label.handling_unit) == ("st-1.7K2M9Q", *["parcel:st-1.7K2M9Q"] * 2)
        assert label.item == "parcel:st-1.7K2M9Q"
    assert parse("RR:P:a b").unit is None
    assert merge([parse("RR:P:a"), parse("RR:P:b")]).faults == ("the labels name different parcels: a, b",)
    assert [is_handling_unit(key) for key in ("parcel:a", "sscc:1", "serial:1:2")] == [True, True, False]
