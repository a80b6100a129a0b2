"""The documents tell the truth of today: links lead somewhere, commands exist, the settings are those of the code."""

import json
import re
import shlex
from itertools import chain
from pathlib import Path

import pytest
from typer.main import get_command

import edge.__main__
import firmware_sim.cli
import hub.__main__
from edge import config
from edge.section import Section

ROOT = Path(__file__).parents[2]
PAGES = sorted(chain(ROOT.glob("*.md"), (ROOT / "docs").rglob("*.md")))
PROGRAMS = {"relay-hub": hub.__main__.app, "relay-edge": edge.__main__.app, "relay-sim": firmware_sim.cli.app}
LINK = re.compile(r"(?:\[[^\]]*\]\(|<img[^>]*src=\")([^)\"\s]+)")
QUOTED = re.compile(r"^(?:\$ )?(relay-(?:hub|edge|sim)\b.*)$", re.MULTILINE)
MACHINE = re.compile(r"(?<![\w./])/(?:work|root|home|tmp|Users)/")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


pages = pytest.mark.parametrize("doc", PAGES, ids=name_of)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def command_lines(page: Path) -> list[str]:
    """Each `relay-... ...` of a block or in backticks, without comments and redirections."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`(relay-(?:hub|edge|sim) [^`]+)`", text)
    return [re.split(r"\s(?:[>&#|])", line)[0].strip() for line in [*QUOTED.findall("\n".join(blocks)), *inline]]


@pages
def test_every_link_leads_to_a_file_and_a_heading_that_exist(doc):
    for target in LINK.findall(doc.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = (doc.parent / path).resolve() if path else doc
        assert there.exists(), f"{target} does not exist"
        assert there.is_relative_to(ROOT), f"{target} is outside of the project"
        assert not anchor or anchor in anchors(there), f"{target} has no such heading"


@pages
def test_no_page_names_a_path_of_somebodys_machine(doc):
    assert not MACHINE.findall(doc.read_text(encoding="utf-8"))


def fault(line: str) -> str:
    """What is wrong with a quoted command line; nothing if the program would understand it."""
    program, *words = shlex.split(line)
    command = get_command(PROGRAMS[program])
    while words and getattr(command, "commands", None):
        word = words.pop(0)
        if word not in command.commands:
            return f"{word} is no command"
        command = command.commands[word]
    options = {name: each for each in command.params for name in (*each.opts, *each.secondary_opts)}
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            continue
        if word not in options:
            return f"{word} is no option"
        if not getattr(options[word], "is_flag", False) and words:
            words.pop(0)
    return ""


@pages
def test_every_command_that_a_page_quotes_exists_with_its_options(doc):
    found = {line: fault(line) for line in command_lines(doc) if "|" not in line and "..." not in line}
    assert not {line: what for line, what in found.items() if what}


@pytest.mark.parametrize(
    "line", ["relay-hub fly", "relay-hub up --wings", "relay-edge outbox lend", "relay-sim scanner --colour red"]
)
def test_a_command_that_does_not_exist_is_noticed(line):
    assert fault(line)


@pages
def test_every_make_target_that_a_page_quotes_exists(doc):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|`)make ([a-z]+)", doc.read_text(encoding="utf-8"), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pages
def test_every_file_that_a_page_names_by_its_folder_exists(doc):
    named = re.findall(
        r"`((?:wire|edge|hub|firmware_sim|deploy|tests|bench)/[\w./]*(?:\.\w+|/))`", doc.read_text(encoding="utf-8")
    )
    for path in named:
        assert (ROOT / path).exists(), path


def settings_in_the_code(monkeypatch) -> dict[tuple[str, str], object]:
    """(section, key) -> default (None: there is none), as edge.config asks for them."""
    asked: dict[tuple[str, str], object] = {}

    def spy(method, given):
        original = getattr(Section, method)

        def ask(self, key, *rest, **more):
            section = re.sub(r"\]\]? ?\d* ?$", "", self._name).strip("[ ")
            asked[section, key] = given(*rest, **more)
            return original(self, key, *rest, **more)

        monkeypatch.setattr(Section, method, ask)

    for method in ("integer", "boolean", "affix"):
        spy(method, lambda default, **_: default)
    spy("text", lambda default=None: default)
    spy("choice", lambda _choices, default=None: default)
    for method in ("device", "account", "name"):
        spy(method, lambda: None)
    table = {
        "device": {"name": "a", "kind": "scanner"},
        "hub": {"host": "x", "password_file": "none"},
        "scanner": [{"port": "p"}],
        "gnss": [{"port": "q"}],
        "printer": {"port": "lp"},
        "terminal": {"port": 8090},
    }
    with pytest.raises(config.ConfigError):
        config.check(table, Path("nowhere/edge.toml"))
    return asked


def test_the_table_of_settings_is_that_of_the_code(monkeypatch):
    page = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `\[+(\w+)\]+` \| `(\w+)` \| ([^|]+) \|", page, re.MULTILINE)
    told = {(section, key): absent.strip() for section, key, absent in rows}
    asked = settings_in_the_code(monkeypatch)
    assert set(told) == set(asked)
    for place, default in asked.items():
        if default not in {None, "", "a"}:
            assert told[place] == f"`{json.dumps(default)}`", place


def test_the_example_configuration_shows_every_setting(monkeypatch):
    example = (ROOT / "deploy" / "edge.example.toml").read_text(encoding="utf-8")
    for _section, key in settings_in_the_code(monkeypatch):
        assert re.search(rf"\b{key} = ", example), key


def test_every_code_that_steers_a_scanner_is_told():
    page = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
    source = (ROOT / "edge" / "core" / "dialogue.py").read_text(encoding="utf-8")
    codes = set(re.findall(r"^    (RR:[A-Z]+)", source, re.MULTILINE))
    assert codes == set(re.findall(r"^\| `(RR:[A-Z]+)", page, re.MULTILINE))


def test_every_attack_of_the_security_page_names_a_test_that_makes_it():
    named = re.findall(r"`(test_\w+)::(test_\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    assert len(named) > 50
    files = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    assert [pair for pair in named if f"def {pair[1]}(" not in files.get(pair[0], "")] == []


def test_every_row_of_the_security_page_names_a_test():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition("## Attacks tried")[2]
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| attack |")]
    assert [row for row in rows if "::" not in row] == []
