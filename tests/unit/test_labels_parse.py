import pytest
from biip.gs1_messages import GS1Message

from wire.labels import DEFAULT_YEAR, GS, Kind, Label, element_string, parse

GTIN = "09501101530003"
SSCC = "106141412345678908"


def test_a_gs1_128_label_gives_gtin_expiry_lot_and_serial():
    label = parse(f"]C101{GTIN}1727123110LOT-7{GS}21S1")
    assert label == Label(
        text=f"01{GTIN}1727123110LOT-7{GS}21S1",
        kind=Kind.GS1,
        symbology="]C1",
        gtin=GTIN,
        expiry=20271231,
        lot="LOT-7",
        serial="S1",
    )
    assert label.item == f"gtin:{GTIN}"
    assert label.unit == f"serial:{GTIN}:S1"


@pytest.mark.parametrize("identifier", ["]C1", "]d2", "]e0", "]Q3", "]J1"])
def test_the_same_goods_are_the_same_item_in_every_symbology(identifier):
    assert parse(f"{identifier}01{GTIN}").item == f"gtin:{GTIN}"


@pytest.mark.parametrize(
    "raw",
    [
        "]E09501101530003",
        "9501101530003",
        "09501101530003",
        "]I109501101530003",
        "]C001" + GTIN,
        "01" + GTIN,
        "\x1d01" + GTIN,
        "]E3950110153000312",
        "]E3950110153000312345",
        f"01{GTIN}10A{GS}",
    ],
)
def test_a_gtin_is_found_in_whatever_form_it_comes(raw):
    label = parse(raw)
    assert label.item == f"gtin:{GTIN}"
    assert label.faults == ()


@pytest.mark.parametrize(
    ("raw", "gtin"),
    [
        ("036000291452", "00036000291452"),
        ("]E00036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        ("]E496385074", "00000096385074"),
        ("10614141000415", "10614141000415"),
    ],
)
def test_shorter_gtins_are_filled_to_fourteen_digits(raw, gtin):
    label = parse(raw)
    assert (label.gtin, label.kind, label.faults) == (gtin, Kind.GTIN, ())


@pytest.mark.parametrize(("raw", "gtin"), [("]E0036000291452", "00036000291452"), ("]E001234565", "00012345000065")])
def test_a_upc_that_a_scanner_shortened_is_understood_and_said(raw, gtin):
    label = parse(raw)
    assert label.gtin == gtin
    assert "promises 13 digits" in label.faults[0]


@pytest.mark.parametrize("raw", [f"]C100{SSCC}", f"00{SSCC}", f"{GS}00{SSCC}"])
def test_an_sscc_label_names_a_unit(raw):
    label = parse(raw)
    assert (label.kind, label.sscc, label.unit, label.item) == (Kind.SSCC, SSCC, f"sscc:{SSCC}", f"sscc:{SSCC}")
    assert label.faults == ()


def test_a_pallet_says_what_it_holds_and_how_many():
    label = parse(element_string(sscc=SSCC, content=GTIN, count=48, lot="B1"))
    assert (label.kind, label.content, label.count, label.lot) == (Kind.SSCC, GTIN, 48, "B1")
    assert label.gtin is None


def test_goods_in_bulk_are_no_unit():
    assert parse(f"]C101{GTIN}10A").unit is None
    assert parse("]C121S1").unit is None


def test_a_lot_alone_is_read_but_names_no_item_of_its_own():
    label = parse("]C110LOT")
    assert (label.kind, label.lot, label.item) == (Kind.GS1, "LOT", "text:10LOT")


@pytest.mark.parametrize(
    ("digits", "day"),
    [("270200", 20270228), ("280200", 20280229), ("271200", 20271231), ("270400", 20270430), ("280229", 20280229)],
)
def test_day_zero_is_the_last_of_its_month(digits, day):
    assert parse(f"]C101{GTIN}17{digits}").expiry == day


@pytest.mark.parametrize("digits", ["270229", "271301", "270001", "270132", "000000", "990431"])
def test_a_day_that_does_not_exist_is_a_fault_and_the_rest_is_kept(digits):
    label = parse(f"]C101{GTIN}17{digits}10A")
    assert (label.gtin, label.expiry, label.lot) == (GTIN, None, "A")
    assert label.faults == (f"the expiry date (AI 17) {digits} is no date",)


@pytest.mark.parametrize(
    ("digits", "year", "day"),
    [
        ("770101", None, 19770101),
        ("760101", None, 20760101),
        ("991231", 2000, 19991231),
        ("500101", 2000, 20500101),
        ("510101", 2000, 19510101),
        ("490101", 2099, 21490101),
        ("500101", 2099, 20500101),
        ("000101", 2050, 21000101),
        ("010101", 2050, 20010101),
    ],
)
def test_the_century_brings_the_year_nearest_to_the_current_one(digits, year, day):
    assert parse(f"]C101{GTIN}17{digits}", year=year).expiry == day


def test_the_default_year_is_the_same_as_naming_it():
    for two in range(100):
        raw = f"]C101{GTIN}17{two:02d}0115"
        assert parse(raw) == parse(raw, year=DEFAULT_YEAR)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("]C10109501101530004", "its check digit is 3"),
        (f"]C100{SSCC[:-1]}9", "its check digit is 8"),
        ("]E09501101530004", "its check digit is 3"),
        ("]E496385075", "its check digit is 4"),
        ("]I110614141000416", "its check digit is 5"),
        ("]C1010950110153", "has 10 characters, not 14"),
        (f"]C101{GTIN}10{'x' * 21}", "has 21 characters, not 1 to 20"),
        (f"]C101{GTIN}10", "the lot (AI 10) is empty"),
        (f"]C101{GTIN}10A#B", "does not allow"),
        (f"]C101{GTIN}37", "the count (AI 37) is empty"),
        (f"]C101{GTIN}37123456789", "has 9 characters, not 1 to 8"),
        (f"]C101{GTIN}3712x", "is not of digits"),
        (f"]C101{GTIN}6812", "unknown AI '68'"),
        (f"]C101{GTIN}10A{GS}10B", "AI 10 is there twice and differs"),
        (f"]C101{GTIN}10A{GS}{GS}", "unknown AI ''"),
        (f"]C1{GS}", "the label is empty"),
        ("]C1", "the label is empty"),
        ("]E095011015300033", "promises 13 digits"),
        ("]E0950110153000x", "promises 13 digits"),
        ("]E395011015300031", "promises 13 digits"),
        ("]C1240", "is empty"),
        ("]C13103x", "is not of digits"),
    ],
)
def test_a_fault_is_said_in_a_sentence(raw, fault):
    assert any(fault in sentence for sentence in parse(raw).faults)


def test_a_wrong_check_digit_does_not_take_the_code_away():
    assert parse("]C1010950110153000410A").item == "gtin:09501101530004"
    assert parse("]E09501101530004").item == "gtin:09501101530004"


def test_a_code_without_identifier_is_a_gtin_only_with_its_check_digit():
    for raw in ("9501101530004", "0109501101530004", "96385075", "123456789", "00000000", "0000000000000"):
        assert parse(raw).kind is Kind.TEXT


def test_without_identifier_only_a_faultless_element_string_counts():
    for raw in (f"01{GTIN}17270230", f"01{GTIN}10", f"01{GTIN}68", f"00{SSCC}x", f"01{GTIN}10{'x' * 21}", f"10A{GS}01"):
        assert parse(raw) == Label(text=raw)


def test_elements_after_a_fault_are_found_again_after_the_next_separator():
    label = parse(f"]C168XX{GS}01{GTIN}240PART{GS}10LOT{GS}310300012517271231")
    assert (label.gtin, label.lot, label.expiry) == (GTIN, "LOT", 20271231)
    assert label.faults == ("unknown AI '68'",)


def test_other_assigned_ais_are_read_over_without_a_fault():
    label = parse(f"]d201{GTIN}3103000125414950110153000310L{GS}240X{GS}800826123114{GS}91own")
    assert (label.gtin, label.lot, label.faults) == (GTIN, "L", ())


def test_a_composite_component_belongs_to_its_ean():
    label = parse(f"]E09501101530003|]e010LOT{GS}21S")
    assert (label.kind, label.gtin, label.lot, label.serial, label.faults) == (Kind.GS1, GTIN, "LOT", "S", ())
    other = parse("]E09501101530003|]e00110614141000415")
    assert (other.gtin, other.faults) == (GTIN, ("the composite component names another GTIN",))


HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE facts; --",
    '=HYPERLINK("http://x")',
    "+1+cmd|' /C calc'!A0",
    "\x00",
    "a\x00b",
    "\u202egnol",
    "x" * 4096,
    "]",
    "]X",
    "]]C1",
    "]C\u0661",
    "\U0001f4a9",
    "\ud800",
    "物资",
    "",
    " ",
    "\r\n",
]


@pytest.mark.parametrize("raw", HOSTILE)
def test_a_hostile_text_is_a_text_and_unchanged(raw):
    assert parse(raw) == Label(text=raw)


@pytest.mark.parametrize("raw", HOSTILE)
def test_a_hostile_lot_does_no_harm_to_its_gtin(raw):
    label = parse(f"]C101{GTIN}10{raw}")
    assert label.gtin == GTIN
    assert label.lot is None or label.lot == raw[:90]


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩٠١٢٣", "０９５０１１０１５３０００３", "0950110153000³"])
def test_digits_of_other_scripts_are_no_gtin(digits):
    assert parse(digits).gtin is None
    assert parse(f"]C101{digits}").gtin is None
    assert parse(f"]E0{digits[-13:]}").gtin is None
    assert parse(f"]C101{GTIN}37{digits[:4]}").count in {None, 950}


def test_a_label_of_nothing_but_faults_names_a_few():
    label = parse("]C1" + "".join(f"{GS}6{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"))
    assert len(label.faults) == 8


def test_a_long_text_keeps_a_key_of_its_own():
    first, second = parse("x" * 300 + "a"), parse("x" * 300 + "b")
    assert first.item != second.item
    assert len(first.item) == len("text:") + 200


@pytest.mark.parametrize(
    "element",
    [
        {"gtin": GTIN},
        {"gtin": GTIN, "lot": "A/1", "expiry": 20280229},
        {"gtin": GTIN, "lot": "A", "serial": "17", "produced": 20240131, "best_before": 20261231},
        {"sscc": SSCC, "content": GTIN, "count": 7, "lot": "L"},
        {"gtin": "10614141000415", "serial": "!\"%&'()*+,-./:;<=>"},
    ],
)
def test_biip_reads_the_same_out_of_sound_labels(element):
    raw = element_string(**element, symbology="")
    theirs = GS1Message.parse(raw)
    ours = parse("]C1" + raw)
    values = {ai.ai.ai: ai for ai in theirs.element_strings}
    assert (ours.gtin, ours.sscc, ours.lot, ours.serial, ours.content) == tuple(
        values[ai].value if ai in values else None for ai in ("01", "00", "10", "21", "02")
    )
    for ai, day in (("11", ours.produced), ("15", ours.best_before), ("17", ours.expiry)):
        assert day == (int(values[ai].date.strftime("%Y%m%d")) if ai in values else None)
    assert ours.faults == ()
