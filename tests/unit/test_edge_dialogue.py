"""What a person scans, and what becomes of it."""

from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.dialogue import UNDO_DEPTH, Verdict, Work, begin, committed, step
from edge.frames.scanner import Reading
from wire.actions import Action, ends
from wire.codec import decode_item, encode_item
from wire.messages import Count, Scan, Void

WORK = Work(do=Action.RECEIVE, to="place:wh-1/dock", owner="red-cross", by="ana")
STREAM = "0123456789abcdef"


@dataclass(frozen=True)
class At:
    stream: str
    seq: int


class Clerk:
    """Scans codes and commits each fact at once, as a scanner's driver does."""

    def __init__(self, work=WORK):
        self.state = begin(work)
        self.seq = 0
        self.facts = []
        self.verdicts = []

    def scan(self, *codes):
        for code in codes:
            reading = Reading(data=code.encode(), text=code)
            self.state, outcome = step(self.state, reading, at=1_000, up=10)
            self.verdicts.append(outcome.verdict)
            if outcome.item is not None:
                self.seq += 1
                self.facts.append(outcome.item)
                places = [] if isinstance(outcome.item, Void) else [At(STREAM, self.seq)]
                self.state = committed(self.state, places)
        return self.facts[-1] if self.facts else None


def moved(scan):
    return ends(scan.do, scan.source, scan.to)


def test_a_scan_says_what_is_configured():
    assert Clerk().scan("]C1010950110153000310L1") == Scan(
        at=1_000,
        up=10,
        do=Action.RECEIVE,
        labels=("]C1010950110153000310L1",),
        to="place:wh-1/dock",
        owner="red-cross",
        by="ana",
    )


def test_text_that_was_not_utf_8_is_marked_in_the_fact():
    _, outcome = step(begin(WORK), Reading(data=b"\xff", text="\xff", encoding="latin-1"), at=1, up=1)
    assert outcome.item.text == "latin-1"


def test_commands_steer_the_scans_after_them_until_reset():
    clerk = Clerk()
    scan = clerk.scan("RR:DO:move", "RR:FROM:place:wh-1/a01", "]C0RR:TO:place:wh-1/b02", "X")
    assert clerk.verdicts == [Verdict.COMMAND] * 3 + [Verdict.FACT]
    assert (scan.do, scan.source, scan.to) == (Action.MOVE, "place:wh-1/a01", "place:wh-1/b02")
    assert clerk.scan("Y").to == "place:wh-1/b02"
    scan = clerk.scan("RR:RESET", "Z")
    assert (scan.do, scan.source, scan.to) == (Action.RECEIVE, None, "place:wh-1/dock")


def test_a_quantity_holds_for_one_scan():
    clerk = Clerk()
    assert clerk.scan("RR:N:12", "X").n == 12
    assert clerk.scan("X").n == 1


def test_a_count_states_a_number_at_a_place_also_zero():
    clerk = Clerk()
    assert clerk.scan("RR:COUNT", "RR:N:0", "X") == Count(
        at=1_000, up=10, where="place:wh-1/dock", labels=("X",), n=0, owner="red-cross", by="ana"
    )
    assert clerk.scan("RR:TO:place:wh-1/b02", "RR:N:7", "RR:COUNT", "X").where == "place:wh-1/b02"
    assert isinstance(clerk.scan("X"), Scan)


def test_a_count_without_its_number_or_place_is_refused_and_can_be_completed():
    clerk = Clerk(Work(do=Action.SIGHT))
    clerk.scan("RR:COUNT", "X", "RR:N:3", "X", "RR:TO:place:a", "X")
    assert [v for v in clerk.verdicts if v is not Verdict.COMMAND] == [Verdict.REFUSED, Verdict.REFUSED, Verdict.FACT]
    assert clerk.facts == [Count(at=1_000, up=10, where="place:a", labels=("X",), n=3)]


@pytest.mark.parametrize("n", ["0", "1000001"])
def test_a_scan_cannot_move_what_no_scan_moves(n):
    clerk = Clerk()
    clerk.scan(f"RR:N:{n}", "X")
    assert clerk.verdicts == [Verdict.COMMAND, Verdict.REFUSED]
    assert clerk.scan("RR:N:2", "X").n == 2


NO_COMMANDS = ["RR:", "RR:DO", "RR:DO:steal", "RR:FROM:", "RR:TO:shelf 3", "RR:TO:place:", "RR:TO:place:a\nb", "RR:N:"]
NO_COMMANDS += [
    "RR:N:-1",
    "RR:N:1e3",
    "RR:N:99999999999",
    "RR:N:\u0661",
    "RR:COUNT:3",
    "RR:UNDO:1",
    "RR:undo",
    "]C0RR:X",
]


@pytest.mark.parametrize("code", NO_COMMANDS)
def test_a_command_that_is_none_is_refused_and_changes_nothing(code):
    clerk = Clerk()
    before = clerk.state
    clerk.scan(code)
    assert clerk.verdicts == [Verdict.REFUSED]
    assert clerk.state == before


@pytest.mark.parametrize("code", ["rr:do:move", "XRR:DO:move", " RR:N:2", "]C0XRR:N:1", "R", "\x00"])
def test_what_is_no_command_is_a_scan(code):
    assert Clerk().scan(code).labels == (code,)


def test_undo_voids_the_latest_fact_and_again_the_one_before():
    clerk = Clerk()
    clerk.scan("A", "B", "RR:UNDO", "RR:UNDO", "RR:UNDO")
    assert [(v.stream, v.seq, v.by) for v in clerk.facts[2:]] == [(STREAM, 2, "ana"), (STREAM, 1, "ana")]
    assert clerk.verdicts[-1] is Verdict.REFUSED


def test_undo_does_not_touch_what_was_set_and_survives_a_reset():
    clerk = Clerk()
    clerk.scan("A", "RR:RESET", "RR:N:5", "RR:UNDO")
    assert isinstance(clerk.facts[-1], Void)
    assert clerk.scan("B").n == 5


def test_an_undo_in_the_burst_of_its_scan_asks_for_the_commit_first():
    state = begin(WORK)
    state, _ = step(state, Reading(data=b"A", text="A"), at=1, up=1)
    undo = Reading(data=b"RR:UNDO", text="RR:UNDO")
    same, outcome = step(state, undo, at=1, up=1)
    assert (same, outcome.verdict) == (state, Verdict.SETTLE)
    _, outcome = step(committed(state, [At(STREAM, 9)]), undo, at=1, up=1)
    assert outcome.item == Void(at=1, up=1, stream=STREAM, seq=9, by="ana")


def test_undo_reaches_back_so_far_and_holds_no_more():
    clerk = Clerk()
    clerk.scan(*["X"] * (UNDO_DEPTH + 50))
    assert len(clerk.state.undoable) == UNDO_DEPTH


@pytest.mark.parametrize(
    ("work", "codes", "between"),
    [
        (WORK, [], ("virtual:donor-in", "place:wh-1/dock")),
        (WORK, ["RR:DO:damage"], ("place:wh-1/dock", "virtual:damaged")),
        (WORK, ["RR:DO:hand-over", "RR:FROM:place:b"], ("place:b", "virtual:with-recipient")),
        (WORK, ["RR:DO:put-away", "RR:TO:place:wh-1/a01"], ("place:wh-1/dock", "place:wh-1/a01")),
        (WORK, ["RR:DO:unload", "RR:FROM:transit:v-1"], ("transit:v-1", "place:wh-1/dock")),
        (WORK, ["RR:DO:sight"], ("place:wh-1/dock", "place:wh-1/dock")),
        (WORK, ["RR:DO:move", "RR:TO:place:wh-1/b02"], ("place:wh-1/dock", "place:wh-1/b02")),
        (Work(do=Action.HAND_OVER, source="place:s"), ["RR:DO:return"], ("virtual:with-recipient", "place:s")),
        (Work(do=Action.HAND_OVER, source="place:s"), ["RR:DO:unload", "RR:FROM:transit:v"], ("transit:v", "place:s")),
        (Work(do=Action.RECEIVE, source="transit:v", to="place:a"), [], ("transit:v", "place:a")),
    ],
)
def test_under_another_action_the_scanners_place_is_the_end_that_nothing_else_names(work, codes, between):
    assert moved(Clerk(work).scan(*codes, "X")) == between


def test_a_label_that_makes_too_large_an_item_is_refused_rather_than_confirmed():
    text = "\x00" * 4096
    _, outcome = step(begin(WORK), Reading(data=text.encode(), text=text), at=1, up=1)
    assert outcome.verdict is Verdict.REFUSED
    text = "x" * 4096
    _, outcome = step(begin(WORK), Reading(data=text.encode(), text=text), at=1, up=1)
    assert outcome.verdict is Verdict.FACT


codes = st.sampled_from(
    [
        "RR:DO:move",
        "RR:FROM:place:a",
        "RR:TO:unit:b",
        "RR:N:0",
        "RR:N:5",
        "RR:COUNT",
        "RR:UNDO",
        "RR:RESET",
        "RR:N:2000000",
    ]
) | st.text(min_size=1, max_size=30)


@given(st.lists(codes, max_size=40))
def test_whatever_is_scanned_each_fact_is_valid_on_the_wire_and_nothing_is_raised(scanned):
    clerk = Clerk()
    clerk.scan(*scanned)
    for fact in clerk.facts:
        assert decode_item(encode_item(fact)) == fact
    voids = [(fact.stream, fact.seq) for fact in clerk.facts if isinstance(fact, Void)]
    assert len(voids) == len(set(voids))
    assert all(not isinstance(clerk.facts[seq - 1], Void) for _, seq in voids)


def test_a_fact_round_trips_with_its_accounts():
    scan = Clerk().scan("RR:FROM:transit:v-1", "X")
    assert msgspec.json.decode(encode_item(scan))["from"] == "transit:v-1"
