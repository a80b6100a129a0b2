"""The region's own map: shown if it is whole, told why if it is not, read by ranges."""

import gzip
import json
import os

import pytest

from hub.base_map import FILE, UNNAMED, BaseMap
from hub.core.pmtiles import HEADER_BYTES
from hub.core.viewer import Role
from tests.support.hubweb import serving

ROOT = b"\x01\x00\x01\x05\x01"
TILE = b"tile!"
SAID = {"name": "Own county", "attribution": '<a href="https://example.org/x">&copy; Map\nmakers</a>'}
DEEP = [b'{"x":' + b"[" * 500_000, b'{"x":' + b'{"a":' * 100_000, b'{"attribution":"\xff"}']
NAMELESS = [{}, b"no json", *DEEP, {"attribution": 7}, {"attribution": "<script>"}, {"attribution": "x" * 9999}]


def tiles(said=SAID, *, packing=1, version=3, kind=1, zooms=(0, 12), bounds=(104.0, 29.0, 106.0, 31.0), root=None):
    """A PMTiles file with one tile, written field by field from the table of the specification."""
    told = said if isinstance(said, bytes) else json.dumps(said).encode()
    told = gzip.compress(told) if packing == 2 else told
    start = HEADER_BYTES + len(ROOT)
    data = start + len(told)
    numbers = (HEADER_BYTES, len(ROOT) if root is None else root, start, len(told), data, 0, data, len(TILE), 1, 1, 1)
    head = b"PMTiles" + bytes([version])
    head += b"".join(number.to_bytes(8, "little") for number in numbers)
    head += bytes([1, packing, 1, kind, *zooms])
    head += b"".join(round(edge * 1e7).to_bytes(4, "little", signed=True) for edge in bounds)
    head += bytes([5]) + b"\0" * 8
    return head + ROOT + told + TILE


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("region")
    with serving(folder, base_map=BaseMap(folder / FILE)) as web:
        yield web, folder / FILE


@pytest.fixture
def put(served):
    """Puts a file into the data folder, and asks what is told of the region."""
    web, path = served
    written = iter(range(1, 1000))

    def put(data):
        path.write_bytes(data)
        os.utime(path, ns=(next(written), 10**18 + hash(data) % 10**9))
        region = web.get("/region")
        return region["base_map"], region["base_map_fault"]

    yield put
    path.unlink(missing_ok=True)


def test_without_a_file_there_is_a_region_and_no_map(served):
    web, _ = served
    assert (web.get("/region")["base_map"], web.get("/region")["base_map_fault"]) == (None, None)
    with web.client(Role.CLERK) as client:
        answer = client.get("/api/v1/region.pmtiles")
    assert (answer.status_code, answer.json()["code"]) == (404, "no-map")


@pytest.mark.parametrize("packing", [1, 2])
def test_a_map_is_told_with_its_edges_and_with_whose_it_is_as_text(put, packing):
    own, fault = put(tiles(packing=packing))
    assert fault is None
    assert (own["name"], own["attribution"], own["tiles"]) == ("Own county", "© Map makers", "mvt")
    assert (own["min_zoom"], own["max_zoom"], own["bbox"]) == (0, 12, [104.0, 29.0, 106.0, 31.0])
    assert own["size"] == len(tiles(packing=packing))


@pytest.mark.parametrize("said", NAMELESS)
def test_a_map_whose_owner_nobody_can_name_is_shown_and_says_so(put, said):
    assert put(tiles(said))[0]["attribution"] == UNNAMED


def test_marks_of_direction_and_zeros_in_its_words_show_themselves(put):
    own, _ = put(tiles(SAID | {"attribution": "evil\u202e\x00name"}))
    assert "\u202e" not in own["attribution"]
    assert "\x00" not in own["attribution"]


def test_a_pipe_in_its_place_keeps_nobody_waiting(served):
    web, path = served
    os.mkfifo(path)
    try:
        assert "no file" in web.get("/region")["base_map_fault"]
    finally:
        path.unlink()


def test_ranges_without_end_or_sense_are_answered_with_no_more_than_the_file(put, served):
    web, _ = served
    put(tiles())
    many = ",".join(f"{n % 9}-" for n in range(3000))
    with web.client(Role.CLERK) as client:
        for asked in (
            many,
            "bytes=0-,0-,0-,0-",
            "bytes=-0",
            "bytes=9-3",
            "bytes=x-y",
            "bits=1-2",
            "bytes=" + "9" * 5000,
        ):
            answer = client.get("/api/v1/region.pmtiles", headers={"Range": asked})
            assert answer.status_code in {200, 206, 400, 416}
            assert len(answer.content) <= len(tiles())
            assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_metadata_that_unpacks_without_end_is_left_alone(put):
    assert put(tiles(b" " * 20_000_000, packing=2))[0]["attribution"] == UNNAMED


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no PMTiles"),
        (b"<!doctype html>" * 20, "no PMTiles"),
        (tiles()[:100], "no PMTiles"),
        (tiles()[:-1], "not copied whole"),
        (tiles(version=2), "version 2"),
        (tiles(kind=0), "kind"),
        (tiles(kind=9), "kind"),
        (tiles(zooms=(9, 3)), "zooms"),
        (tiles(root=0), "root directory"),
        (tiles(root=2**40), "root directory"),
        (tiles(bounds=(106, 29, 104, 31)), "edges"),
        (tiles(bounds=(104, -91, 106, 31)), "edges"),
    ],
)
def test_a_file_that_is_no_whole_map_is_not_offered_and_the_reason_is_told(put, served, data, why):
    own, fault = put(data)
    assert own is None
    assert why in fault
    with served[0].client(Role.ADMIN) as client:
        answer = client.get("/api/v1/region.pmtiles")
    assert answer.status_code == 404
    assert why in answer.json()["hint"]


def test_a_map_that_is_replaced_is_read_anew_without_a_restart(put):
    before = put(tiles())[0]["version"]
    own, _ = put(tiles(SAID | {"name": "New"}))
    assert own["name"] == "New"
    assert own["version"] != before


def test_the_page_reads_ranges_of_it_and_only_when_signed_in(put, served):
    web, _ = served
    put(tiles())
    with web.client(Role.COURIER) as client:
        first = client.get("/api/v1/region.pmtiles", headers={"Range": "bytes=0-126"})
        assert (first.status_code, first.content) == (206, tiles()[:127])
        assert first.headers["content-range"] == f"bytes 0-126/{len(tiles())}"
        last = client.get("/api/v1/region.pmtiles", headers={"Range": "bytes=-5", "If-Range": first.headers["etag"]})
        assert (last.status_code, last.content) == (206, TILE)
        assert client.get("/api/v1/region.pmtiles", headers={"Range": "bytes=9999-"}).status_code == 416
        whole = client.get("/api/v1/region.pmtiles")
        assert (whole.content, whole.headers["content-type"]) == (tiles(), "application/vnd.pmtiles")
        assert "no-store" not in whole.headers["cache-control"]
    with web.client(None) as client:
        assert client.get("/api/v1/region.pmtiles").status_code == 401
