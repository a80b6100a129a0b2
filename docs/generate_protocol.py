"""Write docs/protocol.md out of wire/: python docs/generate_protocol.py [--check].

--check writes nothing and exits 1 when the file differs.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the script runs from a checkout, also where nothing is installed

from msgspec import Struct  # noqa: E402

from docs.protocol_source import tables, words  # noqa: E402
from docs.protocol_source.examples import example  # noqa: E402
from wire import bundle, collecting, device_session, joining, labels, limits, sitedata, topics  # noqa: E402
from wire import messages as m  # noqa: E402
from wire.actions import JOURNEY, SEEN, UNKNOWN, Action  # noqa: E402
from wire.ai_entries import ENTRIES  # noqa: E402
from wire.errors import SENTENCES  # noqa: E402

TARGET = ROOT / "docs" / "protocol.md"
CLIENT = ROOT / "docs" / "protocol_source" / "client.py"
MARKER = "<!-- example client -->"
"""Stands before the document's only block of Python, so that a test can take it out and run it."""

MESSAGES: tuple[type[Struct], ...] = (
    m.Hello,
    m.StreamEnd,
    m.Welcome,
    m.StreamState,
    m.Batch,
    m.Gap,
    m.Clock,
    m.ClockPoint,
    m.Receipt,
    m.Command,
    m.Desired,
    m.Known,
    m.Status,
    m.Presence,
    m.Now,
)
ITEMS: tuple[type[Struct], ...] = (
    m.Scan,
    m.Proof,
    m.Count,
    m.Void,
    m.Kit,
    m.Part,
    m.Transfer,
    m.Settle,
    m.Correct,
    m.Fix,
    m.Health,
    m.Outcome,
    m.Report,
    m.Opaque,
)
LEAVES = {
    topics.Leaf.UP: "Hellos and batches, QoS 1.",
    topics.Leaf.NOW: "The newest state for live screens, QoS 0: shown, never stored.",
    topics.Leaf.PRESENCE: "The device's birth and last will, retained, with the run and connection that it speaks of.",
    topics.Leaf.RECEIPT: "Welcomes and receipts, not retained.",
    topics.Leaf.CMD: "Commands, desired configurations, and which site data is newest; QoS 1, not retained.",
}


def document() -> str:
    """The whole page."""
    return "\n\n".join(part.strip("\n") for part in _parts()) + "\n"


def _parts() -> Iterator[str]:
    yield _filled(words.INTRODUCTION)
    yield f"## Topics\n\n{_topics()}"
    for prose in (
        words.TOPICS,
        words.JOINING,
        words.STREAMS,
        words.HELLO,
        words.BATCHES,
        words.RECEIPTS,
        words.PACE,
        words.CLOCKS,
        words.ORDERS,
        words.SITE_DATA,
        words.COLLECTING,
    ):
        yield _filled(prose)
    yield "## Messages"
    for kind in MESSAGES:
        yield tables.message(kind, example(kind))
    yield words.ITEMS
    for kind in ITEMS:
        yield tables.message(kind, example(kind))
    yield f"{_filled(words.ACTIONS)}\n\n{tables.actions()}"
    yield f"{_filled(words.LABELS)}\n\n{_elements()}"
    reasons = ((f"`{reason.value}`", sentence) for reason, sentence in SENTENCES.items())
    yield f"{_filled(words.POISON)}\n\n{tables.table(('reason', 'meaning'), reasons)}"
    yield "## Limits\n\n" + tables.table(("name", "value", "meaning"), tables.constants(limits))
    yield _filled(words.CARRIED)
    yield f"{words.CLIENT}\n\n{MARKER}\n\n```python\n{CLIENT.read_text(encoding='utf-8')}```"


def _filled(prose: str) -> str:
    year = labels.DEFAULT_YEAR
    retail = ", ".join(f"`{identifier}` {digits} digits" for identifier, digits in labels.RETAIL_LENGTHS.items())
    names = {name: tables.number(value) for name, value in vars(limits).items() if isinstance(value, int)}
    names |= {name: str(value) for name, value in vars(joining).items() if isinstance(value, str | int)}
    return prose.format(
        **names,
        CHALLENGE_PATH=device_session.CHALLENGE_PATH,
        CHALLENGE_S=device_session.CHALLENGE_S,
        SESSION_PATH=device_session.SESSION_PATH,
        SESSION_PREFIX=device_session.SESSION_PREFIX.decode().rstrip("\n"),
        SITE_DATA_PATH=sitedata.SITE_DATA_PATH,
        PAGE_RECORDS=tables.number(sitedata.PAGE_RECORDS),
        PAGE_BYTES=tables.number(sitedata.PAGE_BYTES),
        MARKS=f"{collecting.MARKS.start} to {collecting.MARKS.stop - 1}",
        DAMM="\n".join(f"    {row}" for row in collecting.TABLE),
        SEAL_INFO=collecting.SEAL_INFO.decode(),
        TIME_COST=collecting.TIME_COST,
        MEMORY_KIB=tables.number(collecting.MEMORY_KIB),
        LANES=collecting.LANES,
        HASH_BYTES=collecting.HASH_BYTES,
        TRIES=collecting.TRIES,
        CLAIMS_PATH=collecting.CLAIMS_PATH,
        CLAIMED=collecting.CLAIMED,
        CLAIM_WAIT_S=collecting.CLAIM_WAIT_S,
        RENEWAL_PREFIX=joining.RENEWAL_PREFIX.decode().rstrip("\n"),
        MAGIC=bundle.MAGIC.decode().rstrip("\n"),
        SIGNED_PREFIX=bundle.SIGNED_PREFIX.decode().rstrip("\n"),
        HEADER_BYTES=tables.number(bundle.HEADER_BYTES),
        SIGNATURE_BYTES=tables.number(bundle.SIGNATURE_BYTES),
        BUNDLE_BYTES=tables.number(bundle.BUNDLE_BYTES),
        SHARDS=topics.SHARDS,
        STREAM_ID=tables.HEX,
        UNKNOWN=UNKNOWN,
        SEEN=_named(SEEN),
        JOURNEY=_named(JOURNEY),
        ACCOUNT=tables.pattern(m.Account),
        GS1_IDENTIFIERS=", ".join(f"`{identifier}`" for identifier in sorted(labels.GS1_IDENTIFIERS)),
        RETAIL=retail,
        LONGEST_KEY=labels.LONGEST_KEY,
        DEFAULT_YEAR=year,
        FIRST_YEAR=year - 49,
        LAST_YEAR=year + 50,
    )


def _named(actions: frozenset[Action]) -> str:
    """Actions as words of a sentence, in their order."""
    *first, last = (f"`{action.value}`" for action in Action if action in actions)
    return f"{', '.join(first)} and {last}"


def _topics() -> str:
    rows = [(f"`{topics.ROOT}/SHARD/DEVICE/{leaf.value}`", _way(leaf), meaning) for leaf, meaning in LEAVES.items()]
    rows.append(
        (f"`{topics.STATUS}`", "hub to all", "The hub's birth and last will, retained. It only ever causes a hello.")
    )
    return tables.table(("topic", "way", "what"), rows)


def _way(leaf: topics.Leaf) -> str:
    return "device to hub" if leaf in topics.DEVICE_WRITES else "hub to device"


def _elements() -> str:
    rows = []
    for ai in ("00", "01", "02", "10", "11", "15", "17", "21", "30", "37"):
        title, shape = ENTRIES[ai].title, ENTRIES[ai].shape
        same = shape.shortest == shape.longest
        length = str(shape.longest) if same else f"{shape.shortest} to {shape.longest}"
        rows.append((ai, title, length, "digits" if shape.digits else "GS1's 82 characters"))
    return tables.table(("AI", "what", "length", "of"), rows)


def main(arguments: list[str]) -> int:
    """Write the page, or compare. Returns the exit code."""
    page = document()
    if "--check" in arguments:
        if TARGET.exists() and TARGET.read_text(encoding="utf-8") == page:
            return 0
        sys.stderr.write("docs/protocol.md differs from wire/: run python docs/generate_protocol.py\n")
        return 1
    TARGET.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
