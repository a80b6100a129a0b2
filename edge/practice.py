"""Practice: the same dialogue over a store in memory. Nothing of it is kept, sent, printed, or counted anywhere.

What the device knows of its site stays what it is, so that real goods and cards can be practised with. Who may sign
on is checked as ever. A collection code of nine sound digits opens one parcel that does not exist, whatever the code:
nobody's real parcels are opened by practice. Numbers for units are made up, and begin with a 9 and zeros.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple, cast

from edge.core.knowledge import Answer, Ask, Before, CheckPin, Earlier, Knowledge, Print
from edge.core.parcels import CheckCode, CodeFound, CodeVerdict
from edge.drivers.surroundings import Aid, Side
from edge.errors import EdgeError
from wire.actions import Action
from wire.checkdigits import check_digit
from wire.messages import AnyItem, Scan, Void
from wire.sitedata import Parcel

STREAM: Final = "practice"
PARCEL: Final = "door.PRACT1"
"""For no station, so that none calls it another's."""
MOST_KEPT: Final = 1_000


class Standing(NamedTuple):
    """Where a fact of practice stands."""

    stream: str
    seq: int


class UnseenPracticeError(EdgeError):
    """A scan was not taken: this terminal practises, and no page that says so is open. Open it, and end practice."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class PracticeStore:
    """Facts that go nowhere. Where no page is open that shows it, none is taken: they might be meant."""

    def __init__(self, seen: Callable[[], bool]) -> None:
        self._seen = seen
        self.kept: list[tuple[Standing, AnyItem]] = []
        self._count = 0

    def append_facts(self, items: Sequence[AnyItem], /) -> Sequence[Standing]:
        """Of many the oldest are forgotten. Raises UnseenPracticeError."""
        if not self._seen():
            raise UnseenPracticeError
        places = [Standing(STREAM, self._count + n) for n in range(1, len(items) + 1)]
        self._count += len(items)
        self.kept = [*self.kept, *zip(places, items, strict=True)][-MOST_KEPT:]
        return places

    def gave(self, parcel: str) -> bool:
        """Whether it was handed over, and that was not undone."""
        voided = {(item.stream, item.seq) for _, item in self.kept if isinstance(item, Void)}
        return any(
            item.labels == (f"RR:P:{parcel}",) and place not in voided
            for place, item in self.kept
            if isinstance(item, Scan) and item.do is Action.HAND_OVER
        )

    def earlier(self, task: str) -> tuple[Before, ...]:
        """The scans of a task, and all voids, oldest first."""
        return tuple(
            Before(stream=place.stream, seq=place.seq, item=item)
            for place, item in self.kept
            if isinstance(item, Void) or (isinstance(item, Scan) and item.task == task)
        )


class PracticeSite:
    """The site as it is known, and the parcel that does not exist."""

    def __init__(self, real: Knowledge, store: PracticeStore) -> None:
        self._real, self._store = real, store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def parcel(self, parcel: str) -> Parcel | None:
        """It waits until it was handed over."""
        if parcel != PARCEL:
            return self._real.parcel(parcel)
        state: Literal["given", "here"] = "given" if self._store.gave(PARCEL) else "here"
        return Parcel(id=PARCEL, consignment="practice", number=1, state=state, shown="***", where="practice")


class PracticeAid:
    """The device around a dialogue that practises: what it knows is real, what it does is not."""

    def __init__(self, real: Aid, store: PracticeStore) -> None:
        self._real, self._store = real, store
        self._units = 0

    @property
    def knows(self) -> Knowledge:
        return cast("Knowledge", PracticeSite(self._real.knows, self._store))

    def answer(self, ask: Ask, beat: Callable[[], None], /) -> Answer:
        """A PIN is checked as ever; everything else is answered from practice."""
        if isinstance(ask, CheckPin):
            return self._real.answer(ask, beat)
        if isinstance(ask, CheckCode):
            return CodeFound(verdict=CodeVerdict.RIGHT, parcels=(PARCEL,))
        if isinstance(ask, Earlier):
            return self._store.earlier(ask.task)
        self._units += 1
        digits = f"9{self._units:016d}"
        return digits + check_digit(digits)

    def prints(self, what: Print, /) -> bool:  # noqa: ARG002 - nothing is printed
        return False

    def at_work(self, port: str, name: str | None, /) -> None:
        """Practice is no shift."""

    def caution(self) -> None:
        """Practice takes no room."""


def practice(real: Aid, seen: Callable[[], bool]) -> Side:
    """A fresh side for a dialogue; `seen`: whether a page is open that says that it practises."""
    store = PracticeStore(seen)
    return Side(store=store, aid=PracticeAid(real, store))
