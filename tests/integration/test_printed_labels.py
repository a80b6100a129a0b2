"""A label as the printer gets it, from its PDF and from its ZPL, is read back with the exact text."""

import contextlib
import itertools
import random

import pytest
from PIL import Image, ImageChops

from edge.core.steering import BARE, VALUED
from edge.core.verbs import VERBS
from paper import datamatrix, pdf, zpl
from paper.canvas import Box, Canvas
from paper.cards import COMMANDS, Card, cards
from paper.errors import PaperError
from paper.labels import ItemLabel, UnitLabel, badge, goods_label, item_label, parcel_label, place_label, unit_label
from paper.picture import A4, LABEL, SMALL, Paper
from paper.slip import slip
from paper.text import ELLIPSIS, fit
from tests.support.printed import codes_on, font, from_pdf, from_zpl, image_of
from wire.display import shown

SSCC = "395011010000000019"
CONTENT = "0209501101530003371240\x1d10LOT-1"
HOSTILE = (
    "<script>alert(1)</script>",
    "'); DROP TABLE item; --",
    "a\x00b\x1b[31mred",
    "\u202egnp.exe\u2066",
    '=HYPERLINK("http://x")',
    "x" * 4096,
    "长" * 4096,
)


@pytest.fixture(scope="module")
def face():
    return font()


def unit(face, paper=LABEL, **changes):
    values = {
        "sscc": SSCC, "owner": "中国红十字会 Red Cross", "source": "浦东仓库", "to": "绵阳第三救助站 Station 3",
        "lines": ("毛毯 Blanket × 40", "批号 LOT-1"), "content": CONTENT,
    }  # fmt: skip
    return unit_label(UnitLabel(**(values | changes)), paper, face)


@pytest.mark.parametrize("dpi", [203, 300])
def test_every_kind_of_label_is_read_back_from_pdf_and_from_zpl(face, dpi):
    large, small = Paper(width_mm=100, height_mm=150, dpi=dpi), Paper(width_mm=100, height_mm=50, dpi=dpi)
    card = Paper(width_mm=85.6, height_mm=54, dpi=dpi)
    labels = {
        unit(face, large): {("]C1", f"00{SSCC}"), ("]C1", CONTENT)},
        place_label("wh-1", "A-01-03", ("浦东仓库", "冷藏 2-8 °C"), small, face): _both("RR:L:wh-1/A-01-03"),
        badge("7QK2M9ZT", "李小龙 Li Xiaolong", ("仓库管理员",), card, face): _both("RR:B:7QK2M9ZT"),
        goods_label("QUILT-90", "棉被 Quilt", ("捐赠",), small, face): _both("RR:G:QUILT-90"),
        parcel_label("P-2026-11-00017", "王女士", ("第三救助站",), small, face): _both("RR:P:P-2026-11-00017"),
        item_label(ItemLabel(elements="01095011015300031728123110LOT1\x1d21SN9", title="毛毯"), small, face): {
            ("]C1", "01095011015300031728123110LOT1\x1d21SN9")
        },
    }
    for picture, expected in labels.items():
        ((page, size),) = from_pdf(pdf.encode([picture]))
        assert codes_on(page) == expected
        assert size == pytest.approx((picture.width / dpi * 25.4, picture.height / dpi * 25.4), abs=0.01)
        assert from_zpl(zpl.encode(picture)).tobytes() == page.tobytes() == image_of(picture).tobytes()


SMALL_GOODS = "01095011015300031728123110LOT1\x1d21SN9"


@pytest.mark.parametrize(("dpi", "width", "height"), [(203, 25, 15), (300, 15, 15), (600, 60, 30)])
def test_small_goods_have_a_gs1_datamatrix_that_is_read_back(face, dpi, width, height):
    paper = Paper(width_mm=width, height_mm=height, dpi=dpi)
    picture = item_label(ItemLabel(elements=SMALL_GOODS, title="胰岛素", square=True), paper, face)
    assert codes_on(image_of(picture)) == {("]d2", SMALL_GOODS)}


def test_a_datamatrix_of_every_size_is_read_also_where_it_is_damaged_as_far_as_it_corrects():
    rng = random.Random(3)
    for size in datamatrix.SIZES:
        text = "91" + "".join(rng.choices("ABcd/7", k=size.data - 2))
        rows = datamatrix.modules(text)
        assert len(rows) == size.side
        region = size.side // size.regions
        inner = [at for at in range(size.side) if at % region not in {0, region - 1}]
        for row, column in rng.sample(list(itertools.product(inner, inner)), size.correction // 2):
            rows[row][column] ^= 1
        image = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
        for (row, line), column in itertools.product(enumerate(rows), range(len(rows))):
            image.putpixel((column + 4, row + 4), 255 * (1 - line[column]))
        assert ("]d2", text) in codes_on(image.resize((4 * image.width, 4 * image.height), Image.Resampling.NEAREST))


def test_what_fits_no_datamatrix_is_refused():
    with pytest.raises(PaperError, match="174 codewords"):
        datamatrix.modules("91" + "x" * 173)
    with pytest.raises(PaperError, match="ASCII"):
        datamatrix.modules("91毛毯")


def _both(text):
    return {("]C0", text), ("]Q1", text)}


def test_a_page_has_the_size_of_its_label(face):
    pages = from_pdf(pdf.encode([unit(face), *cards(COMMANDS[:1], A4, face)]))
    assert [tuple(round(side, 1) for side in size) for _, size in pages] == [(100.0, 150.0), (210.0, 297.0)]


def test_chinese_is_really_drawn_and_not_the_box_for_what_is_missing(face):
    text = "物资仓库毛毯帐篷批号货主绵阳救助站龘"
    assert not face.has("\uffff")
    assert all(face.has(sign) for sign in text)
    assert len({bytes(face.face(32).getmask(sign)) for sign in text}) == len(text)
    blank, written = (unit(face, owner=owner, content="") for owner in ("", text))
    assert sum(map(int.bit_count, written.rows)) > sum(map(int.bit_count, blank.rows)) + 2000


def test_a_font_without_chinese_says_so(face):
    assert not face.has("\U0001f69a")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_of_any_kind_and_length_leaves_the_bars_and_the_margin_alone(face, text):
    plain = image_of(unit(face, owner="", source="", to="", lines=()))
    full = image_of(unit(face, owner=text, source=text, to=text, lines=(text,) * 40))
    assert codes_on(full) == {("]C1", f"00{SSCC}"), ("]C1", CONTENT)}
    changed = ImageChops.difference(plain, full).getbbox()
    bars = plain.getbbox() and ImageChops.invert(plain).crop((0, 400, plain.width, plain.height)).getbbox()
    assert changed[3] <= 400 + bars[1], "text reaches the bars"
    assert changed[0] >= LABEL.dots(2.9)
    assert changed[2] <= LABEL.dots(97.1)


def test_what_does_not_fit_ends_in_an_ellipsis_and_what_fits_is_whole(face):
    box = {"width": 400, "height": 60, "largest": 40, "smallest": 20}
    assert fit(("毛毯 Blanket",), face, **box).lines == ("毛毯 Blanket",)
    cut = fit(("很长的名字 and words " * 30,), face, **box)
    assert cut.lines[-1].endswith(ELLIPSIS)
    assert cut.size == 20
    assert all(face.width(line) * cut.size <= 400 for line in cut.lines)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_drawn_as_the_characters_that_it_is(face, text):
    told = fit((text,), face, width=2000, height=4000, largest=30, smallest=16)
    drawn = "".join(line.replace(" ", "") for line in told.lines)
    assert drawn == shown(text, 2000).replace(" ", "")
    assert drawn.isprintable()


def test_lines_break_between_words_and_between_chinese_characters(face):
    lines = fit(("blanket tent water",), face, width=110, height=400, largest=20, smallest=20).lines
    assert lines == ("blanket", "tent water")
    lines = fit(("毛毯帐篷饮用水",), face, width=70, height=400, largest=20, smallest=20).lines
    assert lines == ("毛毯帐", "篷饮用", "水")


def test_a_label_that_is_too_small_for_its_bars_is_refused_and_says_what_helps(face):
    with pytest.raises(PaperError, match=r"its bars need \d+ mm and have \d+ mm. Use a wider label"):
        unit(face, Paper(width_mm=40, height_mm=50))
    with pytest.raises(PaperError, match="15 to 300 mm"):
        Paper(width_mm=1e9, height_mm=50)
    with pytest.raises(PaperError, match="no SSCC"):
        unit(face, sscc="395011010000000018")
    with pytest.raises(PaperError, match="no GS1 barcode"):
        unit(face, content="0112345678901234")
    with pytest.raises(PaperError, match="no label for"):
        goods_label("no spaces", "x", (), SMALL, face)


def test_whatever_the_size_of_the_label_it_is_drawn_or_refused_with_a_sentence(face):
    for width in (15, 40, 105, 300):
        for height in (15, 30, 50, 300):
            paper = Paper(width_mm=width, height_mm=height)
            for draw in (
                lambda paper=paper: unit(face, paper),
                lambda paper=paper: place_label("wh-1", "A", ("x", "y"), paper, face),
                lambda paper=paper: item_label(ItemLabel(elements="0109501101530003", title="x"), paper, face),
                lambda paper=paper: item_label(ItemLabel(elements=SMALL_GOODS, title="x", square=True), paper, face),
                lambda paper=paper: cards(COMMANDS[:1], paper, face),
                lambda paper=paper: slip("x", ["y"] * 3, paper, face),
            ):
                with contextlib.suppress(PaperError):
                    assert draw()


def test_there_is_a_card_for_every_verb_and_every_card_is_a_command_of_the_dialogue():
    assert {card.value for card in COMMANDS if card.name == "DO"} == set(VERBS)
    bare = {card.name for card in COMMANDS if card.value is None}
    assert bare == {*BARE, "UNDO"}
    assert {card.name for card in COMMANDS if card.value is not None} <= set(VALUED)
    assert {card.value for card in COMMANDS if card.name == "D"} == set("0123456789")


def test_every_command_card_is_read_from_its_sheet(face):
    sheets = cards((*COMMANDS, Card("T", "delivery:D1", "送货单 D1", "Delivery D1")), A4, face)
    texts = {text for sheet in sheets for _, text in codes_on(image_of(sheet))}
    assert texts == {f"RR:{card.name}" + (f":{card.value}" if card.value else "") for card in COMMANDS} | {
        "RR:T:delivery:D1"
    }


def test_cards_stand_far_enough_apart_to_be_scanned_one_at_a_time(face):
    (sheet,) = cards(COMMANDS[:2], Paper(width_mm=200, height_mm=60, dpi=300), face)
    image = image_of(sheet)
    for half, text in ((0, "RR:DO:receive"), (1, "RR:DO:put-away")):
        left = half * image.width // 2
        assert codes_on(image.crop((left, 0, left + image.width // 2, image.height))) == {("]C0", text)}


def test_a_slip_goes_on_over_as_many_pages_as_it_needs_and_loses_no_line(face):
    lines = [f"第 {number} 行 line {number}" for number in range(100)]
    pages = slip("交接班 Hand-over", lines, Paper(width_mm=80, height_mm=150), face)
    assert len(pages) > 1
    assert all(Image.frombytes("1", (p.width, p.height), p.rows).getbbox() for p in pages)
    with pytest.raises(PaperError, match="2000"):
        slip("x", ["y"] * 2001, SMALL, face)


def test_a_white_label_and_a_black_one_survive_the_printers_compression(face):
    canvas = Canvas(SMALL, face)
    white = canvas.picture()
    for number in range(300):
        canvas.rule(Box(0, number / 6, 100, 1))
    for picture in (white, canvas.picture()):
        assert from_zpl(zpl.encode(picture, copies=3)).tobytes() == image_of(picture).tobytes()
    assert len(zpl.encode(white)) < 600
