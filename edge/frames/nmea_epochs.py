"""Verified sentences -> epochs: the sentences that speak of one moment, merged into one statement.

An epoch begins with a position sentence of a new time of day. It ends with the next epoch's first sentence or,
so that a fix does not wait a whole cycle, with the sentence that ended the last two epochs when those had the
same sentences in the same order.

Which of an epoch's positions counts: the one held when a sentence arrives that is known to end cycles, else the
last (what gpsd reports, so that receivers whose GLL runs a second ahead read the same here). When the others
outvote it, theirs counts: one damaged line then does not decide.
"""

from msgspec import Struct

from edge.frames.gnss import Reading, distance_m
from edge.frames.nmea_fields import DAY_MS
from edge.frames.nmea_sentences import Sentence
from wire.messages import Quality

AGREE_M = 7.0
"""Sentences of one epoch whose positions are this near say the same; receivers round, and some lag a second."""
_MAX_SENTENCES = 32
_LETTER = {"RMC": "r", "GGA": "g", "GNS": "n", "GLL": "l", "GSA": "s", "VTG": "v", "ZDA": "z"}


class Epoch(Struct, frozen=True, kw_only=True):
    """One moment as its sentences tell it. `reading.t_ms` is still the time of day.

    `witnesses` counts the sentences that agree on the position (and, by grouping, on the time). `rmc_ms` and `zda_ms`
    are the full Unix times that the RMC and ZDA since the epoch before gave: for the date; the time may differ a bit.
    """

    reading: Reading
    witnesses: int
    rmc_ms: int | None
    zda_ms: int | None


class EpochBuilder:
    """Groups sentences; holds at most one epoch."""

    def __init__(self) -> None:
        self._tod: int | None = None
        self._sentences: list[Sentence] = []
        self._shape = ""
        self._last_shape = ""
        self._steady_shape: str | None = None
        self._closed = False
        self._enders: set[str] = set()
        self._chosen: Sentence | None = None
        self._last_kind: str | None = None
        self._rmc_ms: int | None = None
        self._zda_ms: int | None = None

    def add(self, sentence: Sentence) -> list[Epoch]:
        """The epochs, in order, that this sentence completes: none, one or two (the one before, and its own)."""
        done: list[Epoch] = []
        kind = sentence.kind
        if kind == "ZDA":
            self._zda_ms = _instant(sentence)
        elif sentence.tod_ms is not None:
            if sentence.tod_ms != self._tod:
                done = self._turn(sentence)
            if kind == "RMC" and sentence.valid and sentence.day is not None:
                self._rmc_ms = _instant(sentence)
            if self._chosen is None and kind in self._enders and sentence.valid and sentence.lat_e7 is not None:
                self._chosen = sentence
            self._last_kind = kind
        elif kind not in {"GSA", "VTG"}:
            return done
        if self._tod is None:
            return done
        if len(self._sentences) < _MAX_SENTENCES:
            self._sentences.append(sentence)
            self._shape += _LETTER[kind]
        if not self._closed and self._shape == self._steady_shape:
            done.extend(self._close())
        return done

    def flush(self) -> list[Epoch]:
        """The epoch that was still open."""
        done = [] if self._closed or self._tod is None else self._close()
        self._tod = None
        self._sentences = []
        self._shape = ""
        return done

    def _turn(self, sentence: Sentence) -> list[Epoch]:
        done = [] if self._closed or self._tod is None else self._close()
        self._steady_shape = self._shape if self._shape == self._last_shape else None
        self._last_shape = self._shape
        # A GLL may run ahead of its cycle: it ends cycles, but says nothing of the sentence before it.
        if self._last_kind is not None and sentence.kind != "GLL":
            self._enders.add(self._last_kind)
        self._tod = sentence.tod_ms
        self._sentences = []
        self._shape = ""
        self._chosen = None
        self._closed = False
        return done

    def _close(self) -> list[Epoch]:
        self._closed = True
        rmc_ms, self._rmc_ms = self._rmc_ms, None
        zda_ms, self._zda_ms = self._zda_ms, None
        placed = [one for one in self._sentences if one.valid and one.lat_e7 is not None]
        if not placed or self._refused(placed):
            return []
        chosen, witnesses = _elect(self._chosen or placed[-1], placed)
        if any(one.kind == "RMC" and not _agree(chosen, one) for one in placed):
            rmc_ms = None  # what is outvoted on the place is not asked for the date
        reading = _merge(chosen, self._sentences)
        return [Epoch(reading=reading, witnesses=witnesses, rmc_ms=rmc_ms, zda_ms=zda_ms)]

    def _refused(self, placed: list[Sentence]) -> bool:
        """Whether a sentence says that there is no fix, save where its twin of another constellation has one."""
        for one in self._sentences:
            if one.valid is False and not any(
                other.kind == one.kind and other.talker != one.talker for other in placed
            ):
                return True
        return False


def _instant(sentence: Sentence) -> int | None:
    """Unix milliseconds of a sentence that gives both date and time."""
    if sentence.day is None or sentence.tod_ms is None:
        return None
    return sentence.day * DAY_MS + sentence.tod_ms


def _elect(chosen: Sentence, placed: list[Sentence]) -> tuple[Sentence, int]:
    """The sentence whose position counts, and how many say the same."""
    if len(placed) == 1:
        return chosen, 1
    best, support = chosen, _support(chosen, placed)
    if support == 1:
        for one in placed:
            found = _support(one, placed)
            if found > 1 and found >= support:
                best, support = one, found
    return best, support


def _support(chosen: Sentence, placed: list[Sentence]) -> int:
    return sum(_agree(chosen, one) for one in placed)


def _agree(one: Sentence, other: Sentence) -> bool:
    lat, lon, other_lat, other_lon = one.lat_e7, one.lon_e7, other.lat_e7, other.lon_e7
    if lat == other_lat and lon == other_lon:
        return True
    if lat is None or lon is None or other_lat is None or other_lon is None:
        return False
    return distance_m(lat, lon, other_lat, other_lon) <= AGREE_M


def _merge(chosen: Sentence, sentences: list[Sentence]) -> Reading:
    """One reading: the altitude of GGA or GNS, the speed of RMC before VTG's, the HDOP of GSA last."""
    quality: Quality | None = None
    rank = 0
    alt = speed = heading = hdop = sats = None
    for one in sentences:
        kind = one.kind
        if one.quality is not None and (worth := _QUALITY_RANK[kind]) > rank:
            quality, rank = one.quality, worth
        if one.alt_cm is not None:
            alt = one.alt_cm
        if one.speed_cms is not None and (speed is None or kind == "RMC"):
            speed = one.speed_cms
        if one.heading_cd is not None and (heading is None or kind == "RMC"):
            heading = one.heading_cd
        if one.hdop_c is not None and (hdop is None or kind != "GSA"):
            hdop = one.hdop_c
        if one.sats is not None and (sats is None or one.sats > sats):
            sats = one.sats
    return Reading(
        t_ms=chosen.tod_ms or 0,
        lat_e7=chosen.lat_e7 or 0,
        lon_e7=chosen.lon_e7 or 0,
        quality=quality or Quality.GNSS,
        alt_cm=alt,
        speed_cms=speed,
        heading_cd=heading,
        hdop_c=hdop,
        sats=sats,
    )


_QUALITY_RANK = {"GGA": 4, "GNS": 3, "RMC": 2, "GLL": 1, "VTG": 0, "GSA": 0, "ZDA": 0}
