r"""The codes that a simulated scanner reads: a file, one code a line, or what a person types.

In a line `^` stands for GS (0x1D, the separator that FNC1 becomes), `\^` for a caret, `\\` for a backslash,
`\xNN` for the byte NN, and \t, \r, \n for themselves. A backslash before anything else is a backslash. Empty
lines and lines that begin with # are passed over. Bytes that are not UTF-8 are kept as they are: a code is a
string whose `surrogateescape` encoding is what goes over the wire.
"""

import os
import re
import select
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Final

from firmware_sim.errors import SimError

GS: Final = "\x1d"
_ESCAPE: Final = re.compile(r"\^|\\x([0-9A-Fa-f]{2})|\\([\\^trn])")
_PLAIN: Final = {"\\": "\\", "^": "^", "t": "\t", "r": "\r", "n": "\n"}


def to_bytes(code: str) -> bytes:
    """What goes over the wire."""
    return code.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    """A code from its bytes: the inverse of `to_bytes`."""
    return data.decode("utf-8", "surrogateescape")


def parse_line(line: str) -> str:
    """One line of a file of codes, its escapes resolved."""
    return to_text(b"".join(_pieces(line)))


def _pieces(line: str) -> Iterator[bytes]:
    at = 0
    for found in _ESCAPE.finditer(line):
        yield to_bytes(line[at : found.start()])
        at = found.end()
        if found[1]:
            yield bytes.fromhex(found[1])
        else:
            yield (_PLAIN[found[2]] if found[2] else GS).encode()
    yield to_bytes(line[at:])


def format_line(code: str) -> str:
    """The line that `parse_line` makes `code` of."""
    escaped = code.replace("\\", "\\\\").replace("^", "\\^").replace(GS, "^")
    escaped = escaped.replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")
    return f"\\x23{escaped[1:]}" if escaped.startswith("#") else escaped


def read_codes(path: Path, *, plain: bool = False) -> list[str]:
    """All codes of a file; `plain` takes every line as it is. Raises SimError where it cannot be read or is empty."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SimError(f"cannot read the codes in {path}: {error.strerror}") from error
    lines = [to_text(line.removesuffix(b"\r")) for line in data.split(b"\n")]
    codes = [line for line in lines if line] if plain else [parse_line(line) for line in lines if _is_code(line)]
    if not codes:
        raise SimError(f"there is no code in {path}: write one a line")
    return codes


def typed_codes(stop: Event, *, fd: int = 0) -> Iterator[str | None]:
    """Codes that come in on a file descriptor line by line, None while nothing does; ends with it or with `stop`."""
    rest = b""
    while not stop.is_set():
        ready, _, _ = select.select([fd], [], [], 0.05)
        if not ready:
            yield None
            continue
        data = os.read(fd, 4096)
        *lines, rest = (rest + data).split(b"\n")
        if not data and rest:
            lines, rest = [rest], b""
        yield from (parse_line(text) for line in lines if _is_code(text := to_text(line.removesuffix(b"\r"))))
        if not data:
            return


def _is_code(line: str) -> bool:
    return bool(line) and not line.startswith("#")
