"""Command codes: they change what the next scans say, and are no facts themselves. One table, one function each.

Whoever holds something that is not kept yet (goods in hand, parts of a kit) has to place it, or to drop it with
RR:CLEAR or RR:RESET, before verb or task change: nothing is dropped without being told to.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, get_args

import msgspec

from edge.core import collecting, counting, handling_units, kitting, moving, picking, signing_on
from edge.core.dialogue_state import Moment, Outcome, State, Step, Verdict, obeyed, refused
from edge.core.facts import MOST_COUNTED, is_account, unit_account
from edge.core.knowledge import Before, Earlier, PrintHandover
from edge.core.progress import with_progress
from edge.core.verbs import TASK_VERBS, VERBS, End, Family
from wire.actions import JOURNEY
from wire.codes import Code
from wire.messages import Condition, Name

_DIGITS: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
_TASK: Final = re.compile(r"([a-z]+):([A-Za-z0-9-]{1,40})", re.ASCII)
_CONDITIONS: Final = frozenset(get_args(Condition))

Command = Callable[[State, str, Moment], Step]


def command(state: State, code: Code, now: Moment) -> Step:
    """What a command does; one that is none is refused and changes nothing."""
    if code.value is None:
        bare = BARE.get(code.name)
        return bare(state, now) if bare is not None else no_command(state, code)
    valued = VALUED.get(code.name)
    step = valued(state, code.value, now) if valued is not None else None
    return step if step is not None else no_command(state, code)


def no_command(state: State, code: Code) -> Step:
    """It names the code, but never digits, which could be somebody's PIN."""
    shown = "RR:D" if code.name in {"D", "KEY"} else code.text
    return refused(state, "no-command", code=repr(shown)[:80])


def blank(state: State) -> State:
    """The state as configured, with nothing in hand; who is signed on and what can be undone stays."""
    return State(
        work=state.work,
        verb=state.work.do.value,
        done=state.done,
        person=state.person,
        signing=state.signing,
        tries=state.tries,
        seen_up=state.seen_up,
        unsettled=state.unsettled,
        undoable=state.undoable,
    )


def _do(state: State, verb: str, _: Moment) -> Step | None:
    if verb not in VERBS:
        return None
    if state.holds:
        return refused(state, "in-hand")
    return obeyed(_begun(state, verb), f"now-{verb}")


def _begun(state: State, verb: str) -> State:
    """Another verb: what was scanned for the last one alone is gone, and a task that does not go with it too."""
    kind = (state.task or "").partition(":")[0]
    state = handling_units.closed(state)
    return replace(
        state,
        verb=verb,
        chosen=True,
        counting=False,
        source=None if "source" in state.placed else state.source,
        to=None if "to" in state.placed else state.to,
        placed=frozenset(),
        task=state.task if kind in VERBS[verb].tasks else None,
        round=1,
        digits="" if collecting.VERB in {state.verb, verb} else state.digits,
        opening=None,
    )


def _task(state: State, task: str, now: Moment) -> Step | None:
    found = _TASK.fullmatch(task)
    if found is None or found[1] not in TASK_VERBS:
        return None
    if state.holds:
        return refused(state, "in-hand")
    kind, name = found[1], found[2]
    if kind == "pick" and now.knows.pick(name) is None:
        return refused(state, "task-unknown", task=task)
    if kind in {"delivery", "pick", "consignment"}:
        return state, Outcome(verdict=Verdict.ASK, ask=Earlier(task=task))
    return task_begun(state, task, (), now)


def task_begun(state: State, task: str, before: tuple[Before, ...], now: Moment) -> Step:
    """The task goes on from what this device kept for it."""
    kind, _, name = task.partition(":")
    verb = TASK_VERBS[kind]
    state = replace(_begun(state, verb) if verb else state, task=task, skipped=frozenset())
    state = replace(with_progress(state, before, now), last=None)
    unknown = (kind == "delivery" and now.knows.delivery(name) is None) or (
        kind == "consignment" and now.knows.consignment(name) is None
    )
    if unknown and now.knows.version is not None:
        return obeyed(state, "task-not-expected", task=task)
    return obeyed(state, "task", task=task)


def _from(state: State, account: str, now: Moment) -> Step | None:
    return _named(state, End.SOURCE, account, now, sticks=True) if is_account(account) else None


def _to(state: State, account: str, now: Moment) -> Step | None:
    if VERBS[state.verb].action in JOURNEY and account.startswith("transit:") and is_account(account):
        return moving.journey(state, account, now)
    return _named(state, End.TO, account, now, sticks=True) if is_account(account) else None


def place(state: State, code: str, now: Moment) -> Step:
    """RR:L: the end that a place is under the present verb."""
    account, verb = f"place:{code}", VERBS[state.verb]
    if not is_account(account):
        return refused(state, "no-command", code=repr(f"RR:L:{code}")[:80])
    if verb.family is Family.COUNTING and state.hand:
        return refused(state, "count-number")
    if verb.needs is not None and not verb.vehicle and state.hand:
        return _named(state, verb.needs, account, now, sticks=False)
    if not state.chosen and verb.needs is End.TO and not verb.vehicle and state.work.to is None:
        return _named(state, End.TO, account, now, sticks=True)
    end = verb.place
    if verb.family is Family.PACKING and state.unit is not None and end is End.TO and state.verb == "pack":
        end = End.SOURCE
    step = _named(state, end, account, now, sticks=True)
    return replace(step[0], placed=step[0].placed | {end.value}), step[1]


def _named(state: State, end: End, account: str, now: Moment, *, sticks: bool) -> Step:
    """An end is named. Goods in hand that waited for it are kept."""
    named = replace(
        state,
        source=account if end is End.SOURCE else state.source,
        to=account if end is End.TO else state.to,
        placed=state.placed - {end.value},
    )
    if state.unit is not None and unit_account(state.unit) not in {named.source, named.to}:
        named = replace(named, unit=None)
    if not state.hand or moving.waits(named) or VERBS[state.verb].family is Family.COUNTING:
        return obeyed(named, f"now-{'from' if end is End.SOURCE else 'to'}", place=account)
    if VERBS[state.verb].family is Family.PACKING and named.to is None:
        return obeyed(named, "now-from", place=account)
    after, outcome = moving.keep(named, state.hand, now)
    if outcome.verdict is Verdict.REFUSED:
        return state, outcome
    return (after if sticks else replace(after, source=state.source, to=state.to)), outcome


def _n(state: State, digits: str, now: Moment) -> Step | None:
    if not _DIGITS.fullmatch(digits) or int(digits) > MOST_COUNTED:
        return None
    return _numbered(replace(state, digits=""), int(digits), now)


def _digit(state: State, digits: str, _: Moment) -> Step | None:
    if not _DIGITS.fullmatch(digits):
        return None
    both = state.digits + digits
    if len(both) > 10 or int(both) > MOST_COUNTED:
        return refused(state, "digits-many", most=MOST_COUNTED)
    return obeyed(replace(state, digits=both), "digits", digits=both)


def _ok(state: State, now: Moment) -> Step:
    if state.digits:
        return _numbered(replace(state, digits=""), int(state.digits), now)
    return refused(state, "nothing-to-confirm")


def _numbered(state: State, n: int, now: Moment) -> Step:
    if state.verb == "count" and state.hand:
        return counting.numbered(state, n, now)
    return obeyed(replace(state, n=n), "quantity-next", n=n)


def _done(state: State, now: Moment) -> Step:
    """Close what is open: what a code opened, a kit, a unit, else the task. A vehicle's own device sets it going."""
    verb = VERBS[state.verb]
    if state.opening is not None:
        return collecting.done(state, now)
    if verb.action in JOURNEY and (state.work.to or "").startswith("transit:"):
        return moving.journey(state, state.work.to or "", now)
    if verb.family is Family.KITTING and state.holds:
        return kitting.finish(state, now)
    if state.unit is not None or (state.verb == "pack" and state.hand):
        return handling_units.close(state)
    return _task_closed(state)


def _task_closed(state: State) -> Step:
    if state.hand:
        return refused(state, "in-hand")
    if state.task is None and state.round == 1:
        return refused(state, "nothing-to-close")
    closed = replace(state, task=None, round=1, skipped=frozenset(), naming=False)
    return obeyed(closed, "task-closed", task=state.task or "")


def _clear(state: State, _: Moment) -> Step:
    cleared = replace(
        state, n=None, digits="", counting=False, naming=False, hand=(), made=None, parts=(), waiting=None, opening=None
    )
    return obeyed(cleared, "cleared")


def _owner(state: State, owner: str, _: Moment) -> Step | None:
    try:
        msgspec.convert(owner, type=Name)
    except msgspec.ValidationError:
        return None
    return obeyed(replace(state, owner=owner), "owner", owner=owner)


def _condition(state: State, condition: str, _: Moment) -> Step | None:
    if condition not in _CONDITIONS:
        return None
    named = msgspec.convert(condition, type=Condition)
    return obeyed(replace(state, condition=named), "condition", condition=condition)


def _handover(state: State, _: Moment) -> Step:
    state, outcome = obeyed(state, "handover")
    return state, Outcome(verdict=outcome.verdict, said=outcome.said, prints=(PrintHandover(by=state.by),))


VALUED: Final[dict[str, Callable[[State, str, Moment], Step | None]]] = {
    "DO": _do,
    "T": _task,
    "L": place,
    "FROM": _from,
    "TO": _to,
    "N": _n,
    "D": _digit,
    "OWNER": _owner,
    "CONDITION": _condition,
    "B": signing_on.badge,
}
"""Commands with a value; None: the value is not one of theirs."""

BARE: Final[dict[str, Callable[[State, Moment], Step]]] = {
    "OK": _ok,
    "DONE": _done,
    "CLEAR": _clear,
    "COUNT": lambda state, _: obeyed(replace(state, counting=True), "count-next"),
    "RECOUNT": lambda state, _: counting.again(state),
    "NEW": lambda state, _: handling_units.new(state),
    "UNIT": lambda state, _: handling_units.name(state),
    "SKIP": picking.skip,
    "OWNER": lambda state, _: obeyed(replace(state, owner=None), "owner-none"),
    "HANDOVER": _handover,
    "OFF": lambda state, _: signing_on.off(state),
    "RESET": lambda state, _: obeyed(blank(state), "as-configured"),
}
"""Commands without a value. RR:UNDO is the dialogue's own."""
