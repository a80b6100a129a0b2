"""What the hub wishes of a device's configuration, over crashes, full disks and a file that a person edits."""

import random

import pytest

from edge import desired
from edge.config import ConfigError
from edge.core.configuration import MOST_STARTS, Standing, State
from edge.desired import NAME, Configurator, load, read
from edge.store.errors import OutboxError
from tests.support.edge_agent import write_config
from tests.support.edge_doubles import Clocks, Quiet
from wire.messages import Desired, Report

LEDGER, FIRST, SECOND = "1" * 16, "a" * 16, "b" * 16


class Box:
    """Facts that were stored; may be full."""

    def __init__(self):
        self.facts, self.full = [], False

    def append_facts(self, items):
        if self.full:
            raise OutboxError("full")
        self.facts += items


class Device:
    """Runs of an agent on one folder; what it lays over its file is what its last start found."""

    def __init__(self, folder):
        self.folder, self.box, self.clock = folder, Box(), Clocks()
        self.config = write_config(folder, extra="[desired]\ntrial_s = 5")
        (folder / "data").mkdir()
        self.start()

    def start(self):
        self.again = []
        self.settings = load(self.config)
        self.run = Configurator(self.settings, self.box, self.clock, Quiet(), lambda: self.again.append(1))
        self.run.begin()

    def offer(self, version, generation=FIRST, **settings):
        self.run.offer(Desired(ledger=LEDGER, version=version, generation=generation, settings=settings))
        if self.again:
            self.start()

    def second(self, *, answered, seconds=1):
        self.clock.up += seconds * 1000
        self.run.watch(hub_answered=answered)
        if self.again:
            self.start()

    @property
    def standing(self):
        return read(self.folder / "data" / NAME)

    def told(self):
        return [(item.version, item.state.value) for item in self.box.facts if isinstance(item, Report)]


@pytest.fixture
def device(tmp_path):
    return Device(tmp_path)


def test_a_wish_is_in_force_while_it_is_tried_and_told_when_the_hub_answers(device):
    device.offer(1, log={"level": "debug"})
    assert device.settings.log_level == "debug"
    device.second(answered=False)
    assert device.told() == []
    device.second(answered=True)
    assert device.told() == [(1, "applied")]
    device.start()
    assert device.settings.log_level == "debug"


def test_without_an_answer_in_time_it_is_taken_back_and_told_later(device):
    device.offer(1, log={"level": "debug"})
    device.second(answered=True)
    device.offer(2, log={"level": "error"}, hub={"port": 9})
    assert device.settings.hub.port == 9
    device.second(answered=False, seconds=5)
    assert device.settings.log_level == "debug"
    assert device.settings.hub.port != 9
    device.second(answered=False)
    assert device.told() == [(1, "applied"), (2, "rolled-back")]


def test_an_agent_that_falls_again_and_again_in_a_trial_goes_back(device):
    device.offer(1, log={"level": "debug"})
    for _ in range(MOST_STARTS):
        assert device.standing.on_trial
        device.start()
    assert device.again, "the process that found it is told to begin anew"
    device.start()
    device.second(answered=True)
    assert device.settings.log_level == "info"
    assert device.told() == [(1, "rolled-back")]


def test_what_could_not_be_told_on_a_full_disk_is_told_after_the_next_start(device):
    device.box.full = True
    device.offer(1, log={"level": "loud"})
    device.second(answered=True)
    assert device.told() == []
    device.box.full = False
    device.start()
    device.second(answered=False)
    device.second(answered=False)
    assert device.told() == [(1, "refused")]


def test_what_does_not_fit_any_more_to_a_file_that_a_person_edited_is_left_out_and_said(device):
    device.offer(1, scanner=[])
    device.second(answered=True)
    write_config(device.folder, scanners=["A"], extra="[desired]\ntrial_s = 5")
    device.offer(2, scanner=[{"port": "A", "do": "load"}])
    device.second(answered=True)
    assert device.settings.scanners[0].work.do == "load"
    write_config(device.folder, scanners=["B"], extra="[desired]\ntrial_s = 5")
    device.start()
    assert device.settings.scanners[0].work.do == "receive"
    assert "does not fit" in device.settings.advice[-1]


def test_who_joins_says_where_the_hub_is_and_another_hub_begins_with_nothing(device):
    device.offer(1, log={"level": "debug"}, hub={"port": 9})
    device.second(answered=True)
    desired.forget(device.folder / "data" / NAME, entirely=False)
    device.start()
    assert device.settings.log_level == "debug"
    assert device.settings.hub.port != 9
    desired.forget(device.folder / "data" / NAME, entirely=True)
    assert device.standing == Standing()


def test_a_file_that_is_damaged_is_as_if_nothing_had_been_wished(device):
    device.offer(1, log={"level": "debug"})
    (device.folder / "data" / NAME).write_bytes(b'{"settings": {"log"')
    device.start()
    assert device.settings.log_level == "info"
    device.offer(1, log={"level": "debug"})
    assert device.settings.log_level == "debug"


def test_a_disk_that_cannot_store_keeps_the_configuration_as_it_is(device, monkeypatch):
    def full(*_):
        raise desired.DesiredError("full")

    monkeypatch.setattr(desired, "write", full)
    device.offer(1, log={"level": "debug"})
    assert device.settings.log_level == "info"
    assert device.standing == Standing()


def test_a_file_with_bytes_that_are_no_text_or_tables_that_are_none_lets_the_agent_start(device):
    for content in (b'{"generation": "\xff\xfe"}', b'{"settings": {"log": 5}}', b'{"settings": {"scanner": [7]}}'):
        (device.folder / "data" / NAME).write_bytes(content)
        device.start()
        assert device.settings.log_level == "info"


def test_what_was_told_is_not_told_again_each_second_while_that_cannot_be_written_down(device):
    (device.folder / "data" / NAME).unlink(missing_ok=True)
    device.offer(1, log={"level": "loud"})
    (device.folder / "data" / f"{NAME}.new").mkdir()
    for _ in range(5):
        device.second(answered=True)
    assert device.told() == [(1, "refused")]
    (device.folder / "data" / f"{NAME}.new").rmdir()
    device.second(answered=True)
    assert device.standing.untold is None
    assert device.told() == [(1, "refused")]


def test_a_trial_whose_start_could_not_be_written_down_ends_all_the_same(device):
    device.run.offer(Desired(ledger=LEDGER, version=1, generation=FIRST, settings={"hub": {"port": 9}}))
    (device.folder / "data" / f"{NAME}.new").mkdir()
    device.start()
    (device.folder / "data" / f"{NAME}.new").rmdir()
    device.second(answered=False, seconds=5)
    assert device.settings.hub.port != 9
    device.second(answered=False)
    assert device.told() == [(1, "rolled-back")]


def test_a_broken_own_file_is_told_as_ever(device):
    device.config.write_text("[device")
    with pytest.raises(ConfigError):
        load(device.config)


def test_in_any_schedule_the_device_ends_with_what_the_newest_generation_wished_last_or_what_it_had(tmp_path):
    for seed in range(12):
        (tmp_path / str(seed)).mkdir()
        try:
            play(random.Random(seed), Device(tmp_path / str(seed)))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


def play(rng, device):
    """Wishes of a hub that is restored now and then, old messages, crashes and silence."""
    generations, wishes, applied = [FIRST], [], {}
    for _ in range(40):
        act = rng.choice(("wish", "wish", "late", "crash", "answer", "answer", "silence", "restore"))
        if act == "wish":
            level = rng.choice(("debug", "info", "error", "loud"))
            version = 1 + max((v for g, v, _ in wishes if g == generations[-1]), default=0)
            wishes.append((generations[-1], version, level))
            device.offer(version, generations[-1], log={"level": level})
        elif act == "late" and wishes:
            generation, version, level = rng.choice(wishes)
            before = device.standing
            device.offer(version, generation, log={"level": level})
            if generation in before.left or (generation == before.generation and version <= before.judged):
                assert device.standing == before, "an old message changed something"
        elif act == "crash":
            device.start()
        elif act == "answer":
            device.second(answered=True)
        elif act == "silence":
            device.second(answered=False, seconds=rng.choice((1, 6)))
        elif act == "restore":
            generations.append(f"{rng.getrandbits(64):016x}")
        applied[device.settings.log_level] = True
        assert "loud" not in applied
    device.second(answered=True)
    device.second(answered=True)
    version = 1 + max((v for g, v, _ in wishes if g == generations[-1]), default=0)
    device.offer(version, generations[-1], log={"level": "warning"})
    for _ in range(3):
        device.second(answered=True)
    assert device.settings.log_level == "warning"
    assert device.standing.state is State.APPLIED
    assert device.told()[-1] == (version, "applied")
