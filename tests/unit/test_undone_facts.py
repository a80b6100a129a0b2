"""What was undone on a device, at whichever scanner or page: read from its outbox, followed, and bounded."""

from contextlib import closing

from edge.store import undone_facts
from edge.store.undone_facts import UndoneFacts
from tests.support.delivery_box import open_box
from tests.support.facts import goods, scan, void


def test_what_was_undone_is_known_after_a_restart_and_from_the_moment_it_is_kept(tmp_path, monkeypatch):
    with closing(open_box(tmp_path)) as box:
        first, second = box.append_facts([scan(goods()), scan(goods())])
        box.append_facts([void(first.seq, stream=first.stream)])
        undone = UndoneFacts(box)
        assert undone(first.stream, first.seq)
        assert not undone(second.stream, second.seq)
        undone.note([scan(goods()), void(second.seq, stream=second.stream)])
        assert undone(second.stream, second.seq)
        monkeypatch.setattr(undone_facts, "MOST_UNDONE", 1)
        undone.note([void(9, stream=second.stream)])
        assert undone(second.stream, 9)
        assert not undone(first.stream, first.seq), "the oldest is forgotten"


def test_a_disk_that_cannot_be_read_calls_nothing_undone_and_is_asked_again(tmp_path):
    with closing(open_box(tmp_path)) as box:
        (place,) = box.append_facts([scan(goods())])
        box.append_facts([void(place.seq, stream=place.stream)])
    undone = UndoneFacts(box)
    assert not undone(place.stream, place.seq)
    with closing(open_box(tmp_path)) as again:
        undone._outbox = again
        assert undone(place.stream, place.seq)
