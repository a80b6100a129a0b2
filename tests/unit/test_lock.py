"""The locked packages can be installed wherever this project runs."""

from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
NPM_LOCKS = (ROOT / "hub/ui/package-lock.json", ROOT / "edge/ui/web/package-lock.json")


def test_a_machine_with_another_processor_is_not_asked_for_the_fuzzer_which_is_built_for_one_only():
    locked = [Requirement(line) for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line]
    arm = {"platform_machine": "aarch64"}
    wanted = {each.name for each in locked if each.marker is None or each.marker.evaluate(arm)}
    assert "cryptography" in wanted
    assert "atheris" not in wanted


def test_no_lock_names_an_address_so_that_any_registry_serves():
    """Where packages come from is the machine's own setting. npm also notes who asks for gifts: remove `funding`."""
    named = [
        f"{lock.name}:{number}: {line.strip()}"
        for lock in (LOCK, *NPM_LOCKS)
        for number, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), 1)
        if "://" in line
    ]
    assert named == []
