"""What a terminal's page says to the agent, and the first line of its connection: see edge/ui/messages.py."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from edge.ui.messages import Language, Via

MOST_DATA: Final = 4096
"""Longest reading: edge.frames.scanner.LIMIT."""
Id = Annotated[str, Meta(max_length=64)]


class Scan(Struct, frozen=True, kw_only=True, tag_field="k", tag="scan"):
    data: Annotated[str, Meta(min_length=1, max_length=MOST_DATA)]
    via: Via
    id: Id = ""


class Press(Struct, frozen=True, kw_only=True, tag_field="k", tag="press"):
    code: Annotated[str, Meta(min_length=1, max_length=400)]
    id: Id = ""


class Undo(Struct, frozen=True, kw_only=True, tag_field="k", tag="undo"):
    stream: Annotated[str, Meta(max_length=64)]
    seq: Annotated[int, Meta(ge=1, le=(1 << 53) - 1)]
    id: Id = ""


class Print(Struct, frozen=True, kw_only=True, tag_field="k", tag="print"):
    sscc: Annotated[str, Meta(pattern=r"^[0-9]{18}\Z")]
    id: Id = ""


class Practice(Struct, frozen=True, kw_only=True, tag_field="k", tag="practice"):
    on: bool


class Speak(Struct, frozen=True, kw_only=True, tag_field="k", tag="language"):
    to: Language


class Ping(Struct, frozen=True, kw_only=True, tag_field="k", tag="ping"):
    """Whether the agent is there."""


class Attach(Struct, frozen=True, kw_only=True, tag_field="k", tag="attach"):
    """The first line of a connection to the agent, from the page's process alone: which session this page is of."""

    session: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(max_length=100)]
    screen: bool


Asked = Scan | Press | Undo | Print
"""Each is answered by a verdict with its id."""
FromPage = Asked | Practice | Speak | Ping

_from_page = msgspec.json.Decoder(FromPage)
_attach = msgspec.json.Decoder(Attach)


def from_page(line: bytes) -> FromPage | None:
    """What a page said; None for what is not understood."""
    try:
        said: FromPage = _from_page.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError):
        return None
    return said


def attach(line: bytes) -> Attach | None:
    """The first line of a connection; None for what is none."""
    try:
        return _attach.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError):
        return None
