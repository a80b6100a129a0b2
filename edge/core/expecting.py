"""What a dialogue expects next, for a display and for status.json. In a count it never says a number that is known."""

from edge.core.dialogue_state import Moment, Said, State, said
from edge.core.facts import ends, here
from edge.core.handling_units import number
from edge.core.knowledge import Knowledge
from edge.core.moving import waits
from edge.core.parcels import shelf_code, whereabouts
from edge.core.picking import list_of, named, proposal
from edge.core.verbs import VERBS, End, Family


def expects(state: State, *, at: int, up: int, knows: Knowledge) -> Said:
    """The one thing to do next."""
    if state.signing is not None:
        return said("expect-pin", name=state.signing.name)
    if state.work.sign_on and state.person is None:
        return said("expect-sign-on")
    if state.waiting is not None:
        return said("expect-partner")
    if state.digits and state.verb == "collect":
        return said("pin-more", count=len(state.digits))
    if state.digits:
        return said("expect-confirm", digits=state.digits)
    return _of_family(state, Moment(at=at, up=up, knows=knows))


def _of_family(state: State, now: Moment) -> Said:
    match VERBS[state.verb].family:
        case Family.COUNTING:
            return _counting(state)
        case Family.KITTING:
            return _kitting(state)
        case Family.PACKING:
            return _packing(state)
        case Family.COLLECTING:
            return _collecting(state, now)
        case Family.PICKING if list_of(state, now.knows) is not None:
            return _picking(state, now)
        case _:
            return _moving(state)


def _counting(state: State) -> Said:
    if state.hand:
        return said("expect-number")
    return _goods(state) if here(state) else said("expect-where", verb=state.verb)


def _kitting(state: State) -> Said:
    if state.made is not None:
        return said("expect-parts", count=len(state.parts))
    return said("expect-whole" if here(state) else "expect-where", verb=state.verb)


def _packing(state: State) -> Said:
    if state.unit is not None and not state.hand:
        return said("expect-contents", sscc=number(state.unit))
    if state.hand:
        return said("expect-unit-done", count=len(state.hand))
    return said("expect-unit", verb=state.verb) if state.chosen else _goods(state)


def _collecting(state: State, now: Moment) -> Said:
    if state.opening is None:
        return said("expect-code")
    return said("expect-open", count=len(state.opening.parcels), where=shelves(state.opening.parcels, now.knows))


def shelves(parcels: tuple[str, ...], knows: Knowledge) -> str:
    """The shelf codes of parcels, for people; of one that has none, its id."""
    found = []
    for parcel in parcels:
        known = knows.parcel(parcel)
        found.append((shelf_code(known, whereabouts(parcel, knows)) if known else "") or parcel)
    return ", ".join(found)


def _picking(state: State, now: Moment) -> Said:
    due = proposal(state, now)
    if due is None:
        return said("expect-picked")
    return said("expect-pick", n=due.left, **named(due, now.knows))


def _moving(state: State) -> Said:
    verb = VERBS[state.verb]
    if state.hand:
        return said("expect-vehicle" if verb.vehicle else "expect-place", verb=state.verb, count=len(state.hand))
    if waits(state) and verb.needs is End.TO and not verb.vehicle and ends(state)[0] is None and state.work.to is None:
        return said("expect-source", verb=state.verb)
    if verb.place is End.TO and state.chosen and ends(state)[1] is None:
        return said("expect-where", verb=state.verb)
    return _goods(state)


def _goods(state: State) -> Said:
    return said("expect-goods", verb=state.verb)
