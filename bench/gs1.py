r"""Labels against vectors of their kind, and labels read a second, beside biip.

    python -m bench.gs1 --data DIR [--seed N] [--labels 40000] --json

DIR (or DIR/gs1) holds `vectors.jsonl`, one case a line: `kind`, `input`, `valid`, `expected`. We agree with a case when
the strict door (wire/strict.py) finds a fault exactly where `valid` is false, and says `expected` where it is true:

    ai_data        element data, `^` for FNC1; nothing is expected but the verdict
    bracketed_ai   AIs in brackets; expected: the same as element data
    digital_link   a GS1 Digital Link URI; expected: its elements as element data
    scan_data:SYM  what a scanner of symbology SYM sends, identifier in front; expected: what the barcode holds, which
                   is element data behind `^`, or the text itself, a backslash more in front if that looks like `\^`

None of these kinds asks which AIs need one another: that is judged over all labels of an item (wire/pairs.py).

GTINs with fewer than 14 digits in a URI were allowed by the first releases of that standard only. The engine that the
cases come from has a setting for them, as our reader has, and a case does not say which it was made with: some inputs
stand there with both verdicts. A case with such a URI agrees under either setting; `by_setting` counts them.

Speed is of wire.labels.parse on labels made from the seed, each another, none read before, no caches of labels: all
kinds in equal parts (`ours_per_s`), those of AIs 01, 10, 17 and 21 (`ours_common_per_s`), and the strict door
(`strict_per_s`). biip agrees when it accepts what is valid and nothing else, by its door for the kind; that it finds
nothing in a plain text is right. Its speed is on a part of the same mixed labels.
"""

import argparse
import gc
import json
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import biip
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_messages import GS1Message

from bench.frame import parser, run, say
from bench.gs1_labels import common, mixed
from wire import strict
from wire.labels import parse

ROUNDS = 5
BIIP_LABELS = 2_000
_SHORT_GTIN = re.compile(r"[/?&]01[/=](?:[0-9]{8}|[0-9]{12,13})(?![0-9])").search


class Vector(NamedTuple):
    """One case."""

    kind: str
    valid: bool
    input: str
    expected: str


def load(folder: Path) -> list[Vector]:
    """The cases of a folder."""
    path = folder / "vectors.jsonl"
    path = path if path.exists() else folder / "gs1" / "vectors.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return [Vector(row["kind"].partition(":")[0], row["valid"], row["input"], row["expected"]) for row in rows]


DOORS: dict[str, Callable[[str], strict.Verdict]] = {
    "ai_data": strict.element_data,
    "bracketed_ai": strict.bracketed,
    "digital_link": strict.link,
    "scan_data": strict.scan,
}


def agrees(vector: Vector, found: strict.Verdict) -> bool:
    """Whether a verdict is the one that the case has."""
    if vector.valid is not (not found.faults):
        return False
    return not vector.valid or vector.kind == "ai_data" or found.message == vector.expected


def has_setting(vector: Vector) -> bool:
    """Whether the verdict depends on the setting for short GTINs."""
    return vector.kind == "digital_link" and _SHORT_GTIN(vector.input) is not None


def ours_agrees(vector: Vector) -> bool:
    """Whether we agree with a case, under either setting where it depends on one."""
    if agrees(vector, DOORS[vector.kind](vector.input)):
        return True
    return has_setting(vector) and agrees(vector, strict.link(vector.input, short_gtins=True))


def biip_accepts(kind: str, text: str) -> bool:
    """Whether biip finds something in a text and no fault, by its door for the kind."""
    try:
        if kind == "ai_data":
            return text.startswith("^") and bool(GS1Message.parse(text[1:].replace("^", "\x1d")).element_strings)
        if kind == "bracketed_ai":
            return bool(GS1Message.parse_hri(text).element_strings)
        if kind == "digital_link":
            return bool(GS1DigitalLinkURI.parse(text).element_strings)
        found = biip.parse(text)
    except Exception:  # whatever it raises, it did not accept
        return kind == "scan_data" and text[:3] in {"]Q1", "]d1", "]J0"} and text[3:7].lower() != "http"
    return bool(found.gtin or found.sscc or found.gs1_message or found.gs1_digital_link_uri)


def biip_reads(text: str) -> None:
    with suppress(Exception):
        biip.parse(text)


def speed(read: Callable[[str], object], make: Callable[[int], Sequence[str]], rounds: int = ROUNDS) -> float:
    """Labels a second, the best of some rounds, each over labels never read before."""
    best = 0.0
    for number in range(rounds):
        labels = make(number)
        gc.collect()
        begun = time.perf_counter()
        for label in labels:
            read(label)
        best = max(best, len(labels) / (time.perf_counter() - begun))
    return best


def strictly(label: str) -> strict.Verdict:
    """By the strict door for what the label looks like."""
    if label.startswith("("):
        return strict.bracketed(label)
    return strict.scan(label) if label.startswith("]") else strict.link(label)


def measure(rng: random.Random, options: argparse.Namespace) -> dict[str, Any]:
    vectors = load(options.data)
    wrong = [vector for vector in vectors if not ours_agrees(vector)]
    seed = rng.randrange(2**31)

    def several(number: int) -> list[str]:
        return list(mixed(random.Random(f"{seed} {number}"), options.labels))

    def usual(number: int) -> list[str]:
        return list(common(random.Random(f"{seed} {number}"), options.labels))

    for vector in wrong[:10]:
        say(f"{vector} but {DOORS[vector.kind](vector.input)}")
    ours = speed(parse, several)
    theirs = speed(biip_reads, lambda number: several(number)[:BIIP_LABELS], rounds=2)
    return {
        "vectors": len(vectors),
        "agree": len(vectors) - len(wrong),
        "by_setting": sum(has_setting(vector) for vector in vectors),
        "biip_agree": sum(biip_accepts(vector.kind, vector.input) is vector.valid for vector in vectors),
        "ours_per_s": round(ours),
        "ours_common_per_s": round(speed(parse, usual)),
        "strict_per_s": round(speed(strictly, several)),
        "biip_per_s": round(theirs),
        "ratio": round(ours / theirs, 1),
        "disagreements": [f"{vector.kind} {vector.input}"[:120] for vector in wrong[:5]],
    }


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--labels", type=int, default=40_000, help="labels a round")
    options = arguments.parse_args()
    return run(options, lambda rng, _: measure(rng, options))


if __name__ == "__main__":
    sys.exit(main())
