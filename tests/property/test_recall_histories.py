"""The recall of a lot is complete: it is what a walk through all facts finds, for any history and order of arrival."""

import random
from collections import Counter
from pathlib import Path

import pytest

from hub.store.lots import Note, add_note
from hub.store.queries.paging import Pager
from hub.store.queries.recall import Gone, Held, Recall, recall
from tests.support.facts import CARTON, DOCK, NOW, PALLET, RICE, SHELF, STATION, TENT, batch, goods, unit_label
from tests.support.ingest import Bench, bench
from tests.support.ledger_model import Told, reckoned
from tests.support.viewers import EVERYTHING, operator_at, staff_of
from wire.actions import ENDS, KITTED, WITH_RECIPIENT, Action
from wire.labels import parse
from wire.messages import AnyItem, Clock, Kit, Part, Scan, Void

DEVICES = {"dock-1": "1" * 16, "gate-2": "2" * 16, "van-3": "3" * 16}
INSIDE = (f"unit:sscc:{PALLET}", f"unit:sscc:{CARTON}")
PLACES = (DOCK, SHELF, STATION, "transit:van-3", *INSIDE)
OUTSIDE = (WITH_RECIPIENT, "virtual:lost")
OWNERS = ("red-cross", "caritas", None)
RECALLED = 60
VERBS = (Action.RECEIVE, Action.MOVE, Action.PACK, Action.HAND_OVER, Action.HAND_OVER, Action.RETURN, Action.LOSE)


def tell(rng: random.Random) -> dict[str, list[AnyItem]]:
    """What each device says."""
    said: dict[str, list[AnyItem]] = {device: [] for device in DEVICES}
    for moment in rng.sample(range(120), 90):
        said[rng.choice(list(DEVICES))].append(_fact(rng, {"at": NOW + moment, "up": moment}))
    return said


def _fact(rng: random.Random, times: dict[str, int]) -> AnyItem:
    kind = rng.random()
    if kind < 0.08:
        return Void(stream=rng.choice(list(DEVICES.values())), seq=rng.randint(1, 25), **times)
    if kind < 0.14:
        used = Part(labels=(goods(RICE, rng.choice("AB")),), n=rng.randint(1, 5), owner="red-cross")
        made = Part(labels=(goods(TENT, "K"),), owner="red-cross")
        return Kit(do=rng.choice(["kit", "unkit"]), where=rng.choice(PLACES), made=made, used=(used,), **times)
    do = rng.choice(VERBS)
    if kind < 0.4:
        label = unit_label(rng.choice([PALLET, CARTON]))
        to = rng.choice([*PLACES, WITH_RECIPIENT, WITH_RECIPIENT])
        return Scan(do=Action.MOVE, labels=(label,), source=rng.choice(PLACES), to=to, **times)
    thing = goods(RICE, rng.choice([None, "A", "B"]), serial=rng.choice("12345"))
    label = thing if kind < 0.6 else goods(RICE, rng.choice(["A", "A", "B", None]))
    rule = ENDS[do]
    source, to = rule.source or rng.choice(PLACES), rule.to or rng.choice(PLACES)
    owner = rng.choice(OWNERS)
    return Scan(do=do, labels=(label,), n=rng.randint(1, 9), source=source, to=to, owner=owner, by="ana", **times)


def facts(said: dict[str, list[AnyItem]]) -> list[Told]:
    """All of them with their times, in order."""
    told = [
        Told(device=device, stream=DEVICES[device], seq=seq, at=item.at, item=item)
        for device, items in said.items()
        for seq, item in enumerate(items, 1)
    ]
    return sorted(told, key=lambda one: one.when)


def by_hand(told: list[Told], lot: str) -> tuple[Counter, Counter]:
    """What is held, and what is gone: found by looking at every fact."""
    undone = {(one.device, one.item.stream, one.item.seq) for one in told if isinstance(one.item, Void)}
    valid = [one for one in told if one.place not in undone]
    ledger = reckoned(told)
    held: Counter = Counter()
    gone: Counter = Counter()
    last = {
        f"sscc:{label.sscc}": one
        for one in valid
        if isinstance(one.item, Scan) and (label := parse(one.item.labels[0])).sscc
    }
    for (account, item, number, owner, condition), n in ledger.balances.items():
        if (item, number) != (f"gtin:{RICE}", lot) or (n < 0 and account.startswith("virtual:")):
            continue
        chain = [account]
        while (up := ledger.units.get(chain[-1].removeprefix("unit:"))) is not None and up not in chain:
            chain.append(up)
        held[account, chain[-1], owner, condition, n] += 1
        if n > 0 and len(chain) > 1 and chain[-1] == WITH_RECIPIENT:
            fact = last[chain[-2].removeprefix("unit:")]
            gone[fact.device, fact.seq, fact.item.source, WITH_RECIPIENT, n, account] += 1
    ours = {
        parse(one.item.labels[0]).unit
        for one in valid
        if isinstance(one.item, Scan) and parse(one.item.labels[0]).lot == lot and parse(one.item.labels[0]).unit
    }
    for one in valid:
        for source, to, n in _crossings(one.item, lot, ours):
            gone[one.device, one.seq, source, to, n, None] += 1
    return held, gone


def _crossings(item: AnyItem, lot: str, ours: set) -> list[tuple[str, str, int]]:
    if isinstance(item, Kit):
        n = sum(part.n for part in item.used if parse(part.labels[0]).lot == lot)
        ends = (item.where, KITTED) if item.do == "kit" else (KITTED, item.where)
        return [(*ends, n)] if n else []
    if not isinstance(item, Scan) or WITH_RECIPIENT not in (item.source, item.to):
        return []
    label = parse(item.labels[0])
    if label.unit is not None:
        return [(item.source, item.to, 1)] if label.unit in ours else []
    return [(item.source, item.to, item.n)] if (label.gtin, label.lot) == (RICE, lot) else []


def bring(made: Bench, said: dict[str, list[AnyItem]], rng: random.Random) -> None:
    """Each device's facts in parts, the devices in any order."""
    left = dict.fromkeys(said, 0)
    while left:
        device = rng.choice(list(left))
        after, upto = left[device], left[device] + rng.randint(1, 9)
        part = said[device][after:upto]
        clock = Clock(base=NOW, error=5)
        made.take((device, batch(made.ledger, part, stream=DEVICES[device], after=after, clock=clock)))
        left[device] = upto
        if upto >= len(said[device]):
            del left[device]


def whole(made: Bench, lot: str, viewer=EVERYTHING, limit: int = 3) -> tuple[list[Recall], list[Held], list[Gone]]:
    """All pages."""
    pages: list[Recall] = []
    cursor = None
    while not pages or cursor is not None:
        with made.database.read() as connection:
            page = recall(connection, Pager("g", "recall"), RICE, lot, viewer=viewer, limit=limit, cursor=cursor)
        assert len(page.held) + len(page.gone) <= limit
        pages.append(page)
        cursor = page.next
    return pages, [row for page in pages for row in page.held], [row for page in pages for row in page.gone]


@pytest.mark.parametrize("seed", range(12))
def test_a_recall_finds_all_that_is_held_and_all_that_is_gone_and_nothing_else(seed: int, tmp_path: Path):
    rng = random.Random(seed)
    said = tell(rng)
    told = facts(said)
    with bench(tmp_path / "hub.db") as made:
        bring(made, said, rng)
        with made.database.write() as connection:
            note = Note(item=f"gtin:{RICE}", lot="A", state="recalled", expiry=None, reason="burst bags",
                        at=NOW + RECALLED, by="sue")  # fmt: skip
            add_note(connection, note)
        for lot in "AB":
            held, gone = by_hand(told, lot)
            pages, found, left = whole(made, lot)
            assert Counter((h.account, h.place, h.owner, h.condition, h.quantity) for h in found) == held, seed
            assert Counter((g.device, g.seq, g.source, g.to, g.quantity, g.holder) for g in left) == gone, seed
            assert [g.at for g in left] == sorted((g.at for g in left), reverse=True)
            assert {sum(page.totals.values()) for page in pages} == {sum(h.quantity for h in found)}
            late = [g for g in left if lot == "A" and g.to == WITH_RECIPIENT and g.at > NOW + RECALLED]
            assert [g for g in left if g.late] == late
            assert {page.late for page in pages} == {sum(g.quantity for g in late)}
            assert {page.notice is not None for page in pages} == {lot == "A"}
            _is_narrowed(made, lot, found, left)


def _is_narrowed(made: Bench, lot: str, found: list[Held], left: list[Gone]) -> None:
    """Staff see what is theirs of it; who belongs to a site sees what stands there, and what left from there."""
    _, own, own_left = whole(made, lot, staff_of("caritas"))
    assert own == [h for h in found if h.owner == "caritas"]
    assert {g.owner for g in own_left} <= {"caritas"}
    assert [g for g in own_left if g.unit is None] == [g for g in left if g.unit is None and g.owner == "caritas"]
    _, here, here_left = whole(made, lot, operator_at("st-1"))
    assert here == [h for h in found if h.site == "st-1"]
    assert here_left == [g for g in left if STATION in (g.source, g.to)]
