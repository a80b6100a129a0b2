"""What a device knows of its site: fetched over real HTTPS by a program of its own, kept, asked for."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from edge.core.refreshing import LOST_MS
from edge.desired import load
from edge.door import DoorError
from edge.knowing import Knowing
from edge.rebinding import rebind
from edge.sitedata import fetch
from edge.sitedata_watch import SiteDataWatch
from edge.store.knowledge import NAME
from edge.store.known_site import KnownSite
from edge.store.serials import Serials
from tests.support.authority import Authority
from tests.support.delivery_box import open_box
from tests.support.edge_agent import ROOT, closed_port
from tests.support.edge_doubles import Clocks, Quiet
from tests.support.edge_ports import until
from tests.support.facts import goods, scan
from tests.support.site_hub import SiteHub
from wire.badges import digest
from wire.messages import Lane
from wire.sitedata import (
    Article,
    Badge,
    Bin,
    Content,
    CountNote,
    Delivery,
    GoodsCode,
    Line,
    LotNote,
    Org,
    SiteNote,
    SsccRange,
    Standing,
    UnitNote,
    lot_key,
    standing_key,
)

WATER, TENT = "09501101530003", "09501101530010"
UNIT = "006141411234567890"


@pytest.fixture
def authority():
    return Authority()


@pytest.fixture
def hub(tmp_path, authority):
    with SiteHub(tmp_path, authority) as hub:
        yield hub


@pytest.fixture
def settings(tmp_path, authority, hub):
    return configured(tmp_path, authority, hub.port)


def configured(folder, authority, port):
    data = folder / "data"
    data.mkdir()
    authority.identity(data / "identity", https=port)
    config = folder / "edge.toml"
    config.write_text(f'[device]\ndata = "data"\n[hub]\nidentity = "identity"\nport = {closed_port()}\n')
    return load(config)


def known(settings):
    return closing(KnownSite(settings.device.data / NAME))


def standing(lot, expiry, n=10, code="a01"):
    key = standing_key(code, WATER, lot, "red-cross", "good")
    return key, Standing(bin=code, gtin=WATER, lot=lot, owner="red-cross", n=n, expiry=expiry)


def test_every_question_of_a_dialogue_is_answered_from_the_disk(settings, hub):
    hub.put("site", "wh-1", SiteNote(id="wh-1", name="Chengdu", zone="Asia/Shanghai", date_warn_days=10))
    hub.put("article", WATER, Article(gtin=WATER, name="Water", name_zh="水"))
    hub.put("code", "BLANKET", GoodsCode(code="BLANKET", item="text:BLANKET", name="Blanket"))
    hub.put("lot", lot_key(WATER, "W1"), LotNote(gtin=WATER, lot="W1", state="recalled", reason="glass"))
    hub.put("bin", "a01", Bin(code="a01", kind="shelf", owner="red-cross"))
    lines = (Line(gtin=WATER, n=100),)
    hub.put("delivery", "D1", Delivery(id="D1", owner="red-cross", expected=20260131, lines=lines, units=(UNIT,)))
    hub.put("person", digest("B-7"), Badge(name="Ana", role="operator"))
    for key, one in (standing("L2", 20270101), standing("L1", 20261231), standing("L3", None)):
        hub.put("stock", key, one)
    inside = (Content(gtin=WATER, n=3, lot="W1", expiry=20270101), Content(gtin=TENT, n=1))
    hub.put("unit", f"sscc:{UNIT}", UnitNote(code=f"sscc:{UNIT}", contents=inside))
    hub.put("count", "C7", CountNote(id="C7", shelf="a01", at=1))
    hub.put("weather", "today", b'{"rain":true}')
    fetched = fetch(settings, sscc_left=7)
    assert (fetched.version, fetched.changed, fetched.misread) == (13, 12, 0)
    with known(settings) as site:
        assert site.version == 13
        assert (site.contents(f"sscc:{UNIT}"), site.contents("sscc:0")) == (inside, ())
        assert [each.shelf for each in site.counts()] == ["a01"]
        assert site.article(WATER).name_zh == "水"
        assert site.article(TENT) is None
        assert site.goods("BLANKET").item == "text:BLANKET"
        assert site.lot(WATER, "W1").reason == "glass"
        assert site.bin("wh-1/a01").owner == "red-cross"
        assert site.bin("wh-2/a01") is None
        assert site.delivery("D1") == site.delivery_of(UNIT)
        assert site.badge("B-7").name == "Ana"
        assert [each.lot for each in site.standing(WATER)] == ["L1", "L2", "L3"]
        assert (site.today(1_798_732_800_000).day, site.today(1_798_732_800_000).soon) == (20270101, 20270111)
    assert hub.asked[0] == {"sscc_left": "7"}
    assert hub.asked[1]["after"] == "2"


def test_a_unit_that_two_owners_announced_is_of_neither(settings, hub):
    for id_, owner, told in (("D1", "care", "D1"), ("D2", "care", "D1"), ("D3", "red-cross", None)):
        hub.put("delivery", id_, Delivery(id=id_, owner=owner, expected=20260131, units=(UNIT,)))
        fetch(settings)
        with known(settings) as site:
            found = site.delivery_of(UNIT)
            assert (found and found.id) == told


def test_only_differences_are_asked_for_and_what_is_gone_goes(settings, hub):
    hub.put("delivery", "D1", Delivery(id="D1", owner="red-cross", expected=20260131, units=(UNIT,)))
    hub.put("article", WATER, Article(gtin=WATER, name="Water"))
    fetch(settings)
    hub.put("delivery", "D1")
    hub.put("article", WATER, Article(gtin=WATER, name="Still water"))
    hub.asked.clear()
    assert fetch(settings).changed == 2
    assert hub.asked[0]["after"] == "2"
    with known(settings) as site:
        assert site.delivery("D1") is None
        assert site.delivery_of(UNIT) is None
        assert site.article(WATER).name == "Still water"
    assert fetch(settings).changed == 0


def test_a_restored_hub_replaces_everything(settings, hub):
    hub.put("article", WATER, Article(gtin=WATER, name="Water"))
    fetch(settings)
    hub.put("article", WATER)
    hub.put("article", TENT, Article(gtin=TENT, name="Tent"))
    hub._log = hub._log[-1:]
    hub.restored()
    fetch(settings)
    with known(settings) as site:
        assert site.article(WATER) is None
        assert site.article(TENT).name == "Tent"
        assert site.edition.generation == hub.generation


def test_nobody_sees_half_of_a_difference_and_a_broken_fetch_goes_on_where_it_was(settings, hub):
    hub.put("site", "wh-1", SiteNote(id="wh-1", name="Chengdu"))
    for n in range(6):
        hub.put("bin", f"a{n}", Bin(code=f"a{n}"))

    def break_off(number):
        if number == 3:
            hub.cut = 3

    hub.on_page = break_off
    with pytest.raises(DoorError, match=r"cannot reach|is no hub"):
        fetch(settings)
    with known(settings) as site:
        assert site.version is None
    asked = len(hub.asked)
    fetch(settings)
    assert hub.asked[asked]["after"] == "6", "three pages of two were put aside"
    with known(settings) as site:
        assert site.version == 7


def test_an_answer_that_gets_lost_is_asked_for_again(settings, hub):
    hub.put("bin", "a01", Bin(code="a01"))
    hub.cut = 2
    assert fetch(settings).version == 1


def test_what_is_not_understood_is_left_out_and_counted(settings, hub):
    hub.put("article", WATER, b'{"gtin":"not a gtin","name":"<script>"}')
    hub.put("article", TENT, Article(gtin=TENT, name="Tent"))
    assert fetch(settings).misread == 1
    with known(settings) as site:
        assert site.article(WATER) is None
        assert site.article(TENT) is not None


def test_of_what_is_not_understood_any_more_nothing_is_known(settings, hub):
    hub.put("person", digest("B-7"), Badge(name="Ana", role="operator", sealed="old"))
    fetch(settings)
    hub.put("person", digest("B-7"), b'{"name":7}')
    assert fetch(settings).misread == 1
    with known(settings) as site:
        assert site.badge("B-7") is None


def test_a_device_that_stands_at_no_site_calls_nothing_unknown(settings, hub):
    hub.put("organisation", "care", Org(id="care", name="CARE"))
    fetch(settings)
    with known(settings) as site:
        assert site.edition.version == 1
        assert site.version is None
    hub.put("site", "wh-1", SiteNote(id="wh-1", name="Chengdu"))
    fetch(settings)
    with known(settings) as site:
        assert site.version == 2


def test_a_note_of_a_lots_date_does_not_hide_that_all_lots_are_recalled(settings, hub):
    hub.put("lot", lot_key(WATER, ""), LotNote(gtin=WATER, lot="", state="recalled", reason="glass"))
    hub.put("lot", lot_key(WATER, "W1"), LotNote(gtin=WATER, lot="W1", expiry=20270101))
    fetch(settings)
    with known(settings) as site:
        note = site.lot(WATER, "W1")
        assert (note.state, note.reason, note.expiry) == ("recalled", "glass", 20270101)


def test_a_question_that_fails_once_is_answered_the_next_time(settings, hub):
    hub.put("article", WATER, Article(gtin=WATER, name="Water"))
    fetch(settings)
    with known(settings) as site:
        db = site._file._db
        db.set_progress_handler(lambda: 1, 1)  # SQLite breaks off
        assert site.article(WATER) is None
        db.set_progress_handler(None, 1)
        assert site.article(WATER).name == "Water"


def test_without_the_hub_no_day_is_before_the_newest_that_it_ever_told(settings):
    settings.device.data.mkdir(exist_ok=True)
    newest = 1_798_732_800_000
    with closing(open_box(settings.device.data)) as box:
        place = box.append_facts([scan(goods())])[0]
        box.confirm(place.stream, Lane.FACTS, place.seq, hub_ms=newest)
    with closing(open_box(settings.device.data)) as box:
        knowing = Knowing(settings, box, Clocks(), Quiet())
        assert knowing.knows.today(1_000).day == 20261231, "a clock that stands at 1970"
        assert knowing.knows.today(newest + 86_400_000).day == 20270101, "one that may be right"
        knowing.stop()


def test_no_number_is_taken_in_before_a_hub_said_whose_this_outbox_is(settings, hub):
    hub.put("sscc", settings.device.name, SsccRange(prefix="0614141", first=100, last=104))
    fetch(settings)
    with closing(open_box(settings.device.data)) as box:
        knowing, greeted = Knowing(settings, box, Clocks(), Quiet()), []
        knowing.greeted = lambda: bool(greeted)
        knowing.begin()
        knowing.tick()
        assert Serials(box).left() == 0
        greeted.append(True)
        knowing.tick()
        assert Serials(box).left() == 5
        knowing.stop()


def test_a_damaged_file_is_fetched_anew(settings, hub):
    for n in range(200):
        hub.put("bin", f"a{n:03}", Bin(code=f"a{n:03}"))
    hub.page = 2000
    fetch(settings)
    path = settings.device.data / NAME
    path.write_bytes(path.read_bytes()[:5000] + b"\xff" * 9000)
    with known(settings) as site:
        assert site.article(WATER) is None
        assert site.bin("wh-1/a001") is None
    assert fetch(settings).changed == 200


def test_what_is_damaged_while_the_agent_runs_is_fetched_anew_within_a_minute(settings, hub):
    hub.put("bin", "a01", Bin(code="a01"))
    clock = Clocks()
    with known(settings) as site:
        watch = SiteDataWatch(settings.path, settings.hub, site, clock, Quiet())
        until(lambda: watch.tick() or site.edition.version, "site data")
        with closing(sqlite3.connect(settings.device.data / NAME)) as db, db:
            db.execute("DROP TABLE records")
        assert site.article(WATER) is None
        assert not site.edition.generation
        watch.tick()
        clock.up += LOST_MS
        until(lambda: watch.tick() or site.edition.version, "site data")
        watch.stop()


def test_a_file_that_has_lost_its_state_is_taken_for_none_and_fetched_anew(settings, hub):
    hub.put("bin", "a01", Bin(code="a01"))
    fetch(settings)
    with closing(sqlite3.connect(settings.device.data / NAME)) as db, db:
        db.execute("DELETE FROM state")
    with known(settings) as site:
        assert not site.edition.generation
    assert fetch(settings).changed == 1


def test_an_agent_that_knows_further_kinds_fetches_anew_what_the_one_before_it_passed_over(settings, hub):
    hub.put("bin", "a01", Bin(code="a01"))
    fetch(settings)
    with closing(sqlite3.connect(settings.device.data / NAME)) as db:
        db.execute("PRAGMA user_version=2")
    with known(settings) as site:
        assert site.version is None
    hub.put("count", "C7", CountNote(id="C7", at=1))
    assert fetch(settings).changed == 2


def test_a_file_of_another_device_is_not_believed(settings, hub, tmp_path):
    hub.put("bin", "a01", Bin(code="a01"))
    fetch(settings)
    with closing(sqlite3.connect(settings.device.data / NAME)) as db, db:
        db.execute("UPDATE state SET device = 'wh2-scanner-1'")
    assert fetch(settings).changed == 1


def test_the_file_is_for_the_agents_user_alone(settings, hub):
    hub.put("bin", "a01", Bin(code="a01"))
    fetch(settings)
    files = list(settings.device.data.glob(f"{NAME}*"))
    assert files
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_a_hub_of_another_authority_is_told_nothing(tmp_path, authority, settings):
    with SiteHub(tmp_path, Authority("another hub")) as other:
        (tmp_path / "elsewhere").mkdir()
        theirs = configured(tmp_path / "elsewhere", authority, other.port)
        with pytest.raises(DoorError, match="not the hub that this device joined"):
            fetch(theirs)


def test_a_device_that_the_hub_does_not_know_is_refused_in_its_words(tmp_path, hub):
    stranger = Authority("stranger")
    (tmp_path / "elsewhere").mkdir()
    theirs = configured(tmp_path / "elsewhere", stranger, hub.port)
    ours = hub._authority.pem
    (theirs.device.data / "identity" / "authority.pem").write_text(ours)
    with pytest.raises(DoorError, match="Who are you"):
        fetch(theirs)


def test_a_hub_that_sends_the_same_page_for_ever_is_left(settings, hub):
    hub.put("bin", "a01", Bin(code="a01"))
    fetch(settings)
    page = b'{"generation":"aaaaaaaaaaaaaaaa","version":1,"reset":false,"more":true,"records":[]}'
    hub.site_data = lambda asked: page
    with pytest.raises(DoorError, match="same page"):
        fetch(settings)


def test_the_program_says_in_one_line_what_came_of_it(settings, hub):
    hub.put("bin", "a01", Bin(code="a01"))
    command = [sys.executable, "-m", "edge.sitedata", "--config", str(settings.path)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=60, check=True)
    assert done.stdout == b'{"generation":"aaaaaaaaaaaaaaaa","version":1,"changed":1,"misread":0}\n'


def test_a_device_that_goes_to_another_hub_knows_nothing_of_the_old_ones_site(settings, hub):
    hub.put("bin", "a01", Bin(code="a01"))
    fetch(settings)
    open_box(settings.device.data).close()
    rebind(settings)
    assert not list(settings.device.data.glob(f"{NAME}*"))


def test_every_question_is_an_indexed_look_up(settings, hub):
    hub.put("bin", "a01", Bin(code="a01"))
    fetch(settings)
    asked = []
    with known(settings) as site:
        db = site._file._db
        db.set_trace_callback(asked.append)
        for ask in (
            lambda: site.article(WATER),
            lambda: site.standing(WATER),
            lambda: site.delivery_of(UNIT),
            site.picks,
        ):
            ask()
        db.set_trace_callback(None)
        plans = [step[3] for query in asked for step in db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert len(asked) == 4
    assert plans
    assert not [plan for plan in plans if not plan.startswith("SEARCH")], plans
