"""Whatever quartz, network and wall clock do: the true time lies within the bounds that the hub is told."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.core.batch_clock import Told, clock_of, now_of
from edge.core.boots import Boot, learnt, lines
from edge.core.timeline import Timeline
from hub.core.moments import corrected, moment
from tests.support.quartz import DAY_MS, HOUR_MS, START_MS, Quartz, centre
from wire import codec
from wire.messages import Batch, Clock, Lane

EARLIEST = START_MS - 400 * DAY_MS
FAR = START_MS + 4_000 * DAY_MS
seeds = st.integers(0, 2**32)


def through_the_wire(clock: Clock) -> Clock:
    head = Batch(ledger="0" * 16, hello=1, stream="0" * 16, lane=Lane.FACTS, after=0, last=0, clock=clock)
    payload = codec.encode(head)
    assert len(payload) < 900
    return codec.decode_up(payload).clock


def a_life(rng: random.Random) -> list[tuple[Quartz, Boot]]:
    """Some boots of one device, each with contact now and then, or none; the last one has contact at its end."""
    life, true, rate = [], START_MS + rng.random() * DAY_MS, centre(rng)
    for left in reversed(range(rng.randint(1, 5))):
        length = rng.choice([HOUR_MS, DAY_MS, 5 * DAY_MS]) * rng.uniform(0.01, 1)
        quartz = Quartz(rng, rate, true, length)
        times = sorted(rng.uniform(2_000, length) for _ in range(rng.choice([0, 1, 2, 5, 12])))
        ways = rng.choice([[quartz.ask_hub], [quartz.hear_gnss], [quartz.read_ntp, quartz.ask_hub, quartz.hear_gnss]])
        anchors = [rng.choice(ways)(up) for up in times]
        if not left:
            anchors.append(quartz.ask_hub(length))
        right = int(quartz.true(0))
        walls = tuple(rng.choice([0, right, right + 400, right + 10 * DAY_MS]) for _ in range(rng.randint(0, 3)))
        life.append((quartz, Boot(tuple(anchors), int(length), walls)))
        true = quartz.true(length) + rng.choice([5_000, HOUR_MS, 3 * DAY_MS]) * rng.random()
    return life


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_the_true_time_of_every_item_lies_within_what_the_hub_is_told(seed):
    rng = random.Random(seed)
    life = a_life(rng)
    found = lines([boot for _, boot in life], EARLIEST)
    for (quartz, boot), line in zip(life, found, strict=True):
        told = Told()
        ups = sorted(rng.uniform(0, boot.last) for _ in range(12))
        for first, last in [(ups[0], ups[3]), (ups[3], ups[4]), (ups[0], ups[-1]), (ups[9], ups[9])]:
            clock = through_the_wire(clock_of(line, int(first), int(last), walls=boot.walls, told=told))
            assert clock.estimated == (not boot.anchors)
            for up in [first, last, rng.uniform(first, last)]:
                true, found = quartz.true(up), moment(0, int(up), clock, FAR)
                assert found.earliest - 1 <= true <= found.latest + 1, (seed, up)
                assert abs(found.at - true) <= found.error + 1
                assert abs(int(up) + clock.base - true) <= clock.error + 1  # what a reader without points takes
                assert found.at == corrected(0, int(up), clock, FAR)


@given(seeds)
@settings(max_examples=150, deadline=None)
def test_between_contacts_days_apart_and_after_one_of_a_known_quartz_times_are_right_to_two_seconds(seed):
    rng = random.Random(seed)
    rate = centre(rng)
    known = Quartz(rng, rate, START_MS, DAY_MS)
    boots = [(known, Boot(tuple(known.ask_hub(up) for up in range(10_000, DAY_MS, HOUR_MS)), DAY_MS))]
    quartz = Quartz(rng, rate, START_MS + 2 * DAY_MS, 4 * DAY_MS)
    contacts = rng.choice([(60_000, 4 * DAY_MS), (1.4 * DAY_MS,), (3 * DAY_MS,)])
    boots.append((quartz, Boot(tuple(rng.choice([quartz.ask_hub, quartz.hear_gnss])(up) for up in contacts), DAY_MS)))
    assert learnt([boot for _, boot in boots]).width < 2e-5
    line = lines([boot for _, boot in boots], EARLIEST)[-1]
    furthest = 4 * DAY_MS if len(contacts) == 2 else min(4 * DAY_MS, contacts[0] + 1.2 * DAY_MS)
    least = 0 if len(contacts) == 2 else max(0, contacts[0] - 1.2 * DAY_MS)
    clock = clock_of(line, int(least), int(furthest), told=Told())
    for _ in range(20):
        up = rng.uniform(least, furthest)
        found = moment(0, int(up), clock, FAR)
        assert abs(found.at - quartz.true(up)) <= found.error + 1 <= 2_000, (seed, up)


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_items_in_their_sequence_are_never_told_backwards_while_the_estimate_moves(seed):
    rng = random.Random(seed)
    quartz, told, anchors, at, up = Quartz(rng, centre(rng), START_MS, 2 * DAY_MS), Told(), [], None, 5_000
    before = None
    for _ in range(30):
        up += rng.choice([5, 500, 60_000, HOUR_MS])
        if not anchors or rng.random() < 0.4:
            anchors.append(rng.choice([quartz.ask_hub, quartz.hear_gnss])(up))
        line = Timeline(sorted(anchors))
        last = up + rng.choice([0, 5, 60_000])
        clock = clock_of(line, up, last, told=told)
        for each in (up, last):
            now = moment(0, each, clock, FAR)
            assert at is None or now.at >= at, seed
            assert now.earliest - 1 <= quartz.true(each) <= now.latest + 1, seed
            at = now.at
        again = clock_of(Timeline(sorted([*anchors, quartz.ask_hub(last)])), up, last, told=told)
        assert before is None or corrected(0, up, again, FAR) >= before, seed
        assert moment(0, up, again, FAR).earliest - 1 <= quartz.true(up) <= moment(0, up, again, FAR).latest + 1
        before = at
        assert abs(now_of(line, up)[0] - quartz.true(up)) <= now_of(line, up)[1] + 1
        up = last


@given(st.builds(lambda data: data, st.data()))
@settings(max_examples=200, deadline=None)
def test_no_clock_that_a_device_may_send_breaks_the_correction(data):
    from tests.support.messages import of

    clock = data.draw(of(Clock))
    at, up, received = (data.draw(st.integers(-(2**53), 2**53)) for _ in range(3))
    found = moment(at, up, clock, received)
    assert found.at == corrected(at, up, clock, received) <= received
    assert found.earliest <= found.at <= found.latest <= received
    assert found.at > -(2**55)
    assert moment(at, up, None, received).estimated


def test_a_boot_that_nobody_told_the_time_lies_between_its_neighbours():
    quartz = Quartz(random.Random(1), 0.0, START_MS, HOUR_MS)
    contact = Boot((quartz.ask_hub(HOUR_MS),), HOUR_MS)
    later = Quartz(random.Random(1), 0.0, START_MS + DAY_MS, HOUR_MS)
    after = Boot((later.ask_hub(HOUR_MS),), HOUR_MS)
    for walls, expected in [((), None), ((START_MS + 5 * HOUR_MS,), START_MS + 5 * HOUR_MS), ((0,), None)]:
        line = lines([contact, Boot((), 2 * HOUR_MS, walls), after], EARLIEST)[1]
        clock = clock_of(line, 0, 2 * HOUR_MS, walls=walls, told=Told())
        found = moment(0, HOUR_MS, clock, FAR)
        assert clock.estimated
        assert found.earliest > START_MS + 2 * HOUR_MS - 5_000
        assert found.latest < START_MS + DAY_MS - HOUR_MS + 5_000
        assert expected is None or abs(found.at - HOUR_MS - expected) <= 1


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_a_hub_whose_clock_was_set_and_a_machine_that_was_stopped_widen_the_bounds_between_and_nowhere_else(seed):
    rng = random.Random(seed)
    quartz, shift = Quartz(rng, centre(rng), START_MS, DAY_MS), rng.choice([-1, 1]) * rng.choice([60_000, HOUR_MS])
    jump = rng.uniform(2, 8) * HOUR_MS
    anchors = [quartz.ask_hub(rng.uniform(0.1, 10) * HOUR_MS) for _ in range(rng.randint(2, 6))]
    moved = [a if a.up < jump else a._replace(low=a.low + shift, high=a.high + shift) for a in anchors]
    line = Timeline(sorted(moved))
    first, last = sorted(rng.uniform(0, 12 * HOUR_MS) for _ in range(2))
    known = {a.up < jump for a in anchors}
    clock = through_the_wire(clock_of(line, int(first), int(last), told=Told()))
    for up in [first, last, *(rng.uniform(first, last) for _ in range(8)), *(a.up - 1 for a in anchors)]:
        if not first <= up <= last or known != {True, False}:
            continue
        found, true = moment(0, int(up), clock, FAR), quartz.true(up) + (shift if up >= jump else 0)
        assert found.earliest - 1 <= true <= found.latest + 1, (seed, up)
    if known == {True, False}:
        for up in (min(a.up for a in anchors) - 1, max(a.up for a in anchors) + HOUR_MS):
            told, error = now_of(line, up)
            assert abs(told - (shift if up >= jump else 0) - quartz.true(up)) <= error + 1 < 2_000


def test_where_sources_contradict_each_other_the_hub_is_right_and_then_the_receiver():
    quartz = Quartz(random.Random(3), 0.0, START_MS, DAY_MS)
    hub, wrong = quartz.ask_hub(HOUR_MS), quartz.hear_gnss(HOUR_MS)
    rolled_over = wrong._replace(low=wrong.low - 7 * 1024 * DAY_MS, high=wrong.high - 7 * 1024 * DAY_MS)
    assert abs(now_of(Timeline([hub, rolled_over]), HOUR_MS)[0] - quartz.true(HOUR_MS)) < 400
    ntp = quartz.read_ntp(HOUR_MS)
    late = ntp._replace(low=ntp.low + DAY_MS, high=ntp.high + DAY_MS)
    assert abs(now_of(Timeline([quartz.hear_gnss(HOUR_MS), late]), HOUR_MS)[0] - quartz.true(HOUR_MS)) < 1_500
