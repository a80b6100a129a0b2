"""What devices are told of their site, by a hub on a socket and devices with certificates."""

from contextlib import closing

import pytest

from hub.api.app import routes
from hub.core.access import FOR_DEVICES, OPEN
from hub.core.viewer import Role
from hub.sitedata import SiteData
from hub.store import bins, devices, reference, sscc
from hub.store import sitedata as store
from hub.store.backup import backup, restore
from hub.store.database import Database
from hub.store.devices import DeviceError
from tests.support.facts import CARTON, PALLET, RECEIVED, RICE, batch, goods, scan, unit_label
from tests.support.hubweb import ORGANISATION, START_MS, Clock, make_database, serving
from tests.support.ingest import bench
from tests.support.parcels_world import put_consignment, put_sites
from tests.support.relief_stock import WATER, relief_desk
from tests.support.site_devices import Copy, Doors, token
from wire.actions import Action
from wire.checkdigits import check_digit
from wire.sitedata import PAGE_BYTES, PAGE_RECORDS

GTIN = "09501101530003"


@pytest.fixture
def doors(tmp_path):
    return Doors(make_database(tmp_path), Clock(START_MS))


@pytest.fixture
def web(tmp_path, doors):
    with serving(
        tmp_path, database=doors.database, clock=doors.clock, device_sessions=doors.sessions, site_data=doors.site_data
    ) as made:
        put(made, "sites", [site(id_) for id_ in ("a", "b")])
        put(made, "organisations", [{"id": "org-own", "name": "Own"}])
        put(made, "items", [{"gtin": GTIN, "name": "Tent"}])
        yield made


def site(id_):
    return {"id": id_, "name": id_, "kind": "warehouse", "lat": 30.0, "lon": 103.0, "zone": "Asia/Shanghai"}


def put(web, path, body):
    with web.client() as client:
        answer = client.put(f"/api/v1/{path}", json=body)
    assert answer.status_code == 200, answer.text


def post(web, path, body, role=Role.ADMIN):
    with web.client(role) as client:
        answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def announce(web, id_, site_="a"):
    body = {"id": id_, "site": site_, "expected": "2026-12-01", "lines": [{"item": GTIN, "n": 5}]}
    return post(web, "deliveries", body, Role.STAFF)


def test_a_device_that_proves_its_key_reads_what_its_site_needs_and_then_only_what_changed(web, doors):
    device = doors.join("scanner-1", "a")
    put(web, "sites/a/bins", {"bins": [{"code": "a01"}, {"code": "a02", "kind": "cool"}]})
    doors.site_data.look()
    copy = Copy()
    with web.client(None) as client:
        opened = token(client, device, "scanner-1")
        assert copy.fetch(client, opened) == 7
        assert copy.of("article") == {GTIN: {"gtin": GTIN, "name": "Tent", "unit": "piece"}}
        assert copy.of("bin").keys() == {"a01", "a02"}
        assert copy.of("site")["a"]["zone"] == "Asia/Shanghai"
        assert copy.fetch(client, opened) == 0
        put(web, "sites/a/bins", {"bins": [{"code": "a03"}]})
        announce(web, "D-1")
        post(web, "lots/notes", {"item": GTIN, "lot": "L1", "state": "recalled", "reason": "leaks"})
        doors.site_data.look()
        assert copy.fetch(client, opened) == 3
        assert copy.of("bin").keys() == {"a01", "a02", "a03"}
        assert copy.of("delivery")["D-1"]["lines"] == ({"gtin": GTIN, "n": 5},)
        assert copy.of("lot")[f"{GTIN}|L1"]["reason"] == "leaks"
        post(web, "deliveries/D-1/cancellation", {}, Role.STAFF)
        doors.site_data.look()
        assert (copy.fetch(client, opened), copy.of("delivery")) == (1, {})


def test_a_device_reads_nothing_of_another_site_nor_of_another_device(web, doors):
    put(web, "numbering", {"company_prefix": "9521234"})
    put(web, "sites/a/bins", {"bins": [{"code": "secret"}]})
    announce(web, "D-1")
    copies = {}
    with web.client(None) as client:
        for name, at in (("scanner-a", "a"), ("scanner-b", "b"), ("scanner-none", None)):
            copies[name] = Copy()
            copies[name].fetch(client, token(client, doors.join(name, at), name))
    assert copies["scanner-a"].of("bin").keys() == {"secret"}
    assert copies["scanner-a"].of("delivery").keys() == {"D-1"}
    other = copies["scanner-b"]
    assert (other.of("bin"), other.of("delivery"), other.of("site").keys()) == ({}, {}, {"b"})
    assert [copies[name].of("sscc").keys() for name in copies] == [{"scanner-a"}, {"scanner-b"}, set()]
    assert copies["scanner-none"].records == {}


def test_a_device_that_moves_to_another_site_forgets_the_first(web, doors):
    device = doors.join("scanner-1", "a")
    put(web, "sites/a/bins", {"bins": [{"code": "a01"}]})
    copy = Copy()
    with web.client(None) as client:
        opened = token(client, device, "scanner-1")
        copy.fetch(client, opened)
        put(web, "devices/scanner-1/site", {"site": "b"})
        copy.fetch(client, opened)
        assert (copy.of("site").keys(), copy.of("bin")) == ({"b"}, {})
        put(web, "devices/scanner-1/site", {"site": None})
        copy.fetch(client, opened)
        assert copy.records == {}


def test_a_devices_token_opens_what_is_for_devices_alone_and_a_persons_token_does_not(web, doors):
    device = doors.join("scanner-1", "a")
    with web.client(None) as client:
        own = {"Authorization": f"Bearer {token(client, device, 'scanner-1')}"}
        for route in routes():
            for method in getattr(route, "methods", set()) - {"HEAD", "OPTIONS"}:
                key = (method, route.path)
                if key in OPEN or key in FOR_DEVICES:
                    continue
                path = route.path.format_map(dict.fromkeys(route.param_convertors, "x"))
                assert client.request(method, path, headers=own).status_code == 403, key
        assert client.get("/api/v1/site-data").status_code == 401
        assert client.get("/api/v1/site-data", headers={"Authorization": "Bearer relayd_x"}).status_code == 401
    for role in Role:
        with web.client(role) as client:
            assert client.get("/api/v1/site-data").status_code == 403


def test_a_page_is_bounded_and_the_pages_of_a_large_catalogue_hold_all_of_it(doors):
    doors.join("scanner-1", "a")
    many = [
        reference.Item(gtin=f"{n:014d}", name="n" * 200, name_zh="名" * 200, unit="piece", category="")
        for n in range(5_000)
    ]
    with doors.database.write() as connection:
        reference.put_sites(connection, [reference.Site(id="a", name="", name_zh="", kind="", lat_e7=0, lon_e7=0)])
        reference.put_items(connection, many)
    doors.site_data.look()
    copy, pages, more = Copy(), 0, True
    while more:
        generation, part = doors.site_data.page("scanner-1", copy.generation, copy.version)
        assert len(part.rows) <= PAGE_RECORDS
        assert sum(len(row.body) for row in part.rows) <= PAGE_BYTES
        copy.records |= {(row.kind, row.key): row.body for row in part.rows}
        copy.generation, copy.version, more, pages = generation, part.version, part.more, pages + 1
    assert (len(copy.records), pages > 3) == (5_002, True)


def test_what_stands_at_a_site_is_told_in_units_too_and_again_once_a_minute_at_most(tmp_path):
    with bench(tmp_path / "hub.db") as made:
        doors = Doors(made.database, Clock(RECEIVED))
        with made.database.write() as connection:
            reference.put_sites(
                connection, [reference.Site(id="wh-1", name="", name_zh="", kind="", lat_e7=0, lon_e7=0)]
            )
        doors.join("scanner-1", "wh-1")
        pallet = f"unit:sscc:{PALLET}"
        made.take(("scanner-1", batch(made.ledger, [
            scan(goods(lot="A", expiry=20270131), n=7, to="place:wh-1/a01"),
            scan(unit_label(), at=1, to="place:wh-1/a02"),
            scan(goods(lot="A", expiry=20270131), at=2, n=3, do=Action.PACK, source="place:wh-1/a01", to=pallet),
        ])))  # fmt: skip
        doors.site_data.look()
        copy = Copy()
        copy.pull(doors.site_data, "scanner-1")
        assert {(one["bin"], one["n"], one["expiry"]) for one in copy.of("stock").values()} == {
            ("a01", 4, 20270131), ("a02", 3, 20270131),
        }  # fmt: skip
        content = {"gtin": RICE, "n": 3, "lot": "A", "expiry": 20270131}
        assert copy.of("unit") == {f"sscc:{PALLET}": {"code": f"sscc:{PALLET}", "contents": (content,)}}
        made.take(("scanner-1", batch(made.ledger, [scan(goods(lot="B"), at=3, to="place:wh-1")], after=3)))
        doors.site_data.look()
        assert copy.pull(doors.site_data, "scanner-1") == 0, "not yet: a minute has not passed"
        doors.clock.now += 60_000
        doors.site_data.look()
        assert copy.pull(doors.site_data, "scanner-1") == 1


def test_what_is_in_a_unit_is_told_where_it_stands_and_where_it_travels_to_with_the_units_in_it(tmp_path):
    with bench(tmp_path / "hub.db") as made:
        doors = Doors(made.database, Clock(RECEIVED))
        with made.database.write() as connection:
            put_sites(connection, "wh-1", "st-1", "st-2")
            journey = put_consignment(connection, "st-1")
            connection.exec_driver_sql("INSERT INTO consignment_unit VALUES (?, ?)", (journey, f"sscc:{PALLET}"))
        for name, at in (("gun-1", "wh-1"), ("pad-1", "st-1"), ("pad-2", "st-2")):
            doors.join(name, at)
        pallet, carton = f"unit:sscc:{PALLET}", f"unit:sscc:{CARTON}"
        made.take(("gun-1", batch(made.ledger, [
            scan(goods(lot="B", expiry=20270131), n=2, do=Action.PACK, source="place:wh-1/a01", to=carton),
            scan(goods(lot="A", expiry=20261231), n=3, do=Action.PACK, source="place:wh-1/a01", to=pallet),
            scan(unit_label(CARTON), at=1, do=Action.PACK, source="place:wh-1/a01", to=pallet),
            scan(unit_label(), at=2, do=Action.LOAD, source="place:wh-1/a01", to="transit:van-1"),
        ])))  # fmt: skip
        doors.site_data.look()
        inside = {name: Copy() for name in ("gun-1", "pad-1", "pad-2")}
        for name, copy in inside.items():
            copy.pull(doors.site_data, name)
        told = inside["pad-1"].of("unit")
        assert {code: [each["lot"] for each in one["contents"]] for code, one in told.items()} == {
            f"sscc:{PALLET}": ["A", "B"], f"sscc:{CARTON}": ["B"],
        }  # fmt: skip
        assert (inside["gun-1"].of("unit"), inside["pad-2"].of("unit")) == ({}, {})
        with made.database.write() as connection:
            connection.exec_driver_sql("UPDATE consignment SET state = 'closed'")
        doors.site_data.look(everything=True)
        inside["pad-1"].pull(doors.site_data, "pad-1")
        assert inside["pad-1"].of("unit") == {}


def test_a_count_is_told_to_the_devices_of_its_site_until_it_is_closed(web, doors):
    doors.join("scanner-1", "a")
    copies = {name: Copy() for name in ("scanner-1", "scanner-b")}
    doors.join("scanner-b", "b")
    asked = post(web, "stations/a/shelf-counts", {"shelf": "A-2"})
    doors.site_data.look()
    for name, copy in copies.items():
        copy.pull(doors.site_data, name)
    told = copies["scanner-1"].of("count")
    assert {id_: one["shelf"] for id_, one in told.items()} == {asked["id"]: "A-2"}
    assert copies["scanner-b"].of("count") == {}
    post(web, f"stations/a/shelf-counts/{asked['id']}/closing", {})
    doors.site_data.look()
    copies["scanner-1"].pull(doors.site_data, "scanner-1")
    assert copies["scanner-1"].of("count") == {}


def test_after_a_restore_a_device_begins_anew_and_no_number_is_given_out_twice(tmp_path):
    clock = Clock(START_MS)
    doors = Doors(make_database(tmp_path), clock)
    with doors.database.write() as connection:
        reference.put_sites(connection, [reference.Site(id="a", name="", name_zh="", kind="", lat_e7=0, lon_e7=0)])
        bins.put_bins(connection, "a", [bins.Bin(code="old")])
        sscc.put_company_prefix(connection, "9521234")
    doors.join("scanner-1", "a")
    path, saved = doors.database.path, tmp_path / "saved.db"
    backup(path, saved)
    copy = Copy()
    copy.pull(doors.site_data, "scanner-1")
    with doors.database.write() as connection:
        bins.put_bins(connection, "a", [bins.Bin(code="new")])
    doors.site_data.look(everything=True)
    copy.pull(doors.site_data, "scanner-1")
    given = copy.of("sscc")["scanner-1"]
    doors.database.close()
    restore(saved, path)
    with closing(Database.open(path)) as restored:
        again = Doors(restored, clock)
        before = copy.generation
        copy.pull(again.site_data, "scanner-1")
        assert copy.generation != before
        assert copy.of("bin").keys() == {"old"}
        assert copy.of("sscc")["scanner-1"] == given, "what the device has stays its own"
        taken = iter([int(given["prefix"][0]) * 10**6 + given["first"] // 1000, 17])
        with restored.write() as connection:
            found = sscc.reserve(connection, "scanner-2", now=clock(), choose=lambda _: next(taken))
        assert found.first == 17_000


def test_numbers_are_given_anew_when_half_are_used_and_never_where_the_ledger_knows_a_unit(tmp_path):
    with bench(tmp_path / "hub.db") as made:
        doors = Doors(made.database, Clock(RECEIVED))
        with made.database.write() as connection:
            reference.put_sites(
                connection, [reference.Site(id="wh-1", name="", name_zh="", kind="", lat_e7=0, lon_e7=0)]
            )
            sscc.put_company_prefix(connection, "9521234")
        doors.join("scanner-1", "wh-1")
        copy = Copy()
        copy.pull(doors.site_data, "scanner-1")
        first = copy.of("sscc")["scanner-1"]
        for left in (1000, 501):
            copy.pull(doors.site_data, "scanner-1", sscc_left=left)
            assert copy.of("sscc")["scanner-1"] == first
        copy.pull(doors.site_data, "scanner-1", sscc_left=499)
        second = copy.of("sscc")["scanner-1"]
        assert second != first
        used = f"{second['prefix']}{second['first'] + 600:09d}"
        label = unit_label(used + check_digit(used))
        made.take(("scanner-1", batch(made.ledger, [scan(label, to="place:wh-1")])))
        copy.pull(doors.site_data, "scanner-1")
        third = copy.of("sscc")["scanner-1"]
        assert third not in (first, second)
        foreign = "0952123400000005" + "7"
        made.take(
            (
                "scanner-1",
                batch(made.ledger, [scan(unit_label(foreign + check_digit(foreign)), at=1, to="place:wh-1")], after=1),
            )
        )
        taken = iter([0, 1])
        with made.database.write() as connection:
            found = sscc.reserve(connection, "x", now=doors.clock(), choose=lambda _: next(taken))
        assert (found.prefix, found.first) == ("09521234", 1000), "a unit of the first thousand was seen"


def test_what_was_removed_long_ago_is_forgotten_and_who_held_it_begins_anew(doors):
    doors.join("scanner-1", "a")
    with doors.database.write() as connection:
        reference.put_sites(connection, [reference.Site(id="a", name="", name_zh="", kind="", lat_e7=0, lon_e7=0)])
        bins.put_bins(connection, "a", [bins.Bin(code="a01"), bins.Bin(code="a02")])
    doors.site_data.look()
    away, near = Copy(), Copy()
    away.pull(doors.site_data, "scanner-1")
    with doors.database.write() as connection:
        bins.remove_bin(connection, "a", "a01")
    doors.site_data.look(everything=True)
    near.pull(doors.site_data, "scanner-1")
    doors.clock.now += store.KEEP_MS + 1
    doors.site_data.look(everything=True)
    with doors.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM site_record WHERE body IS NULL").scalar() == 0
    assert near.pull(doors.site_data, "scanner-1") == 0
    assert away.pull(doors.site_data, "scanner-1") == len(away.records) == 3
    assert away.records == near.records


def test_a_device_that_nobody_knows_is_placed_nowhere(doors):
    with doors.database.write() as connection, pytest.raises(DeviceError, match="no device"):
        devices.place(connection, "nobody", "a")


def test_pick_lists_are_told_where_they_are_picked_until_they_are_closed(tmp_path):
    with relief_desk(tmp_path) as desk:
        desk.receive(20)
        with desk.bench.database.write() as connection:
            devices.place(connection, "wh1-scanner-1", "wh-1")
        site_data, copy = SiteData(desk.bench.database, clock=Clock(RECEIVED)), Copy()
        copy.pull(site_data, "wh1-scanner-1")
        assert copy.of("pick") == {}
        pick = desk.post("/picks", reservations=[desk.held(desk.need(10), 10)])
        site_data.look()
        copy.pull(site_data, "wh1-scanner-1")
        told = copy.of("pick")[pick["id"]]
        assert told["to"] == "place:wh-1/out"
        assert [
            (line["gtin"], line["lot"], line["owner"], line["n"], line["bin"], line["expiry"]) for line in told["lines"]
        ] == [(WATER, "A", ORGANISATION, 10, "a01", 20271231)]
        desk.post(f"/picks/{pick['id']}/closing")
        site_data.look()
        copy.pull(site_data, "wh1-scanner-1")
        assert copy.of("pick") == {}


def test_numbers_behind_a_longer_prefix_are_not_given_out_twice(doors):
    with doors.database.write() as connection:
        sscc.put_company_prefix(connection, "9521234")
        one = sscc.reserve(connection, "a", now=1, choose=lambda _: 560_000)
        sscc.put_company_prefix(connection, "952123456")
        taken = iter([0, 1])
        other = sscc.reserve(connection, "b", now=2, choose=lambda _: next(taken))
    assert one.ends == ("09521234560000000", "09521234560000999")
    assert other.ends == ("09521234560001000", "09521234560001999")
    assert sscc_of(doors, "a") == one
    assert sscc_of(doors, "b") == other


def sscc_of(doors, name):
    with doors.database.read() as connection:
        return sscc.newest(connection, name)


def test_a_company_prefix_whose_numbers_are_used_up_is_named(doors):
    with doors.database.write() as connection:
        sscc.put_company_prefix(connection, "952123456789")
        sscc.reserve(connection, "a", now=1, choose=lambda _: 7)
        with pytest.raises(sscc.NumberingError, match="Too few numbers"):
            sscc.reserve(connection, "b", now=1, choose=lambda _: 7)
        for number in range(sscc.MOST_A_DAY - 1):
            sscc.reserve(connection, "a", now=1, choose=lambda _, number=number: 10 + number)
        with pytest.raises(sscc.NumberingError, match="in a day"):
            sscc.reserve(connection, "a", now=1)
