"""A collection code, made by a hub and shown at a station: what the one seals, the other opens."""

import pytest

from edge.code_check import Question, judge
from edge.core.parcels import shelf_code, whereabouts
from edge.store.knowledge_writing import KnowledgeWriter
from edge.store.known_site import KnownSite
from hub import collecting
from hub.collecting import Keeper, ripen
from hub.sitedata import SiteData
from hub.store import reference
from tests.support.hubweb import START_MS, Clock, make_database
from tests.support.parcels_world import VAULT, put_parcel, put_recipient, put_sites
from tests.support.site_devices import Doors, proof
from wire.collecting import read_code
from wire.sitedata import Record
from wire.sitedata import SiteData as Page

FIRST, SECOND, OTHER = "st-1.AAAAA1", "st-1.AAAAA2", "st-1.AAAAA3"


@pytest.fixture
def doors(tmp_path):
    doors = Doors(make_database(tmp_path), Clock(START_MS))
    doors.site_data = SiteData(
        doors.database, clock=doors.clock, keeper=Keeper(VAULT), timer=lambda: doors.clock() / 1000
    )
    yield doors
    doors.database.close()


def held(doors, folder):
    """What the terminal of st-1 holds, in its own file."""
    doors.site_data.look()
    _, part = doors.site_data.page("pad-1", None, 0)
    records = tuple(Record(kind=row.kind, key=row.key, body=row.body) for row in part.rows if row.body is not None)
    with KnowledgeWriter(folder / "known.db", device="pad-1") as writer:
        writer.put_aside(Page(generation="a" * 16, version=1, reset=True, more=False, records=records))
        writer.take_over(1)
    return KnownSite(folder / "known.db")


def test_a_code_opens_at_the_station_what_the_hub_made_it_for_and_a_proxys_what_he_may_fetch(tmp_path, doors):
    with doors.database.write() as connection:
        put_sites(connection, "wh-1", "st-1", "st-2")
    device = doors.join("pad-1", "st-1")
    sent = proof(device, "pad-1", doors.sessions.challenge("pad-1"))
    doors.sessions.by_certificate("pad-1", sent["nonce"], sent["certificate"], sent["signature"], source="192.0.2.1")
    with doors.database.write() as connection:
        wang, li = put_recipient(connection), put_recipient(connection, "李四", "13900004711")
        for parcel, recipient in ((FIRST, wang), (SECOND, wang), (OTHER, li)):
            put_parcel(connection, parcel, recipient=recipient)
            collecting.issue(connection, VAULT, parcel, "st-1", START_MS)
        code = read_code(collecting.code_of(connection, VAULT, FIRST))
        proxy = read_code(collecting.add_proxy(connection, VAULT, FIRST, 1, START_MS))
        reference.announce(connection, "consignment", {}, START_MS)
    ripen(doors.database, VAULT, 50)
    site = held(doors, tmp_path)
    assert site.marks == {code.mark}
    assert [shelf_code(each, whereabouts(each.id, site)) for each in site.parcels_ending("4711")] == ["A-2-002"]
    found = judge(Question(secret=code.secret), device.key, site)
    assert (found.verdict, found.parcel, set(found.parcels), found.proxy) == ("right", FIRST, {FIRST, SECOND}, None)
    fetched = judge(Question(secret=proxy.secret), device.key, site)
    assert (fetched.parcels, fetched.proxy) == ((FIRST,), 1)
    site.close()
