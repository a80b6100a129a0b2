"""Where a parcel is, as its recipient has to know it; and what somebody typed who asks for it. Pure.

A recipient needs one of nine answers, not fourteen states: what to do now follows from each. A number is a parcel's id
as its label says it; people type it with spaces, in small letters, with an O for a zero (Crockford's base 32 has no I,
L, O and U).
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub.core.lifecycles import ParcelState, Way
from wire.collecting import Code, read_code

LONGEST: Final = 80
"""Characters of what somebody may type."""


class Stage(StrEnum):
    """Where a parcel is for who waits for it."""

    PREPARING = "preparing"
    COMING = "coming"
    ARRIVED = "arrived"
    READY = "ready"
    DOOR = "door"
    VEHICLE = "vehicle"
    GIVEN = "given"
    BACK = "back"
    TROUBLE = "trouble"


_P, _S = ParcelState, Stage
_STAGES: Final[dict[ParcelState, Stage]] = {
    _P.PLANNED: _S.PREPARING, _P.PACKED: _S.PREPARING, _P.UNDER_WAY: _S.COMING, _P.ARRIVED: _S.ARRIVED,
    _P.WAITING: _S.READY, _P.OUT: _S.COMING, _P.HANDED_OVER: _S.GIVEN, _P.REFUSED: _S.BACK, _P.DUE_BACK: _S.BACK,
    _P.RETURNING: _S.BACK, _P.RETURNED: _S.BACK, _P.LOST: _S.TROUBLE, _P.DAMAGED: _S.TROUBLE,
    _P.CANCELLED: _S.TROUBLE,
}  # fmt: skip
_BY_WAY: Final[dict[tuple[Way, ParcelState], Stage]] = {
    (Way.DOOR, _P.OUT): _S.DOOR, (Way.DOOR, _P.ARRIVED): _S.COMING, (Way.DOOR, _P.WAITING): _S.COMING,
    (Way.DIRECT, _P.ARRIVED): _S.COMING, (Way.DIRECT, _P.WAITING): _S.COMING,
    (Way.VEHICLE, _P.ARRIVED): _S.VEHICLE, (Way.VEHICLE, _P.WAITING): _S.VEHICLE,
}  # fmt: skip
"""Where a state means something else for who is served another way than by a station."""


def stage(way: Way, state: ParcelState) -> Stage:
    """What a state means for who waits for a parcel that goes this way."""
    return _BY_WAY.get((way, state), _STAGES[state])


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A parcel's id as somebody may have meant it: all spellings of its first part, small and large."""

    ids: tuple[str, ...]


_SPACES: Final = re.compile(r"[\s_]+")
_NUMBER: Final = re.compile(r"(?:RR:P:)?([A-Z0-9-]{1,40})[.,;:。](\w{6})", re.ASCII | re.IGNORECASE)
_NINE: Final = re.compile(r"[0-9]{9}", re.ASCII)
_BREAKS: Final = str.maketrans("", "", "-.")
_FIGURES: Final = str.maketrans("OIL", "011")
_TAIL: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{6}", re.ASCII)


def read(typed: str) -> Code | Number | None:
    """A collection code, a parcel's number, or neither (also a code whose check digit is wrong)."""
    text = _SPACES.sub("", unicodedata.normalize("NFKC", typed[:LONGEST]))
    nine = text.translate(_BREAKS)
    if _NINE.fullmatch(nine):
        return read_code(nine)
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    head, tail = found[1], found[2].upper().translate(_FIGURES)
    if _TAIL.fullmatch(tail) is None:
        return None
    return Number(ids=tuple(dict.fromkeys(f"{one}.{tail}" for one in (head, head.lower(), head.upper()))))
