"""Parcels as a device knows them: what it was told of them, what it did with them, and who may have them.

What the hub told may be hours old, so what this device itself kept of a parcel comes first: where it was put, that it
was handed over. A parcel's id says for which station it is, also where nothing else is known. A collection code is
checked by the shell around the dialogue (`CheckCode`): it takes a key, and libraries that the agent does not load.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from wire.actions import Action
from wire.sitedata import Consignment, Parcel, SiteNote, Station

ELSEWAYS: Final = frozenset({"door", "van", "direct"})
"""What stands in an id in the place of a station where there is none."""
GONE: Final = frozenset({Action.HAND_OVER, Action.LOSE, Action.DAMAGE, Action.DISPOSE, Action.EXPIRE})
"""After these a parcel stands nowhere any more."""
_PLACED: Final = ("place:", "transit:")
WAITING: Final = frozenset({"here", "due-back", "locked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The latest fact that this device kept of a parcel and nobody undid; `account` is where it went.

    `given` is when it was handed over here, where it was not brought back since: seeing its label again undoes nothing.
    """

    do: Action
    account: str
    at: int
    given: int | None = None


class Stations(Protocol):
    """What a dialogue may ask of the places where parcels are handed out."""

    @property
    def marks(self) -> frozenset[int]:
        """How the codes begin that are shown here; none where that is not known."""
        ...

    def station(self, site: str) -> Station | None: ...
    def station_marked(self, mark: int) -> Station | None: ...


class Parcels(Stations, Protocol):
    """What a dialogue may ask of parcels; see edge.core.knowledge."""

    @property
    def site(self) -> SiteNote | None: ...
    def parcel(self, parcel: str) -> Parcel | None: ...
    def parcels_ending(self, last4: str) -> tuple[Parcel, ...]:
        """Those of recipients whose telephone number ends so."""
        ...

    def consignment(self, consignment: str) -> Consignment | None: ...
    @property
    def vehicle(self) -> str | None:
        """The account of the unmanned vehicle that this device is of, which is a station of its own."""
        ...

    def kept(self, parcel: str) -> Kept | None: ...


class CodeVerdict(StrEnum):
    """What the shell found of a collection code."""

    RIGHT = "right"
    WRONG = "wrong"
    """It fits no parcel that waits here; counted."""
    USED = "used"
    """What it opens was given out, here or elsewhere."""
    REFUSED = "refused"
    """The hub grants it to nobody: it goes elsewhere, or was cancelled."""
    LOCKED = "locked"
    """It may be of a parcel that was tried wrongly too often."""
    WAIT = "wait"
    """Too many at this terminal fitted nothing: none is tried for a while."""
    UNABLE = "unable"
    """It could not be checked now; this counts as no try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCode:
    """Effect: whose parcels the secret part of a code opens. The answer is a CodeFound."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFound:
    """What a code opens: parcels by their ids.

    `tries` were wrong before. `at` (Unix ms) and `site`: when they were given out, and where, if that is known.
    """

    verdict: CodeVerdict
    parcels: tuple[str, ...] = ()
    proxy: int | None = None
    tries: int = 0
    at: int | None = None
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintShelf:
    """Effect without an answer: print what a parcel bears on its shelf; the rest is looked up when it is drawn."""

    parcel: str
    code: str


def station_of(parcel: str) -> str | None:
    """The station that a parcel is for, by its id alone."""
    site, _, end = parcel.rpartition(".")
    return site if site and end and site not in ELSEWAYS else None


def is_given(parcel: str, knows: Parcels) -> bool:
    """Whether it was handed over, as far as this device knows.

    What the hub says of it holds until the hub says otherwise: which of two facts was later, a wrong clock cannot tell.
    """
    kept, known = knows.kept(parcel), knows.parcel(parcel)
    return (kept is not None and kept.given is not None) or (known is not None and known.state == "given")


def whereabouts(parcel: str, knows: Parcels) -> str | None:
    """The account that it stands in: by what this device kept of it, else by what the hub told."""
    if is_given(parcel, knows):
        return None
    kept, known = knows.kept(parcel), knows.parcel(parcel)
    if kept is not None:
        return kept.account if kept.do not in GONE and kept.account.startswith(_PLACED) else None
    if known is not None and knows.vehicle is not None:
        return f"{knows.vehicle}/{known.where}" if known.where and known.state != "elsewhere" else None
    if known is None or known.state not in WAITING or knows.site is None:
        return None
    return f"place:{knows.site.id}/{known.where}" if known.where else f"place:{knows.site.id}"


def shelf_code(known: Parcel, account: str | None) -> str:
    """What the parcel is called for by: the bin or compartment it stands in, and its number; '' where it has no bin."""
    _, _, shelf = (account or "").partition("/")
    return f"{shelf}-{known.number:03d}" if shelf else ""
