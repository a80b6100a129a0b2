"""NMEA logs of real receivers: every epoch against an oracle, damaged lines, and speed beside pynmea2.

    python -m bench.nmea --data DIR [--seed N] [--lines N] --json

DIR (or DIR/nmea) holds `*.log` and `oracle.csv` with the columns log, unix_ms, lat_deg, lon_deg. An epoch matches when
a fix has its millisecond and is within 1e-7 degrees; a fix with its millisecond elsewhere is wrong, and so is a fix
that the oracle does not have but contradicts (more than 10 m from the way between its epochs a second around).
A fix from a damaged log is falsely accepted when it is more than 10 m or 1 s off what the whole log says.
"""

import argparse
import csv
import json
import random
import secrets
import sys
import time
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pynmea2

from bench.nmea_damage import POSITION_KINDS, damaged
from edge.frames.gnss import Reading, distance_m
from edge.frames.nmea import NmeaReader

FALSE_M = 10.0
FALSE_MS = 1_000
PORTION = 64
RACE_PORTION = 1_024  # what waits at a port that is read once a second; pynmea2 gets its lines ready split
MATCH_E7 = 1.0 + 1e-6

Place = tuple[float, float]
Truth = dict[int, Place]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One recorded log and what the oracle reads out of it (unix_ms -> latitude and longitude in 1e-7 degrees)."""

    name: str
    data: bytes
    lines: list[bytes]
    oracle: Truth


def load(folder: Path) -> list[Log]:
    """The logs of a folder that the oracle names."""
    if not (folder / "oracle.csv").exists():
        folder /= "nmea"
    oracle: dict[str, Truth] = defaultdict(dict)
    with (folder / "oracle.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            oracle[row["log"]][int(row["unix_ms"])] = (float(row["lat_deg"]) * 1e7, float(row["lon_deg"]) * 1e7)
    logs = []
    for path in sorted(folder.glob("*.log")):
        data = path.read_bytes()
        logs.append(Log(name=path.name, data=data, lines=data.splitlines(keepends=True), oracle=oracle[path.name]))
    return logs


def read_all(data: bytes, portion: int = PORTION) -> list[Reading]:
    """All fixes of a log, read in portions, as from a port."""
    reader = NmeaReader()
    fixes: list[Reading] = []
    for start in range(0, len(data), portion):
        fixes += reader.feed(data[start : start + portion])
    return fixes + reader.flush()


def off_m(fix: Reading, place: Place) -> float:
    return distance_m(fix.lat_e7, fix.lon_e7, round(place[0]), round(place[1]))


def strays(fix: Reading, times: list[int], truth: Truth) -> bool:
    """Whether a fix is more than 10 m or 1 s off the truth, taken between its epochs where it has none itself."""
    if fix.t_ms in truth:
        return off_m(fix, truth[fix.t_ms]) > FALSE_M
    at = bisect_left(times, fix.t_ms)
    around = [times[i] for i in (at - 1, at) if 0 <= i < len(times)]
    if not around or min(abs(t - fix.t_ms) for t in around) > FALSE_MS:
        return True
    if len(around) == 1:
        return off_m(fix, truth[around[0]]) > FALSE_M
    part = (fix.t_ms - around[0]) / (around[1] - around[0])
    (lat, lon), (next_lat, next_lon) = truth[around[0]], truth[around[1]]
    way = (lat + (next_lat - lat) * part, lon + (next_lon - lon) * part)
    return min(off_m(fix, way), off_m(fix, truth[around[0]]), off_m(fix, truth[around[1]])) > FALSE_M


def compare(logs: list[Log]) -> dict[str, int]:
    """Matched, wrong and missed over all logs; says each log that is not whole."""
    total = {"matched": 0, "wrong": 0, "missed": 0, "beside": 0}
    for log in logs:
        fixes = read_all(log.data)
        found: dict[int, list[Reading]] = defaultdict(list)
        for fix in fixes:
            found[fix.t_ms].append(fix)
        matched = wrong = 0
        for t_ms, (lat, lon) in log.oracle.items():
            near = [abs(one.lat_e7 - lat) <= MATCH_E7 and abs(one.lon_e7 - lon) <= MATCH_E7 for one in found[t_ms]]
            matched += any(near)
            wrong += not all(near)
        beside = [fix for fix in fixes if fix.t_ms not in log.oracle]
        times = sorted(log.oracle)
        wrong += sum(
            strays(fix, times, log.oracle)
            for fix in beside
            if any(abs(t - fix.t_ms) <= FALSE_MS for t in times) and len(times) > 1 and times[0] < fix.t_ms < times[-1]
        )
        missed = sum(not found[t_ms] for t_ms in log.oracle)
        if wrong or missed:
            say(f"{log.name}: {matched} matched, {wrong} wrong, {missed} missed")
        for key, count in (("matched", matched), ("wrong", wrong), ("missed", missed), ("beside", len(beside))):
            total[key] += count
    return total


def spoil(log: Log, rate: float, chance: random.Random) -> tuple[list[bytes], int]:
    """The log's lines with some damaged, and how many were."""
    lines: list[bytes] = []
    count = at = 0
    while at < len(log.lines):
        line = log.lines[at]
        likely = rate if line[3:6] in POSITION_KINDS else rate / 4
        stand_in = damaged(log.lines, at, chance) if chance.random() < likely else None
        if stand_in is None:
            lines.append(line)
            at += 1
        else:
            lines.append(stand_in[0])
            at += stand_in[1]
            count += 1
    return lines, count


def falsely_accepted(truth: Truth, lines: list[bytes], *, ascending: bool) -> list[Reading]:
    """The fixes of a damaged log that are off; in a log whose time only ascends also those that it later takes back."""
    times = sorted(truth)
    reader = NmeaReader()
    false: list[Reading] = []
    newest: Reading | None = None
    for line in [*lines, b""]:
        for fix in reader.feed(line) if line else reader.flush():
            if strays(fix, times, truth):
                false.append(fix)
            elif ascending and newest is not None and fix.t_ms < newest.t_ms - FALSE_MS:
                false.append(newest)
            newest = fix
    return false


def damage(logs: list[Log], seed: int, goal: int) -> tuple[int, int]:
    """Read damaged copies of the logs until this many lines were damaged; how many were, and the false fixes."""
    chance = random.Random(seed)
    clean = {log.name: read_all(log.data) for log in logs}
    damaged_lines = accepted = 0
    deadline = time.monotonic() + 60
    while damaged_lines < goal and time.monotonic() < deadline:
        for log in logs:
            lines, count = spoil(log, chance.choice((0.005, 0.02, 0.06)), chance)
            if not count:
                continue
            fixes = clean[log.name]
            truth = {fix.t_ms: (float(fix.lat_e7), float(fix.lon_e7)) for fix in fixes} | log.oracle
            ascending = all(one.t_ms < after.t_ms for one, after in pairwise(fixes))
            false = falsely_accepted(truth, lines, ascending=ascending)
            damaged_lines += count
            accepted += len(false)
            for fix in false:
                say(f"{log.name}: accepted {fix} (seed {seed})")
    return damaged_lines, accepted


def by_pynmea2(log: Log) -> int:
    """The number of positions of one moment that pynmea2 reads out of a log."""
    count = 0
    moment = None
    for line in log.lines:
        if not line.startswith(b"$"):
            continue
        try:
            said = pynmea2.parse(line.decode("ascii", "replace").strip(), check=True)
            if said.sentence_type not in {"RMC", "GGA", "GLL", "GNS"} or not said.is_valid or not said.lat:
                continue
            now = (said.timestamp, said.latitude, said.longitude)
        except (pynmea2.ParseError, AttributeError, ValueError, TypeError):
            continue
        if now[0] != moment:
            moment = now[0]
            count += 1
    return count


def race(logs: list[Log], rounds: int = 5) -> tuple[float, float]:
    """Fixes a second of ours and of pynmea2, over the same logs, in turn; processor time, each log's best round."""
    ours = theirs = 0
    our_s = their_s = 0.0
    for log in logs:
        our_best = their_best = float("inf")
        for _ in range(rounds):
            begin = time.process_time()
            our_count = len(read_all(log.data, RACE_PORTION))
            middle = time.process_time()
            their_count = by_pynmea2(log)
            our_best = min(our_best, middle - begin)
            their_best = min(their_best, time.process_time() - middle)
        ours, theirs = ours + our_count, theirs + their_count
        our_s, their_s = our_s + our_best, their_s + their_best
    return ours / our_s, theirs / their_s


def main() -> None:
    """Run, and print one JSON line last."""
    parser = argparse.ArgumentParser(description="NMEA logs against an oracle")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--lines", type=int, default=6_000, help="damaged lines to try")
    parser.add_argument("--json", action="store_true", help="kept for likeness: the last line is always JSON")
    given = parser.parse_args()
    seed = secrets.randbits(32) if given.seed is None else given.seed
    say(f"seed {seed}")
    logs = load(given.data)
    total = compare(logs)
    say(f"{total['beside']} fixes beside the oracle's epochs")
    lines, accepted = damage(logs, seed, given.lines)
    ours, theirs = race(logs)
    result = {
        "logs": len(logs),
        "epochs": sum(len(log.oracle) for log in logs),
        "matched": total["matched"],
        "wrong": total["wrong"],
        "missed": total["missed"],
        "corrupted_lines": lines,
        "corrupted_accepted": accepted,
        "ours_fixes_per_s": round(ours),
        "pynmea2_fixes_per_s": round(theirs),
        "ratio": round(ours / theirs, 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
