"""What has arrived and was not read yet: a queue for each device, served in turn.

A device that sends without pause so makes others wait for one of its messages, not for all of them, and may have no
more waiting than its share: what is above that is dropped, as a broker may. Its device sends it again, if it is a
sound one, and a sound one never has so much on its way (wire.limits: a window of WINDOW_BATCHES).
"""

from collections import OrderedDict, deque
from typing import Final

from hub.ingest.group import Arrival
from wire.limits import BATCH_BYTES, WINDOW_BATCHES

SHARE_BYTES: Final = 2 * WINDOW_BATCHES * BATCH_BYTES
"""Most that waits of one device."""
OVERHEAD_BYTES: Final = 512
"""About what an empty message takes."""


class Waiting:
    """Messages by device. Not thread-safe."""

    def __init__(self, share: int = SHARE_BYTES) -> None:
        self._share = share
        self._queues: OrderedDict[str, deque[Arrival]] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self.bytes = 0
        self.dropped = 0

    def __bool__(self) -> bool:
        return bool(self._queues)

    def put(self, arrival: Arrival) -> None:
        """Have a message wait behind the others of its device; drop it if too many do. One by hand is never dropped."""
        size = self._sizes.get(arrival.device, 0)
        if size >= self._share and arrival.reply is None:
            self.dropped += 1
            return
        self._queues.setdefault(arrival.device, deque()).append(arrival)
        self._sizes[arrival.device] = size + cost(arrival)
        self.bytes += cost(arrival)

    def take(self, most: int) -> list[Arrival]:
        """About so many bytes of messages: one of each device in turn, those of one device in their order."""
        taken: list[Arrival] = []
        size = 0
        while self._queues and size < most:
            device, queue = self._queues.popitem(last=False)
            arrival = queue.popleft()
            taken.append(arrival)
            size += cost(arrival)
            self._sizes[device] -= cost(arrival)
            if queue:
                self._queues[device] = queue
            else:
                del self._sizes[device]
        self.bytes -= size
        return taken


def cost(arrival: Arrival) -> int:
    """About how much memory a message takes, in bytes."""
    return len(arrival.payload) + OVERHEAD_BYTES
