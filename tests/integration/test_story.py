"""From a call to the hand-over and back from a lot: one query tells it all, to whom it is meant to be told."""

from pathlib import Path
from urllib.parse import quote

import pytest

from hub.core.viewer import Role, Viewer
from hub.store.queries.story_scope import read, resolve
from tests.support.delivered import NAME, PHONE, delivered
from tests.support.facts import PALLET, scan, unit_label
from tests.support.relief_stock import SHELF
from tests.support.relief_world import STATION, TRUCK, Relief, relief
from wire.actions import Action


@pytest.fixture
def world(tmp_path: Path):
    with relief(tmp_path) as made:
        yield made


def story(world: Relief, of: str, role: Role = Role.STAFF, **query):
    return world.web.get("/story", role, of=of, **query)


def told(found):
    return [(one["what"], one["event"], one["about"].partition(":")[0]) for one in reversed(found["steps"])]


def test_a_call_a_request_a_consignment_and_a_parcel_tell_the_same_story_to_the_hand_over(world: Relief):
    call, asked, sent, parcel = delivered(world)
    found = story(world, f"request:{asked['id']}")
    steps = told(found)
    assert steps[0] == ("call", "need", "call")
    facts = [event for what, event, _ in steps if what == "fact"]
    assert facts[-4:] == ["load", "unload", "put-away", "hand-over"]
    assert ("notice", "new-code", "request") in steps
    assert {"made", "approve", "allocate"} <= {event for what, event, about in steps if about == "request"}
    assert [one["kind"] for one in found["things"]] == ["call", "request", "consignment", "parcel"]
    assert found["things"][3] | {"shown": "王*芳", "last4": "8000", "state": "handed-over"} == found["things"][3]
    assert told(story(world, f"call:{call}")) == steps
    for other in (f"parcel:{parcel['id']}", sent["id"], f"RR:P:{parcel['id']}"):
        assert {step for step in told(story(world, other)) if step[0] == "fact"} == {s for s in steps if s[0] == "fact"}
    last = found["steps"][0]
    assert (last["event"], last["source"], last["state"]) == ("hand-over", "place:st-1/a02", "handed-over")
    assert last["received_at"] is not None
    assert last["device"]


def test_a_lot_leads_to_whoever_holds_it_and_the_recall_names_them(world: Relief):
    _, asked, sent, parcel = delivered(world)
    found = story(world, "(01)09501101530003(10)A")
    assert [one["id"] for one in found["things"] if one["kind"] == "parcel"] == [parcel["id"]]
    (holder,) = world.web.get("/recall/holders", Role.STAFF, gtin="09501101530003", lot="A")["rows"]
    assert (holder["request"], holder["shown"], holder["station"]) == (asked["id"], "王*芳", "st-1")
    assert (holder["quantity"], holder["consignment"]) == (5, sent["id"])


def test_a_pallet_on_which_a_parcel_stood_is_part_of_its_story(world: Relief):
    world.receive(20)
    _, sent, parcel = world.planned(5)
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.PACK, SHELF, f"unit:sscc:{PALLET}")
    world.desk.facts(scan(unit_label(), at=world.tick(), do=Action.LOAD, source=SHELF, to=TRUCK))
    world.desk.facts(scan(unit_label(), at=world.tick(), do=Action.UNLOAD, source=TRUCK, to=STATION))
    world.follower.look()
    steps = [(one["about"].partition(":")[0], one["event"]) for one in story(world, f"parcel:{parcel['id']}")["steps"]]
    assert steps[:2] == [("unit", "unload"), ("unit", "load")]


def test_a_story_says_what_of_it_does_not_add_up(world: Relief):
    world.receive(20)
    asked, sent, parcel = world.planned(5)
    assert story(world, f"request:{asked['id']}")["trouble"] == []
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    world.seen(parcel, Action.UNLOAD, TRUCK, STATION)
    world.seen(parcel, Action.HAND_OVER, STATION, None)
    world.seen(parcel, Action.HAND_OVER, STATION, None)
    (found,) = story(world, f"parcel:{parcel['id']}")["trouble"]
    assert (found["kind"], found["item"]) == ("given-twice", f"parcel:{parcel['id']}")
    world.receive(20)
    _, sent, parcel = world.planned(5)
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    world.seen(parcel, Action.UNLOAD, TRUCK, "place:wh-2/dock")
    assert {one["kind"] for one in story(world, sent["id"])["trouble"]} >= {"wrong-unit"}


def test_a_story_comes_in_pages_that_fit_together(world: Relief):
    _, asked, _, _ = delivered(world)
    whole = story(world, f"request:{asked['id']}")["steps"]
    pages, cursor = [], None
    while True:
        page = story(world, f"request:{asked['id']}", limit=3, cursor=cursor)
        pages += page["steps"]
        cursor = page["next"]
        if cursor is None:
            break
    assert pages == whole


def test_others_hear_nothing_and_nobody_hears_names_numbers_or_words(world: Relief):
    call, asked, _, parcel = delivered(world)
    with world.web.client(Role.HELPLINE) as client:
        text = client.get(f"/api/v1/story?of=request:{asked['id']}").text
    assert "412" not in text.partition('"steps"')[2].replace(parcel["id"], "")
    for secret in (NAME, PHONE, "diabetic", "取件码"):
        assert secret not in text
    with world.web.database.read() as connection:
        for of in (f"request:{asked['id']}", f"parcel:{parcel['id']}", f"call:{call}"):
            assert resolve(connection, Viewer(name="x", role=Role.STAFF, organisation="other"), of) is None
        clerk = resolve(connection, Viewer(name="c", role=Role.CLERK, site="st-1"), f"parcel:{parcel['id']}")
        assert clerk is not None
        assert (len(clerk.parcels), list(clerk.requests), list(clerk.calls)) == (1, [], [])
        assert resolve(connection, Viewer(name="c", role=Role.CLERK, site="st-2"), f"parcel:{parcel['id']}") is None
    with world.web.client(Role.STAFF) as client:
        assert client.get("/api/v1/story?of=request:" + "0" * 16).status_code == 404
        assert client.get("/api/v1/story?of=" + quote("no such thing; DROP TABLE")).status_code == 404


@pytest.mark.parametrize(
    ("of", "kind"),
    [
        ("call:" + "a" * 16, "call"), ("request:" + "a" * 16, "request"), ("C-0A1B2C3D", "consignment"),
        ("consignment:C-0A1B2C3D", "consignment"), ("RR:P:st-1.ABCDEF", "parcel"), ("parcel:door.ABCDEF", "parcel"),
        ("00095011015300000013", "code"), ("request:x", "code"), ("a\nb", "code"),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_understood(of: str, kind: str):
    assert read(of)[0] == kind


def test_who_answers_the_line_reads_a_notice_and_the_log_says_so(world: Relief):
    _, asked, _, _ = delivered(world)
    page = world.web.get("/notices", Role.STAFF, about=f"request:{asked['id']}")
    ready = next(one for one in page["rows"] if one["kind"] == "new-code")
    assert (ready["state"], ready["shown"]) == ("queued", "王*芳")
    read_it = world.web.get(f"/notices/{ready['id']}", Role.HELPLINE)
    assert "412 038 927" in read_it["text"]
    views = world.web.get("/personal-views", Role.ADMIN)["rows"]
    assert ("token token-helpline", "notice") in [(one["who"], one["why"]) for one in views]
    with world.web.client(Role.STAFF) as client:
        assert client.get(f"/api/v1/notices/{ready['id']}").status_code == 403
    answer = world.call(f"/notices/{ready['id']}/again", Role.SUPERVISOR)
    assert (answer.status_code, answer.json()["code"]) == (409, "not-failed")
