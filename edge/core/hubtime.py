"""What the hub's clock shows, as far as a device can know: from the latest hello that was answered. Pure; ms.

The hub stamps its welcome somewhere between the hello and the welcome's arrival (Cristian, 1989), so the hub's time is
known within that round trip, and from then on within what a quartz runs off. Nothing of the device's wall clock is in
it.
"""

from typing import NamedTuple

DRIFT = 2e-4
"""How far the two clocks may run apart, as a ratio: two cheap quartzes, each off by 100 ppm."""


class Span(NamedTuple):
    """The earliest and the latest time that the hub's clock may show, Unix ms."""

    earliest: int
    latest: int


class HubTime:
    """Fed by one uplink."""

    def __init__(self) -> None:
        self._number = 0
        self._said = 0
        self._stamp: tuple[int, int, int] | None = None

    def asked(self, number: int, up: int) -> None:
        """A hello of this number leaves, at this uptime."""
        self._number, self._said = number, up

    def answered(self, number: int, hub_ms: int, up: int) -> None:
        """A welcome to a hello of this number, stamped `hub_ms`, came at this uptime. An older one means nothing."""
        if number == self._number:
            self._stamp = (hub_ms, self._said, up)

    def at(self, up: int) -> Span | None:
        """What the hub's clock may show at this uptime; None where no hello of this run was answered."""
        if self._stamp is None:
            return None
        hub_ms, said, heard = self._stamp
        slack = int((up - said) * DRIFT) + 1
        return Span(hub_ms + (up - heard) - slack, hub_ms + (up - said) + slack)
