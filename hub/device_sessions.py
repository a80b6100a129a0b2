"""Devices that have joined, at the HTTPS door: they prove who they are, and get a token for the routes of devices.

A token is remembered with what it was given for, and that is looked up at each use: a certificate that is taken back,
a password that is made anew, a device that is removed end it at once. All of it is in memory: after a start of the
hub, devices sign in again.
"""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.admission import RefusedError, network
from hub.authority import Authority, RequestError, proves, read_certificate
from hub.challenges import Challenges
from hub.core.guesses import Allowance, Guesses
from hub.credentials import matches
from hub.store import authority as papers
from hub.store import devices
from hub.store.database import Database
from wire.device_session import SESSION_S, session_text

TOKEN_PREFIX: Final = "relayd_"  # noqa: S105 (what tokens begin with, so that they are known for what they are)
MOST_SESSIONS: Final = 50_000
"""Sessions at once; the oldest end for new ones."""
OPENINGS: Final = Allowance(burst=20, every_ms=30_000)
"""How often one device may open a session."""
PAGES: Final = Allowance(burst=300, every_ms=500)
"""How often one device may ask for a page: the greatest catalogue at once, then two a second."""
ALL_OPENINGS: Final = Allowance(burst=50_000, every_ms=1)

log = structlog.get_logger("device-sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    """Whose it is, when it ends, and the fingerprint of a certificate, or a hashed password, that it stands for."""

    device: str
    ends_at: int
    mark: str
    by_password: bool


class DeviceSessions:
    """Thread-safe. The hub's authority is None where no device can have a certificate."""

    def __init__(
        self,
        database: Database,
        authority: Authority | None,
        *,
        clock: Callable[[], int],
        timer: Callable[[], int] = lambda: time.monotonic_ns() // 10**6,
    ) -> None:
        """`clock` is Unix ms, `timer` ms that only go forward."""
        self._database = database
        self._authority = authority
        self._clock, self._timer = clock, timer
        self._lock = threading.Lock()
        self._challenges = Challenges()
        self._guesses = Guesses()
        self._openings = Guesses(each=OPENINGS, together=ALL_OPENINGS)
        self._pages = Guesses(each=PAGES, together=ALL_OPENINGS)
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()

    def challenge(self, device: str) -> str:
        """A number for a device to sign. Any name gets one, so that asking tells nothing."""
        return self._challenges.make(device, self._timer())

    def by_certificate(self, device: str, nonce: str, certificate: str, signature: str, *, source: str) -> str:
        """A token for a device that signed a number by the key of its certificate. Raises RefusedError."""
        self._admit_try(source)
        with self._lock:
            fresh = self._challenges.is_fresh(nonce, device, self._timer())
        if not fresh:
            raise self._refusal(source, "stale-challenge", "The number is not of this hub, or it is used or too old.")
        try:
            shown = read_certificate(certificate)
        except RequestError as error:
            raise self._refusal(source, "bad-certificate", str(error)) from error
        mark = shown.fingerprint(hashes.SHA256()).hex()
        if self._authority is None or not self._authority.signed(shown) or not self._counts(device, mark):
            sentence = "The certificate is not a current one of this hub for this device; renew it, or join anew."
            raise self._refusal(source, "no-certificate", sentence)
        if not proves(shown, signature, session_text(nonce)):
            raise self._refusal(source, "bad-signature", "The number is not signed by the certificate's key.")
        return self._begin(device, mark, nonce=nonce, key=_der(shown.public_key()))

    def by_password(self, device: str, password: str, *, source: str) -> str:
        """A token for a device that has a password. Raises RefusedError."""
        self._admit_try(source)
        with self._database.read() as connection:
            kept = devices.password_of(connection, device)
        if kept is None or not matches(kept, password):
            raise self._refusal(source, "wrong-password", "The device's name or password is wrong.")
        return self._begin(device, kept)

    def device_of(self, token: str) -> str | None:
        """The device that a token was given to and that may still come in."""
        if not token.startswith(TOKEN_PREFIX):
            return None
        with self._lock:
            found = self._sessions.get(_digest(token))
        if found is None or found.ends_at <= self._timer():
            return None
        if not found.by_password:
            return found.device if self._counts(found.device, found.mark) else None
        with self._database.read() as connection:
            return found.device if devices.password_of(connection, found.device) == found.mark else None

    def pace(self, device: str) -> None:
        """One more page for a device. Raises RefusedError where it asks too often."""
        now = self._timer()
        with self._lock:
            wait_ms = self._pages.wait_ms(device, now)
            if not wait_ms:
                self._pages.wrong(device, now)
        if wait_ms:
            raise RefusedError("too-many", "This device asks too often.", wait_s=-(-wait_ms // 1000))

    def _counts(self, device: str, mark: str) -> bool:
        """Whether a certificate is a current one of a device."""
        with self._database.read() as connection:
            holder = papers.holder(connection, mark)
        return (
            holder is not None and holder.device == device and not holder.revoked and self._clock() < holder.not_after
        )

    def _begin(self, device: str, mark: str, *, nonce: str | None = None, key: bytes | None = None) -> str:
        now = self._timer()
        with self._lock:
            wait_ms = self._openings.wait_ms(device, now)
            if wait_ms:
                raise RefusedError("too-many", "This device opens too many sessions.", wait_s=-(-wait_ms // 1000))
            if nonce is not None:
                if not self._challenges.is_fresh(nonce, device, now):
                    raise RefusedError("stale-challenge", "The number was used already; ask for another one.")
                self._challenges.use(nonce, now)
            self._openings.wrong(device, now)
        self._seal_for(device, key)
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        session = _Session(device=device, ends_at=now + SESSION_S * 1000, mark=mark, by_password=nonce is None)
        with self._lock:
            self._sessions[_digest(token)] = session
            while len(self._sessions) > MOST_SESSIONS or next(iter(self._sessions.values())).ends_at <= now:
                self._sessions.popitem(last=False)
        return token

    def _seal_for(self, device: str, key: bytes | None) -> None:
        """What is for this device alone is sealed for the key that it has just proved to hold."""
        with self._database.read() as connection:
            if devices.seal_of(connection, device) == key:
                return
        with self._database.write() as connection:
            devices.seal_with(connection, device, key)

    def _admit_try(self, source: str) -> None:
        with self._lock:
            wait_ms = self._guesses.wait_ms(network(source), self._timer())
        if wait_ms:
            wait_s = -(-wait_ms // 1000)
            raise RefusedError("too-many", f"Too many wrong tries; try again in {wait_s} s.", wait_s=wait_s)

    def _refusal(self, source: str, code: str, sentence: str) -> RefusedError:
        """The refusal of a wrong try, which is counted."""
        with self._lock:
            self._guesses.wrong(network(source), self._timer())
        log.warning("device-refused", reason=code, source=network(source))
        return RefusedError(code, sentence)


def _der(key: object) -> bytes:
    """A public key as it is kept."""
    assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 (read_certificate takes no other)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
