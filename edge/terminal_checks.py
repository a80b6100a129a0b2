"""The doctor's checks of a terminal: does its page come, and can handhelds reach it."""

import hashlib
import http.client
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edge.config import Settings, TerminalSettings
from edge.findings import Finding
from edge.ui.addresses import reachable
from edge.ui.certificate import fingerprint

_ANSWER_S: Final = 3.0
_BUILD: Final = "install Relief Relay from its package, or run deploy/build_dashboard.py"


def examine_terminal(settings: Settings, *, running: bool) -> Iterator[Finding]:
    """Nothing where none is configured."""
    terminal = settings.terminal
    if terminal is None:
        return
    yield _page(terminal) if running else _port("127.0.0.1", terminal.port)
    if terminal.listen:
        made = settings.device.data / "terminal" / "certificate.pem"
        yield _door(terminal, made) if running else _port(terminal.listen, terminal.tls_port)
        yield _handhelds(terminal)


def _page(terminal: TerminalSettings) -> Finding:
    check = f"terminal http://127.0.0.1:{terminal.port}"
    link = http.client.HTTPConnection("127.0.0.1", terminal.port, timeout=_ANSWER_S)
    try:
        link.request("GET", "/")
        code = link.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        todo = "the agent starts its page again and again; its log says why it ends (page-not-served, page-ended)"
        return Finding(check=check, said=f"does not answer: {error}", fault=True, todo=todo)
    finally:
        link.close()
    if code == http.client.SERVICE_UNAVAILABLE:
        return Finding(check=check, said="its page was not built", fault=True, todo=_BUILD)
    if code != http.client.OK:
        todo = "stop the other program that uses this port, or choose another in [terminal]"
        return Finding(check=check, said=f"something else answers there ({code})", fault=True, todo=todo)
    return Finding(check=check, said="its page comes")


def _door(terminal: TerminalSettings, made: Path) -> Finding:
    """As a handheld comes in, but with an eye on whose certificate it is."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(terminal.listen, terminal.listen)
    check = f"handhelds' door {terminal.tls_port}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, terminal.tls_port), timeout=_ANSWER_S) as plain,
            context.wrap_socket(plain) as tls,
        ):
            shown = hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest().upper()
        expected = fingerprint(made).replace(":", "")
    except (OSError, ValueError) as error:  # also what TLS says, and a certificate's file that is none
        todo = (
            f"the agent's log says why (page-not-served); if {made.parent} was damaged, remove certificate.pem and"
            " key.pem in it, restart the agent, and accept the new fingerprint on each handheld"
        )
        return Finding(check=check, said=f"does not answer: {error}", fault=True, todo=todo)
    if shown != expected:
        todo = "restart the agent, or stop the other program that uses this port"
        return Finding(check=check, said="another certificate than this device's is shown", fault=True, todo=todo)
    return Finding(check=check, said="answers with this device's certificate")


def _port(host: str, port: int) -> Finding:
    check = f"terminal port {port}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        todo = "stop the program that uses it, or choose another in [terminal]"
        return Finding(check=check, said=f"cannot be used: {error.strerror}", fault=True, todo=todo)
    return Finding(check=check, said="free")


def _handhelds(terminal: TerminalSettings) -> Finding:
    addresses = reachable(terminal.listen)
    if not addresses:
        todo = "switch this device's Wi-Fi on, or connect it to the site's"
        return Finding(check="handhelds", said="this device has no address in a network", todo=todo)
    where = ", ".join(f"https://{each}:{terminal.tls_port}" for each in addresses)
    return Finding(check="handhelds", said=f"reach it at {where}")
