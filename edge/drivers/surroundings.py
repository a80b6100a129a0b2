"""What a dialogue needs around it: a store for its facts, the time, and a device that helps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from edge.core.dialogue import Place, Said
from edge.core.knowledge import Answer, Ask, CheckPin, Knowledge, NothingKnown, PinVerdict, Print
from wire.messages import AnyItem


class FactStore(Protocol):
    """What a dialogue needs of the outbox."""

    def append_facts(self, items: Sequence[AnyItem], /) -> Sequence[Place]:
        """One durable commit of all of them before it returns. Raises EdgeError: none is stored."""


class Clocks(Protocol):
    """Unix time and uptime, in ms."""

    def now_ms(self) -> int: ...
    def up_ms(self) -> int: ...


class Aid(Protocol):
    """What a dialogue needs of the device around it. Nothing in it raises, and none of it keeps a fact back."""

    @property
    def knows(self) -> Knowledge: ...
    def answer(self, ask: Ask, beat: Callable[[], None], /) -> Answer:
        """Do what the dialogue waits for; `beat` is to be called every few seconds while it lasts."""

    def prints(self, what: Print, /) -> bool:
        """Have something printed, some time; whether it will be."""

    def at_work(self, port: str, name: str | None, /) -> None:
        """Somebody signed on at a scanner, or nobody is signed on there any more."""

    def caution(self) -> Said | None:
        """What whoever scans has to know of the device, though the scan is kept; asked after each commit."""


class Unaided:
    """A device that knows nothing, checks no PINs, has no numbers to give, and no printer."""

    knows: Knowledge = NothingKnown()

    def answer(self, ask: Ask, _: Callable[[], None], /) -> Answer:
        """No answer."""
        return PinVerdict.UNABLE if isinstance(ask, CheckPin) else None

    def prints(self, what: Print, /) -> bool:  # noqa: ARG002
        return False

    def at_work(self, port: str, name: str | None, /) -> None: ...

    def caution(self) -> Said | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Where facts of the dialogue go and who helps it: the device's own, or those of practice."""

    store: FactStore
    aid: Aid
