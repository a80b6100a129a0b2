"""The doctor's checks of a terminal: does its page come, and can handhelds reach it."""

import http.client
import socket
from collections.abc import Iterator
from typing import Final

from edge.config import Settings, TerminalSettings
from edge.findings import Finding
from edge.ui.addresses import reachable

_ANSWER_S: Final = 3.0
_BUILD: Final = "install Relief Relay from its package, or run deploy/build_dashboard.py"


def examine_terminal(settings: Settings, *, running: bool) -> Iterator[Finding]:
    """Nothing where none is configured."""
    terminal = settings.terminal
    if terminal is None:
        return
    yield _page(terminal) if running else _port(terminal.port)
    if terminal.listen:
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


def _port(port: int) -> Finding:
    check = f"terminal port {port}"
    try:
        socket.create_server(("127.0.0.1", port)).close()
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
