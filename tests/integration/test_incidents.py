"""Incidents over HTTP: from an alert to the settlements in its area, to draft requests, to the first load."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from hub.core.instant import parse
from hub.core.viewer import Role
from tests.support.alerts import alert, info
from tests.support.facts import NOW
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.relief_stock import BLANKET, CASE, OTHER, WATER, Desk, relief_desk
from wire.actions import Action

SENT = "2027-01-15T07:30:00+00:00"
HERE = "<polygon>29,104 29,106 31,106 31,104 29,104</polygon>"
NEAR = {
    "id": "near",
    "name": "Near",
    "name_zh": "近村",
    "lat": 30.01,
    "lon": 105.01,
    "population": 100,
    "households": 30,
}
LARGE = {"id": "large", "name": "Large", "lat": 30.5, "lon": 105.2, "population": 2000, "infant": 11}
FAR = {"id": "far", "name": "Far", "lat": 40.0, "lon": 105.0, "population": 50_000}
RATES: dict[str, Any] = {
    "rates": [
        {"key": "water", "name": "Water", "item": WATER, "milli": 3000, "every_days": 1},
        {"key": "blanket", "name": "Blanket", "item": BLANKET},
        {"key": "mat", "name": "Mat"},
    ],
    "household_tenths": 25, "shares": {"elderly": 100}, "days": 7,
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path):
    with relief_desk(tmp_path) as made:
        assert made.call("PUT", "/settlements", Role.SUPERVISOR, settlements=[NEAR, LARGE, FAR]).is_success
        assert made.call("PUT", "/rates", Role.SUPERVISOR, **RATES).is_success
        yield made


def cap(desk: Desk, document: bytes, role: Role = Role.SUPERVISOR, kind: str = "application/cap+xml"):
    with desk.web.client(role) as client:
        return client.post("/api/v1/incidents/cap", content=document, headers={"Content-Type": kind})


def taken(desk: Desk, *documents: bytes) -> list[str]:
    """The incidents that alerts were taken for, each once."""
    found: dict[str, None] = {}
    for document in documents:
        answer = cap(desk, document)
        assert answer.status_code == 200, answer.text
        found.update(dict.fromkeys(answer.json()["incidents"]))
    return list(found)


def quake(**more: Any) -> bytes:
    shapes = more.pop("shapes", HERE)
    return alert(sent=more.pop("sent", SENT), infos=more.pop("infos", info(shapes=shapes)), **more)


def about(identifier: str, sent: str) -> str:
    return f"quake@example.org,{identifier},{sent}"


def test_an_alert_becomes_an_incident_with_the_people_and_sites_in_its_area(desk: Desk):
    (incident,) = taken(desk, quake())
    whole = desk.web.get(f"/incidents/{incident}")
    assert whole["incident"]["name"] == "M 6.9 in Some county"
    assert whole["incident"]["severity"] == "Extreme"
    assert whole["incident"]["state"] == "open"
    assert [one["id"] for one in whole["settlements"]] == ["large", "near"]
    assert (whole["population"], whole["households"]) == (2100, 830)
    assert {one["id"] for one in whole["sites"]} == {"wh-1", "wh-10", "wh-2", "st-1"}
    assert whole["area"]["features"][0]["geometry"]["coordinates"][0][0] == [104.0, 29.0]
    assert whole["clock"] == {
        "alerted_at": "2027-01-15T07:30:00.000Z", "asked_at": None, "loaded_at": None, "given_at": None, "load_s": None
    }  # fmt: skip
    assert desk.web.get("/incidents", Role.CLERK)["rows"][0]["id"] == incident


def test_the_same_alert_counts_once_and_another_one_under_its_name_is_refused(desk: Desk):
    assert len(taken(desk, quake(), quake())) == 1
    answer = cap(desk, quake(infos=info(headline="Another")))
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")


def chain(of: str = "eq") -> tuple[bytes, ...]:
    """An alert, its update and its cancel."""
    first, second = about(f"{of}-1", SENT), about(f"{of}-2", "2027-01-15T07:40:00+00:00")
    small = info(severity="Severe", shapes="<circle>30.0,105.0 5</circle>")
    return (
        quake(identifier=f"{of}-1"),
        quake(kind="Update", identifier=f"{of}-2", sent="2027-01-15T07:40:00+00:00", references=first, infos=small),
        quake(kind="Cancel", identifier=f"{of}-3", sent="2027-01-15T07:50:00+00:00", infos="",
              references=f"{first} {second}"),
    )  # fmt: skip


def test_updates_and_cancels_are_honoured_in_whatever_order_they_come(desk: Desk):
    for number, order in enumerate(permutations(range(3)), 1):
        (incident,) = taken(desk, *(chain(f"eq{number}")[place] for place in order))
        whole = desk.web.get(f"/incidents/{incident}")
        assert whole["incident"]["state"] == "cancelled", order
        assert whole["incident"]["severity"] == "Severe", order
        assert whole["incident"]["alerted_at"] == "2027-01-15T07:30:00.000Z", order
        assert [one["id"] for one in whole["settlements"]] == ["near"], order
        assert [one["identifier"][-1] for one in whole["alerts"]] == ["1", "2", "3"], order
        assert len(desk.web.get("/incidents")["rows"]) == number


def test_a_proposal_is_sized_by_people_and_becomes_draft_requests_once(desk: Desk):
    (incident,) = taken(desk, quake())
    path = f"/incidents/{incident}/proposal"
    dry = desk.post(path)
    assert [(row["settlement"], row["people"], row["site"], row["request"]) for row in dry["rows"]] == [
        ("large", 2000, "st-1", None), ("near", 100, "st-1", None)
    ]  # fmt: skip
    assert dry["totals"] == [
        {"item": f"gtin:{WATER}", "n": 44_100, "rates": []}, {"item": f"gtin:{BLANKET}", "n": 2100, "rates": []}
    ]  # fmt: skip
    assert dry["lacking"] == ["mat"]
    half = desk.post(path, percent=50, days=1, settlements=["near"], rates=["water"])
    assert half["rows"][0]["lines"] == [{"item": f"gtin:{WATER}", "n": 150, "rates": ["water"]}]
    made = desk.post(path, dry_run=False)
    assert made["made"] == 2
    again = desk.post(path, dry_run=False)
    assert again["made"] == 0
    assert [row["request"] for row in again["rows"]] == [row["request"] for row in made["rows"]]
    drafts = rows(desk, "SELECT organisation, state, way, site FROM request")
    assert drafts == [(OWN, "draft", "station", "st-1")] * 2
    whole = desk.web.get(f"/incidents/{incident}", Role.STAFF)
    assert whole["requests"] == {"draft": 2}
    assert whole["wanted"][0] == {"item": f"gtin:{WATER}", "n": 44_100, "given": 0}
    assert desk.post(path, Role.SUPERVISOR, organisation=OTHER, dry_run=False)["made"] == 2
    assert desk.web.get(f"/incidents/{incident}", Role.STAFF)["requests"] == {"draft": 2}
    assert desk.web.get(f"/incidents/{incident}")["requests"] == {"draft": 4}


def rows(desk: Desk, query: str, *values: object) -> list[tuple[Any, ...]]:
    with desk.web.database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query, values)]


def test_an_incident_that_is_over_gets_no_drafts_until_it_is_opened_again(desk: Desk):
    (incident,) = taken(desk, quake())
    assert desk.post(f"/incidents/{incident}/closing", Role.SUPERVISOR)["state"] == "closed"
    assert taken(desk, chain()[1]) == [incident]
    assert desk.web.get(f"/incidents/{incident}")["incident"]["state"] == "closed"
    assert desk.call("POST", f"/incidents/{incident}/proposal", dry_run=False).status_code == 409
    assert desk.call("POST", f"/incidents/{incident}/closing", Role.SUPERVISOR).status_code == 409
    assert desk.post(f"/incidents/{incident}/reopening", Role.SUPERVISOR)["state"] == "open"
    assert desk.post(f"/incidents/{incident}/proposal", dry_run=False)["made"] == 1


def test_each_warehouse_tells_how_much_of_what_is_needed_is_free_and_how_far_it_is(desk: Desk):
    (incident,) = taken(desk, quake())
    desk.receive(1000, gtin=BLANKET)
    desk.receive(50, gtin=BLANKET, owner=OTHER, lot="B")
    desk.receive(100, gtin=BLANKET, lot="OLD", expiry=20270101)
    desk.receive(10, gtin=CASE, to="place:wh-2/a")
    found = desk.web.get(f"/incidents/{incident}/readiness")
    assert found["of"] == "proposal"
    first = found["rows"][0]
    assert (first["site"], first["by"], first["percent"]) == ("wh-1", "line", 25)
    assert [(one["needed"], one["free"], one["percent"]) for one in first["held"]] == [(44_100, 0, 0), (2100, 1050, 50)]
    water = next(row for row in found["rows"] if row["site"] == "wh-2")["held"][0]
    assert (water["free"], water["percent"]) == (240, 0)
    assert {row["site"] for row in found["rows"]} == {"wh-1", "wh-2", "wh-10"}
    mine = desk.web.get(f"/incidents/{incident}/readiness", Role.STAFF)
    assert mine["rows"][0]["held"][1]["free"] == 1000
    line = [[105.0, 30.0], [105.0, 30.5], [105.2, 30.5]]
    road = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}, "properties": {"name": "R"}}
    roads = {"type": "FeatureCollection", "features": [road]}
    assert desk.call("PUT", "/roads", Role.SUPERVISOR, **roads).is_success
    by_road = desk.web.get(f"/incidents/{incident}/readiness")["rows"][0]
    assert by_road["by"] == "road"
    assert by_road["km"] > first["km"]


def test_the_clock_runs_from_the_alert_to_the_first_load_of_one_of_its_consignments(desk: Desk):
    (incident,) = taken(desk, quake())
    request = desk.post(f"/incidents/{incident}/proposal", settlements=["near"], dry_run=False)["rows"][0]["request"]
    with desk.web.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO consignment (id, organisation, way, from_site, to_site, note, decided, state, made_at,"
            " made_by, changed_at) VALUES ('C-12345678', ?, 'station', 'wh-1', 'st-1', '', 'planned', 'planned', 1,"
            " 'x', 1)",
            (OWN,),
        )
        connection.exec_driver_sql(
            "INSERT INTO parcel (id, request, consignment, way, station, number, state, made_at, made_by, changed_at)"
            " SELECT 'st-1.ABCDEF', request.seq, consignment.seq, 'station', 'st-1', 1, 'planned', 1, 'x', 1"
            " FROM request, consignment WHERE request.id = ?",
            (request,),
        )
    desk.receive(100)
    desk.send(Action.LOAD, 5, source="place:wh-1/a01", to="transit:van-1", owner=OWN, task="pick:P1")
    desk.send(Action.MOVE, 5, source="place:wh-1/a01", to="place:wh-1/a02", owner=OWN, task="consignment:C-12345678")
    assert desk.web.get(f"/incidents/{incident}")["clock"]["load_s"] is None
    for _ in range(2):
        desk.send(Action.LOAD, 5, source="place:wh-1/a01", to="transit:van-1", owner=OWN, task="consignment:C-12345678")
    clock = desk.web.get(f"/incidents/{incident}")["clock"]
    loaded = NOW + 3
    assert parse(clock["loaded_at"]) == loaded
    assert clock["load_s"] == (loaded - parse(SENT)) // 1000
    assert clock["asked_at"] is not None


def test_an_incident_may_be_typed_in_with_circles_and_polygons(desk: Desk):
    typed = {
        "id": "1" * 16, "name": "Flood", "name_zh": "洪水", "kind": "Flood", "severity": "Severe",
        "circles": [{"lat": 30.0, "lon": 105.0, "radius_km": 5}], "alerted_at": "2027-01-15T00:00:00Z",
        "polygons": [[[105.1, 30.4], [105.3, 30.4], [105.3, 30.6], [105.1, 30.4]]],
        "description": "<b>The river</b> rose.",
    }  # fmt: skip
    for _ in range(2):
        assert desk.post("/incidents", Role.SUPERVISOR, **typed)["id"] == "1" * 16
    whole = desk.web.get(f"/incidents/{'1' * 16}")
    assert [one["id"] for one in whole["settlements"]] == ["large", "near"]
    assert whole["words"][0]["description"] == "<b>The river</b> rose."
    for wrong in (
        {"name": ""},
        {"circles": [{"lat": 91, "lon": 0, "radius_km": 1}]},
        {"polygons": [[[0, 0], [1, 1], [0, 1], [2, 2]]]},
        {"polygons": [[[0, 0], [1, 1], [0, 0]]]},
        {"colour": "red"},
    ):
        answer = desk.call("POST", "/incidents", Role.SUPERVISOR, **{**typed, "id": None, **wrong})
        assert answer.status_code == 422, (wrong, answer.text)


def test_what_is_no_alert_is_refused_with_its_reason_and_only_by_those_who_may(desk: Desk):
    answer = cap(desk, b"<!DOCTYPE a><a/>")
    assert (answer.status_code, answer.json()["code"]) == (422, "no-alert")
    assert cap(desk, quake(), kind="text/plain").status_code == 415
    assert cap(desk, b"a" * (1 << 22)).status_code in (413, 422)
    for role in (Role.STAFF, Role.HELPLINE, Role.OPERATOR, Role.AUDITOR, Role.ENGINEER):
        assert cap(desk, quake(), role).status_code == 403
    assert desk.call("GET", f"/incidents/{'0' * 16}", Role.ADMIN).json()["code"] == "no-incident"


def test_settlements_and_rates_are_checked(desk: Desk):
    wrong = {"id": "x", "name": "X", "lat": 0, "lon": 0, "population": 5, "households": 6}
    assert desk.call("PUT", "/settlements", Role.SUPERVISOR, settlements=[wrong]).status_code == 422
    unknown = {**RATES, "rates": [{"key": "a", "name": "A", "item": "text:NOTHING"}]}
    answer = desk.call("PUT", "/rates", Role.SUPERVISOR, **unknown)
    assert (answer.status_code, answer.json()["code"]) == (422, "no-item")
    twice = {**RATES, "rates": [RATES["rates"][0]] * 2}
    assert desk.call("PUT", "/rates", Role.SUPERVISOR, **twice).status_code == 422
    assert desk.web.get("/rates", Role.AUDITOR)["rates"][0]["item"] == f"gtin:{WATER}"
    assert desk.call("PUT", "/rates", Role.STAFF, **RATES).status_code == 403


def test_settlements_come_in_pages_the_largest_first_and_are_found_by_words(desk: Desk):
    same = {**NEAR, "id": "also", "name": "Also_near", "name_zh": ""}
    assert desk.call("PUT", "/settlements", Role.SUPERVISOR, settlements=[same]).is_success
    found, cursor = [], {}
    for _ in range(4):
        page = desk.web.get("/settlements", limit=1, **cursor)
        found += [one["id"] for one in page["settlements"]]
        cursor = {"cursor": page["next"]}
    assert (found, page["next"]) == (["far", "large", "also", "near"], None)
    texts = {"near": ["also", "near"], "近": ["near"], "h_N": [], "o_n": ["also"], "%": [], "far large": []}
    assert texts == {
        text: [one["id"] for one in desk.web.get("/settlements", text=text)["settlements"]] for text in texts
    }
    with desk.web.client() as client:
        (_, *lines) = client.get("/api/v1/exports/settlements.csv", params={"text": "near"}).text.splitlines()
    assert [line.split(",")[0] for line in lines] == ["also", "near"]


def test_the_situation_report_is_a_page_to_print_in_both_languages(desk: Desk):
    (incident,) = taken(desk, quake())
    desk.receive(1000, gtin=BLANKET)
    desk.post(f"/incidents/{incident}/proposal", dry_run=False)
    with desk.web.client(Role.HELPLINE) as client:
        for language in ("en", "zh"):
            answer = client.get(f"/api/v1/incidents/{incident}/report", params={"language": language})
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"] == "application/pdf"
            assert answer.content.startswith(b"%PDF-1.4")
            assert b"/Count 1/" in answer.content
