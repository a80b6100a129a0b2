"""Labels and command cards over HTTP: what comes out is read by a barcode reader, whatever the texts hold."""

import pytest

from hub.core.viewer import Role
from hub.fonts import FontError, find, load
from tests.support.hubweb import serving
from tests.support.printed import codes_on, from_pdf, from_zpl

SSCC = "395011010000000019"


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("hub")) as server:
        yield server


@pytest.mark.parametrize(
    ("kind", "label", "expected"),
    [
        ("place", {"code": "wh-1/A-01", "title": "A-01", "lines": ["浦东仓库"]}, {"RR:L:wh-1/A-01"}),
        ("badge", {"code": "7QK2M9ZT", "title": "李小龙"}, {"RR:B:7QK2M9ZT"}),
        ("goods", {"code": "QUILT", "title": "棉被"}, {"RR:G:QUILT"}),
        ("parcel", {"code": "P17", "title": "王女士"}, {"RR:P:P17"}),
        ("item", {"code": "010950110153000310L1", "title": "毛毯"}, {"010950110153000310L1"}),
        ("unit", {"code": SSCC, "owner": "红十字会", "to": "救助站"}, {f"00{SSCC}"}),
    ],
)
def test_every_kind_of_label_is_printed_as_pdf_and_as_zpl(web, kind, label, expected):
    with web.client(Role.OPERATOR) as client:
        asked = {"kind": kind, "labels": [label]}
        document = client.post("/api/v1/labels", json=asked)
        assert (document.status_code, document.headers["content-type"]) == (200, "application/pdf"), document.text
        ((page, size),) = from_pdf(document.content)
        assert {text for _, text in codes_on(page)} == expected
        assert size == pytest.approx((100, 50), abs=0.1)
        printer = client.post("/api/v1/labels", json=asked, headers={"Accept": "application/zpl"})
        assert printer.headers["content-type"] == "application/zpl"
        assert from_zpl(printer.content).tobytes() == page.tobytes()


def test_copies_are_pages_of_a_document_and_a_number_for_a_printer(web):
    asked = {"kind": "goods", "copies": 3, "labels": [{"code": "A"}, {"code": "B"}]}
    with web.client() as client:
        assert len(from_pdf(client.post("/api/v1/labels", json=asked).content)) == 6
        assert client.post("/api/v1/labels", json=asked | {"format": "zpl"}).content.count(b"^PQ3^XZ\n") == 2


def test_a_label_that_cannot_be_drawn_names_its_place_in_the_list(web):
    with web.client() as client:
        answer = client.post("/api/v1/labels", json={"kind": "goods", "labels": [{"code": "A"}, {"code": "no spaces"}]})
        assert (answer.status_code, answer.json()["code"]) == (422, "cannot-print")
        assert answer.json()["errors"][0]["pointer"] == "#/labels/1"
        narrow = {"kind": "goods", "width_mm": 20, "labels": [{"code": "A" * 40}]}
        assert "wider label" in client.post("/api/v1/labels", json=narrow).json()["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": []}, {"labels": [{"code": "A"}] * 101}, {"copies": 101}, {"width_mm": 301}, {"dpi": 601},
        {"labels": [{"code": "A", "title": "x" * 301}]}, {"labels": [{"code": "A", "lines": ["x"] * 21}]},
        {"format": "png"}, {"kind": "poster"},
    ],
)  # fmt: skip
def test_what_is_printed_at_once_has_bounds(web, wrong):
    with web.client() as client:
        answer = client.post("/api/v1/labels", json={"kind": "goods", "labels": [{"code": "A"}]} | wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"labels": [{"code": "A"}] * 11, "copies": 100}, "#/copies"),
        ({"labels": [{"code": "A"}] * 10, "width_mm": 300, "height_mm": 300, "dpi": 600}, "#/labels"),
    ],
)
def test_what_would_fill_the_memory_is_refused_before_it_is_drawn(web, wrong, field):
    with web.client() as client:
        answer = client.post("/api/v1/labels", json={"kind": "goods", "labels": [{"code": "A"}]} | wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "cannot-print"), answer.text
        assert answer.json()["errors"][0]["pointer"] == field


def test_the_sheet_of_commands_has_cards_for_tasks_too(web):
    with web.client(Role.CLERK) as client:
        answer = client.get("/api/v1/cards", params={"task": ["delivery:D1", "count:C7"], "dpi": 203})
        texts = {text for page, _ in from_pdf(answer.content) for _, text in codes_on(page)}
        assert {"RR:T:delivery:D1", "RR:T:count:C7", "RR:DO:receive", "RR:UNDO", "RR:D:7", "RR:N:240"} <= texts
        assert client.get("/api/v1/cards", params={"task": "no spaces"}).json()["code"] == "cannot-print"
        assert client.get("/api/v1/cards", params={"width_mm": 30, "height_mm": 30}).json()["code"] == "cannot-print"


def test_a_hub_without_a_font_says_which_package_to_install(tmp_path):
    def missing():
        return load(tmp_path / "no-font.ttf")

    with serving(tmp_path, font=missing) as web, web.client() as client:
        answer = client.post("/api/v1/labels", json={"kind": "goods", "labels": [{"code": "A"}]})
        assert (answer.status_code, answer.json()["code"]) == (503, "no-font")
        assert "fonts-wqy-microhei" in answer.json()["detail"]
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    with pytest.raises(FontError, match="cannot be used"):
        load(broken)
    assert find(None).is_file()
