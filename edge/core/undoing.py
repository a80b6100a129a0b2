"""Undo: what is not kept yet is put down, what is kept is voided by a fact of its own."""

from dataclasses import replace

from edge.core.dialogue_state import Moment, Outcome, State, Step, Trace, Undoable, Verdict, counted, obeyed, refused
from wire.messages import Void


def undo(state: State, now: Moment) -> Step:
    """RR:UNDO: the latest label that waits, the latest goods in hand, else the latest fact; again: the one before."""
    if state.waiting is not None:
        return obeyed(replace(state, waiting=None), "undone-label")
    if state.holds:
        return _put_down(state)
    if state.unsettled:
        return state, Outcome(verdict=Verdict.SETTLE)
    if not state.undoable:
        return refused(state, "nothing-to-undo")
    return void(state, now)


def _put_down(state: State) -> Step:
    if state.parts:
        return obeyed(replace(state, parts=state.parts[:-1]), "undone-hand", count=len(state.parts) - 1)
    if state.made is not None:
        return obeyed(replace(state, made=None), "undone-hand", count=0)
    return obeyed(replace(state, hand=state.hand[:-1]), "undone-hand", count=len(state.hand) - 1)


def void(state: State, now: Moment) -> Step:
    """The latest committed fact is voided."""
    return _voided(state, state.undoable[-1], now)


def chosen(state: State, stream: str, seq: int, now: Moment) -> Step:
    """A fact that a person chose from a list is voided, also one that this dialogue did not make; again: no harm."""
    if state.unsettled:
        return state, Outcome(verdict=Verdict.SETTLE)
    of_mine = (each for each in state.undoable if (each.stream, each.seq) == (stream, seq))
    return _voided(state, next(of_mine, Undoable(stream=stream, seq=seq, trace=Trace())), now)


def _voided(state: State, which: Undoable, now: Moment) -> Step:
    item = Void(at=now.at, up=now.up, stream=which.stream, seq=which.seq, by=state.by)
    left = tuple(each for each in state.undoable if each is not which)
    state = counted(replace(state, undoable=left), which.trace, -which.trace.n)
    return state, Outcome(verdict=Verdict.FACT, items=(item,))
