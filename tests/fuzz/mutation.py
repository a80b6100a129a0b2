"""Changes that keep an input worth reading: a checksum that is wrong is all that a decoder would ever see."""

import json
import re
from functools import reduce
from operator import xor
from random import Random
from typing import Any, Final

_SENTENCE = re.compile(rb"\$([^$*\r\n]*)\*[0-9A-Fa-f]{0,2}[^\r\n$]*\r?\n?")


def sentence(body: bytes) -> bytes:
    """An NMEA sentence with its right checksum."""
    return b"$%s*%02X\r\n" % (body, reduce(xor, body, 0))


def mended(data: bytes) -> bytes:
    """The same bytes, with right checksums wherever a sentence has one."""
    return _SENTENCE.sub(lambda found: sentence(found[1]), data)


def flipped(data: bytes, random: Random) -> bytes:
    """The same with one to four bytes changed: what a decoder takes for a picture still begins like one."""
    changed = bytearray(data)
    for _ in range(random.randrange(1, 5)):
        changed[random.randrange(len(changed))] = random.choice((0, 255, random.randrange(256)))
    return bytes(changed)


_ODD: Final = (
    None,
    True,
    -1,
    0,
    2**53,
    2**63,
    10**30,
    0.5,
    "",
    "\x00",
    "\ud800",
    "x" * 300,
    [],
    {},
    [[]],
    {"k": "scan"},
)


def rewritten(data: bytes, random: Random) -> bytes | None:
    """The same JSON with one value changed, doubled or gone; None for bytes that are no JSON."""
    try:
        root = json.loads(data)
    except (ValueError, RecursionError):
        return None
    where = _holders(root)
    if not where:
        return None
    holder = random.choice(where)
    key = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    match random.randrange(4):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, holder[key])
        case 2 if isinstance(holder[key], int):
            holder[key] += random.choice((-1, 1, 1000))
        case _:
            holder[key] = random.choice(_ODD)
    return json.dumps(root).encode()


def _holders(value: Any) -> list[Any]:
    """Every list and object that holds something."""
    if not isinstance(value, dict | list) or not value:
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(found for each in inner for found in _holders(each))]
