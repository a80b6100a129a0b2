import random

import pytest

from bench.gs1_labels import common, mixed
from wire.codes import printed
from wire.labels import GS, Kind, Label, parse, typed

GTIN = "09501101530003"
SSCC = "106141412345678908"
LINK = f"https://id.example.org/01/{GTIN}/10/LOT/21/S1?17=271231"


@pytest.mark.parametrize(
    "raw",
    [
        f"]C101{GTIN}1727123110LOT{GS}21S1",
        f"]d201{GTIN}21S1{GS}10LOT{GS}17271231",
        f"(01){GTIN}(17)271231(10)LOT(21)S1",
        f"]C0(01){GTIN}(10)LOT(21)S1(17)271231",
        f"]Q1{LINK}",
        LINK,
        f"HTTPS://ID.EXAMPLE.ORG/01/{GTIN}/10/LOT/21/S1?17=271231",
        f"]E0{GTIN[1:]}|]e01727123110LOT{GS}21S1",
        "https://example.org/01/9501101530003/10/LOT/21/S1?17=271231&utm=x#y",
    ],
)
def test_the_same_goods_are_the_same_in_every_writing(raw):
    label = parse(raw)
    assert (label.kind, label.gtin, label.lot, label.serial, label.expiry) == (Kind.GS1, GTIN, "LOT", "S1", 20271231)
    assert label.faults == ()
    assert label.item == f"gtin:{GTIN}"


@pytest.mark.parametrize("order", ["17|10|21", "21|10|17", "10|21|17", "10|17|21", "11|15|17|21|10", "21|17|15|11|10"])
def test_the_order_of_elements_does_not_matter(order):
    said = {"17": "17271231", "11": "11260101", "15": "15270101", "10": f"10LOT{GS}", "21": f"21S{GS}"}
    label = parse(f"]C101{GTIN}" + "".join(said[ai] for ai in order.split("|")).rstrip(GS))
    assert (label.gtin, label.lot, label.serial, label.expiry, label.faults) == (GTIN, "LOT", "S", 20271231, ())


@pytest.mark.parametrize(
    "raw",
    [
        "https://example.org/news/2026/01/15",
        "https://example.org/01/hello",
        f"https://example.org/01/{GTIN[:-1]}4/10/LOT",
        "http://",
        "]Q1https://relay.example.org/join#abc",
        "httpsomething",
        "(10)LOT",
        f"(01){GTIN[:-1]}4",
        f"(01){GTIN}(17)271331",
        "(see below)",
    ],
)
def test_what_only_looks_like_a_label_of_gs1_is_a_text(raw):
    text = raw.removeprefix("]Q1")
    assert parse(raw) == Label(text=text, symbology="]Q1" if text != raw else None)


def test_a_digital_link_with_a_sound_key_keeps_it_beside_its_faults():
    label = parse(f"https://example.org/01/{GTIN}/10/LOT?17=271331&99=")
    assert (label.gtin, label.lot, label.expiry) == (GTIN, "LOT", None)
    assert [sentence.partition(" (")[0] for sentence in label.faults] == ["the company internal", "the expiry date"]


def test_what_the_ledger_has_no_field_for_is_kept_by_its_identifier():
    label = parse(f"]d201{GTIN}3103000125422156{GS}240PART{GS}10L{GS}91own")
    assert label.more == (("240", "PART"), ("3103", "000125"), ("422", "156"), ("91", "own"))
    assert label.value("422") == "156"
    assert label.value("423") is None
    assert label.faults == ()


def test_an_expiry_to_the_minute_is_an_expiry():
    assert parse(f"]C101{GTIN}70032712311430").expiry == 20271231
    assert parse(f"]C101{GTIN}172801017003271231" + "1430").expiry == 20280101


def test_goods_made_to_order_have_their_own_identifier_for_the_gtin():
    label = parse(f"]C103{GTIN}24217")
    assert (label.gtin, label.value("03"), label.faults) == (GTIN, GTIN, ())


def test_a_piece_of_an_item_is_not_the_item():
    first, second = (parse(f"]C18006{GTIN}0{piece}03{GS}10L{lot}") for piece, lot in ((1, "A"), (2, "B")))
    assert first.gtin is None
    assert first.item == f"text:8006{GTIN}0103"
    assert first.item != second.item
    assert parse(f"]C18006{GTIN}0103{GS}10OTHER").item == first.item


def test_a_faulty_value_of_another_identifier_is_said_and_the_rest_read():
    label = parse(f"]C101{GTIN}422999{GS}10L")
    assert (label.gtin, label.lot, label.value("422")) == (GTIN, "L", "999")
    assert label.faults == ("the country of origin (AI 422) 999 is no country code of ISO 3166-1",)


def test_a_code_of_ours_is_the_same_typed_and_scanned():
    line = printed("G", "BLANKET-RED")
    for label in (parse("]C0RR:G:BLANKET-RED"), parse(line), typed(line), typed(f" {line.removeprefix('RR:')} ")):
        assert (label.item, label.faults) == ("text:RR:G:BLANKET-RED", ())
    assert "check digits" in typed("RR:G:BLANKET-RED").faults[0]
    assert parse("]C0RR:P:a b").text == "RR:P:a b"
    assert parse("]C0RR:P:a b").faults


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("9501101530003", f"gtin:{GTIN}"),
        ("9 501101 530003", f"gtin:{GTIN}"),
        ("96385074", "gtin:00000096385074"),
        ("036000291452", "gtin:00036000291452"),
        (GTIN, f"gtin:{GTIN}"),
        (SSCC, f"sscc:{SSCC}"),
        (f"(00){SSCC}", f"sscc:{SSCC}"),
        (f"  (01){GTIN}(10)L ", f"gtin:{GTIN}"),
        (f"01 {GTIN}", f"gtin:{GTIN}"),
        (f"(00) {SSCC}".replace("(", "").replace(")", ""), f"sscc:{SSCC}"),
        ("BLANKET", "text:BLANKET"),
        ("123", "text:123"),
        ("00000000", "text:00000000"),
    ],
)
def test_a_torn_label_is_typed_as_it_is_printed(text, item):
    label = typed(text)
    assert (label.item, label.faults) == (item, ())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("9501101530004", "its check digit is 3"),
        ("9501101530030", "its check digit is"),
        (SSCC[:-1] + "9", "its check digit is 8"),
        ("00 " + SSCC[:-1] + "9", "its check digit is 8"),
        ("01 " + GTIN[:-1] + "4", "its check digit is 3"),
        (f"(01){GTIN[:-1]}4", "its check digit is 3"),
        (f"(01){GTIN}(17)271331", "is no date"),
        (f"(01){GTIN}10", "has 16 characters, not 14"),
        (f"(01){GTIN}10)L", "is not of digits"),
        ("(", "no AI in brackets stands at '(' (character 1)"),
        ("(10)A(", "no AI in brackets stands at '(' (character 6)"),
    ],
)
def test_a_mistyped_label_is_told(text, fault):
    assert any(fault in sentence for sentence in typed(text).faults), typed(text).faults


def test_a_short_expiry_is_read_around_the_year_that_is_named():
    assert typed(f"(01){GTIN}(17)500101", year=2000).expiry == 20500101
    assert typed(f"(01){GTIN}(17)510101", year=2000).expiry == 19510101
    assert parse(f"]C101{GTIN}17000229", year=2090).faults == ("the expiry date 000229 is no date",)


def test_the_labels_of_the_benchmark_are_sound_and_each_another():
    made = [*mixed(random.Random(7), 600), *common(random.Random(7), 300)]
    assert len(set(made)) == len(made)
    for raw in made:
        label = parse(raw)
        assert label.faults == ()
        assert label.gtin or label.sscc
