"""The answer to systemd's watchdog: given only while every part of the hub goes on."""

import structlog

from hub.supervision import Supervisor
from hub.vitals import Sign, stuck

STUCK_S = 120.0
"""No turn of a part takes so long, unless the disk takes minutes for a write."""

log = structlog.get_logger("hub")


class Watchdog:
    """Asked at every turn of the hub's main loop, which is a part that must go on too."""

    def __init__(self) -> None:
        self.signs: dict[str, Sign] = {}
        self._supervisor = Supervisor()
        self._stuck: list[str] = []

    def ready(self) -> None:
        self._supervisor.ready("Up")

    def answer(self, status: str) -> None:
        """Say that all is alive, or who is not; `status` is for `systemctl status`."""
        found = stuck(self.signs, STUCK_S)
        if found != self._stuck:
            self._stuck = found
            if found:
                log.error("parts-stuck", parts=found, next="systemd starts the hub anew, if it started it")
            else:
                log.info("parts-go-on")
        if found:
            self._supervisor.show(f"Stuck: {', '.join(found)}")
        else:
            self._supervisor.alive(status)

    def stopping(self) -> None:
        self._supervisor.stopping()
