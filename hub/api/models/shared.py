"""Times, days, pages and errors: what all models share."""

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from hub.core.instant import day, parse, rfc3339
from wire.display import hidden


def _instant(value: Any) -> Any:
    return rfc3339(value) if isinstance(value, int) else value


def _day(value: Any) -> Any:
    return day(value) if isinstance(value, int) else value


def visible(text: str) -> str:
    """The text itself. Raises ValueError where something in it does not show itself."""
    found = hidden(text)
    if found is not None:
        raise ValueError(f"there is a character in it that does not show: {found}; type it again")
    return text


Visible = Annotated[str, AfterValidator(visible)]
"""Text of one line without marks of direction, control characters and all else that does not show itself."""
Instant = Annotated[
    str,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T03:25:53.123Z"]}),
]
"""Unix milliseconds, given as RFC 3339."""
Day = Annotated[
    str, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2027-12-31"]})
]
"""yyyymmdd, given as a date."""
When = Annotated[
    int, BeforeValidator(lambda value: parse(str(value))), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""RFC 3339, taken as Unix milliseconds."""

Limit = Annotated[int, Query(ge=1, le=500, description="Most rows in one answer.")]
Cursor = Annotated[
    str | None, Query(max_length=4000, description="`next` of the answer before; its filters must be the same.")
]
DeviceName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$", description="A device's name.")]
SearchText = Annotated[
    str | None,
    Query(
        max_length=100,
        description="Words that all have to be found: in numbers, notes, and names of sites, organisations and goods.",
    ),
]
Short = Annotated[str | None, Query(max_length=300)]


class Model(BaseModel):
    """Built from rows by their attributes."""

    model_config = ConfigDict(from_attributes=True, extra="ignore", json_schema_serialization_defaults_required=True)


class Input(BaseModel):
    """What people send: a field that is not known is an error, not a surprise later."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ReasonInput(Input):
    """Why; it need not be said."""

    reason: Annotated[str, Field(max_length=500)] = ""


class ErrorModel(Model):
    """What went wrong, for programs (`code`) and for people."""

    code: str = Field(examples=["sign-in"])
    message: str
    hint: str = Field(description="What can be done about it; may be empty.")


class FaultModel(Model):
    """What is wrong with one field of the request."""

    field: str = Field(description="Where it stands in the request.", examples=["query.limit", "body.sites.0.lat"])
    message: str
    remedy: str = Field(description="What to send instead.")
    pointer: str | None = Field(description="Of a JSON body: RFC 6901, as a fragment.", examples=["#/sites/0/lat"])


class Problem(Model):
    """Every error has this shape (RFC 9457, application/problem+json)."""

    type: str = Field(description="A URI reference of this kind of problem.", examples=["/docs/problems.md#invalid"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for.")
    code: str = Field(examples=["sign-in"])
    hint: str = Field(description="What can be done about it; may be empty.")
    errors: list[FaultModel]
    error: ErrorModel = Field(description="The same in the shape of release 0.1, for devices of then.")


class Next(Model):
    """The end of a page."""

    next: str | None = Field(description="Cursor for the rows that follow; null where these were the last.")


class Done(Model):
    """A change was made."""

    count: int = Field(description="How many rows were sent.")


_RESPONSES: dict[int, str] = {
    400: "The request, or its cursor, cannot be used.",
    401: "Not signed in.",
    403: "The role may not do this, the request comes from another origin, or a device is not let in.",
    404: "There is no such thing.",
    409: "It clashes with what is there.",
    410: "The cursor is from before a restore: begin the list again.",
    413: "The body is too large.",
    415: "The body is of a kind that this route does not take, or is compressed.",
    422: "Something in the request is not allowed; the message names it.",
    429: "Too many wrong tries; the answer says how long to wait.",
    503: "The hub cannot do it at this moment.",
}


def errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of a route, for OpenAPI."""
    return {code: {"model": Problem, "description": _RESPONSES[code]} for code in sorted(codes)}


SIGNED_IN = errors(401, 403, 422, 503)
LISTED = errors(400, 401, 403, 410, 422, 503)
