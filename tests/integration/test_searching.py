"""Lists are found by the words that people have in mind: numbers, notes, names in both languages, goods."""

import pytest

from hub.core.viewer import Role
from hub.store.queries.searching import Columns, clause, search
from tests.support.relief_stock import WATER
from tests.support.relief_world import relief


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with relief(tmp_path_factory.mktemp("hub")) as made:
        with made.web.database.write() as connection:
            connection.exec_driver_sql(
                "INSERT OR REPLACE INTO item (gtin, name, name_zh, unit, category) VALUES (?, ?, ?, 'bottle', '')",
                (WATER.removeprefix("gtin:"), "Drinking water 5 l", "饮用水 5升"),
            )
            connection.exec_driver_sql(
                "UPDATE site SET name = 'Riverside school', name_zh = '河边学校' WHERE id = 'st-1'"
            )
        made.receive(100)
        made.planned(5, note="for the 100% ward_7")
        made.ask(7, note="second floor")
        yield made


def notes(hub, text):
    return sorted(row["note"] for row in hub.get("/requests", text=text)["rows"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ward", ["for the 100% ward_7"]),
        ("FLOOR second", ["second floor"]),
        ("100%", ["for the 100% ward_7"]),
        ("d_7", ["for the 100% ward_7"]),
        ("r_7", []),
        ("%", ["for the 100% ward_7"]),
        ("饮用水 floor", ["second floor"]),
        ("riverside", ["for the 100% ward_7", "second floor"]),
        ("河边 water", ["for the 100% ward_7", "second floor"]),
        ("water nowhere", []),
        ("'; DROP TABLE request; --", []),
        ("   ", ["for the 100% ward_7", "second floor"]),
    ],
)
def test_requests_are_found_when_every_word_is_found_somewhere(hub, text, found):
    assert notes(hub, text) == found


@pytest.mark.parametrize(
    "path",
    [
        "/requests", "/consignments", "/parcels", "/deliveries", "/transfers", "/incidents", "/needs", "/picks",
        "/space/bookings", "/rounds", "/trips", "/direct-shipments", "/notices",
    ],
)  # fmt: skip
def test_each_list_can_be_searched_and_what_nobody_wrote_is_not_found(hub, path):
    assert hub.web.get(path, Role.ADMIN, text="xyzzy 河边 water")["rows"] == []
    assert hub.web.get(path, Role.ADMIN, text="' OR 1=1 --")["rows"] == []


def test_a_consignment_and_its_parcels_are_found_by_number_place_and_goods(hub):
    (sent,) = hub.get("/consignments")["rows"]
    for text in (sent["id"][3:7].lower(), "riverside", "饮用水", "wh-1"):
        assert [row["id"] for row in hub.get("/consignments", text=text)["rows"]] == [sent["id"]], text
    for text in (sent["id"], "st-1.", "drinking river"):
        assert [row["consignment"] for row in hub.get("/parcels", text=text)["rows"]] == [sent["id"]], text


def test_a_cursor_of_one_search_does_not_go_on_in_another(hub):
    first = hub.get("/requests", text="riverside", limit=1)
    second = hub.get("/requests", text="riverside", limit=1, cursor=first["next"])
    assert first["rows"] != second["rows"]
    refused = hub.web.client(Role.ADMIN)
    with refused:
        answer = refused.get("/api/v1/requests", params={"text": "ward", "limit": 1, "cursor": first["next"]})
    assert answer.status_code == 400


def test_a_file_holds_what_the_search_shows_and_no_more(hub):
    with hub.web.client(Role.ADMIN) as client:
        lines = client.get("/api/v1/exports/requests.csv", params={"text": "floor"}).text.splitlines()
    assert len(lines) == 2
    assert "second floor" in lines[1]
    assert "Drinking water 5 l" in lines[1]


def test_consignments_of_a_site_are_looked_for_by_their_own_parcels_and_not_by_all_of_the_site(hub):
    """With 100,000 parcels the other way took six seconds."""
    with hub.web.database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT seq FROM consignment WHERE EXISTS (SELECT 1 FROM parcel"
            " WHERE parcel.consignment = consignment.seq AND +parcel.station = 'st-1')"
        )
        seen = [row.detail for row in plan]
    assert any("parcel_by_consignment" in line for line in seen), seen


def test_a_search_is_the_same_for_both_ways_of_building_a_query(hub):
    columns = Columns(texts=("id", "name"), sites=("id",))
    with hub.web.database.read() as connection:
        condition = search(connection, "riverside st", columns)
        assert str(clause(condition).compile()).count(":word_") == condition[0].count("?") == len(condition[1])
        assert str(clause(search(connection, None, columns))) == "TRUE"
