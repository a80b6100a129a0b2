"""A consignment as it really went: every piece is followed by itself, and what people scanned is told as facts.

The reckoning knows nothing of accounts, units as accounts, or sums: it moves single pieces by hand, so that what
hub.core.custody makes of the facts can be held against it.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.support.facts import PALLET, RICE, TENT, goods, scan, unit_label
from wire.actions import Action
from wire.messages import Scan

FROM, TO, ASTRAY = "place:wh-1", "place:st-1", "place:st-9"
VAN, OTHER_VAN = "transit:van-1", "transit:van-2"
TASK, BACK = "consignment:C-00000001", "consignment:C-00000002"
DEVICES = ("wh1-scanner-1", "van-1", "st1-terminal-1")
LINES = ("dispatched", "received", "damaged", "lost", "in_transit", "elsewhere")


@dataclass(slots=True)
class Piece:
    """One piece of goods: what it is, what holds it, and where it is as the consignment sees it ('': never left)."""

    lot: tuple[str, str]
    holder: str = ""
    where: str = ""


@dataclass
class Journey:
    """What happens to one consignment, seeded. `facts` are by device, in the order in which each device made them."""

    seed: int
    facts: dict[str, list[Scan]] = field(default_factory=lambda: {device: [] for device in DEVICES})
    pieces: list[Piece] = field(default_factory=list)
    _at: int = 0

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._prepack()
        for number in range(3):
            self._packed(f"st-1.00000{number}")
        self._leave()
        self._end()

    def expected(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """Item and lot -> the numbers of LINES."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for piece in self.pieces:
            if piece.where:
                found.setdefault(piece.lot, Counter()).update((piece.where, "dispatched"))
        return {lot: tuple(count[name] for name in LINES) for lot, count in found.items()}

    # What people do

    def _say(self, device: str, label: str, do: Action, task: str | None = TASK, **more: object) -> None:
        self._at += self._random.randrange(1, 1000)
        self.facts[device].append(scan(label, at=self._at, do=do, task=task, owner="red-lantern", **more))

    def _new(self, gtin: str, lot: str, n: int) -> list[Piece]:
        self._say(DEVICES[0], goods(gtin, lot), Action.RECEIVE, None, to=FROM, n=n)
        made = [Piece((f"gtin:{gtin}", lot)) for _ in range(n)]
        self.pieces += made
        return made

    def _prepack(self) -> None:
        """A pallet that was packed long ago, and that somebody looked into since."""
        unit = f"unit:sscc:{PALLET}"
        self._say(DEVICES[0], unit_label(), Action.SIGHT, None, to=FROM)
        for piece in self._fill(unit, RICE, "A", None, self._random.randrange(2, 9))[:1]:
            self._say(DEVICES[0], goods(RICE, "A"), Action.UNPACK, None, source=unit, to=FROM)
            piece.holder = ""

    def _fill(self, unit: str, gtin: str, lot: str, task: str | None, n: int) -> list[Piece]:
        made = self._new(gtin, lot, n)
        self._say(DEVICES[0], goods(gtin, lot), Action.PACK, task, source=FROM, to=unit, n=n)
        for piece in made:
            piece.holder = unit.removeprefix("unit:")
        return made

    def _packed(self, id_: str) -> None:
        unit = f"unit:parcel:{id_}"
        if self._random.random() < 0.7:
            self._say(DEVICES[0], f"RR:P:{id_}", Action.SIGHT, None, to=FROM)
        for gtin, lot in ((RICE, "A"), (TENT, "T"))[: self._random.randrange(1, 3)]:
            self._fill(unit, gtin, lot, self._random.choice((TASK, TASK, None)), self._random.randrange(1, 5))

    def _leave(self) -> None:
        self._loose = self._new(RICE, "B", 6)
        n = self._random.randrange(1, 6)
        self._say(DEVICES[1], goods(RICE, "B"), Action.LOAD, source=FROM, to=VAN, n=n)
        self._loose = self._loose[:n]
        self._put(self._loose, "in_transit")
        self._units = [f"sscc:{PALLET}", *(f"parcel:st-1.00000{number}" for number in range(3))]
        self._units = [unit for unit in self._units if self._random.random() < 0.9]
        on_pallet = [
            unit for unit in self._units[1:] if self._random.random() < 0.3 and f"sscc:{PALLET}" in self._units
        ]
        for unit in on_pallet:
            self._say(DEVICES[0], label_of(unit), Action.PACK, source=FROM, to=f"unit:sscc:{PALLET}")
        for unit in self._units:
            if unit not in on_pallet:
                self._say(DEVICES[1], label_of(unit), Action.LOAD, source=FROM, to=VAN)
        for unit in self._units:
            self._put(self._of(unit), "in_transit")
        for unit in on_pallet:
            self._say(DEVICES[2], label_of(unit), Action.UNPACK, source=f"unit:sscc:{PALLET}", to=VAN)

    def _end(self) -> None:
        loose = list(self._loose)
        while loose:  # partial receipts, scan by scan
            some = [loose.pop() for _ in range(self._random.randrange(1, len(loose) + 1))]
            do, to, where = self._random.choice((
                (Action.UNLOAD, TO, "received"), (Action.UNLOAD, TO, "received"), (Action.DAMAGE, None, "damaged"),
                (Action.LOSE, None, "lost"), (Action.UNLOAD, ASTRAY, "elsewhere"), (None, None, "in_transit"),
            ))  # fmt: skip
            if do is not None:
                self._say(DEVICES[2], goods(RICE, "B"), do, source=VAN, to=to, n=len(some))
            self._put(some, where)
        for unit in self._units:
            self._unit_ends(unit)

    def _unit_ends(self, unit: str) -> None:
        label, fate = label_of(unit), self._random.randrange(8)
        task = self._random.choice((TASK, None))
        if fate == 0:
            return
        if fate in (1, 2, 3):
            do, to, where = ((Action.LOSE, None, "lost"), (Action.DAMAGE, None, "damaged"),
                             (Action.UNLOAD, ASTRAY, "elsewhere"))[fate - 1]  # fmt: skip
            self._say(DEVICES[2], label, do, task, source=VAN, to=to)
            self._put(self._of(unit), where)
            return
        self._say(DEVICES[2], label, Action.UNLOAD, source=VAN, to=TO)
        self._put(self._of(unit), "received")
        if fate == 4:
            self._say(DEVICES[2], label, Action.HAND_OVER, task, source=TO)
        elif fate == 5:  # it goes back, and that is another consignment's business
            self._say(DEVICES[1], label, Action.LOAD, BACK, source=TO, to=OTHER_VAN)
            self._say(DEVICES[0], label, Action.UNLOAD, BACK, source=OTHER_VAN, to=FROM)
        elif fate == 6:
            for piece in self._of(unit)[:1]:
                gtin, lot = piece.lot
                text = goods(gtin.removeprefix("gtin:"), lot)
                self._say(DEVICES[2], text, Action.UNPACK, TASK, source=f"unit:{unit}", to=TO)

    def _of(self, unit: str) -> list[Piece]:
        return [piece for piece in self.pieces if piece.holder == unit]

    @staticmethod
    def _put(pieces: list[Piece], where: str) -> None:
        for piece in pieces:
            piece.where = where


def label_of(unit: str) -> str:
    """What a scanner reads of a unit."""
    kind, _, code = unit.partition(":")
    return unit_label(code) if kind == "sscc" else f"RR:P:{code}"
