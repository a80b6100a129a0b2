"""Goods change their owner because the giver approved it, never by more than stands there, and exactly once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.core.viewer import Role
from hub.desk import DeskError
from hub.store import transfers as store
from tests.support.deciding import Deciding, deciding
from tests.support.facts import DOCK, RICE, TENT, goods, scan

KEY = f"gtin:{RICE}"


@pytest.fixture
def hub(tmp_path: Path):
    with deciding(tmp_path) as made:
        made.tell("a", scan(goods(lot="A", expiry=20270131), n=10, owner="caritas"))
        yield made


def asked(hub: Deciding, **changes: object) -> dict:
    sent = {"account": DOCK, "item": KEY, "lot": "A", "giver": "caritas", "taker": "red-cross", "n": 6, **changes}
    with hub.staff("red-cross") as client:
        answer = client.post("/transfers", json=sent)
    assert answer.status_code == 201, answer.text
    return answer.json()


def decided(hub: Deciding, key: str, what: str = "approval", *, by: str = "caritas", **sent: str):
    with hub.staff(by) as client:
        return client.post(f"/transfers/{key}/{what}", json=sent)


def test_goods_change_their_owner_where_they_stand_when_the_giver_approves(hub: Deciding):
    key = asked(hub)["id"]
    assert hub.balance(DOCK, "A", "red-cross") == 0, "nothing moves before"
    answer = decided(hub, key).json()
    assert (answer["state"], answer["posted"], answer["asked_for"]) == ("approved", True, "red-cross")
    assert answer["decided_by"].startswith("token of-caritas")
    assert (hub.balance(DOCK, "A", "caritas"), hub.balance(DOCK, "A", "red-cross")) == (4, 6)
    assert hub.ledger.rows("SELECT DISTINCT expiry FROM lot WHERE lot = 'A'") == [(20270131,)]
    assert hub.ledger.findings() == []
    assert hub.ledger.rebuilt().same
    assert decided(hub, key).status_code == 409, "once"
    assert hub.balance(DOCK, "A", "red-cross") == 6


@pytest.mark.parametrize("by", ["red-cross", "msf"])
def test_nobody_else_gives_them_away(hub: Deciding, by: str):
    key = asked(hub)["id"]
    assert decided(hub, key, by=by).status_code == (403 if by == "red-cross" else 404), "strangers do not see it"
    with hub.person("sue", Role.SUPERVISOR) as sue:
        assert sue.post(f"/transfers/{key}/approval", json={"reason": "so"}).status_code == 403
    assert hub.balance(DOCK, "A", "caritas") == 10


def test_an_administrator_gives_in_the_givers_stead_with_a_reason(hub: Deciding):
    key = asked(hub)["id"]
    with hub.person("ada", Role.ADMIN) as ada:
        assert ada.post(f"/transfers/{key}/approval", json={}).status_code == 422
        assert ada.post(f"/transfers/{key}/approval", json={"reason": "caritas cannot be reached"}).status_code == 200
    assert hub.balance(DOCK, "A", "red-cross") == 6
    assert (
        hub.ledger.one("SELECT detail FROM decision_log WHERE action = 'transfer-approved'")
        == "caritas cannot be reached"
    )


@pytest.mark.parametrize(
    ("what", "by", "state"), [("refusal", "caritas", "refused"), ("withdrawal", "red-cross", "withdrawn")]
)
def test_what_is_refused_or_withdrawn_moves_nothing(hub: Deciding, what: str, by: str, state: str):
    key = asked(hub)["id"]
    assert decided(hub, key, what, by=by, reason="not now").json()["state"] == state
    assert decided(hub, key).status_code == 409
    assert hub.balance(DOCK, "A", "caritas") == 10


def test_no_more_is_given_than_stands_there(hub: Deciding):
    key = asked(hub, n=11)["id"]
    answer = decided(hub, key)
    assert answer.status_code == 409
    assert "10 of" in answer.text
    assert "not 11" in answer.text
    hub.tell("a", scan(goods(lot="A"), n=1, owner="caritas"), after=1)
    assert decided(hub, key).status_code == 200
    assert hub.balance(DOCK, "A", "caritas") == 0


def test_goods_with_numbers_of_their_own_do_not_go_by_the_piece(hub: Deciding):
    hub.tell("b", *(scan(goods(TENT, "T", serial=str(n)), owner="caritas") for n in range(3)))
    key = asked(hub, item=f"gtin:{TENT}", lot="T", n=2)["id"]
    assert "numbers of their own" in decided(hub, key).text


def test_however_many_approve_at_once_no_piece_is_given_twice(hub: Deciding):
    keys = [asked(hub, n=3, taker=taker)["id"] for taker in ("red-cross",) * 8]
    with ThreadPoolExecutor(8) as threads:
        codes = [answer.status_code for answer in threads.map(lambda key: decided(hub, key), keys)]
    assert sorted(codes) == [200] * 3 + [409] * 5
    assert (hub.balance(DOCK, "A", "caritas"), hub.balance(DOCK, "A", "red-cross")) == (1, 9)
    assert hub.ledger.findings() == []


def test_what_was_approved_when_the_hub_died_is_posted_once_when_it_is_up_again(
    hub: Deciding, monkeypatch: pytest.MonkeyPatch
):
    key = asked(hub)["id"]

    def died(_: object) -> None:
        raise DeskError("the hub died")

    with monkeypatch.context() as patch:
        patch.setattr(hub.desk, "post_due", died)
        assert decided(hub, key).status_code == 503
    other = asked(hub, n=5)["id"]
    assert decided(hub, other).status_code == 409, "it counts as given away already"

    def due():
        with hub.web.database.read() as connection:
            return store.unposted(connection)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: hub.desk.post_due(due), range(4)))
    assert hub.balance(DOCK, "A", "red-cross") == 6
    assert hub.ledger.findings() == []


def test_a_device_that_names_a_transfer_as_its_task_posts_nothing_and_hides_nothing(hub: Deciding):
    key = asked(hub)["id"]
    hub.tell("a", scan(goods(lot="Z"), task=f"transfer:{key}", owner="caritas"), after=1)
    assert decided(hub, key).json()["posted"] is True
    assert hub.balance(DOCK, "A", "red-cross") == 6
    assert hub.ledger.findings() == []


def test_whoever_has_a_long_name_decides_as_others_do(hub: Deciding):
    key = asked(hub)["id"]
    with hub.person("n" * 99 + "1", Role.STAFF, organisation="caritas") as client:
        assert client.post(f"/transfers/{key}/approval", json={}).status_code == 200
    assert hub.balance(DOCK, "A", "red-cross") == 6
    assert hub.ledger.quarantine() == []


def test_staff_see_the_transfers_of_their_own_organisation(hub: Deciding):
    first, second = asked(hub)["id"], asked(hub, id="T-2")["id"]
    for organisation, seen in (("caritas", [second, first]), ("red-cross", [second, first]), ("msf", [])):
        with hub.staff(organisation) as client:
            rows = client.get("/transfers").json()["rows"]
            assert sorted(row["id"] for row in rows) == sorted(seen)
            assert client.get(f"/transfers/{first}").status_code == (200 if seen else 404)
    with hub.person("aud", Role.AUDITOR) as auditor:
        page = auditor.get("/transfers", params={"limit": 1, "state": "asked"}).json()
        assert len(page["rows"]) == 1
        assert (
            auditor.get("/transfers", params={"limit": 1, "state": "asked", "cursor": page["next"]}).json()["next"]
            is None
        )


NONSENSE = [
    ({"taker": "caritas"}, 422),
    ({"giver": "nobody"}, 422),
    ({"n": 0}, 422),
    ({"account": "virtual:lost"}, 422),
    ({"giver": "msf", "taker": "caritas"}, 403),
]


@pytest.mark.parametrize(("changes", "code"), NONSENSE)
def test_what_makes_no_sense_is_not_asked(hub: Deciding, changes: dict, code: int):
    sent = {"account": DOCK, "item": KEY, "lot": "A", "giver": "caritas", "taker": "red-cross", "n": 6, **changes}
    with hub.staff("red-cross") as client:
        assert client.post("/transfers", json=sent).status_code == code
