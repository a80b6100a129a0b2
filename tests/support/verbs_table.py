"""The table of docs/verbs.md, and how its words are told apart: what is scanned, what is kept, how it is answered."""

import re
from dataclasses import dataclass
from pathlib import Path

from edge.core.dialogue import Work
from edge.core.verbs import (
    EXPIRED,
    GIVEN,
    NO_CODE,
    OVER,
    QUARANTINED,
    RECALLED,
    SOON,
    UNEXPECTED,
    UNKNOWN,
    VERBS,
    WRONG_OWNER,
    WRONG_PLACE,
    WRONG_STATION,
    End,
    Family,
)
from tests.support.site_known import (
    CARTON,
    CASE,
    ELSEWHERE,
    KITTED,
    MIXED,
    OTHER,
    PALLET,
    PARCEL,
    SECOND,
    SECRET,
    SPARE,
    TENT,
    WATER,
)
from wire.actions import ENDS, STAYING, Action, ends
from wire.collecting import code_of
from wire.labels import element_string
from wire.messages import Count, Kit, Scan

PAGE = Path(__file__).parents[2] / "docs" / "verbs.md"
THINGS = {
    "water": element_string(gtin=WATER, lot="L1", expiry=20280131),
    "water-gtin": element_string(gtin=WATER),
    "water-lot": element_string(lot="L1"),
    "expired-water": element_string(gtin=WATER, lot="L1", expiry=20261122),
    "recalled-water": element_string(gtin=WATER, lot="BAD", expiry=20280131),
    "tent": element_string(gtin=TENT, lot="T1", expiry=20290131),
    "case": element_string(gtin=CASE, lot="L1", expiry=20280131),
    "kit": element_string(gtin=KITTED),
    "pallet": element_string(sscc=PALLET),
    "carton": element_string(sscc=CARTON),
    "mixed": element_string(sscc=MIXED),
    "parcel": f"RR:P:{PARCEL}",
    "second": f"RR:P:{SECOND}",
    "other": f"RR:P:{OTHER}",
    "elsewhere": f"RR:P:{ELSEWHERE}",
}
NAMES = {WATER: "water", TENT: "tent", CASE: "case", KITTED: "kit", PALLET: "pallet", CARTON: "carton", SPARE: "new"}
NAMES |= {
    MIXED: "mixed",
    PARCEL: "parcel",
    SECOND: "second",
    OTHER: "other",
    ELSEWHERE: "elsewhere",
    "transit:van-1": "vehicle",
}
CODE = code_of(11, SECRET)
WORKS = {
    "scanner": Work(do=Action.SIGHT),
    "terminal": Work(do=Action.SIGHT),
    "vehicle": Work(do=Action.LOAD, to="transit:van-1"),
}
"""How the devices of the table are configured: only a vehicle has a configured verb and place."""


@dataclass(frozen=True, kw_only=True)
class Row:
    verb: str
    case: str
    devices: tuple[str, ...]
    codes: tuple[str, ...]
    answers: tuple[str, ...]
    kept: str
    undo: str

    @property
    def id(self) -> str:
        return f"{self.verb}-{self.case}".replace(" ", "-")


def rows() -> list[Row]:
    """The rows of the big table, as they are written."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 7:
            verb, case, devices, codes, answers, kept, undo = cells
            found.append(
                Row(
                    verb=verb.strip("`"),
                    case=case,
                    devices=tuple(devices.split(", ")),
                    codes=tuple(re.findall(r"`([^`]+)`", codes)),
                    answers=tuple(answers.split()),
                    kept=kept,
                    undo=undo,
                )
            )
    return found


def code(word: str) -> str:
    """The text that a scanner sends for a word of the table."""
    return word.format(water=WATER, code=CODE) if word.startswith("RR:") else THINGS[word]


def kept(items) -> str:
    """Facts as the table writes them, in their order."""
    return "; ".join(_kept(item) for item in items) or "nothing"


def _kept(item) -> str:
    match item:
        case Scan():
            source, to = (_account(account) for account in ends(item.do, item.source, item.to))
            way = f"at {to}" if source == to else f"{source} → {to}"
            more = [f"owner {item.owner}"] * bool(item.owner) + _warned(item)
            if item.proof is not None:
                more.append(f"{'checked' if item.proof.checked else 'by'} {item.proof.way}")
            more += [item.condition] * (item.condition != "good") + ["typed"] * item.typed
            return f"{item.do} {item.n} {_thing(item.labels)} {way}" + "".join(f", {each}" for each in more)
        case Count():
            more = [f"round {item.round}"] * (item.round > 1) + _warned(item)
            return ", ".join([f"count {_account(item.where)} = {item.n} {_thing(item.labels)}", *more])
        case Kit():
            made = f"{item.made.n} {_thing(item.made.labels)}"
            used = " + ".join(f"{part.n} {_thing(part.labels)}" for part in item.used)
            way = f"{used} → {made}" if item.do == "kit" else f"{made} → {used}"
            return ", ".join([f"{item.do} at {_account(item.where)}: {way}", *_warned(item)])
    raise AssertionError(item)


def _warned(item) -> list[str]:
    return [f"warned {code}" for code in item.warned]


def _account(account: str) -> str:
    for number, name in NAMES.items():
        account = account.replace(f"unit:sscc:{number}", f"unit {name}").replace(f"unit:parcel:{number}", name)
    return account.removeprefix("place:wh-1/").removeprefix("virtual:")


def _thing(labels) -> str:
    return next(name for number, name in NAMES.items() if any(number in label for label in labels))


def verb_row(verb: str) -> str:
    """A line of the table of verbs, as the code has it."""
    rule = VERBS[verb]
    place = "where it is" if rule.action is None or rule.action in STAYING else _END[rule.place]
    waits = "a vehicle" if rule.vehicle else "a place" if rule.needs else _WAITS.get(rule.family, "nothing")
    warned = ", ".join(code for code in _SERIOUS if code in rule.warns)
    return f"| `RR:DO:{verb}` | {SENTENCES_OF[verb]} | {place} | {waits} | {warned} |"


_END = {End.SOURCE: "where from", End.TO: "where to"}
_WAITS = {
    Family.PACKING: "the unit",
    Family.COUNTING: "the number",
    Family.KITTING: "`RR:DONE`",
    Family.COLLECTING: "the code",
}
_SERIOUS = (RECALLED, QUARANTINED, EXPIRED, SOON, UNKNOWN, UNEXPECTED, OVER, WRONG_OWNER, WRONG_PLACE)
_SERIOUS += (WRONG_STATION, GIVEN, NO_CODE)
SENTENCES_OF = {action.value: rule.sentence for action, rule in ENDS.items()} | {
    "collect": "Who shows a code takes what waits for them.",
    "count": "Someone states how many are there.",
    "kit": "Parts become kits.",
    "unkit": "Kits become their parts.",
    "open": "A case becomes what is in it.",
}
