"""A small relief operation in a hub's database, brought in by the hub's own ingest."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import insert, update

from hub.ingest.pipeline import Pipeline
from hub.store import reference, schema
from hub.store.database import Database
from tests.support.hubweb import START_MS
from wire import codec, topics
from wire.actions import Action
from wire.checkdigits import check_digit
from wire.messages import AnyItem, Batch, Clock, Count, Fix, Gap, Hello, Lane, Now, Scan, StreamEnd, Void

GS = "\x1d"
WATER = "09501101530003"
BLANKET = "0950110153001" + check_digit("0950110153001")
TENT = "0950110153002" + check_digit("0950110153002")
PALLET = "00614141123456789" + check_digit("00614141123456789")
CARTON = "00614141123456790" + check_digit("00614141123456790")
STREAM = "1" * 16
BASE = START_MS - 1_000_000
"""Unix ms of uptime 0 on devices whose clock is known."""
HOSTILE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE move; --",
    "=cmd|'/c calc'!A0",
    "\u202egnp.exe",
    "救灾帐篷 \U0001f6d6",
    "%00%0d%0aSet-Cookie: a=b",
    "a" * 300,
)


def label(gtin: str, *, lot: str = "", serial: str = "", expiry: str = "") -> str:
    """A GS1 DataMatrix label as a scanner reads it."""
    text = f"]d201{gtin}" + (f"17{expiry}" if expiry else "") + (f"10{lot}" if lot else "")
    return text + ((GS if lot else "") + f"21{serial}" if serial else "")


def scan(do: Action, *labels: str, up: int, **more: object) -> Scan:
    """A scan at an uptime; the device's own wall clock is an hour slow."""
    fields = {"source": more.pop("from_", None), **more}
    return Scan(at=BASE + up - 3_600_000, up=up, do=do, labels=labels, **fields)


def fix(up: int, lat: float, lon: float, **more: object) -> Fix:
    """A fix whose own time is right."""
    return Fix(at=BASE + up, up=up, t=BASE + up, lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7), **more)


@dataclass
class Outbox:
    """The outlet of an ingest that talks to nobody."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    on_change: object = None

    def publish(self, topic: str, payload: bytes) -> None:
        self.sent.append((topic, payload))

    def changed(self) -> None:
        if callable(self.on_change):
            self.on_change()

    def shown(self, device: str, now: Now, received_at: int) -> None:
        pass


@dataclass
class Feeder:
    """Sends items as devices do."""

    pipeline: Pipeline
    ledger: str
    last: dict[tuple[str, str, Lane], int] = field(default_factory=dict)

    def send(
        self,
        device: str,
        items: Sequence[AnyItem],
        *,
        stream: str = STREAM,
        lane: Lane = Lane.FACTS,
        error: int | None = 50,
        gaps: tuple[Gap, ...] = (),
    ) -> None:
        """The next batch of a lane; `error` None: the device does not know its clock."""
        key = (device, stream, lane)
        after = self.last.get(key, 0)
        self.last[key] = after + len(items) + sum(gap.last - gap.first + 1 for gap in gaps)
        batch = Batch(
            ledger=self.ledger, hello=1, stream=stream, lane=lane, after=after, last=self.last[key], gaps=gaps,
            clock=None if error is None else Clock(base=BASE, error=error), items=tuple(items),
        )  # fmt: skip
        self.raw(device, codec.encode(batch))

    def hello(self, device: str, facts: int, *, stream: str = STREAM) -> None:
        """A device says how many facts it ever made in a stream."""
        self.raw(
            device, codec.encode(Hello(hello=1, ledger=self.ledger, streams=(StreamEnd(stream=stream, facts=facts),)))
        )

    def raw(self, device: str, payload: bytes) -> None:
        """Any bytes."""
        self.pipeline.offer(topics.build(device, topics.Leaf.UP), payload)


@contextmanager
def feeding(database: Database, clock: object = lambda: START_MS, on_change: object = None) -> Iterator[Feeder]:
    """An ingest; all that was sent is committed at the end of the block."""
    pipeline = Pipeline(database, run="c" * 16, outlet=Outbox(on_change=on_change), clock=clock)
    pipeline.start()
    try:
        yield Feeder(pipeline, database.ledger)
    finally:
        pipeline.stop()
    assert pipeline.failure is None


def name_things(database: Database) -> None:
    """Sites and items."""
    with database.write() as connection:
        reference.put_sites(
            connection,
            [
                reference.Site(
                    id=id_, name=f"Site {id_}", name_zh="站", kind=kind, lat_e7=300_000_000, lon_e7=1_050_000_000
                )
                for id_, kind in (
                    ("wh-1", "warehouse"),
                    ("wh-10", "warehouse"),
                    ("wh-2", "warehouse"),
                    ("st-1", "station"),
                )
            ],
        )
        reference.put_items(
            connection,
            [
                reference.Item(gtin=gtin, name=name, name_zh=zh, unit="piece", category="")
                for gtin, name, zh in ((WATER, "Water 1 l", "水"), (BLANKET, "Blanket", "毯子"), (TENT, "Tent", "帐篷"))
            ],
        )


def presence(database: Database, **online: bool) -> None:
    """Which devices are connected; underscores in names stand for hyphens."""
    with database.write() as connection:
        for name, there in online.items():
            change = update(schema.device).where(schema.device.c.name == name.replace("_", "-"))
            connection.execute(change.values(online=int(there), presence_at=START_MS))


def relief_operation(database: Database) -> None:
    """Water and blankets in bulk, tents by serial number on a pallet, a van on the road, and some trouble."""
    name_things(database)
    a01, b02, dock2 = "place:wh-1/a01", "place:wh-1/b02", "place:wh-2/dock"
    pallet = f"unit:sscc:{PALLET}"
    with feeding(database) as feeder:
        feeder.send(
            "wh1-scanner-1",
            [
                scan(
                    Action.RECEIVE, label(WATER, lot="W1", expiry="271231"), up=1000, to=a01, n=100, owner="red-cross"
                ),
                scan(
                    Action.MOVE,
                    label(WATER, lot="W1", expiry="271231"),
                    up=2000,
                    from_=a01,
                    to=b02,
                    n=30,
                    owner="red-cross",
                ),
                scan(Action.RECEIVE, label(TENT, lot="T1", serial="S1"), up=3000, to=a01),
                scan(Action.RECEIVE, f"00{PALLET}", up=3500, to=a01),
                scan(Action.PACK, label(TENT, lot="T1", serial="S1"), up=4000, from_=a01, to=pallet),
                scan(Action.MOVE, f"00{PALLET}", up=5000, from_=a01, to=dock2),
                Count(
                    at=0, up=6000, where=b02, labels=(label(WATER, lot="W1", expiry="271231"),), n=29, owner="red-cross"
                ),
                scan(Action.DAMAGE, label(BLANKET, lot="B1"), up=7000, from_=a01, n=2),
                Void(at=0, up=8000, stream=STREAM, seq=8),
            ],
        )
        feeder.send(
            "wh2-scanner-1",
            [
                scan(Action.HAND_OVER, label(BLANKET, lot="B1"), up=1000, from_=dock2, n=7),
                scan(Action.MOVE, label(BLANKET, lot="B1"), up=1100, from_=dock2),
            ],
            error=None,
        )
        feeder.send(
            "van-1",
            [fix(1000 * i, 30 + i / 10_000, 105, speed_cms=1100, heading_cd=9000) for i in range(1, 11)]
            + [fix(11_000, 0, 0)],
            lane=Lane.TELEMETRY,
        )
        feeder.raw("wh1-scanner-1", b"\xff\xfe not a message <script>")
    presence(database, wh1_scanner_1=True, van_1=True)


def add_change(database: Database, topic: str, data: str, at: int = START_MS) -> int:
    """One row of the change log; returns its id."""
    with database.write() as connection:
        done = connection.execute(insert(schema.change).values(at=at, topic=topic, data=data))
        return int(done.inserted_primary_key[0])
