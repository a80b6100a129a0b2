"""Who sees what: goods of two organisations in the same rooms, read through every route, list, trace and stream."""

import itertools
import re

import pytest

from hub.core.access import API, RULES
from hub.core.viewer import Role
from hub.store import reference, users
from tests.integration.test_api_events import listening
from tests.support.hubdata import CARTON, PALLET, TENT, WATER, add_change, feeding, label, name_things, presence, scan
from tests.support.hubweb import ORGANISATION, make_database, serving
from tests.support.parcels_world import put_recipient
from wire.actions import Action
from wire.checkdigits import check_digit

OTHER = "org-other"
OTHER_PALLET = "00614141123456801" + check_digit("00614141123456801")
OTHER_CARTON = "00614141123456802" + check_digit("00614141123456802")
WHO, SHOWN = "Quirin Xaver Zeno", "Q*** X*** Z***"
MARKS = (OTHER, "OTHERLOT", "OTHERSER", "otherbin", "other-hand", OTHER_PALLET, OTHER_CARTON, SHOWN)
"""What stands in nothing but facts about the other organisation's goods."""
OTHERS = {
    "lot": label(WATER, lot="OTHERLOT"),
    "serial": label(TENT, lot="OTHERLOT", serial="OTHERSER"),
    "pallet": f"00{OTHER_PALLET}",
    "carton": f"00{OTHER_CARTON}",
    "lot by eye": "OTHERLOT",
}
NOBODYS = {
    "lot": label(WATER, lot="NOBODYLOT"),
    "serial": label(TENT, lot="NOBODYLOT", serial="NOBODYSER"),
    "pallet": "00" + "00614141123456901" + check_digit("00614141123456901"),
    "carton": "00" + "00614141123456902" + check_digit("00614141123456902"),
    "lot by eye": "NOBODYLOT",
}


def facts(owner, mark, where, pallet, carton, hand):
    """Bulk and numbered goods on a pallet in a carton, a sum below zero, goods without a place, a broken story."""
    bin_, unit, inside = f"place:{where}", f"unit:sscc:{pallet}", f"unit:sscc:{carton}"
    bulk, more = label(WATER, lot=f"{mark}LOT"), {"by": hand} | ({"owner": owner} if owner else {})
    tent = label(TENT, lot=f"{mark}LOT", serial=f"{mark}SER")
    return [
        scan(Action.RECEIVE, bulk, up=1000, to=bin_, n=40, **more),
        scan(Action.RECEIVE, tent, up=1100, to=bin_, **more),
        scan(Action.RECEIVE, f"00{pallet}", up=1200, to=bin_, **more),
        scan(Action.RECEIVE, f"00{carton}", up=1300, to=bin_, **more),
        scan(Action.PACK, bulk, up=1400, from_=bin_, to=inside, n=10, **more),
        scan(Action.PACK, f"00{carton}", up=1500, from_=bin_, to=unit, **more),
        scan(Action.DAMAGE, label(TENT, lot=f"{mark}LOT2"), up=1600, from_=bin_, n=3, **more),
        scan(Action.MOVE, label(WATER, lot=f"{mark}LOT3"), up=1700, from_=bin_, n=2, **more),
        scan(Action.MOVE, f"00{pallet}", up=1800, from_=f"{bin_}-2", to=bin_, **more),
    ]


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    database = make_database(folder)
    name_things(database)
    with feeding(database) as feeder:
        feeder.send("wh1-scanner-1", facts(OTHER, "OTHER", "wh-1/otherbin", OTHER_PALLET, OTHER_CARTON, "other-hand"))
        feeder.send("wh1-scanner-2", facts(ORGANISATION, "OWN", "wh-1/ownbin", PALLET, CARTON, "own-hand"))
        feeder.send("wh2-scanner-1", facts("", "NO", "wh-2/bin", "0" * 18, "1" * 18, "no-hand")[:1])
        feeder.raw("wh1-scanner-1", b"OTHERLOT, which nobody can read")
    presence(database, wh1_scanner_1=True, wh1_scanner_2=True, wh2_scanner_1=True)
    with database.write() as connection:
        rows = [reference.Organisation(id=id_, name=id_, name_zh="") for id_ in (OTHER, "org-third", ORGANISATION)]
        reference.put_organisations(connection, rows)
    with serving(folder, database=database) as server:
        decide(server)
        yield server


ROOM = {"site": "wh-1", "temperature": "ambient", "measure": "pallets"}
DECISIONS = {
    "deliveries": {
        "id": "D-OTHER", "site": "wh-1", "expected": "2027-02-03", "note": "other-hand",
        "lines": [{"item": WATER, "lot": "OTHERLOT", "n": 4}],
    },
    "space/bookings": {
        "id": "1" * 16, **ROOM, "amount": 3, "first_day": "2027-02-03", "last_day": "2027-02-05", "note": "other-hand",
    },
    "needs": {
        "id": "2" * 16, "destination": "place:wh-1/otherbin", "item": WATER, "n": 2, "needed_by": "2027-02-03",
        "note": "other-hand",
    },
    f"needs/{'2' * 16}/reservations": {
        "id": "3" * 16, "site": "wh-1", "item": WATER, "lot": "OTHERLOT", "owner": OTHER, "n": 2,
    },
    "consents": {"id": "4" * 16, "taker": "org-third"},
    "transfers": {
        "id": "T-OTHER", "account": "place:wh-1/otherbin", "item": f"gtin:{WATER}", "lot": "OTHERLOT", "giver": OTHER,
        "taker": "org-third", "n": 2, "note": "other-hand",
    },
}  # fmt: skip
"""What staff of the other organisation decide: route and body."""
REQUEST, DIRECT, LINE, CALL = "5" * 16, "7" * 16, "6" * 16, "8" * 16
WISH = {"needed_by": "2027-02-03", "note": "other-hand", "lines": [{"item": f"gtin:{WATER}", "n": 2}]}
RELIEF = {
    "lines": {"id": LINE, "name": "other-hand", "number": "95279"},
    "requests": {"id": REQUEST, "way": "door", "line": LINE, "call": CALL, **WISH},
    f"requests/{REQUEST}/approval": {},
    f"requests/{REQUEST}/allocation": {},
    "consignments": {"requests": [REQUEST], "from_site": "wh-1", "way": "door", "note": "other-hand"},
}
SHIPMENT = {
    "requests": {"id": DIRECT, "way": "direct", **WISH},
    f"requests/{DIRECT}/approval": {},
    "direct-shipments": {"requests": [DIRECT], "supplier": "other-hand"},
}
"""What staff of the other organisation do for somebody who called."""
NAMED = {
    "request": REQUEST,
    "line": LINE,
    "call": CALL,
    "key": "D-OTHER",
    "booking": "1" * 16,
    "need": "2" * 16,
    "reservation": "3" * 16,
    "site": "wh-1",
}


def decide(web):
    """Deliveries, room, needs, reservations, consents and transfers of the other organisation."""
    with web.client(Role.ADMIN) as admin:
        room = {"capacities": [{**ROOM, "amount": 10}]}
        assert admin.put("/api/v1/space/capacities", json=room).status_code == 200
    with web.database.write() as connection:
        token = users.add_token(connection, "other-staff", Role.STAFF, now=0, organisation=OTHER)
    person = call(web)
    with web.client(None) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        said = {}
        for route, body in itertools.chain(DECISIONS.items(), RELIEF.items(), SHIPMENT.items()):
            more = {"recipient": person} if route == "requests" else {}
            answer = client.post(f"/api/v1/{route}", json=body | more)
            assert answer.status_code in (200, 201), (route, answer.text)
            said[route] = answer.json()
            if route == "lines":
                take_call(web, person)
        NAMED["consignment"] = said["consignments"]["id"]
        NAMED["shipment"] = said["direct-shipments"]["consignment"]
        (parcel,) = client.get(f"/api/v1/parcels?consignment={NAMED['consignment']}").json()["rows"]
        (notice, *_) = client.get("/api/v1/notices").json()["rows"]
    NAMED.update(parcel=parcel["id"], notice=notice["id"])


def call(web):
    """Somebody whom the line of the other organisation is going to know."""
    with web.database.write() as connection:
        return put_recipient(connection, WHO, vault=web.services.vault)


def take_call(web, person):
    """Of whom the line knows by a call."""
    with web.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO call (id, line, recipient, kind, at, by) SELECT ?, line.seq, recipient.seq, 'need', 1, 'x'"
            " FROM line, recipient WHERE recipient.id = ?",
            (CALL, person),
        )


WAYS = (
    {},
    {"limit": 1},
    {"item": WATER},
    {"code": label(WATER)},
    {"code": label(TENT)},
    {"code": label(WATER, lot="OWNLOT")},
    {"code": f"00{PALLET}"},
    {"site": "wh-1", "code": f"00{CARTON}"},
    {"account": "place:wh-1/otherbin", "code": label(TENT, lot="OWNLOT", serial="OWNSER")},
    {"account": f"unit:sscc:{OTHER_CARTON}", "code": "x"},
    {"account": "virtual:donor-in", "code": "x"},
    {"owner": OTHER, "code": "x"},
    {"lot": "OTHERLOT", "code": "x"},
    {"gtin": WATER, "lot": "OTHERLOT"},
    {"gtin": WATER, "lot": "OWNLOT"},
    {"device": "wh1-scanner-1", "code": "x"},
    {"owner": OTHER, "account": "virtual:damaged", "state": "settled", "code": "x"},
)
STORIES = (
    {"of": f"request:{REQUEST}"},
    {"of": f"call:{CALL}"},
    {"of": "consignment:{consignment}"},
    {"of": "parcel:{parcel}"},
    {"of": label(WATER, lot="OTHERLOT")},
)
RECALLS = ({"gtin": WATER, "lot": "OTHERLOT"},)


FILTERED = {f"{API}/{name}" for name in ("stock", "balances", "trace", "journal", "discrepancies", "quarantine")}
OF_THINGS = {f"{API}/{name}": RECALLS for name in ("recall", "recall/holders", "exports/recall.csv")} | {
    f"{API}/story": STORIES
}
BARE = ({}, {"limit": 1}, {"owner": OTHER, "site": "wh-1", "state": "settled"})
DUMB = {f"{API}/{name}" for name in ("events", "openapi.json", "cards", "imports/templates/{kind}.csv")}
"""Asked elsewhere, or made of nothing that stands in the database."""


READING = sorted({template for method, template in RULES if method == "GET"} - DUMB)


ECHO = re.compile(r'"lot":"OTHERLOT","name":|"kind":"code","id":"[^"]*"')
"""What was asked for, said again by the recall and by a story."""


def everything(client, template):
    """What a route says, however it is asked."""
    return "".join(
        pages(client, template, way) for way in OF_THINGS.get(template, WAYS if template in FILTERED else BARE)
    )


def pages(client, template, way):
    """All pages that a route gives, as text."""
    named = NAMED | ({"key": NAMED["shipment"]} if "direct-shipments" in template else {})
    path = re.sub(r"\{([^}:]*)[^}]*\}", lambda found: named.get(found[1], "wh1-scanner-1"), template)
    way = {name: value.format(**NAMED) if name == "of" else value for name, value in way.items()}
    said, cursor = "", ""
    for _ in range(50):
        answer = client.get(path, params=way | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code in (200, 403, 404, 409, 422), answer.text
        said += re.sub(ECHO, "", answer.text)
        body = answer.json() if answer.headers["content-type"].startswith("application/json") else {}
        cursor = body.get("next") if isinstance(body, dict) else None
        if not cursor:
            return said
    raise AssertionError(f"{template} never ends")


def seen_by(web, role, templates=READING):
    """Which marks a role reads, by route."""
    found = {}
    with web.client(role) as client:
        for template in templates:
            said = everything(client, template)
            found[template.removeprefix("/api/v1")] = {mark for mark in MARKS if mark in said}
    return found


def test_staff_find_nothing_of_another_organisations_goods_by_any_route(web):
    found = seen_by(web, Role.STAFF)
    found["/organisations"] -= {OTHER}  # who there is, is for everybody
    assert {template: marks for template, marks in found.items() if marks} == {}


def test_what_staff_do_not_find_is_there_for_those_who_see_all(web):
    found = seen_by(web, Role.AUDITOR)
    for template in ("/stock", "/balances", "/trace", "/journal", "/quarantine", "/discrepancies"):
        assert "OTHERLOT" in found[template], template
    for template in (
        "/deliveries",
        "/space/bookings",
        "/needs",
        "/needs/{need}",
        "/reservations",
        "/consents",
        "/transfers",
        "/requests/{request}",
        "/consignments/{consignment}",
        "/parcels/{parcel}",
        "/direct-shipments/{key}",
        "/calls/{call}",
        "/notices",
        "/story",
    ):
        assert found[template] & {OTHER, SHOWN}, template
    assert {mark for marks in found.values() for mark in marks} == set(MARKS)


@pytest.mark.parametrize("code", OTHERS)
def test_a_code_of_another_organisations_goods_is_answered_like_one_that_nobody_has_met(web, code):
    met = web.get("/trace", Role.AUDITOR, code=OTHERS[code])
    assert met["events"]
    for asked in (OTHERS, NOBODYS):
        found = web.get("/trace", Role.STAFF, code=asked[code])
        assert (found["events"], found["now"], found["holders"], found["next"]) == ([], None, [], None)
    shape = {key: type(value) for key, value in web.get("/trace", Role.STAFF, code=OTHERS[code])["what"].items()}
    assert shape == {
        key: type(value) for key, value in web.get("/trace", Role.STAFF, code=NOBODYS[code])["what"].items()
    }


def test_staff_see_all_that_their_own_organisation_owns(web):
    stock = web.get("/stock", Role.STAFF, limit=500)["rows"]
    assert {row["owner"] for row in stock} == {ORGANISATION}
    assert sum(row["quantity"] for row in stock if row["lot"] == "OWNLOT") == 41
    for code, account in ((f"00{PALLET}", "place:wh-1/ownbin"), (f"00{CARTON}", f"unit:sscc:{PALLET}")):
        assert web.get("/trace", Role.STAFF, code=code)["now"]["account"] == account
    assert len(web.get("/trace", Role.STAFF, code=label(WATER))["events"]) == 3
    kinds = [row["kind"] for row in web.get("/discrepancies", Role.STAFF, limit=500)["rows"]]
    assert sorted(set(kinds)) == ["broken-story", "negative", "unknown-place"]


def test_sums_are_of_what_the_viewer_sees(web):
    for role in (Role.STAFF, Role.AUDITOR):
        stock = web.get("/stock", role, limit=500)["rows"]
        summary = web.get("/summary", role)
        assert summary["stock_units"] == sum(row["quantity"] for row in stock)
        assert summary["discrepancies"] == len(web.get("/discrepancies", role, limit=500)["rows"])
        sites = {row["id"]: row["stock"] for row in web.get("/sites", role)["sites"]}
        assert sites["wh-1"] == sum(row["quantity"] for row in stock if row["site"] == "wh-1")
        assert sites["wh-2"] == (0 if role is Role.STAFF else 40)


def test_goods_whose_owner_is_to_be_settled_belong_to_nobodys_view(web):
    assert web.get("/stock", Role.STAFF, site="wh-2")["rows"] == []
    assert [row["owner"] for row in web.get("/stock", Role.AUDITOR, site="wh-2")["rows"]] == [""]


def test_the_stream_tells_staff_that_something_changed_and_neither_what_nor_where(web):
    with listening(web, role=Role.STAFF) as stream:
        began = stream.last_id
        add_change(web.database, "stock", '{"sites":["wh-1"],"facts":3}')
        web.live.notify()
        assert stream.event() == ("stock", {})
    with listening(web, began, role=Role.STAFF) as stream:
        assert stream.event() == ("stock", {})


def test_a_courier_hears_that_something_changed_and_nothing_of_stock(web):
    with listening(web, role=Role.COURIER) as stream:
        add_change(web.database, "stock", '{"sites":["wh-1"],"facts":3}')
        web.live.notify()
        assert stream.event() == ("stock", {})
    assert {row["stock"] for row in web.get("/sites", Role.COURIER)["sites"]} == {0}


def test_the_stream_tells_who_works_at_a_site_nothing_of_other_sites(web):
    with web.database.write() as connection:
        token = users.add_token(connection, "streams-wh-2", Role.OPERATOR, now=0, site="wh-2")
    with listening(web, token=token) as stream:
        add_change(web.database, "delivery", '{"ids":["D-elsewhere"]}')
        web.live.notify()
        assert stream.event() == ("delivery", {})


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CLERK])
def test_who_works_at_a_site_sees_what_stands_there_whoever_owns_it_and_nothing_of_another_site(web, role):
    with web.database.write() as connection:
        token = users.add_token(connection, f"at-wh-2-{role}", role, now=0, site="wh-2")
    with web.client(None) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        found = {template: everything(client, template) for template in READING if template != f"{API}/organisations"}
    said = "".join(found.values())
    assert "NOLOT" in found["/api/v1/stock"]
    assert "NOLOT" in found["/api/v1/balances"]
    assert {mark for mark in (*MARKS, "ownbin", "own-hand") if mark in said} == set()
