"""What every life cycle is: a table (state, event) -> state, and who may decide what. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Generic, NamedTuple, TypeVar

from hub.core.viewer import Role

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class Step(NamedTuple, Generic[S]):
    """The state after an event; `odd`: the event does not fit it."""

    state: S
    odd: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCycle(Generic[S, E]):
    """Of one kind of thing: where it begins, what leads where, who may decide what. What is no decision is a fact."""

    first: S
    moves: Mapping[tuple[S, E], S]
    may: Mapping[E, frozenset[Role]]

    def decided(self, state: S, event: E) -> S | None:
        """Where a decision leads; None: it cannot be made in this state."""
        return self.moves.get((state, event)) if event in self.may else None

    def open_to(self, state: S, role: Role) -> list[E]:
        """What somebody of this role may decide in this state."""
        return [event for event, roles in self.may.items() if role in roles and (state, event) in self.moves]

    def followed(self, state: S, event: E) -> Step[S]:
        """Where anything that happened leads, fit or not. A decision was checked when it was made: it is never odd."""
        after = self.moves.get((state, event))
        return Step(state, event not in self.may) if after is None else Step(after, odd=False)


def rows(event: E, leads: Mapping[S, S]) -> dict[tuple[S, E], S]:
    """The rows of one event: state -> state."""
    return {(before, event): after for before, after in leads.items()}


def from_each(states: frozenset[S], leads: Mapping[E, S]) -> dict[tuple[S, E], S]:
    """Rows by which events lead to the same states from each of these."""
    return {(state, event): after for state, (event, after) in product(sorted(states), leads.items())}
