"""What all benchmarks share: arguments, a seed that is printed, a scratch folder, the last line, and labels."""

import argparse
import json
import random
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from firmware_sim.gs1 import element_string, gtin, six_digits

SCRATCH = Path("var/bench")


def say(sentence: str) -> None:
    """Progress, on standard error."""
    print(sentence, file=sys.stderr, flush=True)


def parser(doc: str | None) -> argparse.ArgumentParser:
    """The arguments that every benchmark takes."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--json", action="store_true", help="kept for scripts: the last line is JSON in any case")
    made.add_argument("--seed", type=int, default=None, help="repeat a run; random by default, and printed")
    made.add_argument("--keep", action="store_true", help="leave the scratch folder")
    return made


def run(options: argparse.Namespace, work: Callable[[random.Random, Path], dict[str, Any]]) -> int:
    """Do the work with a seeded source of randomness in a scratch folder on this disk, and print its result."""
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    say(f"seed {seed}")
    SCRATCH.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=SCRATCH)).absolute()
    try:
        result = work(random.Random(seed), folder)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(result), flush=True)
    return 0


def labels(rng: random.Random, lots: int = 5000, serials: float = 0.5) -> Iterator[tuple[str, bool]]:
    """GS1 labels without end, as (text, has a serial number): GTIN, expiry, lot; so many lots, half with a serial."""
    goods = []
    for number in range(lots):
        expiry = date(2027, 1, 1) + timedelta(days=rng.randrange(900))
        code = gtin(20_000, number % 50 + 1)
        goods.append((("01", code), ("17", six_digits(expiry)), ("10", f"L{number:05d}")))
    while True:
        elements = goods[rng.randrange(lots)]
        if rng.random() < serials:
            yield element_string(*elements, ("21", f"{rng.getrandbits(48):012X}")), True
        else:
            yield element_string(*elements), False


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def rss_mib(pid: int, field: str = "VmRSS") -> float:
    """A process's memory from /proc: VmRSS now, VmHWM its peak; MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return round(int(line.split()[1]) / 1024, 1)
    raise RuntimeError(f"process {pid} has no {field}")
