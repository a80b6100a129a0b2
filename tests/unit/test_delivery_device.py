"""The device's rules, one by one."""

from msgspec.structs import replace

from edge.core.delivery import Delivery, Phase
from edge.core.effects import Bind, Chance, Confirm, Say, Strangers
from edge.core.pace import IDLE_MS, Window
from wire.limits import BATCH_BYTES, WINDOW_BATCHES
from wire.messages import Clock, Lane, Receipt, Status, StreamState, Welcome, combined

FACTS, TELEMETRY = Lane.FACTS, Lane.TELEMETRY
LEDGER, RUN, OTHER = "1" * 16, "2" * 16, "3" * 16
A, B = "a" * 16, "b" * 16
SIZE = BATCH_BYTES - 2000


class Bench:
    """A device, its time and its randomness."""

    def __init__(self, *lanes, ledger=LEDGER, jitter=1.0):
        self.core = Delivery(lanes, ledger=ledger)
        self.now, self.nonce, self.jitter = 1_000, 0, jitter

    def chance(self):
        self.nonce += 1
        return Chance(self.nonce, self.jitter)

    def connect(self):
        (said,) = self.core.connected(self.now, self.chance())
        self.hello = said.pages[0].hello
        return said

    def hears(self, message):
        return self.core.receive(message, self.now, self.chance())

    def welcome(self, *states, run=RUN, **more):
        return self.hears(Welcome(ledger=LEDGER, run=run, time=5, hello=self.hello, streams=states, **more))

    def receipt(self, through, *, stream=A, lane=FACTS, run=RUN, **more):
        fields = {"hello": self.hello, "turn": 0} | more
        return self.hears(Receipt(ledger=LEDGER, run=run, time=5, stream=stream, lane=lane, through=through, **fields))

    def send(self, items=100, size=SIZE):
        """Send one batch, if one may be sent; what was asked for."""
        batch = self.core.next()
        if batch is not None:
            items = min(items, batch.max_items, batch.upto - batch.after)
            self.core.sent(batch, last=batch.after + items, items=items, size=size, now=self.now)
        return batch

    def send_all(self, **how):
        sent = []
        while (batch := self.send(**how)) is not None:
            sent.append(batch)
        return sent

    def wait(self):
        """Until the core has something to do; what it wants."""
        self.now = max(self.now, self.core.due())
        return self.core.tick(self.now, self.chance())

    def greets(self):
        """Wait until it says hello, having sent no data."""
        for _ in range(5):
            for effect in self.wait():
                self.hello = effect.pages[0].hello
                return effect
            assert self.core.next() is None
        raise AssertionError("no hello")


def flowing(*lanes, through=0, **how):
    bench = Bench(*lanes, **how)
    bench.connect()
    bench.welcome(StreamState(stream=A, facts=through))
    return bench


def test_a_hello_names_every_stream_and_no_data_goes_before_its_answer():
    bench = Bench((A, FACTS, 5), (A, TELEMETRY, 3), (B, FACTS, 0), (B, TELEMETRY, 9))
    (page,) = bench.connect().pages
    assert [(end.stream, end.facts, end.telemetry) for end in page.streams] == [(A, 5, 3), (B, 0, 9)]
    assert page.ledger == LEDGER
    assert bench.core.next() is None
    bench.welcome()
    assert bench.core.next().stream == A


def test_thousands_of_streams_go_in_pages_and_all_have_to_be_answered():
    lanes = [(f"{n:016x}", lane, 1) for n in range(2500) for lane in Lane]
    bench = Bench(*lanes)
    pages = bench.connect().pages
    assert [(page.page, page.pages, len(page.streams)) for page in pages] == [(1, 3, 1000), (2, 3, 1000), (3, 3, 500)]
    for number in (1, 3, 3, 1):
        bench.welcome(page=number)
        assert bench.core.next() is None
    bench.welcome(page=2)
    assert bench.core.next() is not None


def test_the_first_contact_binds_before_anything_is_sent():
    bench = Bench((A, FACTS, 1), ledger=None)
    assert bench.connect().pages[0].ledger is None
    assert bench.welcome()[0] == Bind(LEDGER)
    assert bench.core.next().ledger == LEDGER


def test_a_hub_of_another_ledger_is_noted_and_not_heard():
    bench = Bench((A, FACTS, 1), ledger="9" * 16)
    bench.connect()
    assert bench.welcome() == []
    assert bench.core.foreign == LEDGER
    assert bench.core.phase is Phase.GREETING


def test_the_answer_to_the_latest_hello_is_taken_as_it_is_also_lower():
    bench = flowing((A, FACTS, 50), through=40)
    bench.send()
    assert bench.receipt(50) == [Confirm(A, FACTS, 50, 5)]
    bench.connect()
    assert Confirm(A, FACTS, 10, 5) in bench.welcome(StreamState(stream=A, facts=10))
    assert bench.core.next().after == 10


def test_answers_and_receipts_to_another_hello_are_nothing():
    bench = flowing((A, FACTS, 50))
    bench.send()
    assert bench.receipt(50, hello=999) == []
    assert bench.receipt(0, hello=999, run=OTHER) == []
    bench.connect()
    bench.hello, right = 999, bench.hello
    assert bench.welcome(StreamState(stream=A, facts=50)) == []
    assert bench.core.phase is Phase.GREETING
    bench.hello = right
    bench.welcome(StreamState(stream=A, facts=50))
    assert bench.core.phase is Phase.FLOWING


def test_a_receipt_that_names_another_run_makes_it_say_hello_and_send_nothing():
    bench = flowing((A, FACTS, 500))
    bench.send()
    assert bench.receipt(100, run=OTHER) == []
    assert bench.core.next() is None
    assert isinstance(bench.greets(), Say)


def test_a_lower_receipt_makes_it_say_hello():
    bench = flowing((A, FACTS, 500), through=100)
    bench.send()
    bench.receipt(99)
    assert bench.core.next() is None
    bench.greets()


def test_a_new_hub_run_makes_it_say_hello_and_the_known_one_does_not():
    bench = flowing((A, FACTS, 500))
    bench.hears(Status(ledger=LEDGER, run=RUN, online=True))
    bench.hears(Status(ledger=LEDGER, run=OTHER, online=False))
    assert bench.core.next() is not None
    bench.hears(Status(ledger=LEDGER, run=OTHER, online=True))
    assert bench.core.next() is None
    bench.greets()


def test_an_old_retained_status_costs_one_more_hello_and_no_more():
    bench = Bench((A, FACTS, 5))
    bench.connect()
    bench.hears(Status(ledger=LEDGER, run=OTHER, online=True))
    bench.greets()
    bench.welcome()
    assert bench.core.next() is not None


def test_silence_is_answered_by_a_hello_with_growing_capped_waits_and_never_by_data():
    bench = flowing((A, FACTS, 500))
    bench.send()
    waits = []
    for _ in range(14):
        bench.wait()
        silent = bench.now
        bench.greets()
        waits.append(bench.now - silent)
    assert waits == sorted(waits)
    assert waits[0] < 1_000 < waits[-1] <= 30_000
    bench.welcome()
    bench.send()
    bench.receipt(100)
    bench.send()
    bench.wait()
    silent = bench.now
    bench.greets()
    assert bench.now - silent < 1_000


def test_only_the_first_go_back_at_one_place_is_immediate():
    bench = flowing((A, FACTS, 1_000))
    bench.core.window.batches = 8
    assert [batch.after for batch in bench.send_all()][:3] == [0, 100, 200]
    bench.receipt(0, beyond=True)
    again = bench.send()
    assert (again.after, again.turn) == (0, 1)
    bench.receipt(0, beyond=True)
    assert bench.core.next().after == 100
    bench.receipt(0, beyond=True, turn=1)
    assert bench.core.next() is None
    bench.greets()


def test_the_window_is_in_bytes_starts_at_two_grows_with_receipts_and_halves_on_silence():
    bench = flowing((A, FACTS, 1_000_000))
    assert len(bench.send_all()) == 2
    through = 0
    for _ in range(60):
        through += 100
        bench.receipt(through)
        bench.send_all()
    assert bench.core.window.batches == WINDOW_BATCHES
    assert bench.core.window.batches_flying == WINDOW_BATCHES
    bench.wait()
    assert bench.core.window.batches == WINDOW_BATCHES // 2


def test_small_batches_are_bounded_too():
    window = Window(batches=32)
    while window.has_room():
        window.sent(10)
    assert window.batches_flying == WINDOW_BATCHES


def test_few_items_wait_for_their_forerunners_to_become_one_batch():
    bench = flowing((A, FACTS, 0))
    for last in range(1, 30):
        bench.core.appended(A, FACTS, last)
        bench.send(size=200)
    assert bench.core.window.batches_flying == 4
    bench.receipt(1)
    assert bench.send(size=200).upto == 29


def test_facts_go_first_older_streams_first_and_telemetry_one_at_a_time():
    bench = Bench((A, TELEMETRY, 500), (A, FACTS, 100), (B, FACTS, 100), (B, TELEMETRY, 500))
    bench.connect()
    bench.welcome()
    bench.core.window.batches = 10
    sent = [(batch.stream, batch.lane) for batch in bench.send_all()]
    assert sent == [(A, FACTS), (B, FACTS), (A, TELEMETRY)]
    bench.receipt(100, stream=A)
    bench.receipt(100, stream=B)
    assert len(bench.send_all()) > 1


def test_after_three_passes_without_progress_the_batch_is_halved_and_sent_alone_until_one_item_goes_as_opaque():
    bench = flowing((A, FACTS, 8), (B, FACTS, 500))
    tried = []
    for _ in range(40):
        for batch in bench.send_all():
            if batch.stream == A:
                tried.append((min(batch.max_items, 8), batch.opaque, bench.core.window.batches_flying))
            else:
                bench.receipt(min(500, batch.after + 100), stream=B)
        if tried[-1][1]:
            break
        bench.greets()
        bench.welcome(StreamState(stream=B, facts=500))
    assert [items for items, _, _ in tried] == [8, 8, 8, 4, 2, 1, 1]
    assert [opaque for _, opaque, _ in tried] == [False] * 6 + [True]
    assert {flying for _, _, flying in tried[2:]} == {1}
    bench.receipt(1)
    assert (bench.core.next().max_items, bench.core.next().opaque) == (2, False)


def test_open_gaps_that_the_hub_names_are_looked_for_after_everything_else():
    bench = Bench((A, FACTS, 100))
    bench.connect()
    bench.welcome(StreamState(stream=A, facts=90, open=((10, 20), (30, 30))))
    assert bench.send().after == 90
    fill = bench.core.next()
    assert (fill.after, fill.upto, fill.fill) == (9, 20, True)
    bench.core.sent(fill, last=20, items=0, size=0, now=bench.now)
    fill = bench.core.next()
    assert (fill.after, fill.upto) == (29, 30)
    bench.core.sent(fill, last=30, items=1, size=500, now=bench.now)
    assert bench.core.next() is None
    bench.receipt(100)
    assert bench.core.window.batches_flying == 0


def test_an_idle_device_says_hello_every_ten_minutes_give_or_take():
    for jitter in (0.0, 0.5, 1.0):
        bench = flowing((A, FACTS, 100), through=100, jitter=jitter)
        began = bench.now
        bench.greets()
        assert 0.8 * IDLE_MS <= bench.now - began <= 1.2 * IDLE_MS


def test_a_hello_that_is_due_soon_is_what_it_waits_for_though_the_idle_time_has_passed():
    bench = flowing((A, FACTS, 100), through=100)
    bench.now = bench.core.due() + 5
    for run in (OTHER, "4" * 16):
        bench.hears(Status(ledger=LEDGER, run=run, online=True))
    assert bench.core.due() > bench.now
    assert bench.core.tick(bench.now, bench.chance()) == []


def test_nothing_is_sent_or_heard_without_a_connection():
    bench = flowing((A, FACTS, 100))
    bench.core.disconnected()
    assert bench.core.next() is None
    assert bench.receipt(50) == []
    assert bench.core.due() is None


def test_a_hellos_round_trip_gives_the_clock_and_its_error():
    bench = Bench((A, FACTS, 1))
    bench.connect()
    bench.now += 100
    bench.hears(Welcome(ledger=LEDGER, run=RUN, time=1_000_000, hello=bench.hello))
    assert bench.core.clock.best == Clock(base=1_000_000 - 1_050, error=51)


def test_a_worse_estimate_does_not_replace_a_better_one_unless_they_contradict():
    bench = Bench((A, FACTS, 1))
    clock = bench.core.clock
    clock.measured(10_000, 0, 10)
    best = clock.best
    clock.measured(10_100, 0, 200)
    assert clock.best is best
    clock.measured(99_000, 300, 320)
    assert clock.best.base == 98_690
    assert replace(clock.best, error=0) != best


def strangers(effects):
    return [effect.streams for effect in effects if isinstance(effect, Strangers)]


def test_a_hub_that_knows_streams_which_the_outbox_never_had_shows_that_it_is_a_copy():
    bench = Bench((A, FACTS, 3))
    bench.connect()
    assert strangers(bench.welcome(StreamState(stream=A, facts=3), every=combined((A, B)))) == [B]
    bench.connect()
    assert strangers(bench.welcome(StreamState(stream=A, facts=3), every=A)) == []
    bench.connect()
    assert strangers(bench.welcome(StreamState(stream=A, facts=3))) == [], "a hub of 0.1.0 does not say"


def test_an_empty_outbox_of_a_machine_that_replaces_another_is_told_so_and_a_new_device_is_not():
    for every, found in ((A, [A]), ("0" * 16, [])):
        bench = Bench(ledger=None)
        bench.connect()
        assert strangers(bench.welcome(every=every)) == found


def test_that_the_hub_has_more_than_a_lane_ever_had_is_said_at_each_hello():
    bench = Bench((A, FACTS, 3))
    for _ in range(2):
        bench.connect()
        assert Confirm(A, FACTS, 5, 5) in bench.welcome(StreamState(stream=A, facts=5))
