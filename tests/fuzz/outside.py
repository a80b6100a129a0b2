"""The same for what is read beside devices' messages: pages, alerts, tables, maps, answers, and what people type."""

from contextlib import suppress
from typing import Final

import msgspec

from edge.door import _said
from edge.ui import wishes
from hub import cap
from hub.core import areas, parcel_answers, pmtiles, views
from hub.core.pmtiles import TilesError
from hub.photos import PhotoError, drawn_anew
from hub.tables import delimited, workbook
from hub.tables.checking import check
from hub.tables.grid import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, TableError
from hub.tables.judging import Known
from hub.tables.kinds import KINDS
from wire import codes, collecting
from wire.errors import DecodeError

MOST_VERSES: Final = 10_000
_KNOWN: Final = Known(
    sites=frozenset({"wh-1"}),
    organisations=frozenset({"red-cross"}),
    gtins=frozenset({"09501101530003"}),
    bins=frozenset({("wh-1", "a01")}),
    codes=frozenset({"tent"}),
)


def page(data: bytes) -> None:
    """What a terminal's page says is understood or nothing; a view is within the world, and what is served holds it."""
    for read in (wishes.from_page, wishes.attach):
        said = read(data)
        if said is not None:
            assert read(msgspec.json.encode(said)) == said
        if isinstance(said, wishes.Scan):
            assert 0 < len(said.data) <= wishes.MOST_DATA
    with suppress(ValueError):
        seen = views.looked(data)
        area = views.around(seen)
        assert area.covers(seen), (seen, area)
        assert views.WORLD.covers(area), area


def alert(data: bytes) -> None:
    """An alert is refused with a sentence, or has bounded words and areas that can be drawn."""
    try:
        found = cap.read(data)
    except cap.CapError:
        return
    assert len(found.words) <= cap.MOST_INFOS
    assert len(found.references) <= cap.MOST_REFERENCES
    assert all(areas.reason(shape) is None for shape in found.shapes)
    for words in found.words:
        assert max(map(len, (words.event, words.headline, words.description, words.instruction))) <= MOST_VERSES


def table(data: bytes) -> None:
    """A table of some kind is none, or is told with its faults by row, each with a remedy."""
    with suppress(TableError):
        workbook._look(data)
    try:
        grid = delimited.read(data)
    except TableError:
        return
    assert len(grid.rows) <= MOST_ROWS
    assert len(grid.headings) <= 10 * MOST_COLUMNS
    found = check(grid, list(KINDS.values())[len(data) % len(KINDS)], _KNOWN)
    assert found.total >= len(found.faults)
    for fault in found.faults:
        assert 0 <= fault.row <= max((row.number for row in grid.rows), default=1)
        assert fault.message
        assert fault.remedy
    for _, record in found.records:
        assert all(len(value) <= LONGEST_CELL for value in record.values() if isinstance(value, str))


def tiles(data: bytes) -> None:
    """A map is refused with a sentence, or shows a part of the world; its words are bounded."""
    with suppress(TilesError):
        found = pmtiles.header(data, len(data))
        west, south, east, north = found.bounds
        assert views.WORLD.covers(views.view(west / 1e7, south / 1e7, east / 1e7, north / 1e7))
        assert sum(found.metadata) <= len(data)
        start, length = found.metadata
        words = pmtiles.metadata(data[start : start + length], found.packing)
        assert max(len(words.name), len(words.attribution)) <= pmtiles.LONGEST
    for packing in pmtiles.Packing:
        with suppress(TilesError):
            pmtiles.metadata(data, packing)


def picture(data: bytes) -> None:
    """A picture is refused with a sentence, or drawn anew within its bounds, without what stood beside it."""
    with suppress(PhotoError):
        made = drawn_anew(data)
        assert made.startswith(b"\xff\xd8")
        assert b"CAMERA" not in made


def claims(data: bytes) -> None:
    """What devices and hub say of parcels, and any refusal of whoever answers at a hub's address."""
    for decode in (collecting.decode_claim, collecting.decode_claimed, collecting.decode_sealed):
        with suppress(DecodeError):
            found = decode(data)
            assert decode(collecting.encode(found)) == found
    for status in (400, 503):
        said = _said(status, data)
        assert len(said) <= 500
        assert said.isprintable()


def typed(data: bytes) -> None:
    """What people type or scan for a parcel or a command is of some kind, or none; a code's check digit is right."""
    text = data.decode("utf-8", "replace")
    found = parcel_answers.read(text)
    if isinstance(found, collecting.Code):
        assert found.mark in range(100)
        assert collecting.read_code(collecting.code_of(found.mark, found.secret)) == found
    elif found is not None:
        assert 0 < len(found.ids) <= 2 * parcel_answers.LONGEST
    for read in (codes.read, codes.typed):
        code = read(text)
        if code is not None and not code.fault:
            assert codes.typed(codes.printed(code.name, code.value)) is not None


TARGETS: Final = (page, alert, table, tiles, picture, claims, typed)
