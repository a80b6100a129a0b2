import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support import messages as made
from wire import codec, topics
from wire.errors import DecodeError, TopicError
from wire.limits import ITEM_BYTES, UNPACKED_BYTES
from wire.messages import Batch, Fix, Gap, GapReason, Health, Lane, Opaque

few = settings(deadline=None, max_examples=60)

DECODERS = [
    codec.decode_up,
    codec.decode_raw,
    codec.decode_item,
    codec.decode_down,
    codec.decode_order,
    codec.decode_status,
    codec.decode_presence,
    codec.decode_now,
]
ups = st.one_of(made.hellos, made.batches())
payloads = st.one_of(
    st.one_of(ups, made.welcomes, made.receipts, made.statuses, made.presences, made.nows, made.orders).map(
        codec.encode
    ),
    made.items.map(codec.encode_item),
)


@few
@given(ups)
def test_what_a_device_sends_up_is_read_back(message):
    assert codec.decode_up(codec.encode(message)) == message


@few
@given(st.one_of(made.welcomes, made.receipts))
def test_what_a_hub_sends_down_is_read_back(message):
    assert codec.decode_down(codec.encode(message)) == message


@few
@given(made.orders)
def test_what_a_hub_asks_of_a_device_is_read_back(order):
    assert codec.decode_order(codec.encode(order)) == order


@few
@given(made.items)
def test_an_item_is_read_back(item):
    assert codec.decode_item(codec.encode_item(item)) == item


@few
@given(made.statuses, made.presences, made.nows)
def test_status_presence_and_now_are_read_back(status, presence, now):
    assert codec.decode_status(codec.encode(status)) == status
    assert codec.decode_presence(codec.encode(presence)) == presence
    assert codec.decode_now(codec.encode(now)) == now


@few
@given(made.batches())
def test_a_batch_read_raw_keeps_every_item_as_its_bytes(batch):
    raw = codec.decode_raw(codec.encode(batch))
    assert [codec.decode_item(bytes(item)) for item in raw.items] == list(batch.items)
    for name in ("ledger", "hello", "stream", "lane", "after", "last", "turn", "gaps", "clock"):
        assert getattr(raw, name) == getattr(batch, name)


@few
@given(made.batches())
def test_a_batch_assembled_of_stored_items_is_the_batch_encoded_whole(batch):
    head = msgspec.structs.replace(batch, items=())
    data = codec.assemble(head, [codec.encode_item(item) for item in batch.items])
    assert codec.decode_up(data) == batch
    if batch.items:
        assert data == codec.encode(batch)


def survives(decode, data):
    """Whether a decoder takes these bytes; what it takes can be sent on."""
    try:
        message = decode(data)
    except DecodeError:
        return False
    if decode is codec.decode_item:
        assert codec.decode_item(codec.encode_item(message)) == message
    elif decode is not codec.decode_raw:
        assert decode(codec.encode(message)) == message
    return True


@pytest.mark.parametrize("decode", DECODERS)
@few
@given(data=st.binary(max_size=200))
@example(data=b"")
@example(data=b"[" * 100_000)
@example(data=b'{"k":' * 100_000)
@example(data=b'{"k":"hello","hello":1,"unknown":' + b"[" * 100_000)
@example(data=b"\xff\xfe")
@example(data=b"\x00" * 50)
@example(data=b"null")
@example(data=b'{"k":["batch"]}')
@example(data=b"1" * 100_000)
def test_garbage_gives_a_decode_error_and_no_other_exception(decode, data):
    survives(decode, data)


@pytest.mark.parametrize("decode", DECODERS)
@few
@given(data=made.mutated(payloads))
def test_a_damaged_message_is_read_or_refused_and_never_breaks_the_reader(decode, data):
    survives(decode, data)


@few
@given(payloads)
def test_a_message_cut_short_is_refused_by_every_reader(data):
    for decode in DECODERS:
        assert not survives(decode, data[:-1])


@few
@given(made.hellos, st.dictionaries(st.text(made.ALPHABET, min_size=12), st.integers() | st.none(), max_size=3))
def test_a_field_that_a_reader_does_not_know_is_ignored(hello, extra):
    fields = msgspec.json.decode(codec.encode(hello)) | extra
    assert codec.decode_up(msgspec.json.encode(fields)) == hello


@few
@given(made.items, st.text(made.ALPHABET))
def test_a_kind_that_a_reader_does_not_know_is_refused(item, kind):
    fields = msgspec.json.decode(codec.encode_item(item)) | {"k": "x" + kind}
    with pytest.raises(DecodeError):
        codec.decode_item(msgspec.json.encode(fields))


def test_the_limits_of_size_are_kept_and_an_opaque_item_may_carry_its_wrapping():
    small = Opaque(at=1, up=1, data=b"x" * ITEM_BYTES)
    assert codec.decode_item(codec.encode_item(small)) == small
    with pytest.raises(DecodeError, match="bytes are more than"):
        codec.decode_item(codec.encode_item(Opaque(at=1, up=1, data=b"x" * 2 * ITEM_BYTES)))
    padded = codec.encode_item(Health(at=1, up=1, note="n"))[:-1] + b',"more":"' + b"x" * ITEM_BYTES + b'"}'
    with pytest.raises(DecodeError, match="larger than"):
        codec.decode_item(padded)
    for decode in (codec.decode_up, codec.decode_raw, codec.decode_down):
        with pytest.raises(DecodeError, match="bytes are more than"):
            decode(b" " * (UNPACKED_BYTES + 1))


@few
@given(made.runs())
def test_sequences_are_what_the_gaps_leave_of_the_range(covered):
    after, last, gaps, present = covered
    assert list(codec.sequences(after, last, gaps, len(present))) == present


@few
@given(made.runs(), st.integers(-3, 3).filter(bool))
def test_a_batch_that_does_not_add_up_is_refused(covered, off):
    after, last, gaps, present = covered
    with pytest.raises(DecodeError):
        codec.sequences(after, last, gaps, len(present) + off)


@few
@given(made.runs())
def test_gaps_out_of_order_are_refused(covered):
    after, last, gaps, present = covered
    if len(gaps) > 1:
        with pytest.raises(DecodeError):
            codec.sequences(after, last, gaps[::-1], len(present))


gaps_of_any_kind = st.builds(Gap, first=st.integers(0, 12), last=st.integers(0, 12), reason=st.sampled_from(GapReason))


@few
@given(st.integers(0, 8), st.integers(0, 8), st.lists(gaps_of_any_kind, max_size=3), st.integers(0, 8))
def test_whatever_gaps_are_declared_the_sequences_lie_in_the_range_once_each_or_are_refused(after, last, gaps, count):
    try:
        found = list(codec.sequences(after, last, gaps, count))
    except DecodeError:
        return
    declared = [seq for gap in gaps for seq in range(gap.first, gap.last + 1)]
    assert sorted(found + declared) == list(range(after + 1, last + 1))
    assert found == sorted(found)
    assert len(found) == count


def test_a_gap_of_a_trillion_costs_no_memory():
    reason = GapReason.TRIMMED
    assert list(codec.sequences(0, 10**12, (Gap(first=1, last=10**12 - 1, reason=reason),), 1)) == [10**12]


def test_a_batch_holds_items_of_the_contract_only():
    fix = Fix(at=1, up=1, t=1, lat_e7=900_000_001, lon_e7=0)
    batch = Batch(
        ledger="0" * 16, hello=1, stream="0" * 16, lane=Lane.TELEMETRY, after=0, last=1, clock=None, items=(fix,)
    )
    with pytest.raises(DecodeError, match="lat_e7"):
        codec.decode_up(codec.encode(batch))


devices = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=40)


@few
@given(devices, st.sampled_from(topics.Leaf))
def test_a_topic_built_is_parsed_back(device, leaf):
    assert topics.parse(topics.build(device, leaf)) == topics.Topic(device=device, leaf=leaf)


@few
@given(devices, st.sampled_from(topics.Leaf), st.integers(0, 99))
def test_a_device_is_refused_on_every_shard_but_its_own(device, leaf, number):
    digits = f"{number:02d}"
    topic = f"{topics.ROOT}/{digits}/{device}/{leaf.value}"
    if digits == topics.shard(device):
        assert topics.parse(topic).device == device
    else:
        with pytest.raises(TopicError):
            topics.parse(topic)


@few
@given(
    st.one_of(
        st.text(), st.builds("/".join, st.lists(st.sampled_from(["relay", "v1", "07", "a", "up", "٠٧", "+", "#", ""])))
    )
)
def test_any_other_text_is_no_topic(text):
    with pytest.raises(TopicError):
        topics.parse(text)


@pytest.mark.parametrize("name", ["", "A", "a_b", "a/b", "+", "#", "é", "a\n", "x" * 41, "١"])
def test_a_name_that_could_not_be_in_a_topic_is_refused(name):
    assert not topics.is_device(name)
    with pytest.raises(TopicError):
        topics.build(name, topics.Leaf.UP)
