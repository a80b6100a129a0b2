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
    state = _standing(state, now)
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
    return _voided(state, state.undoable[-1:], now)


def chosen(state: State, facts: tuple[tuple[str, int], ...], now: Moment) -> Step:
    """Facts that a person chose from a list, by stream and sequence, also of before this run."""
    if state.unsettled:
        return state, Outcome(verdict=Verdict.SETTLE)
    state = _standing(state, now)
    facts = tuple(each for each in facts if not now.knows.undone(*each))
    if not facts:
        return refused(state, "nothing-to-undo")
    mine = {(each.stream, each.seq): each for each in state.undoable}
    which = (mine.get(each) or Undoable(stream=each[0], seq=each[1], trace=Trace()) for each in facts)
    return _voided(state, tuple(which), now)


def _standing(state: State, now: Moment) -> State:
    """Without what was undone elsewhere on this device, which counts for its task no more."""
    gone = tuple(each for each in state.undoable if now.knows.undone(each.stream, each.seq))
    return _without(state, gone) if gone else state


def _without(state: State, gone: tuple[Undoable, ...]) -> State:
    state = replace(state, undoable=tuple(each for each in state.undoable if each not in gone))
    for each in gone:
        state = counted(state, each.trace, -each.trace.n)
    return state


def _voided(state: State, which: tuple[Undoable, ...], now: Moment) -> Step:
    state = _without(state, which)
    items = tuple(Void(at=now.at, up=now.up, stream=each.stream, seq=each.seq, by=state.by) for each in which)
    return state, Outcome(verdict=Verdict.FACT, items=items)
