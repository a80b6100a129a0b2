"""Where fuzzing starts: one sound input of every kind, so that it does not have to find the grammar first."""

from collections.abc import Iterator
from random import Random

import msgspec

from docs.protocol_source import examples
from tests.fuzz import mutation
from wire import bundle, codec, joining, topics
from wire.messages import Desired


def of(target: str) -> list[bytes]:
    """Sound inputs for a target."""
    makers = {
        "messages": lambda: (*_messages(), *_site_data()),
        "items": _items,
        "nmea": _nmea,
        "stick": _sticks,
        "configuration": _configurations,
    }
    return list(makers.get(target, _texts)())


def _items() -> Iterator[bytes]:
    yield from map(msgspec.json.encode, examples.ITEMS)


def _messages() -> Iterator[bytes]:
    yield from map(msgspec.json.encode, examples.MESSAGES)


def _site_data() -> Iterator[bytes]:
    yield b'{"gtin":"09501101530003","name":"Tent","contains":["19501101530000",24],"kit":[["09501101530010",2]]}'
    yield b'{"id":"D-1","owner":"org-1","expected":20270203,"lines":[{"gtin":"09501101530003","n":5}],"units":[]}'
    yield (
        b'{"id":"st-1.7K2M9Q","consignment":"C-0000000A","number":417,"state":"here","shown":"W***","last4":"0417",'
        b'"person":"0123456789abcdef","where":"A-2","until":20270203,"sealed":"AAAA","lines":[{"gtin":"09501101530003",'
        b'"n":2}]}'
    )
    yield b'{"id":"C-0000000A","way":"station","source":"wh-1","to":"st-1","units":["sscc:106141412345678908"]}'
    yield (
        b'{"generation":"0123456789abcdef","version":7,"reset":true,"more":false,"records":'
        b'[{"kind":"bin","key":"a01","body":{"code":"a01"}},{"kind":"bin","key":"a02","body":null}]}'
    )


def _sticks() -> Iterator[bytes]:
    writer = bundle.Writer()
    header = bundle.Header(device="wh1-scanner-1", ledger="0" * 16, certificates=("PEM",))
    parts = [writer.begin(header), *map(writer.message, _messages())]
    yield b"".join([*parts, writer.end(b"signature")])
    yield parts[0] + writer.end(b"")


def _configurations() -> Iterator[bytes]:
    settings = (
        {"log": {"level": "debug"}, "outbox": {"keep_days": 3, "limit_mib": 64}, "hub": {"host": "h", "port": 1}},
        {"scanner": ({"port": "/dev/a", "do": "load", "to": "transit:van", "confirm": "echo"},)},
        {"gnss": ({"port": "/dev/g", "rate_hz": 5},), "device": {"name": "thief"}, "hub": {"password": "x"}},
    )
    for each in settings:
        yield codec.encode(Desired(ledger="0" * 16, version=1, generation="1" * 16, settings=each))


def _nmea() -> Iterator[bytes]:
    body = "GPRMC,092751.000,A,5321.6802,N,00630.3371,W,0.06,31.66,280511,,,A"
    for second in range(3):
        yield b"".join(mutation.sentence(f"{body[:11]}{second}{body[12:]}".encode()) for _ in range(2))
    yield mutation.sentence(b"GPGGA,092751.000,5321.6802,N,00630.3371,W,1,8,1.03,61.7,M,55.3,M,,")
    yield mutation.sentence(b"GNGNS,092751.00,5321.6802,N,00630.3371,W,AAN,10,0.8,61.7,55.3,,")
    yield mutation.sentence(b"GPZDA,092751.00,28,05,2011,00,00")


def _texts() -> Iterator[bytes]:
    code = joining.Code(secret="01234567", fingerprint="89ABCDEFGHJKMNPQ")
    yield str(code).encode()
    yield str(joining.Invitation(host="hub.example", port=8443, code=code)).encode()
    yield topics.build("wh-1-scan-1", topics.Leaf.UP).encode()
    yield b"]C1010950110153000317271231" + b"10LOT-7\x1d21S-0001"
    yield b"]Q3(01)09501101530003(17)271231(10)LOT-7"
    yield b"00106141412345678908"
    yield b"4006381333931"
    yield b"RR:P:st-1.7K2M9Q"
    yield b"\x02\x02A\x03\x02B\x03"
    random = Random(1)
    yield bytes(random.randrange(256) for _ in range(64))
