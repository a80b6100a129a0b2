"""Pages of an outbox damaged at random: what is read is right or declared, and scanning goes on in a new stream."""

import random
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from edge.store.outbox import Outbox
from edge.store.schema import PAGE_BYTES
from tests.support.delivery_box import fixes, open_box, scans
from wire.codec import decode_item
from wire.errors import DecodeError
from wire.messages import Lane, Opaque

PAGE = PAGE_BYTES
LEAF = 0x0D
FACTS = 700


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """An outbox of three runs, all in its file; the uptime of an item is its sequence."""
    folder = tmp_path_factory.mktemp("sound")
    for run in range(3):
        with closing(open_box(folder)) as box:
            for first in range(1, FACTS + 1, 100):
                box.append_facts(scans(100, first, text="x" * 20))
                box.append_telemetry(fixes(100, first))
            if not run:
                box.bind("a" * 16)
    return folder / "outbox.db"


def damage(rng: random.Random, path: Path, pages: list[int]) -> None:
    """Overwrite pages, each in one of the ways in which disks do."""
    data = bytearray(path.read_bytes())
    for page in pages:
        start, size = page * PAGE, PAGE
        ways = (
            lambda size=size: rng.randbytes(size),
            lambda size=size: bytes(size),
            lambda size=size: b"\xff" * size,
            lambda start=start: data[start : start + 512] + rng.randbytes(PAGE - 512),
            lambda start=start: data[start : start + PAGE // 2] + bytes(PAGE // 2),
        )
        data[start : start + size] = rng.choice(ways)()
    path.write_bytes(data)


def decoded(payload: bytes) -> object:
    """The item; what is none any more counts as set aside, for that is what the hub does with it."""
    try:
        return decode_item(payload)
    except DecodeError:
        return Opaque(at=0, up=0, data=payload)


def read_all(box: Outbox) -> dict[tuple[str, Lane], dict[int, object]]:
    """Every item of every lane, by sequence; fails unless items and declared gaps make up the whole lane."""
    box.maintain()
    found: dict[tuple[str, Lane], dict[int, object]] = {}
    for stream, lane, last in box.lanes():
        items, at = found.setdefault((stream, lane), {}), 0
        end = min(last, 5000)  # a damaged row may claim any
        while at < end:
            chunk = box.read(stream, lane, after=at, upto=end, max_items=200, max_bytes=50_000)
            gone = {seq for gap in chunk.gaps for seq in range(gap.first, gap.last + 1)}
            places = [seq for seq in range(at + 1, chunk.last + 1) if seq not in gone]
            assert len(places) == len(chunk.items)
            items.update(zip(places, map(decoded, chunk.items), strict=True))
            at = chunk.last
    return found


def once(sound: Path, folder: Path, seed: int, *, leaves: bool) -> None:
    """Damage one copy, open it, use it."""
    rng = random.Random(seed)
    path = folder / "outbox.db"
    shutil.copy(sound, path)
    data = path.read_bytes()
    facts = [
        at for at in range(len(data) // PAGE) if data[at * PAGE] == LEAF and b'"k":"scan"' in data[at * PAGE :][:PAGE]
    ]
    count = rng.randint(1, 4)
    pages = rng.sample(facts, count) if leaves else [rng.randrange(len(data) // PAGE) for _ in range(count)]
    damage(rng, path, pages)
    with closing(open_box(folder)) as box:
        read_all(box)  # finds what opening did not
        (place,) = box.append_facts(scans(1))
        assert place.seq == 1
        found = read_all(box)
        for items in found.values():
            for seq, item in items.items():
                assert isinstance(item, Opaque) or item.up == seq, f"seed {seed}: {seq} is {item}"
        kept = sum(len(items) for (stream, lane), items in found.items() if lane is Lane.FACTS) - 1
        assert kept <= 3 * FACTS
        if leaves:
            rows = sum(int.from_bytes(data[page * PAGE + 3 : page * PAGE + 5], "big") for page in pages)
            assert 3 * FACTS - rows <= kept, f"seed {seed}: {3 * FACTS - kept} facts lost, the pages held {rows}"
            assert box.salvage is not None or kept == 3 * FACTS


@pytest.mark.parametrize("seed", range(4))
def test_damaged_rows_cost_no_others(sound: Path, tmp_path: Path, seed: int):
    once(sound, tmp_path, seed, leaves=True)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_page_is_damaged_nothing_wrong_is_read_and_scanning_goes_on(sound: Path, tmp_path: Path, seed: int):
    once(sound, tmp_path, seed, leaves=False)


@pytest.mark.soak
@pytest.mark.parametrize("leaves", [True, False])
def test_the_same_over_many_seeds(sound: Path, tmp_path: Path, leaves: bool):
    for seed in range(1000, 1300):
        folder = tmp_path / str(seed)
        folder.mkdir()
        once(sound, folder, seed, leaves=leaves)
        shutil.rmtree(folder)
