r"""Signing on at a shared device: a badge, then a PIN, then RR:OK. Everything here works without a network.

    nobody --badge--> PIN --RR:OK, right--> signed on --RR:OFF, idle--> nobody
                       ^ \--wrong--> PIN; too often (edge.core.lockout): locked, nothing is tried for a while
                       \--another badge, also while someone is signed on: that one is signed off at once

PIN digits come by cards (RR:D:<digit>) or typed, in one line or several. They stand in the state until they are
checked, and nowhere else. Wrong PINs are counted per badge; no reset, sign-off or other badge forgets them.
"""

from dataclasses import replace
from typing import Final

from edge.core.dialogue_state import Moment, Outcome, Person, Signing, State, Step, Verdict, said
from edge.core.knowledge import CheckPin, PinVerdict
from edge.core.lockout import FREE, Tried, attempted, wait_ms
from wire import codes
from wire.checkdigits import is_digits
from wire.codes import Code

PIN_DIGITS: Final = range(4, 13)
UNFINISHED_MS: Final = 2 * 60_000
"""After so long without a reading a badge without its PIN is forgotten, in ms of uptime."""
MOST_BADGES: Final = 100
"""Badges whose wrong PINs are remembered; of more the oldest is forgotten."""
OPEN: Final = frozenset({codes.PERSON, "OFF"})
"""What is obeyed while nobody is signed on and somebody has to be, or while a PIN is awaited."""


def is_open(code: Code | None) -> bool:
    """Whether a code is obeyed while nobody is signed on: also a badge that is typed because it is torn."""
    if code is not None and code.name == "KEY":
        code = codes.typed(code.value or "")
    return code is not None and code.name in OPEN


def awake(state: State, up: int, *, touched: bool = True) -> State:
    """The state after what time alone does: an idle person is signed off, an unfinished badge forgotten.

    `touched`: there is a reading, so the time begins anew.
    """
    if state.person is None and state.signing is None:
        return state
    idle = up - state.seen_up
    if state.person is not None and 0 < state.work.idle_ms <= idle:
        state = _gone(state)
    if state.signing is not None and idle >= UNFINISHED_MS:
        state = replace(state, signing=None)
    return replace(state, seen_up=up) if touched else state


def admitted(state: State, now: Moment) -> State:
    """The state with nobody signed on whose badge the hub took back meanwhile. Where nothing is known, nobody was."""
    person = state.person
    if person is None or now.knows.version is None:
        return state
    known = now.knows.badge(person.badge)
    return state if known is not None and known.name == person.name else _gone(state)


def badge(state: State, code: str, now: Moment) -> Step:
    """A badge was scanned."""
    known = now.knows.badge(code)
    if known is None:
        return _refused(state, "badge-unknown")
    state = _gone(state) if state.person is not None else state
    state = replace(state, signing=Signing(badge=code, name=known.name), seen_up=now.up)
    wait = _wait_s(state, code, now.up)
    return _refused(state, "pin-locked", seconds=wait) if wait else _obeyed(state, "pin", name=known.name)


def enter(state: State, text: str, now: Moment) -> Step | None:
    """A reading while a PIN is awaited. None: none is, or the reading ends the waiting."""
    signing = state.signing
    if signing is None:
        return None
    code = codes.read(text)
    digits = text if code is None else code.value if code.name in {"D", "KEY"} else None
    if code is not None and code.name == "OK" and code.value is None:
        return _check(state, signing, now)
    if code is not None and code.name in OPEN:
        return None
    if digits is None or not is_digits(digits):
        return _refused(state, "pin-first", name=signing.name)
    if len(signing.pin) + len(digits) > PIN_DIGITS[-1]:
        return _refused(replace(state, signing=replace(signing, pin="")), "pin-length")
    state = replace(state, signing=replace(signing, pin=signing.pin + digits))
    return _obeyed(state, "pin-more", count=len(signing.pin) + len(digits))


def checked(state: State, ask: CheckPin, verdict: PinVerdict, up: int) -> Step:
    """What the shell found of the PIN."""
    signing = state.signing
    if signing is None or signing.badge != ask.badge:
        return _refused(state, "badge-first")
    state = replace(state, signing=replace(signing, pin=""))
    match verdict:
        case PinVerdict.RIGHT:
            person = Person(badge=signing.badge, name=signing.name)
            state = replace(state, signing=None, person=person, tries=_others(state, ask.badge))
            return _obeyed(state, "signed-on", name=person.name)
        case PinVerdict.WRONG:
            tried = attempted(_tried(state, ask.badge), boot="", up=up)
            state = replace(state, tries=(*_others(state, ask.badge), (ask.badge, tried))[-MOST_BADGES:])
            wait = _wait_s(state, ask.badge, up)
            return (
                _refused(state, "pin-locked", seconds=wait)
                if wait
                else _refused(state, "pin-wrong", left=FREE - tried.failures)
            )
        case PinVerdict.LOCKED:
            return _refused(state, "pin-locked-here")
        case PinVerdict.UNKNOWN:
            return _refused(replace(state, signing=None), "badge-unknown")
        case _:
            return _refused(state, "pin-unable")


def off(state: State) -> Step:
    """RR:OFF: nobody is signed on, no badge waits for its PIN. Whoever may place what is in hand does that first."""
    may_place = state.signing is None and (state.person is not None or not state.work.sign_on)
    if state.holds and may_place:
        return _refused(state, "in-hand")
    return _obeyed(replace(_gone(state), signing=None), "signed-off")


def returned(before: State, now: State) -> State:
    """The state before practice, with whoever is signed on when it ends, and what was tried meanwhile."""
    state = before if now.person == before.person else replace(_gone(before), signing=None, person=now.person)
    return replace(state, seen_up=now.seen_up, tries=now.tries)


def _gone(state: State) -> State:
    """Nobody is here any more. What a person said of the very next goods is not said of the next person's."""
    return replace(
        state,
        person=None,
        n=None,
        digits="",
        counting=False,
        naming=False,
        owner=None,
        condition="good",
        waiting=None,
        last=None,
        opening=None,
    )


def _check(state: State, signing: Signing, now: Moment) -> Step:
    wait = _wait_s(state, signing.badge, now.up)
    if wait:
        return _refused(replace(state, signing=replace(signing, pin="")), "pin-locked", seconds=wait)
    if len(signing.pin) not in PIN_DIGITS:
        return _refused(replace(state, signing=replace(signing, pin="")), "pin-length")
    return state, Outcome(verdict=Verdict.ASK, ask=CheckPin(badge=signing.badge, pin=signing.pin), secret=True)


def _wait_s(state: State, code: str, up: int) -> int:
    return -(-wait_ms(_tried(state, code), boot="", up=up) // 1000)


def _tried(state: State, code: str) -> Tried:
    return next((tried for badge, tried in state.tries if badge == code), Tried())


def _others(state: State, code: str) -> tuple[tuple[str, Tried], ...]:
    return tuple(each for each in state.tries if each[0] != code)


def _refused(state: State, code: str, /, **values: str | int) -> Step:
    return state, Outcome(verdict=Verdict.REFUSED, said=(said(code, **values),), secret=True)


def _obeyed(state: State, code: str, /, **values: str | int) -> Step:
    return state, Outcome(verdict=Verdict.COMMAND, said=(said(code, **values),), secret=True)
