"""Reading the QR code for joining with the device's own scanner, before there is an agent."""

import time
from collections.abc import Callable
from typing import Final

from edge.config import ScannerSettings
from edge.core.dialogue import Work
from edge.drivers.finding import locate
from edge.drivers.scanner import ACK, NAK
from edge.drivers.serial_port import Line, PortError
from edge.drivers.stop import Stop
from edge.frames.scanner import Reading, ScannerReader
from wire.actions import Action
from wire.joining import CodeError, Invitation, parse_invitation

PATIENCE_S: Final = 300.0
_ANSWER_S: Final = 1.0


def plain_scanner(port: str) -> ScannerSettings:
    """A scanner as it comes out of its box, on a port."""
    work = Work(do=Action.SIGHT, source=None, to=None, owner=None, by=None)
    return ScannerSettings(port=port, baud=115_200, prefix=b"", suffix=b"\r\n", confirm="ack", work=work)


def read_invitation(scanner: ScannerSettings, say: Callable[[str], None], patience_s: float = PATIENCE_S) -> Invitation:
    """The first invitation that is scanned; `say` tells the person what to do. Raises PortError."""
    line, stop = Line(locate(scanner.port, "scanner"), scanner.baud), Stop()
    reader = ScannerReader(prefix=scanner.prefix, suffix=scanner.suffix)
    deadline = time.monotonic() + patience_s
    say("scan the QR code that the hub shows")  # what was scanned before the port was open is gone
    try:
        while (left := deadline - time.monotonic()) > 0:
            for frame in reader.feed(line.read(left, stop)):
                found = _invitation(frame.text if isinstance(frame, Reading) else "")
                if scanner.confirm == "ack":
                    line.write(ACK if isinstance(found, Invitation) else NAK, _ANSWER_S)
                if isinstance(found, Invitation):
                    return found
                say(found)
    finally:
        line.close()
        stop.close()
    raise PortError(f"no QR code was scanned on {scanner.port} within {patience_s:.0f} s: try again, or type the code")


def _invitation(text: str) -> Invitation | str:
    """What a label says, without the symbology identifier that a scanner may put in front (]Q1); or why it is none."""
    plain = text[3:] if text.startswith("]") else text
    try:
        return parse_invitation(plain)
    except CodeError as error:
        return str(error)
