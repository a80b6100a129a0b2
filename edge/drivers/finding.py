"""Which device port = "auto" means just now: looked up each time that the port is opened."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from edge.config import Settings
from edge.core.ports import AUTO, candidates
from edge.drivers.serial_port import PortError

BY_ID: Final = Path("/dev/serial/by-id")


def finder(port: str, kind: str, settings: Settings) -> Callable[[], str]:
    """Says, each time that it is called, what to open for a port of kind "scanner" or "gnss"; may raise PortError."""
    taken = frozenset(each for each in settings.ports if each != AUTO)
    both = all(AUTO in {each.port for each in ports} for ports in (settings.scanners, settings.gnss))
    return lambda: locate(port, kind, taken=taken, both=both)


def locate(port: str, kind: str, *, taken: frozenset[str] = frozenset(), both: bool = False) -> str:
    """The path to open for a port of the configuration. Raises PortError if "auto" finds none, or several.

    `taken` are the ports that the configuration names; `both` says that a device of the other kind is looked for too.
    """
    if port != AUTO:
        return port
    used = {Path(each).resolve() for each in taken}
    names = [each.name for each in BY_ID.glob("*") if each.resolve() not in used]
    found = candidates(kind, names, both=both)
    if len(found) == 1:
        return str(BY_ID / found[0])
    if found:
        raise PortError(f"{len(found)} devices could be the {kind} ({', '.join(found)}); name one in `port`")
    raise PortError(f"no {kind} is plugged in ({BY_ID} shows none); plug it in, or name its port in `port`")
