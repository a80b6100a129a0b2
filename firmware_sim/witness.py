"""The witness log: what a device sent and which confirmation bytes it saw come back, written outside the agent.

An append-only file, one JSON object a line, on disk (handed to the kernel) as it happens. Lines:

    {"n":1,"sent_ms":1763868353123,"text":"]C101...","id":"scanner0:1"}   scan 1 went out, whole
    {"confirmed":1,"at_ms":...,"bytes":"06"}       its ACK came back: a person saw "saved"
    {"refused":1,"at_ms":...,"bytes":"15"}         its NAK came back
    {"command":1,"at_ms":...,"bytes":"07"}         its BEL came back: a command code was accepted
    {"stray":"06","at_ms":...,"maybe":[1,2]}       bytes that cannot be said to answer one scan: confirm nothing
    {"host":"open","at_ms":...}                    somebody opened the port; "closed": nobody has it open

`n` counts on over restarts with the same file. Line noise sent as a frame has "noise":true and is no scan.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from firmware_sim.errors import SimError
from firmware_sim.replies import Kind, Reply

_WORD: Final = {Kind.ACK: "confirmed", Kind.NAK: "refused", Kind.BEL: "command"}
_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


def wall_ms() -> int:
    """The wall clock, Unix time in ms."""
    return time.time_ns() // 1_000_000


class WitnessLog:
    """Appends to one witness file; used by one thread. Raises SimError where the file cannot be written."""

    def __init__(self, path: Path, *, now_ms: Callable[[], int] = wall_ms) -> None:
        self.path = path
        self._now_ms = now_ms
        try:
            self.last = max((scan.n for scan in read_witness(path).scans), default=0) if path.exists() else 0
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            if _torn(path):
                os.write(self._fd, b"\n")
        except OSError as error:
            raise SimError(f"cannot write the witness log {path}: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def sent(self, n: int, text: str, *, noise: bool = False) -> None:
        """Scan `n` went out whole. `text` is what stands between prefix and suffix."""
        self.last = max(self.last, n)
        line = {"n": n, "sent_ms": self._now_ms(), "text": text, "id": f"{self.path.stem}:{n}"}
        self._write({**line, "noise": True} if noise else line)

    def reply(self, reply: Reply) -> None:
        """Confirmation bytes came back."""
        if reply.n is None:
            line: dict[str, Any] = {"stray": reply.raw.hex(), "at_ms": self._now_ms()}
            self._write({**line, "maybe": list(reply.maybe)} if reply.maybe else line)
        else:
            self._write({_WORD[reply.kind]: reply.n, "at_ms": self._now_ms(), "bytes": reply.raw.hex()})

    def host(self, *, open_: bool) -> None:
        """Somebody opened the port, or nobody has it open any more."""
        self._write({"host": "open" if open_ else "closed", "at_ms": self._now_ms()})

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self._fd, _encode(line).encode() + b"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentScan:
    """One scan that went out: its number, when (Unix ms), what, and a name for people."""

    n: int
    sent_ms: int
    text: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What a witness file says. Texts stand as often as they were sent or confirmed, in the file's order."""

    scans: list[SentScan] = field(default_factory=list)
    """Everything sent but noise, command codes included."""
    noise: dict[int, str] = field(default_factory=dict)
    """Line noise that was sent as frames, by number; its replies stand nowhere else."""
    confirmed_n: list[int] = field(default_factory=list)
    """Numbers of the scans whose ACK came back, in the order of the ACKs."""
    refused_n: list[int] = field(default_factory=list)
    command_n: list[int] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    """Bytes (hex) that confirm nothing."""
    confirm_ms: list[int] = field(default_factory=list)
    """When each of `confirmed_n` came back, Unix ms."""
    torn: int = 0
    """Lines that could not be read."""

    @property
    def sent(self) -> list[str]:
        return [scan.text for scan in self.scans]

    @property
    def confirmed(self) -> list[str]:
        return self._texts(self.confirmed_n)

    @property
    def refused(self) -> list[str]:
        return self._texts(self.refused_n)

    @property
    def commands(self) -> list[str]:
        return self._texts(self.command_n)

    @property
    def unanswered(self) -> list[str]:
        answered = {*self.confirmed_n, *self.refused_n, *self.command_n}
        return [scan.text for scan in self.scans if scan.n not in answered]

    def _texts(self, numbers: list[int]) -> list[str]:
        texts = {scan.n: scan.text for scan in self.scans}
        return [texts[n] for n in numbers if n in texts]


def read_witness(path: Path) -> Witness:
    """Read a witness file, also while it is written; a torn line is counted and passed over.

    Raises SimError where there is no such file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SimError(f"cannot read the witness log {path}: {error.strerror}") from error
    found, torn = Witness(), 0
    for line in filter(None, data.split(b"\n")):
        try:
            _take(found, json.loads(line))
        except (ValueError, KeyError, TypeError):
            torn += 1
    return replace(found, torn=torn)


def joined(first: Witness, second: Witness) -> Witness:
    """Both as one, the second after the first: its numbers go on from there."""
    on = max((*(scan.n for scan in first.scans), *first.noise), default=0)
    return Witness(
        scans=[*first.scans, *(replace(scan, n=scan.n + on) for scan in second.scans)],
        noise=first.noise | {n + on: text for n, text in second.noise.items()},
        confirmed_n=[*first.confirmed_n, *(n + on for n in second.confirmed_n)],
        refused_n=[*first.refused_n, *(n + on for n in second.refused_n)],
        command_n=[*first.command_n, *(n + on for n in second.command_n)],
        strays=[*first.strays, *second.strays],
        confirm_ms=[*first.confirm_ms, *second.confirm_ms],
        torn=first.torn + second.torn,
    )


def _take(found: Witness, line: dict[str, Any]) -> None:
    if "n" in line and line.get("noise"):
        found.noise[line["n"]] = line["text"]
    elif "n" in line:
        found.scans.append(SentScan(n=line["n"], sent_ms=line["sent_ms"], text=line["text"], id=line["id"]))
    elif "stray" in line:
        found.strays.append(line["stray"])
    else:
        _take_reply(found, line)


def _take_reply(found: Witness, line: dict[str, Any]) -> None:
    numbers = {"confirmed": found.confirmed_n, "refused": found.refused_n, "command": found.command_n}
    for word in numbers.keys() & line.keys():
        n, at_ms = line[word], line["at_ms"]
        if n in found.noise:
            continue
        numbers[word].append(n)
        if word == "confirmed":
            found.confirm_ms.append(at_ms)


def _torn(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            return False
        file.seek(size - 1)
        return file.read(1) != b"\n"
