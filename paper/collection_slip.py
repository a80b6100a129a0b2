"""A slip in large print for somebody without a telephone: what waits where for whom, the code, and who else may come.

One page, A5 or A4. Its letters are as large as the page allows: whoever reads it may be eighty, without glasses.
"""

from typing import Final, Literal

from msgspec import Struct

from paper.canvas import Box, Canvas
from paper.picture import Paper, Picture
from paper.square import QUIET, qr
from paper.text import Font

SIZES: Final = {"a5": (148.0, 210.0), "a4": (210.0, 297.0)}
DPI: Final = 300

_MARGIN: Final = 8.0
_MOST_LINES: Final = 6
_WORDS: Final = {
    "en": {
        "title": "Collect your relief goods",
        "whom": "For",
        "what": "What",
        "where": "Where",
        "hours": "Open",
        "shelf": "Shelf",
        "until": "Until",
        "code": "Your code",
        "secret": "Show this code at the counter. Tell it to nobody else.",
        "proxy": "Somebody else can come for you: call {line} and say their name. They get a code of their own.",
        "anybody": "Somebody else can come for you: give them this slip.",
        "more": "and {n} more",
        "look": "Where is it now? Scan this. Parcel number: {number}",
        "number": "Parcel number: {number}",
    },
    "zh": {
        "title": "救灾物资领取单",
        "whom": "领取人",
        "what": "物资",
        "where": "地点",
        "hours": "时间",
        "shelf": "货架",
        "until": "截止",
        "code": "取件码",
        "secret": "请到驿站柜台出示此码，不要告诉其他人。",
        "proxy": "自己来不了，可请别人代取：请拨打 {line}，说出代取人姓名，代取人会有自己的取件码。",
        "anybody": "自己来不了，可请别人代取：把这张单子交给代取人。",
        "more": "另有 {n} 种",
        "look": "包裹现在在哪里？请扫码。包裹编号：{number}",
        "number": "包裹编号：{number}",
    },
}


class CollectionSlip(Struct, frozen=True, kw_only=True):
    """What a slip says. `whom` is a masked name; `code` is shown in groups; what is '' is left out.

    `link` is an address that tells where the parcel `number` is; it is drawn as a QR code.
    """

    language: Literal["en", "zh"]
    whom: str
    goods: tuple[str, ...]
    where: str
    code: str
    hours: str = ""
    shelf: str = ""
    until: str = ""
    line: str = ""
    number: str = ""
    link: str = ""


def collection_slip(slip: CollectionSlip, size: Literal["a5", "a4"], font: Font) -> Picture:
    """The page."""
    width, height = SIZES[size]
    canvas = Canvas(Paper(width_mm=width, height_mm=height, dpi=DPI), font)
    words = _WORDS[slip.language]
    unit = height / 21
    head, box = canvas.whole.inside(_MARGIN).above(unit * 1.5)
    canvas.text((words["title"],), head, largest=unit)
    canvas.rule(box)
    box, foot = _parted(box, unit * (4.8 if slip.link else 4))
    box, code = _parted(box, unit * 4)
    _rows(canvas, box, slip, words, unit)
    canvas.frame(code)
    caption, number = code.inside(2).above(unit * 0.9)
    canvas.text((words["code"],), caption, largest=unit * 0.7, centred=True)
    canvas.text((slip.code,), number, largest=unit * 2.2, centred=True)
    proxy = words["proxy"].format(line=slip.line) if slip.line else words["anybody"]
    foot = Box(foot.x, foot.y + 3, foot.width, foot.height - 3)
    said = [words["secret"], proxy]
    if slip.link:
        text, square = foot.left(foot.width - foot.height * 0.85)
        canvas.square(qr(slip.link), square, slip.link, quiet=QUIET)
        foot = Box(text.x, text.y, text.width - 2, text.height)
        said.append(words["look"].format(number=slip.number))
    elif slip.number:
        said.append(words["number"].format(number=slip.number))
    canvas.text(said, foot, largest=unit * 0.7)
    return canvas.picture()


def _parted(box: Box, height: float) -> tuple[Box, Box]:
    """What stays above, and the part of this height at the foot."""
    foot, rest = box.below(height)
    return rest, foot


def _rows(canvas: Canvas, box: Box, slip: CollectionSlip, words: dict[str, str], unit: float) -> None:
    goods = list(slip.goods[:_MOST_LINES])
    if len(slip.goods) > _MOST_LINES:
        goods.append(words["more"].format(n=len(slip.goods) - _MOST_LINES))
    told = [
        ("whom", (slip.whom,)), ("where", (slip.where,)), ("hours", (slip.hours,)), ("shelf", (slip.shelf,)),
        ("until", (slip.until,)), ("what", tuple(goods)),
    ]  # fmt: skip
    for name, texts in told:
        if not any(texts):
            continue
        _, box = box.above(1.5)
        row, box = box.above(box.height if name == "what" else unit * (1.6 if name == "where" else 1.1))
        caption, rest = row.left(box.width * 0.22)
        canvas.text((words[name],), caption, largest=unit * 0.7)
        canvas.text(texts, rest, largest=unit * 0.85)
