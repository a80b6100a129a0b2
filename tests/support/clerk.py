"""A person at a scanner: scans codes, and each fact is committed at once, as a scanner's driver does."""

from dataclasses import dataclass

from edge.core.dialogue import Verdict, begin, committed, expects, resume, step
from edge.core.words import say, words
from edge.frames.scanner import Reading
from tests.support.site_known import Helper
from wire.messages import Void

STREAM = "0123456789abcdef"


@dataclass(frozen=True)
class At:
    stream: str
    seq: int


class Clerk:
    """`facts` are all items in the order of the lane, from sequence 1; `at` is Unix time and `up` uptime, in ms."""

    def __init__(self, work, helper=None):
        self.state, self.helper = begin(work), helper or Helper()
        self.facts, self.verdicts, self.outcomes = [], [], []
        self.at, self.up = 1_000, 10

    def scan(self, *codes):
        """The last outcome."""
        for code in codes:
            self.outcomes.append(self._one(code))
            self.verdicts.append(self.outcomes[-1].verdict)
        return self.outcomes[-1]

    def _one(self, code):
        reading = Reading(data=code.encode("utf-8", "surrogatepass"), text=code)
        self.state, outcome = step(self.state, reading, at=self.at, up=self.up, knows=self.helper.knows)
        if outcome.ask is not None:
            answer = self.helper.answer(outcome.ask)
            self.state, outcome = resume(
                self.state, outcome.ask, answer, at=self.at, up=self.up, knows=self.helper.knows
            )
        assert outcome.verdict not in {Verdict.SETTLE, Verdict.ASK}
        first = len(self.facts) + 1
        self.facts += outcome.items
        places = [At(STREAM, first + n) for n, item in enumerate(outcome.items) if not isinstance(item, Void)]
        self.state = committed(self.state, places)
        for what in outcome.prints:
            self.helper.prints(what)
        return outcome

    @property
    def words(self):
        """What the last reading was told."""
        return words(self.outcomes[-1])

    @property
    def expects(self):
        return self.expected("en")

    def expected(self, language):
        """What the dialogue waits for."""
        return say(expects(self.state, at=self.at, up=self.up, knows=self.helper.knows), language)

    @property
    def standing(self):
        """The facts that no void took back."""
        voided = {item.seq for item in self.facts if isinstance(item, Void)}
        return [
            item for seq, item in enumerate(self.facts, start=1) if seq not in voided and not isinstance(item, Void)
        ]
