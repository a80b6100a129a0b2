"""Bytes of an NMEA 0183 receiver -> fixes.

Bytes come in any portions; nothing raises, and no more than a few lines are held. The steps, each its own module:
lines to verified sentences (here), a sentence's fields (nmea_sentences), sentences to epochs (nmea_epochs), epochs
to fixes that can be believed (gnss_plausibility).
"""

import re

from edge.frames.gnss import Reading
from edge.frames.gnss_plausibility import PlausibilityGate
from edge.frames.nmea_epochs import EpochBuilder
from edge.frames.nmea_sentences import parse

MAX_LINE = 256
"""Bytes. The standard says 82; receivers with many decimals exceed it. Of a longer line only the end is kept."""

# A sentence of our kinds by any talker but P (proprietary). One without a checksum at its end matches with no group
# 4, to be counted; a `$` inside ends it, so that a line glued to a damaged one is still read.
_SENTENCE = re.compile(
    rb"\$([A-OQ-Z][A-Z])(RMC|GGA|GNS|GLL|GSA|VTG|ZDA),([^$*!\r\n]{0,200})(?:\*([0-9A-Fa-f]{2})[ \t]{0,8}(?=[\r\n]))?"
)


def checksum(body: bytes) -> int:
    """The XOR of all bytes (NMEA 0183, 5.3.1: those between `$` and `*`), for at most 256 of them.

    One large number folded on itself: a third of the time that going through the bytes takes.
    """
    folded = int.from_bytes(body, "big")
    folded ^= folded >> 1024
    folded ^= folded >> 512
    folded ^= folded >> 256
    folded ^= folded >> 128
    folded &= 0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF
    folded ^= folded >> 64
    folded ^= folded >> 32
    folded ^= folded >> 16
    return (folded ^ folded >> 8) & 0xFF


class NmeaReader:
    """Feed it what the port gives; it hands out fixes.

    Counters: `sentences` verified and well formed, `bad_checksum` (wrong or none), `malformed` (right checksum, wrong
    format), `overlong` portions without a line end, `implausible` epochs dropped, `undated` epochs before any date,
    `fixes`.
    """

    def __init__(self) -> None:
        self.sentences = 0
        self.bad_checksum = 0
        self.malformed = 0
        self.overlong = 0
        self.fixes = 0
        self._rest = b""
        self._epochs = EpochBuilder()
        self._gate = PlausibilityGate()

    @property
    def implausible(self) -> int:
        return self._gate.implausible

    @property
    def undated(self) -> int:
        return self._gate.undated

    def feed(self, data: bytes) -> list[Reading]:
        """The fixes that these bytes complete, in the order of the stream."""
        text = self._rest + data
        end = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        self._rest = text[end:]
        if len(self._rest) > MAX_LINE:
            # No sentence that is still to end can begin before its last MAX_LINE bytes.
            self._rest = self._rest[-MAX_LINE:]
            self.overlong += 1
        return self._read(text[:end]) if end else []

    def flush(self) -> list[Reading]:
        """What is still held, for when the port is closed. The reader can go on after it."""
        self._rest = b""
        fixes = [fix for epoch in self._epochs.flush() for fix in self._gate.step(epoch)]
        fixes += self._gate.flush(undamaged=self.bad_checksum + self.malformed == 0)
        self.fixes += len(fixes)
        return fixes

    def _read(self, lines: bytes) -> list[Reading]:
        fixes: list[Reading] = []
        epochs = self._epochs
        for found in _SENTENCE.finditer(lines):
            talker, kind, fields, told = found.groups()
            if told is None or checksum(talker + kind + b"," + fields) != int(told, 16):
                self.bad_checksum += 1
                continue
            sentence = parse(talker, kind, fields)
            if sentence is None:
                self.malformed += 1
                continue
            self.sentences += 1
            for epoch in epochs.add(sentence):
                fixes += self._gate.step(epoch)
        self.fixes += len(fixes)
        return fixes
