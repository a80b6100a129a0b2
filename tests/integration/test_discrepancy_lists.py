"""What does not add up is found by the words that people have in mind, and listed in the order that they want."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.core.viewer import Role
from hub.store.queries import discrepancies
from tests.support.deciding import Deciding, deciding, listed, settle
from tests.support.facts import DOCK, RICE, SHELF, TENT, count, goods, scan
from wire.actions import Action


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory):
    """Of lot A 2 too many left, of B 30; of C 7 less were counted at 5, of D 1 more at 9."""
    folder: Path = tmp_path_factory.mktemp("hub")
    with deciding(folder) as made:
        with made.web.database.write() as connection:
            connection.exec_driver_sql(
                "INSERT INTO item (gtin, name, name_zh, unit, category) VALUES (?, 'Rice 25 kg', '大米', 'bag', '')",
                (RICE,),
            )
            connection.exec_driver_sql("UPDATE organisation SET name_zh = '明爱' WHERE id = 'caritas'")
            connection.exec_driver_sql("UPDATE site SET name = 'Riverside school' WHERE id = 'wh-1'")
        made.tell("a", *(scan(goods(lot=lot), at=1, n=10, owner="caritas") for lot in "AB"))
        left = {"do": Action.MOVE, "source": DOCK, "to": SHELF, "owner": "caritas"}
        made.tell("b", *(scan(goods(lot=lot), at=2, n=n, **left) for lot, n in (("A", 12), ("B", 40))))
        made.tell("d", *(scan(goods(TENT, lot=lot), at=1, n=10, owner="msf") for lot in "CD"))
        counted = (("C", 3, 5), ("D", 11, 9))
        made.tell("c", *(count(goods(TENT, lot=lot), n, at=at, by="cora", owner="msf") for lot, n, at in counted))
        yield made


@pytest.fixture(scope="module")
def sue(hub: Deciding):
    with hub.person("sue", Role.SUPERVISOR) as client:
        yield client


def lots(client: httpx.Client, **query: object) -> str:
    return "".join(row["lot"] for row in listed(client, **query))


WORDS = {
    "rice": "AB",
    "大米 明爱": "AB",
    TENT: "CD",
    "MSF": "CD",
    "riverside": "ABCD",
    DOCK: "ABCD",
    "more went out": "AB",
    "counted went": "",
    "rice msf": "",
    "%": "",
    "' OR 1=1 --": "",
}


def test_all_words_are_found_in_what_is_said_or_in_names(sue: httpx.Client):
    assert {text: "".join(sorted(lots(sue, text=text))) for text in WORDS} == WORDS


def test_the_newest_the_oldest_or_the_largest_come_first_and_those_without_a_time_last(sue: httpx.Client):
    assert lots(sue, order="largest") == "BCAD"
    assert lots(sue, order="newest")[:2] == "DC"
    assert lots(sue, order="oldest")[:2] == "CD"
    assert sorted(lots(sue, order="newest")[2:]) == sorted(lots(sue, order="oldest")[2:]) == ["A", "B"]
    assert lots(sue, order="largest", kind="count-difference") == "CD"
    assert lots(sue, order="largest", text="caritas") == "BA"


def test_a_list_is_the_same_page_by_page_and_its_cursor_is_of_no_other_list(sue: httpx.Client):
    for query in ({"text": "riverside"}, {"order": "newest", "text": "wh-1"}):
        whole = listed(sue, **query)
        assert len(whole) == 4
        assert paged(sue, **query) == whole


def paged(sue: httpx.Client, **query: str) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        page = sue.get("/discrepancies", params={**query, "limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        found += page["rows"]
        if page["next"] is None:
            return found
        cursor = page["next"]
        assert sue.get("/discrepancies", params={**query, "text": "other", "cursor": cursor}).status_code == 400


def test_the_file_has_what_the_list_has_in_its_order(sue: httpx.Client):
    lines = sue.get("/exports/discrepancies.csv", params={"order": "largest", "text": "caritas"}).text.splitlines()
    column = lines[0].split(",").index("lot")
    assert [line.split(",")[column] for line in lines[1:]] == ["B", "A"]


def test_more_than_can_be_put_into_an_order_are_refused_with_what_to_do(
    sue: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(discrepancies, "MOST_ORDERED", 3)
    answer = sue.get("/discrepancies", params={"order": "newest"})
    assert (answer.status_code, answer.json()["code"]) == (422, "too-many-to-order")
    assert "kind" in answer.json()["hint"]
    assert sorted(lots(sue, order="newest", text="rice")) == ["A", "B"]


def test_what_was_settled_is_found_by_words_and_kind_and_is_in_no_other_order(hub: Deciding, sue: httpx.Client):
    with hub.person("sam", Role.SUPERVISOR) as sam:
        for row in listed(sam, kind="negative"):
            assert settle(sam, row["key"], "accept").status_code == 201
    assert sorted(lots(sue)) == ["C", "D"]
    assert sorted(lots(sue, state="settled", text="looked 明爱")) == ["A", "B"]
    assert sorted(lots(sue, state="settled", text="sam", kind="negative")) == ["A", "B"]
    assert lots(sue, state="settled", text="msf") == lots(sue, state="settled", kind="count-difference") == ""
    answer = sue.get("/discrepancies", params={"state": "settled", "order": "oldest"})
    assert (answer.status_code, answer.json()["code"]) == (422, "no-order")
