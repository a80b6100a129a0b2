import pytest

from wire.brackets import read
from wire.labels import GS, merge, pair_faults, parse

GTIN = "09501101530003"
SSCC = "106141412345678908"


def pairs(text):
    elements, faults = read(text)
    assert faults == []
    return pair_faults(elements)


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(17)271231(10)A(21)B",
        f"(00){SSCC}(02){GTIN}(37)4(10)A",
        f"(02){GTIN}(37)4(00){SSCC}",
        f"(01){GTIN}(422)156(427)GE",
        f"(01){GTIN}(3103)000125(3922)0299",
        f"(00){SSCC}(8026)095011015300030202(37)4",
        f"(01){GTIN}(21)S(250)X",
        f"(01){GTIN}(21)S(8030)abc",
        "(253)9501101530003DOC(8030)abc",
        "(8010)9501A(8011)7(8030)abc",
        "(8018)950110153000000007(7259)B(7258)1/2",
        f"(00){SSCC}(4302)A(4303)B",
        "(415)9501101530003(8020)REF(3902)100",
        "(99)A",
        "(400)O(410)9501101530003",
        f"(03){GTIN}(20)01(240)P(241)C(243)K(251)R(422)156(427)GE(7003)2712312359(7010)1(7011)261231(8008)26123112",
        f"(03){GTIN}(21)S(250)X(7021)OK(7022)2(7020)R(416)9501101530003(8009)T(8012)V(8030)abc",
        f"(03){GTIN}(10)A(7004)10(423)156(425)156",
        f"(01){GTIN}(21)S(8040)490154203237518(8041)490154203237518(8043){'8' * 18}",
    ],
)
def test_what_belongs_together_is_sound(text):
    assert pairs(text) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("(10)A", "the lot (AI 10) needs AI 01 or 02 or 03 or 8006 or 8026 beside it"),
        (f"(02){GTIN}", "needs AI 37"),
        (f"(02){GTIN}(37)4", "needs AI 00"),
        (f"(00){SSCC}(37)4", "needs AI 02 or 8026"),
        (f"(01){GTIN}(427)GE", "needs AI 422"),
        (f"(01){GTIN}(250)X", "needs AI 21"),
        (f"(01){GTIN}(8030)abc", "needs AI 00 or 01 with 21"),
        ("(253)9501101530003(8030)abc", "is signed and needs its serial number"),
        ("(8018)950110153000000007(7258)1/2", "needs AI 8018 with 7259"),
        (f"(01){GTIN}(3922)0299", "needs AI 30 or 31nn or 32nn or 35nn or 36nn"),
        (f"(01){GTIN}(37)4(00){SSCC}", "the GTIN (AI 01) may not stand beside AI 37"),
        (f"(01){GTIN}(02){GTIN}(37)4(00){SSCC}", "may not stand beside AI 01"),
        (f"(01){GTIN}(3103)000125(3102)000012", "may not stand beside AI 3102"),
        (f"(01){GTIN}(235)T(21)S", "the serial number (AI 21) may not stand beside AI 235"),
        ("(420)123(421)276123", "may not stand beside AI 421"),
        (f"(00){SSCC}(4330)002500(4331)001800", "may not stand beside AI 4331"),
        (f"(01){GTIN}(426)756(422)756", "may not stand beside AI 426"),
        (f"(01){GTIN}(10)A(10)B", "is there twice and differs"),
        (f"(03){GTIN}(235)T", "may not stand beside AI 235"),
        (f"(03){GTIN}(7240)P", "may not stand beside AI 03"),
        ("(8006)095011015300030102(03)09501101530003", "may not stand beside AI 03"),
        (f"(00){SSCC}(8026)095011015300030202(37)4(03){GTIN}", "may not stand beside AI 03"),
        (f"(01){GTIN}(8040)490154203237518", "needs AI 21"),
        (f"(01){GTIN}(21)S(8041)490154203237518", "needs AI 8040"),
        (f"(01){GTIN}(21)S(8042){'8' * 32}", "needs AI 8040"),
        ("(7022)2(7021)OK", "needs AI 01 or 03 or 8006"),
        (f"(01){GTIN}(21)S(7022)2", "needs AI 7021"),
    ],
)
def test_what_is_missing_or_excluded_is_said(text, fault):
    assert any(fault in sentence for sentence in pairs(text)), pairs(text)


def test_a_pattern_does_not_exclude_itself():
    assert pairs(f"(01){GTIN}(3103)000125") == ()
    assert pairs(f"(01){GTIN}(3103)000125(3103)000125") == ()


def test_the_pairs_are_judged_over_all_labels_of_an_item():
    gtin, lot = parse("]E09501101530003"), parse("]C110LOT\x1d17271231")
    assert pair_faults(lot.elements)
    assert pair_faults(merge([gtin, lot]).elements) == ()


def test_a_pallet_whose_content_is_on_a_second_label_is_whole():
    first, second = parse(f"]C100{SSCC}"), parse(f"]C102{GTIN}3748{GS}10L")
    assert pair_faults(second.elements) == ("the count (AI 37) needs AI 00 beside it",)
    merged = merge([first, second])
    assert (merged.sscc, merged.content, merged.count, merged.lot) == (SSCC, GTIN, 48, "L")
    assert pair_faults(merged.elements) == ()


def test_labels_that_exclude_each_other_are_told():
    merged = merge([parse(f"]C101{GTIN}21S"), parse("]C1235TPX")])
    assert pair_faults(merged.elements) == ("the serial number (AI 21) may not stand beside AI 235",)


def test_a_label_gives_back_all_its_elements():
    text = f"00{SSCC}02{GTIN}1127010115270201172703013103000125" + f"3748{GS}10L{GS}240P{GS}21S"
    elements = parse("]C1" + text).elements
    assert elements == tuple(sorted(elements))
    assert dict(elements) == {
        "00": SSCC,
        "02": GTIN,
        "10": "L",
        "11": "270101",
        "15": "270201",
        "17": "270301",
        "21": "S",
        "240": "P",
        "3103": "000125",
        "37": "48",
    }


def test_an_identifier_that_lent_its_value_to_another_field_is_not_doubled():
    assert dict(parse(f"]C103{GTIN}24217").elements) == {"03": GTIN, "242": "17"}
    assert dict(parse(f"]C101{GTIN}70032712311430").elements) == {"01": GTIN, "7003": "2712311430"}
    assert dict(parse(f"]C101{GTIN}172801017003271231" + "1430").elements) == {
        "01": GTIN,
        "17": "280101",
        "7003": "2712311430",
    }
