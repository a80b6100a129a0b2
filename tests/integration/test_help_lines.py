"""Help-lines: who is found, who may open whom, what is logged, and what is left when somebody is erased."""

import pytest

from hub.core.viewer import Role
from hub.photos import Photos
from hub.retention import Retention
from hub.store import recipients, users
from hub.store.erasing import DAY_MS
from tests.support.hubweb import START_MS, serving

WANG = {"name": "王秀芳", "phone": "138 0013 8000", "address": "河口镇三组", "groups": ["elderly"]}
OPERATOR = f"token token-{Role.HELPLINE}"


class Desk:
    """A hub with a line, and one operator who answers it."""

    def __init__(self, web):
        self.web = web
        with web.database.write() as connection:
            connection.exec_driver_sql("INSERT INTO organisation (id, name, name_zh) VALUES ('org-own', 'Own', '')")
        self.line = self.open("Line one")
        self.put(f"/lines/{self.line}/operators", {"operators": [OPERATOR]})

    def open(self, name):
        said = {"organisation": "org-own", "name": name, "number": "95279", "questions": ["Who lives with you?"]}
        return self.post("/lines", said, Role.SUPERVISOR)["id"]

    def ask(self, method, path, body=None, role=Role.HELPLINE):
        with self.web.client(role) as client:
            return client.request(method, "/api/v1" + path, json=body)

    def post(self, path, body=None, role=Role.HELPLINE):
        answer = self.ask("POST", path, body, role)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}

    def put(self, path, body, role=Role.SUPERVISOR):
        answer = self.ask("PUT", path, body, role)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path, role=Role.HELPLINE, **query):
        return self.web.get(path, role, **query)

    def take_down(self, **more):
        return self.post("/recipients", {"line": self.line, **WANG, **more})

    def found(self, text):
        return [row["id"] for row in self.post("/recipients/search", {"text": text})["rows"]]

    def rows(self, query, *values):
        with self.web.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query, values)]

    def elsewhere(self, **more):
        """Somebody whom only another line knows."""
        with self.web.database.write() as connection:
            person = recipients.Personal(**{"name": "李大爷", "phone": "13900139000", **more})
            vault = self.web.services.vault
            return recipients.make(connection, vault, person, line=None, by="somebody", now=START_MS)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("lines")) as web:
        yield Desk(web)


@pytest.fixture
def desk(served):
    with served.web.database.write() as connection:
        for table in ("call", "recipient_trace", "recipient_proxy", "recipient", "personal_view"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    served.web.clock.now = START_MS
    return served


@pytest.mark.parametrize(
    "text",
    ["王秀芳", "秀芳", "王", "wangxiu", "xiufang", "wxf", "WANG xiu", "8000", "38000", "+86 13800138000", "xf 8000"],
)
def test_somebody_is_found_by_any_part_that_a_caller_may_say(desk, text):
    known = desk.take_down()["id"]
    desk.take_down(name="李建国", phone="13700000001")
    assert desk.found(text) == [known]


def test_who_is_known_already_is_offered_before_anybody_is_taken_down_twice(desk):
    known = desk.take_down()["id"]
    again = desk.take_down(name="王秀芬")  # the same number
    assert (again["id"], [row["id"] for row in again["known"]]) == (None, [known])
    assert again["known"][0]["shown"] == "王*芳"
    assert desk.take_down(phone="")["known"]  # the same name
    assert desk.take_down(anew=True)["id"] not in (None, known)


def test_a_view_of_somebodys_data_is_logged_and_auditors_see_the_log_and_not_the_data(desk):
    known = desk.take_down()["id"]
    opened = desk.get(f"/recipients/{known}", why="call")
    assert {name: opened[name] for name in WANG} == WANG
    views = desk.get("/personal-views", Role.AUDITOR)["rows"]
    assert [(row["who"], row["recipient"], row["why"]) for row in views] == [
        (OPERATOR, known, "call"), (OPERATOR, known, "taken down"),
    ]  # fmt: skip
    for role in set(Role) - {Role.HELPLINE}:
        assert desk.ask("GET", f"/recipients/{known}", role=role).status_code == 403
    assert desk.ask("GET", "/personal-views").status_code == 403


def test_people_of_another_line_are_masked_until_they_call_from_their_number(desk):
    other = desk.elsewhere()
    assert desk.post("/recipients/search", {"text": "李大爷"})["rows"][0]["yours"] is False
    answer = desk.ask("GET", f"/recipients/{other}")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-recipient")
    call = {"line": desk.line, "kind": "need", "recipient": other}
    assert desk.ask("POST", "/calls", {**call, "phone": "13900139001"}).status_code == 403
    desk.post("/calls", {**call, "phone": "+86 139-0013-9000"})
    assert desk.get(f"/recipients/{other}")["name"] == "李大爷"


def test_who_does_not_answer_a_line_takes_no_call_on_it(desk):
    other = desk.open("Line two")
    answer = desk.ask("POST", "/calls", {"line": other, "kind": "other"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-line")


def test_a_call_says_to_others_only_that_it_was(desk):
    known = desk.take_down()["id"]
    said = {"note": "her leg is broken", "answers": {"0": "alone"}, "caller": "neighbour 13900139000"}
    call = desk.post("/calls", {"line": desk.line, "kind": "need", "recipient": known, **said})
    assert (call["note"], call["answers"], call["shown"]) == (said["note"], said["answers"], "王*芳")
    assert call["caller"] == said["caller"]
    seen = desk.get(f"/calls/{call['id']}", Role.AUDITOR)
    assert (seen["note"], seen["answers"], seen["caller"], seen["shown"]) == (None, None, None, "王*芳")
    assert "broken" not in desk.ask("GET", "/calls", role=Role.SUPERVISOR).text


def test_who_has_to_be_called_back_stands_first_until_it_is_done(desk):
    known = desk.take_down()["id"]
    base = {"line": desk.line, "kind": "need", "recipient": known}
    late, soon = (desk.post("/calls", {**base, "due": f"2026-11-2{day}T08:00:00Z"})["id"] for day in (6, 5))
    assert [row["id"] for row in desk.get("/calls", open=True)["rows"]] == [soon, late]
    desk.post("/calls", {**base, "kind": "follow-up", "after": soon})
    assert [row["id"] for row in desk.get("/calls", open=True)["rows"]] == [late]
    desk.post(f"/calls/{late}/follow-up", {"due": None})
    assert desk.get("/calls", open=True)["rows"] == []
    assert desk.ask("POST", f"/calls/{late}/follow-up", {"due": None}).status_code == 409


def test_a_proxy_finds_the_recipient_by_their_own_number_until_they_are_taken_away(desk):
    known = desk.take_down()["id"]
    added = desk.post(f"/recipients/{known}/proxies", {"name": "张伟", "phone": "13612345678"})
    assert (added["n"], added["shown"], added["last4"]) == (1, "张*", "5678")
    assert desk.found("12345678") == [known]
    assert desk.ask("DELETE", f"/recipients/{known}/proxies/1").status_code == 204
    assert desk.found("12345678") == []
    assert desk.post(f"/recipients/{known}/proxies", {"name": "张强"})["n"] == 2  # 1 stands in facts for ever
    assert [row["name"] for row in desk.get(f"/recipients/{known}/proxies")["rows"]] == ["张强"]


def test_of_who_is_erased_nothing_is_left_but_that_they_were(desk):
    known = desk.take_down()["id"]
    desk.post(f"/recipients/{known}/proxies", {"name": "张伟", "phone": "13612345678"})
    call = desk.post("/calls", {"line": desk.line, "kind": "need", "recipient": known, "note": "her leg is broken"})
    desk.post(f"/recipients/{known}/erasure")
    assert desk.found("王秀芳") == desk.found("8000") == []
    assert desk.ask("GET", f"/recipients/{known}").status_code == 404
    assert desk.rows("SELECT key, sealed, shown, last4 FROM recipient") == [(None, None, "", "")]
    assert desk.rows("SELECT count(*) FROM recipient_trace")[0][0] == 0
    assert desk.rows("SELECT count(*) FROM recipient_proxy")[0][0] == 0
    assert desk.get(f"/calls/{call['id']}")["note"] == ""
    assert desk.get("/personal-views", Role.AUDITOR, recipient=known)["rows"] != []


def test_retention_erases_who_waits_for_nothing_and_nobody_else(desk):
    over, waiting, late = (desk.take_down(phone="", anew=True)["id"] for _ in range(3))
    with desk.web.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO request (id, organisation, recipient, way, priority, groups, needed_by, note, decided, state,"
            " made_at, made_by, changed_at)"
            " VALUES ('0000000000000001', 'org-own', ?, 'door', 1, '[]', 20261123, '', 'asked', 'asked', 1, 'x', 1)",
            (waiting,),
        )
    assert desk.ask("POST", f"/recipients/{waiting}/erasure").json()["code"] == "served"
    desk.web.clock.now += 30 * DAY_MS
    desk.post("/calls", {"line": desk.line, "kind": "where", "recipient": late})
    desk.web.clock.now += 61 * DAY_MS
    photos = Photos(desk.web.database.path.parent / "photos", desk.web.services.vault)
    retention = Retention(desk.web.database, photos, desk.web.clock, keep_days=90)
    assert retention.look() == 1
    assert desk.rows("SELECT id, erased_by FROM recipient WHERE erased_at IS NOT NULL") == [(over, "retention")]
    assert retention.look() == 0
    with desk.web.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM request")


def test_nobody_asks_for_goods_for_whom_no_line_of_theirs_knows(desk):
    other, own = desk.elsewhere(), desk.take_down()["id"]
    with desk.web.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO organisation (id, name, name_zh) VALUES ('org-b', 'B', '')")
        staff = users.add_token(connection, "b-staff", Role.STAFF, now=0, organisation="org-b")
    item = [{"item": "09501101530003", "n": 1}]
    wish = {"organisation": "org-own", "way": "door", "needed_by": "2026-12-01", "lines": item}

    def asked(recipient, role=Role.HELPLINE):
        answer = desk.ask("POST", "/requests", {**wish, "recipient": recipient}, role)
        return answer.json().get("code", answer.status_code)

    assert [asked(each) for each in (own, other, "0" * 16)] == [201, "not-your-recipient", "no-recipient"]
    assert [asked(each, Role.SUPERVISOR) for each in (own, "0" * 16)] == [201, "no-recipient"]
    with desk.web.client(None) as client:
        client.headers["Authorization"] = f"Bearer {staff}"
        answer = client.post("/api/v1/requests", json={**wish, "organisation": "org-b", "recipient": own})
    assert answer.json()["code"] == "not-your-recipient", "a line of another organisation knows her"
    with desk.web.database.write() as connection:
        for table in ("notice", "life_event", "request_line", "request"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def test_the_number_of_a_stranger_cannot_be_found_out_digit_by_digit_nor_tried_out(desk):
    other, own = desk.elsewhere(), desk.take_down(phone="13700039000")["id"]
    assert desk.found("13900139000") == [other], "who says the whole number is offered them"
    assert sorted(desk.found("9000")) == sorted([other, own]), "as everybody sees the last four digits"
    assert [desk.found(part) for part in ("39000", "139000", "李 139000")] == [[own], [], []]
    call = {"line": desk.line, "kind": "need", "recipient": other}
    desk.web.clock.now += DAY_MS
    refused = [desk.ask("POST", "/calls", {**call, "phone": f"1390{n:03d}9000"}).status_code for n in range(6)]
    assert refused == [403] * 5 + [429]
    for n in range(100, 200):
        answer = desk.ask("POST", "/recipients/search", {"text": f"1390{n}9000"})
        if answer.status_code != 200:
            break
    assert (answer.status_code, answer.json()["code"]) == (429, "too-often")
    assert desk.found("王秀芳") == [own], "names are not numbers"
    desk.web.clock.now += DAY_MS
    desk.post("/calls", {**call, "phone": "13900139000"})
