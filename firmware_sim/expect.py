"""What the balances must be, worked out from the confirmed texts of a witness alone.

An independent reading of the terminal's steering codes and of our own labels: it shares no code with the agent
or the hub, so equal sums mean that both sides understood the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from firmware_sim.gs1 import read_elements
from firmware_sim.story import DONOR_IN, NEW_UNIT, WITH_RECIPIENT
from firmware_sim.witness import SentScan, Witness

Balance = tuple[str, str, str | None]
"""Account, GTIN-14, lot."""

ADJUSTMENT: Final = "virtual:adjustment"
_PLACE_IS_TO: Final = frozenset({"receive", "unload", "count"})
"""Verbs whose place (RR:L) is where goods go to, or where they are; with all others it is where they come from."""
_TASK_VERBS: Final = {"delivery": "receive", "pick": "pick", "count": "count", "kit": "kit"}
"""Tasks that choose a verb; others go with the one that is chosen."""
STAGING: Final = "staging"
"""The bin of our warehouses where picked goods wait."""
PARCEL: Final = "RR:P:"
PLACES: Final = ("RR:L:", "RR:TO:")
_SOURCES: Final = {"receive": DONOR_IN}
_ENDS: Final = {"hand-over": WITH_RECIPIENT, "collect": WITH_RECIPIENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One confirmed scan: what was done with so many of a label, or, counted, that so many are there."""

    do: str
    source: str
    to: str
    label: str
    pieces: int


@dataclass(slots=True)
class _Terminal:
    """What the accepted steering codes add up to."""

    do: str = ""
    source: str = ""
    to: str = ""
    unit: str = ""
    digits: str = ""
    pieces: int = 1
    signing: bool = False
    placed: set[str] = field(default_factory=set)
    hand: list[tuple[str, int]] = field(default_factory=list)
    """Labels and pieces that wait for a place."""

    def steer(self, code: str) -> None:
        """A code was accepted."""
        name, _, value = code.removeprefix("RR:").partition(":")
        if name == "P" or not code.startswith("RR:"):
            self.hand.append((code, self.pieces))
            self.pieces = 1
        elif name == "T":
            kind = value.partition(":")[0]
            if kind in _TASK_VERBS:
                self._begin(_TASK_VERBS[kind])
        elif name == "DO":
            self._begin(value)
        elif name == "L":
            end = "to" if self.do in _PLACE_IS_TO else "source"
            self._name(end, f"place:{value}")
            self.placed.add(end)
        elif name in {"FROM", "TO"}:
            self._name("source" if name == "FROM" else "to", value)
        elif name == "DONE":
            self.unit = ""
        elif name == "RESET":
            self.do = self.source = self.to = self.unit = self.digits = ""
            self.pieces = 1
            self.placed.clear()
            self.hand.clear()
        else:
            self._count(name, value)

    def read(self, label: str) -> Said:
        """A label was confirmed."""
        to = self.unit or self.to or self._end()
        said = Said(do=self.do, source=self.source or _SOURCES.get(self.do, ""), to=to, label=label, pieces=self.pieces)
        self.pieces = 1
        return said

    def open(self, sscc: str) -> Said:
        """A new unit was confirmed: it is seen where the packing is done."""
        self.unit = f"unit:sscc:{sscc}"
        return Said(do="sight", source=self.source, to=self.source, label=f"00{sscc}", pieces=1)

    def open_parcel(self, parcel: str) -> Said:
        """A parcel was confirmed, and is packed: it is seen where that is done."""
        self.unit = f"unit:parcel:{parcel}"
        return Said(do="sight", source=self.source, to=self.source, label=f"{PARCEL}{parcel}", pieces=1)

    def put_down(self, place: str) -> Iterator[Said]:
        """A place was confirmed: all in hand is there now."""
        account = place.removeprefix("RR:TO:") if place.startswith("RR:TO:") else f"place:{place[5:]}"
        for label, pieces in self.hand:
            yield Said(do=self.do, source=self.source, to=account, label=label, pieces=pieces)
        self.hand.clear()

    def _end(self) -> str:
        """Where goods go when nobody says: what is picked for a list, to the staging of its site."""
        if self.do == "pick":
            return f"{self.source.partition('/')[0]}/{STAGING}"
        return _ENDS.get(self.do, "")

    def _begin(self, verb: str) -> None:
        for end in self.placed:
            setattr(self, end, "")
        self.placed.clear()
        self.do, self.unit = verb, ""

    def _name(self, end: str, account: str) -> None:
        setattr(self, end, account)
        self.placed.discard(end)

    def _count(self, name: str, value: str) -> None:
        if name == "B":
            self.signing = True
        elif name == "N":
            self.pieces = int(value)
        elif name == "D" and not self.signing:
            self.digits += value
        elif name == "OK":
            self.pieces = int(self.digits) if self.digits and not self.signing else self.pieces
            self.digits, self.signing = "", False


def confirmed_scans(witness: Witness, units: Sequence[str] = ()) -> Iterator[Said]:
    """Each confirmed scan, by the steering codes that were accepted before it.

    `units` are the numbers of the units that were opened here, in the order of their labels.
    """
    answered, accepted = set(witness.confirmed_n), set(witness.command_n)
    terminal, numbers = _Terminal(), iter(units)
    for scan in witness.scans:
        text = scan.text[3:] if scan.text.startswith("]") else scan.text
        if scan.n in accepted:
            terminal.steer(text)
        elif scan.n in answered and text.startswith(PLACES):
            yield from terminal.put_down(text)
        elif scan.n in answered and text.startswith(PARCEL) and terminal.do == "pack":
            yield terminal.open_parcel(text.removeprefix(PARCEL))
        elif scan.n in answered:
            yield terminal.open(next(numbers, "unknown")) if text == NEW_UNIT else terminal.read(text)


def kept(witness: Witness) -> list[SentScan]:
    """The scans that a host said it kept: those that were confirmed; for a place, all that was in hand for it."""
    answered, accepted = set(witness.confirmed_n), set(witness.command_n)
    found: list[SentScan] = []
    hand: list[SentScan] = []
    for scan in witness.scans:
        text = scan.text[3:] if scan.text.startswith("]") else scan.text
        if scan.n in accepted and (text.startswith(PARCEL) or not text.startswith("RR:")):
            hand.append(scan)
        elif scan.n in answered and text.startswith(PLACES):
            found += hand
            hand = []
        elif scan.n in answered:
            found.append(scan)
        elif text == "RR:RESET":
            hand = []
    return found


def expected_balances(
    witnesses: Iterable[Witness],
    *,
    units: Sequence[Sequence[str]] = (),
    opening: Mapping[Balance, int] | None = None,
) -> Counter[Balance]:
    """The sum per account, GTIN and lot that the confirmed scans add up to, on top of `opening`; no zeros.

    For labels of ours; an item with a serial number counts once however often it was scanned (its lot is None):
    where it is follows from its moves. A handling unit is no goods, only what is in it is. What is counted is
    counted in places where only this witness's scans and the opening count.
    """
    sums: Counter[Balance] = Counter(opening or {})
    for place, witness in enumerate(witnesses):
        for said in confirmed_scans(witness, units[place] if place < len(units) else ()):
            elements = {"00": said.label} if said.label.startswith(PARCEL) else read_elements(said.label)
            if "00" in elements:
                continue
            gtin, lot = elements["01"], elements.get("10")
            if said.do == "count":
                more = said.pieces - sums[said.to, gtin, lot]
                _move(sums, ADJUSTMENT, said.to, (gtin, lot), more)
            else:
                _move(sums, said.source, said.to, (gtin, lot), said.pieces)
    return Counter({balance: pieces for balance, pieces in sums.items() if pieces})


def _move(sums: Counter[Balance], source: str, to: str, goods: tuple[str, str | None], pieces: int) -> None:
    sums[source, *goods] -= pieces
    sums[to, *goods] += pieces
