"""What happened in one dialogue: counted for the device's status, and told to the log without naming anybody."""

from collections.abc import Sequence
from typing import Final

import msgspec

from edge.core.dialogue import Outcome, Verdict
from edge.core.words import words
from edge.drivers.answered import Answered
from edge.drivers.surroundings import Clocks
from edge.log import Log

_SAY_EVERY_MS: Final = 10_000


class ScannerCounts(msgspec.Struct):
    """What happened in one dialogue since the agent started."""

    facts: int = 0
    warned: int = 0
    held: int = 0
    commands: int = 0
    refused: int = 0
    garbage: int = 0
    not_stored: int = 0
    unheard: int = 0
    last_at: int | None = None


class Tally:
    """Of one dialogue, from one thread at a time."""

    def __init__(self, clock: Clocks, log: Log) -> None:
        self.counts = ScannerCounts()
        self._clock, self._log = clock, log
        self._storing = True
        self._muted_until = 0

    @property
    def storing(self) -> bool:
        """Whether the last commit went well."""
        return self._storing

    def stored(self, facts: int) -> None:
        """So many were committed."""
        self.counts.facts += facts
        if not self._storing:
            self._log.info("scans-stored-again", not_stored=self.counts.not_stored)
        self._storing = True

    def not_stored(self, facts: int, error: Exception) -> None:
        """So many could not be."""
        self.counts.not_stored += facts
        if self._storing:
            self._log.error("scans-not-stored", why=str(error), answered="NAK: scan again when it is repaired")
        self._storing = False

    def answered(self, group: Sequence[Answered]) -> None:
        """These were told."""
        for each in group:
            verdict, kept = each.outcome.verdict, each.missing is None
            self.counts.commands += verdict is Verdict.COMMAND and kept
            self.counts.warned += verdict is Verdict.WARNED and kept
            self.counts.held += verdict is Verdict.HELD and kept
            if verdict is Verdict.REFUSED:
                self.counts.refused += 1
                self._say_refused(_for_the_log(each.outcome))
            elif verdict is not Verdict.FACT:
                self._log.debug(verdict.value, does=_for_the_log(each.outcome), taken=kept)

    def _say_refused(self, why: str) -> None:
        """In the log, but not faster than a person reads when a scanner sends garbage at full speed."""
        up = self._clock.up_ms()
        if up >= self._muted_until:
            self._muted_until = up + _SAY_EVERY_MS
            self._log.warning("refused", why=why, refused_so_far=self.counts.refused)


def _for_the_log(outcome: Outcome) -> str:
    """What was said; where it names somebody, only which sentences."""
    return ", ".join(each.code for each in outcome.said) if outcome.private else words(outcome)
