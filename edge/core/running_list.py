"""The running list of a terminal: what was read, what came of it, and what may be undone. Newest first, bounded.

What a person typed in secret (digits of a PIN or of a collection code) is in no list, nor is anything else of the
digit pad; a reading whose answer names somebody is listed without that answer. The same reading again within half a
second is the scanner's stutter: the row of the first counts it, and nothing else happens.
"""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from edge.core.dialogue_state import Fact, Outcome, Said, Verdict
from edge.core.knowledge import Knowledge
from edge.core.naming import named
from edge.core.words import say, words
from edge.ui.messages import BURST_MS, MOST_ROWS, Goods, Row, Shown, Stored, Via, Words
from wire.display import shown
from wire.messages import Count, Kit, Scan, Void

LONGEST_LABEL: Final = 200
_DIGITS: Final = "RR:D:"
"""What a digit pad says. A PIN may be typed where none is awaited any more: so none of it is listed."""
_SHOWN: Final[dict[Verdict, Shown]] = {
    Verdict.FACT: "stored",
    Verdict.WARNED: "warned",
    Verdict.HELD: "held",
    Verdict.COMMAND: "obeyed",
    Verdict.REFUSED: "refused",
}


def spoken(sentence: Said | None) -> Words:
    """One sentence in both languages."""
    return Words(en=say(sentence, "en"), zh=say(sentence, "zh")) if sentence is not None else Words()


def spoken_of(outcome: Outcome) -> Words:
    """All that an outcome says."""
    return Words(en=words(outcome, "en"), zh=words(outcome, "zh"))


def shown_as(outcome: Outcome, *, full: bool | None) -> Shown:
    """How a verdict is shown; `full` None: it was committed, else whether the outbox had no room for it."""
    return _SHOWN[outcome.verdict] if full is None else "full" if full else "refused"


def is_digits(text: str) -> bool:
    """Whether a reading is of the digit pad."""
    return text.startswith(_DIGITS)


@dataclass(slots=True)
class RunningList:
    """Of one session, from one thread at a time."""

    rows: tuple[Row, ...] = ()
    count: int = 0
    _last: tuple[str, int, Row] | None = None
    _facts: dict[int, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """Of a row that stands for several facts, or for some that are undone already: those that still stand."""

    def next(self) -> int:
        """The number of a new row."""
        self.count += 1
        return self.count

    def add(self, row: Row, text: str, up: int, *, private: bool, facts: tuple[tuple[str, int], ...] = ()) -> None:
        """A reading was answered; `text` is what was read, where it may be kept at all, `facts` what it made."""
        self._last = (text, up, row)
        if not row.secret and not is_digits(text):
            kept = msgspec.structs.replace(row, words=Words()) if private else row
            self.rows = (kept, *self.rows)[:MOST_ROWS]
            self._facts[row.n] = facts
            self._facts = {each.n: found for each in self.rows if (found := self._facts.get(each.n))}

    def stutter(self, text: str, via: Via, up: int) -> Row | None:
        """The row of the reading before, counted once more, if this is the same one again at once."""
        if self._last is None or via not in {"wedge", "camera"}:
            return None
        before, last_up, row = self._last
        if before != text or not 0 <= up - last_up < BURST_MS or row.via != via:
            return None
        row = msgspec.structs.replace(row, repeats=row.repeats + 1)
        self._last = (text, up, row)
        self._replace(row.n, repeats=row.repeats)
        return row

    def undone(self, fact: tuple[str, int]) -> bool:
        """A fact was voided; whether a row is of it. The row is undone with the last of its facts."""
        row = self.about(fact)
        if row is None:
            return False
        left = self._facts[row.n] = tuple(each for each in self.facts(row) if each != fact)
        if not left:
            self._replace(row.n, undone=True)
        return True

    def of(self, stream: str, seq: int) -> Row | None:
        """The row that is named by this fact."""
        return next((row for row in self.rows if row.stored == Stored(stream=stream, seq=seq)), None)

    def asked(self, id_: str) -> Row | None:
        """The row of a wish."""
        return next((row for row in self.rows if row.id == id_), None)

    def about(self, fact: tuple[str, int]) -> Row | None:
        """The row that this fact still stands in."""
        return next((row for row in self.rows if fact in self.facts(row)), None)

    def facts(self, row: Row) -> tuple[tuple[str, int], ...]:
        """Those of a row that still stand."""
        if row.undone or row.stored is None:
            return ()
        return self._facts.get(row.n, ((row.stored.stream, row.stored.seq),))

    def forget_last(self) -> None:
        """The next reading is no stutter, whatever it is."""
        self._last = None

    def _replace(self, n: int, **changes: object) -> None:
        self.rows = tuple(msgspec.structs.replace(row, **changes) if row.n == n else row for row in self.rows)


def earlier_rows(found: list[tuple[str, int, Fact]], knows: Knowledge) -> tuple[Row, ...]:
    """Rows of what the outbox tells of before: (stream, sequence, item), newest first. What is voided says so."""
    voided = {(item.stream, item.seq) for _, _, item in found if isinstance(item, Void)}
    kept = [(stream, seq, item) for stream, seq, item in found if not isinstance(item, Void)]
    return tuple(
        Row(
            n=-at,
            at=item.at,
            label=shown(labels_of(item)[0], LONGEST_LABEL),
            verdict="warned" if item.warned else "stored",
            words=Words(),
            next=Words(),
            stored=Stored(stream=stream, seq=seq),
            via="wedge",
            secret=False,
            do="count" if isinstance(item, Count) else str(item.do),
            undone=(stream, seq) in voided,
            goods=goods_of(item, knows),
        )
        for at, (stream, seq, item) in enumerate(kept[:MOST_ROWS], start=1)
    )


def labels_of(item: Scan | Count | Kit) -> tuple[str, ...]:
    """What was read for a fact; for a kit, of what was made."""
    return (item.made if isinstance(item, Kit) else item).labels


def goods_of(item: Scan | Count | Kit, knows: Knowledge) -> Goods | None:
    """What a fact is of."""
    return named(labels_of(item), knows, item.made.n if isinstance(item, Kit) else item.n)
