"""TLS as a device wants it: one authority, one name, and no word of the device's own wall clock.

The authority is the one that was pinned when the device joined, and it must vouch for a server that bears the name
SERVER_NAME, whatever address was dialled, by a certificate made for servers: one for devices is no hub.

A device may have lost its clock, so OpenSSL is told not to look at dates (X509_V_FLAG_NO_CHECK_TIME). Instead the end
of the hub's certificate is held against a time that is certainly past (the latest that the hub itself said over a
trusted connection, or when this program was built): a certificate that ended before it is refused. Where a
certificate begins is not looked at: only the authority could have made it, and no harm comes from one made early.

Failure modes: a hub whose clock was months ahead for hours leaves its word with the devices, which may refuse it when
it is set right; joining again forgets that word. A certificate that ended since the hub was last heard is believed.
"""

import select
import ssl
from pathlib import Path
from typing import Any, Final

from edge.identity import Identity, IdentityError
from wire.joining import SERVER_NAME

NO_CHECK_TIME: Final = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL (x509_vfy.h), which Python does not name."""

VERDICT_S: Final = 3.0
"""How long a hub may take to look at this device's certificate, before it is written to all the same."""

EXPIRED: Final = "expired"
REVOKED: Final = "revoked"
REFUSED: Final = "refused"

_ALERTS: Final = {
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": EXPIRED,
    "SSLV3_ALERT_CERTIFICATE_REVOKED": REVOKED,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": REFUSED,
    "SSLV3_ALERT_BAD_CERTIFICATE": REFUSED,
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": REFUSED,
    "TLSV1_ALERT_UNKNOWN_CA": REFUSED,
    "TLSV1_ALERT_ACCESS_DENIED": REFUSED,
    "TLSV1_ALERT_DECRYPT_ERROR": REFUSED,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": REFUSED,
}
_AGAIN: Final = "invite it at the hub (relay-hub device invite NAME), then `relay-edge join HUB CODE`"
_REFUSALS: Final = {
    EXPIRED: f"the hub says that this device's certificate has expired; if the hub's clock is right, {_AGAIN}",
    REVOKED: f"the hub has revoked this device's certificate; if this device may come back, {_AGAIN}",
    REFUSED: f"the hub refuses this device's certificate: it is not of the hub's authority; {_AGAIN}",
}


class ExpiredHubError(ssl.SSLError):
    """The hub's certificate ended before a time that is certainly past."""


class HubSocket(ssl.SSLSocket):
    """A connection to the hub: nothing is sent before the dates were looked at; why it was refused is kept."""

    context: "HubContext"

    def do_handshake(self, block: bool = False) -> None:
        """Raises OSError (ssl.SSLError is one), also where the hub's certificate has ended: then it is closed."""
        try:
            super().do_handshake(block)
            self._hold_against(self.context.floor_ms)
            if self.context.presents and self.version() == "TLSv1.3":
                self._await_verdict()
        except OSError as error:
            self._note(error)
            self.close()
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Raises ssl.SSLError, which is kept if it is the hub's refusal."""
        try:
            return super().recv(buflen, flags)
        except ssl.SSLError as error:
            self._note(error)
            raise

    def _await_verdict(self) -> None:
        """Wait for the hub to look at this device's certificate, which under TLS 1.3 it does after the handshake.

        Then it sends session tickets, or its refusal, which would be lost with the connection if it were written to.
        """
        if not select.select([self], [], [], VERDICT_S)[0]:
            return
        patience = self.gettimeout()
        self.settimeout(0)
        try:
            if super().recv(1):
                raise ssl.SSLError(ssl.SSL_ERROR_SSL, "it speaks before it is spoken to")
        except ssl.SSLWantReadError:
            pass
        finally:
            self.settimeout(patience)

    def _note(self, error: OSError) -> None:
        if refusal(error):
            self.context.refused = error

    def _hold_against(self, floor_ms: int | None) -> None:
        found: Any = self.getpeercert()
        if floor_ms is None or ssl.cert_time_to_seconds(found["notAfter"]) * 1000 >= floor_ms:
            return
        raise ExpiredHubError(ssl.SSL_ERROR_SSL, f"the hub's certificate ended on {found['notAfter']}")


class HubContext(ssl.SSLContext):
    """How to connect to the hub; use `trusting` or `unverified`."""

    sslsocket_class = HubSocket
    floor_ms: int | None = None
    """A time that is certainly past; None: no certificate is looked at."""
    presents: bool = False
    """Whether a certificate of this device is shown."""
    refused: OSError | None = None
    """Why the hub did not let this device in."""

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Asks for the hub by its own name, whatever address was dialled."""
        kwargs["server_hostname"] = SERVER_NAME
        return super().wrap_socket(*args, **kwargs)


def unverified() -> HubContext:
    """For the one question that comes before trust: which authority do you claim to be? TLS 1.2 or later."""
    context = HubContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def trusting(authority: str, floor_ms: int) -> HubContext:
    """Trusts one authority (PEM) and nobody else. Raises ssl.SSLError if it is no certificate."""
    context = HubContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.verify_flags |= NO_CHECK_TIME
    context.load_verify_locations(cadata=authority)
    context.floor_ms = floor_ms
    return context


def presenting(identity: Identity) -> HubContext:
    """The same, as this device. Raises IdentityError."""
    try:
        context = trusting(identity.authority.read_text(encoding="ascii"), identity.trusted_ms())
        context.load_cert_chain(identity.certificate, identity.key)
        context.presents = True
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = error.strerror or error if isinstance(error, OSError) else error
        hint = _hint(identity.key, error)
        raise IdentityError(f"cannot use the identity in {identity.folder}: {why}; {hint}") from error
    return context


def refusal(error: BaseException | None) -> str:
    """Whether the hub refused this device's certificate: EXPIRED, REVOKED, REFUSED, or nothing of the kind."""
    return _ALERTS.get(getattr(error, "reason", None) or "", "")


def explain(error: BaseException, address: str) -> str:
    """Why TLS did not come about, and what a person can do."""
    if word := refusal(error):
        return _REFUSALS[word]
    if isinstance(error, ExpiredHubError):
        return (
            f"what answers at {address} has a certificate that ended ({error.strerror}); check the hub's clock and"
            " restart it; if the hub's clock was wrong before, join again"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"what answers at {address} is not the hub that this device joined ({error.verify_message});"
            " check [hub] host and port; if the hub is a new one, join it"
        )
    if isinstance(error, ssl.SSLError):
        return f"what answers at {address} does not speak TLS as the hub does ({error.reason or error}); check the port"
    return f"cannot reach the hub at {address}: {error}"


def _hint(key: Path, error: Exception) -> str:
    if isinstance(error, PermissionError):
        return f"give it to the agent's user: chown -R USER {key.parent}"
    return "join the hub again"
