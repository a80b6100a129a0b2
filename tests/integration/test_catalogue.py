"""Bins, kits, own codes, notes of lots and the numbering, over HTTP."""

import pytest

from hub.core.viewer import Role
from tests.support.hubweb import serving

PIECE, CASE, KIT = "09501101530003", "19501101530000", "09501101530010"


@pytest.fixture
def web(tmp_path):
    with serving(tmp_path) as made:
        sites = [{"id": "wh-1", "name": "Warehouse", "kind": "warehouse", "lat": 30, "lon": 103}]
        assert put(made, "sites", sites) == (200, "")
        yield made


def send(web, method, path, body=None, role=Role.ADMIN):
    with web.client(role) as client:
        return client.request(method, f"/api/v1/{path}", json=body)


def put(web, path, body, role=Role.ADMIN):
    answer = send(web, "PUT", path, body, role)
    return answer.status_code, answer.json().get("code", "")


def item(gtin, **more):
    return {"gtin": gtin, "name": gtin, **more}


def test_an_item_says_what_it_contains_and_forgets_it_when_it_is_entered_anew_without(web):
    rich = item(
        CASE,
        contains={"gtin": PIECE, "n": 24},
        kit=[{"gtin": KIT, "n": 2}],
        serial=True,
        temperature="cold",
        shelf_days=90,
    )
    assert put(web, "items", [item(PIECE), rich]) == (200, "")
    found = {one["gtin"]: one for one in web.get("/items")["items"]}
    assert {key: found[CASE][key] for key in rich} == rich
    assert (found[PIECE]["contains"], found[PIECE]["temperature"]) == (None, "ambient")
    assert put(web, "items", {"items": [item(CASE)]}) == (200, "")
    assert {one["gtin"]: (one["contains"], one["kit"]) for one in web.get("/items")["items"]}[CASE] == (None, [])


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([item(PIECE, contains={"gtin": PIECE, "n": 2})], (422, "invalid")),
        ([item(PIECE, kit=[{"gtin": CASE, "n": 1}] * 2)], (422, "invalid")),
        ([item(PIECE, contains={"gtin": CASE, "n": 2}), item(CASE, kit=[{"gtin": PIECE, "n": 1}])], (409, "refused")),
        ([item(PIECE, shelf_days=-1)], (422, "invalid")),
    ],
)
def test_an_item_that_would_contain_itself_is_refused_and_nothing_of_the_list_is_kept(web, items, said):
    assert put(web, "items", items) == said
    assert web.get("/items")["items"] == []


def test_a_site_has_a_time_zone_that_there_is(web):
    (site,) = web.get("/sites")["sites"]
    assert (site["zone"], site["rule_owner"], site["warn_days"]) == ("UTC", None, 30)
    for zone, said in (
        ("Asia/Shanghai", (200, "")),
        ("Mars/Olympus", (422, "invalid")),
        ("../../etc/passwd", (422, "invalid")),
    ):
        there = {"id": "wh-1", "name": "W", "kind": "warehouse", "lat": 30, "lon": 103, "zone": zone}
        assert put(web, "sites", [there]) == said


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\x1b", "\u200b", "\ufeff", "\n"])
def test_a_name_holds_nothing_that_turns_the_text_round_or_does_not_show_itself(web, mark):
    name = f"East{mark}gnp"
    site = {"id": "wh-2", "name": "W", "kind": "warehouse", "lat": 30, "lon": 103}
    for path, rows in (
        *(("sites", [site | {field: name}]) for field in ("name", "name_zh", "hours")),
        *(("items", [item(PIECE, **{field: name})]) for field in ("name", "name_zh", "unit", "category")),
        *(("organisations", [{"id": "org-1", "name": "Org"} | {field: name}]) for field in ("name", "name_zh")),
    ):
        answer = send(web, "PUT", path, rows)
        assert (answer.status_code, f"U+{ord(mark):04X}" in answer.text) == (422, True)
    assert put(web, "sites", [site | {"name": "东街\u3000驿站 Ñandú 🚑"}]) == (200, "")


def test_who_owns_what_nobody_named_an_owner_for_is_an_organisation_that_there_is(web):
    site = {"id": "wh-2", "name": "W", "kind": "warehouse", "lat": 30, "lon": 103, "rule_owner": "org-9"}
    bins = {"bins": [{"code": "a01"}, {"code": "a02", "owner": "org-9"}]}
    assert put(web, "sites", [site]) == put(web, "sites/wh-1/bins", bins) == (409, "refused")
    assert [one["id"] for one in web.get("/sites")["sites"]] == ["wh-1"]
    assert web.get("/sites/wh-1/bins")["bins"] == []
    assert put(web, "organisations", [{"id": "org-9", "name": "Nine"}]) == (200, "")
    assert put(web, "sites", [site]) == put(web, "sites/wh-1/bins", bins) == (200, "")


def test_bins_are_added_replaced_and_forgotten(web):
    put(web, "organisations", [{"id": "org-1", "name": "One"}])
    bins = {
        "bins": [{"code": "a01"}, {"code": "冷-1", "kind": "cool", "owner": "org-1", "pallets": 4, "volume_dm3": 900}]
    }
    assert put(web, "sites/wh-1/bins", bins) == (200, "")
    assert put(web, "sites/wh-1/bins", {"bins": [{"code": "a01", "kind": "dock"}]}) == (200, "")
    assert [(one["code"], one["kind"]) for one in web.get("/sites/wh-1/bins")["bins"]] == [
        ("a01", "dock"),
        ("冷-1", "cool"),
    ]
    assert send(web, "DELETE", "sites/wh-1/bins/a01").status_code == 200
    assert send(web, "DELETE", "sites/wh-1/bins/a01").json()["code"] == "no-bin"
    assert put(web, "sites/wh-9/bins", bins) == (404, "no-site")
    for code in ("", "a/b", "a b", "x" * 41, "a\x00", "a\u202e1"):
        assert put(web, "sites/wh-1/bins", {"bins": [{"code": code}]}) == (422, "invalid")


def test_goods_without_a_barcode_have_a_code_of_ours(web):
    assert put(
        web, "goods-codes", {"codes": [{"code": "TARP", "item": "text:TARP", "name": "=1+1", "name_zh": "篷布"}]}
    ) == (200, "")
    assert web.get("/goods-codes")["codes"] == [
        {"code": "TARP", "item": "text:TARP", "name": "=1+1", "name_zh": "篷布", "unit": "piece"}
    ]


def test_a_recalled_lot_stays_recalled_until_somebody_releases_it_and_all_of_it_stays_written(web):
    def note(state, **more):
        answer = send(web, "POST", "lots/notes", {"item": PIECE, "lot": "L1", "state": state, **more}, Role.SUPERVISOR)
        return answer.status_code

    assert note("recalled") == 422, "nobody is told why"
    assert note("recalled", reason="leaks") == note("ok", expiry="2027-05-31", reason="tested") == 201
    (now,) = web.get("/lots/notes", Role.AUDITOR, item=PIECE)["notes"]
    assert (now["state"], now["expiry"], now["by"]) == ("ok", "2027-05-31", "token token-supervisor")
    assert [one["state"] for one in web.get("/lots/notes", history=True)["notes"]] == ["ok", "recalled"]
    assert web.get("/lots/notes", item=CASE)["notes"] == []
    for role in (Role.OPERATOR, Role.STAFF, Role.AUDITOR):
        assert send(web, "POST", "lots/notes", {"item": PIECE, "state": "ok"}, role).status_code == 403


def test_the_prefix_of_our_numbers_is_entered_once_for_all(web):
    assert web.get("/numbering") == {"company_prefix": None}
    assert put(web, "numbering", {"company_prefix": "9521234"}) == (200, "")
    assert web.get("/numbering") == {"company_prefix": "9521234"}
    assert put(web, "numbering", {"company_prefix": "12a"}) == (422, "invalid")
