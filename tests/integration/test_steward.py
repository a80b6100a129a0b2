"""Owners that devices did not know are settled by what people said, with the reason, and never anew."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import event

from hub.steward import Steward
from tests.support.deciding import Deciding, deciding
from tests.support.facts import (
    DOCK,
    NOW,
    PALLET,
    SHELF,
    STREAM,
    TENT,
    batch,
    count,
    fix,
    goods,
    opaque,
    scan,
    unit_label,
)
from wire import codec
from wire.actions import Action
from wire.messages import Lane, Settle

UNIT = f"unit:sscc:{PALLET}"


@pytest.fixture
def hub(tmp_path: Path):
    with deciding(tmp_path) as made:
        yield made


@pytest.fixture
def steward(hub: Deciding) -> Steward:
    return Steward(hub.web.database, hub.desk, lambda: NOW)


def say(hub: Deciding, query: str, *values: object) -> None:
    with hub.web.database.write() as connection:
        connection.exec_driver_sql(query, values)


def announce(hub: Deciding, key: str, owner: str, *units: str, event: str = "announced") -> None:
    say(
        hub,
        "INSERT INTO delivery (id, owner, site, expected, state, note, announced_at, announced_by)"
        " VALUES (?, ?, 'wh-1', 20270101, 'announced', '', 0, 'ann')",
        key,
        owner,
    )
    for sscc in units:
        say(hub, "INSERT INTO delivery_unit (sscc, delivery) VALUES (?, ?)", sscc, key)
    say(hub, "INSERT INTO delivery_event (delivery, at, who, event, reason) VALUES (?, 0, 'ann', ?, '')", key, event)


def reasons(hub: Deciding) -> list[tuple[str, int, str, str]]:
    """What the hub said of which fact: device, sequence, owner, reason."""
    found = []
    for (body,) in hub.ledger.rows(
        "SELECT body FROM journal JOIN lane ON lane.id = lane_id JOIN device ON device.id = device_id"
        " WHERE name = 'hub' ORDER BY journal.id"
    ):
        found += [
            (item.device, item.seq, item.owner, item.reason)
            for item in codec.decode_up(body).items
            if isinstance(item, Settle)
        ]
    return found


def test_goods_of_an_announced_delivery_are_their_owners(hub: Deciding, steward: Steward):
    announce(hub, "D1", "caritas")
    hub.tell(
        "a",
        scan(goods(lot="A"), n=10, task="delivery:D1"),
        scan(goods(lot="B"), n=5),
        scan(goods(lot="A"), n=1, task="delivery:D1", owner="msf"),
    )
    assert steward.look() == 1
    assert hub.balance(DOCK, "A", "caritas") == 10
    assert (hub.balance(DOCK, "B", ""), hub.balance(DOCK, "A", "msf")) == (5, 1)
    assert reasons(hub) == [("a", 1, "caritas", "delivery D1")]
    assert steward.look() == 0
    assert hub.ledger.findings() == []
    assert hub.ledger.rebuilt().same


def test_a_delivery_that_is_announced_after_its_goods_came_settles_them_then(hub: Deciding, steward: Steward):
    hub.tell(
        "a",
        scan(goods(lot="A"), n=10, task="delivery:D1"),
        scan(goods(lot="P"), n=4, to=UNIT),
        scan(goods(TENT, "T", serial="1"), to=UNIT),
        scan(unit_label(), to=DOCK, task="delivery:D1"),
        opaque(codec.encode_item(scan(goods(lot="O"), n=3, task="delivery:D1"))),
    )
    hub.ledger.until(lambda: not hub.ledger.rows("SELECT 1 FROM opaque WHERE state = 'waiting'"), "the opaque item")
    assert steward.look() == 0
    announce(hub, "D1", "caritas", PALLET)
    assert steward.look() == 4
    assert [hub.balance(*place, "caritas") for place in ((DOCK, "A"), (UNIT, "P"), (UNIT, "T"), (DOCK, "O"))] == [
        10,
        4,
        1,
        3,
    ]
    assert {reason for _, _, _, reason in reasons(hub)} == {"delivery D1", f"the unit {PALLET} came with delivery D1"}
    assert hub.ledger.rebuilt().same


def test_bins_and_sites_that_get_a_rule_settle_what_was_waiting(hub: Deciding, steward: Steward):
    hub.tell(
        "a",
        scan(goods(lot="A"), n=10, to=SHELF),
        scan(goods(lot="A"), n=4, do=Action.HAND_OVER, source=SHELF, at=1),
        count(goods(lot="A"), 5, where=SHELF, at=2),
        scan(goods(lot="B"), n=2, to="place:st-1"),
    )
    assert steward.look() == 0
    say(hub, "INSERT INTO bin (site, code, kind, owner) VALUES ('wh-1', 'a01', 'shelf', 'caritas')")
    assert steward.look() == 3
    assert hub.balance(SHELF, "A", "caritas") == 5
    say(hub, "UPDATE site SET rule_owner = 'msf' WHERE id = 'st-1'")
    assert steward.look() == 1
    assert hub.balance("place:st-1", "B", "msf") == 2
    assert hub.ledger.rows("SELECT * FROM lot JOIN balance ON lot_id = id WHERE owner = '' AND quantity <> 0") == []
    assert hub.ledger.rebuilt().same


def test_what_was_settled_once_is_not_settled_anew(hub: Deciding, steward: Steward):
    announce(hub, "D1", "caritas")
    hub.tell("a", scan(goods(lot="A"), n=10, task="delivery:D1"))
    hub.desk.post([Settle(at=0, up=0, device="a", stream=STREAM, seq=1, owner="msf", reason="said the driver")])
    assert steward.look() == 0
    say(hub, "INSERT INTO bin (site, code, kind, owner) VALUES ('wh-1', 'a01', 'shelf', 'red-cross')")
    assert steward.look() == 0
    assert hub.balance(DOCK, "A", "msf") == 10


def test_what_a_person_settles_while_the_steward_reads_stays(
    hub: Deciding, steward: Steward, monkeypatch: pytest.MonkeyPatch
):
    announce(hub, "D1", "caritas")
    hub.tell("a", scan(goods(lot="A"), n=10, task="delivery:D1"))
    post_due = hub.desk.post_due

    def first_a_person(due):
        post_due(lambda: [Settle(at=0, up=0, device="a", stream=STREAM, seq=1, owner="msf", reason="said the driver")])
        return post_due(due)

    with monkeypatch.context() as patch:
        patch.setattr(hub.desk, "post_due", first_a_person)
        assert steward.look() == 0
    assert hub.balance(DOCK, "A", "msf") == 10
    assert [owner for _, _, owner, _ in reasons(hub)] == ["msf"]


def test_a_look_with_nothing_new_reads_no_deliveries_and_writes_nothing(hub: Deciding, steward: Steward):
    announce(hub, "D1", "caritas", PALLET)
    steward.look()
    asked: list[str] = []

    def hear(_connection, _cursor, statement, *_):
        asked.append(statement)

    with hub.web.database.read() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        assert steward.look() == 0
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    assert asked
    assert not [one for one in asked if "delivery_unit" in one or one.startswith(("INSERT", "BEGIN IMMEDIATE"))]


def test_positions_of_a_quiet_night_are_passed_once(hub: Deciding, steward: Steward, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hub.steward.SKIPPED", 5)
    announce(hub, "D1", "caritas")
    hub.tell("a", scan(goods(lot="A"), task="delivery:D1"))
    assert steward.look() == 1
    for seq in range(6):
        hub.ledger.send("v", batch(hub.ledger.ledger, [fix(seq)], after=seq, lane=Lane.TELEMETRY))
    hub.ledger.until(lambda: hub.ledger.one("SELECT count(*) FROM fix") == 6, "the positions")
    steward.look()
    seen = msgspec.json.decode(str(hub.ledger.one("SELECT value FROM meta WHERE key = 'steward'")))
    assert seen["journal"] == hub.ledger.one("SELECT max(id) FROM journal")


def test_a_steward_that_begins_anew_goes_on_where_it_was(hub: Deciding, steward: Steward):
    announce(hub, "D1", "caritas")
    for seq in range(30):
        hub.tell("a", scan(goods(lot="A"), n=1, at=seq, task="delivery:D1"), after=seq)
    assert steward.look() == 30
    assert Steward(hub.web.database, hub.desk, lambda: NOW).look() == 0
    hub.tell("a", scan(goods(lot="A"), n=1, task="delivery:D1"), after=30)
    assert Steward(hub.web.database, hub.desk, lambda: NOW).look() == 1
    assert hub.balance(DOCK, "A", "caritas") == 31


def test_a_running_steward_settles_by_itself(hub: Deciding, steward: Steward, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hub.steward.Steward.every_s", 0.01)
    announce(hub, "D1", "caritas")
    steward.start()
    try:
        hub.tell("a", scan(goods(lot="A"), n=10, task="delivery:D1"))
        hub.ledger.until(lambda: hub.balance(DOCK, "A", "caritas") == 10, "the settled owner")
        assert steward.alive
    finally:
        steward.stop()
