"""One fuzz target in this process: `python -m tests.fuzz TARGET [--runs N] [--seed N] [FOLDER]`.

Without --runs it goes on until stopped. What is new is kept in FOLDER, and an input that breaks a promise is written
beside it; atheris prints where. `python -m tests.fuzz TARGET FILE` tries one such file again.

TARGET `each`: all of them one after the other, each in a child (atheris never returns), up to the first that fails; its
folder is FOLDER/TARGET. What takes longest, importing with instruments, is done once for all.
"""

import argparse
import os
import random
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wire", "edge", "hub"]):
    from tests.fuzz.targets import TARGETS

from tests.fuzz import seeds
from tests.fuzz.mutation import flipped, mended, rewritten


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("target", choices=["each", *sorted(TARGETS)])
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--runs", type=int, default=-1)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    given = options.parse_args()
    if given.target != "each":
        _fuzz(given.target, given.folder or Path("var/fuzz") / given.target, given.runs, given.seed)
        return
    for target in sorted(TARGETS):
        child = os.fork()
        if not child:
            _fuzz(target, (given.folder or Path("var/fuzz")) / target, given.runs, given.seed)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code:
            sys.exit(f"{target} broke its promise ({code}): python -m tests.fuzz {target} --seed {given.seed}")


def _fuzz(target: str, folder: Path, runs: int, seed: int) -> None:
    if not folder.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for number, sound in enumerate(seeds.of(target)):
            (folder / f"seed-{number}").write_bytes(sound)
    command = [sys.argv[0], f"-runs={runs}", f"-seed={seed}", "-max_len=4096", "-timeout=20"]
    command += [f"-artifact_prefix={folder.parent}/", str(folder)]
    mutator = MUTATORS.get(target)
    atheris.Setup(command, TARGETS[target], **({"custom_mutator": mutator} if mutator else {}))
    atheris.Fuzz()


def _mended(data: bytes, max_size: int, seed: int) -> bytes:
    changed = atheris.Mutate(data, len(data)) if data else b"$GPRMC*"
    return (mended(changed) if seed % 4 else changed)[:max_size]


def _rewritten(data: bytes, max_size: int, seed: int) -> bytes:
    changed = rewritten(data, random.Random(seed)) if seed % 2 else None
    return (changed or atheris.Mutate(data, max_size))[:max_size]


def _flipped(data: bytes, max_size: int, seed: int) -> bytes:
    return flipped(data, random.Random(seed))[:max_size] if data else atheris.Mutate(data, max_size)


OF_JSON = ("messages", "items", "configuration", "page", "claims")
MUTATORS = {"nmea": _mended, "picture": _flipped, "tiles": _flipped} | dict.fromkeys(OF_JSON, _rewritten)

main()
