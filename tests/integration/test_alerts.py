"""Alerts of real tables: what each kind is raised by and over by, who sees it, and what people do with it."""

import json

import pytest

from hub.core.alerts import DEFAULTS, START, Kind, Least, Rule, Rules
from hub.core.viewer import Role
from hub.store import alerts as store
from hub.store import reference, schema
from hub.store.schema import device, fix, lane
from hub.watching import MOST, Watching
from tests.support.hubdata import TENT, WATER, feeding, label, name_things, scan
from tests.support.hubweb import ORGANISATION, PASSWORD, START_MS, Clock, make_database, serving
from tests.support.parcels_world import put_consignment
from wire.actions import Action

MINUTE, DAY = 60_000, 86_400_000
AT_ONCE = Rules(
    kinds={kind: Rule(raise_at=rule.raise_at, clear_at=rule.clear_at, calm_s=0) for kind, rule in DEFAULTS.items()},
    stock=(
        Least(site="wh-1", item=f"gtin:{WATER}", least=50, enough=60),
        Least(site="wh-1", item=f"gtin:{WATER}", owner=ORGANISATION, least=10, enough=10),
    ),
)


class World:
    """A hub's tables, somebody who watches them, and a clock that is moved."""

    def __init__(self, folder, rules=AT_ONCE):
        self.database, self.clock, self.faults, self.told = make_database(folder), Clock(), [], 0
        self.watching = Watching(
            self.database, self.clock, folder=folder, faults=lambda: self.faults, changed=self._changed,
            timer=lambda: self.clock.now / 1000,
        )  # fmt: skip
        name_things(self.database)
        with self.database.write() as connection:
            store.put_rules(connection, rules)
            names = (ORGANISATION, "org-other")
            reference.put_organisations(
                connection, [reference.Organisation(id=name, name=name, name_zh="") for name in names]
            )

    def _changed(self):
        self.told += 1

    def put(self, table, **values):
        with self.database.write() as connection:
            connection.execute(table.insert().values(**values))

    def run(self, query, *values):
        with self.database.write() as connection:
            connection.exec_driver_sql(query, values)

    def device(self, name, **values):
        self.put(device, name=name, kind="scanner", created_at=START_MS, last_seen=START_MS, **values)

    def look(self, minutes=0.0):
        self.clock.now += int(minutes * MINUTE)
        self.watching.look()
        with self.database.read() as connection:
            rows = connection.exec_driver_sql("SELECT * FROM alarm WHERE cleared_at IS NULL ORDER BY seq").all()
        return [(row.kind, json.loads(row.figures)) for row in rows]

    def kinds(self, minutes=0.0):
        return [kind for kind, _ in self.look(minutes) if kind != "low-stock"]


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.database.close()


def test_a_device_that_falls_silent_is_raised_once_and_over_when_it_is_heard_again(world):
    world.device("wh1-scanner-1")
    assert world.kinds(14) == []
    assert world.kinds(2) == ["silent-device"]
    assert world.kinds(60) == ["silent-device"]
    world.run("UPDATE device SET last_seen = ?", world.clock.now)
    assert world.kinds(0.1) == []
    assert world.told == 3, "low stock and silence raised, silence over"


def test_facts_that_nobody_holds_and_a_growing_backlog_are_raised(world):
    world.device("van-1", pending_facts=600)
    with feeding(world.database) as feeder:
        feeder.hello("st1-scanner", 7)
    world.run("UPDATE device SET last_seen = ?, pending_facts = coalesce(pending_facts, 0)", START_MS)
    found = dict(one for one in world.look() if one[0] != "low-stock")
    assert found == {
        "lost-facts": {"device": "st1-scanner", "n": 7},
        "queue-growth": {"device": "van-1", "n": 600},
    }
    world.run("UPDATE device SET pending_facts = 7")
    assert world.kinds(0.1) == []


def drive(world, name, *places):
    """Fixes a minute apart from START_MS on, each so many metres north of the first."""
    ((device_id,), (lane_id,)) = (9,), (99,)
    world.device(name, id=device_id)
    world.put(lane, id=lane_id, device_id=device_id, stream="1" * 16, lane="telemetry", through=0, last=0, first_seen=0)
    for n, metres in enumerate(places):
        world.put(
            fix, device_id=device_id, t=START_MS + n * MINUTE, lane_id=lane_id, seq=n,
            lat_e7=300_000_000 + round(metres * 90), lon_e7=0, quality="good", received_at=0, verdict="good",
        )  # fmt: skip
    with world.database.write() as connection:
        put_consignment(connection, "st-1", vehicle=name, id="C-STUCK001")


def test_a_vehicle_that_is_under_way_and_does_not_move_is_raised_and_one_that_waits_at_its_stop_is_not(world):
    drive(world, "van-9", *range(0, 5000, 500), *[5000 + n % 3 for n in range(50)])
    world.run("UPDATE device SET last_seen = ?", START_MS + 70 * MINUTE)
    assert world.kinds(30) == [], "it stands for 20 minutes"
    assert world.kinds(12) == ["stuck-vehicle"]
    world.run(
        "INSERT INTO journey (lane_id, seq, at, vehicle, action, device, by, voided) VALUES (99, 1, ?, 'van-9',"
        " 'arrive', 'van-9', '', 0)", START_MS + 11 * MINUTE,
    )  # fmt: skip
    assert world.kinds(0.1) == []


def test_a_loaded_vehicle_that_has_not_set_out_yet_is_not_stuck(world):
    drive(world, "van-9", *[n % 3 for n in range(60)])
    world.run("UPDATE device SET last_seen = ?", START_MS + 70 * MINUTE)
    assert world.kinds(55) == []


def test_a_consignment_is_late_once_its_day_is_over_at_its_site(world):
    with world.database.write() as connection:
        put_consignment(connection, "st-1", due=20261123, id="C-LATE0001")
    assert world.kinds() == []
    world.clock.now += DAY
    late = {"consignment": "C-LATE0001", "due": 20261123, "state": "in-transit"}
    assert ("late-consignment", late) in world.look()
    world.run("UPDATE consignment SET state = 'received'")
    assert world.kinds(0.1) == []


def receive(world, up, *labels, do=Action.RECEIVE, to="place:wh-1/a", **more):
    with feeding(world.database) as feeder:
        feeder.send(
            f"wh1-scanner-{up}", [scan(do, one, up=up * 100, to=to, **more) for one in labels], stream=f"{up:016d}"
        )
    world.run("UPDATE device SET last_seen = ?", world.clock.now + 10 * DAY)


def test_stock_below_its_least_is_raised_for_everybody_and_for_one_owner_apart(world):
    def short():
        with world.database.read() as connection:
            query = "SELECT owner, severity, figures FROM alarm WHERE cleared_at IS NULL AND kind = 'low-stock'"
            return sorted(
                (row.owner or "", row.severity, json.loads(row.figures)["n"])
                for row in connection.exec_driver_sql(query)
            )

    world.look()
    assert short() == [("", 1, 0), (ORGANISATION, 1, 0)]
    receive(world, 1, label(WATER, lot="A"), n=40, owner="org-other")
    world.look(0.1)
    assert short() == [("", 1, 40), (ORGANISATION, 1, 0)], "how urgent it once was stays"
    receive(world, 2, label(WATER, lot="A"), n=15, owner=ORGANISATION)
    world.look(0.1)
    assert short() == [("", 1, 55)], "enough is 60"
    receive(world, 3, label(WATER, lot="A"), n=5, owner=ORGANISATION)
    world.look(0.1)
    assert short() == []


def test_a_lot_is_raised_before_it_expires_and_over_when_it_is_gone(world):
    receive(world, 1, label(WATER, lot="SOON", expiry="261201"), n=70, owner=ORGANISATION)
    receive(world, 2, label(WATER, lot="LATER", expiry="270601"), n=70, owner=ORGANISATION)
    assert [figures["lot"] for kind, figures in world.look() if kind == "expiring-lot"] == ["SOON"]
    receive(world, 3, label(WATER, lot="SOON"), do=Action.HAND_OVER, from_="place:wh-1/a", to=None, n=70,
            owner=ORGANISATION)  # fmt: skip
    assert world.kinds(0.1) == []


def test_goods_that_have_to_be_cool_in_a_bin_that_is_not_are_raised_until_they_are_moved(world):
    world.run("UPDATE item SET temperature = 'cold' WHERE gtin = ?", TENT)
    for code, kind in (("a", "shelf"), ("c", "cool")):
        world.put(schema.bin, site="wh-1", code=code, kind=kind)
    receive(world, 1, label(TENT, lot="V"), n=8, owner=ORGANISATION)
    assert world.kinds() == ["temperature"]
    receive(world, 2, label(TENT, lot="V"), do=Action.MOVE, from_="place:wh-1/a", to="place:wh-1/c", n=8,
            owner=ORGANISATION)  # fmt: skip
    assert world.kinds(0.1) == []


def test_what_does_not_add_up_is_one_alert_of_its_kind_and_place(world):
    receive(world, 1, label(TENT, lot="X"), label(TENT, lot="Y"), do=Action.MOVE, from_="place:wh-1/a",
            to="place:wh-1/b", n=3, owner=ORGANISATION)  # fmt: skip
    assert [one for one in world.look() if one[0] == "discrepancy"] == [("discrepancy", {"what": "negative", "n": 2})]


def test_a_hub_that_takes_nothing_in_says_so(world):
    world.faults = ["the broker is not connected"]
    assert world.kinds() == ["hub"]
    world.faults = []
    assert world.kinds(0.1) == []


def test_more_than_can_be_listed_is_said_and_nothing_of_it_counts_as_over(world):
    with world.database.write() as connection:
        for n in range(MOST + 20):
            connection.execute(
                device.insert().values(name=f"d-{n:04d}", kind="scanner", created_at=0, last_seen=START_MS)
            )
    found = world.kinds(20)
    assert found.count("silent-device") == MOST
    world.run("UPDATE device SET last_seen = ? WHERE name < 'd-0010'", world.clock.now)
    found = world.look(0.2)
    assert [figures["kind"] for kind, figures in found if kind == "hub"] == ["silent-device"]
    assert sum(kind == "silent-device" for kind, _ in found) == MOST + 10
    world.run("UPDATE device SET last_seen = ?", world.clock.now)
    world.look(0.2)
    assert world.kinds(0.2) == []


def test_an_alert_that_is_off_is_over(world):
    world.device("wh1-scanner-1")
    assert world.kinds(20) == ["silent-device"]
    with world.database.write() as connection:
        off = Rule(on=False, raise_at=15, clear_at=5, calm_s=0)
        store.put_rules(connection, Rules(kinds={Kind.SILENT_DEVICE: off}))
    assert world.look(0.1) == []


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    world = World(folder)
    receive(world, 1, label(WATER, lot="SOON", expiry="261201"), n=1, owner="org-other")
    for name in ("wh1-scanner-2", "wh1-scanner-3"):
        world.device(name)
    world.run("UPDATE device SET last_seen = ?", START_MS)
    world.look(20)
    with serving(folder, database=world.database, clock=world.clock) as server:
        yield server


def silent(web, name):
    (row,) = web.get("/alerts", kind="silent-device", text=name)["rows"]
    return f"/api/v1/alerts/{row['id']}"


def test_staff_see_alerts_about_their_own_goods_alone_and_a_clerk_those_of_the_own_site(web):
    everything = web.get("/alerts")["rows"]
    assert {row["kind"] for row in everything} == {"silent-device", "low-stock", "expiring-lot"}
    own = web.get("/alerts", Role.STAFF)
    assert [(row["kind"], row["owner"]) for row in own["rows"]] == [("low-stock", ORGANISATION)]
    assert own["open"] == {"1": 1}
    (other,) = (row["id"] for row in everything if row["owner"] == "org-other")
    with web.client(Role.STAFF) as client:
        assert client.get(f"/api/v1/alerts/{other}").json()["code"] == "no-such-alert"
        sent = client.post(f"/api/v1/alerts/{other}/acknowledgement", json={})
        assert sent.json()["code"] == "no-such-alert"


def test_an_alert_is_acknowledged_given_to_somebody_and_closed_and_all_of_it_is_kept(web):
    path = silent(web, "wh1-scanner-2")
    with web.client(Role.SUPERVISOR) as client:
        assert client.post(f"{path}/acknowledgement", json={"note": "<b>I look</b>"}).json()["may"] == [
            "assign",
            "close",
        ]
        again = client.post(f"{path}/acknowledgement", json={})
        assert (again.status_code, again.json()["code"]) == (409, "alert-state")
        nobody = client.post(f"{path}/assignment", json={"to": "auditor-1"})
        assert (nobody.status_code, nobody.json()["code"]) == (422, "no-taker")
        assert client.post(f"{path}/assignment", json={"to": "engineer-1"}).json()["alert"]["assigned"] == "engineer-1"
        whole = client.post(f"{path}/closing", json={"note": "battery"}).json()
    assert [(one["event"], one["by"], one["whom"], one["note"]) for one in whole["history"]] == [
        ("raised", "", "", ""),
        ("acknowledged", "token token-supervisor", "", "<b>I look</b>"),
        ("assigned", "token token-supervisor", "engineer-1", ""),
        ("closed", "token token-supervisor", "", "battery"),
    ]
    assert web.get("/alerts", assigned="engineer-1")["rows"][0]["state"] == "closed"
    assert "alert-closed" in [row["action"] for row in web.get("/audit-log")["rows"]]


def test_an_operator_takes_an_alert_on_and_gives_none_to_others(web):
    path = silent(web, "wh1-scanner-3")
    with web.client(Role.OPERATOR) as client:
        assert client.post(f"{path}/assignment", json={"to": "engineer-1"}).status_code == 422
        assert client.post(f"{path}/closing", json={}).status_code == 403
    with web.client(None) as client:
        here = {"Origin": web.url}
        client.post("/api/v1/session", json={"user": "operator-1", "password": PASSWORD}, headers=here)
        whole = client.get(path).json()
        assert (whole["may"], whole["takers"]) == (["acknowledge", "assign"], ["operator-1"])
        taken = client.post(f"{path}/assignment", json={"to": "operator-1"}, headers=here)
        assert taken.json()["alert"]["state"] == "acknowledged"


def test_alerts_are_found_by_what_they_name_and_come_page_by_page_the_most_urgent_first(web):
    assert [row["values"]["lot"] for row in web.get("/alerts", text="soon wh-1")["rows"]] == ["SOON"]
    seen, cursor = [], None
    while True:
        page = web.get("/alerts", state="open", limit=1, cursor=cursor)
        seen += [row["severity"] for row in page["rows"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted(seen)
    assert len(seen) == len(web.get("/alerts", state="open")["rows"])
    with web.client() as client:
        lines = client.get("/api/v1/exports/alerts.csv?kind=silent-device").text.strip().splitlines()
    assert len(lines) == 1 + len(web.get("/alerts", kind="silent-device")["rows"])


def test_rules_are_read_checked_and_replaced(web):
    told = web.get("/alert-rules")
    assert told["kinds"].keys() == set(Kind)
    sent = {"kinds": told["kinds"], "stock": told["stock"]}
    with web.client(Role.SUPERVISOR) as client:
        assert client.put("/api/v1/alert-rules", json=sent).json() == told
        wrong = {**sent, "kinds": {"silent-device": {**told["kinds"]["silent-device"], "clear_at": 99}}}
        assert client.put("/api/v1/alert-rules", json=wrong).json()["code"] == "rules-contradict"
        for row, code in (({"site": "wh-9"}, "no-site"), ({"item": "text:x"}, "no-item"),
                          ({"owner": "x"}, "no-organisation")):  # fmt: skip
            given = {**sent, "stock": [{**told["stock"][0], **row}]}
            assert client.put("/api/v1/alert-rules", json=given).json()["code"] == code
    assert web.get("/alert-rules") == told


def test_staff_are_told_the_least_stock_of_their_own_goods_alone(web):
    assert {one["owner"] for one in web.get("/alert-rules")["stock"]} == {"", ORGANISATION}
    assert [one["owner"] for one in web.get("/alert-rules", Role.STAFF)["stock"]] == [ORGANISATION]


def test_every_change_of_an_alert_stands_in_the_change_log_that_feeds_the_screens(world):
    world.device("wh1-scanner-1")
    world.look(20)
    with world.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT data FROM change WHERE topic = 'alert'").scalars().all()
        ids = connection.exec_driver_sql("SELECT id FROM alarm ORDER BY seq").scalars().all()
    assert [id_ for row in rows for id_ in json.loads(row)["ids"]] == ids
    assert START.of(Kind.HUB) == DEFAULTS[Kind.HUB]


def test_many_alerts_are_acknowledged_at_once_and_none_where_one_may_not_be_seen(web):
    rows = web.get("/alerts", state="open")["rows"]
    ids = [row["id"] for row in rows]
    path, many = "/api/v1/alerts/acknowledgements", {"alerts": ids, "note": "all hands know"}
    with web.client(Role.STAFF) as client:
        assert client.post(path, json=many).json()["code"] == "no-such-alert"
    with web.client(Role.AUDITOR) as client:
        assert client.post(path, json=many).status_code == 403
    assert web.get("/alerts", state="open")["rows"] == rows
    with web.client(Role.SUPERVISOR) as client:
        assert client.post(path, json={"alerts": ids[:1] * 2}).json() == {"acknowledged": ids[:1]}
        assert client.post(path, json=many).json() == {"acknowledged": ids[1:]}
    assert web.get("/alerts", state="open")["rows"] == []
    story = web.get(f"/alerts/{ids[-1]}")["history"]
    assert [(one["event"], one["note"]) for one in story] == [("raised", ""), ("acknowledged", "all hands know")]
