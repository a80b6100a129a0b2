"""Labels and slips: what a device prints can be read again, and what cannot be printed holds up nothing."""

import os
import tty
from contextlib import closing
from io import BytesIO, TextIOWrapper

import pytest
import zxingcpp
from msgspec import Raw

from edge import print_job
from edge.core.printouts import HandoverSlip, ShelfSheet, UnitSheet
from edge.desired import load
from edge.drivers.printer import PrinterError, present, send
from edge.print_job import drawn
from edge.printing import UNDRAWABLE, PrintQueue
from edge.store.errors import OutboxError
from edge.store.knowledge_writing import KnowledgeWriter
from edge.store.prints import MOST_WAITING, Prints
from tests.support.delivery_box import open_box
from tests.support.edge_agent import closed_port, write_config
from tests.support.edge_ports import Events, until
from tests.support.facts import goods, scan
from tests.support.printed import from_zpl
from tests.support.printers import NetworkPrinter
from wire.sitedata import NULL, Article, Parcel, Record, SiteData, encode_body

GTIN = "09501101530003"
SSCC = "061414100000000014"
SHEET = UnitSheet(sscc=SSCC, gtin=GTIN, lot="L/1<b>", expiry=20271231, n=240)


class Clock:
    up = 0

    def up_ms(self):
        return self.up

    def now_ms(self):
        return self.up


def configured(folder, port, more=""):
    return load(write_config(folder, extra=f'[printer]\nport = "{port}"\n{more}'))


def know(settings, record):
    """One record, as the newest version."""
    with KnowledgeWriter(settings.device.data / "known.db", device=settings.device.name) as writer:
        writer.put_aside(SiteData(generation="a" * 16, version=2, reset=False, more=False, records=(record,)))
        writer.take_over(1)


@pytest.fixture
def device(tmp_path):
    settings = configured(tmp_path, f"tcp://127.0.0.1:{closed_port()}")
    settings.device.data.mkdir()
    record = Record(kind="article", key=GTIN, body=encode_body(Article(gtin=GTIN, name="Water", name_zh="饮用水")))
    with KnowledgeWriter(settings.device.data / "known.db", device=settings.device.name) as writer:
        writer.put_aside(SiteData(generation="a" * 16, version=1, reset=True, more=False, records=(record,)))
        writer.take_over(1)
    with closing(open_box(settings.device.data)) as box:
        yield settings, box


def test_the_label_of_a_unit_is_read_again_by_another_program(device):
    settings, _ = device
    found = zxingcpp.read_barcodes(from_zpl(drawn(SHEET, settings, settings.printer)))
    assert sorted(each.text for each in found) == [f"(00){SSCC}", f"(02){GTIN}(17)271231(37)240(10)L/1<b>"]


def test_a_parcel_on_its_shelf_bears_its_code_large_and_nothing_of_its_recipient_once_the_record_is_gone(device):
    settings, _ = device
    parcel = Parcel(id="st-1.7K2M9Q", consignment="C-1", number=417, state="here", shown="王*芳", last4="0138")
    sheet = ShelfSheet(parcel=parcel.id, code="A-2-417")
    blank = drawn(sheet, settings, settings.printer)
    know(settings, Record(kind="parcel", key=parcel.id, body=encode_body(parcel)))
    whole = drawn(sheet, settings, settings.printer)
    assert [each.text for each in zxingcpp.read_barcodes(from_zpl(whole))] == ["RR:P:st-1.7K2M9Q"]
    assert whole != blank
    know(settings, Record(kind="parcel", key=parcel.id, body=Raw(NULL)))
    assert drawn(sheet, settings, settings.printer) == blank


def test_a_label_too_small_for_what_is_in_it_still_bears_its_number(device, tmp_path):
    settings, _ = device
    small = configured(tmp_path, "tcp://127.0.0.1", "width_mm = 60\nheight_mm = 60")
    found = zxingcpp.read_barcodes(from_zpl(drawn(SHEET, settings, small.printer)))
    assert [each.text for each in found] == [f"(00){SSCC}"]


def test_a_slip_is_drawn_on_as_many_labels_as_it_needs(device):
    settings, box = device
    box.append_facts([scan(goods(), warned=("expired",), by="Ana\u202e", task="delivery:D1", at=n) for n in range(50)])
    slip = HandoverSlip(since=0, at=1 << 50)
    pages = drawn(slip, settings, settings.printer).split(b"^XZ\n")[:-1]
    assert len(pages) > 1
    assert all(from_zpl(page + b"^XZ\n").size == (799, 1199) for page in pages)


def queue(settings, box):
    log, clock = Events(), Clock()
    return PrintQueue(settings, box, clock, log), log, clock


def test_what_was_printed_just_before_the_agent_died_is_not_printed_again(device):
    settings, box = device
    printing, _, _ = queue(settings, box)
    printing.put(SHEET)
    printing.put(SHEET)
    first = Prints(box).next()
    (settings.device.data / "printed").write_text(first.id)
    printing, _, _ = queue(settings, box)
    printing.tick()
    printing.stop()
    assert Prints(box).count() == 1
    assert Prints(box).next().id != first.id


def test_what_can_never_be_drawn_is_said_and_goes(device):
    settings, box = device
    printing, log, _ = queue(settings, box)
    printing.put(UnitSheet(sscc="061414100000000013"))
    until(lambda: printing.tick() or log.named("not-printable"), "the end of it")
    assert "is no SSCC" in log.named("not-printable")[0]["why"]
    assert Prints(box).count() == 0


@pytest.mark.parametrize("broken", ["note", "queue"])
def test_a_disk_that_takes_nothing_has_no_label_printed_twice(device, tmp_path, monkeypatch, broken):
    _, box = device
    with NetworkPrinter() as printer:
        settings = configured(tmp_path, printer.address)
        printing, _, clock = queue(settings, box)
        printing.put(SHEET)
        printing.put(SHEET)
        if broken == "note":
            (settings.device.data / "printed").mkdir()
        else:
            monkeypatch.setattr(box, "keep", full)
            monkeypatch.setattr(printing, "_note", tmp_path / "nowhere")
            until(lambda: raises(printing.tick), "an end that the disk did not take")
            for _ in range(2):
                clock.up += 100_000
                assert raises(printing.tick)
            monkeypatch.undo()
            clock.up += 100_000
        until(lambda: printing.tick() or Prints(box).count() == 0, "an empty queue")
        printing.stop()
        assert len(printer.labels) == 2


def full(*_):
    raise OutboxError("the disk is full")


def raises(work):
    try:
        work()
    except OutboxError:
        return True
    return False


def test_what_makes_the_drawing_fail_in_whatever_way_holds_up_nothing(device, monkeypatch, capsys):
    settings, _ = device
    job = b'{"id":"0123456789abcdef","what":{"k":"unit","sscc":"061414100000000014"}}'

    def drawn(*_):
        raise KeyError("a fault of ours")

    monkeypatch.setattr(print_job, "begin", lambda _: None)
    monkeypatch.setattr(print_job, "drawn", drawn)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(job)))
    assert print_job.main(["--config", str(settings.path)]) == UNDRAWABLE
    assert "a fault of ours" in capsys.readouterr().err


def test_a_printer_that_is_away_is_said_once_and_tried_again(device):
    settings, box = device
    printing, log, clock = queue(settings, box)
    printing.put(SHEET)
    for tries in (1, 2):
        clock.up += 100_000
        until(lambda: printing.tick() or printing.status().problem, "a failure")
        until(lambda: printing.tick() or printing._child is None, "its end")
        assert printing.status().waiting == 1, tries
    assert len(log.named("not-printed-yet")) == 1
    assert "cannot reach the printer" in printing.status().problem


def test_the_queue_has_a_bound_and_says_when_it_is_full(device):
    settings, box = device
    printing, log, _ = queue(settings, box)
    assert all(printing.put(SHEET) for _ in range(MOST_WAITING))
    assert not printing.put(SHEET)
    assert "wait for the printer already" in log.named("not-printed")[0]["why"]


def test_a_device_without_a_printer_prints_nothing_and_says_so(tmp_path, device):
    _, box = device
    printing, log, _ = queue(load(write_config(tmp_path)), box)
    assert not printing.put(SHEET)
    assert printing.status() is None
    assert log.named("not-printed")


def test_a_printer_on_a_serial_port_gets_every_byte_as_it_is(tmp_path):
    master, slave = os.openpty()
    tty.setraw(slave)
    data = bytes(range(256)) * 4
    send(configured(tmp_path, os.ttyname(slave), "baud = 115200").printer, data)
    found = b""
    while len(found) < len(data):
        found += os.read(master, 4096)
    assert found == data
    os.close(master)
    os.close(slave)


def test_a_printer_in_the_network_gets_every_byte(tmp_path):
    data = os.urandom(1 << 20)
    with NetworkPrinter() as printer:
        settings = configured(tmp_path, printer.address).printer
        assert present(settings) == ""
        send(settings, data)
        assert until(lambda: printer.labels, "the label") == [data]


def test_a_file_is_no_printer(tmp_path):
    (tmp_path / "notes").write_text("mine")
    settings = configured(tmp_path, str(tmp_path / "notes")).printer
    with pytest.raises(PrinterError, match="no printer but a file"):
        send(settings, b"^XA^XZ")
    assert (tmp_path / "notes").read_text() == "mine"


@pytest.mark.parametrize("port", ["tcp://", "tcp://host:99999", "http://printer", "tcp://a b:9100"])
def test_an_address_that_is_none_is_a_fault_of_the_configuration(tmp_path, port):
    with pytest.raises(Exception, match="no printer's address"):
        configured(tmp_path, port)
