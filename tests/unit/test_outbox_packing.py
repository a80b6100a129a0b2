"""What is packed out of any outbox is a batch of the contract."""

from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.core.anchors import Anchor
from edge.core.effects import SendBatch
from edge.packing import pack
from tests.support.delivery_box import fixes, open_box, scans
from wire.codec import decode_up, sequences
from wire.limits import BATCH_BYTES
from wire.messages import Clock, Lane, Opaque

LEDGER = "1" * 16


def ask(stream, lane, after, upto, **how):
    fields = {"max_items": 4096, "max_bytes": BATCH_BYTES - 1024, "turn": 3} | how
    return SendBatch(ledger=LEDGER, hello=7, stream=stream, lane=lane, after=after, upto=upto, **fields)


def test_a_batch_carries_the_head_the_items_and_the_clock_of_its_boot(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(3))[0].stream
        box.observe(Anchor(1, 8, 10))
        payload, chunk = pack(box, ask(stream, Lane.FACTS, 1, 3))
        batch = decode_up(payload)
        assert (batch.ledger, batch.hello, batch.turn, batch.after, batch.last) == (LEDGER, 7, 3, 1, 3)
        assert batch.items == tuple(scans(2, 2))
        assert batch.clock == Clock(base=9, error=3)
        assert chunk.last == 3


def test_an_opaque_batch_carries_the_bytes_of_its_item_and_its_times(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(3))[0].stream
        box._engine.facts.execute("UPDATE facts SET payload = CAST('{rubbish' AS BLOB) WHERE id & 0xff = 2")
        (known,) = decode_up(pack(box, ask(stream, Lane.FACTS, 0, 3, max_items=1, opaque=True))[0]).items
        (rubbish,) = decode_up(pack(box, ask(stream, Lane.FACTS, 1, 3, max_items=1, opaque=True))[0]).items
        assert isinstance(known, Opaque)
        assert known.up == 1
        assert rubbish.data == b"{rubbish"


def test_of_a_fill_that_is_not_here_nothing_is_published(tmp_path):
    with closing(open_box(tmp_path)) as box:
        stream = box.append_facts(scans(30))[0].stream
        box._engine.facts.execute("DELETE FROM facts")
        assert pack(box, ask(stream, Lane.FACTS, 4, 9, fill=True))[0] is None
        assert pack(box, ask(stream, Lane.FACTS, 4, 9))[0] is not None


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 700)), max_size=6),
    st.integers(0, 3000),
    st.integers(100, 4096),
    st.integers(3_000, BATCH_BYTES - 1024),
)
@settings(max_examples=25, deadline=None)
def test_whatever_is_missing_each_batch_adds_up_and_the_batches_cover_everything(
    tmp_path_factory, holes, gone, max_items, max_bytes
):
    with closing(open_box(tmp_path_factory.mktemp("box"))) as box:
        stream = box.append_telemetry(fixes(3000))[0].stream
        kept = set(range(1, 3001))
        for first, count in holes:
            lost = range(first, first + count, 1 + count % 3)
            box._engine.facts.executemany("DELETE FROM telemetry WHERE id & 0xffffff = ?", [(n,) for n in lost])
            kept -= set(lost)
        box.confirm(stream, Lane.TELEMETRY, gone, 0)
        box.maintain()
        at, found = 0, []
        while at < 3000:
            payload, chunk = pack(box, ask(stream, Lane.TELEMETRY, at, 3000, max_items=max_items, max_bytes=max_bytes))
            assert len(payload) <= max(max_bytes + 1024, 3_000)
            batch = decode_up(payload)
            places = sequences(batch.after, batch.last, batch.gaps, len(batch.items))
            assert [item.up for item in batch.items] == list(places)
            assert batch.last == chunk.last > at
            at = batch.last
            found += places
        assert found == sorted(seq for seq in kept if seq > gone)
