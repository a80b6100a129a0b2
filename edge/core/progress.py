"""How far a task is at this device, out of the facts that it kept: also after a restart, and at another scanner of it.

Begun anew from the facts each time the task is scanned, so that there is nothing to keep beside them. What other
devices did for the task is not known without the hub.
"""

from dataclasses import replace
from typing import Final

from edge.core.cautions import progress_key
from edge.core.dialogue_state import Goods, Moment, State, Trace, counted
from edge.core.knowledge import Before
from edge.core.labelling import pieces
from edge.core.picking import line_of
from wire.actions import Action
from wire.labels import merge, parse
from wire.messages import Scan, Void

_ANNOUNCED: Final = frozenset({Action.RECEIVE, Action.LOAD, Action.UNLOAD, Action.PACK})


def with_progress(state: State, before: tuple[Before, ...], now: Moment) -> State:
    """The state of a task that begins, with what was done for it and not undone."""
    voided = {(each.item.stream, each.item.seq) for each in before if isinstance(each.item, Void)}
    own = f"{state.task}|"
    state = replace(state, done=tuple(each for each in state.done if not each[0].startswith(own)))
    for each in before:
        item = each.item
        if isinstance(item, Scan) and item.task == state.task and (each.stream, each.seq) not in voided:
            state = _with(state, item, now)
    return state


def _with(state: State, item: Scan, now: Moment) -> State:
    label = merge([parse(raw) for raw in item.labels])
    goods = Goods(labels=item.labels, label=label, n=item.n)
    key = ""
    if item.do in _ANNOUNCED:
        unit = (item.to or "").removeprefix("unit:") if item.do is Action.PACK else None
        key = progress_key(replace(state, verb=item.do.value, unit=unit), goods, now.knows)
    elif item.do is Action.PICK:
        key = line_of(state, goods, item.owner, now.knows)
    return counted(state, Trace(task=state.task, key=key, n=pieces(goods)), pieces(goods))
