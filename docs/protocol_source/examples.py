"""One example of each message and item, of fixed values."""

from msgspec import Struct

from wire.actions import Action
from wire.labels import element_string
from wire.messages import (
    Batch,
    Clock,
    Command,
    Correct,
    Count,
    Desired,
    Fix,
    Gap,
    GapReason,
    Health,
    Hello,
    Kit,
    Known,
    Lane,
    Now,
    Opaque,
    Outcome,
    OutcomeState,
    Part,
    Presence,
    Proof,
    Receipt,
    Report,
    ReportState,
    Scan,
    Settle,
    Status,
    StreamEnd,
    StreamState,
    Transfer,
    Void,
    Welcome,
    combined,
)

LEDGER, RUN, DEVICE_RUN = "5d0c2f9be1a74863", "91be04c7d25f6a38", "c07a6de51b3948f2"
STREAM, EARLIER = "0f3a9c5be2d14786", "b86e20d94f7c1a53"
COMMAND, GENERATION = "2be94d61a0c7385f", "e17d4408b6f2c95a"
NUMBER = 4503599627370497
AT, UP = 1795404353123, 86400500
GOODS = element_string(gtin="09501101530003", expiry=20271231, lot="LOT-7", serial="S-0001")
BULK = element_string(gtin="09501101530003", expiry=20271231, lot="LOT-7")
KIT = element_string(gtin="09501101530027", lot="K-7")
PALLET = element_string(sscc="106141412345678908")

SCAN = Scan(
    at=AT,
    up=UP,
    do=Action.PUT_AWAY,
    labels=(GOODS,),
    source="place:wh-1/dock",
    to="place:wh-1/a01",
    owner="red-lantern",
    by="badge-17",
    task="delivery:D-2041",
    ref=4711,
    warned=("expires-soon",),
)
HANDED_OVER = Scan(
    at=AT,
    up=UP,
    do=Action.HAND_OVER,
    labels=("RR:P:st-1.7K2M9Q",),
    source="place:st-1/A-2",
    by="badge-17",
    proof=Proof(way="code", checked=True, tries=1),
)
FIX = Fix(
    at=AT,
    up=UP,
    t=AT - 120,
    lat_e7=301234567,
    lon_e7=1031234567,
    alt_cm=51230,
    speed_cms=1250,
    heading_cd=9050,
    hdop_c=90,
    sats=11,
)
ITEMS: tuple[Struct, ...] = (
    SCAN,
    HANDED_OVER,
    Count(at=AT, up=UP, where="place:wh-1/a01", labels=(BULK,), n=240, by="badge-17"),
    Void(at=AT, up=UP, stream=EARLIER, seq=12, by="badge-17"),
    Kit(
        at=AT,
        up=UP,
        do="kit",
        where="place:wh-1/kitting",
        made=Part(labels=(KIT,), n=10),
        used=(Part(labels=(BULK,), n=20), Part(labels=("]E09501101530010",), n=10)),
        task="kit:K-7",
        by="badge-17",
    ),
    Transfer(
        at=AT,
        up=UP,
        id="T-12",
        where="place:wh-1/a01",
        item="gtin:09501101530003",
        lot="LOT-7",
        giver="red-lantern",
        taker="blue-bridge",
        n=240,
        by="chen",
    ),
    Settle(
        at=AT,
        up=UP,
        device="wh1-scanner-1",
        stream=EARLIER,
        seq=12,
        owner="red-lantern",
        reason="delivery D-2041",
    ),
    Correct(
        at=AT,
        up=UP,
        item="gtin:09501101530003",
        lot="LOT-7",
        owner="red-lantern",
        source="virtual:adjustment",
        to="place:wh-1/a01",
        n=3,
        about="negative|place:wh-1/a01|gtin:09501101530003|LOT-7|red-lantern|good",
        reason="three cartons came in without a scan",
        by="chen",
    ),
    FIX,
    Health(at=AT, up=UP, pending_facts=3, pending_telemetry=120, outbox_bytes=1048576, version="0.1.0"),
    Outcome(at=AT, up=UP, id=COMMAND, state=OutcomeState.DONE, detail="shown"),
    Report(at=AT, up=UP, version=3, generation=GENERATION, state=ReportState.APPLIED),
    Opaque(at=AT, up=UP, data=b'{"k":"scan","what no hub took":true}'),
)
BATCH = Batch(
    ledger=LEDGER,
    hello=NUMBER,
    stream=STREAM,
    lane=Lane.FACTS,
    after=40,
    last=44,
    turn=1,
    gaps=(Gap(first=42, last=43, reason=GapReason.UNREADABLE),),
    clock=Clock(base=AT - UP, error=35),
    items=(
        Scan(at=AT, up=UP, do=Action.LOAD, labels=(PALLET,), to="transit:van-3"),
        Void(at=AT, up=UP, stream=STREAM, seq=41),
    ),
)
MESSAGES: tuple[Struct, ...] = (
    Hello(
        hello=NUMBER,
        ledger=LEDGER,
        streams=(StreamEnd(stream=EARLIER, facts=12, telemetry=900), StreamEnd(stream=STREAM, facts=44)),
        version="0.1.0",
        kind="scanner",
    ),
    Welcome(
        ledger=LEDGER,
        run=RUN,
        time=AT + 40,
        hello=NUMBER,
        streams=(
            StreamState(stream=EARLIER, facts=12, telemetry=900, open=((7, 8),)),
            StreamState(stream=STREAM, facts=40),
        ),
        every=combined((EARLIER, STREAM)),
    ),
    BATCH,
    Receipt(ledger=LEDGER, run=RUN, time=AT + 90, hello=NUMBER, stream=STREAM, lane=Lane.FACTS, through=44, turn=1),
    Command(
        id=COMMAND,
        ledger=LEDGER,
        name="message",
        args={"text": "Truck 7 is late"},
        issued=AT,
        expires=AT + 86_400_000,
    ),
    Desired(
        ledger=LEDGER,
        version=3,
        generation=GENERATION,
        settings={"log": {"level": "debug"}, "scanner": ({"do": "load"},)},
    ),
    Known(ledger=LEDGER, version=4711, generation=GENERATION),
    Status(ledger=LEDGER, run=RUN, online=True),
    Presence(run=DEVICE_RUN, connection="8c1f5a20e97bd346", online=True, at=AT, version="0.1.0", kind="scanner"),
    Now(at=AT, fix=FIX, pending_facts=3, pending_telemetry=120),
)


def example(kind: type[Struct]) -> Struct | None:
    """The example of one kind, None for parts that are shown inside of others; a proof is shown in its hand-over."""
    if kind is Proof:
        return HANDED_OVER
    return next((one for one in (*MESSAGES, *ITEMS) if type(one) is kind), None)
