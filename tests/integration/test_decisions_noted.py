"""Every route by which people change something leaves a note of who did it: a walk through all of them."""

import io
import itertools
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from sqlalchemy import insert

from hub import collecting
from hub.admission import open_authority
from hub.config import Address
from hub.core.access import API, RULES
from hub.core.instant import rfc3339
from hub.core.viewer import Role
from hub.desk import Desk
from hub.devices import Registry
from hub.follower import Follower
from hub.inviting import Inviter
from hub.store import notices, recipients
from hub.store.schema import device
from hub.watching import Watching
from tests.support.alerts import alert
from tests.support.deciding import Deciding, enter_names
from tests.support.facts import DOCK, RECEIVED, RICE, SHELF, goods, scan
from tests.support.hubweb import serving
from tests.support.ingest import station
from tests.support.parcels_world import put_parcel, put_recipient
from tests.support.rounds import COURIER, parcel_for
from wire.actions import Action

DECIDES_NOTHING = {
    ("DELETE", "/session"),
    ("POST", "/labels"),
    ("POST", "/recipients/search"),
    ("POST", "/slips"),
    ("POST", "/stations/{site}/search"),
}
"""Signing out, pictures of what was sent or is known, and searches whose words stand in no address."""
DAY, LAST = "2027-01-20", "2027-02-20"
ROOM = {"site": "wh-1", "temperature": "ambient", "measure": "pallets"}


class Walk:
    """Asks as an administrator, and looks into the log after each answer."""

    def __init__(self, hub, client):
        self.hub, self.client = hub, client
        self.who = "token token-admin"
        self.walked = set()

    def notes(self):
        return self.hub.ledger.rows("SELECT who, action FROM decision_log ORDER BY id")

    @contextmanager
    def acting_as(self, role):
        """What only this role may do."""
        before = self.client, self.who
        with self.hub.web.client(role) as self.client:
            self.who = f"token token-{role}"
            yield
        self.client, self.who = before

    def get(self, path):
        return self.client.get(API + path).json()

    def __call__(self, method, template, body=None, *, content=None, of="text/csv", **ids):
        before = len(self.notes())
        more = {"content": content, "headers": {"Content-Type": of}} if content else {"json": body}
        answer = self.client.request(method, API + template.format(**ids), **more)
        assert answer.is_success, (method, template, answer.text)
        new = self.notes()[before:]
        assert new, f"{method} {template} leaves no note"
        assert new[0][0] == self.who, (method, template, new)
        self.walked.add((method, template.partition("?")[0]))
        return answer.json() if answer.content else None


@contextmanager
def walking(folder):
    with station(folder / "hub.db") as ledger:
        database = ledger.database
        enter_names(database)
        desk = Desk(ledger.pipeline, ledger=ledger.ledger, clock=lambda: RECEIVED, uptime=lambda: 0)
        address = Address(host="127.0.0.1", port=1883)
        inviter = Inviter(
            database, open_authority(database), name=lambda: "192.0.2.7", https_port=8443, clock=lambda: RECEIVED
        )
        registry = Registry(database, address, embedded=True, changed=lambda: None)
        try:
            with (
                serving(
                    folder, database=database, desk=desk, clock=lambda: RECEIVED, devices=registry, inviter=inviter
                ) as web,
                web.client() as client,
            ):
                yield Walk(Deciding(ledger=ledger, web=web, desk=desk), client)
        finally:
            desk.stop()


def test_every_route_that_changes_something_notes_who_did_it(tmp_path):
    with walking(tmp_path) as walk:
        for part in (
            people,
            reference_data,
            devices,
            deliveries,
            space,
            allocation,
            relief,
            transfers,
            incidents,
            help_lines,
            stations,
            last_mile,
            troubles,
            alarms,
        ):
            part(walk)
        changing = {(method, path.removeprefix(API)) for method, path in RULES if method != "GET"}
        assert walk.walked == changing - DECIDES_NOTHING


def people(walk):
    walk("POST", "/users", {"name": "ana", "role": "operator"})
    walk("PATCH", "/users/{name}", {"shown": "Ana"}, name="ana")
    walk("POST", "/users/{name}/link", name="ana")
    walk("POST", "/users/{name}/badge", {}, name="ana")
    walk("DELETE", "/users/{name}/badge", name="ana")
    walk("POST", "/tokens", {"name": "till", "role": "auditor"})
    walk("DELETE", "/tokens/{name}", name="till")


def reference_data(walk):
    site = {"id": "wh-2", "name": "Two", "kind": "warehouse", "lat": 31.0, "lon": 103.0}
    walk("PUT", "/sites", [site])
    walk("PUT", "/items", [{"gtin": RICE, "name": "Rice"}])
    walk("PUT", "/organisations", [{"id": "oxfam", "name": "Oxfam"}])
    walk("PUT", "/sites/{site}/bins", {"bins": [{"code": "b1"}]}, site="wh-2")
    walk("DELETE", "/sites/{site}/bins/{code}", site="wh-2", code="b1")
    walk("PUT", "/goods-codes", {"codes": [{"code": "QUILT", "item": "text:RR:G:QUILT", "name": "Quilt"}]})
    walk("POST", "/lots/notes", {"item": f"gtin:{RICE}", "lot": "Z", "state": "recalled", "reason": "glass"})
    walk("PUT", "/numbering", {"company_prefix": "9501101"})
    walk("PUT", "/roads", {"type": "FeatureCollection", "features": []})
    walk("PUT", "/region", {"name": "Lin", "center": [105.0, 30.0], "zoom": 9.0})
    walk("POST", "/imports?kind=bins&dry_run=false", content="site,code\nwh-2,c1\n")


def devices(walk):
    walk("POST", "/devices", {"name": "van-1", "kind": "vehicle"})
    walk("PUT", "/devices/{name}/site", {"site": "wh-2"}, name="van-1")
    walk("POST", "/devices/{name}/commands", {"name": "identify"}, name="van-1")
    walk("PUT", "/devices/{name}/configuration", {"settings": {}}, name="van-1")
    walk("POST", "/devices/{name}/invitation", {"kind": "vehicle"}, name="van-1")
    walk("POST", "/devices/{name}/revocation", name="van-1")


def deliveries(walk):
    told = {"owner": "caritas", "site": "wh-1", "expected": DAY, "lines": [{"item": f"gtin:{RICE}", "n": 5}]}
    walk("POST", "/deliveries", {"id": "D1", **told})
    walk("PUT", "/deliveries/{key}", told, key="D1")
    walk("POST", "/deliveries/{key}/cancellation", {}, key="D1")
    walk("POST", "/deliveries", {"id": "D2", **told})
    walk.hub.tell("c", scan(goods(lot="D"), n=5, owner="caritas", task="delivery:D2"))
    walk("POST", "/deliveries/{key}/closing", {"reason": "all here"}, key="D2")


def space(walk):
    walk("PUT", "/space/capacities", {"capacities": [{**ROOM, "amount": 10}]})

    def asked():
        wish = {"organisation": "caritas", **ROOM, "amount": 2, "first_day": DAY, "last_day": LAST}
        return walk("POST", "/space/bookings", wish)["id"]

    kept = asked()
    walk("POST", "/space/bookings/{booking}/approval", {}, booking=kept)
    walk("POST", "/space/bookings/{booking}/release", booking=kept)
    walk("POST", "/space/bookings/{booking}/refusal", {"reason": "full"}, booking=asked())


def allocation(walk):
    walk.hub.tell("d", scan(goods(lot="L"), n=20, to=SHELF, owner="caritas"))
    lent = walk("POST", "/consents", {"owner": "msf", "taker": "caritas"})["id"]
    walk("POST", "/consents/{consent}/end", consent=lent)
    wish = {"organisation": "caritas", "destination": "place:st-1", "item": f"gtin:{RICE}", "n": 9, "needed_by": DAY}
    need = walk("POST", "/needs", wish)["id"]

    def kept():
        lot = {"site": "wh-1", "item": f"gtin:{RICE}", "lot": "L", "owner": "caritas", "n": 2}
        return walk("POST", "/needs/{need}/reservations", lot, need=need)["id"]

    walk("POST", "/reservations/{reservation}/cancellation", reservation=kept())
    pick = walk("POST", "/reservations/{reservation}/release", reservation=kept())["id"]
    walk("POST", "/picks/{pick}/cancellation", pick=pick)
    pick = walk("POST", "/picks", {"reservations": [kept()]})["id"]
    walk("POST", "/picks/{pick}/closing", pick=pick)
    walk("POST", "/needs/{need}/cancellation", need=need)


def relief(walk):
    follower = Follower(walk.hub.web.database, None, lambda: RECEIVED, changed=lambda: None)
    told = itertools.count()

    def asked(n=1, **more):
        lines = [{"item": f"gtin:{RICE}", "n": n}]
        wish = {"organisation": "caritas", "way": "station", "site": "st-1", "needed_by": DAY, "lines": lines, **more}
        return walk("POST", "/requests", wish)["id"]

    def sent(*ids):
        walk("POST", "/requests/decisions", {"event": "allocate", "ids": list(ids)})
        found = walk(
            "POST",
            "/consignments",
            {"requests": list(ids), "from_site": "wh-1", "to_site": "st-1", "way": "station"},
        )["id"]
        parcels = [one["id"] for one in walk.get(f"/parcels?consignment={found}")["rows"]]
        return found, parcels

    def seen(parcel, do, source, to):
        walk.hub.tell("d", scan(f"RR:P:{parcel}", do=do, source=source, to=to), after=1 + next(told))
        follower.look()

    first = asked(2, way="door", site=None, draft=True)
    walk("POST", "/requests/{request}/submission", request=first)
    walk("POST", "/requests/{request}/reroute", {"way": "station", "site": "st-1"}, request=first)
    walk("POST", "/requests/{request}/approval", request=first)
    second = walk("POST", "/requests/{request}/split", {"lines": [{"line": 1, "n": 1}]}, request=first)["id"]
    walk("POST", "/requests/{request}/allocation", request=first)
    walk("POST", "/requests/{request}/refusal", {"reason": "twice"}, request=asked())
    walk("POST", "/requests/{request}/cancellation", request=asked())
    consignment, (one, _) = sent(first, second)
    other = walk("POST", "/consignments/{consignment}/split", {"parcels": [one]}, consignment=consignment)["id"]
    walk("POST", "/consignments/{consignment}/cancellation", consignment=consignment)
    walk("POST", "/consignments/{consignment}/reroute", {"way": "station", "to_site": "st-1"}, consignment=other)
    seen(one, Action.LOAD, SHELF, "transit:t")
    walk("POST", "/parcels/{parcel}/reroute", {"way": "station", "station": "st-1"}, parcel=one)
    walk("POST", "/consignments/{consignment}/loss", {"reason": "river"}, consignment=other)
    follower.look()
    walk("POST", "/consignments/{consignment}/closing", consignment=other)
    fresh = asked()
    walk("POST", "/requests/{request}/approval", request=fresh)
    third, (one,) = sent(fresh)
    seen(one, Action.UNLOAD, SHELF, "place:st-1/dock")
    walk("POST", "/parcels/{parcel}/return", parcel=one)
    walk("POST", "/consignments/{consignment}/return", consignment=third)
    walk("POST", "/parcels/{parcel}/loss", {"reason": "gone"}, parcel=one)


def alarms(walk):
    rules = walk.get("/alert-rules")
    rules["kinds"]["silent-device"] |= {"hold_s": 0, "calm_s": 0}
    walk("PUT", "/alert-rules", {"kinds": rules["kinds"], "stock": []})
    database, long_ago = walk.hub.ledger.database, RECEIVED - 86_400_000
    with database.write() as connection:
        for name in ("silent-1", "silent-2"):
            row = {"name": name, "kind": "scanner", "created_at": long_ago, "last_seen": long_ago}
            connection.execute(insert(device).values(**row))
    Watching(database, lambda: RECEIVED, folder=Path("/")).look()
    first, second = (each["id"] for each in walk.get("/alerts?kind=silent-device&text=silent-")["rows"])
    walk("POST", "/alerts/{alert}/acknowledgement", {}, alert=first)
    walk("POST", "/alerts/acknowledgements", {"alerts": [second]})
    walk("POST", "/alerts/{alert}/assignment", {"to": "engineer-1"}, alert=first)
    walk("POST", "/alerts/{alert}/closing", {"note": "battery"}, alert=first)


def incidents(walk):
    people = {"id": "near", "name": "Near", "lat": 30.5, "lon": 120.5, "population": 9}
    walk("PUT", "/settlements", [people])
    walk("PUT", "/rates", {"rates": [{"key": "rice", "name": "Rice", "item": f"gtin:{RICE}"}]})
    walk("POST", "/incidents/cap", content=alert(), of="application/cap+xml")
    id_ = walk("POST", "/incidents", {"name": "Flood", "circles": [{"lat": 30.5, "lon": 120.5, "radius_km": 9}]})["id"]
    wish = {"organisation": "caritas", "way": "door", "dry_run": False}
    assert walk("POST", "/incidents/{incident}/proposal", wish, incident=id_)["made"] == 1
    walk("POST", "/incidents/{incident}/closing", incident=id_)
    walk("POST", "/incidents/{incident}/reopening", incident=id_)


def transfers(walk):
    walk.hub.tell("e", scan(goods(lot="T"), n=20, owner="caritas"))
    wish = {"account": DOCK, "item": f"gtin:{RICE}", "lot": "T", "giver": "caritas", "taker": "msf", "n": 1}

    def asked():
        return walk("POST", "/transfers", {**wish, "asked_for": "caritas"})["id"]

    walk("POST", "/transfers/{key}/approval", {"reason": "by telephone"}, key=asked())
    walk("POST", "/transfers/{key}/refusal", {"reason": "no"}, key=asked())
    walk("POST", "/transfers/{key}/withdrawal", {"reason": "no"}, key=asked())


def troubles(walk):
    walk.hub.tell("f", scan(goods(lot="S"), n=3, do=Action.MOVE, source=DOCK, to=SHELF, owner="caritas"))
    key = next(row["key"] for row in walk.get("/discrepancies?kind=negative")["rows"])
    walk("POST", "/discrepancies/{key}/settlement", {"decision": "accept", "reason": "seen"}, key=key)
    walk.hub.tell("g", scan(goods(lot="U"), n=3))
    facts = [{name: row[name] for name in ("device", "stream", "seq")} for row in walk.get("/unsettled")["rows"]]
    walk("POST", "/unsettled/settlement", {"facts": facts, "owner": "msf", "reason": "their truck"})


def help_lines(walk):
    said = {"name": "County line", "number": "95279"}
    line = walk("POST", "/lines", {"organisation": "caritas", **said})["id"]
    walk("PUT", "/lines/{line}", {**said, "hours": "always"}, line=line)
    walk("PUT", "/lines/{line}/operators", {"operators": [f"token token-{Role.HELPLINE}"]}, line=line)
    with walk.acting_as(Role.HELPLINE):
        person = walk("POST", "/recipients", {"line": line, "name": "Ana"})["id"]
        walk("PUT", "/recipients/{recipient}", {"name": "Ana", "phone": "13800138000"}, recipient=person)
        walk("POST", "/recipients/{recipient}/proxies", {"name": "Bo"}, recipient=person)
        walk("DELETE", "/recipients/{recipient}/proxies/{n}", recipient=person, n=1)
        call = {"line": line, "kind": "need", "recipient": person, "due": f"{DAY}T08:00:00Z"}
        made = walk("POST", "/calls", call)["id"]
        walk("POST", "/calls/{call}/follow-up", {"due": None}, call=made)
        walk("POST", "/notices/{notice}/again", notice=failed_notice(walk, person))
        walk("POST", "/recipients/{recipient}/erasure", recipient=person)
    walk("POST", "/lines/{line}/closing", line=line)


def stations(walk):
    parcel, recipient = "st-1.AAAAA1", put_person(walk)
    with walk.hub.web.database.write() as connection:
        put_parcel(connection, parcel, recipient=recipient)
        collecting.issue(connection, walk.hub.web.services.vault, parcel, "st-1", RECEIVED)
        connection.exec_driver_sql("INSERT INTO parcel_claim VALUES (?, 'd', 'st-1', ?)", (parcel, RECEIVED))
    walk("POST", "/parcels/{parcel}/code", parcel=parcel)
    walk("POST", "/parcels/{parcel}/proxies", {"proxy": 1}, parcel=parcel)
    walk("DELETE", "/parcels/{parcel}/proxies/{proxy}", parcel=parcel, proxy=1)
    walk("DELETE", "/parcels/{parcel}/claim", parcel=parcel)
    count = walk("POST", "/stations/{site}/shelf-counts", {}, site="st-1")["id"]
    walk("POST", "/stations/{site}/shelf-counts/{count}/closing", site="st-1", count=count)


def put_person(walk):
    """Somebody with one proxy."""
    vault = walk.hub.web.services.vault
    with walk.hub.web.database.write() as connection:
        id_ = put_recipient(connection, vault=vault)
        recipients.add_proxy(connection, vault, id_, recipients.Named(name="Bo"), by="x", now=RECEIVED)
    return id_


def last_mile(walk):
    with walk.hub.web.database.write() as connection:
        parcels = [parcel_for(connection, n, None) for n in range(2)]
    rounds = [
        walk("POST", "/rounds", {"site": "wh-1", "courier": COURIER, "parcels": [{"parcel": each}]})["id"]
        for each in parcels
    ]
    walk("POST", "/rounds/{id_}/cancellation", {}, id_=rounds[0])
    walk("POST", "/rounds/{id_}/code-checks", {"parcels": parcels[1:], "code": "1"}, id_=rounds[1])
    said = {"id": "outcome-1", "told": "taken", "parcels": parcels[1:], "at": rfc3339(RECEIVED)}
    told = {"sent": rfc3339(RECEIVED), "outcomes": [said]}
    walk("POST", "/rounds/{id_}/outcomes", told, id_=rounds[1])
    taken = io.BytesIO()
    Image.new("RGB", (4, 4)).save(taken, "PNG")
    walk("POST", "/photos", content=taken.getvalue(), of="image/png")
    lines = [{"item": f"gtin:{RICE}", "n": 1}]
    wish = {"organisation": "caritas", "way": "direct", "needed_by": DAY, "lines": lines}
    asked = walk("POST", "/requests", wish)["id"]
    walk("POST", "/requests/{request}/approval", request=asked)
    key = walk("POST", "/direct-shipments", {"requests": [asked], "supplier": "Rice & Sons"})["consignment"]
    walk("POST", "/direct-shipments/{key}/dispatch", {}, key=key)
    parcel = walk.get(f"/direct-shipments/{key}")["parcels"][0]["parcel"]
    given = said | {"told": "given", "way": "person", "parcels": [parcel]}
    walk("POST", "/direct-shipments/{key}/outcomes", told | {"outcomes": [given]}, key=key)


def failed_notice(walk, person):
    """The id of a notice that could not be sent."""
    services = walk.hub.web.services
    with services.database.write() as connection:
        id_ = notices.enqueue(
            connection, services.vault, kind="new-code", recipient=person, about="request:x", values={}, now=RECEIVED
        )
        query = "UPDATE notice SET state = 'failed', why = 'http-400', ended_at = ? WHERE id = ?"
        connection.exec_driver_sql(query, (RECEIVED, id_))
    return id_
