"""A barcode that holds script, SQL, a zero, 4 kB or marks of direction is text wherever it is shown or printed."""

import csv
import io
import itertools
import json
import re
from contextlib import closing

import pytest
from typer.testing import CliRunner

from docs.generate_openapi import TARGET
from hub.__main__ import app
from hub.core.access import EXPORTED
from tests.support.deciding import deciding
from tests.support.facts import scan
from tests.support.printed import codes_on, from_pdf, from_zpl

HOSTILE = [
    "<script>alert('x')</script><img src=x onerror=alert(1)>",
    "'; DROP TABLE lot; DELETE FROM balance; --",
    "zero\x00inside\x1b[2J\x07",
    "\u202egnp.exe\u2066\u200f\u061c",
    "=cmd|' /C calc'!A0",
    "{{7*7}}${7*7}%s%n",
    "long" * 1024,
    "line\u2028ends\u2029here\ufeff\ufff9.",
]

COMPUTED = re.compile(r"[=+@＝＋＠]|[-－](?![0-9.]+$)")
"""How a cell begins that a spreadsheet computes; a number below zero is one."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with deciding(tmp_path_factory.mktemp("hub")) as made:
        made.tell("a", *(scan(text, n=1) for text in HOSTILE))
        yield made


@pytest.fixture(scope="module")
def client(hub):
    with closing(hub.web.client()) as made:
        yield made


def test_the_interface_gives_every_code_back_as_the_text_that_it_is(client):
    for path in ("stock", "balances", "journal", "discrepancies"):
        answer = client.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
    labels = [row["item"]["labels"][0] for row in client.get("/api/v1/journal").json()["rows"]]
    assert labels == HOSTILE
    shown = {row["item"] for row in client.get("/api/v1/stock").json()["rows"]}
    assert {f"text:{text}" for text in HOSTILE if len(text) < 200} <= shown


ASKING = {"code", "item", "lot", "text"}
"""What lists are narrowed by that somebody scans or types."""
FIELDS = sorted(
    (path, field["name"])
    for path, methods in json.loads(TARGET.read_bytes())["paths"].items()
    for field in methods.get("get", {}).get("parameters", ())
    if field["in"] == "query" and field["name"] in ASKING and "/exports/" not in path
)


def test_the_fields_that_hostile_texts_are_tried_in_are_those_of_the_lists():
    assert len(FIELDS) > 30
    assert {name for _, name in FIELDS} == ASKING


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_code_can_be_looked_up_and_breaks_no_question(client, text):
    turn = HOSTILE.index(text) % 4  # each field is tried with two texts
    for path, key in FIELDS[turn::4]:
        answer = client.get(path, params={key: text})
        assert answer.status_code in (200, 404, 422), (path, answer.text)
        assert answer.headers["content-type"] in ("application/json", "application/problem+json")
    assert client.get("/api/v1/trace", params={"code": text}).json()["events"][0]["labels"] == [text]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_problem_repeats_a_hostile_text_as_text(client, text):
    answer = client.post("/api/v1/labels", json={"kind": "goods", "labels": [{"code": text[:200]}]})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert json.loads(answer.text)["code"] == "cannot-print"


def test_exports_hold_no_character_that_does_not_show_itself(client):
    text = client.get("/api/v1/exports/stock.csv").text.removeprefix("\ufeff")
    assert all(line.isprintable() for line in text.split("\r\n"))
    assert "\\u202egnp.exe" in text
    assert client.get("/api/v1/exports/stock.xlsx").status_code == 200


def test_no_list_as_a_file_holds_a_formula_or_what_does_not_show_itself(client):
    found = set()
    for name in EXPORTED:
        answer = client.get(f"/api/v1/exports/{name}.csv")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        cells = set(itertools.chain(*csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))))
        assert [cell for cell in cells if not cell.isprintable() or COMPUTED.match(cell)] == [], name
        found |= {name} if any("calc'!A0" in cell for cell in cells) else set()
    assert {"stock", "movements", "holdings"} <= found


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_draws_a_hostile_text_and_its_bars_stay_readable(client, text):
    label = {"code": "QUILT", "title": text[:300], "lines": [text[:300]]}
    asked = {"kind": "goods", "labels": [label]}
    ((page, _),) = from_pdf(client.post("/api/v1/labels", json=asked).content)
    printer = client.post("/api/v1/labels", json=asked | {"format": "zpl"}).content
    assert printer.isascii()
    assert printer.count(b"^") == 9, "no text becomes a command of the printer"
    for image in (page, from_zpl(printer)):
        assert {code for _, code in codes_on(image)} == {"RR:G:QUILT"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_shows_the_cells_of_a_hostile_table_as_text(tmp_path, hub, text):
    table = tmp_path / "table.csv"
    quoted = text.replace('"', '""')
    table.write_text(f'gtin,name\n"{quoted}","{quoted}"\n', encoding="utf-8", newline="")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "hub.db").write_bytes(b"")
    found = CliRunner().invoke(app, ["import", "catalogue", str(table), "--data", str(folder)])
    assert found.exit_code == 1
    assert all(line.isprintable() for line in found.output.splitlines())
