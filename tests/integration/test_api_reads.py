"""What the routes give, over HTTP, for a small relief operation; hostile codes; the dashboard's files."""

import base64
import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.viewer import Role
from hub.store import schema
from tests.support.hubdata import HOSTILE, PALLET, TENT, WATER, feeding, label, presence, relief_operation, scan
from tests.support.hubweb import make_database, serving
from wire.actions import Action

A01 = "place:wh-1/a01"


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    database = make_database(folder)
    relief_operation(database)
    with feeding(database) as feeder:
        feeder.send("hostile-1", [scan(Action.RECEIVE, code, up=n, to=A01) for n, code in enumerate(HOSTILE)])
        for n, code in enumerate(HOSTILE):
            feeder.raw(f"hostile-{n}", code.encode())
    presence(database, van_1=True, wh1_scanner_1=True)
    with serving(folder, database=database, gauges=lambda: {"ingest queue-bytes": 7.0}) as server:
        yield server


def test_stock_has_the_shape_that_was_promised(web):
    rows = web.get("/stock", item=WATER)["rows"]
    assert rows[0] == {
        "account": A01, "site": "wh-1", "item": f"gtin:{WATER}", "gtin": WATER, "name": "Water 1 l", "name_zh": "水",
        "lot": "W1", "expiry": "2027-12-31", "owner": "red-cross", "condition": "good", "quantity": 70,
    }  # fmt: skip


def test_a_trace_has_the_shape_that_was_promised(web):
    found = web.get("/trace", code=label(TENT, lot="T1", serial="S1"))
    assert set(found) == {"code", "what", "now", "events", "holders", "next"}
    assert found["now"] == {
        "account": f"unit:sscc:{PALLET}", "site": "wh-2", "since": "2026-11-23T01:56:44.000Z",
        "earliest": "2026-11-23T01:56:43.950Z", "latest": "2026-11-23T01:56:44.050Z", "estimated": False,
        "uncertain": False,
    }  # fmt: skip
    assert {"at", "received_at", "estimated", "device", "stream", "seq", "action", "from", "to"} < set(
        found["events"][0]
    )


def test_devices_summary_and_positions_agree_with_each_other(web):
    summary = web.get("/summary")
    devices = web.get("/devices")["devices"]
    assert summary["devices"] == len(devices)
    assert summary["devices_online"] == sum(device["online"] for device in devices)
    assert summary["quarantined"] == sum(device["quarantined"] for device in devices)
    assert [row["device"] for row in web.get("/positions")["positions"]] == ["van-1"]
    assert summary["stock_units"] == sum(row["quantity"] for row in web.get("/stock", limit=500)["rows"])


def test_a_code_of_any_kind_travels_through_stock_trace_and_quarantine_unharmed(web):
    stock = {row["item"] for row in web.get("/stock", account=A01, limit=500)["rows"]}
    quarantined = {row["device"]: row for row in web.get("/quarantine", limit=500)["rows"]}
    for n, code in enumerate(HOSTILE):
        found = web.get("/trace", code=code)
        assert found["code"] == code
        assert [event["labels"] for event in found["events"]] == [[code]]
        assert found["what"]["item"] in stock
        journal = web.get("/journal", code=code)["rows"]
        assert [row["item"]["labels"] for row in journal] == [[code]]
        row = quarantined[f"hostile-{n}"]
        assert row["text"] == code
        assert base64.b64decode(row["bytes_b64"]) == code.encode()


def test_fields_that_this_hub_does_not_know_are_kept_and_shown_whatever_they_hold(tmp_path):
    database = make_database(tmp_path)
    odd = '"big":1e999,"huge":123456789012345678901234567890,"deep":' + "[" * 300 + "]" * 300 + ',"nul":"\\u0000"'
    item = '{"k":"scan","at":-9007199254740991,"up":9007199254740991,"do":"receive","labels":["a\\u0000"],' + odd + "}"
    batch = (
        f'{{"k":"batch","ledger":"{database.ledger}","hello":1,"stream":"{"1" * 16}","lane":"facts","after":0,"last":3,'
        f'"clock":{{"base":9007199254740991,"error":0}},"items":[5,{item},{{"k":"scan"}}]}}'
    )
    with feeding(database) as feeder:
        feeder.raw("d-1", batch.encode())
    with serving(tmp_path, database=database) as web:
        (row,) = web.get("/journal")["rows"]
        assert (row["seq"], row["item"]["labels"], row["at"]) == (2, ["a\x00"], row["received_at"])
        assert [event["seq"] for event in web.get("/trace", code="a\x00")["events"]] == [2]
        assert len(web.get("/quarantine")["rows"]) == 2
        with database.write() as connection:
            connection.execute(schema.quarantine.delete())
        assert [row["seq"] for row in web.get("/journal")["rows"]] == [2]


def test_answers_are_json_whatever_they_hold(web):
    with web.client() as client:
        answer = client.get("/api/v1/trace", params={"code": HOSTILE[0]})
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_whole_journal_can_be_read_page_by_page_exactly_once(web):
    seen, after = [], None
    while True:
        page = web.get("/journal", lane="facts", limit=4, cursor=after)
        seen += [(row["device"], row["stream"], row["seq"]) for row in page["rows"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == web.get("/summary")["facts"]


def test_measurements_can_be_scraped_with_a_token(web):
    with web.client(Role.AUDITOR) as client:
        text = client.get("/api/v1/metrics").text
    facts = web.get("/summary")["facts"]
    assert f"relay_facts_total {facts}.0" in text
    assert "relay_ingest_queue_bytes 7.0" in text
    assert "relay_devices_online 2.0" in text


def test_reference_data_that_is_put_is_given_back(tmp_path):
    roads = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": [[105.0, 30.0], [105.1, 30.1]]},
                "properties": {"name": "S101", "class": "main"},
            }
        ],
    }
    region = {"name": "Lin", "name_zh": "临", "center": [105.0, 30.0], "zoom": 9.0, "bbox": [104.0, 29.0, 106.0, 31.0]}
    with serving(tmp_path) as web, web.client() as client:
        assert web.get("/region")["bbox"] is None
        for path, sent in (
            ("/roads", roads),
            ("/region", region),
            ("/items", {"items": [{"gtin": WATER.lstrip("0"), "name": "Water"}]}),
            ("/organisations", [{"id": "red-cross", "name": "Red Cross", "name_zh": "红十字"}]),
        ):
            assert client.put("/api/v1" + path, json=sent).status_code == 200
        assert web.get("/roads") == roads
        assert web.get("/region") == region | {"base_map": None, "base_map_fault": None}
        usual = {"contains": None, "kit": [], "serial": False, "temperature": "ambient", "shelf_days": None}
        assert web.get("/items")["items"] == [
            {"gtin": WATER, "name": "Water", "name_zh": "", "unit": "piece", "category": ""} | usual
        ]
        client.put("/api/v1/items", json=[{"gtin": WATER, "name": "Water 2"}, {"gtin": TENT, "name": "Tent"}])
        assert [item["name"] for item in web.get("/items")["items"]] == ["Water 2", "Tent"]
        assert len(web.get("/organisations")["organisations"]) == 1


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/items", [{"gtin": "09501101530004", "name": "wrong check digit"}]),
        ("/items", [{"gtin": "٠9501101530003", "name": "digits of another script"}]),
        ("/sites", [{"id": "wh-1", "name": "W", "kind": "warehouse", "lat": 91, "lon": 0}]),
        ("/sites", [{"id": "wh-1", "name": "W", "kind": "castle", "lat": 0, "lon": 0}]),
        ("/sites", [{"id": "wh-1", "name": "W", "kind": "camp", "lat": 0, "lon": 0, "surprise": 1}]),
        ("/roads", {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point"}}]}),
        ("/region", {"name": "x", "center": [500, 0], "zoom": 3}),
    ],
)
def test_reference_data_that_cannot_be_is_refused(web, path, sent):
    with web.client() as client:
        assert client.put("/api/v1" + path, json=sent).status_code == 422


def test_without_a_built_dashboard_a_plain_page_says_so(web):
    with web.client(None) as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "was not built" in answer.text


@pytest.fixture
def built(tmp_path):
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>it</title>")
    (dist / "assets" / "app-1a2b.js").write_text("1")
    (tmp_path / "secret.txt").write_text("what nobody may read")
    (dist / "link.txt").symlink_to(tmp_path / "secret.txt")
    with serving(tmp_path) as server:
        yield server


def test_the_dashboard_is_served_with_its_assets_kept_for_ever(built):
    with built.client(None) as client:
        for path in ("/", "/stock", "/trace/some/thing", "/index.html"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert answer.headers["cache-control"] == "no-cache"
        asset = client.get("/assets/app-1a2b.js")
        assert "immutable" in asset.headers["cache-control"]
        assert asset.headers["content-type"].startswith("text/javascript")
        assert client.head("/").status_code == 200
        assert client.get("/assets/app-old.js").status_code == 404


def test_a_file_that_was_packed_when_it_was_built_is_sent_so_to_who_takes_it(built, tmp_path):
    (tmp_path / "dist" / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"1"))
    with built.client(None) as client:
        packed = client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "br, gzip"})
        plain = client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    for answer in (packed, plain):
        assert (answer.text, answer.headers["vary"]) == ("1", "Accept-Encoding")
        assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/link.txt",
        "//etc/passwd",
        "/%00",
        "/" + "a" * 5000,
    ],
)
def test_no_address_leads_out_of_the_dashboards_folder(built, path):
    with built.client(None) as client:
        answer = client.get(path)
        assert "what nobody may read" not in answer.text
        assert "root:" not in answer.text
        assert answer.status_code in (200, 404)


PATHS = ("stock", "balances", "trace", "journal", "quarantine", "discrepancies", "gaps", "devices/van-1/track")
NAMES = ("site", "item", "lot", "owner", "account", "code", "device", "lane", "limit", "cursor", "after", "from", "to")
VALUES = st.one_of(
    st.text(max_size=60),
    st.integers().map(str),
    st.sampled_from(
        [*HOSTILE, "facts", "100", "2026-11-23T00:00:00Z", "9999-12-31T23:59:59Z", "gtin:", "text:", "\x1d01"]
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PATHS), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5))
def test_no_question_breaks_the_hub(web, path, query):
    with web.client() as client:
        answer = client.get("/api/v1/" + path, params=query)
    assert answer.status_code < 500, (path, query)
    if answer.status_code != 200:
        assert answer.json()["error"]["message"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["sites", "items", "organisations", "region", "devices", "session", "roads"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "lat", "type"]), inner)
        ),
        max_leaves=8,
    ),
)
def test_no_body_breaks_the_hub(web, path, body):
    with web.client() as client:
        method = "POST" if path in ("devices", "session") else "PUT"
        answer = client.request(method, f"/api/v1/{path}", content=json.dumps(body).encode())
    assert answer.status_code < 500, (path, body)


def test_a_database_that_cannot_be_read_is_said_and_not_hidden(tmp_path):
    with serving(tmp_path) as web, web.client() as client:
        with web.database.write() as connection:
            schema.quarantine.drop(connection)
        answer = client.get("/api/v1/quarantine")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store-busy")
