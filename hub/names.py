"""By which names and addresses this machine, and so the hub on it, is called."""

import contextlib
import fcntl
import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from hub.config import Settings
from hub.folder import Running
from wire.joining import SERVER_NAME

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_GET_ADDRESS = 0x8915
"""SIOCGIFADDR: the IPv4 address of a network interface (netdevice(7))."""
_INTERFACES = Path("/sys/class/net")
"""Not asked by netlink, which a service need not be allowed to speak."""
_ELSEWHERE = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737); nothing is sent there."""


def own_addresses() -> list[str]:
    """The IPv4 addresses of this machine but loopback; the one by which most of the world reaches it first."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):
            probe.connect(_ELSEWHERE)
            found.append(probe.getsockname()[0])
        for interface in sorted(_INTERFACES.glob("*")):
            with contextlib.suppress(OSError):  # it has none
                answer = fcntl.ioctl(probe.fileno(), _GET_ADDRESS, struct.pack("256s", interface.name.encode()[:15]))
                found.append(socket.inet_ntoa(answer[20:24]))
    return [address for address in dict.fromkeys(found) if not address.startswith(("127.", "0."))]


def own_names() -> set[str]:
    """The names and addresses of this machine."""
    name = socket.gethostname()
    names = {name, socket.getfqdn(), *own_addresses()}
    with contextlib.suppress(OSError):
        names |= {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    return {each for each in names if each and "%" not in each}


def known_names(settings: Settings) -> set[str]:
    """The names by which others may call: those in the settings, and this machine's own where it listens."""
    public = urlsplit(settings.public_url).hostname
    names = {settings.http_host, *settings.http_names, *([public] if public else [])}
    if settings.http_host not in ("127.0.0.1", "::1", "localhost"):
        names |= own_names()
    if settings.listen is not None:
        names |= {
            SERVER_NAME,
            *settings.listen_names,
            *([settings.listen.host] if settings.listen.host else own_names()),
        }
    return names


def hosts(settings: Settings) -> frozenset[str]:
    """The same as browsers write them in the header Host, and loopback."""
    return LOOPBACK | {f"[{name}]" if ":" in name else name for name in known_names(settings)}


def inviting_name(settings: Settings, running: Running | None) -> str:
    """The name that a device is told to dial: what the hub listens on, else a name in the settings, else an address."""
    listening = running.listen_host if running is not None else settings.listen.host if settings.listen else ""
    return listening or next(iter([*settings.listen_names, *own_addresses()]), socket.gethostname())
