"""What has expired is judged by the day at the site, at its borders too."""

from datetime import UTC, datetime

import pytest

from hub.store.queries.goods import local_day
from tests.support.hubweb import make_database


@pytest.fixture
def database(tmp_path):
    made = make_database(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Asia/Shanghai", "2026-12-31T15:59:59", 20261231),
        ("Asia/Shanghai", "2026-12-31T16:00:00", 20270101),
        ("America/New_York", "2027-01-01T04:59:59", 20261231),
        ("America/New_York", "2027-01-01T05:00:00", 20270101),
        ("America/New_York", "2026-07-01T03:59:59", 20260630),
        ("America/New_York", "2026-07-01T04:00:00", 20260701),
        ("Asia/Kathmandu", "2026-12-31T18:14:59", 20261231),
        ("Asia/Kathmandu", "2026-12-31T18:15:00", 20270101),
        ("Pacific/Kiritimati", "2026-12-31T10:00:00", 20270101),
        ("UTC", "2026-12-31T23:59:59", 20261231),
        ("Nowhere/Unknown", "2026-12-31T23:59:59", 20261231),
    ],
)
def test_a_site_has_its_own_day(database, zone, moment, day):
    now = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO site (id, name, name_zh, kind, lat_e7, lon_e7, zone) VALUES ('s', 's', '', 'camp', 0, 0, ?)",
            (zone,),
        )
        assert local_day(connection, "s", now) == day
        assert local_day(connection, "no-site", now) == int(moment[:10].replace("-", ""))
