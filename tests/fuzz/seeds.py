"""Where fuzzing starts: one sound input of every kind, so that it does not have to find the grammar first."""

import csv
import gzip
import io
import struct
import zipfile
from collections.abc import Iterator
from random import Random

import msgspec
from PIL import Image

from docs.protocol_source import examples
from hub.core.pmtiles import HEADER_BYTES
from hub.tables.importing import template
from hub.tables.kinds import KINDS
from tests.fuzz import mutation
from tests.support.alerts import alert
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
        "page": _pages,
        "alert": lambda: (alert(), alert(kind="Cancel", references=f"a@b,eq-0,{_SENT}", infos="")),
        "table": _tables,
        "tiles": _tiles,
        "picture": _pictures,
        "claims": _claims,
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


_SENT = "2026-11-23T08:15:00+08:00"


def _pages() -> Iterator[bytes]:
    yield b'{"k":"scan","data":"]C1010950110153000317271231","via":"wedge","id":"x1"}'
    yield b'{"k":"press","code":"RR:DO:receive","id":"x2"}'
    yield b'{"k":"undo","stream":"0123456789abcdef","seq":7,"id":"x3"}'
    yield b'{"k":"print","sscc":"106141412345678908"}'
    yield b'{"k":"practice","on":true}'
    yield b'{"k":"attach","session":"screen","name":"screen","screen":true}'
    yield b'{"view":[179.5,-10.25,-179.5,10.5],"zoom":8}'


def _tables() -> Iterator[bytes]:
    for name in KINDS:
        written = io.StringIO(newline="")
        csv.writer(written).writerows(template(name))
        yield written.getvalue().encode()
    yield b"\xef\xbb\xbfsep=;\ngtin;name;contains_gtin;contains_n\n9501101530003;Tent;;\n6.9E+12;=1+1;x;-1\n"
    yield "site,gtin,lot,owner,quantity\nwh-1,9501101530003,A,red-cross,5\n".encode("utf-16")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<sheetData><row r='1'><c/></row></sheetData>")
        archive.writestr("xl/other.xml", "x" * 50, zipfile.ZIP_LZMA)
    yield made.getvalue()


def _tiles() -> Iterator[bytes]:
    words = b'{"name":"County","attribution":"OpenStreetMap"}'
    for packing, data in ((1, words), (2, gzip.compress(words, mtime=0))):
        numbers = (HEADER_BYTES, 1, HEADER_BYTES + 1, len(data), HEADER_BYTES, 0, HEADER_BYTES, 0, 1, 1, 1)
        head = b"PMTiles\3" + struct.pack("<11Q", *numbers) + bytes([1, packing, 1, 1, 0, 12])
        head += struct.pack("<4i", 1_040_000_000, 290_000_000, 1_060_000_000, 310_000_000)
        yield head + bytes([5]) + b"\0" * 9 + data


def _pictures() -> Iterator[bytes]:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "CAMERA", 6
    for kind in ("JPEG", "PNG", "WEBP"):
        made = io.BytesIO()
        Image.new("RGB", (9, 7), "red").save(made, kind, exif=exif)
        yield made.getvalue()


def _claims() -> Iterator[bytes]:
    yield b'{"parcels":["st-1.7K2M9Q"],"round":1}'
    yield b'{"granted":["st-1.7K2M9Q"]}'
    yield b'{"detail":"The code is not known here.","hint":"Ask for a new one.","error":{"message":"x"}}'


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
