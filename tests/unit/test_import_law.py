"""The import law bites: violations planted in a copy of the packages are found by the check that is for them."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.check_pure import FOLDERS, PACKAGES, faults

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Our packages, without what is built or installed in them."""
    unwanted = shutil.ignore_patterns("node_modules", "dist", "src", "public", "__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _plant(folder: Path, name: str, text: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


def _lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder)},
    )


def test_the_code_as_it_is_keeps_the_law(copy: Path) -> None:
    assert list(faults(ROOT)) == []
    done = _lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr


WRONG_WAYS = (
    ("edge/uplink.py", "import hub.config", "edge.uplink -> hub.config"),
    ("hub/config.py", "from edge import config", "hub.config -> edge.config"),
    ("firmware_sim/world.py", "import wire.topics", "firmware_sim.world -> wire.topics"),
    ("wire/topics.py", "import hub.errors", "wire.topics -> hub.errors"),
    ("hub/core/reception.py", "import hub.store.schema", "hub.core.reception -> hub.store.schema"),
    ("hub/store/schema/ledger.py", "import hub.api", "hub.store.schema.ledger -> hub.api"),
    ("hub/journal.py", "import hub.broker", "hub.journal -> hub.broker"),
    ("edge/core/dialogue.py", "import edge.store", "edge.core.dialogue -> edge.store"),
    ("wire/limits.py", "import paper", "wire.limits -> paper"),
)
"""Files, what is planted in them, and what import-linter has to say of it."""


def test_import_linter_finds_each_import_that_points_the_wrong_way(copy: Path) -> None:
    for file, line, _ in WRONG_WAYS:
        _plant(copy, file, line)
    done = _lint(copy)
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    assert [way for _, _, way in WRONG_WAYS if way not in said] == [], done.stdout


REACHES = (
    ("wire/topics.py", "import time", "may not import time"),
    ("wire/topics.py", "import os.path", "may not import os.path"),
    ("wire/topics.py", "from random import random", "may not import random.random"),
    ("wire/topics.py", "def f() -> None:\n    import socket", "may not import socket"),
    ("wire/topics.py", "data = open('x').read()", "may not use open"),
    ("wire/topics.py", "eval('1')", "may not use eval"),
    ("edge/core/dialogue.py", "from datetime import datetime\nat = datetime.now()", "may not ask the clock"),
    ("edge/core/dialogue.py", "import datetime\nat = datetime.date.today()", "may not ask the clock"),
    ("edge/frames/scanner.py", "from ..config import load", "may not import edge.config.load"),
    ("hub/core/reception.py", "import sqlalchemy", "may not import sqlalchemy"),
    ("firmware_sim/world.py", "import random\nrandom.seed(1)", "random.seed has no seed"),
    ("firmware_sim/world.py", "from random import choice", "random.choice has no seed"),
    ("wire/topics.py", "import importlib", "can import by a computed name"),
    ("hub/config.py", "from importlib import import_module", "can import by a computed name"),
    ("edge/config.py", "__import__('hub')", "imports by a computed name"),
)
"""Files, what is planted in them, and what the check has to say of the last line of it."""


def test_the_check_of_pure_modules_finds_all_that_reaches_out_and_says_in_which_line(copy: Path) -> None:
    wanted = []
    for file, line, said in REACHES:
        _plant(copy, file, line)
        wanted.append((f"{file}:{len((copy / file).read_text(encoding='utf-8').splitlines())}:", said))
    found = list(faults(copy))
    missing = [(where, said) for where, said in wanted if not any(f.startswith(where) and said in f for f in found)]
    assert missing == [], found


def _without_init(folder: Path) -> None:
    (folder / "hub" / "core" / "__init__.py").unlink()


def _new_folder(folder: Path) -> None:
    (folder / "edge" / "extra").mkdir()
    _plant(folder, "edge/extra/module.py", "import hub")


@pytest.mark.parametrize("plant", [_without_init, _new_folder])
def test_a_folder_that_import_linter_would_pass_over_is_found(copy: Path, plant: Callable[[Path], None]) -> None:
    plant(copy)
    assert any("has no __init__.py" in fault for fault in faults(copy))


def test_every_folder_with_python_is_looked_at() -> None:
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._" and path.name != "var"]
    found = {folder.name for folder in folders if any(folder.glob("**/*.py"))}
    assert found <= set(FOLDERS)
