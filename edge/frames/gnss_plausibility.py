"""Epochs -> fixes that can be believed.

A checksum of eight bits lets some damaged lines through, and a damaged line may be well formed. What it cannot be
is confirmed: the damage of one line is not in another. So nothing counts on the word of one line alone.

- A *date* counts when it goes on from the last fix, when RMC and ZDA agree on it, or when two epochs say it.
- A *place and time* count when two sentences of the epoch agree on them (a strong epoch). A weak epoch, one that a
  single line speaks for, counts when it continues the track: its time follows by the usual period, and its place is
  where the speed of the last fixes leads.
- What does not count yet waits for the next epochs. They confirm it (it lies on the way between the fixes around it,
  or a new track goes on from it: a real jump), or it is dropped and counted as implausible.
- Only when no fix was ever known and the stream ends, what nothing contradicts is let through.

Failure modes: a lone outlier of a receiver that sends one position sentence an epoch is dropped, be it damage or
noise; a damaged line that shifts the time by up to a second, or the place by less than NEAR_M, is not seen.
"""

import msgspec
from msgspec import Struct

from edge.frames.gnss import Reading
from edge.frames.gnss_motion import NEAR_M, drift_m, on_the_way, reachable, straight
from edge.frames.nmea_epochs import Epoch

_SLACK_MS = 1_000
_DAY_MS = 86_400_000
_DATE_NEAR_MS = 10_000
_SAME_SITTING_MS = 3_600_000
_MAX_WAITING = 40
_CHORUS = 5  # for so many weak epochs after a strong one the stream still counts as one of strong epochs


class _Moment(Struct, frozen=True, kw_only=True):
    """An epoch with its date: `claimed` if it says the date itself, `dated` if that date is confirmed."""

    reading: Reading
    strong: bool
    claimed: bool
    dated: bool

    @property
    def t_ms(self) -> int:
        return self.reading.t_ms


class PlausibilityGate:
    """Lets readings through in the order of the stream. Holds at most 40 that wait to be confirmed."""

    def __init__(self) -> None:
        self.implausible = 0
        self.undated = 0
        self._last: Reading | None = None
        self._before: Reading | None = None
        self._gap_ms: int | None = None
        self._gap_before_ms: int | None = None
        self._chorus = 0
        self._waiting: list[_Moment] = []
        self._rival_ms: int | None = None

    def step(self, epoch: Epoch) -> list[Reading]:
        """The readings that this epoch makes believable: waiting ones, and its own."""
        moment = self._date(epoch)
        if moment is None:
            self.undated += 1
            return []
        last = self._last
        if last is not None and moment.t_ms == last.t_ms:
            return []
        if last is not None and moment.dated and self._continues(last, moment):
            return self._accept(self._rescued(last, moment.reading), moment.reading, strong=moment.strong)
        if not self._waiting:
            self._waiting = [moment]
            return self._settle() if last is None else []
        previous = self._waiting[-1]
        if moment.t_ms == previous.t_ms:
            return []
        if self._extends(previous, moment):
            self._waiting.append(moment)
        else:
            self.implausible += len(self._waiting)
            self._waiting = [moment]
        return self._settle()

    def flush(self, *, undamaged: bool) -> list[Reading]:
        """At the end of an undamaged stream: what nothing ever contradicted, if no fix was known before."""
        waiting = self._waiting
        if self._last is None and self.implausible == 0 and undamaged:
            if len(waiting) == 1:
                return self._accept([], waiting[0].reading, strong=waiting[0].strong)
            return self._let_through()
        self.implausible += len(waiting)
        self._waiting = []
        return []

    def _accept(self, earlier: list[Reading], newest: Reading, *, strong: bool) -> list[Reading]:
        self._waiting = []
        self._chorus = _CHORUS if strong else max(0, self._chorus - 1)
        self._before = earlier[-1] if earlier else self._last
        if self._before is not None:
            self._gap_before_ms, self._gap_ms = self._gap_ms, abs(newest.t_ms - self._before.t_ms)
        self._last = newest
        earlier.append(newest)
        return earlier

    # -- dates ---------------------------------------------------------------------------------------------

    def _date(self, epoch: Epoch) -> _Moment | None:
        """Place the epoch's time of day in a day: the one it claims, else the one that goes on from before."""
        tod = epoch.reading.t_ms
        known = self._last or (self._waiting[-1].reading if self._waiting else None)
        carried = None if known is None else _nearest(known.t_ms, tod)
        by_rmc, by_zda = _told(epoch.rmc_ms, tod), _told(epoch.zda_ms, tod)
        claim = by_zda if by_rmc is None else by_rmc
        t_ms = carried if claim is None else claim
        if t_ms is None:
            return None
        dated = self._is_dated(t_ms, carried, claim=claim, agreed=by_rmc is not None and by_rmc == by_zda)
        return _Moment(
            reading=msgspec.structs.replace(epoch.reading, t_ms=t_ms),
            strong=epoch.witnesses > 1,
            claimed=claim is not None,
            dated=dated,
        )

    def _is_dated(self, t_ms: int, carried: int | None, *, claim: int | None, agreed: bool) -> bool:
        if agreed:
            return True
        if self._last is None or carried is None:
            return False
        if t_ms == carried:
            if claim is not None:
                self._rival_ms = None
            return True
        # A date that contradicts the track: believed when the epoch before it that had a date said the same.
        rival, self._rival_ms = self._rival_ms, t_ms - carried
        return rival == self._rival_ms

    # -- place and time ------------------------------------------------------------------------------------

    def _continues(self, last: Reading, moment: _Moment) -> bool:
        """Whether a moment may follow the last fix on its own word.

        In a stream of strong epochs a lone sentence may be one of the last epoch with a damaged time.
        """
        gap_ms = moment.t_ms - last.t_ms
        if gap_ms <= 0:
            return False
        if moment.strong:
            return gap_ms <= _SAME_SITTING_MS and reachable(last, moment.reading)
        period = self._period()
        if period is None or abs(gap_ms - period) > _SLACK_MS or (self._chorus and gap_ms > _SLACK_MS):
            return False
        drift = self._drift_m(last, moment.reading)
        return drift is not None and drift <= NEAR_M

    def _period(self) -> int | None:
        """The usual time between fixes: the shorter of the last two gaps."""
        return None if self._gap_ms is None else min(self._gap_ms, self._gap_before_ms or self._gap_ms)

    def _drift_m(self, start: Reading, end: Reading) -> float | None:
        track = None if self._before is None or self._last is None else (self._before, self._last)
        return drift_m(start, end, track)

    def _rescued(self, last: Reading, newest: Reading) -> list[Reading]:
        """The waiting readings that lie on the way from the last fix to the newest; the others are dropped."""
        kept: list[Reading] = []
        start = last
        for moment in self._waiting:
            reading = moment.reading
            if moment.dated and self._timely(start, reading, newest) and on_the_way(start, reading, newest):
                kept.append(reading)
                start = reading
            else:
                self.implausible += 1
        return kept

    def _timely(self, start: Reading, middle: Reading, end: Reading) -> bool:
        """Whether a waiting reading's time fits between two others: damage may not have moved it by over a second."""
        part, rest = middle.t_ms - start.t_ms, end.t_ms - middle.t_ms
        if part <= 0 or rest <= 0:
            return False
        usual = self._period() or _SLACK_MS
        alone = not self._chorus and (abs(part - usual) <= _SLACK_MS or abs(rest - usual) <= _SLACK_MS)
        return rest <= _SLACK_MS or alone

    def _extends(self, previous: _Moment, moment: _Moment) -> bool:
        gap_ms = moment.t_ms - previous.t_ms
        return 0 < gap_ms <= _SAME_SITTING_MS and reachable(previous.reading, moment.reading)

    def _settle(self) -> list[Reading]:
        """Let the waiting chain through once its date is confirmed and its newest links hold."""
        chain = self._waiting
        newest = len(chain) - 1
        if not self._vouched(newest):
            if newest >= 2:  # the head belongs to another track, or to none
                self.implausible += newest - 1
                self._waiting = chain[-2:]
            return []
        if self._chorus and newest < 2 and not chain[newest].strong:
            return []  # where sentences used to agree, two lone ones start no new track
        sure = any(one.dated for one in chain) or sum(one.claimed for one in chain) > 1 or len(chain) >= _MAX_WAITING
        return self._let_through() if sure else []

    def _let_through(self) -> list[Reading]:
        """Accept what is vouched for in the waiting chain; the rest is dropped."""
        chain, last = self._waiting, self._last
        kept = [one for place, one in enumerate(chain) if self._vouched(place)]
        if last is not None and chain and chain[-1].t_ms > last.t_ms:  # time did not go back, so none of these did
            kept = [one for one in kept if one.t_ms > last.t_ms]
        self.implausible += len(chain) - len(kept)
        self._waiting = []
        if not kept:
            return []
        strong = any(one.strong for one in kept)
        return self._accept([one.reading for one in kept[:-1]], kept[-1].reading, strong=strong)

    def _vouched(self, place: int) -> bool:
        """Whether another sentence, or the neighbours in the waiting chain, stand for a moment."""
        chain = self._waiting
        if chain[place].strong:
            return True
        if any(self._leads(chain[i], chain[i + 1]) for i in (place - 1, place) if 0 <= i < len(chain) - 1):
            return True
        return any(
            straight(chain[i].reading, chain[i + 1].reading, chain[i + 2].reading)
            for i in (place - 2, place - 1, place)
            if 0 <= i < len(chain) - 2
        )

    def _leads(self, first: _Moment, second: _Moment) -> bool:
        """Whether two moments in a row vouch for each other: near in place, and apart by what is known or short."""
        gap_ms = second.t_ms - first.t_ms
        period = self._period()
        if period is None or self._chorus:
            period = 0
        if abs(gap_ms - period) > _SLACK_MS:
            return False
        drift = self._drift_m(first.reading, second.reading)
        return drift is not None and drift <= NEAR_M


def _nearest(t_ms: int, tod_ms: int) -> int:
    """The instant with this time of day that is nearest to another instant: carries a date over midnight."""
    return t_ms + (tod_ms - t_ms + _DAY_MS // 2) % _DAY_MS - _DAY_MS // 2


def _told(dated_ms: int | None, tod_ms: int) -> int | None:
    """The instant with this time of day that a sentence with a date means, if it speaks of about the same moment."""
    if dated_ms is None:
        return None
    t_ms = _nearest(dated_ms, tod_ms)
    return t_ms if abs(t_ms - dated_ms) <= _DATE_NEAR_MS else None
