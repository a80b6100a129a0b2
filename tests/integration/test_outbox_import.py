"""Sticks from real outboxes into a real ledger: each fact counts once, and a forged stick counts not at all."""

import gzip
import os
import sqlite3
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edge.core.anchors import Anchor, Source
from edge.core.effects import SendBatch
from edge.export import ExportError, export
from edge.packing import pack
from edge.signing import CertificateError
from hub.authority import Authority
from hub.imports.checking import ImportFaultError
from hub.store import authority as certificates
from tests.support.facts import DOCK, NOW, RICE, batch, fix, goods, scan
from tests.support.ingest import bench
from tests.support.sticks import Carrier, authority_of, carry, counted, joined, parts
from wire import bundle
from wire.codec import decode_up
from wire.messages import Gap, GapReason, Lane


@pytest.fixture
def hub(tmp_path: Path):
    with bench(tmp_path / "hub.db") as made:
        yield made


@pytest.fixture
def device(hub, tmp_path: Path):
    made = Carrier(tmp_path / "device", hub.database)
    yield made
    made.box.close()


def scans(first: int, last: int):
    return [scan(goods(lot="A"), at=number) for number in range(first, last + 1)]


def stock(hub) -> int:
    return hub.balances().get((DOCK, "A"), 0)


def by_network(hub, device: Carrier, stream: str, after: int, upto: int) -> None:
    """What the uplink would send of one stream."""
    send = SendBatch(
        ledger=hub.ledger, hello=7, stream=stream, lane=Lane.FACTS, after=after, upto=upto, turn=0, max_items=1000,
        max_bytes=250_000, opaque=False, fill=False,
    )  # fmt: skip
    payload, _ = pack(device.box, send)
    hub.take((device.name, payload))


def streams(device: Carrier) -> list[str]:
    return [stream for stream, lane, _ in device.box.lanes() if lane is Lane.FACTS]


# Once, whichever way


def test_facts_from_a_stick_count_once_however_often_it_is_taken_in(hub, device):
    device.scan(*scans(1, 30))
    device.restart()
    device.scan(*scans(31, 40))
    file = device.stick().file
    assert counted(carry(hub, file)) == {"new": 40}
    assert stock(hub) == 40
    assert counted(carry(hub, file)) == {"known": 40}
    assert stock(hub) == 40
    assert hub.sent == []  # nobody is answered who was not heard from
    assert hub.one("SELECT last_seen FROM device WHERE name = ?", device.name) is None
    assert hub.findings() == []
    assert hub.rebuilt().same


def test_facts_that_the_network_brings_before_between_and_after_count_once(hub, device):
    device.scan(*scans(1, 30))
    (stream,) = streams(device)
    by_network(hub, device, stream, 0, 10)
    first = device.stick().file
    device.scan(*scans(31, 50))
    second = device.stick().file
    by_network(hub, device, stream, 10, 20)
    assert counted(carry(hub, second)) == {"new": 30, "known": 20}
    by_network(hub, device, stream, 20, 45)
    assert counted(carry(hub, first)) == {"known": 30}
    assert (stock(hub), hub.through(device.name, stream)) == (50, 50)


def test_the_file_begins_after_what_the_hub_confirmed_unless_all_is_asked_for(hub, device):
    device.scan(*scans(1, 30))
    (stream,) = streams(device)
    by_network(hub, device, stream, 0, 20)
    device.heard({stream: 20})
    assert device.stick().facts == 10
    assert device.stick(everything=True).facts == 30


def test_only_facts_travel_and_what_is_unreadable_on_the_device_travels_wrapped(hub, device):
    device.scan(*scans(1, 3))
    device.box.append_telemetry([fix(1)])
    with sqlite3.connect(device.path) as raw:
        raw.execute("UPDATE facts SET payload = ? WHERE id & 1099511627775 = 2", (b'{"k":"scan"\n\xff',))
    report = carry(hub, device.stick().file)
    hub.settle()
    assert counted(report) == {"new": 3}
    assert (stock(hub), len(hub.quarantine())) == (2, 1)
    assert hub.rows("SELECT lane FROM lane WHERE through > 0") == [("facts",)]


def test_facts_that_the_hub_does_not_understand_are_kept_and_counted_apart(hub, device, tmp_path):
    device.scan(*scans(1, 2))
    header, messages, _ = parts(device.stick().file)
    ahead = batch(hub.ledger, [scan(goods(lot="A")), b'{"k":"from-tomorrow","at":1,"up":1}'], stream="9" * 16)
    file = signed(tmp_path / "newer", device, header, [*messages, ahead])
    assert counted(carry(hub, file)) == {"new": 4, "quarantined": 1}


# What an import may not move


def restored(hub, device: Carrier) -> str:
    """The hub once confirmed 20 facts and was restored to 5 of them; the device does not know yet."""
    device.scan(*scans(1, 30))
    (stream,) = streams(device)
    by_network(hub, device, stream, 0, 5)
    device.heard({stream: 20})
    return stream


def test_a_stick_that_begins_beyond_what_the_hub_has_moves_nothing_and_says_what_is_missing(hub, device):
    stream = restored(hub, device)
    file = device.stick().file
    report = carry(hub, file)
    assert counted(report) == {"left_out": 10}
    assert (report.missing, report.streams[0].missing) == (25, [(6, 30)])
    assert (stock(hub), hub.through(device.name, stream)) == (5, 5)
    assert hub.one("SELECT last FROM lane WHERE lane = 'facts'") == 30  # shown as missing until it comes
    assert counted(carry(hub, device.stick(everything=True).file)) == {"new": 25, "known": 5}
    assert counted(carry(hub, file)) == {"known": 10}
    assert (stock(hub), hub.findings()) == (30, [])


def test_streams_that_the_hub_lacks_and_the_file_does_not_hold_are_named(hub, device):
    device.scan(*scans(1, 30))
    (old,) = streams(device)
    device.heard({old: 30})
    device.restart()
    device.scan(*scans(31, 40))
    report = carry(hub, device.stick().file)
    assert counted(report) == {"new": 10}
    assert {stream.stream: stream.missing for stream in report.streams if stream.missing} == {old: [(1, 30)]}


def test_a_person_may_declare_missing_what_nobody_has_and_it_may_still_come(hub, device):
    stream = restored(hub, device)
    file, all_of_it = device.stick().file, device.stick(everything=True).file
    assert counted(carry(hub, file, declare_missing=True)) == {"new": 10}
    assert (stock(hub), hub.through(device.name, stream)) == (15, 30)
    assert hub.rows("SELECT first, last, reason FROM gap") == [(6, 20, "trimmed")]
    assert hub.findings() == []
    assert counted(carry(hub, all_of_it)) == {"new": 15, "known": 15}
    assert (stock(hub), hub.rows("SELECT * FROM gap"), hub.findings()) == (30, [], [])
    assert hub.rebuilt().same


def test_facts_that_the_device_has_deleted_are_declared_in_the_file_and_stay_open(hub, device):
    device.scan(*scans(1, 30))
    (stream,) = streams(device)
    device.heard({stream: 20})
    device.box.keep_days = -1
    device.box.maintain()
    made = device.stick(everything=True)
    assert (made.facts, made.declared) == (10, 20)
    report = carry(hub, made.file)
    assert counted(report) == {"new": 10}
    assert report.streams[0].missing == [(1, 20)]
    assert hub.rows("SELECT first, last, reason FROM gap") == [(1, 20, "trimmed")]


def test_an_older_copy_of_an_outbox_hides_nothing_that_came_after_it(hub, device, tmp_path):
    device.scan(*scans(1, 10))
    device.box.flush()
    copy = tmp_path / "copy"
    copy.mkdir()
    with sqlite3.connect(device.path) as source, sqlite3.connect(copy / "outbox.db") as target:
        source.backup(target)
    device.scan(*scans(11, 20))
    assert counted(carry(hub, device.stick().file)) == {"new": 20}
    old = copy / "stick.relay"
    assert export(copy / "outbox.db", device.identity, old, everything=True, now_ms=NOW).facts == 10
    assert counted(carry(hub, old)) == {"known": 10}
    (stream,) = streams(device)
    assert (stock(hub), hub.through(device.name, stream)) == (20, 20)


# Forged, changed, strange


def signed(file: Path, device: Carrier, header, messages, *, key=None) -> Path:
    """A file of one's own making, signed by the device's key or another."""
    key = key or serialization.load_pem_private_key(device.identity.key.read_bytes(), None)
    writer = bundle.Writer()
    data = writer.begin(header) + b"".join(map(writer.message, messages))
    file.write_bytes(data + writer.end(key.sign(writer.to_sign(), ec.ECDSA(hashes.SHA256()))))
    return file


def refused(hub, file: Path, said: str) -> None:
    before = hub.tables()
    with pytest.raises(ImportFaultError, match=said) as caught:
        carry(hub, file)
    assert "\x1b" not in str(caught.value)
    assert (hub.tables(), hub.quarantine(), hub.sent) == (before, [], [])
    assert hub.rows("SELECT * FROM lane") == []


@pytest.fixture
def stick(device) -> Path:
    device.scan(*scans(1, 40))
    return device.stick().file


def test_a_stick_of_which_any_byte_was_changed_is_refused(hub, stick):
    data = stick.read_bytes()
    for place in range(0, len(data), 97):
        stick.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        refused(hub, stick, ".")


def test_a_stick_with_another_quantity_is_refused_by_its_signature(hub, stick):
    stick.write_bytes(stick.read_bytes().replace(b"]d201", b"]d202", 1))
    refused(hub, stick, "signature does not fit")


def test_a_stick_that_was_pulled_too_early_is_refused(hub, stick):
    os.truncate(stick, stick.stat().st_size - 20)
    refused(hub, stick, "cut off")


def test_a_stick_that_another_device_signed_is_refused(hub, device, stick, tmp_path):
    other = joined(hub.database, "other-1", tmp_path / "other")
    key = serialization.load_pem_private_key(other.key.read_bytes(), None)
    header, messages, _ = parts(stick)
    refused(hub, signed(stick, device, header, messages, key=key), "signature does not fit")
    theirs = msgspec.structs.replace(header, certificates=(other.certificate.read_text(),))
    refused(hub, signed(stick, device, theirs, messages, key=key), "says that it is of wh1-scanner-1.*other-1")


def test_a_stick_of_a_device_with_a_certificate_of_its_own_making_is_refused(hub, device, stick, tmp_path):
    stranger = joined(hub.database, device.name, tmp_path / "x", authority=Authority.make(hub.ledger))
    header, messages, _ = parts(stick)
    chain = (stranger.certificate.read_text(), stranger.authority.read_text())
    key = serialization.load_pem_private_key(stranger.key.read_bytes(), None)
    forged = signed(stick, device, msgspec.structs.replace(header, certificates=chain), messages, key=key)
    refused(hub, forged, "not given out by this hub")


def test_a_stick_signed_by_the_hubs_own_server_certificate_is_refused(hub, device, stick):
    server = authority_of(hub.database).certify_server([device.name], now_ms=NOW)
    header, messages, _ = parts(stick)
    key = serialization.load_pem_private_key(server.key.encode(), None)
    forged = msgspec.structs.replace(header, certificates=(server.certificate,))
    refused(hub, signed(stick, device, forged, messages, key=key), "none of a device")


def test_a_stick_of_a_revoked_device_is_refused_until_it_joins_again(hub, device, stick):
    with hub.database.write() as connection:
        certificates.take_back(connection, device.name, now=NOW)
    refused(hub, stick, "was revoked")
    device.identity = joined(hub.database, device.name, device.folder)
    assert counted(carry(hub, device.stick().file)) == {"new": 40}


def test_a_stick_of_a_device_whose_certificate_ended_or_is_not_known_is_refused(hub, stick):
    with hub.database.write() as connection:
        connection.exec_driver_sql("UPDATE certificate SET not_before = 0, not_after = 1000")
    refused(hub, stick, "ended on 1970-01-01.*join again")
    with hub.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM certificate")
    refused(hub, stick, "does not know the certificate")


def test_a_stick_for_another_ledger_is_refused(hub, device, stick):
    header, messages, _ = parts(stick)
    other = msgspec.structs.replace(header, ledger="f" * 16)
    refused(hub, signed(stick, device, other, messages), "is for ledger f+; this hub keeps")


def strange(hub, **more):
    return batch(hub.ledger, [scan(goods())], **more)


@pytest.mark.parametrize(
    "message",
    [
        lambda hub: batch("f" * 16, [scan(goods())]),
        lambda hub: strange(hub, lane=Lane.TELEMETRY),
        lambda hub: strange(hub, gaps=[Gap(1, 1, GapReason.THINNED)]),
        lambda hub: strange(hub).replace(b'"last":1', b'"last":2'),
        lambda hub: batch(hub.ledger, []),
        lambda hub: b'{"k":"welcome"}',
        lambda hub: b"\x1f\x8b\x08 not unpacked",
    ],
)
def test_what_a_device_signed_and_ingest_could_not_take_is_refused_whole(hub, device, stick, message):
    header, messages, _ = parts(stick)
    refused(hub, signed(stick, device, header, [*messages, message(hub)]), "this hub cannot read it")


def test_a_stick_that_says_more_of_its_streams_than_the_hub_may_keep_in_memory_is_refused(
    hub, device, stick, monkeypatch
):
    header, messages, _ = parts(stick)
    hello = next(each for each in messages if b'"k":"hello"' in each)
    monkeypatch.setattr("hub.imports.checking.HELLO_BYTES", 3 * len(hello))
    assert counted(carry(hub, signed(stick, device, header, [hello, *messages]))) == {"new": 40}
    with pytest.raises(ImportFaultError, match="this hub cannot read it"):
        carry(hub, signed(stick, device, header, [hello] * 4))


def test_files_that_are_no_export_are_refused_before_they_are_read(hub, stick, tmp_path):
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(bytes(50_000_000)))
    refused(hub, packed, "not an export")
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.write(stick.read_bytes())
        file.truncate(10 * 1024**3)
    refused(hub, sparse, "no export has more")
    os.truncate(sparse, 3 * 1024**3)
    refused(hub, sparse, "something was added")
    os.mkfifo(tmp_path / "pipe")
    for strange_one in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        refused(hub, strange_one, "is not a file")
    refused(hub, tmp_path / "none", "cannot be read")


# The device's side


def test_an_export_leaves_no_file_behind_that_is_not_whole(device, tmp_path):
    device.scan(*scans(1, 3))
    file = tmp_path / "stick.relay"
    file.write_text("kept")
    with pytest.raises(ExportError, match="exists already"):
        export(device.path, device.identity, file, everything=False, now_ms=NOW)
    assert file.read_text() == "kept"
    file.unlink()
    with pytest.raises(ExportError, match="there is no outbox"):
        export(tmp_path / "none.db", device.identity, file, everything=False, now_ms=NOW)
    device.identity.key.write_text("no key")
    with pytest.raises(CertificateError, match="cannot read the key"):
        export(device.path, device.identity, file, everything=False, now_ms=NOW)
    assert [path.name for path in tmp_path.iterdir() if "stick" in path.name] == []


def test_an_outbox_of_another_ledger_or_device_is_not_signed(device, hub, tmp_path):
    device.box.rebind("f" * 16)
    with pytest.raises(ExportError, match="belongs to ledger ffff"):
        device.stick()
    device.identity = joined(hub.database, "other-1", tmp_path / "other")
    with pytest.raises(ExportError, match="is of wh1-scanner-1, this device joined as other-1"):
        device.stick()


def test_a_label_that_looks_like_a_command_stays_a_label(hub, device):
    device.scan(scan("]C1=cmd|'/c calc'!A0\n../../etc/passwd"), scan(goods(RICE, "A")))
    assert counted(carry(hub, device.stick().file)) == {"new": 2}


def test_facts_on_a_stick_carry_what_the_device_knows_of_the_time_as_they_would_on_the_wire(hub, device):
    device.box.observe(Anchor(up=50, low=NOW + 1_000, high=NOW + 1_100, source=Source.HUB))
    device.scan(*scans(1, 3))
    by_wire, _ = pack(device.box, SendBatch(
        ledger=hub.ledger, hello=7, stream=streams(device)[0], lane=Lane.FACTS, after=0, upto=3, turn=0, max_items=10,
        max_bytes=250_000, opaque=False, fill=False,
    ))  # fmt: skip
    _, (_, carried), _ = parts(device.stick().file)
    assert decode_up(carried).clock == decode_up(by_wire).clock
    assert decode_up(carried).clock is not None


def test_an_outbox_that_an_older_agent_left_is_brought_up_to_date_before_it_is_exported(device):
    device.box.close()
    with sqlite3.connect(device.path) as raw:
        raw.execute("PRAGMA user_version = 1")
    with pytest.raises(ExportError, match="start this one's agent once"):
        device.stick()
