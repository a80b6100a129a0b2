"""People over HTTP: invited, changed, shut out, given badges; tokens; and the log of who decided what."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from hub.config import Address
from hub.core.viewer import Role
from hub.devices import Registry
from hub.store import invitations, people, reference, schema
from hub.store.links import GOOD_MS
from tests.support.hubweb import ORGANISATION, PASSWORD, QUICK, make_database, serving
from wire import codes
from wire.badges import SALT_BYTES, digest, verifier

NEW = "kettle lamp river stone"


@pytest.fixture
def web(tmp_path):
    with serving(tmp_path) as server:
        with server.database.write() as connection:
            reference.put_organisations(connection, [reference.Organisation(id=ORGANISATION, name="Own", name_zh="")])
        yield server


def call(web, method, path, body=None, role=Role.ADMIN):
    with web.client(role) as client:
        return client.request(method, f"/api/v1{path}", json=body)


def invited(web, name="ana", role="auditor", **more):
    answer = call(web, "POST", "/users", {"name": name, "role": role, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["link"]["code"]


def welcome(web, code, password=NEW):
    return call(web, "POST", "/welcome", {"code": code, "password": password}, role=None)


@contextmanager
def signed_in(web, name, password):
    """A client with that person's cookie, where the password is right."""
    with web.client(None) as client:
        client.headers["Origin"] = web.url
        client.post("/api/v1/session", json={"user": name, "password": password})
        yield client


def sign_in(web, name, password):
    with web.client(None) as client:
        return client.post("/api/v1/session", json={"user": name, "password": password}).status_code


def log(web, **query):
    return [
        (row["who"], row["action"], row["what"], row["detail"])
        for row in web.get("/audit-log", Role.AUDITOR, **query)["rows"]
    ]


def test_an_invited_person_sets_a_password_by_the_link_once_and_signs_in(web):
    code = invited(web, "ana", "staff", organisation=ORGANISATION, shown="Ana M.")
    assert sign_in(web, "ana", NEW) == 401
    assert welcome(web, code).json() == {"name": "ana"}
    assert welcome(web, code, NEW + "!").status_code == 403
    with signed_in(web, "ana", NEW) as client:
        who = client.get("/api/v1/session").json()["user"]
    assert who == {"name": "ana", "role": "staff", "organisation": ORGANISATION, "site": None}


def test_a_link_ends_after_two_days_when_a_newer_one_is_made_and_when_its_person_is_shut_out(web):
    late = invited(web, "late")
    web.clock.now += GOOD_MS
    first = invited(web, "ana")
    second = call(web, "POST", "/users/ana/link").json()["code"]
    shut = invited(web, "shut")
    call(web, "PATCH", "/users/shut", {"active": False})
    assert call(web, "POST", "/users/shut/link").status_code == 409
    answers = [welcome(web, code).json() for code in (late, first, shut, "x" * 32)]
    assert len({answer["detail"] for answer in answers}) == 1
    assert welcome(web, second).status_code == 200


def test_of_two_who_open_one_link_at_once_one_sets_the_password(web):
    code, barrier = invited(web), threading.Barrier(4)

    def open_it(number):
        barrier.wait(10)
        return welcome(web, code, f"{NEW} {number}").status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(open_it, range(4))) == [200, 403, 403, 403]


def test_who_guesses_codes_of_links_has_to_wait_even_with_the_right_one(web):
    code = invited(web)
    answers = [welcome(web, f"{n:032d}").status_code for n in range(11)]
    assert answers == [403] * 10 + [429]
    assert welcome(web, code).status_code == 429
    web.clock.now += 30_000
    assert welcome(web, code).status_code == 200


def test_who_tries_one_password_with_many_names_has_to_wait(web):
    with web.client(None) as client:
        tried = [
            client.post("/api/v1/session", json={"user": f"u{n}", "password": "x"}).status_code for n in range(101)
        ]
        assert tried == [401] * 100 + [429]
        sent, elsewhere = {"user": "clerk-1", "password": PASSWORD}, {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
        assert client.post("/api/v1/session", json=sent).status_code == 429
        assert client.post("/api/v1/session", json=sent, headers=elsewhere).status_code == 200


def test_a_weak_password_is_refused_with_a_reason_and_does_not_use_the_link_up(web):
    code = invited(web)
    for weak in ("short", "password1234", "1234567890"):
        answer = welcome(web, code, weak)
        assert (answer.status_code, answer.json()["code"]) == (422, "weak-password")
    assert welcome(web, code).status_code == 200


def test_a_reset_leaves_the_old_password_until_the_new_one_is_set_and_then_ends_every_session(web):
    with signed_in(web, "auditor-1", PASSWORD) as client:
        link = call(web, "POST", "/users/auditor-1/link").json()
        assert (link["kind"], link["path"]) == ("reset", f"/welcome#{link['code']}")
        assert client.get("/api/v1/session").status_code == 200
        welcome(web, link["code"])
        assert client.get("/api/v1/session").status_code == 401
    assert [sign_in(web, "auditor-1", password) for password in (PASSWORD, NEW)] == [401, 200]


@pytest.mark.parametrize("change", [{"active": False}, {"role": "clerk"}, {"organisation": ORGANISATION}])
def test_who_is_changed_or_shut_out_is_signed_out_at_once(web, change):
    with signed_in(web, "supervisor-1", PASSWORD) as client:
        assert client.get("/api/v1/session").status_code == 200
        assert call(web, "PATCH", "/users/supervisor-1", change).status_code == 200
        assert client.get("/api/v1/session").status_code == 401
    assert sign_in(web, "supervisor-1", PASSWORD) == (401 if "active" in change else 200)


def test_who_is_shut_out_may_be_let_in_again(web):
    for active in (False, True):
        call(web, "PATCH", "/users/clerk-1", {"active": active})
    assert sign_in(web, "clerk-1", PASSWORD) == 200


@pytest.mark.parametrize("change", [{"active": False}, {"role": "auditor"}])
def test_the_last_administrator_who_can_sign_in_stays(web, change):
    invited(web, "next", "admin")
    assert call(web, "PATCH", "/users/admin-1", change).status_code == 409
    second = call(web, "POST", "/users/next/link").json()["code"]
    welcome(web, second)
    assert call(web, "PATCH", "/users/admin-1", change).status_code == 200
    assert call(web, "PATCH", "/users/next", change).status_code == 409


def test_two_administrators_who_shut_each_other_out_at_once_do_not_both_succeed(web):
    welcome(web, invited(web, "next", "admin"))
    barrier = threading.Barrier(2)

    def shut(name):
        barrier.wait(10)
        return call(web, "PATCH", f"/users/{name}", {"active": False}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(shut, ("admin-1", "next"))) == [200, 409]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "ana", "role": "staff"}, 409),
        ({"name": "ana", "role": "staff", "organisation": "nobody"}, 409),
        ({"name": "ana", "role": "operator", "site": "nowhere"}, 409),
        ({"name": "admin-1", "role": "auditor"}, 409),
        ({"name": "token ana", "role": "auditor"}, 409),
        ({"name": "a/b", "role": "auditor"}, 409),
        ({"name": "hub", "role": "auditor"}, 409),
        ({"name": "a\u202eb", "role": "auditor"}, 409),
        ({"name": "ana", "role": "king"}, 422),
        ({"name": "", "role": "admin"}, 422),
        ({"name": "x" * 101, "role": "admin"}, 422),
        ({"name": "ana", "role": "admin", "password": "x"}, 422),
    ],
)
def test_a_user_who_cannot_be_is_refused(web, body, status):
    assert call(web, "POST", "/users", body).status_code == status
    with web.database.read() as connection:
        assert len(connection.execute(select(schema.user.c.id)).all()) == len(Role)
    assert log(web) == []


def test_nobody_who_does_not_exist_is_changed(web):
    for method, path, body in (
        ("PATCH", "", {}),
        ("POST", "/link", None),
        ("POST", "/badge", {}),
        ("DELETE", "/badge", None),
    ):
        answer = call(web, method, f"/users/nobody{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "no-user")


def test_a_badge_is_shown_once_and_kept_as_digest_and_salted_hash(web):
    made = call(web, "POST", "/users/operator-1/badge", {}).json()
    code = codes.read(made["code"])
    assert (code.name, code.fault) == (codes.PERSON, "")
    assert codes.typed(made["printed"]).value == code.value
    with web.database.read() as connection:
        row = connection.execute(select(schema.user).where(schema.user.c.name == "operator-1")).one()
    kept = base64.b64decode(row.pin)
    assert row.badge == digest(code.value)
    assert verifier(made["pin"], kept[:SALT_BYTES]) == kept
    assert {made["pin"], code.value} & {*map(str, row)} == set()
    again = call(web, "POST", "/users/operator-1/badge", {"pin": "7391"}).json()
    assert again["code"] != made["code"]
    assert again["pin"] is None
    assert call(web, "DELETE", "/users/operator-1/badge").status_code == 204
    (person,) = [row for row in web.get("/users", limit=500)["rows"] if row["name"] == "operator-1"]
    assert person["badge"] is False


@pytest.mark.parametrize("pin", ["1111", "123", "123456789", "12 4", "1984"])
def test_a_pin_that_everybody_tries_first_is_refused(web, pin):
    answer = call(web, "POST", "/users/operator-1/badge", {"pin": pin})
    assert (answer.status_code, answer.json()["code"]) == (422, "weak-pin")


def test_users_come_in_pages_and_show_no_secret(web):
    rows, cursor = [], None
    while True:
        page = web.get("/users", Role.AUDITOR, limit=3, cursor=cursor)
        rows += page["rows"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [row["name"] for row in rows] == sorted(f"{role}-1" for role in Role)
    assert all(
        set(row) == {"name", "shown", "role", "organisation", "site", "active", "created_at", "signs_in", "badge"}
        for row in rows
    )


def test_a_token_opens_what_its_role_may_until_it_is_revoked(web):
    body = {"name": "scale", "role": "staff", "organisation": ORGANISATION}
    made = call(web, "POST", "/tokens", body).json()
    assert call(web, "POST", "/tokens", body).status_code == 409
    with web.client(None) as client:
        client.headers["Authorization"] = f"Bearer {made['token']}"
        assert client.get("/api/v1/session").json()["user"]["organisation"] == ORGANISATION
        assert client.get("/api/v1/users").status_code == 403
        assert call(web, "DELETE", "/tokens/scale").status_code == 204
        assert client.get("/api/v1/session").status_code == 401
    assert call(web, "DELETE", "/tokens/scale").status_code == 404
    assert "scale" not in [token["name"] for token in web.get("/tokens")["tokens"]]
    assert made["token"] not in str(web.get("/tokens")) + str(web.get("/audit-log"))


@pytest.mark.parametrize("change", [{"active": False}, {"role": "auditor"}])
def test_with_an_administrator_who_is_shut_out_go_all_ways_back_that_they_made(web, change):
    welcome(web, invited(web, "next", "admin"))
    offered = {"name": "next-2", "role": "admin"}
    with signed_in(web, "next", NEW) as next_, web.client(None) as program, web.client(None) as another:
        program.headers["Authorization"] = f"Bearer {made_token(next_, 'first')}"
        another.headers["Authorization"] = f"Bearer {made_token(program, 'second')}"
        links = [
            next_.post("/api/v1/users", json=offered).json()["link"]["code"],
            another.post("/api/v1/users", json=offered | {"name": "next-3"}).json()["link"]["code"],
        ]
        kept = invited(web, "kept", "auditor")
        assert call(web, "PATCH", "/users/next", change).status_code == 200
        for client in (next_, program, another):
            assert client.get("/api/v1/users").status_code == 401
        assert [welcome(web, code).status_code for code in (*links, kept)] == [403, 403, 200]
        told = {one["name"]: (one["made_by"], one["opens"]) for one in web.get("/tokens")["tokens"]}
        assert told["first"] == told["second"] == ("next", False)
        assert told["token-admin"] == ("", True)
        call(web, "PATCH", "/users/next", {"active": True, "role": "admin"})
        assert [client.get("/api/v1/users").status_code for client in (program, another)] == [200, 200]


def test_with_a_token_that_is_revoked_goes_all_that_was_made_with_it(web):
    with web.client(None) as first, web.client(None) as second, web.client(None) as third:
        first.headers["Authorization"] = f"Bearer {made_token_of(web, 'first')}"
        second.headers["Authorization"] = f"Bearer {made_token(first, 'second')}"
        third.headers["Authorization"] = f"Bearer {made_token(second, 'third')}"
        body = {"name": "back", "role": "admin"}
        code = third.post("/api/v1/users", json=body).json()["link"]["code"]
        assert call(web, "DELETE", "/tokens/first").status_code == 204
        assert [each.get("/api/v1/users").status_code for each in (first, second, third)] == [401, 401, 401]
    assert welcome(web, code).status_code == 403
    ended = [row for row in web.get("/audit-log")["rows"] if row["action"] == "token-revoked"]
    assert sorted((row["what"], row["detail"]) for row in ended) == [
        ("first", ""), ("second", "made with first"), ("third", "made with first"),
    ]  # fmt: skip
    assert "token-admin" in [one["name"] for one in web.get("/tokens")["tokens"]]


def made_token_of(web, name):
    with web.client(Role.ADMIN) as client:
        return made_token(client, name)


def made_token(client, name):
    answer = client.post("/api/v1/tokens", json={"name": name, "role": "admin"})
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]


@pytest.mark.parametrize("change", [{"active": False}, {"role": "auditor"}])
def test_codes_for_joining_end_with_who_made_them(web, change):
    with web.database.write() as connection:
        for secret, by in (("OWN", "engineer-1"), ("OTHERS", "admin-1"), ("USED", "engineer-1")):
            invitations.invite(
                connection, secret, device=f"d-{secret.lower()}", kind="scanner", now=1, expires_at=9, by=by
            )
        invitations.use(connection, "USED", by="key", now=2)
    call(web, "PATCH", "/users/engineer-1", change)
    with web.database.read() as connection:
        found = [invitations.find(connection, secret) is not None for secret in ("OWN", "OTHERS", "USED")]
    assert found == [False, True, True]


def test_a_supervisor_gives_and_takes_badges_of_who_works_at_the_site_and_of_nobody_else(web):
    with web.database.write() as connection:
        site = {"kind": "warehouse", "lat_e7": 0, "lon_e7": 0, "name_zh": ""}
        reference.put_sites(connection, [reference.Site(id=id_, name=id_, **site) for id_ in ("wh-1", "wh-2")])
        people.change(connection, "supervisor-1", {"site": "wh-1"}, by="x", now=1)
        for name, role, at in (("o1", "operator", "wh-1"), ("o2", "operator", "wh-2"), ("c1", "clerk", "wh-1")):
            people.add(connection, name, people.Post(role=Role(role), site=at), shown="", by="x", now=1)
        people.add(connection, "s2", people.Post(role=Role.SUPERVISOR, site="wh-1"), shown="", by="x", now=1)
    everybody = ("o1", "c1", "o2", "operator-1", "s2", "admin-1", "staff-1", "courier-1")
    own = {"o1", "c1"}
    with signed_in(web, "supervisor-1", PASSWORD) as client:
        for method, good in (("POST", 201), ("DELETE", 204)):
            for name in everybody:
                answer = client.request(method, f"/api/v1/users/{name}/badge", json={} if method == "POST" else None)
                assert answer.status_code == (good if name in own else 403), (method, name)
    free = {"o1", "c1", "o2", "operator-1"}
    for name in everybody:
        answer = call(web, "POST", f"/users/{name}/badge", {}, Role.SUPERVISOR)
        assert answer.status_code == (201 if name in free else 403), name


def test_the_log_says_who_did_what_to_whom_and_holds_no_secret(web):
    code = invited(web, "ana", "staff", organisation=ORGANISATION)
    welcome(web, code)
    call(web, "PATCH", "/users/ana", {"role": "auditor"})
    call(web, "PATCH", "/users/ana", {"active": False})
    badge = call(web, "POST", "/users/operator-1/badge", {}).json()
    admin = "token token-admin"
    assert log(web) == [
        (admin, "badge-given", "operator-1", ""),
        (admin, "user-deactivated", "ana", ""),
        (admin, "user-changed", "ana", f"staff of {ORGANISATION} -> auditor of {ORGANISATION}"),
        ("ana", "password-set", "ana", ""),
        (admin, "invitation-made", "ana", ""),
        (admin, "user-added", "ana", f"staff of {ORGANISATION}"),
    ]
    said = str(web.get("/audit-log"))
    assert not [secret for secret in (code, badge["code"], badge["pin"], NEW) if secret in said]


def test_the_log_is_read_in_pages_and_by_who_what_and_when(web):
    began = web.clock.now
    for name in ("a1", "b2", "c3"):
        web.clock.now += 1000
        invited(web, name)
    first = web.get("/audit-log", limit=4)
    rest = web.get("/audit-log", limit=4, cursor=first["next"])
    assert [row["what"] for row in (*first["rows"], *rest["rows"])] == ["c3", "c3", "b2", "b2", "a1", "a1"]
    assert {row[1] for row in log(web, what="b2")} == {"user-added", "invitation-made"}
    assert len(log(web, what="B")) == 2
    assert log(web, what="%2") == []
    assert len(log(web, action="user-added")) == 3
    assert log(web, who="nobody") == []
    assert began < web.clock.now
    assert len(log(web, since=first["rows"][0]["at"])) == 2
    assert len(log(web, until=first["rows"][0]["at"])) == 4


def test_what_is_entered_and_asked_of_devices_stands_in_the_log_with_who_did_it(web):
    site = {"id": "wh-1", "name": "W", "kind": "warehouse", "lat": 0, "lon": 0}
    item = {"gtin": "09501101530003", "name": "Water", "unit": "piece"}
    call(web, "PUT", "/sites", [site], Role.SUPERVISOR)
    call(web, "PUT", "/items", [item])
    call(web, "PUT", "/region", {"name": "R", "center": [0, 0], "zoom": 3})
    with web.database.write() as connection:
        connection.execute(schema.device.insert().values(name="van-1", kind="vehicle", created_at=0))
    issued = call(
        web,
        "POST",
        "/devices/van-1/commands",
        {"name": "message", "args": {"text": "hi"}, "expires_s": 60},
        Role.ENGINEER,
    )
    assert issued.status_code == 201, issued.text
    call(web, "PUT", "/devices/van-1/configuration", {"settings": {}}, Role.ENGINEER)
    assert log(web)[::-1] == [
        ("token token-supervisor", "sites-entered", "sites", "wh-1"),
        ("token token-admin", "items-entered", "items", "09501101530003"),
        ("token token-admin", "region-entered", "region", ""),
        ("token token-engineer", "command-issued", "van-1", f"message {issued.json()['id']}"),
        ("token token-engineer", "configuration-wished", "van-1", "version 1"),
    ]


def test_devices_that_are_let_in_and_thrown_out_stand_in_the_log(web):
    registry = Registry(web.database, Address(host="127.0.0.1", port=1883), embedded=True, changed=lambda: None)
    registry.add_device("van-1", "vehicle", by="ana")
    registry.remove_device("van-1")
    assert log(web) == [("command line", "device-revoked", "van-1", ""), ("ana", "device-added", "van-1", "vehicle")]


def test_a_link_does_not_come_back_with_its_person(web):
    code = invited(web, "ana")
    for active in (False, True):
        assert call(web, "PATCH", "/users/ana", {"active": active}).status_code == 200
    assert welcome(web, code).status_code == 403


def test_a_password_that_was_replaced_while_it_was_checked_opens_no_session(tmp_path):
    class Slow(PasswordHasher):
        def verify(self, hashed, password):
            right = super().verify(hashed, password)
            with database.write() as connection:
                people.set_password(connection, "auditor-1", QUICK.hash(NEW), by="x", action="password-set", now=0)
            return right

    database = make_database(tmp_path)
    slow = Slow(time_cost=1, memory_cost=8, parallelism=1)
    with serving(tmp_path, database=database, hasher=slow) as web:
        assert sign_in(web, "auditor-1", PASSWORD) == 401
        assert sign_in(web, "auditor-1", NEW) == 401, "replaced again, while it was checked"


def test_people_are_found_by_a_part_of_their_name_their_role_and_whether_they_may_sign_in(web):
    for name, shown in (("mei", "Mei 100%"), ("li", "李小龙"), ("lin", "100 Lin")):
        invited(web, name, "engineer", shown=shown)
    call(web, "PATCH", "/users/lin", {"active": False})

    def names(**query):
        return [row["name"] for row in call(web, "GET", f"/users?{urlencode(query)}").json()["rows"]]

    assert names(text="0%") == ["mei"]
    assert names(text="小龙") == ["li"]
    assert names(text="LI", role="engineer") == ["li", "lin"]
    assert names(text="li", role="clerk") == []
    assert names(text="li", active=False) == ["lin"]
    assert names(role="engineer", active=True) == ["engineer-1", "li", "mei"]


def test_the_qr_code_of_a_link_is_drawn_for_the_address_that_was_asked(web):
    link = call(web, "POST", "/users", {"name": "ana", "role": "auditor"}).json()["link"]
    assert link["qr_svg"].startswith("<svg")
    assert link["code"] not in link["qr_svg"]
