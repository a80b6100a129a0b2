r"""Collecting at a station or a vehicle: who comes shows a code, and takes what waits for that person.

    nothing open --code, right--> open --RR:P of one of them--> handed over; open until the last
                                  \--RR:DONE--> all of them handed over

Four digits are the last of a telephone number: what waits under them is named, by shelf and masked name, and nothing is
opened. Nine digits are a code. What is typed wrong and what is of another station is told before anything is tried;
the rest the shell finds (edge.core.parcels.CheckCode). A parcel that was not opened is put back (NAK). What the device
only knows to be on its way is open too, but only a scan of it, which shows that it is here, hands it over.

Digits come typed (RR:KEY), scanned from a telephone's screen, or by cards and RR:OK. They are shown and kept nowhere.
"""

import re
from dataclasses import replace
from typing import Final, Literal

from edge.core.cautions import cautions, codes_of
from edge.core.dialogue_state import (
    Fact,
    Goods,
    Moment,
    Opening,
    Outcome,
    Said,
    State,
    Step,
    Trace,
    Verdict,
    held,
    kept,
    refused,
    said,
)
from edge.core.facts import ends_of, scan, task_of
from edge.core.parcels import CheckCode, CodeFound, CodeVerdict, is_given, shelf_code, whereabouts
from wire import codes
from wire.checkdigits import is_digits
from wire.collecting import CODE_DIGITS, TERMINAL_WINDOW_S, read_code
from wire.labels import GS1_IDENTIFIERS, parse
from wire.messages import Proof
from wire.sitedata import Parcel

VERB: Final = "collect"
LAST_DIGITS: Final = 4
OPEN_MS: Final = 3 * 60_000
"""After so long without a scan nothing is open any more, in ms of uptime."""
_MOST_SHOWN: Final = 6
_WHY: Final = {
    CodeVerdict.WRONG: "code-wrong",
    CodeVerdict.REFUSED: "code-refused",
    CodeVerdict.LOCKED: "code-shut",
    CodeVerdict.WAIT: "code-wait",
    CodeVerdict.UNABLE: "code-unable",
}
_LONGEST_TYPED: Final = 20
_IDENTIFIER: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]", re.ASCII).match
_SPACES: Final = str.maketrans("", "", " -")


def awake(state: State, up: int) -> State:
    """The state after what time alone does: nobody came back for what a code opened."""
    if state.opening is None or up - state.opening.up < OPEN_MS:
        return state
    return replace(state, opening=None)


def enter(state: State, text: str, now: Moment) -> Step | None:
    """A reading that may be digits. None: it is none, or nobody collects."""
    if state.verb != VERB or state.counting:
        return None
    code = codes.read(text)
    if code is not None and code.name == "OK" and code.value is None and state.digits:
        return _entered(replace(state, digits=""), state.digits, now)
    if code is not None and code.name == "D":
        return _more(state, code.value or "")
    typed = _unmarked(text) if code is None else code.value if code.name == "KEY" else None
    digits = (typed or "").translate(_SPACES)
    if not is_digits(digits) or (code is None and len(digits) > CODE_DIGITS):
        return None  # goods, or a code of ours that is typed
    return _entered(replace(state, digits=""), digits, now)


def is_code(text: str, now: Moment) -> bool:
    """Whether what was scanned or typed is a code of this station: nobody's ever becomes a fact.

    A vehicle is no station, and has codes of any.
    """
    code, typed = codes.read(text), _unmarked(text)
    if code is not None:
        typed = (code.value or "") if code.name == "KEY" else ""
    found = read_code(typed) if len(typed) <= _LONGEST_TYPED else None
    if found is None:
        return False
    of_any = now.knows.vehicle is not None and now.knows.station_marked(found.mark) is not None
    return of_any or found.mark in now.knows.marks


def checked(state: State, found: CodeFound, now: Moment) -> Step:
    """What the shell found of a code."""
    if found.verdict is CodeVerdict.RIGHT:
        return _opened(state, found, now)
    if found.verdict is CodeVerdict.USED:
        return _used(state, found, now)
    return _secretly(refused(state, _WHY[found.verdict], minutes=TERMINAL_WINDOW_S // 60))


def take(state: State, goods: Goods, now: Moment) -> Step:
    """One thing was scanned."""
    parcel, opening = goods.label.parcel, state.opening
    if parcel is None:
        return refused(state, "collect-parcel")
    if opening is None:
        return refused(state, "collect-first")
    if parcel not in opening.parcels and parcel not in opening.coming:
        return refused(state, "collect-other", where=_first_shelf(opening, now))
    if is_given(parcel, now.knows):
        return refused(state, "collect-given", parcel=parcel)
    return _handed(state, (goods,), now)


def done(state: State, now: Moment) -> Step:
    """RR:DONE: all that is open, and here, is handed over."""
    opening = state.opening
    parcels = [each for each in opening.parcels if not is_given(each, now.knows)] if opening is not None else []
    if not parcels:
        return refused(replace(state, opening=None), "nothing-to-close")
    raws = [codes.write(codes.PARCEL, parcel) for parcel in parcels]
    return _handed(state, tuple(Goods(labels=(raw,), label=parse(raw), by=state.by) for raw in raws), now)


def _more(state: State, digits: str) -> Step | None:
    if not is_digits(digits):
        return None
    both = state.digits + digits
    if len(both) > CODE_DIGITS:
        return _secretly(refused(replace(state, digits=""), "code-digits"))
    return _secretly((replace(state, digits=both), Outcome(verdict=Verdict.COMMAND, said=_so_many(both))))


def _unmarked(text: str) -> str:
    """What a barcode says, without what the scanner says of the barcode; '' for one of GS1, which is never a code."""
    marked = _IDENTIFIER(text)
    if marked is None:
        return text
    return "" if marked.group() in GS1_IDENTIFIERS else text[marked.end() :]


def _so_many(digits: str) -> tuple[Said, ...]:
    return (said("pin-more", count=len(digits)),)


def _entered(state: State, digits: str, now: Moment) -> Step:
    state = replace(state, last=None, waiting=None)
    if len(digits) == LAST_DIGITS:
        return _named(state, digits, now)
    if len(digits) != CODE_DIGITS:
        return _secretly(refused(state, "code-digits"))
    code = read_code(digits)
    if code is None:
        return _secretly(refused(state, "code-typed"))
    if now.knows.marks and code.mark not in now.knows.marks:
        other = now.knows.station_marked(code.mark)
        name = other.name if other is not None else "?"
        chinese = (other.name_zh if other is not None else "") or name
        return _secretly(refused(state, "code-elsewhere", station=name, station_zh=chinese))
    return state, Outcome(verdict=Verdict.ASK, ask=CheckCode(secret=code.secret), secret=True)


def _named(state: State, last4: str, now: Moment) -> Step:
    """What waits under the last four digits of a number; nothing is opened."""
    found = [each for each in now.knows.parcels_ending(last4) if not is_given(each.id, now.knows)]
    waiting = [each for each in found if whereabouts(each.id, now.knows) is not None]
    if not waiting:
        return _secretly(refused(state, "collect-coming" if found else "collect-nobody", count=len(found)))
    spoken = [_of(each, now) for each in waiting[:_MOST_SHOWN]]
    if len(waiting) > _MOST_SHOWN:
        spoken.append(said("collect-more", count=len(waiting) - _MOST_SHOWN))
    outcome = Outcome(verdict=Verdict.COMMAND, said=tuple(spoken), secret=True, private=True)
    return replace(state, opening=None), outcome


def _of(known: Parcel, now: Moment) -> Said:
    place = shelf_code(known, whereabouts(known.id, now.knows)) or known.id
    return said("collect-here", place=place, who=known.shown or "?")


def _opened(state: State, found: CodeFound, now: Moment) -> Step:
    free = [each for each in found.parcels if not is_given(each, now.knows)]
    here = tuple(each for each in free if whereabouts(each, now.knows) is not None)
    coming = tuple(each for each in free if each not in here)
    way: Literal["code", "proxy"] = "code" if found.proxy is None else "proxy"
    opening = Opening(parcels=here, coming=coming, way=way, up=now.up, proxy=found.proxy, tries=found.tries)
    state = replace(state, opening=opening)
    if not here:
        return _secretly(held(state, "code-coming", count=len(coming)))
    known = [known for each in here if (known := now.knows.parcel(each)) is not None]
    spoken = (said("collect-open", count=len(here)), *(_of(each, now) for each in known[:_MOST_SHOWN]))
    return state, Outcome(verdict=Verdict.COMMAND, said=spoken, secret=True, private=True)


def _used(state: State, found: CodeFound, now: Moment) -> Step:
    if found.at is None:
        return _secretly(refused(state, "code-used"))
    station = now.knows.station(found.site)
    name = station.name if station is not None else found.site or "-"
    chinese = (station.name_zh if station is not None else "") or name
    day = now.knows.today(found.at).day
    return _secretly(refused(state, "code-used-at", day=day, station=name, station_zh=chinese))


def _handed(state: State, many: tuple[Goods, ...], now: Moment) -> Step:
    """Parcels of the open ones leave with who has the code: one fact each."""
    opening = state.opening
    if opening is None:
        return refused(state, "collect-first")
    proof = Proof(way=opening.way, checked=True, proxy=opening.proxy, tries=min(opening.tries, 1000))
    items: list[Fact] = []
    warnings: list[Said] = []
    for goods in many:
        between = ends_of(state, goods, now)
        found = cautions(state, goods, between, None, now)
        task = task_of(state, goods, now)
        warned = codes_of(found)
        items.append(scan(state, goods, now, between=between, owner=None, warned=warned, task=task, proof=proof))
        warnings += [each for each in found if each not in warnings]
    gone = {goods.label.parcel for goods in many}
    parcels = tuple(each for each in opening.parcels if each not in gone)
    coming = tuple(each for each in opening.coming if each not in gone)
    rest = replace(opening, parcels=parcels, coming=coming, up=now.up) if parcels or coming else None
    after = replace(state, opening=rest, n=None, digits="")
    return kept(after, tuple(items), (Trace(),) * len(items), warnings=tuple(warnings))


def _first_shelf(opening: Opening, now: Moment) -> str:
    parcel = next(iter((*opening.parcels, *opening.coming)))
    known = now.knows.parcel(parcel)
    return (shelf_code(known, whereabouts(parcel, now.knows)) if known else "") or parcel


def _secretly(step: Step) -> Step:
    """The digits that were read are shown nowhere."""
    state, outcome = step
    return state, replace(outcome, secret=True)
