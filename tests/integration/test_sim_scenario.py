"""Scenarios and the command line: whole stories on real ptys, against hosts that understand steering codes."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_sim.errors import SimError
from firmware_sim.expect import expected_balances
from firmware_sim.gs1 import sscc
from firmware_sim.opening import opening_stock
from firmware_sim.printer import read_printed
from firmware_sim.scenario import PACKAGED, read_scenario
from firmware_sim.stage import play, printed_path, witness_path
from firmware_sim.story import NEW_UNIT
from firmware_sim.witness import read_witness
from firmware_sim.world import make_world
from paper import zpl
from paper.labels import UnitLabel, unit_label
from paper.picture import Paper
from tests.support.printed import font
from tests.support.pty_host import PtyHost, wait_until


def terminal(frame: bytes) -> bytes:
    return b"\x07" if b"RR:" in frame[:6] else b"\x06"


class PackingTerminal:
    """Gives each new unit a number, and prints its label as an agent would."""

    def __init__(self, printer: Path) -> None:
        self.units: list[str] = []
        self._printer = printer

    def __call__(self, frame: bytes) -> bytes:
        if not frame.endswith(NEW_UNIT.encode()):
            return terminal(frame)
        self.units.append(sscc(12345, self._number()))
        drawn = unit_label(UnitLabel(sscc=self.units[-1]), Paper(width_mm=100, height_mm=150, dpi=203), font())
        left = zpl.encode(drawn)
        fd = os.open(self._printer, os.O_WRONLY | os.O_NOCTTY)
        try:
            while left:
                left = left[os.write(fd, left) :]
        finally:
            os.close(fd)
        return b"\x06"

    def _number(self) -> int:
        return time.monotonic_ns() // 1_000 % 100_000_000


def hurry():
    scenario = read_scenario(Path("demo-once"))
    return replace(scenario, scanners=tuple(replace(part, rate=300.0) for part in scenario.scanners))


def play_for(scenario, folder: Path, scans: int, **settings):
    with play(scenario, folder, year=2026, **settings) as stage, ExitStack() as hosts:
        for name in stage.scanners:
            hosts.enter_context(PtyHost(folder / name, PackingTerminal(folder / "wh1-printer-1")))
        for part in scenario.receivers:
            hosts.enter_context(PtyHost(folder / part.name, lambda _line: b""))
        wait_until(lambda: sum(each.scanner.sent for each in stage.scanners.values()) >= scans, 30)
        stage.close(timeout_s=20)
        return [read_witness(witness_path(folder, name)) for name in stage.scanners]


@pytest.mark.parametrize("name", sorted(file.stem for file in PACKAGED.glob("*.toml")))
def test_every_packaged_scenario_reads_and_names_the_three_devices(name):
    scenario = read_scenario(Path(name))
    assert [part.name for part in scenario.scanners] == ["wh1-scanner-1", "st1-terminal-1"]
    assert [part.name for part in scenario.receivers] == ["van-1"]


def test_the_story_in_a_hurry_leaves_no_balance_below_zero(tmp_path):
    witnesses = play_for(hurry(), tmp_path, scans=300)
    units = read_printed(printed_path(tmp_path, "wh1-printer-1"))
    opened = sum(text.endswith(NEW_UNIT) for text in witnesses[0].confirmed)
    assert len(units) == opened > 1
    opening = Counter()
    for row in opening_stock(make_world(random.Random(7), year=2026)):
        opening[f"place:{row.site}/{row.bin}", row.gtin, row.lot or None] += row.quantity
    balances = expected_balances(witnesses, units=[units], opening=opening)
    real = {key: pieces for key, pieces in balances.items() if not key[0].startswith("virtual:")}
    own = {f"place:wh-1/{owner}" for owner in ("qingtan-emergency", "stone-bridge-relief")}
    assert {account for account, *_ in real} >= {"place:st-1", "place:wh-1/dock", f"unit:sscc:{units[0]}"} | own
    assert all(pieces > 0 for pieces in real.values())
    assert sum(balances.values()) == opening.total()
    for witness in witnesses:
        assert Counter(witness.confirmed) + Counter(witness.commands) == Counter(witness.sent)
    carried = [text for witness in witnesses for text in witness.confirmed if text == f"]C100{units[0]}"]
    assert len(carried) == 2, "its label was read off the printer at the van, and at the station"


def test_a_story_goes_on_with_other_goods_and_without_its_opening(tmp_path):
    scenario = hurry()
    first = play_for(scenario, tmp_path, scans=140)
    again = play_for(scenario, tmp_path, scans=60)
    codes = again[0].sent[len(first[0].sent) :]
    deliveries = [text for text in first[0].sent if "delivery" in text]
    last = int(deliveries[-1].rpartition("-")[2])
    assert codes[1] == f"]C0RR:T:delivery:D-{last + 1}"
    serials = [text for text in again[0].confirmed if "21QT" in text]
    receipts = Counter(serials)
    assert max(receipts.values()) <= 3, "received once, put away once, perhaps loaded or packed once"


def test_people_sign_on_with_the_badge_and_pin_that_their_file_names(tmp_path):
    (tmp_path / "people.json").write_text('{"mei": {"badge": "RR:B:0123456789AB", "pin": "47"}}')
    seen = play_for(hurry(), tmp_path, scans=20)
    assert seen[0].sent[:4] == ["]C0RR:B:0123456789AB", "]C0RR:D:4", "]C0RR:D:7", "]C0RR:OK"]
    assert all("RR:B:" not in text for text in seen[1].sent), "nobody gave Jun one"
    (tmp_path / "people.json").write_text('{"mei": "RR:B:0123456789AB"}')
    with pytest.raises(SimError, match="who has which badge"):
        play(hurry(), tmp_path, year=2026)


def test_every_fault_of_a_scenario_is_named_at_once(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(
        """
        seed = "x"
        [[scanner]]
        name = "Bad Name"
        rate = "fast"
        [[scanner.task]]
        do = "receive"
        goods = 1.5
        colour = "red"
        [[gnss]]
        name = "g"
        """
    )
    with pytest.raises(SimError) as caught:
        read_scenario(path)
    for fault in ("seed is", "rate is", "goods is", "colour is not known", "stops is missing"):
        assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "neither"),
        ("[[scanner", "no scenario"),
        ("[[scanner]]\nname = 'A b'", "not made of"),
        ("[[scanner]]\nname = 'a'\n[[gnss]]\nname = 'a'\nstops = ['wh-1']", "given twice"),
        ("scanner = 5", "written as"),
        ("[[scanner]]\nname='a'\n[[scanner.task]]\ndo='load'\nfrom='a:b'\nto='a:c'\ngoods=65", "goods are 1 to 64"),
        ("[[scanner]]\nname='a'\n[[scanner.task]]\ngoods=1\nunit='old'", "names what to do.*unit is new or scan"),
        ("[[scanner]]\nname='a'\nprinter='p'", "there is no .*printer"),
    ],
)
def test_a_wrong_scenario_says_what_is_wrong(tmp_path, text, says):
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(SimError, match=says):
        read_scenario(tmp_path / "s.toml")


def test_a_missing_scenario_names_the_packaged_ones(tmp_path):
    with pytest.raises(SimError, match="demo, demo-once"):
        read_scenario(tmp_path / "none.toml")


def test_a_scenario_that_cannot_start_leaves_no_port_behind(tmp_path):
    (tmp_path / "s.toml").write_text("[[scanner]]\nname='a'\n[[gnss]]\nname='g'\nstops=['nowhere']")
    with pytest.raises(SimError, match="nobody can drive to nowhere"):
        play(read_scenario(tmp_path / "s.toml"), tmp_path / "run", year=2026)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["a.witness"]


def command(*arguments: object) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "firmware_sim", *map(str, arguments)]
    return subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_the_scanner_command_reads_a_file_and_reports_what_was_confirmed(tmp_path):
    (tmp_path / "codes").write_text("RR:DO:load\n0109521234000019^10A\nlabel\n")
    with command(
        "scanner", "--port", tmp_path / "s", "--codes", tmp_path / "codes", "--witness", tmp_path / "w", "--rate", "max"
    ) as process:
        wait_until((tmp_path / "s").exists)
        with PtyHost(tmp_path / "s", terminal):
            out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert json.loads(out) == {"sent": 3, "confirmed": 2, "refused": 0, "commands": 1, "unanswered": 0}
    assert read_witness(tmp_path / "w").confirmed == ["0109521234000019\x1d10A", "label"]
    assert not (tmp_path / "s").is_symlink()


def test_what_a_person_types_is_scanned_and_the_answer_shown(tmp_path):
    with command("scanner", "--port", tmp_path / "s", "--codes", "-", "--witness", tmp_path / "w") as process:
        wait_until((tmp_path / "s").exists)
        with PtyHost(tmp_path / "s", terminal):
            out, said = process.communicate(b"typed\nRR:RESET\n", timeout=20)
    assert json.loads(out)["confirmed"] == 1
    assert b"saved\nunderstood\n" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_scenario_cleanly(tmp_path, number):
    with command("scenario", "demo", "--dir", tmp_path) as process:
        wait_until((tmp_path / "van-1").exists)
        process.send_signal(number)
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert json.loads(out)["wh1-scanner-1"]["sent"] == 0
    assert not any(path.is_symlink() for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ["scanner", "--port", "p", "--codes", "none", "--witness", "w"],
        ["scanner", "--port", "p", "--codes", "codes", "--witness", "w", "--rate", "0"],
        ["scanner", "--port", "p", "--codes", "codes", "--witness", "w", "--confirm", "maybe"],
        ["scanner", "--port", "codes", "--codes", "codes", "--witness", "w"],
        ["gnss", "--port", "p", "--rate", "99"],
        ["replay", "--nmea", "none", "--port", "p"],
        ["replay", "--nmea", "codes", "--port", "p", "--speed", "slow"],
        ["scenario", "none", "--dir", "run"],
    ],
)
def test_what_cannot_be_done_ends_with_one_sentence_and_exit_code_two(tmp_path, arguments, monkeypatch, capsys):
    from firmware_sim.__main__ import main

    monkeypatch.chdir(tmp_path)
    Path("codes").write_text("one\n")
    monkeypatch.setattr(sys, "argv", ["relay-sim", *arguments])
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(SystemExit) as left:
            main()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert left.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("relay-sim: ")
    assert not Path("p").is_symlink()


def test_the_world_command_prints_reference_data(tmp_path):
    with command("world", "--seed", 3, "--year", 2026) as process:
        out, _ = process.communicate(timeout=20)
    assert set(json.loads(out)) == {"region", "sites", "items", "organisations", "roads"}
    assert not any(tmp_path.iterdir())


def test_the_tables_command_writes_what_a_hub_imports(tmp_path):
    with command("tables", tmp_path / "tables", "--seed", 3, "--year", 2026) as process:
        process.communicate(timeout=20)
    heads = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in (tmp_path / "tables").iterdir()}
    assert heads == {
        "bins.csv": "site,code,kind,owner", "people.csv": "name,shown,role,organisation,site",
        "stock.csv": "site,bin,gtin,lot,expiry,owner,quantity",
        "settlements.csv": "id,name,name_zh,lat,lon,datum,population,households",
    }  # fmt: skip
