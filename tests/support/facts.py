"""Facts, positions and messages as devices send them, in one line each."""

from collections.abc import Sequence

from wire import codec
from wire.actions import Action
from wire.checkdigits import check_digit
from wire.labels import element_string
from wire.messages import AnyItem, Batch, Clock, Count, Fix, Gap, Hello, Lane, Opaque, Presence, Scan, StreamEnd, Void

NOW = 1_800_000_000_000
RECEIVED = NOW + 100_000
"""When a hub of the tests hears of things: after they happened."""
RUN = "a" * 16
STREAM = "1" * 16
OTHER_STREAM = "2" * 16
RICE = "0950110153000" + check_digit("0950110153000")
TENT = "0950110153017" + check_digit("0950110153017")
PALLET = "35012345600000001" + check_digit("35012345600000001")
CARTON = "35012345600000002" + check_digit("35012345600000002")
DOCK, SHELF, STATION = "place:wh-1", "place:wh-1/a01", "place:st-1"


def goods(gtin: str = RICE, lot: str | None = None, *, expiry: int | None = None, serial: str | None = None) -> str:
    """A label of goods."""
    return element_string(gtin=gtin, lot=lot, expiry=expiry, serial=serial, symbology="]d2")


def unit_label(sscc: str = PALLET) -> str:
    """The label of a handling unit."""
    return element_string(sscc=sscc)


def scan(label: str, *, at: int = 0, do: Action = Action.RECEIVE, **more: object) -> Scan:
    """A scan `at` milliseconds after NOW; `source` and `to` as keywords."""
    if do is Action.RECEIVE:
        more.setdefault("to", DOCK)
    labels = (label,) if isinstance(label, str) else tuple(label)
    return Scan(at=NOW + at, up=at, do=do, labels=labels, **more)


def count(label: str, n: int, *, at: int = 0, where: str = DOCK, **more: object) -> Count:
    """A count of n at a place."""
    return Count(at=NOW + at, up=at, where=where, labels=(label,), n=n, **more)


def void(seq: int, *, stream: str = STREAM, at: int = 0) -> Void:
    """An undo of one sequence."""
    return Void(at=NOW + at, up=at, stream=stream, seq=seq)


def fix(at: int, lat: float = 31.0, lon: float = 103.0, **more: object) -> Fix:
    """A position; degrees."""
    return Fix(at=NOW + at, up=at, t=NOW + at, lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7), **more)


def opaque(data: bytes | AnyItem) -> Opaque:
    """An item in its wrapping."""
    return Opaque(at=NOW, up=0, data=data if isinstance(data, bytes) else codec.encode_item(data))


def batch(
    ledger: str,
    items: Sequence[AnyItem | bytes],
    *,
    stream: str = STREAM,
    lane: Lane = Lane.FACTS,
    after: int = 0,
    gaps: Sequence[Gap] = (),
    clock: Clock | None = None,
    hello: int = 1,
) -> bytes:
    """A batch as a device encodes it; items that are bytes go in as they are."""
    missing = sum(gap.last - gap.first + 1 for gap in gaps)
    head = Batch(
        ledger=ledger,
        hello=hello,
        stream=stream,
        lane=lane,
        after=after,
        last=after + len(items) + missing,
        gaps=tuple(gaps),
        clock=clock,
    )
    return codec.assemble(head, [item if isinstance(item, bytes) else codec.encode_item(item) for item in items])


def hello(
    number: int = 1,
    *,
    ledger: str | None = None,
    stream: str | None = None,
    facts: int = 0,
    telemetry: int = 0,
    page: int = 1,
    pages: int = 1,
) -> bytes:
    """A page of a hello that names one stream, or none."""
    ends = (StreamEnd(stream=stream, facts=facts, telemetry=telemetry),) if stream else ()
    return codec.encode(Hello(hello=number, ledger=ledger, page=page, pages=pages, streams=ends))


def presence(run: str, connection: str, *, online: bool) -> bytes:
    """A birth or a last will."""
    return codec.encode(Presence(run=run, connection=connection, online=online, at=NOW))
