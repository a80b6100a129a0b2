"""What a dialogue at a scanner remembers between two readings, and what a reading comes to.

All of it is values: a reading gives a new state, and a commit that fails goes back to the state before. So nothing in
here has to be undone, neither a person who signed on nor a wrong PIN that was counted.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Literal, Protocol

from edge.core.knowledge import Ask, Knowledge, Print
from edge.core.lockout import Tried
from wire.actions import Action
from wire.labels import Label
from wire.messages import Condition, Count, Kit, Part, Scan, Void

UNDO_DEPTH: Final = 100
"""How many facts an undo can reach back."""
MOST_IN_HAND: Final = 200
"""Most goods that wait for the place or the unit they go to."""
MOST_KEYS: Final = 1_000
"""Most lines and units of tasks whose progress is kept; of more the oldest are forgotten."""
PARTNER_MS: Final = 10_000
"""So long a label that names no goods waits for one that does, and a fact can be completed by one, in ms of uptime."""

Fact = Scan | Count | Void | Kit


class Place(Protocol):
    """Where a committed fact stands: its stream and its sequence in the facts lane."""

    @property
    def stream(self) -> str: ...
    @property
    def seq(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is configured for a scanner. `sign_on`: nothing is taken while nobody is; `idle_ms` 0: nobody is locked."""

    do: Action
    source: str | None = None
    to: str | None = None
    owner: str | None = None
    by: str | None = None
    sign_on: bool = False
    idle_ms: int = 15 * 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a reading is judged, and by what: Unix time and uptime in ms."""

    at: int
    up: int
    knows: Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What was read of one thing: its raw labels, what they say together, how many and by whom it was scanned."""

    labels: tuple[str, ...]
    label: Label
    encoding: str = "utf-8"
    typed: bool = False
    n: int = 1
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a fact counted towards: so many of one line or unit of a task. No key: towards nothing."""

    task: str | None = None
    key: str = ""
    n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """A committed fact that an undo can reach."""

    stream: str
    seq: int
    trace: Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is signed on."""

    badge: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Parcels that a code opened: those that stand here, and those that the device only knows to come.

    `up` is when, in ms of uptime; `way` how it is proved whose they are.
    """

    parcels: tuple[str, ...]
    coming: tuple[str, ...]
    way: Literal["code", "proxy"]
    up: int
    proxy: int | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A badge that was scanned and its PIN so far. It is shown nowhere."""

    badge: str
    name: str
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The one thing that the latest reading was, for a partner label that follows it, and the state before it."""

    before: "State"
    goods: Goods
    up: int
    kept: bool
    """Whether a fact was made of it; else it is in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the dialogue stands. `source`, `to` and `n` are what was scanned, None where nothing was.

    `placed` are those ends ("source", "to") that hold for the present verb only: a place was scanned, or a unit.
    `verb` is a name in edge.core.verbs, `chosen` whether a person chose it; `counting`: the next scan is a count.
    `unit` is the open handling unit, as wire.label.Label.handling_unit says it; `opening` what a code opened.
    `unsettled` are facts that are built and not committed; `undoable` are committed ones, newest last.
    """

    work: Work
    verb: str
    chosen: bool = False
    source: str | None = None
    to: str | None = None
    placed: frozenset[str] = frozenset()
    n: int | None = None
    digits: str = ""
    counting: bool = False
    owner: str | None = None
    condition: Condition = "good"
    task: str | None = None
    round: int = 1
    unit: str | None = None
    naming: bool = False
    hand: tuple[Goods, ...] = ()
    made: Goods | None = None
    parts: tuple[Part, ...] = ()
    waiting: tuple[Goods, int] | None = None
    last: Last | None = None
    skipped: frozenset[int] = frozenset()
    done: tuple[tuple[str, int], ...] = ()
    person: Person | None = None
    signing: Signing | None = None
    opening: Opening | None = None
    tries: tuple[tuple[str, Tried], ...] = ()
    seen_up: int = 0
    unsettled: tuple[Trace, ...] = ()
    undoable: tuple[Undoable, ...] = ()

    @property
    def by(self) -> str | None:
        """Who does what is scanned now."""
        return self.person.name if self.person else self.work.by

    @property
    def holds(self) -> bool:
        """Whether something was scanned that is not kept yet."""
        return bool(self.hand or self.parts) or self.made is not None


class Verdict(StrEnum):
    """How a reading is answered."""

    FACT = "fact"
    WARNED = "warned"
    """Kept, and there is something to say about it."""
    HELD = "held"
    """Not kept yet: it waits for what belongs to it."""
    COMMAND = "command"
    REFUSED = "refused"
    SETTLE = "settle"
    """Commit what there is, tell `committed`, and step again."""
    ASK = "ask"
    """Do what is asked and call `resume` with the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence of edge.core.words, by its code, with its values."""

    code: str
    values: tuple[tuple[str, str | int], ...] = ()


def said(code: str, /, **values: str | int) -> Said:
    return Said(code=code, values=tuple(values.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a reading comes to: facts with FACT and WARNED, a sentence with the others.

    `secret`: the reading must not be shown or logged. `private`: what is said names somebody, so it is for the display
    alone.
    """

    verdict: Verdict
    items: tuple[Fact, ...] = ()
    said: tuple[Said, ...] = ()
    ask: Ask | None = None
    prints: tuple[Print, ...] = ()
    secret: bool = False
    private: bool = False

    @property
    def item(self) -> Fact | None:
        """The fact of it, the latest of several."""
        return self.items[-1] if self.items else None


Step = tuple[State, Outcome]


def refused(state: State, code: str, /, **values: str | int) -> Step:
    """Nothing was done, and why."""
    return state, Outcome(verdict=Verdict.REFUSED, said=(said(code, **values),))


def obeyed(state: State, code: str, /, **values: str | int) -> Step:
    """The state is as it was told to be."""
    return state, Outcome(verdict=Verdict.COMMAND, said=(said(code, **values),))


def held(state: State, code: str, /, **values: str | int) -> Step:
    """It waits for what belongs to it."""
    return state, Outcome(verdict=Verdict.HELD, said=(said(code, **values),))


def kept(state: State, items: tuple[Fact, ...], traces: tuple[Trace, ...], *, warnings: tuple[Said, ...] = ()) -> Step:
    """Facts were built; `traces` are those of all but the voids, in their order."""
    state = replace(state, unsettled=state.unsettled + traces)
    for trace in traces:
        state = counted(state, trace, trace.n)
    return state, Outcome(verdict=Verdict.WARNED if warnings else Verdict.FACT, items=items, said=warnings)


def counted(state: State, trace: Trace, n: int) -> State:
    """The state with `n` more of a line or unit of a task done."""
    if not trace.key:
        return state
    key = f"{trace.task}|{trace.key}"
    done = dict(state.done)
    done[key] = max(0, done.pop(key, 0) + n)
    return replace(state, done=tuple(done.items())[-MOST_KEYS:])


def done_of(state: State, key: str) -> int:
    """How many of a line or unit of the present task this scanner has done since the agent started."""
    whole = f"{state.task}|{key}"
    return next((n for name, n in state.done if name == whole), 0)
