"""Every target for a bounded number of inputs, each in a child process, as atheris wants it."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS
from wire import topics

RUNS = 4_000
LONG_RUNS = 1_000_000


def _fuzz(target: str, folder: Path, runs: int) -> None:
    seed = random.SystemRandom().randrange(1, 2**31)
    command = [sys.executable, "-m", "tests.fuzz", target, str(folder / "corpus"), "--runs", str(runs)]
    done = subprocess.run([*command, "--seed", str(seed)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"python -m tests.fuzz {target} --runs {runs} --seed {seed}\n{done.stderr[-3000:]}"
    assert done.stderr.count(f"Done {runs} runs") == (len(TARGETS) if target == "each" else 1)


def test_no_input_breaks_the_promise_of_any_target(tmp_path):
    _fuzz("each", tmp_path, RUNS)


@pytest.mark.soak
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_no_input_of_a_long_run_breaks_the_promise_of(target, tmp_path):
    _fuzz(target, tmp_path, LONG_RUNS)


def test_a_decoder_that_breaks_its_promise_is_caught(monkeypatch):
    sound = topics.build("wh-1-scan-1", topics.Leaf.UP).encode()
    TARGETS["topic"](sound)
    monkeypatch.setattr(topics, "build", lambda device, leaf: f"{device}/{leaf}")
    with pytest.raises(AssertionError):
        TARGETS["topic"](sound)
