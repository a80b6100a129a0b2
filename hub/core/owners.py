"""Whose goods a fact moved that names no owner: by what people said beforehand, never guessed from balances. Pure.

In this order: the announced delivery that the fact belongs to (its task); the consignment, where all of these goods
that it is to bring are one owner's; the announced delivery that its handling unit came with; a bin that is dedicated
to one owner; the rule of the site. Where goods come from says more than where they go. What none of these tells stays
to be settled by a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.core.identity import account_site
from hub.core.postings import label_of
from wire.messages import AnyItem, Correct, Count, Kit, Scan

DELIVERY, CONSIGNMENT = "delivery:", "consignment:"
UNIT = "unit:sscc:"


class Found(NamedTuple):
    """An owner, and why."""

    owner: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What people said. `deliveries` by id; `units`: SSCC -> (delivery, owner) of every delivery that names it.

    `consignments`: (consignment, item) -> whose goods it is to bring.
    """

    deliveries: Mapping[str, str] = field(default_factory=dict)
    consignments: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    units: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    bins: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.deliveries or self.consignments or self.units or self.bins or self.sites)


def lacks_owner(item: AnyItem) -> bool:
    """Whether a fact may move goods for which it names no owner."""
    if isinstance(item, Kit):
        return not any(part.owner for part in (item.made, *item.used))
    return isinstance(item, Scan | Count | Correct) and not item.owner


def owner_of(item: AnyItem, rules: Rules) -> Found | None:
    """Whose goods a fact moved; None where nothing tells."""
    if not isinstance(item, Scan | Count | Kit | Correct):
        return None
    task = item.task or ""
    owner = rules.deliveries.get(task.removeprefix(DELIVERY)) if task.startswith(DELIVERY) else None
    if owner is not None:
        return Found(owner, f"delivery {task.removeprefix(DELIVERY)}")
    places = _places(item)
    if task.startswith(CONSIGNMENT) and (consigned := _by_consignment(item, task.removeprefix(CONSIGNMENT), rules)):
        return consigned
    return _by_unit(places, rules) or _by_bin(places, rules) or _by_site(places, rules)


def _by_consignment(item: Scan | Count | Kit | Correct, id_: str, rules: Rules) -> Found | None:
    if not isinstance(item, Scan):
        return None
    owners = rules.consignments.get((id_, label_of(item.labels).item), frozenset())
    return Found(next(iter(owners)), f"consignment {id_}") if len(owners) == 1 else None


def _places(item: Scan | Count | Kit | Correct) -> list[str]:
    ends = (item.source, item.to) if isinstance(item, Scan | Correct) else (item.where,)
    return [end for end in ends if end is not None]


def _by_unit(places: Iterable[str], rules: Rules) -> Found | None:
    for place in places:
        named = rules.units.get(place.removeprefix(UNIT), frozenset()) if place.startswith(UNIT) else frozenset()
        if len({owner for _, owner in named}) == 1:
            delivery, owner = min(named)
            return Found(owner, f"the unit {place.removeprefix(UNIT)} came with delivery {delivery}")
    return None


def _by_bin(places: Iterable[str], rules: Rules) -> Found | None:
    for place in places:
        if place in rules.bins:
            return Found(rules.bins[place], f"the bin {place.removeprefix('place:')} is theirs")
    return None


def _by_site(places: Iterable[str], rules: Rules) -> Found | None:
    for place in places:
        site = account_site(place)
        if site is not None and site in rules.sites:
            return Found(rules.sites[site], f"the rule of {site}")
    return None
