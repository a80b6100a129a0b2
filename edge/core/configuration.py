r"""A configuration that the hub wishes this device to have: checked, tried, kept or taken back. Pure.

    offered --fit--> TRIAL --answered--> APPLIED
       |               \----silent, broken---> ROLLED_BACK (what was applied before is in force again)
       \---unfit--> REFUSED

On trial means in force, until the hub has answered under it. If it does not answer in time, or the agent does not even
stay up, the device goes back to what it had: a wrong address must not cost the way by which it would be corrected.

Versions count up within a generation (the hub's database since it was made or restored). A generation that is new to
the device replaces the one before it, which means nothing from then on: so an old message, repeated by a broker, never
brings an old configuration back.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

from wire.messages import Desired, Overlay, ReportState

MOST_STARTS: Final = 3
"""How often the agent may start within one trial: one that falls again and again does not stay up for the time."""
MOST_LEFT: Final = 50
ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "log": frozenset({"level"}),
    "outbox": frozenset({"keep_days", "limit_mib"}),
    "hub": frozenset({"host", "port"}),
    "scanner": frozenset({"port", "do", "from", "to", "owner", "by", "confirm"}),
    "gnss": frozenset({"port", "rate_hz"}),
}
"""What the hub may set; everything else belongs to whoever stands at the device."""
ARRAYS: Final = frozenset({"scanner", "gnss"})


class State(StrEnum):
    """One version on this device."""

    TRIAL = "trial"
    APPLIED = "applied"
    REFUSED = "refused"
    ROLLED_BACK = "rolled-back"


class Event(StrEnum):
    """What happens to it."""

    FIT = "fit"
    UNFIT = "unfit"
    ANSWERED = "answered"
    SILENT = "silent"
    BROKEN = "broken"


LIFE: Final[Mapping[tuple[State | None, Event], State]] = {
    (None, Event.FIT): State.TRIAL,
    (None, Event.UNFIT): State.REFUSED,
    (State.TRIAL, Event.ANSWERED): State.APPLIED,
    (State.TRIAL, Event.SILENT): State.ROLLED_BACK,
    (State.TRIAL, Event.BROKEN): State.ROLLED_BACK,
}
"""Every change that there is."""
TOLD: Final[Mapping[State, ReportState]] = {
    State.APPLIED: ReportState.APPLIED,
    State.REFUSED: ReportState.REFUSED,
    State.ROLLED_BACK: ReportState.ROLLED_BACK,
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a version: to be told to the hub."""

    generation: str
    version: int
    state: State
    detail: str = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the device keeps of all this: what is in force, and what it was before while that is on trial.

    `judged` is the newest version that was decided or is on trial, `left` are generations that mean nothing any more,
    `untold` is the word that has not been made a fact yet.
    """

    settings: Overlay = {}
    before: Overlay | None = None
    generation: str = ""
    judged: int = 0
    state: State | None = None
    starts: int = 0
    left: tuple[str, ...] = ()
    untold: Told | None = None

    @property
    def on_trial(self) -> bool:
        return self.state is State.TRIAL


def is_news(standing: Standing, desired: Desired) -> bool:
    """Whether this wish is to be decided now; during a trial no other one is."""
    if standing.on_trial or desired.generation in standing.left:
        return False
    return desired.generation != standing.generation or desired.version > standing.judged


def offered(standing: Standing, desired: Desired, faults: tuple[str, ...]) -> Standing:
    """A wish that is news. With the same settings as those in force there is nothing to try."""
    left = standing.left
    if standing.generation and desired.generation != standing.generation:
        left = (*left, standing.generation)[-MOST_LEFT:]
    state = LIFE[None, Event.UNFIT if faults else Event.FIT]
    if state is State.TRIAL and desired.settings == standing.settings:
        state = LIFE[state, Event.ANSWERED]
    named = msgspec.structs.replace(
        standing, generation=desired.generation, judged=desired.version, left=left, state=state
    )
    if state is not State.TRIAL:
        return _tell(named, "; ".join(faults))
    return msgspec.structs.replace(named, settings=dict(desired.settings), before=standing.settings, starts=0)


def without(standing: Standing, table: str) -> Standing:
    """With nothing of one table in force any more, nor coming back."""
    before = standing.before
    return msgspec.structs.replace(
        standing,
        settings={name: wished for name, wished in standing.settings.items() if name != table},
        before=None if before is None else {name: wished for name, wished in before.items() if name != table},
    )


def started(standing: Standing) -> Standing:
    """The agent starts in a trial."""
    return msgspec.structs.replace(standing, starts=standing.starts + 1)


def ended(standing: Standing, event: Event, why: str = "") -> Standing:
    """A trial is over."""
    after = msgspec.structs.replace(standing, state=LIFE[standing.state, event], before=None, starts=0)
    if after.state is State.ROLLED_BACK:
        after = msgspec.structs.replace(after, settings=standing.before or {})
    return _tell(after, why)


def overlaid(table: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A device's table of settings with these laid over it, and what may not be."""
    made: dict[str, Any] = dict(table)
    faults: list[str] = []
    for name, wished in settings.items():
        entries = list(wished) if isinstance(wished, list | tuple) else [wished]
        keys = {key for entry in entries for key in entry}
        if name not in ALLOWED:
            faults.append(f"[{name}]: may not be set from the hub")
        elif keys - ALLOWED[name]:
            faults.append(f"[{name}] {', '.join(sorted(keys - ALLOWED[name]))}: may not be set from the hub")
        elif isinstance(wished, Mapping) == (name in ARRAYS):
            faults.append(f"{name}: must be written {f'[[{name}]]' if name in ARRAYS else f'[{name}]'}")
        elif name in ARRAYS:
            made[name] = _each(name, made.get(name, []), entries, faults)
        else:
            own = made.get(name, {})
            made[name] = {**own, **wished} if isinstance(own, Mapping) else own
    return made, faults


def _each(name: str, own: Any, entries: list[Mapping[str, Any]], faults: list[str]) -> list[Any]:
    """Entries of an array of tables: one that names a port is for that port, one that names none for all."""
    made = [dict(entry) for entry in own] if isinstance(own, list) else []
    for entry in entries:
        meant = [one for one in made if entry.get("port", one.get("port")) == one.get("port")]
        if not meant:
            faults.append(f"[[{name}]] port {entry.get('port', '')!r}: this device has no such port")
        for one in meant:
            one.update(entry)
    return made


def _tell(standing: Standing, detail: str) -> Standing:
    if standing.state is None:
        return standing
    told = Told(generation=standing.generation, version=standing.judged, state=standing.state, detail=detail[:1000])
    return msgspec.structs.replace(standing, untold=told)
