"""The committed description of the interface, of which the dashboard's types are made."""

import pytest

from docs import generate_openapi


def test_the_committed_description_is_what_the_routes_say():
    assert generate_openapi.TARGET.read_text(encoding="utf-8") == generate_openapi.document(), (
        "run python docs/generate_openapi.py"
    )


@pytest.mark.soak
def test_a_description_that_is_old_is_found(tmp_path, monkeypatch):
    old = tmp_path / "openapi.json"
    old.write_text("{}")
    monkeypatch.setattr(generate_openapi, "TARGET", old)
    assert generate_openapi.main(["--check"]) == 1
    assert generate_openapi.main([]) == 0
    assert generate_openapi.main(["--check"]) == 0
