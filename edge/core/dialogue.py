"""The dialogue at a scanner: what a person reads becomes facts, and command codes steer what the next facts say.

Command codes (Code 128 or any other symbology), printed on a card beside the scanner:

    RR:DO:<action>      what the next scans do (wire.actions.Action)
    RR:FROM:<account>   where the goods come from, until changed
    RR:TO:<account>     where the goods go to, until changed
    RR:N:<digits>       quantity of the next scan only
    RR:COUNT            the next scan is a count: RR:N of it are at the RR:TO place (else the configured one)
    RR:UNDO             voids the latest fact of this scanner that is not voided yet; again: the one before
    RR:RESET            back to what is configured

A fact has no position before its commit. So an undo of a fact that is not committed yet answers SETTLE: commit
what there is, tell `committed`, and step again. If a commit fails, go back to the state before the first of its
readings: commands of that group have not happened either.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from edge.frames.scanner import Reading
from wire.actions import ENDS, Action
from wire.codec import encode_item
from wire.limits import ITEM_BYTES
from wire.messages import Account, Count, Scan, Void

UNDO_DEPTH: Final = 100
"""How many facts an undo can reach back."""

_COMMAND: Final = re.compile(r"(?:\][A-Za-z][0-9A-Za-z])?RR:([^:]*)(?::(.*))?", re.DOTALL)
_ACTIONS: Final = {action.value: action for action in Action}
_DIGITS: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
_MOST_MOVED: Final = 1_000_000
_MOST_COUNTED: Final = 1_000_000_000
_SURELY_SMALL: Final = ITEM_BYTES // 8


class Place(Protocol):
    """Where a committed fact stands: its stream and its sequence in the facts lane."""

    @property
    def stream(self) -> str: ...
    @property
    def seq(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is configured for a scanner."""

    do: Action
    source: str | None = None
    to: str | None = None
    owner: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the dialogue stands. `source`, `to` and `n` are what was scanned, None where nothing was.

    `unsettled` counts facts that are built and not committed; `undoable` are (stream, sequence), newest last.
    """

    work: Work
    do: Action
    source: str | None = None
    to: str | None = None
    n: int | None = None
    counting: bool = False
    unsettled: int = 0
    undoable: tuple[tuple[str, int], ...] = ()


class Verdict(StrEnum):
    """How a reading is answered."""

    FACT = "fact"
    COMMAND = "command"
    REFUSED = "refused"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a reading comes to: `item` with FACT, `why` (a sentence for the log) with REFUSED and COMMAND."""

    verdict: Verdict
    item: Scan | Count | Void | None = None
    why: str = ""


_SETTLE: Final = Outcome(verdict=Verdict.SETTLE)


def begin(work: Work) -> State:
    """The state of a scanner that was just switched on."""
    return State(work=work, do=work.do)


def committed(state: State, places: tuple[Place, ...] | list[Place]) -> State:
    """The state after the commit of the facts built since the last one; `places` are theirs, without those of voids."""
    undoable = (*state.undoable, *((place.stream, place.seq) for place in places))
    return replace(state, unsettled=0, undoable=undoable[-UNDO_DEPTH:])


def step(state: State, reading: Reading, *, at: int, up: int) -> tuple[State, Outcome]:
    """What one reading does. `at` is Unix time, `up` uptime, both in ms."""
    if "RR:" in reading.text[:6] and (found := _COMMAND.fullmatch(reading.text)):
        return _command(state, found[1], found[2], at=at, up=up)
    return _fact(state, reading, at=at, up=up)


def ends(state: State) -> tuple[str | None, str | None]:
    """The accounts that the next fact names.

    What was scanned stands. What is configured is meant for the configured action. Under another one, an end that
    the action fixes itself (damage, hand-over, return) is left to it, and the configured place, where the scanner
    stands, is the end that nothing else names: after RR:DO:put-away and RR:TO, goods come from there.
    """
    work, rule = state.work, ENDS[state.do]
    if state.do is work.do:
        return state.source or work.source, state.to or work.to
    if rule.to is not None:
        return state.source or work.source or work.to, state.to
    if rule.source is not None:
        return state.source, state.to or work.to or work.source
    source = state.source or work.source or (work.to if state.to else None)
    to = state.to or work.to or (work.source if state.source else None)
    return source, to


def _fact(state: State, reading: Reading, *, at: int, up: int) -> tuple[State, Outcome]:
    work = state.work
    item: Scan | Count
    if state.counting:
        where = state.to or work.to or work.source
        if state.n is None:
            return state, _refused("a count needs its number: scan RR:N:<digits> first")
        if where is None:
            return state, _refused("a count needs its place: scan RR:TO:<account> first")
        item = Count(
            at=at,
            up=up,
            where=where,
            labels=(reading.text,),
            n=state.n,
            owner=work.owner,
            by=work.by,
            text=reading.encoding,
        )
    else:
        source, to = ends(state)
        n = 1 if state.n is None else state.n
        if not 1 <= n <= _MOST_MOVED:
            return state, _refused(f"a scan moves 1 to {_MOST_MOVED} pieces, not {n}: scan RR:N:<digits> or RR:RESET")
        item = Scan(
            at=at,
            up=up,
            do=state.do,
            labels=(reading.text,),
            source=source,
            to=to,
            n=n,
            owner=work.owner,
            by=work.by,
            text=reading.encoding,
        )
    if len(reading.data) > _SURELY_SMALL and len(encode_item(item)) > ITEM_BYTES:
        return state, _refused(f"the label makes an item of more than {ITEM_BYTES} bytes")
    if state.counting or state.n is not None:
        return replace(state, n=None, counting=False, unsettled=state.unsettled + 1), _built(item)
    return replace(state, unsettled=state.unsettled + 1), _built(item)


def _command(state: State, name: str, value: str | None, *, at: int, up: int) -> tuple[State, Outcome]:
    match name, value:
        case "DO", str(action) if action in _ACTIONS:
            state, why = replace(state, do=_ACTIONS[action]), f"now: {action}"
        case "FROM", str(account) if _is_account(account):
            state, why = replace(state, source=account), f"now from {account}"
        case "TO", str(account) if _is_account(account):
            state, why = replace(state, to=account), f"now to {account}"
        case "N", str(digits) if _DIGITS.fullmatch(digits) and int(digits) <= _MOST_COUNTED:
            state, why = replace(state, n=int(digits)), f"the next scan: {int(digits)} pieces"
        case "COUNT", None:
            state, why = replace(state, counting=True), "the next scan is a count"
        case "RESET", None:
            fresh = begin(state.work)
            state, why = replace(fresh, unsettled=state.unsettled, undoable=state.undoable), "as configured"
        case "UNDO", None:
            return _undo(state, at=at, up=up)
        case _:
            return state, _refused(f"no command: {_shown(name, value)}")
    return state, Outcome(verdict=Verdict.COMMAND, why=why)


def _undo(state: State, *, at: int, up: int) -> tuple[State, Outcome]:
    if state.unsettled:
        return state, _SETTLE
    if not state.undoable:
        return state, _refused("nothing to undo since this agent started")
    stream, seq = state.undoable[-1]
    void = Void(at=at, up=up, stream=stream, seq=seq, by=state.work.by)
    return replace(state, undoable=state.undoable[:-1]), _built(void)


def _is_account(text: str) -> bool:
    try:
        msgspec.convert(text, type=Account)
    except msgspec.ValidationError:
        return False
    return True


def _built(item: Scan | Count | Void) -> Outcome:
    return Outcome(verdict=Verdict.FACT, item=item)


def _refused(why: str) -> Outcome:
    return Outcome(verdict=Verdict.REFUSED, why=why)


def _shown(name: str, value: str | None) -> str:
    return repr(f"RR:{name}" if value is None else f"RR:{name}:{value}")[:80]
