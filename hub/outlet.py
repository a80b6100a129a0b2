"""What ingest may do to the outside: send to devices, and say what screens should show."""

from hub.api.fanout import Fanout
from hub.api.live import LiveFeed
from hub.broker import Broker
from wire.messages import Now


class Outlet:
    """Without a broker, before there is one, nothing is sent."""

    def __init__(self, live: LiveFeed, positions: Fanout) -> None:
        self.broker: Broker | None = None
        self._live = live
        self._positions = positions

    def publish(self, topic: str, payload: bytes) -> None:
        if self.broker is not None:
            self.broker.publish(topic, payload)

    def order(self, topic: str, payload: bytes) -> bool:
        """Ask something of a device; whether it could be sent at all."""
        return self.broker is not None and self.broker.publish(topic, payload, qos=1)

    def changed(self) -> None:
        self._live.notify()

    def shown(self, device: str, now: Now, received_at: int) -> None:
        self._positions.shown(device, now, received_at)
