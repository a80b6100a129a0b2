"""The invented county, its goods and their labels: the same for the same seed, and true to the standards."""

import json
import random
from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.errands import Errands, Taken, collected, packed, picked
from firmware_sim.expect import expected_balances
from firmware_sim.gs1 import (
    GS,
    check_digit,
    element_string,
    gtin,
    is_valid_key,
    read_elements,
    six_digits,
    sscc,
)
from firmware_sim.opening import goods_in, opening_stock, own_bins, tables, warehouses
from firmware_sim.papers import papers
from firmware_sim.quake import NAMESPACE, affected, alert, settlements
from firmware_sim.reference import reference_data
from firmware_sim.roads import bearing_deg, distance_m, position
from firmware_sim.story import MOST_GOODS, Errand, Goods, errand, goods, label, sign_on, task
from firmware_sim.witness import SentScan, Witness
from firmware_sim.world import make_world, route


def county(seed: int = 7):
    return make_world(random.Random(seed), year=2026)


@pytest.mark.parametrize("key", ["4006381333931", "96385074", "036000291452", "09501101530003", "106141412345678908"])
def test_check_digits_agree_with_published_examples(key):
    assert check_digit(key[:-1]) == key[-1]
    assert is_valid_key(key)
    assert not is_valid_key(key[:-1] + str((int(key[-1]) + 1) % 10))


@given(st.integers(0, 99_999), st.integers(0, 9999), st.integers(0, 9))
def test_every_key_we_make_is_valid_and_of_the_demonstration_range(company, reference, digit):
    assert is_valid_key(gtin(company, reference, indicator=digit))
    assert len(gtin(company, reference)) == 14
    assert gtin(company, reference)[1:4] == sscc(company, reference)[1:4] == "952"
    assert is_valid_key(sscc(company, reference, extension=digit))


def test_separators_stand_after_variable_elements_only():
    text = element_string(("01", "09521234000019"), ("10", "AB1"), ("17", "271231"), ("21", "S"))
    assert text == f"010952123400001910AB1{GS}1727123121S"
    assert read_elements(text) == {"01": "09521234000019", "10": "AB1", "17": "271231", "21": "S"}
    assert six_digits(date(2027, 2, 3)) == "270203"


def test_a_string_that_is_not_ours_is_refused():
    with pytest.raises(ValueError, match="no element string"):
        read_elements("99X")


def test_the_same_seed_gives_the_same_world_and_another_seed_another():
    assert county(7) == county(7)
    assert json.dumps(reference_data(county(7))) == json.dumps(reference_data(county(7)))
    assert county(7) != county(8)


@pytest.mark.parametrize("seed", range(10))
def test_every_county_has_its_sites_apart_and_on_roads(seed):
    world = county(seed)
    kinds = Counter(site.kind for site in world.sites.values())
    assert kinds == {"warehouse": 6, "station": 12, "hospital": 2, "camp": 2}
    on_roads = {point for road in world.roads for point in road.points}
    places = [site.at for site in world.sites.values()]
    assert len(set(places)) == len(places)
    assert set(places) <= on_roads
    assert all(103 < lon < 107 and 30 < lat < 34 for lon, lat in on_roads)
    assert 1500 < route(world, "wh-1", "st-1").length_m < 5000


@pytest.mark.parametrize("seed", range(5))
def test_a_route_follows_roads_from_end_to_end(seed):
    world = county(seed)
    legs = {frozenset(leg) for road in world.roads for leg in pairwise(road.points)}
    for site in world.sites:
        way = route(world, "wh-1", site)
        assert way.points[0] == world.sites["wh-1"].at
        assert way.points[-1] == world.sites[site].at
        assert all(frozenset(leg) in legs for leg in pairwise(way.points))
        assert way.length_m >= distance_m(way.points[0], way.points[-1]) - 0.01


def test_a_position_on_a_route_is_as_far_along_as_asked():
    world = county()
    way = route(world, "wh-1", "wh-4")
    assert position(way, -5)[0] == way.points[0]
    assert position(way, way.length_m + 5)[0] == pytest.approx(way.points[-1])
    walked = sum(
        distance_m(position(way, metres)[0], position(way, metres + 10)[0])
        for metres in range(0, int(way.length_m), 10)
    )
    assert walked == pytest.approx(way.length_m, rel=0.02)


def test_distances_and_bearings_are_those_of_the_sphere():
    assert distance_m((0.0, 0.0), (0.0, 1.0)) == pytest.approx(111_195, abs=1)
    assert bearing_deg((0.0, 0.0), (0.0, 1.0)) == pytest.approx(0.0)
    assert bearing_deg((0.0, 0.0), (1.0, 0.0)) == pytest.approx(90.0)


def test_reference_data_has_the_shapes_a_hub_takes():
    data = reference_data(county())
    assert set(data) == {"region", "sites", "items", "organisations", "roads"}
    assert set(data["sites"][0]) == {"id", "name", "name_zh", "kind", "lat", "lon", "zone", "hours"}
    assert set(data["items"][0]) == {"gtin", "name", "name_zh", "unit", "category", "serial"}
    known = {row["gtin"] for row in data["items"]}
    assert sum("contains" in row for row in data["items"]) == 3
    assert sum(bool(row.get("kit")) for row in data["items"]) == 2
    assert all(part["gtin"] in known and part["n"] > 0 for row in data["items"] for part in row.get("kit", []))
    assert len(data["organisations"]) == len({row["id"] for row in data["organisations"]}) == 17
    assert len(data["items"]) == len({row["gtin"] for row in data["items"]}) >= 40
    assert all(is_valid_key(row["gtin"]) for row in data["items"])
    west, south, east, north = data["region"]["bbox"]
    for feature in data["roads"]["features"]:
        assert feature["geometry"]["type"] == "LineString"
        assert all(west <= lon <= east and south <= lat <= north for lon, lat in feature["geometry"]["coordinates"])
    assert all(row["name"] and row["name_zh"] for row in (*data["sites"], *data["items"], *data["organisations"]))


def test_serial_numbers_are_never_given_twice_and_other_goods_have_lots():
    world = county()
    labels = [each.label for round_ in range(50) for each in goods(world, round_, MOST_GOODS)]
    serials = [read_elements(text)["21"] for text in labels if "21" in read_elements(text)]
    assert serials
    assert len(serials) == len(set(serials))
    assert all(("10" in read_elements(text)) != ("21" in read_elements(text)) for text in labels)
    assert goods(world, 3, 20)[:5] == goods(world, 3, 5)


def test_no_lot_is_expired_while_its_year_lasts():
    lots = [lot for item in county().items for lot in item.lots]
    assert all(lot.expiry is None or lot.expiry > date(2026, 12, 31) for lot in lots)
    assert any(lot.expiry for lot in lots)


def test_a_task_names_all_that_it_does_before_its_first_label():
    world = county()
    item = world.items[0]
    codes = list(task("receive", "virtual:donor-in", "place:wh-1", goods(world, 0, 1)))
    assert codes[:3] == ["RR:DO:receive", "RR:FROM:virtual:donor-in", "RR:TO:place:wh-1"]
    assert codes[3:] == ["RR:N:40", label(item, lot=item.lots[0])]


def test_an_errand_names_task_owner_and_places_in_the_order_in_which_a_terminal_takes_them():
    what = Errand(do="put-away", task="delivery:D-1", owner="o", place="wh-1/a01", to="place:wh-1/a02", cards=True)
    assert list(errand(what, [Goods(label="x", pieces=24), Goods(label="y", pieces=1)])) == [
        "RR:RESET", "RR:T:delivery:D-1", "RR:DO:put-away", "RR:OWNER:o", "RR:L:wh-1/a01", "RR:TO:place:wh-1/a02",
        "RR:D:2", "RR:D:4", "RR:OK", "x", "y",
    ]  # fmt: skip
    packing = list(errand(Errand(do="pack", place="wh-1/a01", new_unit=True), [Goods(label="x", pieces=2)]))
    assert packing[2:] == ["RR:L:wh-1/a01", "RR:NEW", "RR:N:2", "x", "RR:DONE"]
    assert list(sign_on("RR:B:1", "47")) == ["RR:B:1", "RR:D:4", "RR:D:7", "RR:OK"]


def test_seventeen_organisations_keep_goods_in_six_warehouses_each_in_bins_that_are_there():
    world = county()
    rows = opening_stock(world)
    assert (len({row.owner for row in rows}), len({row.site for row in rows})) == (17, 6)
    bins = {tuple(line.split(",")[:2]) for line in tables(world)["bins"].splitlines()[1:]}
    assert {(row.site, row.bin) for row in rows} <= bins
    assert {(site, "dock") for site in warehouses(world)} <= bins
    for site in warehouses(world):
        own = {row.bin: set() for row in rows if row.site == site and row.bin in own_bins(world, site)}
        for row in rows:
            if row.site == site and row.bin in own:
                own[row.bin].add(row.owner)
        assert own == {name: {name} for name in own}
    known = {item.gtin for item in world.items} | {pack.gtin for pack in world.packs}
    assert {row.gtin for row in rows} <= known
    assert len({(row.site, row.bin, row.gtin, row.lot, row.owner) for row in rows}) == len(rows)
    counted = goods_in(world, "wh-1/clear-spring")
    assert len(counted) == 3
    assert read_elements(counted[0].label)["01"] in known


@given(st.integers(0, 500))
def test_a_delivery_is_announced_with_one_line_too_few_and_without_its_last_goods(batch):
    world = county()
    told = papers(world, batch, 14)
    came = [(read_elements(one.label), one.pieces) for one in goods(world, batch, 14)]
    differs = [
        pieces - n for (said, pieces), (gtin, lot, n) in zip(came, told.lines, strict=False)
        if (said["01"], said.get("10")) == (gtin, lot) and pieces != n
    ]  # fmt: skip
    assert (len(told.lines), len(differs)) == (13, 1)
    assert differs[0] > 0
    assert told.owner in own_bins(world, told.site)
    assert told.announcement("2026-11-23")["lines"][0].keys() == {"item", "lot", "n"}


def test_balances_follow_from_what_was_confirmed_and_from_nothing_else():
    first, second = "010952123400001910A", "010952123400001921S"
    texts = ["RR:FROM:x:a", "RR:TO:x:b", "RR:N:5", f"]C1{first}", second, "RR:N:9", first]
    scans = [SentScan(n=n, sent_ms=0, text=text, id="") for n, text in enumerate(texts, 1)]
    seen = Witness(scans=scans, command_n=[1, 2, 3, 6], confirmed_n=[4, 5])
    assert expected_balances([seen]) == {
        ("x:a", "09521234000019", "A"): -5,
        ("x:b", "09521234000019", "A"): 5,
        ("x:a", "09521234000019", None): -1,
        ("x:b", "09521234000019", None): 1,
    }


def confirmed(*texts: str) -> Witness:
    """A witness for whom every command was accepted and everything else, and RR:NEW, confirmed."""
    scans = [SentScan(n=n, sent_ms=0, text=f"]C0{text}", id="") for n, text in enumerate(texts, 1)]
    commands = [scan.n for scan in scans if scan.text[3:].startswith("RR:") and not scan.text.endswith("RR:NEW")]
    return Witness(
        scans=scans, command_n=commands, confirmed_n=[scan.n for scan in scans if scan.n not in set(commands)]
    )


def test_tasks_places_units_and_counts_are_read_as_a_terminal_reads_them():
    goods_, other = "010952123400001910A", "010952123400002610B"
    witness = confirmed(
        "RR:B:badge", "RR:D:9", "RR:D:9", "RR:OK",
        "RR:RESET", "RR:T:delivery:D-1", "RR:L:wh-1/dock", "RR:D:1", "RR:D:2", "RR:OK", goods_,
        "RR:RESET", "RR:DO:put-away", "RR:L:wh-1/dock", "RR:TO:place:wh-1/a01", "RR:N:12", goods_,
        "RR:RESET", "RR:DO:pack", "RR:L:wh-1/a01", "RR:NEW", "RR:N:5", goods_, "RR:DONE",
        "RR:RESET", "RR:DO:hand-over", "RR:L:wh-1/a01", goods_,
        "RR:RESET", "RR:DO:count", "RR:L:wh-1/a02", "RR:N:7", other,
        "RR:RESET", "RR:DO:load", "RR:FROM:place:wh-1/a01", "RR:TO:transit:v", "00095212340000000017",
    )  # fmt: skip
    sums = expected_balances(
        [witness], units=[["095212340000000017"]], opening={("place:wh-1/a02", other[2:16], "B"): 9}
    )
    assert sums == {
        ("virtual:donor-in", "09521234000019", "A"): -12,
        ("place:wh-1/a01", "09521234000019", "A"): 6,
        ("unit:sscc:095212340000000017", "09521234000019", "A"): 5,
        ("virtual:with-recipient", "09521234000019", "A"): 1,
        ("place:wh-1/a02", "09521234000026", "B"): 7,
        ("virtual:adjustment", "09521234000026", "B"): 2,
    }


def test_the_earthquake_hits_some_of_the_settlements_and_they_are_the_same_in_every_run():
    hit, all_of_them = affected(county()), settlements(county())
    assert 3 <= len(hit) < len(all_of_them)
    assert settlements(county()) == all_of_them
    assert all(0 < each.households < each.population for each in all_of_them)


def test_the_alert_says_its_times_with_an_offset_and_its_polygon_is_closed_in_both_languages():
    said = ET.fromstring(alert(county(), datetime(2026, 5, 12, 6, 28, tzinfo=UTC)))  # our own
    name = {"cap": NAMESPACE}
    assert said.findtext("cap:sent", namespaces=name) == "2026-05-12T14:28:00+08:00"
    assert [each.text for each in said.iterfind("cap:info/cap:language", name)] == ["zh-CN", "en-US"]
    for polygon in said.iterfind("cap:info/cap:area/cap:polygon", name):
        first, *between, last = polygon.text.split()
        assert first == last
        assert len(between) >= 3


def test_papers_in_a_tray_are_read_once_in_the_order_of_their_names(tmp_path):
    tray = Errands(tmp_path / "tray")
    goods = Taken(gtin="09501101530003", lot="A1", pieces=12, bin="wh-1/a01", expiry=date(2027, 1, 31))
    tray.put("2-pack", packed("C-1", "st-1.ABC234", "wh-1/staging", [goods]))
    tray.put("1-pick", picked("K1", [goods]))
    codes = list(tray.codes())
    assert codes[:3] == ["RR:RESET", "RR:T:pick:K1", "RR:L:wh-1/a01"]
    assert codes.count(goods.label) == 2
    assert goods.label == f"010950110153000317270131{'10A1'}"
    assert tray.is_done("1-pick")
    assert tray.is_done("2-pack")
    assert list(tray.codes()) == []


def test_a_recipients_code_is_read_by_digit_cards():
    codes = list(collected("412038927", ["st-1.ABC234"]))
    assert codes[2:4] == ["RR:D:4", "RR:D:1"]
    assert codes[-2:] == ["RR:OK", "RR:P:st-1.ABC234"]
