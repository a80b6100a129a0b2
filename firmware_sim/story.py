"""What is scanned in a relief operation: label texts, and the codes that steer a terminal. Pure.

A person at a terminal reads steering codes, then the labels of the goods; before a label that stands for more than
one piece the quantity. So every task names all that it does and leans on no default of the terminal:

    [RR:RESET] [RR:T:<task>] RR:DO:<verb> [RR:OWNER:<org>] [RR:L:<place>] [RR:FROM:<account>] [RR:TO:<account>]
    [RR:N:<pieces>] <label> ...   quantities and PINs also by digit cards: RR:D:2 RR:D:4 RR:D:0 RR:OK
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firmware_sim.gs1 import element_string, six_digits
from firmware_sim.world import Item, Lot, World

DONOR_IN = "virtual:donor-in"
WITH_RECIPIENT = "virtual:with-recipient"
NEW_UNIT = "RR:NEW"
"""Opens a handling unit with a number that the terminal gives; the answer ACK says that the unit is kept."""
MOST_GOODS = 64
"""In one round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What one scan stands for: a label and how many pieces of it."""

    label: str
    pieces: int


def label(item: Item, *, lot: Lot | None = None, serial: str | None = None) -> str:
    """The GS1 element string on a label: GTIN, expiry date, lot, serial number, as far as there are any."""
    elements = [("01", item.gtin)]
    if lot is not None and lot.expiry is not None:
        elements.append(("17", six_digits(lot.expiry)))
    if lot is not None:
        elements.append(("10", lot.code))
    if serial is not None:
        elements.append(("21", serial))
    return element_string(*elements)


def goods(world: World, round_: int, count: int) -> list[Goods]:
    """The first `count` (at most MOST_GOODS) of the goods of one round; other rounds have other serial numbers."""
    chosen = []
    for place in range(count):
        turn = round_ * MOST_GOODS + place
        item = world.items[turn * 5 % len(world.items)]
        if item.kind.serial:
            serial = f"QT{world.year % 100:02d}{turn:06d}"
            chosen.append(Goods(label=label(item, serial=serial), pieces=1))
        else:
            lot = item.lots[turn % len(item.lots)]
            chosen.append(Goods(label=label(item, lot=lot), pieces=item.kind.batch))
    return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a person reads before the goods; what is empty is not read.

    `new_unit`: all goes into a unit with a new SSCC. `cards`: quantities by digit cards.
    """

    do: str
    task: str = ""
    owner: str = ""
    place: str = ""
    source: str = ""
    to: str = ""
    new_unit: bool = False
    cards: bool = False


def task(do: str, source: str, to: str, scans: Sequence[Goods]) -> Iterator[str]:
    """The codes that a person reads to do this with these goods."""
    yield f"RR:DO:{do}"
    yield f"RR:FROM:{source}"
    yield f"RR:TO:{to}"
    for each in scans:
        yield from _goods(each, cards=False)


def errand(what: Errand, scans: Sequence[Goods]) -> Iterator[str]:
    """The codes of an errand, which begins where the terminal is as it is configured."""
    yield "RR:RESET"
    named = {"T": what.task, "DO": what.do, "OWNER": what.owner, "L": what.place, "FROM": what.source, "TO": what.to}
    yield from (f"RR:{code}:{value}" for code, value in named.items() if value)
    if what.new_unit:
        yield NEW_UNIT
    for each in scans:
        yield from _goods(each, cards=what.cards)
    if what.new_unit:
        yield "RR:DONE"


def sign_on(badge: str, pin: str) -> Iterator[str]:
    """The codes by which a person signs on: the badge, and the PIN by digit cards."""
    yield badge
    yield from digits(pin)


def digits(number: str) -> Iterator[str]:
    """Digit cards, and the card that confirms them."""
    yield from (f"RR:D:{digit}" for digit in number)
    yield "RR:OK"


def _goods(each: Goods, *, cards: bool) -> Iterator[str]:
    if each.pieces != 1:
        yield from digits(str(each.pieces)) if cards else (f"RR:N:{each.pieces}",)
    yield each.label
