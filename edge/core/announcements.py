"""What was announced of what is scanned: by a delivery, by a consignment, or as the contents of a parcel.

Lines are goods and their numbers, units whole things. What was scanned of each is counted under a key, so that too much
is seen.
"""

from dataclasses import dataclass

from edge.core.dialogue_state import Goods, State
from edge.core.facts import delivery_of
from edge.core.knowledge import Knowledge
from edge.core.labelling import goods_key
from wire.sitedata import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What is expected; `units` are keys of handling units.

    `mark` tells its keys from those of others; `whole`: all units are named, else all of a kind of which one is.
    """

    id: str
    lines: tuple[Line, ...]
    units: frozenset[str] = frozenset()
    mark: str = ""
    whole: bool = False

    def key(self, goods: Goods, knows: Knowledge) -> str:
        """What these goods count towards; '' for nothing."""
        unit = goods.label.handling_unit
        if unit is not None:
            return f"{self.mark}unit:{unit}"
        at = self._line(goods, knows)
        return "" if at is None else f"{self.mark}line:{at}"

    def wanted(self, key: str) -> int:
        """How many the line of a key wants."""
        return self.lines[int(key.rpartition(":")[2])].n

    def names(self, unit: str) -> bool:
        return unit in self.units

    def names_all_like(self, unit: str) -> bool:
        """Whether a unit that is not named is a surprise."""
        kind = unit.partition(":")[0]
        return self.whole or any(each.startswith(f"{kind}:") for each in self.units)

    def _line(self, goods: Goods, knows: Knowledge) -> int | None:
        """Which line announced these goods: one that names their lot before one that names none."""
        key, lot = goods_key(goods.label, knows), goods.label.lot
        lines = [(line.lot is None, at) for at, line in enumerate(self.lines) if line.gtin == key]
        fitting = [(any_lot, at) for any_lot, at in lines if any_lot or lot is None or self.lines[at].lot == lot]
        return min(fitting)[1] if fitting else None


def announced(state: State, knows: Knowledge) -> Announced | None:
    """What of all this goes with the verb and the task; None where nothing is known of it."""
    if state.verb == "pack":
        return _of_parcel(state.unit, knows)
    if state.verb == "receive" and (delivery := delivery_of(state, knows)) is not None:
        units = frozenset(f"sscc:{unit}" for unit in delivery.units)
        return Announced(id=delivery.id, lines=delivery.lines, units=units, whole=True)
    kind, _, name = (state.task or "").partition(":")
    found = knows.consignment(name) if kind == "consignment" and state.verb in _TRAVELS else None
    if found is None:
        return None
    return Announced(id=found.id, lines=found.lines, units=frozenset(found.units), mark=f"{state.verb}|")


_TRAVELS = frozenset({"receive", "load", "unload"})


def _of_parcel(unit: str | None, knows: Knowledge) -> Announced | None:
    kind, _, parcel = (unit or "").partition(":")
    known = knows.parcel(parcel) if kind == "parcel" else None
    return Announced(id=known.id, lines=known.lines, mark=f"{unit}|") if known is not None and known.lines else None
