"""How devices get their certificates: by an invitation's secret once, by their own certificate ever after.

The name and kind come from the invitation, never from the request. Whoever joins under a name replaces the device
that had it: everything it could connect with ends. An answer that got lost may be asked for again, by the same key
and while the invitation lasts. Wrong tries are limited, and right ones by device.
"""

import ipaddress
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from sqlalchemy import Connection

from hub.authority import Authority, RequestError, proves, read_certificate, read_request
from hub.core.guesses import Guesses
from hub.credentials import KINDS, may_connect
from hub.errors import HubError
from hub.store import authority as papers
from hub.store import devices, invitations
from hub.store.database import Database
from hub.store.decisions import HERE, note
from hub.store.reference import announce
from wire.joining import ALPHABET, SECRET_CHARS, Code, Joined, renewed_text

HOUR_MS: Final = 3_600_000
CERTIFICATES_AN_HOUR: Final = 10
"""Most that one device gets in an hour by renewing, or by asking again for the answer to its joining."""

log = structlog.get_logger("admission")


class InvitationError(HubError):
    """Nobody can be invited in this way."""


class RefusedError(HubError):
    """A device is not let in; `code` is for programs, `wait_s` says when it may try again, None: not so."""

    def __init__(self, code: str, sentence: str, *, wait_s: int | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A code that was just made, shown this once."""

    device: str
    kind: str
    code: Code
    expires_at: int


def open_authority(database: Database) -> Authority:
    """The hub's authority, made at first need. Raises AuthorityError."""
    with database.read() as connection:
        kept = papers.kept(connection)
    if kept is None:
        made = Authority.make(database.ledger)
        with database.write() as connection:
            kept = papers.kept(connection)  # two commands may have come here at once
            if kept is None:
                kept = (made.key_pem, made.pem)
                papers.keep(connection, *kept)
    return Authority.load(*kept)


def invite(
    database: Database, authority: Authority, name: str, kind: str | None, *, now: int, ms: int, by: str = HERE
) -> Invitation:
    """Invite a device, known or not, for so many milliseconds. Raises InvitationError."""
    if not may_connect(name):
        raise InvitationError(f"{name!r} cannot name a device: use 1 to 40 of a-z, 0-9 and hyphen, and not 'hub'.")
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_CHARS))
    with database.write() as connection:
        kind = kind or devices.kind_of(connection, name) or KINDS[0]
        if kind not in KINDS:
            raise InvitationError(f"{kind!r} is no kind of device; use one of {', '.join(KINDS)}.")
        invitations.invite(connection, secret, device=name, kind=kind, now=now, expires_at=now + ms, by=by)
        note(connection, by, "device-invited", name, kind, now)
        announce(connection, "device", {"names": [name]}, now)
    code = Code(secret=secret, fingerprint=authority.fingerprint)
    return Invitation(device=name, kind=kind, code=code, expires_at=now + ms)


class Admission:
    """Answers devices that want a certificate. Thread-safe."""

    def __init__(
        self,
        database: Database,
        authority: Authority,
        *,
        mqtt_port: int,
        clock: Callable[[], int],
        changed: Callable[[], None],
    ) -> None:
        """`changed` is called after each commit, and returns when the broker knows of it."""
        self._database = database
        self._authority = authority
        self._mqtt_port = mqtt_port
        self._clock = clock
        self._changed = changed
        self._guesses = Guesses()
        self._lock = threading.Lock()

    @property
    def authority(self) -> str:
        """The authority's certificate (PEM)."""
        return self._authority.pem

    def join(self, secret: str, csr: str, *, source: str) -> Joined:
        """Let the device in that holds an invitation's secret. Raises RefusedError."""
        now = self._admit_try(source)
        with self._database.read() as connection:
            invited = invitations.find(connection, secret)
        if invited is None or invited.expires_at <= now:
            state = "unknown" if invited is None else "expired"
            raise self._refusal(source, f"{state}-code", f"The code is {_STATES[state]}; ask for a new one.")
        request = self._request(csr, source)
        key = _digest(request)
        if invited.used_by not in (None, key):
            raise self._refusal(source, "used-code", "The code was used already; ask for a new one.")
        joined = self._let_in(secret, request, key, now)
        log.info("joined", device=joined.device, kind=joined.kind, source=network(source))
        self._changed()
        return joined

    def renew(self, certificate: str, csr: str, signature: str, *, source: str) -> Joined:
        """Give a device that proves its certificate a new one. Raises RefusedError."""
        now = self._admit_try(source)
        try:
            shown = read_certificate(certificate)
        except RequestError as error:
            raise self._refusal(source, "bad-certificate", str(error)) from error
        mark = shown.fingerprint(hashes.SHA256()).hex()
        with self._database.read() as connection:
            holder = papers.holder(connection, mark)
        if holder is None or not self._authority.signed(shown):
            raise self._refusal(source, "foreign-certificate", "This hub did not issue the certificate; join anew.")
        if holder.revoked or holder.not_after <= now:
            state = "revoked" if holder.revoked else "expired"
            raise self._refusal(source, f"{state}-certificate", f"The certificate is {state}; join anew.")
        request = self._request(csr, source)
        if not proves(shown, signature, renewed_text(request.public_bytes(serialization.Encoding.DER))):
            raise self._refusal(source, "bad-signature", "The request is not signed by the certificate's key.")
        with self._database.write() as connection:
            holder = papers.holder(connection, mark)  # again: it may have been revoked or replaced meanwhile
            if holder is None or holder.revoked:
                raise RefusedError("revoked-certificate", "The certificate is revoked; join anew.")
            if papers.issued_since(connection, holder.device, now - HOUR_MS) >= CERTIFICATES_AN_HOUR:
                raise RefusedError("too-many", "This device renewed too often; it has to wait.", wait_s=3600)
            joined = self._certify(connection, request, holder.device, holder.kind, now)
        log.info("renewed", device=joined.device, source=network(source))
        self._changed()
        return joined

    def _let_in(self, secret: str, request: x509.CertificateSigningRequest, key: str, now: int) -> Joined:
        with self._database.write() as connection:
            invited = invitations.find(connection, secret)  # again: another one may have used it meanwhile
            if invited is None or invited.used_by not in (None, key):
                raise RefusedError("used-code", "The code was used already; ask for a new one.")
            if invited.used_by is None:
                papers.take_back(connection, invited.device, now=now)
                invitations.use(connection, secret, by=key, now=now)
            elif papers.issued_since(connection, invited.device, now - HOUR_MS) >= CERTIFICATES_AN_HOUR:
                raise RefusedError("too-many", "This device joined too often; it has to wait.", wait_s=3600)
            devices.admit_certified(connection, invited.device, invited.kind, now=now)
            return self._certify(connection, request, invited.device, invited.kind, now)

    def _certify(
        self, connection: Connection, request: x509.CertificateSigningRequest, name: str, kind: str, now: int
    ) -> Joined:
        issued = self._authority.certify_device(request, name, now_ms=now)
        device_id = devices.id_of(connection, name)
        assert device_id is not None  # noqa: S101 (both callers found it)
        papers.issued(
            connection,
            device_id,
            serial=issued.serial,
            fingerprint=issued.fingerprint,
            not_before=issued.not_before,
            not_after=issued.not_after,
            now=now,
        )
        announce(connection, "device", {"names": [name]}, now)
        return Joined(
            device=name,
            kind=kind,
            certificate=issued.pem,
            authority=self._authority.pem,
            mqtt_port=self._mqtt_port,
            ledger=self._database.ledger,
            time=now,
        )

    def _admit_try(self, source: str) -> int:
        now = self._clock()
        with self._lock:
            wait_ms = self._guesses.wait_ms(network(source), now)
        if wait_ms:
            wait_s = -(-wait_ms // 1000)
            raise RefusedError("too-many", f"Too many wrong tries; try again in {wait_s} s.", wait_s=wait_s)
        return now

    def _refusal(self, source: str, code: str, sentence: str) -> RefusedError:
        """The refusal of a wrong try, which is counted."""
        with self._lock:
            self._guesses.wrong(network(source), self._clock())
        log.warning("not-let-in", reason=code, source=network(source))
        return RefusedError(code, sentence)

    def _request(self, csr: str, source: str) -> x509.CertificateSigningRequest:
        try:
            return read_request(csr)
        except RequestError as error:
            raise self._refusal(source, "bad-request", str(error)) from error


_STATES = {"unknown": "not known here", "expired": "no longer valid"}


def network(source: str) -> str:
    """Whom tries are counted for: an IPv4 address, or the 64 bits of an IPv6 address that one subscriber has."""
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return source
    if address.version == 6 and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def _digest(request: x509.CertificateSigningRequest) -> str:
    key = request.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return sha256(key).hexdigest()
