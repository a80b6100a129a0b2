"""Collection codes at a device: judged by its key, tries counted over restarts, and kept nowhere."""

import itertools
from contextlib import closing

import msgspec
import pytest

from edge import collection
from edge.child import MOST_BYTES, Ended
from edge.code_check import Question, answer
from edge.collection import Collection
from edge.core.misses import WINDOW_MS
from edge.core.parcels import CheckCode, CodeVerdict
from edge.desired import load
from edge.store.errors import OutboxFullError
from edge.store.knowledge_writing import KnowledgeWriter
from edge.store.known_site import KnownSite
from edge.store.outbox import Outbox
from edge.store.parcel_facts import ParcelFacts
from tests.support.authority import Authority
from tests.support.edge_agent import closed_port
from tests.support.edge_ports import Events
from tests.support.sealing import sealed_code
from tests.support.site_hub import SiteHub
from wire.actions import Action
from wire.codec import decode_item
from wire.collecting import TERMINAL_TRIES, TRIES
from wire.messages import Lane, Scan, Void
from wire.sitedata import NULL, Parcel, Record, SiteData, SiteNote, encode_body

FIRST, SECOND, OTHER = "st-1.7K2M9Q", "st-1.AB34CD", "st-1.ZZ00ZZ"
SECRET, NEAR, FAR, PROXY = "203892", "203893", "714455", "881122"
CONFIG = '[device]\ndata = "data"\n[hub]\nidentity = "identity"\nport = {port}\n'
_streams = itertools.count(1)


class Clock:
    up = 1_000

    def up_ms(self):
        return self.up

    now_ms = up_ms


class Desk:
    """A station's terminal without its scanners; `restart` is the agent's, or with another boot the machine's.

    What the program beside it does is done in this process: the key, the seals and the tries are real.
    """

    def __init__(self, folder, monkeypatch, authority=None, port=None):
        self.data, self.clock, self.log, self.versions = folder / "data", Clock(), Events(), itertools.count(1)
        self.data.mkdir()
        self.identity = (authority or Authority()).identity(self.data / "identity", https=port or closed_port())
        (folder / "edge.toml").write_text(CONFIG.format(port=closed_port()))
        self.settings = load(folder / "edge.toml")
        monkeypatch.setattr(collection, "Child", self.child)
        self.outbox = None
        self.know(self.parcel(FIRST, proxies=((1, PROXY),)), self.parcel(SECOND, secret="999999"), self.other())
        self.restart("boot-1")

    def child(self, *_, question, longest_s):
        asked = msgspec.json.decode(question, type=Question)
        self.said = Ended(code=0, answer=msgspec.json.encode(answer(asked, self.settings)), said="")
        return self

    def wait(self, beat):
        beat()
        return self.said

    def parcel(self, id_, *, secret=SECRET, state="here", person="a" * 16, round_=1, proxies=(), **more):
        seal = sealed_code(self.identity, id_, secret, round_=round_, proxies=proxies)
        return Parcel(
            id=id_, consignment="C-1", number=1, state=state, where="A-2", person=person, sealed=seal,
            shown="王*芳", last4="0138", **more,
        )  # fmt: skip

    def other(self):
        return self.parcel(OTHER, secret="770000", person="b" * 16)

    def know(self, *parcels, gone=()):
        site = Record(kind="site", key="st-1", body=encode_body(SiteNote(id="st-1", name="East street")))
        records = [site, *(Record(kind="parcel", key=each.id, body=encode_body(each)) for each in parcels)]
        records += [Record(kind="parcel", key=each, body=msgspec.Raw(NULL)) for each in gone]
        with KnowledgeWriter(self.data / "known.db", device="wh1-scanner-1") as writer:
            page = SiteData(
                generation="a" * 16, version=next(self.versions), reset=False, more=False, records=tuple(records)
            )
            writer.put_aside(page)
            writer.take_over(1)
        if self.outbox:
            self.site.renew()

    def restart(self, boot="boot-1"):
        if self.outbox:
            self.close()
        self.outbox = Outbox.open(
            self.data / "outbox.db",
            device="wh1-scanner-1",
            now_ms=0,
            stream_factory=lambda: f"{next(_streams):016x}",
            boot=boot,
        )
        self.parcels = ParcelFacts(self.outbox)
        self.outbox.on_facts = self.parcels.note
        self.site = KnownSite(self.data / "known.db", kept=self.parcels.latest)
        self.collection = Collection(self.settings, self.site, self.outbox, self.parcels, self.clock, self.log)

    def tries(self, secret):
        return self.collection.check(CheckCode(secret=secret), lambda: None)

    def gives(self, parcel, do=Action.HAND_OVER):
        """Where the fact stands."""
        to = None if do is Action.HAND_OVER else "place:st-1/B-1"
        item = Scan(at=self.clock.up, up=self.clock.up, do=do, labels=(f"RR:P:{parcel}",), to=to)
        return self.outbox.append_facts([item])[0]

    def facts(self):
        found = []
        for stream, lane, last in self.outbox.lanes():
            if lane is Lane.FACTS:
                chunk = self.outbox.read(stream, lane, after=0, upto=last, max_items=1000, max_bytes=1_000_000)
                found += [decode_item(item) for item in chunk.items]
        return found

    def close(self):
        self.site.close()
        self.outbox.close()


@pytest.fixture
def desk(tmp_path, monkeypatch):
    with closing(Desk(tmp_path, monkeypatch)) as desk:
        yield desk


def test_a_code_opens_all_of_its_person_and_a_proxy_what_he_is_registered_for(desk):
    found = desk.tries(SECRET)
    assert (found.verdict, set(found.parcels), found.proxy) == (CodeVerdict.RIGHT, {FIRST, SECOND}, None)
    proxied = desk.tries(PROXY)
    assert (proxied.verdict, proxied.parcels, proxied.proxy) == (CodeVerdict.RIGHT, (FIRST,), 1)
    assert desk.tries(FAR).verdict is CodeVerdict.WRONG


def test_a_parcel_that_was_given_elsewhere_is_refused_at_once_where_the_hub_answers(tmp_path, monkeypatch):
    authority = Authority()
    with SiteHub(tmp_path, authority) as hub, closing(Desk(tmp_path, monkeypatch, authority, hub.port)) as desk:
        assert set(desk.tries(SECRET).parcels) == {FIRST, SECOND}
        hub.given = {FIRST: (1_790_000_000_000, "st-2", "st2-terminal")}
        found = desk.tries(SECRET)
        assert (found.verdict, found.at, found.site) == (CodeVerdict.USED, 1_790_000_000_000, "st-2")
        assert desk.tries("999999").parcels == (SECOND,), "the others of the person are theirs all the same"
        hub.given = {FIRST: None}
        assert desk.tries(SECRET).verdict is CodeVerdict.REFUSED
        assert set(map(frozenset, hub.claimed)) == {frozenset({FIRST, SECOND})}


def test_who_was_let_in_at_the_hub_claims_at_once_and_asks_to_be_let_in_again_when_that_ended(tmp_path, monkeypatch):
    authority = Authority()
    with SiteHub(tmp_path, authority) as hub, closing(Desk(tmp_path, monkeypatch, authority, hub.port)) as desk:
        for _ in range(3):
            assert desk.tries(SECRET).verdict is CodeVerdict.RIGHT
        assert (hub.sessions, len(hub.claimed)) == (1, 3)
        hub.start += 1
        hub.given = {FIRST: (1, "st-2", "st2-terminal")}
        assert desk.tries(SECRET).verdict is CodeVerdict.USED
        assert (hub.sessions, len(hub.claimed)) == (2, 4)
        desk.know(msgspec.structs.replace(desk.parcel(FIRST), state="given"))
        assert desk.tries(SECRET).verdict is CodeVerdict.USED
        assert len(hub.claimed) == 4, "who is told that it was given out does not ask"


def test_what_was_handed_over_stays_so_though_its_label_is_seen_again_until_it_is_brought_back(desk):
    desk.gives(FIRST, Action.PUT_AWAY)
    place = desk.gives(FIRST)
    desk.gives(FIRST, Action.SIGHT)
    assert (desk.tries(SECRET).verdict, desk.parcels.given()) == (CodeVerdict.USED, (FIRST,))
    desk.gives(FIRST, Action.RETURN)
    assert desk.tries(SECRET).parcels == (FIRST, SECOND)
    desk.outbox.append_facts([Void(at=1, up=1, stream=place.stream, seq=place.seq)])
    desk.restart()
    assert desk.parcels.given() == ()


def test_a_device_whose_clock_is_ahead_believes_that_another_gave_out_what_it_put_away(desk):
    desk.clock.up = 86_400_000
    desk.gives(FIRST, Action.PUT_AWAY)
    seal = desk.parcel(FIRST).sealed
    desk.know(Parcel(id=FIRST, consignment="C-1", number=1, state="given", at=2_000, sealed=seal))
    found = desk.tries(SECRET)
    assert (found.verdict, found.at) == (CodeVerdict.USED, 2_000)


def test_five_wrong_tries_lock_a_parcel_over_restarts_and_leave_as_one_fact_until_its_code_is_made_anew(desk):
    for _ in range(TRIES - 1):
        assert desk.tries(NEAR).verdict is CodeVerdict.WRONG
    desk.restart()
    assert desk.tries(SECRET).tries == TRIES - 1, "four wrong tries before it"
    desk.clock.up += WINDOW_MS
    for _ in range(TRIES):
        desk.tries(NEAR)
    assert desk.tries(SECRET).verdict is CodeVerdict.LOCKED
    assert desk.tries(NEAR).verdict is CodeVerdict.LOCKED, "what is right is not told any more"
    (fact,) = desk.facts()
    assert (fact.do, fact.labels, fact.to) == (Action.SIGHT, (f"RR:P:{FIRST}",), "place:st-1/A-2")
    assert fact.warned == ("code-locked",)
    desk.clock.up += WINDOW_MS
    assert desk.tries("770000").verdict is CodeVerdict.RIGHT, "the others are not locked"
    desk.know(desk.parcel(FIRST, secret="551234", round_=2))
    assert desk.tries("551234").verdict is CodeVerdict.RIGHT


def test_a_full_outbox_gives_nobody_more_tries(desk, monkeypatch):
    def full(facts, also, keep=desk.outbox.keep):
        if facts:
            raise OutboxFullError("no room")
        return keep(facts, also)

    monkeypatch.setattr(desk.outbox, "keep", full)
    for _ in range(TRIES):
        assert desk.tries(NEAR).verdict is CodeVerdict.WRONG
    assert desk.tries(SECRET).verdict is CodeVerdict.LOCKED


def test_ten_codes_that_fit_nothing_make_the_terminal_wait_also_after_a_restart_of_the_machine(desk):
    for _ in range(TERMINAL_TRIES):
        assert desk.tries(FAR).verdict is CodeVerdict.WRONG
    assert desk.tries(SECRET).verdict is CodeVerdict.WAIT
    desk.clock.up = 5
    desk.restart("boot-2")
    assert desk.tries(SECRET).verdict is CodeVerdict.WAIT, "how long the machine was off is not known"
    desk.clock.up += WINDOW_MS
    assert desk.tries(SECRET).verdict is CodeVerdict.RIGHT
    assert desk.facts() == [], "no parcel's hint did they fit"


def test_a_used_code_is_told_so_after_the_hub_said_no_more_of_the_parcel_and_an_undo_makes_it_good_again(desk):
    assert desk.tries(SECRET).verdict is CodeVerdict.RIGHT
    place = desk.gives(FIRST)
    assert desk.tries(SECRET).verdict is CodeVerdict.USED
    desk.know(Parcel(id=FIRST, consignment="C-1", number=1, state="given", at=2_000))
    desk.restart()
    found = desk.tries(SECRET)
    assert (found.verdict, found.at, found.site) == (CodeVerdict.USED, 1_000, "st-1")
    desk.know(desk.parcel(FIRST))
    desk.outbox.append_facts([Void(at=1, up=1, stream=place.stream, seq=place.seq)])
    assert desk.tries(SECRET).verdict is CodeVerdict.RIGHT


def test_a_code_that_another_device_was_shown_is_told_as_used_as_long_as_the_hub_tells_its_seal(desk):
    seal = desk.parcel(FIRST).sealed
    desk.know(Parcel(id=FIRST, consignment="C-1", number=1, state="given", at=2_000, sealed=seal))
    found = desk.tries(SECRET)
    assert (found.verdict, found.at, found.site) == (CodeVerdict.USED, 2_000, "st-1")
    assert desk.tries("203893").verdict is CodeVerdict.WRONG
    assert desk.tries("999999").parcels == (SECOND,)


@pytest.mark.parametrize("sealed_anew", [True, False])
def test_a_code_that_was_made_anew_after_it_opened_its_parcel_opens_it_no_more(desk, sealed_anew):
    assert desk.tries(SECRET).verdict is CodeVerdict.RIGHT
    anew = desk.parcel(FIRST, secret="551234", round_=2)
    desk.know(anew if sealed_anew else msgspec.structs.replace(anew, sealed=""))
    assert desk.tries(SECRET).verdict is CodeVerdict.WRONG


def test_a_station_that_handed_out_hundreds_for_families_with_proxies_goes_on_checking(desk, monkeypatch):
    asked = []
    monkeypatch.setattr(desk, "child", None)
    monkeypatch.setattr(collection, "Child", lambda *_, question, longest_s: asked.append(len(question)) or desk)
    desk.said = Ended(code=0, answer=b'{"verdict":"wrong"}', said="")
    parcels = [f"{'a-station-with-a-long-name':-<40}.{number:06d}" for number in range(1_200)]
    tries = collection.CodeTries(desk.outbox)
    for parcel in parcels[:100]:
        tries.opened(parcel, 1, "s" * 1_100, 1)
    for _ in range(TRIES):
        tries.wrong([(parcel, 2) for parcel in parcels], 1, ())
    scans = [Scan(at=1, up=1, do=Action.HAND_OVER, labels=(f"RR:P:{parcel}",)) for parcel in parcels]
    desk.outbox.append_facts(scans)
    assert desk.tries(SECRET).verdict is CodeVerdict.WRONG
    assert asked[0] <= MOST_BYTES


def test_what_waits_for_another_key_costs_no_try(desk, tmp_path):
    (tmp_path / "other").mkdir()
    mine, desk.identity = desk.identity, Authority().identity(tmp_path / "other" / "identity")
    desk.know(desk.parcel(FIRST), desk.parcel(SECOND), desk.other())
    for _ in range(TERMINAL_TRIES + 1):
        assert desk.tries(SECRET).verdict is CodeVerdict.UNABLE
    desk.identity = mine
    desk.know(desk.parcel(FIRST))
    assert desk.tries(SECRET).verdict is CodeVerdict.RIGHT


def test_what_a_device_did_with_a_parcel_last_is_known_over_restarts_and_undone(desk):
    desk.gives(FIRST, Action.PUT_AWAY)
    place = desk.gives(FIRST)
    desk.restart()
    assert desk.site.kept(FIRST).do is Action.HAND_OVER
    assert desk.parcels.given() == (FIRST,)
    desk.outbox.append_facts([Void(at=1, up=1, stream=place.stream, seq=place.seq)])
    assert desk.site.kept(FIRST).account == "place:st-1/B-1"
    desk.restart()
    assert desk.site.kept(FIRST).account == "place:st-1/B-1"
    assert desk.site.kept(OTHER) is None


def test_of_a_recipient_nothing_is_left_on_the_disk_once_the_record_is_gone_nor_is_a_code_ever_there(desk):
    desk.tries(SECRET)
    desk.tries(NEAR)
    stored = b"".join(file.read_bytes() for file in desk.data.iterdir() if file.is_file())
    assert "王*芳".encode() in stored
    desk.know(gone=(FIRST, SECOND, OTHER))
    desk.site.close()
    left = b"".join(file.read_bytes() for file in desk.data.iterdir() if file.is_file())
    said = str(desk.log.lines)
    for word in ("王", "0138", "a" * 15 + 'a"', SECRET, NEAR):
        assert word.encode() not in left, word
        assert word not in said
