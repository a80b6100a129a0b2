"""Damaged NMEA lines that are hard to tell from good ones: seeded, made from the lines of a log."""

from random import Random

DIGITS = b"0123456789"
HEX = b"0123456789ABCDEFabcdef"
PRINTABLE = bytes(range(0x20, 0x7F))
POSITION_KINDS = (b"RMC", b"GGA", b"GLL", b"GNS", b"ZDA")


def xor(body: bytes) -> int:
    total = 0
    for byte in body:
        total ^= byte
    return total


def split(line: bytes) -> tuple[bytes, bytes] | None:
    """The body between `$` and `*`, and the two digits of the checksum; None for what is no whole sentence."""
    text = line.strip()
    if not text.startswith(b"$") or text[-3:-2] != b"*" or not all(digit in HEX for digit in text[-2:]):
        return None
    return text[1:-3], text[-2:]


def damaged(lines: list[bytes], at: int, random: Random) -> tuple[bytes, int] | None:
    """A damaged stand-in for the line at this place, and how many lines it swallows; None where none is found."""
    kind = random.choice(("any", "digits", "digits", "swap", "swap", "glue", "splice", "splice"))
    if kind in {"glue", "splice"}:
        return (_glued if kind == "glue" else _spliced)(lines, at, random)
    parts = split(lines[at])
    if parts is None:
        return None
    body, told = parts
    make = {"any": _two_changed, "digits": _two_digits, "swap": _swapped}[kind]
    changed = make(body, random)
    if changed is None or changed == body:
        return None
    return b"$" + changed + b"*" + told + b"\r\n", 1


def _replaced(body: bytes, first: int, second: int, mask: int) -> bytes:
    text = bytearray(body)
    text[first] ^= mask
    text[second] ^= mask
    return bytes(text)


def _two_changed(body: bytes, random: Random) -> bytes | None:
    """Two characters anywhere, changed by the same bits into printable ones: the XOR still holds."""
    for _ in range(50):
        first, second = random.sample(range(len(body)), 2)
        mask = random.randrange(1, 128)
        if body[first] ^ mask in PRINTABLE and body[second] ^ mask in PRINTABLE:
            return _replaced(body, first, second, mask)
    return None


def _two_digits(body: bytes, random: Random) -> bytes | None:
    """Two digits become two other digits: the format still holds too."""
    places = [place for place, byte in enumerate(body) if byte in DIGITS]
    if len(places) < 2:
        return None
    for _ in range(50):
        first, second = random.sample(places, 2)
        mask = random.randrange(1, 16)
        if body[first] ^ mask in DIGITS and body[second] ^ mask in DIGITS:
            return _replaced(body, first, second, mask)
    return None


def _swapped(body: bytes, random: Random) -> bytes | None:
    """Two digits change places: no XOR can see it."""
    places = [place for place, byte in enumerate(body) if byte in DIGITS]
    pairs = [(a, b) for a in places for b in places if a < b and body[a] != body[b]]
    if not pairs:
        return None
    first, second = random.choice(pairs)
    return _replaced(body, first, second, body[first] ^ body[second])


def _glued(lines: list[bytes], at: int, random: Random) -> tuple[bytes, int] | None:
    """The head of a line and the tail of the next; the line break between them, and more, lost."""
    if at + 1 >= len(lines):
        return None
    head, tail = lines[at].rstrip(b"\r\n"), lines[at + 1].rstrip(b"\r\n")
    if len(head) < 8 or len(tail) < 8:
        return None
    return head[: random.randrange(1, len(head))] + tail[random.randrange(len(tail)) :] + b"\r\n", 2


def _spliced(lines: list[bytes], at: int, random: Random) -> tuple[bytes, int] | None:
    """The head of a sentence and the tail of a later one, cut so that the tail's checksum still holds."""
    ahead = random.choice((1, 2, 3, 5, 8))
    head = split(lines[at])
    tail = split(lines[at + ahead]) if at + ahead < len(lines) else None
    if head is None or tail is None:
        return None
    (start, _), (end, told) = head, tail
    cuts: dict[int, list[int]] = {}
    for cut in range(len(end)):
        cuts.setdefault(int(told, 16) ^ xor(end[cut:]), []).append(cut)
    pairs = [(stop, cut) for stop in range(6, len(start)) for cut in cuts.get(xor(start[:stop]), ())]
    joined = [text for stop, cut in pairs if (text := start[:stop] + end[cut:]) not in {start, end}]
    return (b"$" + random.choice(joined) + b"*" + told + b"\r\n", ahead + 1) if joined else None
