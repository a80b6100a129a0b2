"""What every decoder promises, as functions of arbitrary bytes: they fail where the promise is broken."""

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from edge.config import ConfigError, check
from edge.core.configuration import ALLOWED, overlaid
from edge.frames.nmea import MAX_LINE, NmeaReader
from edge.frames.scanner import LIMIT, Garbage, Reading, ScannerReader
from hub.ingest.decoding import ReadBatch, read
from hub.store.queries.facts import is_item
from tests.fuzz import outside
from wire import bundle, codec, joining, labels, sitedata, strict, topics
from wire.bundle import BundleError
from wire.checkdigits import is_checked
from wire.errors import DecodeError, TopicError
from wire.joining import CodeError
from wire.limits import UNPACKED_BYTES
from wire.messages import Desired

_DECODERS: Final[tuple[Callable[[bytes], Any], ...]] = (
    codec.decode_up,
    codec.decode_down,
    codec.decode_order,
    codec.decode_status,
    codec.decode_presence,
    codec.decode_now,
)
_FRAMES: Final = ((b"", b"\r\n"), (b"", b"\r"), (b"\x02", b"\x03"), (b"]", b"\n"), (b"", b"ab"))


def messages(data: bytes) -> None:
    """Garbage is a DecodeError and nothing else; what decodes is encoded and decodes to the same again."""
    for decode in _DECODERS:
        try:
            message = decode(data)
        except DecodeError:
            continue
        again = decode(codec.encode(message))
        assert again == message, (message, again)
    found = read(data)
    if isinstance(found, ReadBatch):
        assert len(found.sequences) == len(found.items)
    _site_data(data)


def _site_data(data: bytes) -> None:
    """The same for a page of site data, and for a record of any kind."""
    with suppress(DecodeError):
        page = sitedata.decode_page(data)
        assert sitedata.decode_page(msgspec.json.encode(page)) == page
    for kind in sitedata.Kind:
        with suppress(DecodeError):
            body = sitedata.decode_record(kind, data)
            assert body is not None
            assert sitedata.decode_record(kind, sitedata.encode_body(body)) == body


def items(data: bytes) -> None:
    """The same for a single item, as it lies in an outbox; what is none is known for it in the hub's journal."""
    may_be = is_item(data)
    try:
        item = codec.decode_item(data)
    except DecodeError:
        return
    assert may_be
    assert codec.decode_item(codec.encode_item(item)) == item


def nmea(data: bytes) -> None:
    """Any bytes in any portions: the same fixes, within the earth, and never more held than a line."""
    whole = NmeaReader()
    expected = [*whole.feed(data), *whole.flush()]
    chance, parted = Random(len(data)), NmeaReader()
    got = []
    for piece in _pieces(data, chance):
        got += parted.feed(piece)
        assert len(parted._rest) <= MAX_LINE
    assert [*got, *parted.flush()] == expected
    for fix in expected:
        assert abs(fix.lat_e7) <= 900_000_000
        assert abs(fix.lon_e7) <= 1_800_000_000


def scanner(data: bytes) -> None:
    """Any bytes in any portions: the same readings, bounded memory, and the scan after noise is read."""
    if not data:
        return
    prefix, suffix = _FRAMES[data[0] % len(_FRAMES)]
    data = data[1:]
    whole = ScannerReader(prefix=prefix, suffix=suffix)
    expected = whole.feed(data)
    parted = ScannerReader(prefix=prefix, suffix=suffix)
    got: list[Reading | Garbage] = []
    for piece in _pieces(data, Random(len(data))):
        got += parted.feed(piece)
        assert parted.waiting <= len(prefix) + LIMIT + len(suffix)
    assert _readings(got) == _readings(expected)
    assert all(0 < len(each.data) <= LIMIT for each in _readings(expected))
    whole.expire()
    assert [each.data for each in _readings(whole.feed(prefix + b"4006381333931" + suffix))] == [b"4006381333931"]


def label(data: bytes) -> None:
    """Any text is a label of some kind; a key with a wrong check digit is said, and no date is taken that is none."""
    text = data.decode("utf-8", "replace")
    if not text:
        return
    found = labels.parse(text, year=2026)
    assert labels.parse(text, year=2026) == found
    for key in (found.gtin, found.sscc):
        assert key is None or is_checked(key) or found.faults, key
    for date in (found.expiry, found.best_before, found.produced):
        assert date is None or (1900_00_00 < date < 2200_00_00 and 1 <= date // 100 % 100 <= 12), date
    assert len(found.item) <= labels.LONGEST_KEY + 10
    assert labels.merge([found, found]).item == found.item
    labels.pair_faults(found.elements)
    labels.typed(text)
    for door in (strict.scan, strict.link, strict.bracketed, strict.element_data):
        verdict = door(text)
        assert verdict.faults or door in {strict.scan, strict.element_data} or verdict.elements


def joincode(data: bytes) -> None:
    """A code or its QR text is understood or refused with a sentence; what is understood is shown as the same again."""
    text = data.decode("utf-8", "replace")
    for parse in (joining.parse_code, joining.parse_invitation):
        try:
            found = parse(text)
        except CodeError:
            continue
        assert parse(str(found)) == found


def topic(data: bytes) -> None:
    """A topic is one of ours, spelt in exactly one way, or none."""
    text = data.decode("utf-8", "replace")
    try:
        found = topics.parse(text)
    except TopicError:
        return
    assert topics.build(found.device, found.leaf) == text


def stick(data: bytes) -> None:
    """A file is whole, or refused with a sentence; never more is asked for than a part may have, nor left unsigned."""
    at = 0

    def read_on(size: int) -> bytes:
        nonlocal at
        assert size <= max(UNPACKED_BYTES, bundle.HEADER_BYTES)
        at += size
        return data[at - size : at]

    try:
        reader = bundle.Reader(read_on)
        for message in reader.messages():
            messages(message)
    except BundleError:
        return
    covered = data[: len(data) - len(reader.signature) - 5]
    assert reader.to_verify() == bundle.signed(sha256(covered).digest())


def configuration(data: bytes) -> None:
    """Whatever the hub wishes, what belongs to whoever stands at the device stays, and the rest fits or is refused."""
    try:
        order = codec.decode_order(data)
    except DecodeError:
        return
    if not isinstance(order, Desired):
        return
    table, faults = overlaid(OWN, order.settings)
    assert all(isinstance(fault, str) and fault for fault in faults)
    for name, section in OWN.items():
        if isinstance(section, dict):
            kept = section.keys() - ALLOWED.get(name, frozenset())
            assert {key: table[name][key] for key in kept} == {key: section[key] for key in kept}, name
    assert table.keys() <= OWN.keys() | ALLOWED.keys()
    try:
        settings = check(table, Path("/nowhere/edge.toml"))
    except ConfigError:
        return
    assert settings.device.name == OWN["device"]["name"]


OWN: Final[dict[str, Any]] = {
    "device": {"name": "wh1-scanner-1", "kind": "scanner", "data": "data"},
    "hub": {"host": "hub", "port": 1883, "password": "secret"},
    "scanner": [{"port": "/dev/a", "do": "sight"}, {"port": "/dev/b"}],
    "log": {"level": "info"},
}

_TARGETS: Final = (messages, items, nmea, scanner, label, joincode, topic, stick, configuration, *outside.TARGETS)
TARGETS: Final[dict[str, Callable[[bytes], None]]] = {target.__name__: target for target in _TARGETS}


def _readings(found: list[Reading | Garbage]) -> list[Reading]:
    return [each for each in found if isinstance(each, Reading)]


def _pieces(data: bytes, chance: Random) -> list[bytes]:
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(min(8, len(data))))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
