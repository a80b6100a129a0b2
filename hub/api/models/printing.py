"""What is to be printed."""

from typing import Annotated, Literal

from pydantic import Field

from hub.api.models.shared import Input
from paper.picture import LEAST_DPI, LEAST_MM, MOST_DPI, MOST_MM

Form = Literal["pdf", "zpl"]
Side = Annotated[float, Field(ge=LEAST_MM, le=MOST_MM, allow_inf_nan=False)]
Dpi = Annotated[int, Field(ge=LEAST_DPI, le=MOST_DPI)]
Line = Annotated[str, Field(max_length=300)]


class LabelInput(Input):
    """One label. Whatever stands in its texts is drawn as text, and cut with an ellipsis where it does not fit."""

    code: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="What the barcode says: a place SITE/BIN, a badge, the code of goods or of a parcel, the SSCC of a"
        " unit (18 digits), the element string of an item (AIs without brackets, GS between them).",
        examples=["wh-1/A-01-03"],
    )
    title: Line = ""
    lines: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    owner: Line = Field(default="", description="Of a unit.")
    source: Line = Field(default="", description="Where a unit comes from.")
    to: Line = Field(default="", description="Where a unit goes to.")
    content: Annotated[str, Field(max_length=200)] = Field(
        default="", description="An element string of what is in a unit, for a second barcode."
    )


class LabelList(Input):
    """Labels of one kind and size."""

    kind: Literal["place", "badge", "goods", "parcel", "item", "unit"]
    labels: Annotated[list[LabelInput], Field(min_length=1, max_length=100)]
    square: bool = Field(default=False, description="Items as GS1 DataMatrix, for small goods, not as GS1-128.")
    width_mm: Side = 100.0
    height_mm: Side = 50.0
    dpi: Dpi = Field(default=203, description="Dots per inch of the printer.")
    copies: Annotated[int, Field(ge=1, le=100)] = 1
    format: Form | None = Field(default=None, description="Null: as the header Accept says, else PDF.")
