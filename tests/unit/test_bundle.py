"""The file that carries an outbox: what is read is what was written, or it is refused."""

import io
import random

import pytest

from wire import bundle
from wire.bundle import BundleError, Header, Reader, Writer

HEADER = Header(device="wh1-scanner-1", ledger="1" * 16, certificates=("own", "authority"), made=5)
MESSAGES = [b"{}", b"x" * 70_000, b"\n\0\xff"]


def made(messages=MESSAGES, signature=b"signature"):
    writer = Writer()
    text = writer.begin(HEADER) + b"".join(map(writer.message, messages))
    return text + writer.end(signature), writer.to_sign()


def everything(data):
    reader = Reader(io.BytesIO(data).read)
    return reader.header, list(reader.messages()), reader.signature, reader.to_verify()


def test_what_was_written_is_read_again_and_both_sides_sign_the_same_text():
    data, signed = made()
    assert everything(data) == (HEADER, MESSAGES, b"signature", signed)
    assert signed.startswith(bundle.SIGNED_PREFIX)


def test_a_file_without_a_message_is_one_too():
    data, signed = made([])
    assert everything(data) == (HEADER, [], b"signature", signed)


def test_a_file_that_is_cut_off_anywhere_is_refused():
    data, _ = made([b"{}", b"abc"])
    for size in range(len(data)):
        with pytest.raises(BundleError):
            everything(data[:size])


def test_no_changed_byte_leaves_the_text_that_was_signed_as_it_was():
    data, signed = made([b"{}", b"abc"])
    rng = random.Random(7)
    for place in range(len(data) - len(b"signature")):
        changed = bytearray(data)
        changed[place] ^= 1 << rng.randrange(8)
        try:
            _, _, signature, now = everything(bytes(changed))
        except BundleError:
            continue
        assert (signature, now) != (b"signature", signed)


def test_parts_that_are_exchanged_left_out_or_repeated_change_what_is_signed():
    texts = [made(messages)[1] for messages in ([b"a", b"b"], [b"b", b"a"], [b"a"], [b"a", b"b", b"b"], [b"ab"])]
    assert len(set(texts)) == len(texts)


def frame(kind, size, payload=b""):
    return kind + size.to_bytes(4, "big") + payload


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not an export"),
        (b"\x1f\x8b\x08\x00" + bytes(100), "not an export"),
        (b"relay outbox export 2\n", "newer version"),
        (bundle.MAGIC, "cut off"),
        (bundle.MAGIC + bytes(1000), "no known kind"),
        (bundle.MAGIC + frame(b"S", 1, b"s"), "no header"),
        (bundle.MAGIC + frame(b"H", 2, b"{}"), "header cannot be read"),
        (bundle.MAGIC + frame(b"H", 3, b"\xff\xff\xff"), "header cannot be read"),
        (bundle.MAGIC + frame(b"H", 65_537), "allowed"),
        (bundle.MAGIC + frame(b"H", 2**32 - 1), "allowed"),
        (made()[0][:-14] + frame(b"M", 2**31), "allowed"),
        (made()[0][:-14] + made()[0][len(bundle.MAGIC) :], "two headers"),
        (made()[0] + b"x", "added"),
    ],
)
def test_a_file_that_does_not_follow_the_format_is_refused_with_a_reason(data, said):
    with pytest.raises(BundleError, match=said):
        everything(data)


@pytest.mark.parametrize("device", ["", "A", "../../etc", "a/b", "a" * 41, "a\n", "a\x1b[2J"])
def test_a_header_cannot_name_what_is_no_device(device):
    text = Writer().begin(Header(device=device, ledger="1" * 16, certificates=("x",)))
    with pytest.raises(BundleError, match="header cannot be read"):
        Reader(io.BytesIO(text).read)


def test_only_as_much_is_read_as_a_part_may_have():
    asked = []
    data = io.BytesIO(bundle.MAGIC + frame(b"H", 2**32 - 1) + bytes(100))

    def read(size):
        asked.append(size)
        return data.read(size)

    with pytest.raises(BundleError):
        Reader(read)
    assert max(asked) < 100
