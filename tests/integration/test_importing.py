"""Tables of spreadsheets over HTTP: every fault by row and column, all or nothing, twice is once."""

import io
import resource
import zipfile
from contextlib import closing

import httpx
import pytest
from openpyxl import Workbook
from sqlalchemy import event

from hub.core.viewer import Role
from hub.tables.grid import MOST_ROWS
from hub.tables.kinds import KINDS
from tests.support.deciding import deciding
from tests.support.hubweb import serving
from wire.checkdigits import check_digit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ORDER = ("organisations", "sites", "bins", "catalogue", "people", "settlements")


def send(client, kind, table, *, dry_run=False, content_type="text/csv", **query):
    content = table.encode() if isinstance(table, str) else table
    return client.post(
        "/api/v1/imports", params={"kind": kind, "dry_run": dry_run, **query}, content=content,
        headers={"Content-Type": content_type},
    )  # fmt: skip


def faults(client, kind, table, **query):
    answer = send(client, kind, table, dry_run=True, **query)
    assert answer.status_code == 200, answer.text
    return {(fault["row"], fault["column"]): fault for fault in answer.json()["faults"]}


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def web(tmp_path):
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def client(web):
    with closing(web.client()) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A client of one hub for the tests that leave nothing there, or the same."""
    with serving(tmp_path_factory.mktemp("hub")) as server, closing(server.client()) as made:
        yield made


def test_every_template_can_be_filled_in_and_is_taken_in_once(client):
    for kind in ORDER:
        table = client.get(f"/api/v1/imports/templates/{kind}.csv").content
        assert table.startswith(b"\xef\xbb\xbf")
        tried = send(client, kind, table, dry_run=True).json()
        assert (tried["taken"], tried["added"], tried["faults"]) == (False, 1, [])
        assert send(client, kind, table, dry_run=True).json()["added"] == 1, "trying changes nothing"
        assert (send(client, kind, table).json()["added"], send(client, kind, table).json()["same"]) == (1, 1)
    assert client.get("/api/v1/items").json()["items"][0]["name_zh"] == "毛毯"
    assert client.get("/api/v1/sites").json()["sites"][0]["lat"] == 31.2304


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_in_every_encoding_and_with_every_delimiter(shared, encoding, delimiter):
    rows = (("编号", "名称", "中文名"), ("red-cross", '"Red; ""Cross"", \t"', "红十字会"))
    table = "\r\n".join(delimiter.join(row) for row in rows)
    assert send(shared, "organisations", table.encode(encoding)).json()["taken"]
    (found,) = shared.get("/api/v1/organisations").json()["organisations"]
    assert found == {"id": "red-cross", "name": 'Red; "Cross",', "name_zh": "红十字会"}


def test_a_workbook_is_read_like_a_csv_and_its_spoilt_cells_are_told(client):
    good = workbook(["GTIN", "Name", "Name ZH", "Shelf days"], [9501101530003, "Blanket", "毛毯", 30.0])
    assert send(client, "catalogue", good, content_type=XLSX).json()["added"] == 1
    spoilt = workbook(
        ["GTIN", "Name"], [6.9e12, "rounded"], [12345678905, "zeros lost"], ["=B2", "formula"],
        ["09501101530003", "ok"], [9501101530003, "the same"], ["6.9E+12", "text"],
    )  # fmt: skip
    found = faults(client, "catalogue", spoilt, content_type=XLSX)
    assert [row for row, _ in found] == [2, 3, 4, 6, 7]
    assert "was rounded" in found[2, "GTIN"]["message"]
    assert "012345678905" in found[3, "GTIN"]["remedy"]
    assert "formula" in found[4, "GTIN"]["message"]
    assert "row 5 says 09501101530003 already" in found[6, "GTIN"]["message"]


def test_every_fault_of_a_table_is_told_at_once_and_nothing_of_it_is_taken_in(client):
    send(client, "organisations", "id,name\nred-cross,Red Cross\n")
    table = (
        "id,name,kind,lat,lon,datum,zone,rule_owner\n"
        "wh-1,Good,warehouse,31.2,121.4,WGS84,Asia/Shanghai,red-cross\n"
        "WH 2,Bad id,warehouse,31.2,121.4,WGS84,,\n"
        "wh-3,,shed,91,x,Mars,,\n"
        "wh-4,No datum,warehouse,31.2,121.4,,,\n"
        "wh-5,Half,warehouse,31.2,,WGS84,Asia/Shanghia,red-crss\n"
        "wh-1,Twice,warehouse,31.2,121.4,WGS84,,\n"
        "wh-6,New without place,warehouse,,,,,\n"
    )
    found = faults(client, "sites", table)
    assert set(found) == {
        (3, "id"), (4, "name"), (4, "kind"), (4, "lat"), (4, "lon"), (4, "datum"), (5, "datum"), (6, "lon"),
        (6, "zone"), (6, "rule_owner"), (7, "id"),
    }  # fmt: skip
    assert "write red-cross if that is meant" in found[6, "rule_owner"]["remedy"]
    assert all(fault["message"] and fault["remedy"] for fault in found.values())
    refused = send(client, "sites", table)
    assert (refused.status_code, refused.json()["code"]) == (422, "table-faults")
    assert {"row 3, id", "row 7, id"} <= {fault["field"] for fault in refused.json()["errors"]}
    assert client.get("/api/v1/sites").json()["sites"] == []
    alone = faults(client, "sites", "id,name,kind\nwh-6,New without place,warehouse\n")
    assert "a new site needs its position" in alone[2, "lat"]["message"]


def test_positions_are_converted_from_the_datum_that_the_table_or_the_asker_names(client):
    row = "id,name,kind,lat,lon{}\nwh-1,W,warehouse,31.17530398,121.53154186{}\n"
    for table, query in ((row.format(",坐标系", ",高德"), {}), (row.format("", ""), {"datum": "GCJ-02"})):
        assert send(client, "sites", table, **query).json()["taken"]
        (site,) = client.get("/api/v1/sites").json()["sites"]
        assert (site["lat"], site["lon"]) == pytest.approx((31.1774276, 121.5272106), abs=2e-7)


def test_a_column_that_is_missing_leaves_what_is_there(client):
    send(client, "catalogue", "gtin,name,name_zh,unit\n9501101530003,Blanket,毛毯,bale\n")
    changed = send(client, "catalogue", "条码,名称\n9501101530003,Quilt\n").json()
    assert (changed["changed"], changed["changes"][0]["fields"]) == (1, {"name": "Quilt"})
    (item,) = client.get("/api/v1/items").json()["items"]
    assert (item["name"], item["name_zh"], item["unit"]) == ("Quilt", "毛毯", "bale")


def test_items_may_contain_each_other_in_one_table_but_not_themselves(client):
    head = "gtin,name,contains_gtin,contains_n\n"
    case = "19501101530000,Case,9501101530003,12\n"
    assert (2, "contains_gtin") in faults(client, "catalogue", head + case)
    assert send(client, "catalogue", head + case + "9501101530003,Blanket,,\n").json()["added"] == 2
    loop = faults(client, "catalogue", head + "9501101530003,Blanket,19501101530000,12\n")
    assert "An item would contain itself" in loop[0, ""]["message"]
    assert send(client, "catalogue", head + case + "9501101530003,Blanket,,\n").json()["same"] == 2, (
        "it stayed as it was"
    )


def test_kits_of_a_table_are_put_together_of_what_it_says_and_of_nothing_else(client):
    kit, blanket, bottle = "09501101530010", "09501101530003", "09501101530027"
    send(client, "catalogue", f"gtin,name\n{kit},Kit\n{blanket},Blanket\n{bottle},Bottle\n")
    template = client.get("/api/v1/imports/templates/kits.csv").content
    assert send(client, "kits", template).json()["added"] == 1
    table = f"套件条码,部件条码,数量\n{kit},{bottle},4\n"
    tried = send(client, "kits", table, dry_run=True).json()
    assert (tried["changed"], tried["changes"][0]["fields"]) == (1, {blanket: "", bottle: "4"})
    assert (send(client, "kits", table).json()["changed"], send(client, "kits", table).json()["same"]) == (1, 1)
    kits = {item["gtin"]: item["kit"] for item in client.get("/api/v1/items").json()["items"]}
    assert kits == {kit: [{"gtin": bottle, "n": 4}], blanket: [], bottle: []}
    send(client, "catalogue", f"gtin,name\n{kit},Winter kit\n")
    assert client.get("/api/v1/items").json()["items"][1]["kit"] == [{"gtin": bottle, "n": 4}]


def test_a_kit_of_nothing_there_or_of_itself_or_of_too_much_is_told(client):
    gtins = [f"{body}{check_digit(body)}" for body in (f"{n:013}" for n in range(1, 54))]
    kit, *others = gtins
    send(client, "catalogue", "gtin,name\n" + "".join(f"{gtin},x\n" for gtin in gtins))
    head = "kit,part,n\n"
    wrong = faults(client, "kits", head + f"{kit},09501101530003,1\n{kit},{kit},1\n{kit},{others[0]},0\n,,\n")
    assert set(wrong) == {(2, "part"), (3, "part"), (4, "n")}
    assert set(faults(client, "kits", head + 2 * f"{kit},{others[0]},1\n")) == {(3, "kit")}
    many = faults(client, "kits", head + "".join(f"{kit},{part},1\n" for part in others[:51]))
    assert "50 different parts at most, this one 51" in many[2, "kit"]["message"]
    loop = faults(client, "kits", head + f"{kit},{others[0]},1\n{others[0]},{kit},1\n")
    assert "An item would contain itself" in loop[0, ""]["message"]
    assert all(item["kit"] == [] for item in client.get("/api/v1/items").json()["items"])


def test_people_of_a_table_are_invited_once_and_changed_later(client):
    send(client, "organisations", "id,name\nred-cross,Red Cross\n")
    table = "用户名,姓名,角色,组织\nli,李小龙,主管,\nwang,王女士,staff,red-cross\n"
    made = send(client, "people", table).json()
    assert [(one["name"], one["path"][:9]) for one in made["invited"]] == [("li", "/welcome#"), ("wang", "/welcome#")]
    again = send(client, "people", table.replace("主管", "auditor")).json()
    assert (again["changed"], again["same"], again["invited"]) == (1, 1, [])
    found = faults(client, "people", "name,role,organisation\na/b,admin,\nx,staff,\ntoken y,king,\n")
    assert {(3, "organisation"), (4, "role")} <= set(found)


def test_a_table_is_stored_by_few_statements_because_nothing_else_is_stored_meanwhile(web, client):
    statements = []
    rows = range(1, 1001)
    catalogue = "gtin,name\n" + "".join(f"{n:013}{check_digit(f'{n:013}')},x\n" for n in rows)
    assert send(client, "sites", "id,name,kind,lat,lon,datum\nw,W,warehouse,1,1,WGS84\n").json()["taken"]
    event.listen(web.database.writer, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for kind, table in (("bins", "site,code\n" + "".join(f"w,B{n}\n" for n in rows)), ("catalogue", catalogue)):
        for expected in ("added", "same"):
            del statements[:]
            assert send(client, kind, table).json()[expected] == 1000
            assert len(statements) < 40, statements


def test_people_are_two_thousand_in_one_table_at_most(shared):
    answer = send(shared, "people", "name,role\n" + "".join(f"p{n},auditor\n" for n in range(2001)))
    assert (answer.status_code, answer.json()["code"]) == (422, "no-table")


def test_only_administrators_import_people_and_organisations(web):
    with web.client(Role.SUPERVISOR) as supervisor:
        for kind in ("people", "organisations"):
            assert send(supervisor, kind, "id,name\na,b\n").status_code == 403
        assert send(supervisor, "bins", "site,code\n").status_code != 403


@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (b"", "text/csv", "no-table"),
        (b"  \n \n", "text/csv", "no-table"),
        (b'id,name\n"open,1\n', "text/csv", "no-table"),
        (b"\xff\xff\xff\xfe", "text/csv", "no-table"),
        (b"PK\x03\x04 no archive", XLSX, "no-table"),
        (b"id,name\n" + b"a,b\n" * (MOST_ROWS + 1), "text/csv", "no-table"),
        (b"id," + b"x," * 70 + b"\n", "text/csv", "no-table"),
        (b"id,name\n" + b"a" * 30_000 + b",b\n", "text/csv", "no-table"),
        (b"{}", "application/json", "wrong-type"),
        (b"id,name\n" + b"\n" * (8 * 1024 * 1024), "text/csv", "too-large"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(shared, content, content_type, code):
    answer = send(shared, "organisations", content, dry_run=True, content_type=content_type)
    assert (answer.json()["code"], bool(answer.json()["detail"])) == (code, True), answer.text


def test_an_archive_that_would_unpack_to_much_or_names_entities_is_refused_before_it_is_read(shared):
    good = workbook(["id", "name"], ["a", "b"])

    def again(change):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for member in source.infolist():
                target.writestr(member.filename, change(member.filename, source.read(member)))
        return out.getvalue()

    bomb = again(lambda name, data: data + b" " * (40 << 20) if name.endswith("sheet1.xml") else data)
    assert len(bomb) < 200_000
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    entities = again(
        lambda name, data: data.replace(b"<worksheet", laughs + b"<worksheet", 1) if "sheet1" in name else data
    )
    many = io.BytesIO(good)
    with zipfile.ZipFile(many, "a") as archive:
        for number in range(300):
            archive.writestr(f"x{number}.xml", "")
    packed = io.BytesIO(good)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("xl/more.xml", "x", zipfile.ZIP_LZMA)  # which may ask for 4 GiB to be unpacked
    for wrong, sentence in (
        (packed.getvalue(), "packed in a way"),
        (bomb, "would unpack to"),
        (entities, "document type"),
        (many.getvalue(), "would unpack to"),
    ):
        answer = send(shared, "organisations", wrong, content_type=XLSX)
        assert (answer.status_code, answer.json()["code"]) == (422, "no-table")
        assert sentence in answer.json()["detail"]
    for cut in range(10, len(good), 331):
        answer = send(shared, "organisations", good[:cut], content_type=XLSX)
        assert answer.json()["code"] == "no-table", cut


def sheet(content):
    """A workbook whose only sheet has these rows, written as XML."""
    good, out = workbook(["id", "name"]), io.BytesIO()
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            mine = member.filename.endswith("sheet1.xml")
            target.writestr(
                member.filename, start + content + b"</sheetData></worksheet>" if mine else source.read(member)
            )
    return out.getvalue()


TEXT = b'<c t="inlineStr"><is><t>id</t></is></c>'


def test_a_sheet_with_a_row_far_below_the_others_ends_soon_and_the_next_table_is_read(shared):
    far = sheet(b'<row r="1">' + TEXT + b'</row><row r="1000000000000">' + TEXT + b"</row>")
    answer = send(shared, "organisations", far, dry_run=True, content_type=XLSX)
    assert (answer.status_code, answer.json()["code"]) == (422, "no-table")
    assert "below row" in answer.json()["detail"]
    good = workbook(["id", "name"], ["a", "b"])
    assert send(shared, "organisations", good, dry_run=True, content_type=XLSX).json()["added"] == 1


@pytest.mark.soak
def test_a_row_of_millions_of_cells_takes_no_memory_of_the_hub(shared):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = sheet(b'<row r="1">' + b"<c/>" * 8_000_000 + b"</row>")
    assert len(bomb) < 100_000
    shared.timeout = 120
    answer = send(shared, "organisations", bomb, dry_run=True, content_type=XLSX)
    assert "too much time or memory" in answer.json()["detail"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "KiB"


def test_headings_are_found_however_they_are_written_and_unknown_ones_are_told(client):
    assert send(client, "organisations", "Chinese  Name, ID *,NAME\n红,a,A\n").json()["taken"]
    found = faults(client, "organisations", "id,name,name_chinese,name\na,b,c,d\n")
    assert set(found) == {(1, "name_chinese"), (1, "name")}
    missing = faults(client, "catalogue", "barcode\n9501101530003\n")
    assert missing[1, "name"]["message"] == "this column is missing"


def test_the_table_of_every_kind_names_what_it_is_keyed_by():
    assert all(kind.key and len(kind.example) == len(kind.columns) for kind in KINDS.values())


@pytest.fixture
def hub(tmp_path):
    with deciding(tmp_path) as made, made.web.client() as client:
        assert send(client, "bins", "site,code\nwh-1,A-01\n").json()["taken"]
        assert send(client, "catalogue", "gtin,name\n9501101530003,Blanket\n").json()["taken"]
        yield made


STOCK = (
    "site,bin,gtin,lot,expiry,owner,condition,quantity\n"
    "wh-1,A-01,9501101530003,L1,2027-12-31,caritas,good,240\n"
    "wh-1,A-01,9501101530003,L1,2027-12-31,msf,good,7\n"
    "wh-1,A-01,9501101530003,L2,,,damaged,3\n"
    "wh-1,,9501101530003,,,caritas,good,5\n"
)


def balances(hub):
    return hub.ledger.rows(
        "SELECT code, lot, expiry, owner, condition, quantity FROM balance JOIN account ON account.id = account_id"
        " JOIN lot ON lot.id = lot_id WHERE kind = 'place' AND quantity <> 0 ORDER BY code, lot, owner"
    )


def test_opening_stock_becomes_facts_of_the_hub_and_counts_once(hub):
    with hub.web.client() as client:
        assert send(client, "stock", STOCK, dry_run=True).json()["added"] == 4
        assert balances(hub) == []
        assert send(client, "stock", STOCK).json()["added"] == 4
        expected = [
            ("place:wh-1", "", None, "caritas", "good", 5),
            ("place:wh-1/A-01", "L1", 20271231, "caritas", "good", 240),
            ("place:wh-1/A-01", "L1", 20271231, "msf", "good", 7),
            ("place:wh-1/A-01", "L2", None, "", "damaged", 3),
        ]
        assert balances(hub) == expected
        again = send(client, "stock", STOCK).json()
        assert (again["added"], again["same"]) == (0, 4)
        assert balances(hub) == expected
    assert hub.ledger.findings() == []
    assert hub.ledger.rebuilt().same
    assert hub.ledger.one("SELECT count(DISTINCT task) FROM task_fact WHERE task LIKE 'import:%'") == 1


def test_opening_stock_that_another_table_brought_is_not_brought_again(hub):
    with hub.web.client() as client:
        send(client, "stock", STOCK)
        corrected = STOCK.replace(",240", ",250") + "wh-1,A-01,9501101530003,L3,,msf,good,1\n"
        found = faults(client, "stock", corrected)
        assert [row for row, _ in found] == [2, 3, 4, 5]
        assert "an import brought 240 of this here already" in found[2, "quantity"]["message"]
        assert send(client, "stock", corrected).status_code == 422
        assert hub.balance("place:wh-1/A-01", "L1", "caritas") == 240


def test_an_import_of_stock_that_was_cut_off_goes_on_where_it_stopped(hub, monkeypatch):
    whole = hub.desk.post
    with hub.web.client() as client:
        monkeypatch.setattr(hub.desk, "post", lambda items: whole(items[:2]))
        send(client, "stock", STOCK)
        monkeypatch.undo()
        assert len(balances(hub)) == 2
        assert send(client, "stock", STOCK).json()["added"] == 2
    assert len(balances(hub)) == 4
    assert hub.balance("place:wh-1/A-01", "L1", "caritas") == 240


def test_stock_names_only_what_there_is(hub):
    table = (
        "site,bin,gtin,code,lot,expiry,serial,owner,quantity\n"
        "wh-9,A-01,9501101530003,,,,,,1\n"
        "wh-1,A-02,9501101530003,,,,,,1\n"
        "wh-1,A-01,9501101530010,,,,,,1\n"
        "wh-1,A-01,,QUILT,,,,,1\n"
        "wh-1,A-01,,,,,,,1\n"
        "wh-1,A-01,9501101530003,,,,S1,,2\n"
        "wh-1,A-01,9501101530003,,,,,nobody,0\n"
    )
    with hub.web.client() as client:
        found = faults(client, "stock", table)
        expected = {
            (2, "site"), (3, "bin"), (4, "gtin"), (5, "code"), (6, "gtin"), (7, "quantity"), (8, "quantity"),
        }  # fmt: skip
        assert set(found) == expected
        assert "write A-01" in found[3, "bin"]["remedy"]


def test_goods_with_a_label_of_our_own_stand_under_the_key_that_a_scan_gives(hub):
    with hub.web.client() as client:
        code = {"codes": [{"code": "QUILT", "item": "text:RR:G:QUILT", "name": "Quilt"}]}
        assert client.put("/api/v1/goods-codes", json=code).status_code == 200
        assert send(client, "stock", "site,bin,code,quantity\nwh-1,A-01,QUILT,9\n").json()["taken"]
    assert (
        hub.ledger.one(
            "SELECT quantity FROM balance JOIN lot ON lot.id = lot_id WHERE item = 'text:RR:G:QUILT' AND quantity > 0"
        )
        == 9
    )


def test_a_hub_that_posts_nothing_says_so(shared):
    answer = send(shared, "stock", "site,quantity\n")
    assert isinstance(answer, httpx.Response)
    assert answer.json()["code"] == "no-desk"


def test_settlements_need_a_position_with_its_datum_and_more_people_than_any_group_of_them(client):
    table = "编号,名称,人口,纬度,经度,坐标系,婴儿\nnear,Near,100,31.17530398,121.53154186,GCJ-02,101\nlost,Lost,5,,,,\n"
    assert [fault[1] for fault in faults(client, "settlements", table)] == ["婴儿"]
    right = table.replace(",101", ",10")
    assert [fault[1] for fault in faults(client, "settlements", right)] == ["lat"]
    assert send(client, "settlements", right.replace("lost,Lost,5,,,,\n", "")).json()["added"] == 1
    (near,) = client.get("/api/v1/settlements").json()["settlements"]
    assert (near["population"], near["households"], near["infant"]) == (100, None, 10)
    assert abs(near["lat"] - 31.17734) < 0.001
    assert send(client, "settlements", "id,name,population\nnear,Near,90\n").json()["changed"] == 1
    (near,) = client.get("/api/v1/settlements").json()["settlements"]
    assert (near["population"], near["infant"]) == (90, 10)
