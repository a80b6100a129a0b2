"""What a table that was sent does, or did."""

from pydantic import Field

from hub.api.models.shared import Instant, Model


class RowFault(Model):
    """What is wrong with one cell, and what to do. Row 0 is the table as a whole."""

    row: int = Field(description="As the spreadsheet numbers it; the headings are row 1.")
    column: str = Field(description="Its heading.")
    value: str
    message: str
    remedy: str


class RowChange(Model):
    """One row that adds or changes something."""

    row: int
    key: str
    added: bool
    fields: dict[str, str] = Field(description="What becomes other.")


class InvitedModel(Model):
    """Somebody who was added: the link by which they set a password, shown this once."""

    name: str
    path: str = Field(examples=["/welcome#..."])
    expires_at: Instant


class ImportModel(Model):
    """What the table does; with `taken`, did. Where there is a fault nothing is done."""

    kind: str
    taken: bool
    rows: int
    added: int
    changed: int
    same: int
    changes: list[RowChange] = Field(description="The first hundred.")
    faults: list[RowFault] = Field(description="The first thousand.")
    total: int = Field(description="How many faults there are.")
    invited: list[InvitedModel]
