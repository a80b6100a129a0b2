"""Cells as people and spreadsheets leave them: what can be read is read, what was spoilt is told with a remedy."""

import pytest

from hub.tables import cells
from hub.tables.cells import CellError
from hub.tables.grid import Cell
from hub.tables.judging import Known, judge_of
from hub.tables.kinds import STOCK


def read(reader, text, kind="text"):
    return reader(Cell(text, kind))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("09501101530003", "text"), ("9501101530003", "text"), ("9501101530003", "number"), ("'9501101530003", "text"),
        (" 9501 1015 3000 3 ", "text"), ("9501-10153-0003", "text"), ("９５０１１０１５３０００３", "text"),
        ("9501101530003.0", "text"), ("9501101530003\u00a0", "text"), ("9 501101-530003", "text"),
    ],
)  # fmt: skip
def test_a_gtin_is_read_however_it_is_spaced(text, kind):
    assert read(cells.gtin, text, kind) == "09501101530003"


@pytest.mark.parametrize(
    ("text", "kind", "message", "remedy"),
    [
        ("6.9E+12", "text", "its last digits are lost", "format the column as text"),
        ("6,9e+12", "text", "its last digits are lost", "format the column as text"),
        ("6E12", "text", "its last digits are lost", "format the column as text"),
        ("6900000000000", "number", "was rounded by a spreadsheet", "format the column as text"),
        ("6900000000000", "text", "was rounded by a spreadsheet", "format the column as text"),
        ("16901230000000", "text", "was rounded by a spreadsheet", "format the column as text"),
        ("00000000", "text", "nobody's GTIN", "what stands on the package"),
        ("-9501101530003", "text", "is no GTIN", "8, 12, 13 or 14"),
        ("-9501101530003", "number", "is no GTIN", "8, 12, 13 or 14"),
        ("12345678905", "number", "took its leading zeros", "write 012345678905"),
        ("9501101530004", "text", "the check digit of 9501101530004 is 4, and 3 would be right", "9501101530003 if"),
        ("95011", "text", "has 5 digits", "8, 12, 13 or 14"),
        ("CASE-7", "text", "is no GTIN", "8, 12, 13 or 14"),
        ("=A1", "formula", "this is a formula: =A1", "paste it back as values"),
        ("#N/A", "error", "could not compute this", "enter the value"),
        ("9501\u202e101530003", "text", "U+202E (RIGHT-TO-LEFT OVERRIDE)", "type it again"),
        ("9501\x00", "text", "U+0000", "type it again"),
        ("9" * 5000, "text", "5000 characters", "shorten it"),
        ("٩٥٠١١٠١٥٣٠٠٠٣", "text", "is no GTIN", "8, 12, 13 or 14"),
    ],
)
def test_a_spoilt_gtin_is_told_with_what_to_do(text, kind, message, remedy):
    with pytest.raises(CellError) as caught:
        read(cells.gtin, text, kind)
    assert message in str(caught.value)
    assert remedy in caught.value.remedy


def test_the_first_item_of_a_company_ends_in_six_zeros_and_is_read_as_text():
    assert read(cells.gtin, "6901233000000") == "06901233000000"


@pytest.mark.parametrize(
    ("text", "kind"), [("1.20304E+11", "text"), ("4E+10", "text"), ("1e+20", "number"), ("9" * 16, "number")]
)
def test_a_lot_that_a_spreadsheet_shortened_is_told_and_others_of_such_letters_are_lots(text, kind):
    lot = next(column.read for column in STOCK.columns if column.name == "lot")
    with pytest.raises(CellError, match="its last digits are lost"):
        read(lot, text, kind)
    for good in ("12E5", "1.5E", "E+20", "0012", "9" * 15):
        assert read(lot, good) == good


def test_a_site_at_zero_degrees_is_one_whose_position_nobody_knows():
    judge = judge_of("sites", Known(), "WGS84")
    assert [column for column, _, _ in judge({"lat": 0.0, "lon": 0.0})] == ["lat"]
    assert list(judge({"lat": 0.0, "lon": 6.6})) == []


@pytest.mark.parametrize(
    "text",
    ["2027-12-31", "2027/12/31", "2027.12.31", "20271231", "2027年12月31日", "２０２７-12-31", "2027-12-31 00:00:00"],
)
def test_a_date_with_the_year_first_is_read(text):
    assert read(cells.day, text) == 20271231


@pytest.mark.parametrize(
    ("text", "kind", "remedy"),
    [
        ("31/12/2027", "text", "write 2027-12-31"),
        ("03/04/2027", "text", "write 2027-03-04 or 2027-04-03"),
        ("2027-02-30", "text", "write it as 2027-12-31"),
        ("46752", "number", "or write 2027-12-31"),
        ("271231", "text", "write it as 2027-12-31"),
        ("next year", "text", "write it as 2027-12-31"),
        ("2027-13-01", "text", "write it as 2027-12-31"),
    ],
)
def test_a_date_that_could_be_another_is_not_guessed(text, kind, remedy):
    with pytest.raises(CellError) as caught:
        read(cells.day, text, kind)
    assert remedy in caught.value.remedy


def test_numbers_are_whole_where_they_must_be():
    quantity = cells.whole(1, 1_000_000)
    assert [read(quantity, text) for text in ("240", "240.0", "1,200", "１２", "+5")] == [240, 240, 1200, 12, 5]
    for text in ("0", "-5", "2.5", "1,20", "1e3", "1000001", "9" * 400, "NaN", "一百"):
        with pytest.raises(CellError):
            read(quantity, text)


def test_a_date_that_a_spreadsheet_made_of_a_bin_is_told():
    with pytest.raises(CellError, match="made a date of this"):
        read(cells.pattern(".*", "x"), "2001-03-01", "date")


def test_words_are_understood_in_english_and_chinese():
    words = cells.choice({"cold": "cold", "冷藏": "cold"})
    assert (read(words, "COLD"), read(words, "冷藏")) == ("cold", "cold")
    assert [read(cells.flag, text) for text in ("yes", "否", "", "TRUE", "0")] == [True, False, False, True, False]
    with pytest.raises(CellError, match="neither yes nor no"):
        read(cells.flag, "perhaps")
