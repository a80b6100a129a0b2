"""Reads an alert in the Common Alerting Protocol, version 1.2 (OASIS, 1 July 2010), and refuses all else in sentences.

The XML is hostile: it is at most 1 MiB, has no document type and so no entities (defusedxml), and every text, count
and number in it is bounded. Taken are alerts, updates and cancels that are actual or an exercise; drafts, tests,
acknowledgements and messages of the network to itself are no incident. Several languages (`info`) and areas are kept;
the areas of all languages together hold. What is signed is not checked: whoever posts an alert is signed in here.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from hub.core import areas
from hub.core.areas import Circle, Point, Polygon, Shape
from hub.core.incidents import Alert, Named, Words
from hub.core.instant import parse
from hub.errors import HubError

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
MOST_BYTES: Final = 1 << 20
MOST_INFOS: Final = 20
MOST_AREAS: Final = 200
MOST_REFERENCES: Final = 200
_LONGEST: Final = {"event": 200, "headline": 500, "description": 10_000, "instruction": 10_000}
_AREA: Final = 1000
_NAME: Final = re.compile(r"[^\s,<&]{1,200}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,4}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", re.ASCII)
_NUMBER: Final = re.compile(r"[-+]?\d{1,6}(\.\d{1,15})?", re.ASCII)
_SEVERITIES: Final = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
_URGENCIES: Final = ("Immediate", "Expected", "Future", "Past", "Unknown")
_NO_INCIDENT: Final = {
    "Draft": "it is a draft", "Test": "it is a technical test, to be disregarded",
    "System": "it is a message of the alert network to itself", "Ack": "it acknowledges another message",
    "Error": "it refuses another message",
}  # fmt: skip


class CapError(HubError):
    """There is no alert that an incident can be made of."""


def read(data: bytes) -> Alert:
    """The alert. Raises CapError, which says where it is wrong."""
    root = _root(data)
    status, kind = _word(root, "status", ("Actual", "Exercise", *_NO_INCIDENT)), _text(root, "msgType", 20)
    for word in (status, kind):
        if word in _NO_INCIDENT:
            raise CapError(f"No incident is made of this alert: {_NO_INCIDENT[word]}.")
    if kind not in ("Alert", "Update", "Cancel"):
        raise CapError(f"msgType is {kind!r}: CAP 1.2 knows Alert, Update, Cancel, Ack and Error.")
    references = _references(_text(root, "references", 100_000, needed=False))
    if kind != "Alert" and not references:
        raise CapError(f"This {kind.lower()} names no alert in <references>, so nobody knows what it is about.")
    infos = _all(root, "info", MOST_INFOS)
    if kind != "Cancel" and not infos:
        raise CapError("There is no <info> in it: it says neither what happened nor where.")
    first = infos[0] if infos else None
    return Alert(
        name=Named(_name(root, "sender"), _name(root, "identifier"), _time(root, "sent") or 0), kind=kind,
        references=references, exercise=status == "Exercise",
        severity="Unknown" if first is None else _word(first, "severity", _SEVERITIES),
        urgency="Unknown" if first is None else _word(first, "urgency", _URGENCIES),
        onset=None if first is None else _time(first, "onset", needed=False),
        expires=None if first is None else _time(first, "expires", needed=False),
        words=tuple(_words(info) for info in infos), shapes=_shapes(infos),
    )  # fmt: skip


def _root(data: bytes) -> Element:
    if len(data) > MOST_BYTES:
        raise CapError(f"The alert has {len(data) >> 10} KiB; {MOST_BYTES >> 10} KiB are allowed.")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise CapError("The alert has a document type or entities, which no CAP alert needs.") from error
    except (ParseError, ValueError, LookupError) as error:  # an encoding that is none is a LookupError
        raise CapError(f"The alert is no well-formed XML: {str(error)[:100]}.") from error
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise CapError(f"The document is no <alert> of CAP 1.2: its root is {root.tag[:100]!r}.")
    return root


def _all(parent: Element, tag: str, most: int) -> list[Element]:
    found = parent.findall(f"{{{NAMESPACE}}}{tag}")
    if len(found) > most:
        raise CapError(f"There are {len(found)} <{tag}>; {most} are allowed.")
    return found


def _text(parent: Element, tag: str, longest: int, *, needed: bool = True) -> str:
    found = parent.find(f"{{{NAMESPACE}}}{tag}")
    text = "" if found is None or found.text is None else found.text.strip()
    if needed and not text:
        raise CapError(f"<{tag}> is missing or empty.")
    if len(text) > longest:
        raise CapError(f"<{tag}> has {len(text):,} characters; {longest:,} are allowed.")
    return text


def _word(parent: Element, tag: str, words: tuple[str, ...]) -> str:
    found = _text(parent, tag, 20)
    if found not in words:
        raise CapError(f"<{tag}> is {found!r}; CAP 1.2 knows {', '.join(words)}.")
    return found


def _name(parent: Element, tag: str) -> str:
    found = _text(parent, tag, 200)
    if not _NAME.fullmatch(found):
        raise CapError(f"<{tag}> holds spaces, commas, < or &, which CAP 1.2 forbids: {found[:60]!r}.")
    return found


def _time(parent: Element, tag: str, *, needed: bool = True) -> int | None:
    text = _text(parent, tag, 40, needed=needed)
    return _moment(tag, text) if text else None


def _moment(tag: str, text: str) -> int:
    """CAP 1.2, 3.3.2: an offset and never Z; -00:00 is UTC."""
    if _TIME.fullmatch(text):
        try:
            return parse(text.replace("-00:00", "+00:00") if text.endswith("-00:00") else text)
        except ValueError as error:
            raise CapError(f"<{tag}> is no time that there is: {text!r}.") from error
    raise CapError(f"<{tag}> is {text[:40]!r}; CAP 1.2 writes times like 2026-11-23T08:15:00+08:00.")


def _references(text: str) -> tuple[Named, ...]:
    triples = text.split()
    if len(triples) > MOST_REFERENCES:
        raise CapError(f"<references> names {len(triples)} messages; {MOST_REFERENCES} are allowed.")
    found = []
    for triple in triples:
        parts = triple.split(",")
        if len(parts) != 3 or not (_NAME.fullmatch(parts[0]) and _NAME.fullmatch(parts[1])):
            raise CapError(f"<references> holds {triple[:80]!r}; CAP 1.2 writes sender,identifier,sent.")
        found.append(Named(parts[0], parts[1], _moment("references", parts[2])))
    return tuple(found)


def _words(info: Element) -> Words:
    language = _text(info, "language", 40, needed=False) or "en-US"
    if not _LANGUAGE.fullmatch(language):
        raise CapError(f"<language> is {language!r}; write it like en or zh-CN (RFC 3066).")
    told = {tag: _text(info, tag, most, needed=tag == "event") for tag, most in _LONGEST.items()}
    places = [_text(area, "areaDesc", _AREA) for area in _all(info, "area", MOST_AREAS)]
    return Words(language=language, area="; ".join(dict.fromkeys(places))[:_AREA], **told)


def _shapes(infos: list[Element]) -> tuple[Shape, ...]:
    """Polygons and circles of all languages; what several of them repeat stands once."""
    found: dict[Shape, None] = {}
    points = 0
    for info in infos:
        for shape in _drawn(info):
            wrong = areas.reason(shape)
            if wrong is not None:
                raise CapError(f"An area of the alert cannot be used: {wrong}.")
            if shape not in found:
                found[shape] = None
                points += len(shape.ring) if isinstance(shape, Polygon) else 1
            if points > areas.MOST_POINTS or len(found) > MOST_AREAS:
                raise CapError(f"The areas have too many corners: {areas.MOST_POINTS:,} are allowed.")
    return tuple(found)


def _drawn(info: Element) -> Iterator[Shape]:
    for area in _all(info, "area", MOST_AREAS):
        for polygon in _all(area, "polygon", MOST_AREAS):
            yield Polygon(tuple(_point(pair) for pair in (polygon.text or "").split()))
        for circle in _all(area, "circle", MOST_AREAS):
            parts = (circle.text or "").split()
            if len(parts) != 2 or not _NUMBER.fullmatch(parts[1]):
                raise CapError("<circle> is written as latitude,longitude and the radius in km after a space.")
            if float(parts[1]):  # a radius of 0 stands for no area that was measured (CAP 1.2 examples)
                yield Circle(_point(parts[0]), float(parts[1]))


def _point(pair: str) -> Point:
    lat, _, lon = pair.partition(",")
    if not (_NUMBER.fullmatch(lat) and _NUMBER.fullmatch(lon)):
        raise CapError(f"{pair[:60]!r} is no position; CAP 1.2 writes latitude,longitude in degrees.")
    return float(lat), float(lon)
