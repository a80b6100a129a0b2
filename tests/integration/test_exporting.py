"""What leaves for a spreadsheet is text where it was text, and only what its reader may see."""

import csv
import inspect
import io
import re
from contextlib import closing

import pytest
from fastapi.routing import APIRoute
from openpyxl import load_workbook

from hub.api.app import routes
from hub.api.routes.exporting import LISTINGS
from hub.core.access import API, EXPORTED
from hub.core.viewer import Role
from hub.tables.exporting import neutral
from tests.support.deciding import deciding
from tests.support.facts import goods, scan
from wire.display import shown

HOSTILE = {
    "formula": '=HYPERLINK("http://evil","x")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(A1)",
    "full width": "＝1+1",
    "tab": "\t=1",
    "script": "<script>alert(1)</script>",
    "sql": "'); DROP TABLE item; --",
    "nul": "a\x00b",
    "right to left": "\u202egnp.exe",
    "comma and quotes": 'a,"b"\n=c',
    "long": "x" * 4000,
}

WITHOUT = {
    "balances", "journal", "trace", "story", "quarantine", "gaps", "recall", "recall/holders",
    "devices/{name}/commands", "devices/{name}/presence", "stations/{site}",
}  # fmt: skip
"""Lists without a file: of the machine room, of one thing, with a file of another shape, or about people's data."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with deciding(tmp_path_factory.mktemp("hub")) as made:
        hostile = [scan(text, n=2, owner="caritas") for text in HOSTILE.values()]
        made.tell("a", *hostile, scan(goods(lot="-L1", expiry=20270131), n=240, owner="red-cross"))
        with made.ledger.database.write() as connection:
            connection.exec_driver_sql(
                "INSERT INTO item (gtin, name, name_zh, unit, category) SELECT substr(item, 6), '=1+1', '毛毯', '', ''"
                " FROM lot WHERE item LIKE 'gtin:%' LIMIT 1"
            )
        yield made


def rows_of(client, **query):
    answer = client.get("/api/v1/exports/stock.csv", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_nothing_in_the_csv_is_a_formula_and_numbers_are_numbers(hub):
    with closing(hub.web.client()) as client:
        rows = rows_of(client)
    assert len(rows) == len(HOSTILE) + 1
    for row in rows:
        assert all(not value.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")) for value in row.values())
        assert all(value.isprintable() for value in row.values())
    (known,) = [row for row in rows if row["gtin"]]
    assert (known["name"], known["name_zh"], known["lot"]) == ("'=1+1", "毛毯", "'-L1")
    assert (known["expiry"], known["quantity"]) == ("2027-01-31", "240")
    assert {row["quantity"] for row in rows} == {"2", "240"}


def test_every_text_in_the_workbook_is_a_text(hub):
    with closing(hub.web.client()) as client:
        answer = client.get("/api/v1/exports/stock.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert {cell.value for cell in cells if cell.data_type == "n"} == {2, 240}
    assert "=1+1" in {cell.value for cell in cells}


def test_staff_export_what_their_organisation_owns(hub):
    with hub.staff("red-cross") as client:
        answer = client.get("/exports/stock.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["owner"] for row in rows} == {"red-cross"}
    with closing(hub.web.client(Role.AUDITOR)) as client:
        assert len(rows_of(client, owner="caritas")) == len(HOSTILE)


def test_a_large_stock_comes_page_by_page_and_whole(hub, monkeypatch):
    monkeypatch.setattr("hub.api.listing.PAGE", 2)
    with closing(hub.web.client()) as client:
        rows = rows_of(client)
    assert len({(row["account"], row["item"], row["lot"]) for row in rows}) == len(HOSTILE) + 1


@pytest.mark.parametrize("text", HOSTILE.values())
def test_a_text_is_changed_only_where_a_spreadsheet_would_compute_it(text):
    assert neutral(text) in (shown(text, 5000), "'" + shown(text, 5000))
    assert neutral("毛毯 Blanket") == "毛毯 Blanket"
    assert neutral(-5) == -5


@pytest.mark.parametrize("name", sorted(EXPORTED))
def test_each_list_can_be_had_as_both_kinds_of_file_with_the_same_headings(hub, name):
    with closing(hub.web.client()) as client:
        text, book = (client.get(f"/api/v1/exports/{name}.{suffix}") for suffix in ("csv", "xlsx"))
    assert (text.status_code, book.status_code) == (200, 200), text.text
    headings = next(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert [cell.value for cell in next(iter(sheet.rows))] == headings == list(LISTINGS[name].headings)
    assert len(set(headings)) == len(headings)
    assert f'filename="{name}-2027-01-15.' in text.headers["content-disposition"]


def test_every_list_that_comes_in_pages_has_a_file_or_a_reason_to_have_none():
    paged = {
        route.path
        for route in routes()
        if isinstance(route, APIRoute) and "cursor" in inspect.signature(route.endpoint).parameters
    }
    assert paged - set(EXPORTED.values()) == {f"{API}/{name}" for name in WITHOUT}


@pytest.mark.parametrize("name", sorted(EXPORTED))
def test_what_a_file_holds_are_fields_of_its_list(name):
    listing = LISTINGS[name]
    (route,) = [each for each in listing.router.routes if each.path == EXPORTED[name] and "GET" in each.methods]
    schema = route.response_model.model_json_schema()
    lists = {field: each for field, each in schema["properties"].items() if each.get("type") == "array"}
    (rows,) = [lists["rows"]] if "rows" in lists else lists.values()
    for column in listing.columns.split():
        here = rows["items"]
        for part in column.removesuffix("+").split("."):
            fields = schema["$defs"][reference(here)]["properties"] if "$ref" in str(here) else {}
            assert part in fields or "additionalProperties" in str(here), (name, column)
            here = fields.get(part, {})


def reference(shape):
    return re.search(r"#/\$defs/(\w+)", str(shape))[1]


def test_stock_can_be_narrowed_to_one_condition(hub):
    with closing(hub.web.client()) as client:
        assert len(rows_of(client, condition="good")) == len(HOSTILE) + 1
        assert rows_of(client, condition="damaged") == []
        assert client.get("/api/v1/stock", params={"condition": "damaged"}).json()["rows"] == []
        assert client.get("/api/v1/stock", params={"condition": "odd"}).status_code == 422
