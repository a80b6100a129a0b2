"""Labels and command cards, drawn for any printer, as PDF or in ZPL II. One request draws at a time."""

from collections.abc import Callable, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hub.api.context import Here
from hub.api.faults import ApiError
from hub.api.models.printing import Dpi, Form, LabelInput, LabelList, Line, Side
from hub.api.models.shared import errors
from hub.api.problems import Fault
from hub.api.turns import Turns
from hub.core.access import API
from hub.fonts import FontError
from paper import pdf, zpl
from paper.cards import COMMANDS, Card, cards
from paper.errors import PaperError
from paper.labels import CodeLabel, ItemLabel, UnitLabel, code_label, item_label, unit_label
from paper.picture import Paper, Picture
from paper.text import Font
from wire import codes

router = APIRouter(prefix=API, tags=["printing"])

PDF: Final = "application/pdf"
ZPL: Final = "application/zpl"
PRINTED: Final = {
    **errors(401, 403, 413, 422, 503),
    200: {
        "description": "PDF, or ZPL II for a label printer.",
        "content": {
            PDF: {"schema": {"type": "string", "format": "binary"}},
            ZPL: {"schema": {"type": "string", "format": "binary"}},
        },
    },
}
_OURS: Final = {"place": codes.PLACE, "badge": codes.PERSON, "goods": codes.GOODS, "parcel": codes.PARCEL}
_drawing = Turns("something drawn")
MOST_DOTS: Final = 1 << 28
"""Of all labels of a request: a hundred of 100 x 150 mm at 300 dpi, or some whole sheets. 32 MiB of pictures."""


@router.post("/labels", responses=PRINTED, response_class=Response)
def labels(here: Here, request: Request, sent: LabelList) -> Response:
    """Labels for places, badges, goods without a barcode, parcels, trade items and handling units."""
    font = _font(here.services.font)
    paper = _paper(sent.width_mm, sent.height_mm, sent.dpi)
    form = _form(sent.format, request)
    _check_size(sent, paper, form)
    pictures = []
    with _drawing.one():
        for place, label in enumerate(sent.labels):
            try:
                pictures.append(_drawn(sent, label, paper, font))
            except PaperError as error:
                raise _cannot(str(error), f"body.labels.{place}", f"#/labels/{place}") from error
        return _answer(pictures, form, sent.copies)


@router.get("/cards", responses=PRINTED, response_class=Response)
def command_cards(
    here: Here,
    request: Request,
    width_mm: Side = 210.0,
    height_mm: Side = 297.0,
    dpi: Dpi = 300,
    task: Annotated[
        list[Line] | None, Query(max_length=50, description="Cards for these tasks too, such as delivery:D1.")
    ] = None,
    form: Annotated[Form | None, Query(alias="format", description="Null: as Accept says, else PDF.")] = None,
) -> Response:
    """Sheets with a card for every command that a dialogue knows: verbs, digits, undo, done, OK, quantities."""
    font = _font(here.services.font)
    wanted = (*COMMANDS, *(Card(codes.TASK, name, name, "Task") for name in task or ()))
    with _drawing.one():
        try:
            pictures = cards(wanted, _paper(width_mm, height_mm, dpi), font)
        except PaperError as error:
            raise _cannot(str(error), "query", None) from error
        return _answer(pictures, _form(form, request), 1)


def _check_size(sent: LabelList, paper: Paper, form: Form) -> None:
    """Refuse what takes too much memory, before it is drawn. Raises ApiError."""
    dots = paper.dots(paper.width_mm) * paper.dots(paper.height_mm) * len(sent.labels)
    if dots > MOST_DOTS:
        raise _cannot(f"{len(sent.labels)} labels of this size are too much at once", "body.labels", "#/labels",
                      "Send fewer labels at once, smaller ones, or fewer dots per inch.")  # fmt: skip
    pages = len(sent.labels) * sent.copies
    if form == "pdf" and pages > pdf.MOST_PAGES:
        raise _cannot(f"this makes {pages:,} pages, and a PDF has {pdf.MOST_PAGES:,} at most", "body.copies",
                      "#/copies", "Send fewer labels at once, or print the document several times.")  # fmt: skip


def _drawn(sent: LabelList, label: LabelInput, paper: Paper, font: Font) -> Picture:
    kind, lines = sent.kind, label.lines
    if kind == "unit":
        unit = UnitLabel(
            sscc=label.code, owner=label.owner, source=label.source, to=label.to, lines=lines, content=label.content
        )
        return unit_label(unit, paper, font)
    if kind == "item":
        item = ItemLabel(elements=label.code, title=label.title, lines=lines, square=sent.square)
        return item_label(item, paper, font)
    title = label.title or label.code.rpartition("/")[2]
    return code_label(CodeLabel(name=_OURS[kind], value=label.code, title=title, lines=lines), paper, font)


def _paper(width_mm: float, height_mm: float, dpi: int) -> Paper:
    return Paper(width_mm=width_mm, height_mm=height_mm, dpi=dpi)


def _font(load: Callable[[], Font]) -> Font:
    try:
        return load()
    except FontError as error:
        raise ApiError(503, "no-font", str(error), hint="Who runs the hub installs a Chinese font.") from error


def _form(asked: Form | None, request: Request) -> Form:
    return asked or ("zpl" if "zpl" in request.headers.get("accept", "") else "pdf")


def _answer(pictures: Sequence[Picture], form: Form, copies: int) -> Response:
    if form == "zpl":
        content = b"".join(zpl.encode(picture, copies=copies) for picture in pictures)
        return Response(content, media_type=ZPL, headers=_named("labels.zpl"))
    return Response(pdf.encode([picture for picture in pictures for _ in range(copies)]), media_type=PDF)


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{file}"'}


def _cannot(
    sentence: str, field: str, pointer: str | None, remedy: str = "Use a larger label or other texts."
) -> ApiError:
    fault = Fault(field=field, message=sentence, remedy=remedy, pointer=pointer)
    return ApiError(422, "cannot-print", f"{field}: {sentence}", hint="See docs/printing.md.", faults=[fault])
