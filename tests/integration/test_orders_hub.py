"""What the hub keeps of what people ask of devices, when it says it to them, and what it believes."""

import json
from contextlib import contextmanager
from itertools import pairwise

import pytest
from sqlalchemy import Connection

from hub.core.commands import ASK_MS, MOST_OPEN
from hub.core.viewer import Role
from hub.dispatch import AGAIN_MS, Dispatcher
from hub.store import commands as store
from tests.support.facts import NOW, OTHER_STREAM, batch
from tests.support.hubweb import START_MS, Clock, make_database, serving
from tests.support.ingest import Bench, bench
from wire import codec, topics
from wire.messages import Command, Desired, Outcome, OutcomeState, Report, ReportState

DAY_MS = 86_400_000
TOPIC = topics.build("a", topics.Leaf.CMD)


def add_device(connection: Connection, *names: str) -> None:
    for name in names:
        values = (name, "scanner", NOW, 1)
        connection.exec_driver_sql("INSERT INTO device (name, kind, created_at, online) VALUES (?, ?, ?, ?)", values)


def ask(connection: Connection, n: int = 1, device: str = "a", **more) -> str:
    fields = {"name": "message", "args": {"text": "hello"}, "by": "ana", "now": NOW, "expires": NOW + DAY_MS}
    return store.issue(connection, store.NewCommand(device=device, id=f"{n:016x}", **fields | more))


def outcome(n: int, state: OutcomeState, detail: str = "") -> Outcome:
    return Outcome(at=NOW, up=0, id=f"{n:016x}", state=state, detail=detail)


# What devices say


@pytest.fixture
def made(tmp_path):
    with bench(tmp_path / "hub.db") as one:
        with one.database.write() as connection:
            add_device(connection, "a", "b")
            for n in (1, 2):
                ask(connection, n)
        yield one


def states(made: Bench) -> list[tuple]:
    return made.rows("SELECT state, detail FROM command ORDER BY id")


def test_a_command_stands_as_its_device_said_and_only_as_that_device_said(made: Bench):
    made.take(("b", batch(made.ledger, [outcome(1, OutcomeState.DONE)])))
    assert states(made) == [("waiting", ""), ("waiting", "")]
    made.take(("a", batch(made.ledger, [outcome(1, OutcomeState.ACCEPTED), outcome(2, OutcomeState.REFUSED, "no")])))
    assert states(made) == [("delivered", ""), ("refused", "no")]
    made.take(("a", batch(made.ledger, [outcome(1, OutcomeState.DONE)], after=2)))
    made.take(("a", batch(made.ledger, [outcome(1, OutcomeState.EXPIRED)], stream=OTHER_STREAM)))
    assert states(made) == [("done", ""), ("refused", "no")]
    assert made.findings() == []
    assert made.rebuilt().same


def test_what_is_said_of_a_command_that_the_hub_does_not_know_is_kept_and_not_set_aside(made: Bench):
    made.take(("a", batch(made.ledger, [outcome(77, OutcomeState.DONE, "shown")])))
    assert made.quarantine() == []
    assert made.rows("SELECT command, state, detail FROM outcome") == [(f"{77:016x}", "done", "shown")]


def test_the_same_words_in_another_order_and_twice_come_to_the_same(made: Bench):
    words = [outcome(1, OutcomeState.ACCEPTED), outcome(1, OutcomeState.DONE, "shown")]
    made.take(("a", batch(made.ledger, words[::-1], stream=OTHER_STREAM)), ("a", batch(made.ledger, words)))
    made.take(("a", batch(made.ledger, words)))
    assert states(made)[0] == ("done", "shown")
    assert made.one("SELECT count(*) FROM outcome") == 4


def test_a_report_of_another_generation_or_version_says_nothing_of_the_wish(made: Bench):
    generation = made.database.generation
    with made.database.write() as connection:
        assert store.wish(connection, "a", {}, by="ana", now=NOW, generation=generation) == 1
    said = [
        Report(at=NOW, up=0, version=1, generation="9" * 16, state=ReportState.APPLIED),
        Report(at=NOW, up=0, version=2, generation=generation, state=ReportState.APPLIED),
    ]
    made.take(("a", batch(made.ledger, said)))
    assert made.one("SELECT state FROM desired") == "waiting"
    late = Report(at=NOW, up=0, version=1, generation=generation, state=ReportState.ROLLED_BACK, detail="silent")
    made.take(("a", batch(made.ledger, [late], after=2)))
    assert made.rows("SELECT state, detail FROM desired") == [("rolled-back", "silent")]
    assert made.rebuilt().same


# What devices are asked


class Wire:
    """Takes what the dispatcher sends; can be cut."""

    def __init__(self):
        self.sent, self.cut = [], False

    def publish(self, topic, payload):
        if not self.cut:
            self.sent.append((topic, codec.decode_order(payload)))
        return not self.cut

    def take(self):
        taken, self.sent = self.sent, []
        return taken


@contextmanager
def dispatching(folder):
    """A dispatcher that is driven by hand instead of by its thread."""
    database, clock, wire = make_database(folder), Clock(NOW), Wire()
    with database.write() as connection:
        add_device(connection, "a", "b")
    made = Dispatcher(database, publish=wire.publish, clock=clock)
    try:
        yield made, database, clock, wire
    finally:
        database.close()


def test_a_device_is_asked_when_somebody_asks_after_its_hello_and_ever_more_rarely_until_it_says_a_word(tmp_path):
    with dispatching(tmp_path) as (made, database, clock, wire):
        with database.write() as connection:
            id_ = ask(connection)
        made._look(set(), set(), everyone=True)
        ((topic, command),) = wire.take()
        assert topic == TOPIC
        assert command == Command(
            id=id_, ledger=database.ledger, name="message", args={"text": "hello"}, issued=NOW, expires=NOW + DAY_MS
        )
        made._look(set(), {"a"}, everyone=True)
        assert wire.take() == [], "not twice at once"
        made._look({"a"}, set(), everyone=False)
        assert len(wire.take()) == 1, "after its hello"
        times = []
        for _ in range(240):
            clock.now += AGAIN_MS
            made._look(set(), set(), everyone=True)
            times += [clock.now] * len(wire.take())
        gaps = [b - a for a, b in pairwise(times)]
        assert gaps == sorted(gaps)
        assert gaps[-1] == 600_000 > 4 * gaps[0]


def test_what_could_not_be_sent_is_sent_at_the_next_look(tmp_path):
    with dispatching(tmp_path) as (made, database, _, wire):
        with database.write() as connection:
            ask(connection)
        wire.cut = True
        made._look(set(), set(), everyone=True)
        wire.cut = False
        made._look(set(), set(), everyone=True)
        assert len(wire.take()) == 1


def test_a_device_that_is_away_or_was_thrown_out_is_not_asked_and_expired_ones_only_for_a_week(tmp_path):
    with dispatching(tmp_path) as (made, database, clock, wire):
        with database.write() as connection:
            ask(connection, 1, "a")
            ask(connection, 2, "b")
            connection.exec_driver_sql("UPDATE device SET online = 0 WHERE name = 'a'")
            connection.exec_driver_sql("UPDATE device SET removed_at = 1 WHERE name = 'b'")
        made._look(set(), {"b"}, everyone=True)
        assert wire.take() == []
        clock.now = NOW + DAY_MS + ASK_MS - 1
        made._look({"a"}, set(), everyone=False)
        assert len(wire.take()) == 1, "it is asked what became of it"
        clock.now += 1
        made._look({"a"}, set(), everyone=False)
        assert wire.take() == []


def test_one_device_is_asked_little_at_a_time_and_a_herd_only_where_there_is_something(tmp_path):
    with dispatching(tmp_path) as (made, database, _, wire):
        with database.write() as connection:
            for n in range(store.AT_ONCE + 5):
                ask(connection, n)
        made._look({"a"}, {"a", *(f"other-{n}" for n in range(100))}, everyone=False)
        assert len(wire.take()) == store.AT_ONCE
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE command SET state = 'delivered' WHERE id < ?", (f"{10:016x}",))
        made._look(set(), {"a"}, everyone=False)
        assert len(wire.take()) == 5, "what follows, and nothing that was said just now"


def test_after_a_restore_the_newest_configuration_is_asked_for_again_under_the_new_generation(tmp_path):
    with dispatching(tmp_path) as (made, database, _, wire):
        with database.write() as connection:
            for level in ("info", "debug"):
                settings = {"log": {"level": level}}
                store.wish(connection, "a", settings, by="ana", now=NOW, generation="9" * 16)
            connection.exec_driver_sql("UPDATE desired SET state = 'applied'")
        made.start()
        made.stop()
        made._look({"a"}, set(), everyone=False)
        wished = Desired(
            ledger=database.ledger, version=2, generation=database.generation, settings={"log": {"level": "debug"}}
        )
        assert (TOPIC, wished) in wire.take()


def test_too_many_open_commands_of_one_device_are_refused_and_those_of_others_are_not(tmp_path):
    with dispatching(tmp_path) as (_, database, _, _), database.write() as connection:
        for n in range(MOST_OPEN):
            ask(connection, n)
        with pytest.raises(store.CommandError, match="wait for a already"):
            ask(connection, MOST_OPEN)
        ask(connection, MOST_OPEN, "b")


# What people may ask


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    database = make_database(folder)
    with database.write() as connection:
        add_device(connection, "a")
    asked = []
    with serving(folder, database=database, asked=asked.append) as server:
        server.asked = asked
        yield server


def post(web, body, role=Role.ADMIN, device="a"):
    with web.client(role) as client:
        return client.post(f"/api/v1/devices/{device}/commands", json=body)


MESSAGE = {"name": "message", "args": {"text": "Truck 7 is late"}}


def test_who_asked_is_kept_and_the_device_is_told(web):
    before = len(web.asked)
    answer = post(web, MESSAGE)
    assert answer.status_code == 201
    assert answer.json()["issued_by"] == "token token-admin"
    assert answer.json()["state"] == "waiting"
    assert answer.json()["expires_at"] == "2026-11-24T02:13:20.000Z"
    assert len(web.asked) == before + 1
    assert web.get("/devices/a/commands", Role.AUDITOR)["rows"][0]["id"] == answer.json()["id"]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, None])
def test_only_administrators_ask_anything_of_a_device(web, role):
    assert post(web, MESSAGE, role).status_code in {401, 403}
    if role is not None:
        with web.client(role) as client:
            wished = client.put("/api/v1/devices/a/configuration", json={"settings": {}})
        assert wished.status_code == 403


def test_the_same_command_asked_twice_is_one_and_another_one_under_its_name_is_refused(web):
    body = {**MESSAGE, "id": "abcdefabcdef0123"}
    assert [post(web, body).status_code for _ in range(2)] == [201, 201]
    assert post(web, {**body, "name": "restart", "args": {}}).status_code == 409
    rows = [row for row in web.get("/devices/a/commands")["rows"] if row["id"] == body["id"]]
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**MESSAGE, "expires_s": 0}, 422), ({**MESSAGE, "expires_s": 31 * 86_400}, 422), ({"name": ""}, 422),
        ({"name": "x" * 41}, 422), ({**MESSAGE, "args": {"text": "x" * 1001}}, 409), ({**MESSAGE, "id": "../x"}, 422),
        ({**MESSAGE, "args": {str(n): "" for n in range(11)}}, 422), ({**MESSAGE, "args": {"text": 7}}, 422),
        ({**MESSAGE, "args": {str(n): "灾" * 999 for n in range(4)}}, 409),
        ({**MESSAGE, "more": 1}, 422), ({**MESSAGE, "args": {"text": "\ud800"}}, 422),
    ],
)  # fmt: skip
def test_what_no_device_would_take_is_refused_at_once(web, body, code):
    with web.client() as client:
        headers = {"Content-Type": "application/json"}
        answer = client.post("/api/v1/devices/a/commands", content=json.dumps(body).encode(), headers=headers)
    assert answer.status_code == code, answer.text


def test_a_device_that_is_none_is_not_asked(web):
    assert post(web, MESSAGE, device="nobody").status_code == 404
    with web.client() as client:
        assert client.get("/api/v1/devices/nobody/commands").status_code == 404
        assert client.get("/api/v1/devices/nobody/configuration").status_code == 404
        assert client.put("/api/v1/devices/nobody/configuration", json={"settings": {}}).status_code == 404


@pytest.mark.parametrize(
    "settings", [{"log": "debug"}, {"log": {"level": None}}, {"scanner": [["x"]]}, {"log": {"level": "x" * 1001}}]
)
def test_settings_that_are_none_are_refused_at_once(web, settings):
    with web.client() as client:
        assert client.put("/api/v1/devices/a/configuration", json={"settings": settings}).status_code == 409


def test_a_wished_configuration_is_shown_with_what_the_device_said(web):
    assert web.get("/devices/a/configuration")["version"] is None
    with web.client() as client:
        answer = client.put("/api/v1/devices/a/configuration", json={"settings": {"log": {"level": "debug"}}})
    assert answer.status_code == 200
    found = web.get("/devices/a/configuration", Role.SUPERVISOR)
    assert (found["version"], found["state"], found["issued_by"]) == (1, "waiting", "token token-admin")
    assert found["settings"] == {"log": {"level": "debug"}}
    assert found["reported"] is None


def test_commands_come_in_pages_newest_first(web):
    for n in range(3):
        web.clock.now = START_MS + 1 + n
        post(web, {**MESSAGE, "id": f"{n:016x}"})
    first = web.get("/devices/a/commands", limit=2)
    second = web.get("/devices/a/commands", limit=2, cursor=first["next"])
    ids = [row["id"] for row in first["rows"] + second["rows"]]
    assert ids[:3] == [f"{n:016x}" for n in (2, 1, 0)]
    assert len(set(ids)) == len(ids)
