"""Picking by a list: the dialogue proposes line by line what to take and from where, first expired first.

What is scanned has to fit a line that is still open: goods, lot and owner. Else nothing is done and the person is
told what was expected: the wrong goods are put back, so no fact is lost by it. More than the line asks for, another
place than the line names and what is wrong with the lot itself (expired, recalled) is kept with a warning.

Without a list (RR:DO:pick) goods move from the place to wherever was scanned, like any others.
"""

from dataclasses import dataclass, replace

from edge.core import moving
from edge.core.cautions import cautions, codes_of
from edge.core.dialogue_state import Goods, Moment, Said, State, Step, Trace, done_of, held, kept, obeyed, refused, said
from edge.core.facts import MOST_MOVED, bin_owner, ends, is_too_large, owner_of, scan
from edge.core.knowledge import Knowledge
from edge.core.labelling import goods_key, pieces
from edge.core.verbs import OVER, WRONG_PLACE
from wire.sitedata import LotNote, PickLine, PickList


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What to take next: so many of a line, and the bin and lot that are due first, where that is known."""

    line: PickLine
    left: int
    bin: str | None
    lot: str
    expiry: int | None


def list_of(state: State, knows: Knowledge) -> PickList | None:
    """The list of the task, if the device has it."""
    kind, _, name = (state.task or "").partition(":")
    return knows.pick(name) if kind == "pick" else None


def open_lines(state: State, picks: PickList) -> tuple[PickLine, ...]:
    """The lines that lack something; those that the person passed over come last."""
    lacking = [line for line in picks.lines if done_of(state, _key(line)) < line.n]
    return tuple(sorted(lacking, key=lambda line: line.line in state.skipped))


def proposal(state: State, now: Moment) -> Proposal | None:
    """What to take next; None: nothing is left, or there is no list."""
    picks = list_of(state, now.knows)
    lines = open_lines(state, picks) if picks is not None else ()
    if not lines:
        return None
    line = lines[0]
    today = now.knows.today(now.at).day
    fitting = (
        each
        for each in now.knows.standing(line.gtin)
        if each.condition == "good"
        and line.lot in {"", each.lot}
        and line.owner in {"", each.owner}
        and line.bin in {None, each.bin}
        and (each.expiry is None or each.expiry >= today)
        and _may_be_used(now.knows.lot(line.gtin, each.lot), today)
    )
    first = next(fitting, None)
    return Proposal(
        line=line,
        left=line.n - done_of(state, _key(line)),
        bin=line.bin or (first.bin if first else None) or None,
        lot=line.lot or (first.lot if first else ""),
        expiry=line.expiry or (first.expiry if first else None),
    )


def _may_be_used(note: LotNote | None, today: int) -> bool:
    return note is None or (note.state == "ok" and (note.expiry is None or note.expiry >= today))


def line_of(state: State, goods: Goods, owner: str | None, knows: Knowledge) -> str:
    """Which line a pick counted towards that was kept before; '' if none fits any more."""
    picks, key = list_of(state, knows), goods_key(goods.label, knows)
    lines = (
        line
        for line in (picks.lines if picks else ())
        if line.gtin == key and line.lot in {"", goods.label.lot} and line.owner in {"", owner}
    )
    fitting = sorted(lines, key=lambda line: done_of(state, _key(line)) >= line.n)
    return _key(fitting[0]) if fitting else ""


def take(state: State, goods: Goods, now: Moment) -> Step:
    """One thing was scanned."""
    picks = list_of(state, now.knows)
    if picks is None and state.task is not None and state.task.startswith("pick:"):
        return refused(state, "task-unknown", task=state.task)  # it was closed meanwhile
    if picks is None:
        return moving.take(state, goods, now)
    n = moving.quantity(state)
    if not 1 <= n <= MOST_MOVED:
        return refused(state, "quantity", n=n, most=MOST_MOVED)
    goods = replace(goods, n=n)
    return _picked(state, goods, picks, now)


def _picked(state: State, goods: Goods, picks: PickList, now: Moment) -> Step:
    if goods.label.handling_unit is not None:
        return refused(state, "pick-unit")
    key = goods_key(goods.label, now.knows)
    lines = [line for line in open_lines(state, picks) if line.gtin == key]
    if not lines:
        return refused(state, "pick-wrong-item", **_due(state, now))
    if goods.label.lot is None and all(line.lot for line in lines):
        return held(state, "pick-lot", lot=lines[0].lot)
    lines = [line for line in lines if line.lot in {"", goods.label.lot}]
    if not lines:
        return refused(state, "pick-wrong-lot", **_due(state, now))
    source = ends(state)[0]
    known = bin_owner(source, now.knows) or state.owner
    fitting = [line for line in lines if known is None or line.owner in {"", known}]
    if not fitting:
        return refused(state, "pick-wrong-owner", owner=lines[0].owner, other=known or "")
    return _kept(state, goods, fitting[0], picks, now)


def skip(state: State, now: Moment) -> Step:
    """RR:SKIP: the proposed line comes later."""
    due = proposal(state, now)
    if due is None:
        return refused(state, "pick-nothing")
    skipped = state.skipped | {due.line.line}
    return obeyed(replace(state, skipped=skipped), "pick-skipped", line=due.line.line)


def _kept(state: State, goods: Goods, line: PickLine, picks: PickList, now: Moment) -> Step:
    named = place_of(line.bin, now.knows)
    between = (state.source or named or ends(state)[0], picks.to)
    owner = line.owner or owner_of(state, goods, between, now)
    found: list[Said] = list(cautions(state, goods, between, owner, now))
    if named is not None and state.source is not None and state.source != named:
        found.append(said(WRONG_PLACE, place=state.source.removeprefix("place:"), why="other-bin"))
    total = done_of(state, _key(line)) + pieces(goods)
    if total > line.n:
        found.append(said(OVER, done=total, n=line.n))
    item = scan(state, goods, now, between=between, owner=owner, warned=codes_of(tuple(found)))
    if is_too_large(item, goods):
        return refused(state, "too-large")
    trace = Trace(task=state.task, key=_key(line), n=pieces(goods))
    return kept(replace(state, n=None, digits=""), (item,), (trace,), warnings=tuple(found))


def place_of(code: str | None, knows: Knowledge) -> str | None:
    """The account of a bin of this site."""
    return f"place:{knows.site.id}/{code}" if code and knows.site is not None else None


def _key(line: PickLine) -> str:
    return f"line:{line.line}"


def _due(state: State, now: Moment) -> dict[str, str]:
    due = proposal(state, now)
    return named(due, now.knows) if due else {"goods": "-", "goods_zh": "-", "lot": "-", "place": "-"}


def named(due: Proposal, knows: Knowledge) -> dict[str, str]:
    """A proposal in words: goods in both languages, lot and place."""
    article = knows.article(due.line.gtin)
    name = article.name if article is not None else due.line.gtin
    chinese = article.name_zh if article is not None and article.name_zh else name
    return {"goods": name, "goods_zh": chinese, "lot": due.lot or "-", "place": due.bin or "-"}
