"""Under which addresses handhelds reach this machine: those of its network devices, its own Wi-Fi first."""

import fcntl
import socket
import struct
from pathlib import Path
from typing import Final

_SIOCGIFADDR: Final = 0x8915
"""netdevice(7)."""
_DEVICES: Final = Path("/sys/class/net")
_ANY: Final = frozenset({"0.0.0.0", "::"})


def reachable(listen: str) -> list[str]:
    """IPv4 addresses, the likeliest first; where one is listened on, that one."""
    if listen not in _ANY:
        return [listen]
    try:
        names = [each.name for each in _DEVICES.iterdir()]
    except OSError:
        return []
    found = [(not name.startswith("wl"), name, address) for name in names if (address := _of(name))]
    return [address for _, _, address in sorted(found) if not address.startswith("127.")]


def _of(name: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            answer = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
        except OSError:  # it has none now
            return ""
    return socket.inet_ntoa(answer[20:24])
