"""Says to devices what people ask of them, the configuration that they should have, and which site data is newest.

The database is the truth; here is only remembered what was said when, so that it is not said too often. A device is
asked after each of its hellos, when somebody asks something new, and again and again while it has not said a word of
it, ever more rarely. That the broker took a message says nothing: only a fact of the device ends the asking.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from hub.store import commands
from hub.store.database import Database
from wire import codec, topics
from wire.messages import Command, Desired, Known

AGAIN_MS: Final = 10_000
RAREST_MS: Final = 600_000
LOOK_S: Final = 5.0
"""How often the whole is looked at, for what was lost on the way."""
PACE_S: Final = 0.02
"""The shortest time between two looks: what is asked one by one is said in few."""
MANY: Final = 20
"""From so many devices on it is asked first which of them there is something for: a herd says hello at once."""

log = structlog.get_logger("dispatch")


@dataclass(slots=True)
class _Said:
    """What a device was asked, and when, Unix ms."""

    at: dict[str, int] = field(default_factory=dict)
    wait_ms: int = AGAIN_MS


class Dispatcher:
    """One thread. `publish` sends to a topic at QoS 1 and says whether it could."""

    def __init__(
        self,
        database: Database,
        *,
        publish: Callable[[str, bytes], bool],
        clock: Callable[[], int],
        newest: Callable[[Collection[str]], Mapping[str, Known]] = lambda _: {},
    ) -> None:
        """`newest` tells what devices are to hear of their site data."""
        self._newest = newest
        self._database = database
        self._publish = publish
        self._clock = clock
        self._ledger = database.ledger
        self._said: dict[str, _Said] = {}
        self._lock = threading.Condition()
        self._greeted: set[str] = set()
        self._answered: set[str] = set()
        self._grown: set[str] = set()
        self._all = True
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin. Raises DBAPIError where the database cannot be written."""
        with self._database.write() as connection:
            commands.renew(connection, self._database.generation)
        self._thread.start()

    def stop(self) -> None:
        """End. Idempotent."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout=10)

    def heard(self, device: str, greeted: bool) -> None:
        """A device said hello, or answered something: it may be asked (more). Any thread, and quick."""
        with self._lock:
            (self._greeted if greeted else self._answered).add(device)
            self._lock.notify_all()

    def asked(self, device: str) -> None:
        """Somebody asked something of a device. Any thread, and quick."""
        self.heard(device, greeted=False)

    def grown(self, names: Collection[str]) -> None:
        """There is new site data for these devices. Any thread, and quick."""
        with self._lock:
            self._grown.update(names)
            self._lock.notify_all()

    def changed(self) -> None:
        """Another program asked something of some device. Any thread, and quick."""
        with self._lock:
            self._all = True
            self._lock.notify_all()

    def _run(self) -> None:
        looked = time.monotonic()
        while True:
            with self._lock:
                self._lock.wait_for(self._due, timeout=LOOK_S)
                if self._stopping:
                    return
                if time.monotonic() - looked >= LOOK_S:  # however busy it is with single devices
                    self._all, looked = True, time.monotonic()
                greeted, answered, everyone = self._greeted, self._answered, self._all
                to_know = self._grown | greeted
                self._greeted, self._answered, self._grown, self._all = set(), set(), set(), False
            try:
                self._tell(to_know)
                self._look(greeted, answered, everyone=everyone)
            except DBAPIError as error:
                log.warning("the database cannot be read; asked again later", error=str(error.orig))
            time.sleep(PACE_S)

    def _due(self) -> bool:
        return bool(self._stopping or self._greeted or self._answered or self._grown or self._all)

    def _tell(self, names: Collection[str]) -> None:
        """Say which site data is newest: a hint, given again after the next hello."""
        for name, known in self._newest(names).items():
            self._publish(topics.build(name, topics.Leaf.CMD), codec.encode(known))

    def _look(self, greeted: set[str], answered: set[str], *, everyone: bool) -> None:
        now = self._clock()
        names = greeted | answered
        for name in greeted:
            self._said.pop(name, None)
        with self._database.read() as connection:
            if len(names) > MANY:
                names &= set(commands.unanswered(connection, online=False, now=now))
            if everyone:
                names |= set(commands.unanswered(connection, online=True, now=now))
            asked = commands.to_ask(connection, sorted(names), ledger=self._ledger, now=now)
        for name in names:
            if name in asked:
                self._ask(name, asked[name], now)
            else:
                self._said.pop(name, None)
        for name in answered & self._said.keys():
            self._said[name].wait_ms = AGAIN_MS

    def _ask(self, name: str, orders: list[Command | Desired], now: int) -> None:
        topic = topics.build(name, topics.Leaf.CMD)
        before = self._said.get(name, _Said())
        after = _Said(wait_ms=before.wait_ms)
        for order in orders:
            key = order.id if isinstance(order, Command) else f"configuration {order.version}"
            at = before.at.get(key)
            if at is not None and now - at < before.wait_ms:
                after.at[key] = at
            elif self._publish(topic, codec.encode(order)):
                after.at[key] = now
                if at is not None:
                    after.wait_ms = min(RAREST_MS, before.wait_ms * 2)
        self._said[name] = after
