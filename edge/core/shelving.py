"""What a parcel is called for by at its station: the shelf code, said and printed when it is put on its shelf.

A shelf code is the bin and the parcel's number, `A-2-417`. The label bears the masked name and the last four digits of
the telephone number: who prints looks them up, so that they wait in no queue.
"""

from dataclasses import replace
from typing import Final

from edge.core.dialogue_state import Goods, Moment, Said, Step, said
from edge.core.parcels import PrintShelf, shelf_code
from wire.messages import Scan

SHELVES: Final = frozenset({"put-away", "move"})

Shelf = tuple[PrintShelf, Said]


def shelved(verb: str, item: Scan, goods: Goods, now: Moment) -> list[Shelf]:
    """What follows from a parcel that was put on a shelf of the station that it is for; nothing of any other."""
    parcel, site = goods.label.parcel, now.knows.site
    known = now.knows.parcel(parcel) if verb in SHELVES and parcel is not None else None
    if (
        known is None
        or site is None
        or known.state == "elsewhere"
        or not (item.to or "").startswith(f"place:{site.id}/")
    ):
        return []
    code = shelf_code(known, item.to)
    spoken = said("shelf-code", code=code, who=known.shown, last4=known.last4)
    return [(PrintShelf(parcel=known.id, code=code), spoken)] if known.person else []


def with_labels(step: Step, shelves: list[Shelf]) -> Step:
    """The step with what is printed and said of these parcels."""
    state, outcome = step
    prints = (*outcome.prints, *(sheet for sheet, _ in shelves))
    spoken = (*outcome.said, *(spoken for _, spoken in shelves))
    return state, replace(outcome, prints=prints, said=spoken, private=True)
