"""What a fact means for a parcel, and where its whole story leads. Pure.

A fact says between which accounts a parcel, or the handling unit in which it travels, went. What that is called depends
on the parcel's route: goods in a bin of the station that it is for wait there, in a bin of the site that it comes from
they came home, anywhere else they strayed. Re-routing changes the route from that moment on. The story is told in the
order of corrected time, then lane and sequence, whatever came first.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from hub.core.lifecycles import AT_HAND, PARCEL, ParcelEvent, ParcelState, Way
from wire.actions import DAMAGED, DISPOSED, EXPIRED, LOST, WITH_RECIPIENT, Action

SHELVING: Final = frozenset({Action.PUT_AWAY, Action.MOVE, Action.SIGHT})
_GONE: Final = frozenset({DAMAGED, EXPIRED, DISPOSED})


class Route(NamedTuple):
    """How a parcel goes: from a site (None: a supplier) to the station where it is handed out (None: there is none)."""

    way: Way
    home: str | None
    station: str | None

    def __str__(self) -> str:
        return f"{self.way}:{self.station or ''}"

    def re_routed(self, text: str) -> "Route":
        """The route that a decision says, as `str` writes one."""
        way, _, station = text.partition(":")
        return Route(Way(way), self.home, station or None)


class Told(NamedTuple):
    """One thing that happened: a decision (`event`), or a fact, by its action and accounts.

    `content`: so many pieces went into the parcel (below zero: came out of it); 0: the parcel itself was seen.
    """

    at: int
    lane: int
    seq: int
    event: ParcelEvent | None = None
    action: str = ""
    source: str = ""
    target: str = ""
    content: int = 0
    proof: str | None = None
    device: str = ""


class Stood(NamedTuple):
    """Where the parcel was after something happened."""

    told: Told
    state: ParcelState
    odd: bool


class Story(NamedTuple):
    """Where a parcel is: its state, the account where it was last and since when; when it was shelved, and given."""

    state: ParcelState
    odd: int
    placed: str
    at: int | None
    waiting_since: int | None
    given_at: int | None
    proof: str | None
    steps: Sequence[Stood]


def follow(route: Route, told: Iterable[Told]) -> Story:
    """The story of a parcel out of all that happened to it, in whatever order it is given; `route` is its first one."""
    state, odd, placed, at, content = PARCEL.first, 0, "", None, 0
    waiting = given = proof = None
    steps = []
    for one in sorted(told, key=lambda each: (each.at, each.lane, each.seq)):
        before, fits = state, True
        content += one.content
        if one.event is ParcelEvent.REROUTE:
            route = route.re_routed(one.target)
        for event in events(route, one, content):
            state, strange = PARCEL.followed(state, event)
            fits = fits and not strange
        if one.event is None and not one.content and one.target:
            placed, at = one.target, one.at
        if state is not before:
            waiting = one.at if state is ParcelState.WAITING else waiting if state is ParcelState.DUE_BACK else None
            given, proof = (one.at, one.proof) if state is ParcelState.HANDED_OVER else (None, None)
        odd += not fits
        steps.append(Stood(one, state, odd=not fits))
    return Story(state, odd, placed, at, waiting, given, proof, tuple(steps))


def events(route: Route, one: Told, content: int) -> Iterator[ParcelEvent]:
    """What happened to a parcel by one thing that is told of it; `content`: so much is in it then."""
    if one.event is not None:
        yield one.event
    elif one.content > 0:
        yield ParcelEvent.PACKED
    elif one.content < 0:
        if content <= 0:
            yield ParcelEvent.EMPTIED
    elif one.action == Action.REFUSE:
        yield ParcelEvent.REFUSED
    elif one.action == Action.ATTEMPT:
        yield ParcelEvent.ATTEMPTED
    else:
        yield from _moved(route, one)


def _moved(route: Route, one: Told) -> Iterator[ParcelEvent]:
    if one.target in _GONE:
        yield ParcelEvent.DAMAGED
        return
    if one.target == LOST:
        yield ParcelEvent.LOST
        return
    if one.target == WITH_RECIPIENT:
        yield ParcelEvent.HANDED
        return
    if one.source == LOST:
        yield ParcelEvent.FOUND
    elif one.source == WITH_RECIPIENT:
        yield ParcelEvent.BROUGHT_BACK
        if _site(one.target) == route.station:
            return
    kind = one.target.partition(":")[0]
    if kind == "transit":
        yield _on_the_way(route, one)
    elif kind == "place":
        yield _in_a_room(route, one)


def _on_the_way(route: Route, one: Told) -> ParcelEvent:
    if route.way is Way.STATION:
        return ParcelEvent.LOADED
    return ParcelEvent.ARRIVED if one.action == Action.ARRIVE else ParcelEvent.SENT_OUT


def _in_a_room(route: Route, one: Told) -> ParcelEvent:
    site = _site(one.target)
    if site == route.station and (route.way is Way.STATION or site != route.home):
        return ParcelEvent.SHELVED if "/" in one.target and one.action in SHELVING else ParcelEvent.ARRIVED
    return ParcelEvent.HOME if site == route.home else ParcelEvent.STRAYED


def _site(account: str) -> str | None:
    kind, _, rest = account.partition(":")
    return rest.partition("/")[0] if kind == "place" else None


def at_hand(way: Way, state: ParcelState) -> bool:
    """Whether the recipient can have it now: on the shelf of a station, or before the door."""
    return state is ParcelState.WAITING or (way is not Way.STATION and state in AT_HAND)
