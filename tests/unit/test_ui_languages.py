"""The dashboard speaks two languages with one set of keys, and has a word for whatever the hub may name."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from hub.core.deliveries import State as Delivery
from hub.core.discrepancies import SENTENCES, Decision, Kind
from hub.core.lifecycles import CONSIGNMENT, PARCEL, REQUEST, ConsignmentState, ParcelState, RequestState, Way
from hub.core.transfers import State as Transfer
from hub.core.viewer import Role
from hub.store.queries.recall import Where
from wire.actions import Action
from wire.errors import Reason
from wire.messages import GapReason, Lane, Quality
from wire.sitedata import LotState

UI = Path(__file__).parents[2] / "hub" / "ui"
LOCALES = UI / "src" / "locales"
CODE = {path: path.read_text(encoding="utf-8") for path in sorted((UI / "src").rglob("*.ts*"))}
BY_VALUE = re.compile(
    r"^(nav|action|virtual|siteKind|unit|reason|discrepancyKind|discrepancyHelp|lane|gapReason|condition|quality|role"
    r"|recallWhere|lotState|story|sideRole|settleAs|transferState|deliveryState|deliveryFilter|navGroup"
    r"|problem|roleHelp|decision|needState|reservationState|pickState|unfit|bookingState|temperature|measure"
    r"|noticeKind|noticeState|noticeWhy|viewWhy|lifeEvent|consignmentState|thing|channel"
    r"|deed|deedSure|deedFact"
    r"|parcelState|stationShow|stationEmpty"
    r"|watchKind|watchSays|urgency|watchState|hubFault|watchDeed|watchDeedSure|watchDeedFact|watchEvent|watchHelp|watchRule|watchUnit"
    r"|incidentState|severity|alertKind|per|step|stepSure"
    r"|binKind|saidParcel|saidRequest|callKind|importKind|labelKind|roundState|stopState|told|givenWay|why|codeSays|caution|group|tripState|tripEvent|priority|requestState|way)\."
)

DEEDS = [
    f"{kind}-{event}"
    for kind, life in (("request", REQUEST), ("consignment", CONSIGNMENT), ("parcel", PARCEL))
    for event in life.may
    if (kind, event) not in {("parcel", "cancel"), ("parcel", "due")}  # with its request, and by the hub itself
]


def flat(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


def words(language: str) -> dict[str, str]:
    return flat(json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8")))


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"{{(\w+)}}", text))


def test_english_and_chinese_have_the_same_keys() -> None:
    assert words("en").keys() == words("zh").keys()


def test_a_sentence_takes_the_same_values_in_both_languages() -> None:
    chinese = words("zh")
    assert {k for k, text in words("en").items() if placeholders(text) != placeholders(chinese[k])} == set()


def test_no_sentence_is_empty() -> None:
    assert {key for language in ("en", "zh") for key, text in words(language).items() if not text.strip()} == set()


def test_every_sentence_that_the_code_asks_for_exists_and_every_sentence_is_asked_for() -> None:
    asked = {key for text in CODE.values() for key in re.findall(r'\bt\(\s*"([\w.-]+)"', text)}
    known = set(words("en"))
    assert asked - known == set()
    named = {text for code in CODE.values() for text in re.findall(r'"([\w.-]+)"', code)}  # as in t(a ? "x" : "y")
    made = {
        key
        for code in CODE.values()
        for before, after in re.findall(r"\bt\(\s*`([\w.-]+)\$\{[^}]+\}([\w.-]*)`", code)
        for key in known
        if key.startswith(before) and key.endswith(after) and "." not in key[len(before) :]
    }
    assert {key for key in known - asked - named - made if not BY_VALUE.match(key)} == set()


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("action", [*Action, "count", "void"]),
        ("reason", [*Reason]),
        ("lane", [*Lane]),
        ("gapReason", [*GapReason]),
        ("quality", [*Quality]),
        ("role", [*Role]),
        ("discrepancyKind", [*Kind]),
        ("discrepancyHelp", [*Kind]),
        ("settleAs", [*Decision]),
        ("story", [*SENTENCES]),
        ("deliveryState", [*Delivery]),
        ("transferState", [*Transfer]),
        ("recallWhere", [*Where]),
        ("lotState", get_args(LotState)),
        ("requestState", [*RequestState]),
        ("consignmentState", [*ConsignmentState]),
        ("parcelState", [*ParcelState]),
        ("way", [*Way]),
        ("deed", DEEDS),
        ("deedSure", DEEDS),
        ("deedFact", DEEDS),
    ],
)
def test_there_is_a_word_for_every_value_that_the_hub_may_send(group: str, values: list[str]) -> None:
    assert {f"{group}.{value}" for value in values} - words("en").keys() == set()


def test_a_virtual_place_of_the_ledger_has_a_name() -> None:
    text = (Path(__file__).parents[2] / "wire" / "actions.py").read_text(encoding="utf-8")
    virtual = {f"virtual.{name}" for name in re.findall(r'"virtual:([\w-]+)"', text)}
    assert virtual
    assert virtual - words("en").keys() == set()


@pytest.mark.parametrize(
    "forbidden", ["dangerouslySetInnerHTML", "innerHTML", "eval(", "new Function", "http://", "https://"]
)
def test_the_page_never_writes_html_and_never_points_outside(forbidden: str) -> None:
    assert [str(path) for path, text in CODE.items() if forbidden in text] == []


def test_the_page_holds_no_inline_script_or_style() -> None:
    page = (UI / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    assert scripts
    assert [script for script in scripts if script.strip()] == []
    assert re.search(r"<style|\son\w+=", page) is None
