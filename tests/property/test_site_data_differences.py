"""Any order of changes and questions ends with the device's copy equal to what the tables say."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.sitedata import SiteData
from hub.store import bins, deliveries, devices, lots, reference, sitedata
from hub.store.queries import told, told_parcels
from tests.support.hubweb import Clock, make_database
from tests.support.site_devices import Copy
from wire.sitedata import Kind, decode_record

SITES, DEVICES = ("a", "b"), ("scanner-1", "scanner-2")
DAY_MS = 86_400_000

site, device = st.sampled_from(SITES), st.sampled_from(DEVICES)
code = st.sampled_from(["a01", "a02"])
steps = st.one_of(
    st.tuples(st.just("bin"), site, code, st.sampled_from(["shelf", "cool"])),
    st.tuples(st.just("no-bin"), site, code),
    st.tuples(st.just("item"), st.sampled_from(["1", "2", "3"]), st.sampled_from(["x", "y|%\x00\u202e"])),
    st.tuples(st.just("deliver"), site, st.sampled_from(["D-1", "D-2"])),
    st.tuples(st.just("cancel"), st.sampled_from(["D-1", "D-2"])),
    st.tuples(st.just("note"), st.sampled_from(["", "L"]), st.sampled_from(["ok", "recalled"])),
    st.tuples(st.just("place"), device, st.one_of(st.none(), site)),
    st.tuples(st.just("look")),
    st.tuples(st.just("month")),
    st.tuples(st.just("ask"), device),
    st.tuples(st.just("restart")),
)


class World:
    """A hub's tables, its publisher, and two devices that ask now and then, a page at a time."""

    def __init__(self, database):
        self.database, self.clock = database, Clock()
        self.copies = {name: Copy() for name in DEVICES}
        self.restart()
        with database.write() as connection:
            reference.put_sites(connection, [self.site(id_) for id_ in SITES])
            for name in DEVICES:
                devices.admit(connection, name, "scanner", "x", now=0)

    @staticmethod
    def site(id_):
        return reference.Site(id=id_, name=id_, name_zh="", kind="warehouse", lat_e7=0, lon_e7=0)

    def restart(self):
        self.site_data = SiteData(self.database, clock=self.clock, timer=lambda: self.clock() / 1000)

    def do(self, what, *how):
        if what in ("look", "restart", "month", "ask"):
            self.outside(what, *how)
            return
        with self.database.write() as connection:
            self.change(connection, what, *how)
            if what != "place":  # that is found without a word
                reference.announce(connection, "reference", {"what": "items"}, self.clock())

    def outside(self, what, *how):
        if what == "look":
            self.site_data.look()
        elif what == "restart":
            self.restart()
        elif what == "month":
            self.clock.now += 31 * DAY_MS
            self.site_data.look()
        else:
            self.ask(how[0])

    def ask(self, name):
        """One page."""
        copy = self.copies[name]
        generation, part = self.site_data.page(name, copy.generation, copy.version)
        if part.anew:
            copy.records.clear()
        for row in part.rows:
            copy.put(row.kind, row.key, row.body)
        copy.generation, copy.version = generation, part.version
        return part.more

    def change(self, connection, what, *how):
        if what == "bin":
            bins.put_bins(connection, how[0], [bins.Bin(code=how[1], kind=how[2])])
        elif what == "no-bin":
            bins.remove_bin(connection, *how)
        elif what == "item":
            item = reference.Item(gtin=how[0].zfill(14), name=how[1], name_zh="", unit="piece", category="")
            reference.put_items(connection, [item])
        elif what == "deliver" and deliveries.owner_of(connection, how[1]) is None:
            line = deliveries.Line(line=1, item="gtin:" + "1".zfill(14), lot=None, n=1)
            new = deliveries.Delivery(
                id=how[1], owner="o", site=how[0], expected=20270101, state="announced", note="",
                announced_at=0, announced_by="ana", lines=(line,),
            )  # fmt: skip
            deliveries.add(connection, new)
        elif what == "cancel":
            deliveries.decide(connection, how[0], "cancelled")
        elif what == "note":
            note = lots.Note(item="text:x", lot=how[0], state=how[1], expiry=None, reason="r", at=0, by="ana")
            lots.add_note(connection, note)
        elif what == "place":
            devices.place(connection, *how)

    def wanted(self, name):
        """What a device should hold, straight from the tables."""
        with self.database.read() as connection:
            at = devices.site_of(connection, name)
            if at is None:
                return {}
            found = {Kind.ARTICLE: told.catalogue(connection), Kind.STOCK: told.stock(connection, at)}
            found |= told.for_everybody(connection)
            found |= told.for_site(connection, self.site(at))
            found[Kind.STATION] = told_parcels.stations(connection)
        return {
            (kind.value, key): decode_record(kind, one.body)
            for kind, rows in found.items()
            for key, one in rows.items()
        }


@pytest.fixture(scope="module", autouse=True)
def small_pages():
    kept, sitedata.PAGE_RECORDS = sitedata.PAGE_RECORDS, 2
    yield
    sitedata.PAGE_RECORDS = kept


@settings(deadline=None, max_examples=40)
@given(st.lists(steps, max_size=30))
def test_any_order_of_changes_and_questions_ends_in_the_same_copy(history):
    with TemporaryDirectory() as folder, closing(make_database(Path(folder))) as database:
        world = World(database)
        for step in history:
            world.do(*step)
        world.site_data.look()
        for name in DEVICES:
            while world.ask(name):
                pass
            assert world.copies[name].records == world.wanted(name), msgspec.json.encode(history)
