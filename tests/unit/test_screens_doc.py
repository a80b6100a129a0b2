"""docs/screens.md tells of every page, who sees it and what is done there; the tests that it names exist."""

import re
from pathlib import Path

from hub.core.access import API, EVERYONE, RULES
from hub.core.viewer import Role
from tests.support.screens import deeds, pages, routes, section, undone

E2E = Path(__file__).parents[1] / "e2e"
DOORS = {"/welcome"}
"""Pages without a session."""
FEW = 2


def who(roles: frozenset[Role]) -> str:
    """How the table says it."""
    missing = [role for role in Role if role not in roles]
    if not missing:
        return "everybody"
    return "all but " + ", ".join(missing) if len(missing) <= FEW else ", ".join(role for role in Role if role in roles)


def rule(route: str) -> frozenset[Role]:
    method, _, path = route.partition(" ")
    return RULES[method, API + path]


def test_every_page_is_told_of_in_the_order_of_its_addresses() -> None:
    assert sorted(page.address for page in pages()) == sorted(routes())


def test_the_table_says_who_sees_a_page_as_the_rules_of_access_do() -> None:
    assert rule("GET /session") == EVERYONE
    wrong = [(page.address, who(rule(page.reads))) for page in pages() if page.who != who(rule(page.reads))]
    assert wrong == []


def test_every_action_stands_on_a_page_and_names_its_route_and_a_test() -> None:
    told = {path.stem: path.read_text(encoding="utf-8") for path in E2E.glob("test_*.py")}
    assert {deed.address for deed in deeds()} - set(routes()) == DOORS
    for deed in deeds():
        file, _, name = deed.test.partition("::")
        assert f"def {name}(" in told.get(file, ""), deed


def test_whatever_may_be_decided_is_done_on_a_page_or_it_is_said_why_not() -> None:
    done = {deed.route for deed in deeds()}
    left = {row[0] for row in section("Routes without an action here")}
    decided = {f"{method} {path.removeprefix(API)}" for method, path in RULES if method not in {"GET", "HEAD"}}
    assert decided - done - left == set()
    assert left & done == set()
    assert left - decided == set()


def test_a_test_that_does_not_do_what_the_table_says_is_found() -> None:
    deed = next(each for each in deeds() if "{" in each.route)
    others = {each.route for each in deeds() if each.test == deed.test}
    done = [each.replace("{", "").replace("}", "") for each in others]
    assert undone(deed.test, done) == []
    assert deed.route in undone(deed.test, [f"{each}/more" for each in done])


def test_the_menu_leads_nobody_to_a_page_that_is_not_for_them() -> None:
    menu = (Path(__file__).parents[2] / "hub" / "ui" / "src" / "menu.ts").read_text(encoding="utf-8")
    lists = dict(re.findall(r"const (\w+): readonly Role\[\] = (\[.*?\]);", menu))
    reads = {page.address: page.reads for page in pages()}
    found = re.findall(r'\{ page: "(\w+)", icon: "\w+"(?:, roles: (\[.*?\]|\w+))? \}', menu)
    assert len(found) == menu.count("{ page: ")
    for name, roles in found:
        shown = set(re.findall(r'"(\w+)"', lists.get(roles, roles))) or {str(role) for role in Role}
        for_them = rule(reads["/" if name == "overview" else f"/{name}"])
        assert shown <= for_them, name
        assert for_them - shown <= {Role.COURIER} or name == "round", name
