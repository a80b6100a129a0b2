"""Commands on a device with its real outbox: what is stored, what is told, and what a person sees."""

import sqlite3
from contextlib import closing

import pytest

from edge import status
from edge.core.commands import State
from edge.orders import AT_ONCE, MOST_WAITING, Orders
from edge.store.commands import MESSAGES_KEPT, Change, CommandLog
from edge.store.errors import OutboxError
from tests.support.delivery_box import open_box
from tests.support.edge_agent import relay_edge, write_config
from tests.support.edge_doubles import Clocks, Quiet
from wire.codec import decode_item, encode
from wire.messages import Command, Outcome, OutcomeState, Welcome

LEDGER = "1" * 16
NOW = 1_800_000_000_000


class Device:
    """Orders on an outbox, driven by hand; what the agent does outside is counted."""

    def __init__(self, folder, ledger=LEDGER):
        self.box = open_box(folder)
        if ledger and self.box.ledger is None:
            self.box.bind(ledger)
        self.clock = Clocks()
        self.does = []
        self.fails = None
        self.orders = Orders(
            self.box, self.clock, Quiet(),
            outside={"report-health": self._health, "restart": lambda: self.does.append("restart")},
            refuses={},
        )  # fmt: skip
        self.number = 0

    def _health(self):
        self.does.append("health")
        if self.fails:
            raise self.fails
        return "sent"

    def hello(self, hub_ms=NOW):
        self.number += 1
        self.orders.asked(self.number, self.clock.up)
        welcome = Welcome(ledger=LEDGER, run="2" * 16, time=hub_ms, hello=self.number)
        self.orders.answered(welcome, self.clock.up)

    def ask(self, *commands):
        for command in commands:
            self.orders.hear(encode(command))
        while self.orders.work():
            pass

    def facts(self):
        items = [decode_item(row[0]) for row in self.box.ask("SELECT payload FROM facts ORDER BY id")]
        return [(item.id[-1], item.state.value) for item in items if isinstance(item, Outcome)]

    def texts(self):
        return [row[0] for row in self.box.ask("SELECT text FROM messages ORDER BY no")]


def command(n=1, name="message", *, ledger=LEDGER, expires=NOW + 60_000, **args):
    args = args or ({"text": f"text {n}"} if name == "message" else {})
    return Command(id=f"{n:016x}", ledger=ledger, name=name, issued=NOW, expires=expires, args=args)


@pytest.fixture
def device(tmp_path):
    made = Device(tmp_path)
    made.hello()
    yield made
    made.box.close()


def again(device, tmp_path):
    """The agent ends and starts."""
    device.box.close()
    made = Device(tmp_path)
    device.box = made.box
    return made


def test_a_command_is_kept_done_and_told_however_often_it_comes(device, tmp_path):
    device.ask(command(), command(), command())
    device.ask(command())
    assert device.texts() == ["text 1"]
    assert device.facts() == [("1", "accepted"), ("1", "done")]
    later = again(device, tmp_path)
    later.hello()
    later.ask(command())
    assert later.texts() == ["text 1"]
    assert later.facts() == device.facts()


def test_an_accepted_command_is_done_after_a_restart_only_if_its_time_is_not_over(device, tmp_path):
    for n, expires in ((1, NOW + 60_000), (2, NOW + 10_000)):
        device.orders.hear(encode(command(n, expires=expires)))
    device.orders._take()
    later = again(device, tmp_path)
    assert not later.orders.work()
    assert later.texts() == [], "it waits until the hub's time is known"
    later.hello(NOW + 30_000)
    later.ask()
    assert later.texts() == ["text 1"]
    assert later.facts()[2:] == [("2", "expired"), ("1", "done")]


def test_what_had_begun_outside_is_settled_and_not_begun_again(device, tmp_path):
    device.ask(command(1, "restart"))
    assert device.does == ["restart"]
    assert device.facts() == [("1", "accepted")]
    later = again(device, tmp_path)
    later.hello()
    later.ask(command(1, "restart"))
    assert later.does == []
    assert later.facts() == [("1", "accepted"), ("1", "done")]


def test_what_fails_outside_is_told_with_its_reason(device):
    device.fails = OutboxError("the disk is full")
    device.ask(command(1, "report-health"))
    assert device.facts() == [("1", "accepted"), ("1", "failed")]
    assert CommandLog(device.box).find(f"{1:016x}").detail == "the disk is full"


def _fail():
    raise OSError("no disk")


def test_a_disk_that_cannot_store_takes_no_command_and_does_it_when_it_can(device):
    db = device.box._engine.facts
    db.create_function("fail", 0, _fail)
    db.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON main.messages BEGIN SELECT fail(); END")
    device.orders.hear(encode(command()))
    with pytest.raises(OutboxError):
        device.orders.work()
    assert device.texts() == []
    assert device.facts() == [("1", "accepted")]
    assert not device.orders.work(), "it is left alone for a while"
    db.execute("DROP TRIGGER full")
    device.clock.up += 6_000
    device.ask()
    assert device.texts() == ["text 1"]
    assert device.facts() == [("1", "accepted"), ("1", "done")]


def test_a_hub_that_asks_again_though_the_fact_is_gone_is_told_again_and_nothing_is_done(device):
    device.ask(command())
    device.box._engine.facts.execute("DELETE FROM facts")
    device.ask(command(), command())
    assert device.facts() == [("1", "done")]
    assert device.texts() == ["text 1"]


def test_commands_of_another_ledger_are_ignored_and_those_of_one_that_was_left_are_refused(device, tmp_path):
    device.ask(command(1, ledger="9" * 16))
    assert device.facts() == []
    device.orders.hear(encode(command(2)))
    device.orders._take()
    device.box.rebind("9" * 16)
    device.ask()
    assert device.texts() == []
    assert device.facts() == [("2", "accepted"), ("2", "refused")]


def test_more_than_fits_is_dropped_and_comes_again_and_is_worked_off_in_few_commits(device):
    commands = [command(n) for n in range(1, MOST_WAITING + 51)]
    device.ask(*commands)
    assert len(device.texts()) == MOST_WAITING
    device.ask(*commands[MOST_WAITING:])
    assert device.texts() == [f"text {n}" for n in range(1, MOST_WAITING + 51)]
    assert AT_ONCE < MOST_WAITING


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b'{"k":"command"}', b'{"k":"fly"}', b"\xff" * 100, b"x" * 20_000]
)
def test_what_is_no_order_is_logged_and_dropped(device, payload):
    device.orders.hear(payload)
    assert not device.orders.work()
    assert device.facts() == []


def test_the_log_forgets_only_what_expired_long_ago_and_keeps_few_messages(device):
    log = CommandLog(device.box)
    device.ask(command())
    kept = log.find(f"{1:016x}")
    device.orders._forget(10**6)
    assert log.find(kept.id) is not None
    device.hello(NOW + 40 * 86_400_000)
    device.orders._forget(10**9)
    assert log.find(kept.id) is None
    log.write([Change(kept=kept, message=str(n)) for n in range(MESSAGES_KEPT + 10)], at_ms=1)
    assert len(device.texts()) == MESSAGES_KEPT
    assert [each.text for each in log.messages(1)] == [str(MESSAGES_KEPT + 9)]


def test_a_damaged_file_neither_repeats_a_command_nor_takes_one_that_it_may_have_forgotten(device, tmp_path):
    device.ask(command(1), command(2))
    device.orders.hear(encode(command(3)))
    device.orders._take()
    device.box.close()
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as db, db:
        db.execute("DELETE FROM commands WHERE id = ?", (f"{2:016x}",))
    from edge.store.salvage import salvage

    salvage(tmp_path / "outbox.db", device="wh1-scanner-1", now_ms=1)
    later = Device(tmp_path)
    later.hello()
    before = len(later.facts())
    later.ask(command(1), command(2), command(3))
    assert later.texts() == ["text 1", "text 2"]
    assert sorted(later.facts()[before:])[-2:] == [("2", "failed"), ("3", "failed")]
    assert later.orders._kept.find(f"{3:016x}").state is State.FAILED
    fresh = Command(
        id="f" * 16, ledger=LEDGER, name="message", issued=NOW + 1000, expires=NOW + 60_000, args={"text": "new"}
    )
    later.ask(fresh)
    assert later.texts()[-1] == "new"
    later.box.close()


@pytest.mark.parametrize(("column", "told"), [("args", "refused"), ("name", "refused"), ("state", "failed")])
def test_a_command_in_which_a_bit_flipped_is_never_done_and_lets_the_agent_start(device, tmp_path, column, told):
    device.orders.hear(encode(command()))
    device.orders._take()
    device.box.close()
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as db, db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        db.execute(f"UPDATE commands SET {column} = 'acPepted', fact = NULL")
    later = again(device, tmp_path)
    later.hello()
    later.ask(command())
    assert later.texts() == []
    assert later.facts()[-1] == ("1", told)


def test_what_a_person_reads_of_a_message_steers_no_terminal(device, tmp_path):
    config = write_config(tmp_path)
    agent = status.AgentStatus(
        pid=1, device="d", kind="scanner", version="", state="running", since=0, at=0, hub="h:1",
        messages=(status.Message(at=0, text="wipe \x1b[2J \u202e it"),),
    )  # fmt: skip
    (tmp_path / "data").mkdir()
    status.write(tmp_path / "data" / "status.json", agent)
    said = relay_edge("status", "--config", config).stdout
    assert "wipe \\x1b[2J \\u202e it" in said
    assert "\x1b[2J" not in said


def test_every_state_that_is_told_is_one_of_the_wire():
    assert {state.value for state in OutcomeState} == {state.value for state in State} - {"started"}
