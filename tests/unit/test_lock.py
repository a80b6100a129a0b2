"""The locked packages can be installed wherever this project runs."""

from pathlib import Path

from packaging.requirements import Requirement

LOCK = Path(__file__).parents[2] / "requirements.lock"


def test_a_machine_with_another_processor_is_not_asked_for_the_fuzzer_which_is_built_for_one_only():
    locked = [Requirement(line) for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line]
    arm = {"platform_machine": "aarch64"}
    wanted = {each.name for each in locked if each.marker is None or each.marker.evaluate(arm)}
    assert "cryptography" in wanted
    assert "atheris" not in wanted
