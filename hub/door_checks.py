"""Checks of the doors for devices on other machines: are they open, do they show what devices trust, who is due."""

import socket
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from hub import mosquitto
from hub.authority import EARLIEST_MS
from hub.clock import now_ms
from hub.config import Settings
from hub.errors import HubError
from hub.findings import Finding
from hub.folder import Running
from hub.store.reading import open_to_read
from hub.web import listen, listen_everywhere
from wire.joining import SERVER_NAME

SOON_MS = 30 * 86_400_000
NAMED = 5
"""Most devices that are named in one sentence."""
_LOOPBACK = "127.0.0.1"
_ENDS = """
    SELECT d.name, max(c.not_after) AS ends FROM certificate AS c JOIN device AS d ON d.id = c.device_id
    WHERE c.revoked_at IS NULL AND d.removed_at IS NULL GROUP BY d.name ORDER BY ends, d.name
"""


def check_doors(settings: Settings, running: Running | None) -> Iterator[Finding]:
    """Whether devices can come in. Raises OSError, HubError where a check cannot be made."""
    if running is not None and running.https_port is not None:
        yield from _open_doors(settings, running)
    elif running is None and settings.listen is not None:
        yield _free_ports(settings)
    else:
        yield _closed(settings)
    yield from _certificates(settings)


def _open_doors(settings: Settings, running: Running) -> Iterator[Finding]:
    kept = _asked(settings, "SELECT certificate FROM authority")
    if not kept:
        yield Finding(check="authority", ok=False, sentence="The hub's authority is gone: stop, restore a backup.")
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=kept[0][0])
    for check, port in (("devices", running.mqtts_port), ("https", running.https_port)):
        yield _handshake(check, running.listen_host or _LOOPBACK, port or 0, context)


def _handshake(check: str, host: str, port: int, context: ssl.SSLContext) -> Finding:
    """As a device sees it, but with a look at the dates too, as browsers have."""
    try:
        with (
            socket.create_connection((host, port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=SERVER_NAME) as tls,
        ):
            shown = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
    except ssl.SSLError as error:
        sentence = f"Port {port} of {host} shows no certificate that devices trust ({error.reason}); restart the hub."
        return Finding(check=check, ok=False, sentence=sentence)
    except OSError as error:
        sentence = f"Nobody answers on port {port} of {host} ({error.strerror or error}); see the hub's log."
        return Finding(check=check, ok=False, sentence=sentence)
    days = (shown.not_valid_after_utc - datetime.now(UTC)).days
    sentence = f"The running hub answers on port {port} of {host}; its certificate has {days} days left."
    return Finding(check=check, ok=True, sentence=sentence)


def _free_ports(settings: Settings) -> Finding:
    assert settings.listen is not None  # noqa: S101 (the caller looked)
    where = settings.listen
    try:
        port = mosquitto.claim(where.port, where.host, "--listen")
        with (
            listen(where.host, settings.https_port, "--https-port")
            if where.host
            else listen_everywhere(settings.https_port) as free
        ):
            sentence = f"Ports {port} and {free.getsockname()[1]} are free."
            return Finding(check="devices", ok=True, sentence=sentence)
    except HubError as error:
        return Finding(check="devices", ok=False, sentence=str(error))


def _closed(settings: Settings) -> Finding:
    sentence = "The hub listens on loopback only; devices on other machines need relay-hub up --listen."
    waiting = len(_asked(settings, "SELECT 1 FROM invitation WHERE used_at IS NULL AND expires_at > ?", now_ms()))
    if waiting:
        sentence = f"{waiting} devices are invited, but the hub listens on loopback only: relay-hub up --listen"
    return Finding(check="devices", ok=False if waiting else None, sentence=sentence)


def _certificates(settings: Settings) -> Iterator[Finding]:
    now = now_ms()
    rows = _asked(settings, _ENDS)
    if now < EARLIEST_MS:
        yield Finding(check="papers", ok=False, sentence="The clock is wrong: no certificate can be issued. Set it.")
        return
    ended = [name for name, end in rows if end <= now]
    soon = [name for name, end in rows if now < end <= now + SOON_MS]
    if ended:
        sentence = f"The certificates of {_names(ended)} have ended; invite them again (relay-hub device invite NAME)."
        yield Finding(check="papers", ok=False, sentence=sentence)
    if soon:
        sentence = f"The certificates of {_names(soon)} end within 30 days; devices that are connected renew them."
        yield Finding(check="papers", ok=None, sentence=sentence)
    if rows and not ended and not soon:
        yield Finding(check="papers", ok=True, sentence=f"{len(rows)} devices have a certificate; none ends soon.")


def _asked(settings: Settings, query: str, *values: int) -> list[tuple[Any, ...]]:
    """Rows of a database that is not changed by asking; none where it, or the table, is not there yet."""
    if not settings.database.is_file():
        return []
    with closing(open_to_read(settings.database)) as connection:
        try:
            return connection.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # of an older version, not started since
                return []
            raise


def _names(found: list[str]) -> str:
    more = len(found) - NAMED
    return ", ".join(found[:NAMED]) + (f" and {more} more" if more > 0 else "")
