"""GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax), uncompressed: a web address that names an item.

    https://example.org/any/stem/01/09501101530003/10/LOT?17=271231&linkType=x#y

The path ends in a key and its qualifiers, in the order that wire/ai_table.py gives; behind the question mark stand
attributes. Names that are not numbers are no AIs and do not matter. Names in letters for AIs (`/gtin/`) were withdrawn
from the standard and are not read.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from wire.ai_entries import ENTRIES
from wire.ai_table import LINKED, NO_ATTRIBUTE
from wire.checkdigits import is_digits
from wire.elements import LONGEST_VALUE, Element, judge

_SHORT_GTINS: Final = frozenset({8, 12, 13})
_URI = re.compile(r"[0-9A-Za-z._~:/?#\[\]@!$&'()*+,;=%-]*").fullmatch
_SCHEME = re.compile(r"https?://", re.IGNORECASE).match
_HOST = re.compile(r"(?:[0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?").fullmatch
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def is_web_address(text: str) -> bool:
    """Whether a text begins like a web address."""
    return text[:4].lower() == "http" and _SCHEME(text) is not None


def read(uri: str, *, short_gtins: bool = True) -> tuple[list[Element], list[str]]:
    """The elements of a URI, key first, and its faults as sentences. Never raises; without a key there is no element.

    `short_gtins`: take a GTIN of 8, 12 or 13 digits, as the first releases of the standard let it be written, for one
    of 14 with zeros in front; else it is a fault.
    """
    faults: list[str] = []
    scheme = _SCHEME(uri)
    if scheme is None:
        return [], ["the address does not begin with http:// or https://"]
    if scheme[0] not in {"http://", "https://", "HTTP://", "HTTPS://"}:
        faults.append("the scheme of the address is partly in capitals")
    if not _URI(uri):
        faults.append("the address has characters that no web address has")
    address, _, query = uri[scheme.end() :].partition("#")[0].partition("?")
    host, _, path = address.partition("/")
    found = _HOST(host)
    if found is None or int(found[1] or 0) > 65_535:
        faults.append(f"{host[:100]!r} is no host")
    segments = path.split("/")
    start = next((at for at in range(len(segments) - 2, -1, -2) if segments[at] in LINKED), None)
    if start is None:
        return [], [*faults, "the path does not end in a key of GS1 and its qualifiers"]
    names = tuple(segments[start::2])
    pairs = [(ai, _unescaped(value)) for ai, value in zip(names, segments[start + 1 :: 2], strict=True)]
    if names not in _PATHS:
        faults.append(f"the AIs {', '.join(names)[:60]} may not follow one another in a path")
    if query:
        pairs += _attributes(query, _PATHS.get(names, frozenset()), faults)
    return _elements(pairs, faults, short_gtins=short_gtins), faults


def _elements(pairs: Sequence[Element], faults: list[str], *, short_gtins: bool) -> list[Element]:
    elements: dict[str, str] = {}
    for ai, value in pairs:
        if ai not in ENTRIES:
            faults.append(f"unknown AI {ai[:20]!r}")
            continue
        if ai == "01" and short_gtins and len(value) in _SHORT_GTINS:
            value = value.zfill(14)  # noqa: PLW2901
        if ai in elements:
            faults.append(f"the {ENTRIES[ai].title} (AI {ai}) is there twice")
        elif judge(ai, value, faults):
            elements[ai] = value[:LONGEST_VALUE]
    return list(elements.items())


def _attributes(query: str, of_path: frozenset[str], faults: list[str]) -> list[Element]:
    found = []
    for parameter in query.split("&"):
        name, equals, value = parameter.partition("=")
        if not equals or not is_digits(name):
            continue
        found.append((name, _unescaped(value.replace("+", " "))))
        if name in NO_ATTRIBUTE or name in of_path:
            faults.append(f"AI {name} may not stand behind the question mark here")
    return found


def _paths() -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    """Every row of AIs that a path may end in, and the AIs that could stand there too."""
    for key, rows in LINKED.items():
        for qualifiers in (row.split() for row in rows):
            for some in range(1 << len(qualifiers)):
                present = [ai for at, ai in enumerate(qualifiers) if some >> at & 1]
                others = {ai for row in rows if set(present) <= set(row.split()) for ai in row.split()}
                yield (key, *present), frozenset(others - set(present))


_PATHS: Final = dict(_paths())


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value) if "%" in value else value
