"""What devices are told of their site, by a hub on a socket and devices with certificates."""

import pytest

from hub.store import bins, reference
from tests.support.hubweb import START_MS, Clock, make_database, serving
from tests.support.site_devices import Copy, Doors, token

GTIN = "09501101530003"


@pytest.fixture
def doors(tmp_path):
    return Doors(make_database(tmp_path), Clock(START_MS))


@pytest.fixture
def web(tmp_path, doors):
    with serving(
        tmp_path, database=doors.database, clock=doors.clock, device_sessions=doors.sessions, site_data=doors.site_data
    ) as made:
        with made.client() as client:
            sites = [{"id": id_, "name": id_, "kind": "warehouse", "lat": 30.0, "lon": 103.0} for id_ in ("a", "b")]
            assert client.put("/api/v1/sites", json=sites).status_code == 200
            assert client.put("/api/v1/items", json=[{"gtin": GTIN, "name": "Tent"}]).status_code == 200
        yield made


def put_bins(doors, site, *codes):
    with doors.database.write() as connection:
        bins.put_bins(connection, site, [bins.Bin(code=code) for code in codes])
        reference.announce(connection, "reference", {"what": "bins"}, doors.clock())
    doors.site_data.look()


def test_a_device_that_proves_its_key_reads_what_its_site_needs_and_then_only_what_changed(web, doors):
    device = doors.join("scanner-1", "a")
    put_bins(doors, "a", "a01", "a02")
    copy = Copy()
    with web.client(None) as client:
        opened = token(client, device, "scanner-1")
        assert copy.fetch(client, opened) == 4
        assert copy.of("article") == {GTIN: {"gtin": GTIN, "name": "Tent", "unit": "piece"}}
        assert copy.of("bin").keys() == {"a01", "a02"}
        assert copy.of("site").keys() == {"a"}
        assert copy.fetch(client, opened) == 0
        put_bins(doors, "a", "a03")
        assert copy.fetch(client, opened) == 1
        assert copy.of("bin").keys() == {"a01", "a02", "a03"}
