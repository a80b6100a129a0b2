"""Problem documents: how the hub says what went wrong (RFC 9457), with a field and a remedy where it knows them.

`type` leads to the line of docs/problems.md that explains the code; `title` is the code in words, the same each time;
`detail` is about this one request. `code` and `hint` are ours: for programs, and for the person who can do something.
`error` repeats code, detail and hint in the shape of release 0.1, which devices in the field read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import quote

MEDIA_TYPE: Final = "application/problem+json"
TYPES: Final = "/docs/problems.md"
MOST_FAULTS: Final = 50
LONGEST: Final = 500
"""Greatest length of a sentence about one field, and of the address repeated."""

_REMEDIES: Final = {
    "missing": "Add it.",
    "extra_forbidden": "Leave it out, or see how it is spelled in /api/v1/openapi.json.",
    "string_too_short": "Make it longer: at least {min_length} characters.",
    "string_too_long": "Make it shorter: at most {max_length} characters.",
    "string_pattern_mismatch": "Write it so that it fits {pattern}.",
    "too_long": "Send fewer at once: at most {max_length}.",
    "too_short": "Send at least {min_length}.",
    "literal_error": "Use one of {expected}.",
    "enum": "Use one of {expected}.",
    "greater_than_equal": "Use {ge} or more.",
    "greater_than": "Use more than {gt}.",
    "less_than_equal": "Use {le} or less.",
    "less_than": "Use less than {lt}.",
    "finite_number": "Use a number that is neither infinite nor NaN.",
}
_WHOLE_BODY: Final = "Send JSON of the shape that /api/v1/openapi.json shows, with Content-Type: application/json."
_OTHERWISE: Final = "See /api/v1/openapi.json for what is allowed here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one field: `field` is where it stands in the request, such as `query.limit`.

    `pointer` leads to a field of a JSON body (RFC 6901, as a fragment), None for anything else.
    """

    field: str
    message: str
    remedy: str = _OTHERWISE
    pointer: str | None = None


def document(
    *, status: int, code: str, detail: str, hint: str = "", instance: str = "", faults: Sequence[Fault] = ()
) -> dict[str, Any]:
    """The answer's body; `instance` is the path that was asked for."""
    return {
        "type": f"{TYPES}#{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": _whole(detail),
        "instance": quote(_whole(instance), safe="/:@!$&'()*+,;=-._~")[:LONGEST],
        "code": code,
        "hint": hint,
        "errors": [asdict(fault) for fault in faults[:MOST_FAULTS]],
        "error": {"code": code, "message": _whole(detail), "hint": hint},
    }


def of_request(found: Iterable[Mapping[str, Any]], body: Any) -> list[Fault]:
    """The faults that pydantic found in a request.

    Where a body may have one of several shapes, pydantic tells of each shape what does not fit it: of those that only
    say that the body as a whole is another shape nothing is told, if there is anything else to tell.
    """
    faults = [_fault(error, body) for error in found]
    telling = [fault for fault in faults if fault.pointer != "#"]
    return (telling or faults)[:MOST_FAULTS]


def _fault(error: Mapping[str, Any], body: Any) -> Fault:
    where = [_whole(str(part)) for part in error["loc"]]
    pointer = None
    if where[0] == "body":
        path = _path(error["loc"][1:], body, missing=error["type"] == "missing")
        where = ["body", *path]
        pointer = "#" + "".join("/" + quote(part.replace("~", "~0").replace("/", "~1")) for part in path)
    return Fault(
        field=".".join(where)[:LONGEST],
        message=_whole(str(error["msg"]))[:LONGEST],
        remedy=_WHOLE_BODY if pointer == "#" else _remedy(str(error["type"]), error.get("ctx") or {}),
        pointer=None if pointer is None else pointer[:LONGEST],
    )


def _path(loc: Sequence[str | int], body: Any, *, missing: bool) -> list[str]:
    """The keys that lead to a field: pydantic's location without its own names for the shapes that it tried."""
    path, here = [], body
    for place, part in enumerate(loc):
        there = part in here if isinstance(here, dict) else isinstance(here, list) and part in range(len(here))
        if there:
            here = here[part]
        elif not (missing and isinstance(here, dict) and place == len(loc) - 1):
            continue
        path.append(_whole(str(part)))
    return path


def _remedy(kind: str, context: Mapping[str, Any]) -> str:
    try:
        return _REMEDIES.get(kind, _OTHERWISE).format(**context)[:LONGEST]
    except (KeyError, IndexError):
        return _OTHERWISE


def _whole(text: str) -> str:
    """A text that UTF-8 can hold: JSON may name half a surrogate pair, which no answer can repeat."""
    return text.encode("utf-8", "backslashreplace").decode()
