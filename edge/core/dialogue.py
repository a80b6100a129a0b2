"""The dialogue at a scanner: what a person reads becomes facts, and command codes steer what the next facts say.

Codes (Code 128 or any other symbology), printed on cards beside the scanner, on places, goods and badges:

    RR:DO:<verb>        what the next scans do (edge.core.verbs)
    RR:T:<task>         the task that they belong to: delivery:ID, pick:ID, count:ID, kit:ID, transfer:ID,
                        consignment:ID
    RR:L:<site>/<bin>   a place: where goods come from or go to, as the verb needs it
    RR:FROM:<account>   where the goods come from, until changed
    RR:TO:<account>     where the goods go to, until changed
    RR:N:<digits>       quantity of the next scan only, or the number of what was just scanned to be counted
    RR:D:<digits>       one digit card of a quantity, a PIN or a collection code
    RR:OK               confirms digits: the quantity, the PIN, or the code
    RR:DONE             closes the kit, the handling unit or the task that is open; hands over what a code opened
    RR:CLEAR            forgets what is not kept yet: digits, quantity, goods in hand
    RR:COUNT            the next scan is a count: RR:N of it are at the RR:TO place (else the configured one)
    RR:RECOUNT          the next counts are of a further round
    RR:NEW              opens a handling unit with a new number, and prints its label
    RR:UNIT             the next SSCC is the handling unit, though goods wait in hand
    RR:SKIP             the proposed line of the pick list comes later
    RR:OWNER:<org>      whose goods these are, where nothing else says it; without a name: no card any more
    RR:CONDITION:<word> what condition the goods are in: good, quarantined, damaged
    RR:G:<code>         goods without a barcode
    RR:P:<id>           a parcel
    RR:KEY:<text>       what a person typed from a torn label
    RR:B:<badge>        a person signs on; RR:D and RR:OK give the PIN
    RR:OFF              nobody is signed on any more
    RR:HANDOVER         prints the slip of the shift
    RR:UNDO             voids the latest fact of this scanner that is not voided yet; again: the one before
    RR:RESET            back to what is configured

A fact has no position before its commit. So an undo of a fact that is not committed yet answers SETTLE: commit
what there is, tell `committed`, and step again. What the dialogue cannot know by itself it answers with ASK: do what
is asked, and `resume` with the answer. If a commit fails, go back to the state before the first of its readings:
commands of that group have not happened either.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from edge.core import collecting, counting, handling_units, kitting, moving, picking, signing_on, steering, undoing
from edge.core.dialogue_state import (
    PARTNER_MS,
    UNDO_DEPTH,
    Fact,
    Goods,
    Last,
    Moment,
    Outcome,
    Place,
    Said,
    State,
    Step,
    Undoable,
    Verdict,
    Work,
    held,
    obeyed,
    refused,
    said,
)
from edge.core.expecting import expects
from edge.core.knowledge import Answer, Ask, CheckPin, Earlier, Knowledge, NothingKnown, PinVerdict
from edge.core.labelling import TypedWrongError, fit, is_bracketed, joined, names_goods, scanned, typed
from edge.core.parcels import CheckCode, CodeFound, CodeVerdict
from edge.core.signing_on import returned
from edge.core.verbs import VERBS, Family
from edge.frames.scanner import Reading
from wire import codes
from wire.codes import Code

__all__ = ["UNDO_DEPTH", "Fact", "Outcome", "Place", "Said", "State", "Verdict", "Work"]
__all__ += ["awake", "begin", "committed", "expects", "practised", "resume", "returned", "said", "step", "undo"]

NOTHING: Final = NothingKnown()

_DIALOGUES: Final[dict[Family, Callable[[State, Goods, Moment], Step]]] = {
    Family.MOVING: moving.take,
    Family.PICKING: picking.take,
    Family.PACKING: handling_units.take,
    Family.COUNTING: counting.take,
    Family.KITTING: kitting.take,
    Family.COLLECTING: collecting.take,
}
_THINGS: Final = frozenset({codes.GOODS, codes.PARCEL})


def begin(work: Work) -> State:
    """The state of a scanner that was just switched on."""
    return State(work=work, verb=work.do.value)


def practised(state: State) -> State:
    """A fresh beginning to practise from: only who is signed on stays, and what PINs were tried."""
    return replace(begin(state.work), person=state.person, seen_up=state.seen_up, tries=state.tries)


def committed(state: State, places: tuple[Place, ...] | list[Place]) -> State:
    """The state after the commit of the facts built since the last one; `places` are theirs, without those of voids."""
    pairs = zip(places, state.unsettled, strict=False)
    fresh = (Undoable(stream=place.stream, seq=place.seq, trace=trace) for place, trace in pairs)
    return replace(state, unsettled=(), undoable=(*state.undoable, *fresh)[-UNDO_DEPTH:])


def awake(state: State, up: int, *, touched: bool = True) -> State:
    """The state after what time alone does; `touched`: there is a reading, so an idle person's time begins anew."""
    return collecting.awake(signing_on.awake(state, up, touched=touched), up)


def step(state: State, reading: Reading, *, at: int, up: int, knows: Knowledge = NOTHING) -> Step:
    """What one reading does. `at` is Unix time, `up` uptime, both in ms."""
    now = Moment(at=at, up=up, knows=knows)
    state = signing_on.admitted(awake(state, up), now)
    pin = signing_on.enter(state, reading.text, now)
    if pin is not None:
        return pin
    code = codes.read(reading.text)
    if state.work.sign_on and state.person is None and not signing_on.is_open(code):
        return state, replace(refused(state, "sign-on-first")[1], secret=True)
    digits = collecting.enter(state, reading.text, now)
    if digits is not None:
        return digits
    if collecting.is_code(reading.text, now):
        return state, replace(refused(state, "code-first")[1], secret=True)
    if code is None:
        return _typed(state, reading.text, now) if is_bracketed(reading.text) else _goods(state, reading, now)
    return _code(state, code, reading, now)


def resume(state: State, ask: Ask, answer: Answer, *, at: int, up: int, knows: Knowledge = NOTHING) -> Step:
    """What a reading that was answered ASK comes to, with what the shell found."""
    if isinstance(ask, CheckPin):
        verdict = answer if isinstance(answer, PinVerdict) else PinVerdict.UNABLE
        return signing_on.checked(state, ask, verdict, up)
    now = Moment(at=at, up=up, knows=knows)
    if isinstance(ask, CheckCode):
        found = answer if isinstance(answer, CodeFound) else CodeFound(verdict=CodeVerdict.UNABLE)
        return collecting.checked(state, found, now)
    if isinstance(ask, Earlier):
        return steering.task_begun(state, ask.task, answer if isinstance(answer, tuple) else (), now)
    sscc = answer if isinstance(answer, str) and not isinstance(answer, PinVerdict) else None
    return handling_units.issued(state, sscc, now)


def undo(state: State, facts: tuple[tuple[str, int], ...], *, at: int, up: int, knows: Knowledge = NOTHING) -> Step:
    """A person chose from a list and wants these committed facts undone, as RR:UNDO would undo the latest."""
    now = Moment(at=at, up=up, knows=knows)
    state = signing_on.admitted(awake(state, up), now)
    if state.work.sign_on and state.person is None:
        return refused(state, "sign-on-first")
    after, outcome = undoing.chosen(replace(state, signing=None), facts, now)
    return (after if outcome.verdict is Verdict.SETTLE else replace(after, last=None)), outcome


def _code(state: State, code: Code, reading: Reading, now: Moment) -> Step:
    if code.fault:
        return steering.no_command(state, code) if code.is_command else refused(state, "bad-code", why=code.fault)
    if code.name in _THINGS:
        return _goods(state, reading, now)
    if code.name == "KEY" and code.value is not None:
        return _typed(state, code.value, now)
    if code.name == "UNDO" and code.value is None:
        after, outcome = undoing.undo(state, now)
    else:
        after, outcome = steering.command(state, code, now)
    settled = outcome.verdict in {Verdict.REFUSED, Verdict.SETTLE}
    return (after if settled else replace(after, last=None)), outcome


def _typed(state: State, text: str, now: Moment) -> Step:
    """What a person typed: goods, or a code of ours with its check digits."""
    code = codes.typed(text)
    if code is not None and not code.fault and code.name not in _THINGS and code.name != "KEY":
        return _code(state, code, Reading(data=b"", text=code.text), now)
    try:
        return _thing(state, typed(text, state.by), now)
    except TypedWrongError as wrong:
        return refused(state, wrong.code, **wrong.values)


def _goods(state: State, reading: Reading, now: Moment) -> Step:
    return _thing(state, scanned(reading, state.by), now)


def _thing(state: State, goods: Goods, now: Moment) -> Step:
    """A label of something: alone, with the partner that waited for it, or as the partner of what came before."""
    if not names_goods(goods.label):
        return _partner(state, goods, now)
    lost: tuple[Said, ...] = ()
    if state.waiting is not None:
        other, up = state.waiting
        if 0 <= now.up - up <= PARTNER_MS and fit(goods, other):
            goods = joined(goods, other)
        else:
            lost = (said("partner-lost"),)
    after, outcome = _taken(state, goods, now)
    return after, replace(outcome, said=(*outcome.said, *lost)) if lost else outcome


def _taken(state: State, goods: Goods, now: Moment) -> Step:
    """What the dialogue of the verb makes of one whole thing; a refusal changes nothing."""
    before = replace(state, last=None, waiting=None)
    family = Family.COUNTING if state.counting else VERBS[state.verb].family
    after, outcome = _DIALOGUES[family](before, goods, now)
    if outcome.verdict not in {Verdict.FACT, Verdict.WARNED, Verdict.HELD}:
        return (after if outcome.verdict is not Verdict.REFUSED else state), outcome
    last = Last(before=before, goods=goods, up=now.up, kept=bool(outcome.items))
    return replace(after, last=last if len(outcome.items) <= 1 else None), outcome


def _partner(state: State, goods: Goods, now: Moment) -> Step:
    """A label that names no goods: see edge.core.labelling."""
    last = state.last
    fresh = last is not None and state.waiting is None and 0 <= now.up - last.up <= PARTNER_MS
    if last is None or not fresh or not fit(last.goods, goods):
        after, outcome = held(replace(state, last=None, waiting=(goods, now.up)), "partner-waits")
        lost = (said("partner-lost"),) if state.waiting is not None else ()
        return after, replace(outcome, said=(*outcome.said, *lost))
    whole = joined(last.goods, goods)
    if not last.kept:
        return _taken(_back(state, last), whole, now)
    if state.unsettled:
        return state, Outcome(verdict=Verdict.SETTLE)
    undone, voided = undoing.void(state, now)
    after, outcome = _taken(_back(undone, last), whole, now)
    if outcome.verdict in {Verdict.FACT, Verdict.WARNED}:
        return after, replace(outcome, items=(*voided.items, *outcome.items))
    if outcome.verdict is Verdict.REFUSED:  # only now it is known that these are the wrong goods
        return _back(undone, last), replace(outcome, verdict=Verdict.WARNED, items=voided.items)
    return obeyed(state, "partner-known")


def _back(state: State, last: Last) -> State:
    """The state before the latest thing was scanned, with what has become of everything before it."""
    return replace(
        last.before,
        undoable=state.undoable,
        unsettled=state.unsettled,
        tries=state.tries,
        seen_up=state.seen_up,
        done=state.done,
    )
