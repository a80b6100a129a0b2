"""The page of a terminal as somebody uses it: readings over its WebSocket, and what the page then says.

What was read and how it was answered is kept by a witness, as a simulated scanner keeps it; of practice nothing is.
"""

import json
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Final

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from deploy.program import StackError
from edge.ui import messages, wishes
from firmware_sim.replies import Kind, Reply
from firmware_sim.witness import WitnessLog

PATIENCE_S: Final = 30.0
"""A collection code takes a small computer seconds."""
ANSWERS: Final = {
    "stored": Kind.ACK, "warned": Kind.ACK, "held": Kind.BEL, "obeyed": Kind.BEL, "refused": Kind.NAK, "full": Kind.NAK,
}  # fmt: skip


class TerminalPage:
    """The terminal's own screen at a port of this machine."""

    def __init__(self, port: int, witness: Path) -> None:
        self.port, self.witness = port, witness

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def read(self, codes: Iterable[str], *, practice: bool = False) -> list[dict[str, Any]]:
        """Read one code after the other: the verdicts. Raises StackError for one that is refused or not answered."""
        keeping: AbstractContextManager[WitnessLog | None] = nullcontext() if practice else WitnessLog(self.witness)
        try:
            with self._connected() as link, keeping as log:
                if practice:
                    _practise(link, on=True)
                verdicts = [_answered(link, code, log) for code in codes]
                if practice:
                    _practise(link, on=False)
        except (OSError, ConnectionClosed) as error:
            raise StackError(f"the terminal's page at {self.url} does not answer: {error}") from error
        return verdicts

    def _connected(self) -> ClientConnection:
        """A page that was greeted: the agent may have to start the process first."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                link = connect(f"ws://127.0.0.1:{self.port}/live", origin=Origin(self.url), compression=None)
                _until(link, "hello")
            except (OSError, ConnectionClosed):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
                continue
            return link


def _answered(link: ClientConnection, code: str, log: WitnessLog | None) -> dict[str, Any]:
    """Steering codes are pressed as tiles and keys are, digits as on the pad; all else is read."""
    n = 0 if log is None else log.last + 1
    id_ = f"demo-{time.monotonic_ns()}"
    if code.startswith("RR:D:"):
        said: wishes.FromPage = wishes.Scan(data=code, via="button", id=id_)
    elif code.startswith(("RR:DO:", "RR:OK", "RR:RESET")):
        said = wishes.Press(code=code, id=id_)
    else:
        said = wishes.Scan(data=code, via="wedge", id=id_)
    if log is not None:
        log.sent(n, code)
    link.send(messages.encode(said).decode())
    verdict = _until(link, "verdict", id=id_)
    kind = ANSWERS[verdict["verdict"]]
    if log is not None:
        log.reply(Reply(kind=kind, raw=bytes([kind]), n=n))
    if kind is Kind.NAK:
        raise StackError(f"the terminal's page refuses {code}: {verdict['words']['en']}")
    return verdict


def _practise(link: ClientConnection, *, on: bool) -> None:
    link.send(messages.encode(wishes.Practice(on=on)).decode())
    _until(link, "hello", practice=on)


def _until(link: ClientConnection, kind: str, **fits: Any) -> dict[str, Any]:
    """The next message of a kind that says these things."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        message: dict[str, Any] = json.loads(link.recv(max(0.01, deadline - time.monotonic())))
        if message["k"] == kind and fits.items() <= message.items():
            return message
