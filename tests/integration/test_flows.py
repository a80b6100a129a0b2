"""What came, what went and what stood there at each hour: as the ledger has it, however late it came."""

from contextlib import closing

import httpx
import pytest

from hub.core.viewer import Role
from hub.store import flows
from tests.support.deciding import Deciding, deciding
from tests.support.facts import NOW, PALLET, RICE, SHELF, STATION, TENT, goods, unit_label
from wire.actions import Action
from wire.messages import Count, Scan, Void

HOUR = 3_600_000
UNIT = f"unit:sscc:{PALLET}"
WAREHOUSE = "place:wh-1"


def fact(hours_ago: int, do: Action, label: str, **more: object) -> Scan:
    return Scan(at=NOW - hours_ago * HOUR, up=0, do=do, labels=(label,), **more)


RICE_A = goods(lot="A", expiry=20270601)
STORY = (
    fact(30, Action.RECEIVE, RICE_A, to=WAREHOUSE, n=100, owner="caritas"),
    fact(29, Action.PUT_AWAY, RICE_A, source=WAREHOUSE, to=SHELF, n=60, owner="caritas"),
    fact(28, Action.PACK, RICE_A, source=SHELF, to=UNIT, n=40, owner="caritas"),
    fact(27, Action.SIGHT, unit_label(), to=WAREHOUSE),
    fact(20, Action.LOAD, unit_label(), source=WAREHOUSE, to="transit:truck-3"),
    fact(10, Action.UNLOAD, unit_label(), source="transit:truck-3", to=STATION),
    fact(8, Action.HAND_OVER, RICE_A, source=UNIT, n=3, owner="caritas"),
    fact(6, Action.RECEIVE, goods(TENT, "T", serial="1"), to=WAREHOUSE, owner="msf"),
    fact(5, Action.HAND_OVER, goods(TENT, serial="1"), source=WAREHOUSE),
    Count(at=NOW - 4 * HOUR, up=0, where=WAREHOUSE, labels=(RICE_A,), n=38, owner="caritas"),
)  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with deciding(tmp_path_factory.mktemp("hub")) as made:
        for seq in (5, 1, 9, 0, 2, 8, 3, 7, 4, 6):  # each as if from a device of its own, in no order at all
            made.tell(f"device-{seq}", STORY[seq])
            flows.reckon(made.ledger.database)
        yield made


def ask(hub: Deciding, role: Role = Role.SUPERVISOR, **query: str) -> dict:
    return hub.web.get("/flows", role, **query)


def levels(found: dict) -> list[tuple[int, int, int]]:
    return [(row["came"], row["went"], row["stock"]) for row in found["rows"] if row["came"] or row["went"]]


def test_what_came_and_went_is_told_by_hour_with_what_stood_there_after_it(hub: Deciding):
    at_warehouse = ask(hub, site="wh-1", item=RICE, step="hour")
    packed_before_it_was_anywhere = (0, 40, 60)
    assert levels(at_warehouse) == [(100, 0, 100), packed_before_it_was_anywhere, (40, 0, 100), (0, 40, 60), (0, 2, 58)]
    assert len(at_warehouse["rows"]) == 48
    assert [row["stock"] for row in at_warehouse["rows"]][-1] == 58
    at_station = ask(hub, site="st-1", item=RICE, step="hour")
    assert levels(at_station) == [(40, 0, 40), (0, 3, 37)]


def test_each_cause_is_named_and_adds_up(hub: Deciding):
    found = ask(hub, site="wh-1", step="hour")
    causes = {one["cause"]: (one["came"], one["went"]) for one in found["causes"]}
    assert causes["donor-in"] == (101, 0)
    assert causes["transit"] == (0, 40)
    assert causes["adjustment"] == (0, 2)
    assert causes["with-recipient"] == (0, 1)
    for row in found["rows"]:
        assert sum(one["came"] for one in row["causes"]) == row["came"]
        assert sum(one["went"] for one in row["causes"]) == row["went"]


def test_days_are_those_of_the_sites_own_zone(hub: Deciding):
    with hub.web.database.write() as connection:
        connection.exec_driver_sql("UPDATE site SET zone = 'Asia/Kathmandu' WHERE id = 'wh-1'")
    found = ask(hub, site="wh-1", item=RICE)
    assert found["zone"] == "Asia/Kathmandu"
    assert {row["at"][11:] for row in found["rows"]} == {"18:15:00.000Z"}
    assert found["rows"][-1]["stock"] == 58
    assert found["opening"] == 0
    later = ask(hub, site="wh-1", item=RICE, **{"from": "2027-01-15T00:00:00Z"})
    assert later["opening"] == 60
    assert levels(later) == [(0, 2, 58)]
    assert ask(hub, step="hour", zone="Asia/Shanghai")["zone"] == "Asia/Shanghai"


def test_nobody_is_told_what_others_own_or_what_stands_elsewhere(hub: Deciding):
    with closing(hub.staff("msf")) as staff, closing(hub.person("op", Role.OPERATOR, site="st-1")) as operator:
        own = staff.get("/flows", params={"step": "hour"}).json()
        assert [row["cause"] for row in own["causes"]] == ["donor-in", "with-recipient"]
        assert levels(staff.get("/flows", params={"step": "hour", "owner": "caritas"}).json()) == []
        assert levels(operator.get("/flows", params={"step": "hour"}).json()) == [(40, 0, 40), (0, 3, 37)]
        assert levels(operator.get("/flows", params={"step": "hour", "site": "wh-1"}).json()) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"step": "hour", "from": "2026-01-01T00:00:00Z"}, "too-long"),
        ({"from": "0001-01-01T00:00:00Z"}, "too-long"),
        ({"to": "9999-12-31T23:59:59Z", "from": "9999-12-30T00:00:00Z"}, "too-long"),
        ({"zone": "Mars/Olympus"}, "no-zone"),
        ({"zone": "../../etc/passwd"}, "no-zone"),
        ({"step": "minute"}, "invalid"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_to_do(hub: Deciding, query: dict, code: str):
    with hub.web.client(Role.SUPERVISOR) as client:
        answer: httpx.Response = client.get("/api/v1/flows", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_what_is_undone_never_flowed_and_what_comes_meanwhile_is_not_missed(hub: Deciding):
    received = fact(3, Action.RECEIVE, goods(lot="B"), to=STATION, n=7)
    hub.tell("late-1", received)
    assert ask(hub, site="st-1", step="hour")["due"] == 1
    flows.reckon(hub.ledger.database)
    found = ask(hub, site="st-1", item=RICE, step="hour")
    assert (found["due"], found["rows"][-1]["stock"]) == (0, 44)
    hub.tell("late-1", Void(at=NOW, up=0, stream="1" * 16, seq=1), after=1)
    flows.reckon(hub.ledger.database)
    assert ask(hub, site="st-1", item=RICE, step="hour")["rows"][-1]["stock"] == 37
    assert hub.ledger.rebuilt().same
