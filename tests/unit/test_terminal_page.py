"""The terminal's page: which keys are a scanner's, and what is shown of what the agent says. Pure, run by Node."""

import json
import re
from itertools import chain
from typing import Any

import pytest

from tests.support.typescript import ROOT, Node

WEB = "edge/ui/web/src"
SCANNER_MS, PERSON_MS = 8, 180
LABEL = "]C10106901234567892\x1d10LOT7"

TYPE = """
  let wedge = m.QUIET, at = 0; const taken = [], swallowed = [];
  for (const [key, gap, more] of given) {
    const before = at; at += gap;
    if (wedge.text !== "" && at - before > m.patience(wedge)) {
      const idle = m.idle(wedge); wedge = idle.wedge; taken.push(...idle.taken);
    }
    const plain = {key, code: "", ctrl: false, alt: false, meta: false, shift: false, caps: false, at, field: false};
    const fed = more.up ? m.altReleased(wedge, at, false) ?? {wedge, taken: [], swallow: false}
      : m.feed(wedge, {...plain, ...more});
    wedge = fed.wedge; taken.push(...fed.taken); swallowed.push(fed.swallow);
  }
  taken.push(...m.idle(wedge).taken);
  return {taken: taken.map((each) => [each.kind, each.text]), swallowed};
"""


@pytest.fixture(scope="module")
def node():
    with Node() as started:
        yield started


@pytest.fixture
def typed(node):
    """What comes of keys: what was taken, as pairs of kind and text."""
    return lambda *pressed: node.evaluate(f"{WEB}/wedge.ts", TYPE, list(chain(*pressed)))["taken"]


@pytest.fixture
def screen(node):
    """What is shown after these events on a page that has just been joined."""
    return lambda *events: node.evaluate(f"{WEB}/screen.ts", STEP, [hello(), told("list", rows=[]), *events])


def keys(text: str, gap: int = SCANNER_MS, **more: Any) -> list[Any]:
    """The keys that give a text; GS as Ctrl and ]."""
    gs = {"ctrl": True, "code": "BracketRight"}
    return [("]", gap, gs | more) if each == "\x1d" else (each, gap, more) for each in text]


def enter(gap: int = SCANNER_MS, **more: Any) -> list[Any]:
    return [("Enter", gap, more)]


def test_a_scanner_types_a_label_whole_with_its_separators(typed) -> None:
    assert typed(keys(LABEL), enter()) == [["scan", LABEL]]


def test_a_separator_comes_as_alt_and_the_number_pad_too(typed) -> None:
    alt = [
        ("Alt", 1, {}),
        *[(each, 1, {"alt": True, "code": f"Numpad{each}"}) for each in "029"],
        ("Alt", 1, {"up": 1}),
    ]
    assert typed(keys("10LOT"), alt, keys("17"), enter()) == [["scan", "10LOT\x1d17"]]


def test_what_a_person_types_goes_to_the_pad_and_enter_stays_theirs(node) -> None:
    pressed = [*keys("4711", PERSON_MS), *enter(PERSON_MS)]
    said = node.evaluate(f"{WEB}/wedge.ts", TYPE, pressed)
    assert said["taken"] == [["typed", each] for each in "4711"]
    assert said["swallowed"][-1] is False


def test_scans_that_follow_each_other_at_once_are_each_one(typed) -> None:
    assert typed(keys("4006381333931"), enter(), keys("RR:DONE"), enter()) == [
        ["scan", "4006381333931"],
        ["scan", "RR:DONE"],
    ]


def test_a_label_without_its_end_is_told_and_never_taken(typed) -> None:
    assert typed(keys(LABEL)) == [["cut", LABEL]]


def test_the_rest_of_a_torn_label_is_not_taken_for_a_label(typed) -> None:
    rest = [*keys("1", 200), *keys("0LOT7"), *enter()]
    assert [kind for kind, _ in typed(keys("0106901234567892"), rest)] == ["cut", "cut"]
    late = [*keys("1", 700), *keys("0LOT7"), *enter()]
    assert [kind for kind, _ in typed(keys("0106901234567892"), late)] == ["cut", "cut"]


def test_a_page_that_is_too_slow_to_see_a_scan_at_once_takes_back_what_it_called_typed(node) -> None:
    slow = """
      let fed = m.feed(m.QUIET, {...given, key: "4"}); const taken = [];
      const first = m.idle(fed.wedge); taken.push(...first.taken);
      let wedge = first.wedge;
      for (const [n, key] of ["7", "1", "Enter"].entries()) {
        fed = m.feed(wedge, {...given, key, at: 8 * (n + 1)}); wedge = fed.wedge; taken.push(...fed.taken);
      }
      return taken.map((each) => [each.kind, each.text]);
    """
    key = {
        "code": "",
        "ctrl": False,
        "alt": False,
        "meta": False,
        "shift": False,
        "caps": False,
        "at": 0,
        "field": False,
    }
    said = node.evaluate(f"{WEB}/wedge.ts", slow, key)
    assert said == [["typed", "4"], ["untyped", "4"], ["scan", "471"]]


def test_a_label_whose_end_came_late_is_no_longer_told_as_cut(screen) -> None:
    cut = {"what": "failed", "id": "c", "asked": {"k": "scan", "data": "LABEL", "via": "wedge"}, "reason": "cut"}
    assert screen(cut)["shown"]["reason"] == "cut"
    seen = screen(cut, {"what": "whole"})
    assert (seen["shown"], seen["all"]) == (None, [])


def test_letters_under_caps_lock_are_not_trusted_but_digits_are(typed) -> None:
    assert typed(keys("rr:done", caps=True), enter(caps=True)) == [["caps", "rr:done"]]
    assert typed(keys("4006381333931", caps=True), enter(caps=True)) == [["scan", "4006381333931"]]


def test_a_scan_into_a_field_is_a_scan_and_what_a_person_writes_there_is_not(typed) -> None:
    assert typed(keys("40063", PERSON_MS, field=True), enter(PERSON_MS, field=True)) == []
    assert typed(keys("4006381333931", field=True), enter(field=True)) == [["scan", "4006381333931"]]


def test_an_input_method_that_holds_characters_back_does_not_hide_a_scan(typed) -> None:
    held = [("Process", SCANNER_MS, {"code": f"Key{each}", "shift": True}) for each in "RR"]
    colon = [("Process", SCANNER_MS, {"code": "Semicolon", "shift": True})]
    assert typed(held, colon, [("Process", SCANNER_MS, {"code": "KeyP", "shift": True})], enter()) == [["scan", "RR:P"]]


STEP = """
  let screen = m.START, at = 1000;
  for (const event of given) screen = m.step(screen, event, at += 10);
  const shown = m.toLookAt(screen);
  return {...screen, shown: shown && {...shown.row, times: shown.rows.length}, all: m.allRows(screen)};
"""


def told(kind: str, **fields: Any) -> dict[str, Any]:
    return {"what": "told", "message": {"k": kind, **fields}}


def hello(run: str = "r1") -> dict[str, Any]:
    return told("hello", run=run, now=1_000, practice=False)


def row(n: int, verdict: str = "stored", *, id_: str = "", words: str = "", **fields: Any) -> dict[str, Any]:
    said = {"en": words, "zh": words}
    plain = {"label": f"L{n}", "next": said, "stored": None, "via": "wedge", "secret": False, "do": "receive"}
    kept = {"at": n, "repeats": 0, "undone": False, "goods": None}
    return {**plain, **kept, "n": n, "verdict": verdict, "id": id_, "words": said, **fields}


def scan(id_: str, data: str = "LABEL-1") -> dict[str, Any]:
    return {"what": "sent", "id": id_, "asked": {"k": "scan", "data": data, "via": "wedge"}}


def test_the_worst_verdict_of_a_burst_stands_until_it_was_looked_at(screen) -> None:
    burst = [
        told("verdict", **row(1)),
        told("verdict", **row(2, "refused", words="bad code")),
        told("verdict", **row(3, "warned", words="recalled")),
        told("verdict", **row(4)),
    ]
    seen = screen(*burst)
    assert (seen["shown"]["n"], seen["latest"]["n"], len(seen["all"])) == (2, 4, 4)
    seen = screen(*burst, {"what": "acknowledged"})
    assert seen["shown"]["n"] == 3
    seen = screen(*burst, {"what": "acknowledged"}, {"what": "acknowledged"})
    assert seen["shown"] is None
    assert seen["latest"]["n"] == 4


def test_the_same_words_for_several_labels_are_looked_at_once_and_counted(screen) -> None:
    seen = screen(*[told("verdict", **row(n, "warned", words="expires soon")) for n in range(1, 6)])
    assert (seen["shown"]["n"], seen["shown"]["times"], len(seen["standing"])) == (5, 5, 1)


def test_a_reading_that_is_repeated_takes_the_place_of_its_row(screen) -> None:
    seen = screen(told("verdict", **row(1)), told("verdict", **row(1, repeats=1)))
    assert [each["repeats"] for each in seen["all"]] == [1]
    assert seen["sound"] == "again"


def test_what_was_sent_and_is_in_no_list_after_the_link_broke_was_not_stored(screen) -> None:
    back = [scan("a"), scan("b"), {"what": "down", "code": 1006}, hello(), told("list", rows=[row(1, id_="a")])]
    seen = screen(*back)
    assert [(each["verdict"], each["id"]) for each in seen["all"]] == [("lost", "b"), ("stored", "a")]
    assert seen["shown"]["reason"] == "no-answer"
    assert seen["sent"] == []


@pytest.mark.parametrize("stored", [None, {"stream": "s", "seq": 1}])
@pytest.mark.parametrize("kind", ["verdict", "list"])
def test_an_answer_that_comes_late_takes_back_that_it_was_lost_and_a_fact_of_it_is_told_as_late(
    screen, kind: str, stored: Any
) -> None:
    lost = [scan("a"), {"what": "down", "code": 1006}, hello(), told("list", rows=[])]
    answer = row(1, id_="a", stored=stored)
    seen = screen(*lost, told("verdict", **answer) if kind == "verdict" else told("list", rows=[answer]))
    assert [each["verdict"] for each in seen["all"]] == ["stored"]
    assert (seen["shown"] is not None and seen["shown"]["late"]) is (stored is not None)


def test_an_agent_that_was_started_anew_knows_no_ids_so_what_it_did_not_answer_is_not_called_lost_for_sure(
    screen,
) -> None:
    seen = screen(scan("a"), {"what": "down", "code": 1012}, hello("r2"), told("list", rows=[row(-1)]))
    assert (seen["shown"]["id"], seen["shown"]["reason"]) == ("a", "unsure")


def test_a_scan_without_a_link_is_told_as_not_stored_at_once(screen) -> None:
    asked = {"k": "scan", "data": "X\x1dY\u202e", "via": "wedge"}
    seen = screen({"what": "down", "code": 1006}, {"what": "failed", "id": "c", "asked": asked, "reason": "no-link"})
    assert (seen["link"], seen["shown"]["verdict"], seen["shown"]["label"]) == ("lost", "lost", r"X\x1dY\x202e")


def test_nothing_sent_shows_as_stored_before_the_agent_said_so(screen) -> None:
    seen = screen(scan("a"))
    assert seen["latest"] is None
    assert seen["all"] == []
    assert [each["id"] for each in seen["sent"]] == ["a"]


def test_bad_news_that_came_while_the_page_was_away_stands_too(screen) -> None:
    away = [told("verdict", **row(1)), {"what": "down", "code": 1006}, hello()]
    seen = screen(*away, told("list", rows=[row(3), row(2, "refused", words="bad"), row(1)]))
    assert seen["shown"]["n"] == 2


def test_an_old_list_is_no_news_and_another_run_is_told(screen) -> None:
    seen = screen({"what": "down", "code": 1012}, hello("r2"), told("list", rows=[row(-1, "warned", words="recalled")]))
    assert seen["shown"] is None
    assert seen["anew"] is True


def test_digits_of_a_pin_or_code_are_in_no_row_even_if_they_are_lost(screen) -> None:
    seen = screen(scan("a", "RR:D:123456789"), {"what": "down", "code": 1006}, hello(), told("list", rows=[]))
    assert "123456789" not in json.dumps(seen)
    assert seen["all"] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_of_the_page_is_in_both_languages_with_the_same_values(language: str) -> None:
    folder = ROOT / WEB / "locales"
    english = json.loads((folder / "en.json").read_text())
    other = json.loads((folder / f"{language}.json").read_text())
    assert list(other) == list(english)
    for key, words in english.items():
        assert words
        assert other[key]
        assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(re.findall(r"\{\w+\}", words)), key


@pytest.mark.parametrize("module", ["edge/ui/web/src/screen.ts", "hub/ui/src/scan.ts"])
def test_what_does_not_show_itself_in_a_label_is_written_out_on_every_page(node, module):
    hidden = "\x00\x1b\x7f\x9b\u00ad\u061c\u180e\u200b\u200f\u2028\u202e\u2060\u2066\ufeff\ufff9\U000e0041\ue000"
    write = "return [...given].map((each) => (m.toHarmless ?? m.plain)(`a${each}b`));"
    for shown in node.evaluate(module, write, hidden):
        assert shown.isprintable(), ascii(shown)
        assert len(shown) > len("a?b"), ascii(shown)
    for text in ("毛毯 Blanket", "café – 2×", "𠮷𪚥", "🧥"):
        assert node.evaluate(module, "return (m.toHarmless ?? m.plain)(given);", text) == text
