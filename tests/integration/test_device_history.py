"""What is known of a device: when it came and left, how it fared, and lists of devices that are searched and paged."""

import pytest

from hub.core.viewer import Role
from tests.support.deciding import Deciding, deciding
from tests.support.facts import NOW, RUN, batch, presence
from wire.messages import Clock, Health, Lane
from wire.topics import Leaf


def health(minute: int, **more: object) -> Health:
    return Health(at=NOW + minute, up=minute, pending_facts=minute, disk_free_bytes=10**9, version="9.1", **more)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with deciding(tmp_path_factory.mktemp("hub")) as made:
        ledger = made.ledger
        said = [health(1, battery_pct=80), health(2, note="outbox tight"), health(3, battery_pct=79)]
        clock = Clock(base=NOW, error=40)
        ledger.send("van-1", presence(RUN, "one", online=True), leaf=Leaf.PRESENCE)
        ledger.send("van-1", batch(ledger.ledger, said, lane=Lane.TELEMETRY, clock=clock))
        ledger.flush()
        ledger.send("van-1", presence(RUN, "one", online=False), leaf=Leaf.PRESENCE)
        ledger.send("van-1", presence(RUN, "one", online=False), leaf=Leaf.PRESENCE, retained=True)
        ledger.send("dock-1", presence(RUN, "two", online=True), leaf=Leaf.PRESENCE)
        ledger.send("dock-2", b"no message at all")
        ledger.flush()
        yield made


def test_a_device_shows_what_it_last_said_of_itself(hub: Deciding):
    found = hub.web.get("/devices/van-1", Role.OPERATOR)
    assert (found["battery_pct"], found["clock_error_ms"], found["pending_facts"]) == (79, 40, 3)
    assert (found["version"], found["online"], found["note"]) == ("9.1", False, "")
    with hub.web.client() as client:
        assert client.get("/api/v1/devices/nobody").status_code == 404


def test_its_health_is_told_over_time_oldest_first(hub: Deciding):
    points = hub.web.get("/devices/van-1/health", to="2027-01-15T09:00:00Z")["points"]
    assert [(one["pending_facts"], one["battery_pct"], one["note"]) for one in points] == [
        (1, 80, ""), (2, None, "outbox tight"), (3, 79, ""),
    ]  # fmt: skip
    assert hub.web.get("/devices/dock-1/health")["points"] == []


def test_it_is_told_once_when_a_device_came_and_left(hub: Deciding):
    rows = hub.web.get("/devices/van-1/presence")["rows"]
    assert [row["online"] for row in rows] == [False, True]
    first = hub.web.get("/devices/van-1/presence", limit=1)
    assert [row["online"] for row in first["rows"]] == [False]
    rest = hub.web.get("/devices/van-1/presence", limit=1, cursor=first["next"])
    assert [row["online"] for row in rest["rows"]] == [True]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"text": "dock"}, ["dock-1", "dock-2"]),
        ({"text": "van 9.1"}, ["van-1"]),
        ({"state": "online"}, ["dock-1"]),
        ({"state": "trouble"}, ["dock-2"]),
        ({"state": "silent"}, []),
        ({"site": "wh-1"}, []),
    ],
)
def test_devices_are_found_by_words_state_and_site(hub: Deciding, query: dict, names: list[str]):
    assert [one["name"] for one in hub.web.get("/devices", **query)["devices"] if one["name"] != "probe"] == names


def test_devices_come_in_pages_where_a_limit_is_asked_for(hub: Deciding):
    found, cursor = [], None
    while True:
        page = hub.web.get("/devices", limit=1, cursor=cursor)
        found += [one["name"] for one in page["devices"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == [one["name"] for one in hub.web.get("/devices")["devices"]]


def test_what_is_in_quarantine_is_searched_counted_and_had_as_a_file(hub: Deciding):
    (row,) = hub.web.get("/quarantine", text="MESSAGE dock-2")["rows"]
    assert hub.web.get("/quarantine", text="something else")["rows"] == []
    assert hub.web.get("/quarantine")["counts"] == {row["reason"]: 1}
    assert hub.web.get("/quarantine", reason="foreign")["rows"] == []
    with hub.web.client(Role.ENGINEER) as client:
        answer = client.get(f"/api/v1/quarantine/{row['id']}/bytes")
        assert (answer.content, answer.headers["content-type"]) == (b"no message at all", "application/octet-stream")
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert client.get("/api/v1/quarantine/999/bytes").status_code == 404
    with hub.web.client(Role.STAFF) as client:
        assert client.get(f"/api/v1/quarantine/{row['id']}/bytes").status_code == 403
