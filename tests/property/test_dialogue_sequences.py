"""Any sequence of scans and commands at a scanner: nothing is raised, each fact is valid, undo voids the latest."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.core.dialogue import Verdict, Work, begin, committed, expects, resume, step
from edge.core.verbs import VERBS
from edge.core.words import LANGUAGES, say, words
from edge.frames.scanner import Reading
from hub.core.postings import Moved, post
from tests.support.clerk import STREAM, At, Clerk
from tests.support.site_known import (
    CARTON,
    CASE,
    ELSEWHERE,
    KITTED,
    OTHER,
    PALLET,
    PARCEL,
    SECOND,
    SECRET,
    TENT,
    VACCINE,
    WATER,
    Helper,
)
from wire.actions import Action
from wire.codec import decode_item, encode_item
from wire.collecting import code_of
from wire.labels import element_string
from wire.limits import ITEM_BYTES
from wire.messages import Void

GOODS = [
    element_string(gtin=gtin, lot=lot) for gtin in (WATER, TENT, CASE, KITTED, VACCINE) for lot in (None, "L1", "BAD")
]
PARTIAL = [element_string(lot="L1"), element_string(expiry=20260101), element_string(content=WATER, count=5)]
UNITS = [element_string(sscc=PALLET), element_string(sscc=CARTON), f"00{PALLET}"]
TASKS = [
    f"RR:T:{task}"
    for task in ("delivery:D1", "delivery:D9", "pick:K1", "pick:K9", "count:C1", "kit:K", "transfer:1", "x")
]
PLACES = [
    "RR:L:wh-1/a01",
    "RR:L:wh-1/q01",
    "RR:L:r",
    "RR:FROM:transit:v",
    "RR:TO:unit:b",
    "RR:TO:place:wh-1/r01",
    "RR:FROM:",
]
NUMBERS = ["RR:N:0", "RR:N:5", "RR:N:2000000", "RR:D:2", "RR:D:99999", "RR:OK", "24680"]
CLOSE = [
    "RR:DONE",
    "RR:NEW",
    "RR:UNIT",
    "RR:SKIP",
    "RR:COUNT",
    "RR:RECOUNT",
    "RR:CLEAR",
    "RR:RESET",
    "RR:UNDO",
    "RR:UNDO",
]
PEOPLE = [
    "RR:B:B7",
    "RR:B:B8",
    "RR:B:X",
    "RR:D:2468",
    "RR:OFF",
    "RR:HANDOVER",
    "RR:OWNER:care",
    "RR:OWNER",
    "RR:OWNER:",
]
TYPED = [f"(01){WATER}(10)T", "RR:KEY:(10)T", "RR:KEY:123", "RR:KEY:RR:UNDO", "RR:CONDITION:damaged", "RR:CONDITION:x"]
PARCELS = [
    *(f"RR:P:{parcel}" for parcel in (PARCEL, SECOND, OTHER, ELSEWHERE)),
    "RR:DO:collect",
    f"RR:KEY:{code_of(11, SECRET)}",
    code_of(11, "000000"),
    "RR:KEY:0138",
    "RR:T:consignment:C1",
    "RR:TO:transit:v/c3",
]
LONG = ["x" * 4096, "\x00" * 4096, "]C1" + "10" + "x" * 4000, f"]C101{WATER}\x1d" + "99" + "\x01" * 4000]

codes = st.one_of(
    *(st.sampled_from(each) for each in (GOODS, GOODS, PARTIAL, UNITS, TASKS, PLACES, NUMBERS, CLOSE, PEOPLE, TYPED)),
    st.sampled_from(PARCELS),
    st.sampled_from(sorted(f"RR:DO:{verb}" for verb in VERBS)),
    st.sampled_from(["RR:G:BLANKET", "RR:P:1", "RR:G:" + "x" * 81, *LONG]),
    st.text(min_size=1, max_size=12),
    st.text(alphabet=":RODKNT0129(", min_size=1, max_size=12),
)
works = st.builds(
    Work,
    do=st.sampled_from(Action),
    source=st.sampled_from([None, "place:wh-1/a01"]),
    to=st.sampled_from([None, "place:wh-1/dock", "transit:v"]),
    by=st.sampled_from([None, "gate"]),
    sign_on=st.sampled_from([False, False, False, True]),
)


@settings(max_examples=150, deadline=None)
@given(works, st.lists(st.tuples(codes, st.integers(0, 20_000)), max_size=50))
def test_whatever_is_scanned_each_fact_is_valid_and_an_undo_voids_the_latest_that_stands(work, scanned):
    clerk = Clerk(work, Helper(numbers=[PALLET, CARTON]))
    for code, pause in scanned:
        clerk.up += pause
        before = list(clerk.standing)
        first = len(clerk.facts)
        outcome = clerk.scan(code)
        for fact in outcome.items:
            data = encode_item(fact)
            assert len(data) <= ITEM_BYTES
            assert decode_item(data) == fact
            assert all(moved.quantity >= 1 for moved in post(fact) if isinstance(moved, Moved)), "the hub takes it"
        for language in LANGUAGES:
            assert words(outcome, language).isprintable()
        assert clerk.expects
        for seq in (item.seq for item in outcome.items if isinstance(item, Void)):
            assert seq <= first
            assert clerk.facts[seq - 1] is before[-1], "a void takes back the latest fact that stands"
        assert bool(outcome.items) == (outcome.verdict in {Verdict.FACT, Verdict.WARNED})


@settings(max_examples=100, deadline=None)
@given(works, st.lists(st.lists(codes, min_size=1, max_size=6), max_size=8), st.data())
def test_readings_of_one_burst_and_commits_that_fail_lose_and_double_nothing(work, bursts, data):
    """The same codes one by one and in bursts of which some commits fail and are scanned again: the same facts."""
    one, many = Clerk(work, Helper(numbers=())), Bursts(work)
    for burst in bursts:
        one.scan(*burst)
        many.scan(burst, fails=data.draw(st.booleans()))
    assert many.facts == one.facts


def test_a_label_that_completes_goods_in_hand_does_not_hide_the_facts_before_it_from_an_undo():
    clerk = Bursts(Work(do=Action.PUT_AWAY))
    water, tent, lot = element_string(gtin=WATER), element_string(gtin=TENT), element_string(lot="L1")
    clerk.scan(["RR:DO:put-away", "RR:L:wh-1/a01", water, "RR:L:wh-1/q01", tent, lot], fails=False)
    clerk.scan(["RR:CLEAR", "RR:UNDO"], fails=False)
    assert isinstance(clerk.facts[-1], Void)
    assert clerk.facts[-1].seq == 1


class Bursts:
    """A driver's way: as much as goes into one commit, and everything anew where the commit failed."""

    def __init__(self, work):
        self.state, self.knows, self.helper = begin(work), Helper().knows, Helper(numbers=())
        self.facts = []

    def scan(self, burst, *, fails):
        if fails:
            self._group(list(burst))  # nothing of it is taken
        rest = list(burst)
        while rest:
            state, items, rest = self._group(rest)
            first = len(self.facts) + 1
            self.facts += items
            places = [At(STREAM, first + n) for n, item in enumerate(items) if not isinstance(item, Void)]
            self.state = committed(state, places)

    def _group(self, rest):
        state, items, taken = self.state, [], 0
        for code in rest:
            reading = Reading(data=b"", text=code)
            state, outcome = step(state, reading, at=1_000, up=10, knows=self.knows)
            if outcome.verdict is Verdict.SETTLE or (outcome.ask is not None and taken):
                break
            if outcome.ask is not None:
                answer = self.helper.answer(outcome.ask)
                state, outcome = resume(state, outcome.ask, answer, at=1_000, up=10, knows=self.knows)
            items += outcome.items
            taken += 1
        assert taken
        say(expects(state, at=1_000, up=10, knows=self.knows))
        return state, items, rest[taken:]
