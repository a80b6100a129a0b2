"""Who may connect, and that the broker knows it: passwords, certificates, and the connections of those thrown out.

A list of certificates taken back stops new connections only. So after the broker has read its new rules (the login of
a user whose password came with them tells), the hub connects for a moment under the client id of each device that
lost a certificate; the broker then ends the connection that had it. On the listener for devices the client id is the
certificate's name, so no device can hide behind another id, nor throw out another one. What comes back under the
name must show a certificate that still counts.
"""

import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import select

from hub.authority import EARLIEST_MS, SERVER_DAYS, Authority, ServerCertificate
from hub.broker import Login, take_over, try_login
from hub.config import Address, Listen
from hub.mosquitto import Mosquitto
from hub.mosquitto_files import CIPHERS, Entrance
from hub.store import authority as papers
from hub.store import devices
from hub.store.database import Database
from hub.store.schema import device
from wire import codec, topics
from wire.messages import Presence
from wire.topics import Leaf

T = TypeVar("T")
EFFECT_S = 5.0
"""How long the broker may take to read new rules."""
CUT_S = 2.0
ALL_CUT_S = 10.0
TEND_S = 60.0
DAY_MS = 86_400_000
RENEW_MS = 30 * DAY_MS
"""The server certificate is made anew when it ends within this time."""

log = structlog.get_logger("gate")


class Gate:
    """Keeps the embedded broker's rules, and those connected, to what the database says. Thread-safe."""

    def __init__(
        self, database: Database, folder: Path, names: Callable[[], set[str]], clock: Callable[[], int]
    ) -> None:
        """`folder` is the broker's, `names` are those that the server certificate shall show beside its own."""
        self._database = database
        self._folder = folder
        self._names = names
        self._clock = clock
        self._authority: Authority | None = None
        self._server: ServerCertificate | None = None
        self._mosquitto: Mosquitto | None = None
        self._certified: dict[str, frozenset[str]] = {}
        self._passwords: frozenset[str] = frozenset()
        self._to_cut: set[str] = set()
        self._shut: dict[str, float] = {}
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._asked = 0
        self._done = 0
        self._tend_at = time.monotonic() + TEND_S
        self.context: ssl.SSLContext | None = None

    def open(self, authority: Authority, listen: Listen) -> Entrance:
        """Prepare the way in for devices on other machines. Raises AuthorityError."""
        self._authority = authority
        self._server = authority.certify_server(self._names(), now_ms=self._clock())
        return Entrance(listen=listen, certified=lambda: self._certified, papers=self._papers)

    def guard(self, mosquitto: Mosquitto) -> Address:
        """Start this broker and keep its rules from now on. Raises BrokerError."""
        self._mosquitto = mosquitto
        self._certified, self._passwords = self._who()
        address = mosquitto.start()
        if self._server is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.context.set_ciphers(CIPHERS)
            self._show()
        return address

    def passwords(self) -> Mapping[str, str]:
        """Who may connect by password: name -> hash."""
        with self._database.read() as connection:
            return self._heard(devices.credentials(connection))

    def reload(self) -> None:
        """Bring the broker to what the database says now; returns when that is so. Raises BrokerError."""
        if self._mosquitto is None:
            return
        with self._counting:
            self._asked += 1
            ticket = self._asked
        with self._turn:
            if self._done >= ticket:  # somebody's turn began after we asked, so it did this too
                return
            with self._counting:
                covered = self._asked
            self._apply(self._mosquitto)
            self._done = covered

    def shut_out(self, names: Collection[str], seconds: float) -> None:
        """Have devices publish and hear nothing for a while, and cut them off. Raises BrokerError."""
        with self._turn:  # whose turn it is looks at them too
            self._shut |= dict.fromkeys(names, time.monotonic() + seconds)
        self.reload()

    def tend(self) -> None:
        """What time brings: certificates that end, and what did not work at once. Called often, quick mostly."""
        if self._mosquitto is None or (not self._to_cut and time.monotonic() < self._tend_at):
            return
        self._tend_at = time.monotonic() + TEND_S
        before = self._server
        if self._authority is not None and before is not None and not self._lasts(before):
            self._server = self._authority.certify_server(self._names(), now_ms=self._clock())
            log.info("server-certificate-renewed")
        elif not self._to_cut and self._who() == (self._certified, self._passwords):
            return
        try:
            self.reload()
            self._show()
        except Exception:
            self._server = before  # nobody may have the new one: it is made again
            raise

    def _apply(self, mosquitto: Mosquitto) -> None:
        certified, passwords = self._certified, self._passwords
        self._certified, self._passwords = self._who()
        self._to_cut |= {name for name, had in certified.items() if had - self._certified.get(name, frozenset())}
        self._to_cut |= passwords - self._passwords
        try:
            probe = mosquitto.reload()
        except Exception:
            self._certified, self._passwords = certified, passwords
            raise
        in_force = _in_force(probe)
        if not in_force:
            log.warning("rules-not-confirmed", hint="the broker reads its rules when it answers again")
        # Whoever waits for us is not kept for long: the rest is cut off by the next call of `tend`.
        until = time.monotonic() + ALL_CUT_S
        for name in sorted(self._to_cut):
            # By the old rules it may be back at once: then it is cut off again.
            if time.monotonic() < until and self._cut(mosquitto.address, name) and in_force:
                self._to_cut.discard(name)

    def _cut(self, address: Address, name: str) -> bool:
        """End what is connected as this device, and say that it is offline, which its last will may not."""
        with self._database.read() as connection:
            query = select(device.c.run, device.c.connection).where(device.c.name == name)
            row = connection.execute(query).one()
        gone = Presence(run=row.run or "0" * 16, connection=row.connection or "", online=False, at=self._clock())
        done = take_over(address, name, topics.build(name, Leaf.PRESENCE), codec.encode(gone), timeout_s=CUT_S)
        log.info("cut-off", device=name, done=done)
        return done

    def _who(self) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
        with self._database.read() as connection:
            certified = papers.certified(connection, now=self._clock()) if self._authority is not None else {}
            return self._heard(certified), frozenset(self._heard(devices.credentials(connection)))

    def _heard(self, names: Mapping[str, T]) -> dict[str, T]:
        """The same without those that are shut out for now."""
        now = time.monotonic()
        self._shut = {name: until for name, until in self._shut.items() if until > now}
        return {name: value for name, value in names.items() if name not in self._shut}

    def _lasts(self, server: ServerCertificate) -> bool:
        """Whether it does not end soon, nor begins only later: the clock may have been wrong when it was made.

        By a clock that is wrong now it is not judged: nothing could be signed.
        """
        now = self._clock()
        return now < EARLIEST_MS or RENEW_MS <= server.not_after - now <= (SERVER_DAYS + 1) * DAY_MS

    def _papers(self) -> Mapping[str, str]:
        assert self._authority is not None  # noqa: S101 (open() came before)
        assert self._server is not None  # noqa: S101
        with self._database.read() as connection:
            taken_back = self._authority.taken_back(papers.taken_back(connection))
        return {
            "authority.pem": self._authority.pem,
            "server.pem": self._server.certificate,
            "server-key.pem": self._server.key,
            "taken-back.pem": taken_back,
        }

    def _show(self) -> None:
        if self.context is not None:
            self.context.load_cert_chain(self._folder / "server.pem", self._folder / "server-key.pem")


def _in_force(probe: Address) -> bool:
    deadline = time.monotonic() + EFFECT_S
    while (answer := try_login(probe, timeout_s=1)) is not Login.ACCEPTED:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01 if answer is Login.REFUSED else 0.1)
    return True
