"""What a session at a terminal tells its pages, and what it keeps to itself."""

from pathlib import Path

import pytest

from edge.config import Settings, TerminalSettings
from edge.core.dialogue import Work
from edge.core.dialogue import said as dialogue_said
from edge.core.running_list import earlier_rows
from edge.core.todo import todo
from edge.drivers.conversation import CAUTION_EVERY_MS, Conversation
from edge.frames.scanner import Reading
from edge.parties import DeviceSettings, HubSettings
from edge.practice import PARCEL as PRACTISED
from edge.practice import practice
from edge.store.errors import OutboxFullError
from edge.terminal_session import Session
from edge.terminal_telling import Standing
from edge.ui import messages, wishes
from tests.support.edge_doubles import Clocks
from tests.support.edge_ports import Events, Store
from tests.support.site_known import PARCEL, SECRET, WATER, Helper, SiteKnown
from wire.actions import Action
from wire.collecting import code_of
from wire.messages import Scan, Void
from wire.sitedata import Org

CODE = code_of(11, SECRET)
RECEIVING = Work(do=Action.RECEIVE, to="place:wh-1/dock")


class Tiles:
    """SiteKnown's own tables, asked as the device's file is."""

    def __init__(self, known):
        self._known = known

    def __getattr__(self, name):
        found = getattr(self._known, name)
        return (lambda: tuple(found.values())) if isinstance(found, dict) else found

    def organisation(self, id_):
        return Org(id=id_, name="CARE", name_zh="关怀") if id_ == "care" else None


class Desk:
    """One session, one page that keeps what it was told, and a store that may be full."""

    def __init__(self, work=RECEIVING):
        self.clock, self.store, self.helper, self.log = Clocks(), Store(), Helper(), Events()
        self.talk = Conversation("terminal", work, self.store, self.clock, self.log, self.helper)
        settings = Settings(
            path=Path("edge.toml"),
            device=DeviceSettings(name="st-1-terminal", kind="terminal", data=Path("data")),
            hub=HubSettings(host="h", port=1, username="u", password="p"),
            scanners=(),
            gnss=(),
            keep_days=14,
            limit_mib=16,
            log_level="info",
            log_json=True,
            terminal=TerminalSettings(port=1, listen="", tls_port=2, scanner="", work=work),
        )
        self.session = Session(
            "screen",
            settings,
            self.talk,
            self.clock,
            run="r",
            screen=True,
            practice=lambda seen: practice(self.helper, seen),
            standing=Standing,
            site=Tiles(self.helper.knows),
        )
        self.told = []
        self.session.join(self)

    def send(self, message):
        self.told.append(message)

    def scan(self, data, via="wedge", id_=""):
        self.session.said(wishes.Scan(data=data, via=via, id=id_), lambda: None)
        return self.last(messages.Verdict)

    def press(self, code):
        self.session.said(wishes.Press(code=code), lambda: None)
        return self.last(messages.Verdict)

    def last(self, kind):
        return next(each for each in reversed(self.told) if isinstance(each, kind))

    @property
    def rows(self):
        """The list as a page that comes now is told it."""
        self.session.join(self)
        return self.last(messages.List).rows


@pytest.fixture
def desk():
    return Desk()


def said(desk):
    return b"".join(messages.encode(each) for each in desk.told).decode()


def test_digits_of_a_pin_are_told_to_nobody_and_the_pad_is_asked_for():
    desk = Desk(Work(do=Action.RECEIVE, to="place:wh-1/dock", sign_on=True))
    assert desk.last(messages.Hello).may == ("practice", "sign-on")
    desk.scan("RR:B:B7")
    assert desk.last(messages.State).digits == "pin"
    for digit in "2468":
        row = desk.scan(f"RR:D:{digit}", via="button")
        assert (row.secret, row.label) == (True, "")
    assert desk.last(messages.State).typed == 4
    desk.press("RR:OK")
    assert desk.last(messages.State).person == "ana"
    assert desk.helper.asked[-1].pin == "2468"
    assert "2468" not in said(desk)
    assert not [each for each in desk.rows if "RR:D" in each.label]
    assert "2468" not in str(desk.log.lines)


def test_who_walks_by_prints_no_label_while_somebody_has_to_sign_on():
    desk = Desk(Work(do=Action.RECEIVE, to="place:wh-1/dock", sign_on=True))
    desk.session.said(wishes.Print(sscc="106141412345678908", id="p1"), lambda: None)
    assert (desk.last(messages.Verdict).verdict, desk.helper.printed) == ("refused", [])
    assert "106141412345678908" not in said(desk)
    for code in ("RR:B:B7", "RR:D:2468", "RR:OK"):
        desk.press(code)
    desk.session.said(wishes.Print(sscc="106141412345678908", id="p2"), lambda: None)
    assert (desk.last(messages.Verdict).verdict, len(desk.helper.printed)) == ("obeyed", 1)


def test_a_collection_code_opens_hands_over_and_stands_in_no_list(desk):
    desk.press("RR:DO:collect")
    assert desk.last(messages.State).digits == "code"
    assert desk.scan(CODE, via="typed").label == ""
    state = desk.last(messages.State)
    assert (state.open, state.digits) == (2, "")
    assert desk.press("RR:DONE").verdict == "stored"
    assert {item.do for item in desk.store.items} == {Action.HAND_OVER}
    for secret in (CODE, SECRET):
        assert secret not in said(desk)
        assert secret not in str(desk.log.lines)
    assert not [row for row in desk.rows if "王" in row.words.en]


def test_digits_typed_where_no_pin_is_awaited_any_more_are_in_no_list(desk):
    desk.scan("RR:D:2468", via="button")
    assert desk.rows == ()


def test_a_full_outbox_and_a_failing_disk_are_told_apart_and_nothing_of_it_happened(desk):
    desk.store.broken = True
    assert (row := desk.scan("A")).verdict == "refused"
    assert row.words.zh == "未保存"
    desk.store.append_facts = _full
    assert desk.scan("B").verdict == "full"
    assert desk.store.items == []
    assert [row.verdict for row in desk.rows] == ["full", "refused"]
    assert all(row.stored is None for row in desk.rows)


def test_that_little_room_is_left_is_said_with_a_scan_that_is_kept_and_not_with_each(desk):
    desk.helper.cautions = dialogue_said("trouble-tight")
    rows = [desk.scan(f"]d201{WATER}10{label}") for label in "AB"]
    desk.clock.up += CAUTION_EVERY_MS
    rows.append(desk.scan(f"]d201{WATER}10C"))
    assert [("little room" in row.words.en, "存储空间不足" in row.words.zh) for row in rows] == [
        (True, True),
        (False, False),
        (True, True),
    ]
    assert [row.verdict for row in rows] == ["warned", "stored", "warned"]
    assert [len(each.labels) for each in desk.store.items] == [1, 1, 1]


def test_a_warning_is_said_in_both_languages_with_what_is_expected_next(desk):
    row = desk.scan(f"]d201{WATER}10BAD")
    assert row.verdict == "warned"
    assert "recalled" in row.words.en
    assert "召回" in row.words.zh
    assert row.next.en
    assert row.next.zh


def test_a_stutter_counts_for_what_a_scanner_reads_and_never_for_what_a_person_presses(desk):
    desk.scan("A")
    desk.clock.up += 400
    assert desk.scan("A").repeats == 1
    desk.clock.up += 400
    assert desk.scan("A").repeats == 2
    desk.clock.up += 500
    assert desk.scan("A").repeats == 0
    for _ in range(2):
        assert desk.scan("T", via="typed").repeats == 0
        assert desk.press("RR:UNDO").repeats == 0
    assert [item.labels[0] for item in desk.store.items if isinstance(item, Scan)] == ["A", "A", "T", "T"]


def test_practice_prints_burns_opens_and_stores_nothing_that_is_real(desk):
    desk.scan("REAL")
    desk.session.said(wishes.Practice(on=True), lambda: None)
    asked = len(desk.helper.asked)
    assert desk.scan("PRACTISED").stored.stream == "practice"
    desk.press("RR:NEW")
    desk.press("RR:DO:collect")
    desk.scan(CODE, via="typed")
    assert desk.last(messages.State).open == 1
    assert desk.press("RR:DONE").stored.stream == "practice"
    assert desk.scan(f"RR:P:{PRACTISED}").verdict == "refused"
    assert desk.press("RR:HANDOVER").verdict == "refused"
    assert len(desk.helper.asked) == asked
    assert desk.helper.printed == []
    desk.session.said(wishes.Practice(on=False), lambda: None)
    assert [item.labels[0] for item in desk.store.items] == ["REAL"]
    assert [row.label for row in desk.rows] == ["REAL"]
    assert desk.last(messages.State).do == "receive"


def test_practice_that_no_page_shows_takes_nothing_and_ends_by_itself(desk):
    desk.session.said(wishes.Practice(on=True), lambda: None)
    desk.session.leave(desk)
    reading = Reading(data=b"", text="MEANT")
    ((answer,),) = desk.talk.take((reading,), lambda: None)
    assert answer.missing is not None
    assert desk.store.items == []
    desk.session.tick()
    assert desk.talk.practises
    desk.clock.up += 15_000
    desk.session.tick()
    assert not desk.talk.practises
    for _ in desk.talk.take((reading,), lambda: None):
        pass
    assert [item.labels[0] for item in desk.store.items] == ["MEANT"]


def test_who_signs_off_in_practice_is_signed_off_when_it_ends():
    desk = Desk(Work(do=Action.RECEIVE, to="place:wh-1/dock", sign_on=True))
    for code in ("RR:B:B7", "2468", "RR:OK"):
        desk.scan(code, via="button")
    desk.session.said(wishes.Practice(on=True), lambda: None)
    assert desk.last(messages.State).person == "ana"
    desk.press("RR:OFF")
    desk.session.said(wishes.Practice(on=False), lambda: None)
    assert desk.last(messages.State).person is None
    assert desk.helper.people[-1] is None
    assert desk.scan("A").verdict == "refused"


def test_a_reading_is_told_by_the_name_and_lot_of_the_goods_in_both_languages(desk):
    row = desk.scan(f"]d201{WATER}10L1")
    assert row.goods == messages.Goods(name=messages.Words(en="Water", zh="水"), lot="L1", pieces=1)
    assert desk.scan("RR:G:BLANKET").goods.name.zh == "Blanket"
    assert desk.scan(f"RR:KEY:{WATER}").goods.name.en == "Water"
    assert desk.scan("NO-GOODS").goods is None
    desk.press("RR:N:24")
    assert desk.scan(WATER).goods.pieces == 24
    desk.session.said(wishes.Undo(stream=row.stored.stream, seq=row.stored.seq), lambda: None)
    assert desk.last(messages.Verdict).goods == row.goods
    assert [each.goods is None for each in desk.rows] == [False, False, True, True, False, False, False]


def test_the_same_wish_twice_is_taken_once_and_told_again(desk):
    first = desk.scan("A", via="typed", id_="x1")
    told = len(desk.told)
    assert desk.scan("A", via="typed", id_="x1") == first
    assert len(desk.told) == told + 1
    assert [item.labels[0] for item in desk.store.items] == ["A"]


def test_what_practice_stored_cannot_be_undone_for_real_nor_what_is_real_in_practice(desk):
    real = desk.scan("REAL").stored
    desk.session.said(wishes.Practice(on=True), lambda: None)
    practised = desk.scan("P").stored
    for place in (real, messages.Stored(stream="practice", seq=99)):
        desk.session.said(wishes.Undo(stream=place.stream, seq=place.seq), lambda: None)
        assert desk.last(messages.Verdict).verdict == "refused"
    desk.session.said(wishes.Practice(on=False), lambda: None)
    desk.session.said(wishes.Undo(stream=practised.stream, seq=practised.seq), lambda: None)
    assert desk.last(messages.Verdict).verdict == "refused"
    assert len(desk.store.items) == 1


def test_an_undo_of_a_reading_that_made_several_facts_takes_all_of_them_back(desk):
    desk.press("RR:DO:collect")
    desk.scan(CODE, via="typed")
    both = desk.press("RR:DONE")
    assert len(desk.store.items) == 2
    desk.session.said(wishes.Undo(stream=both.stored.stream, seq=both.stored.seq), lambda: None)
    assert len([item for item in desk.store.items if isinstance(item, Void)]) == 2
    assert desk.last(messages.List).rows[1].undone


def test_an_undo_from_the_list_takes_its_piece_off_the_task_again(desk):
    desk.press("RR:T:delivery:D1")
    first = desk.scan(f"]d201{WATER}10L1").stored
    desk.scan(f"]d201{WATER}10L1", via="serial")
    assert sum(n for _, n in desk.talk.state.done) == 2
    desk.session.said(wishes.Undo(stream=first.stream, seq=first.seq), lambda: None)
    assert sum(n for _, n in desk.talk.state.done) == 1
    assert isinstance(desk.store.items[-1], Void)


def test_what_was_undone_elsewhere_is_shown_so_and_undone_no_second_time(desk):
    desk.press("RR:T:delivery:D1")
    first, second = (desk.scan(f"]d201{WATER}10L1", via="serial").stored for _ in range(2))
    desk.helper.knows.voided.add((second.stream, second.seq))
    desk.session.said(wishes.Undo(stream=second.stream, seq=second.seq), lambda: None)
    assert desk.last(messages.Verdict).verdict == "refused"
    assert [row.undone for row in desk.last(messages.List).rows if row.stored == second] == [True]
    assert not [item for item in desk.store.items if isinstance(item, Void)]
    desk.press("RR:UNDO")
    assert [item.seq for item in desk.store.items if isinstance(item, Void)] == [first.seq]
    assert sum(n for _, n in desk.talk.state.done) == 0
    desk.helper.knows.voided.add((first.stream, first.seq))
    assert desk.press("RR:UNDO").verdict == "refused"


def test_the_state_comes_when_something_changed_and_every_two_seconds_and_not_in_between(desk):
    count = len(desk.told)
    desk.session.tick()
    assert len(desk.told) == count
    desk.clock.up += 2_000
    desk.session.tick()
    assert isinstance(desk.told[-1], messages.State)
    assert len(desk.told) == count + 1


def test_an_idle_person_is_signed_off_while_the_page_is_open():
    desk = Desk(Work(do=Action.RECEIVE, to="place:wh-1/dock", sign_on=True, idle_ms=60_000))
    for code in ("RR:B:B7", "2468", "RR:OK"):
        desk.scan(code, via="button")
    assert desk.last(messages.State).person == "ana"
    desk.clock.up += 60_000
    desk.session.tick()
    assert desk.last(messages.State).person is None


def test_the_scanner_that_is_shared_is_heard_by_the_page(desk):
    for _ in desk.talk.take((Reading(data=b"", text="RR:G:BLANKET"),), lambda: None):
        pass
    row = desk.last(messages.Verdict)
    assert (row.via, row.label, row.verdict) == ("serial", "RR:G:BLANKET", "stored")


def test_tiles_say_what_is_to_be_done_and_how_much_of_it_is_left(desk):
    rows = {row.kind: row for row in desk.last(messages.Tasks).rows}
    assert set(rows) == {"delivery", "pick", "consignment", "count", "collect"}
    assert (rows["delivery"].code, rows["delivery"].left, rows["delivery"].of) == ("RR:T:delivery:D1", 250, 250)
    assert rows["delivery"].title == messages.Words(en="D1: CARE", zh="D1：关怀")
    assert (rows["collect"].code, rows["collect"].left) == ("RR:DO:collect", 2)
    assert (rows["count"].code, rows["count"].left, rows["count"].title.en) == ("RR:T:count:C7", None, "Count a01")
    (after, *_) = [row for row in todo(Tiles(desk.helper.knows), {"delivery:D1|x": 24}) if row.kind == "delivery"]
    assert after.left == 226
    assert PARCEL not in said(desk)


def test_a_task_is_begun_by_its_tile(desk):
    desk.press("RR:T:delivery:D1")
    assert desk.last(messages.State).task == "delivery:D1"


def test_rows_of_before_say_what_was_undone():
    scan = Scan(at=1, up=1, do=Action.RECEIVE, labels=("A",), warned=("expired",))
    rows = earlier_rows([("s", 2, Void(at=2, up=2, stream="s", seq=1)), ("s", 1, scan)], SiteKnown())
    assert [(row.n, row.label, row.verdict, row.undone) for row in rows] == [(-1, "A", "warned", True)]
    (named,) = earlier_rows([("s", 1, Scan(at=1, up=1, do=Action.RECEIVE, labels=(WATER,), n=6))], SiteKnown())
    assert (named.goods.name.en, named.goods.pieces) == ("Water", 6)


def test_what_a_page_says_beyond_the_bounds_is_not_understood():
    assert wishes.from_page(b'{"k":"scan","data":"' + b"x" * 4097 + b'","via":"wedge"}') is None
    assert wishes.from_page(b'{"k":"undo","stream":"s","seq":0}') is None
    assert wishes.from_page(b'{"k":"print","sscc":"1"}') is None
    assert wishes.from_page(b"\xff") is None
    assert wishes.from_page(b"[" * 100_000) is None
    assert wishes.attach(b'{"k":"attach","session":"","name":"","screen":true}') is None


def _full(_):
    raise OutboxFullError("full")
