"""Direct shipments: never in our rooms, and in the ledger from the donor to the recipient all the same."""

from pathlib import Path

import pytest

from hub import collecting
from hub.core.instant import rfc3339
from hub.core.viewer import Role
from hub.follower import Follower
from hub.store import recipients
from hub.store.recipients import Personal
from tests.support.deciding import Deciding, deciding
from tests.support.facts import NOW, RECEIVED, RICE
from tests.support.parcels_world import put_parcel


@pytest.fixture
def hub(tmp_path: Path):
    with deciding(tmp_path) as made:
        yield made


def planned(hub: Deciding, people: int = 2) -> dict:
    """A supplier serves so many people, three bags each."""
    with hub.web.database.write() as connection:
        vault = hub.web.services.vault
        ids = [
            recipients.make(connection, vault, Personal(name=f"Wang {n}"), line=None, by="x", now=NOW)
            for n in range(people)
        ]
    with hub.staff("caritas") as staff:
        wish = {"way": "direct", "needed_by": "2027-03-01", "lines": [{"item": RICE, "n": 3}]}
        requests = [staff.post("/requests", json=wish | {"recipient": each}).json()["id"] for each in ids]
        for each in requests:
            assert staff.post(f"/requests/{each}/approval", json={}).status_code == 200
        answer = staff.post("/direct-shipments", json={"requests": requests, "supplier": "Rice & Sons"})
    assert answer.status_code == 201, answer.text
    with hub.web.database.write() as connection:  # the clock of this hub stands still: long ago
        connection.exec_driver_sql("UPDATE direct SET made_at = ?", (NOW,))
    return answer.json()


def told(hub: Deciding, key: str, *outcomes: dict, **more: object) -> dict:
    with hub.staff("caritas") as staff:
        sent = {"sent": rfc3339(RECEIVED), "outcomes": list(outcomes), **more}
        answer = staff.post(f"/direct-shipments/{key}/outcomes", json=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def outcome(n: int, what: str, *parcels: str, **more: object) -> dict:
    return {"id": f"outcome-{n}", "told": what, "parcels": parcels, "at": rfc3339(RECEIVED - 10_000 + n), **more}


def pieces(hub: Deciding, account: str) -> object:
    query = "SELECT coalesce(sum(quantity), 0) FROM balance JOIN account ON account.id = account_id WHERE code = ?"
    return hub.ledger.one(query, account)


def test_goods_of_a_supplier_reach_people_and_every_piece_is_accounted_for(hub: Deciding):
    shipment = planned(hub)
    key = shipment["consignment"]
    one, two = (each["parcel"] for each in shipment["parcels"])
    assert shipment["parcels"][0]["shown"] == "W*** ***"
    with hub.staff("caritas") as staff:
        lots = [{"item": RICE, "lot": "S-7", "expiry": "2028-01-31"}]
        sent = {"lots": lots, "at": rfc3339(RECEIVED - 60_000)}
        assert staff.post(f"/direct-shipments/{key}/dispatch", json=sent).json()["posted"] is True
        assert staff.post(f"/direct-shipments/{key}/dispatch", json=sent).status_code == 409, "once"
    assert pieces(hub, "virtual:donor-in") == -6
    given = outcome(1, "given", one, way="person")
    answer = told(hub, key, given, outcome(2, "refused", two), outcome(3, "taken", two))
    assert [each["result"] for each in answer["outcomes"]] == ["stored", "stored", "refused"]
    assert [each["result"] for each in told(hub, key, given)["outcomes"]] == ["known"]
    told(hub, key, outcome(4, "back", two), back_to="st-1")
    follower = Follower(hub.web.database, hub.web.services.vault, lambda: RECEIVED, changed=lambda: None)
    follower.look()
    with hub.staff("caritas") as staff:
        assert staff.get(f"/parcels/{one}").json()["state"] == "handed-over"
        line = hub.ledger.rows("SELECT dispatched, received, in_transit, elsewhere FROM custody WHERE dispatched > 0")
    assert line == [(6, 3, 0, 3)]
    assert hub.ledger.rows("SELECT lot, owner, expiry FROM lot WHERE lot <> ''") == [("S-7", "caritas", 20280131)]
    assert hub.ledger.findings() == []
    assert hub.ledger.rebuilt().same


def test_nobody_else_sees_or_sends_a_shipment_of_an_organisation(hub: Deciding):
    key = planned(hub, people=1)["consignment"]
    with hub.staff("msf") as stranger:
        assert stranger.get(f"/direct-shipments/{key}").status_code == 404
        assert stranger.post(f"/direct-shipments/{key}/dispatch", json={}).status_code == 404
        assert stranger.get("/direct-shipments").json()["rows"] == []
    with hub.person("cora", Role.COURIER) as courier:
        assert courier.get("/direct-shipments").status_code == 403


def test_a_shipment_is_no_way_to_try_the_codes_of_parcels_that_are_not_of_it(hub: Deciding):
    key, other = planned(hub, people=1)["consignment"], "st-1.AAAAA1"
    with hub.web.database.write() as connection:
        put_parcel(connection, other)
        collecting.issue(connection, hub.web.services.vault, other, "st-1", RECEIVED)
    (answer,) = told(hub, key, outcome(1, "given", other, way="code", code="412038927"))["outcomes"]
    assert (answer["result"], answer["warned"]) == ("refused", [])
    assert hub.ledger.one("SELECT tries FROM collecting WHERE parcel = ?", other) == 0
