"""One fuzz target in this process: `python -m tests.fuzz TARGET [--runs N] [--seed N] [FOLDER]`.

Without --runs it goes on until stopped. What is new is kept in FOLDER, and an input that breaks a promise is written
beside it; atheris prints where. `python -m tests.fuzz TARGET FILE` tries one such file again.
"""

import argparse
import random
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wire", "edge", "hub"]):
    from tests.fuzz.targets import TARGETS

from tests.fuzz import seeds
from tests.fuzz.mutation import mended, rewritten


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("target", choices=sorted(TARGETS))
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--runs", type=int, default=-1)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    given = options.parse_args()
    folder = given.folder or Path("var/fuzz") / given.target
    if not folder.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds.of(given.target)):
            (folder / f"seed-{number}").write_bytes(seed)
    command = [sys.argv[0], f"-runs={given.runs}", f"-seed={given.seed}", "-max_len=4096", "-timeout=20"]
    command += [f"-artifact_prefix={folder.parent}/", str(folder)]
    mutator = {"nmea": _mended, "messages": _rewritten, "items": _rewritten, "configuration": _rewritten}.get(
        given.target
    )
    atheris.Setup(command, TARGETS[given.target], **({"custom_mutator": mutator} if mutator else {}))
    atheris.Fuzz()


def _mended(data: bytes, max_size: int, seed: int) -> bytes:
    changed = atheris.Mutate(data, len(data)) if data else b"$GPRMC*"
    return (mended(changed) if seed % 4 else changed)[:max_size]


def _rewritten(data: bytes, max_size: int, seed: int) -> bytes:
    changed = rewritten(data, random.Random(seed)) if seed % 2 else None
    return (changed or atheris.Mutate(data, max_size))[:max_size]


main()
