"""Who is let in: every route with every role, sign-in, lockout, origins, hosts, sizes, headers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update
from starlette.routing import WebSocketRoute
from structlog.testing import capture_logs

from hub.api.app import create_app, routes
from hub.api.sign_in import SignIn
from hub.core.access import FOR_DEVICES, OPEN, RULES, Answer, ask
from hub.core.viewer import Role
from hub.store import people, schema, users
from tests.support.hubweb import PASSWORD, QUICK, Clock, make_database, make_services, serving

HOUR = 3_600_000


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("hub")) as server:
        yield server


@pytest.fixture
def fresh(tmp_path):
    with serving(tmp_path) as server:
        yield server


def sign_in(client, role=Role.ADMIN, password=PASSWORD):
    return client.post("/api/v1/session", json={"user": f"{role}-1", "password": password})


def status(client, method, template):
    path = template.replace("{path:path}", "").replace("{name}", "van-1")
    params = {"code": "x"} if path.endswith("/trace") else {"dpi": 1} if path.endswith("/cards") else {}
    headers = {"Origin": str(client.base_url).rstrip("/")}
    with client.stream(method, path, params=params, headers=headers) as answer:
        return answer.status_code


EVERY = sorted({(method, route.path) for route in routes() for method in getattr(route, "methods", ())})


SOCKETS = {("GET", route.path) for route in routes() if isinstance(route, WebSocketRoute)}
"""A handshake is a GET; tests/integration/test_positions_socket.py knocks at it."""


def test_every_route_has_a_rule():
    assert set(EVERY) | SOCKETS == OPEN | FOR_DEVICES | set(RULES)


def test_the_application_serves_no_route_that_the_walk_does_not_know(tmp_path):
    database = make_database(tmp_path)
    app = create_app(make_services(database, tmp_path))
    listed = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}
    assert listed <= set(EVERY)
    assert len(app.router.routes) <= len(routes())
    database.close()


@pytest.mark.parametrize(("method", "template"), EVERY)
def test_each_role_gets_in_exactly_where_the_rule_says(web, method, template):
    for role in (*Role, None):
        with web.client(role) as client:
            found = status(client, method, template)
        answer = ask(method, template, role)
        refused = {Answer.SIGN_IN: 401, Answer.NOT_YOU: 403}.get(answer)
        if refused is not None:
            assert found == refused, (method, template, role)
        else:
            assert found not in (401, 403, 500), (method, template, role)


def test_a_signed_in_person_is_known_until_the_session_is_closed(fresh):
    with fresh.client(None) as client:
        assert client.get("/api/v1/session").status_code == 401
        known = {"name": "auditor-1", "role": "auditor", "organisation": None, "site": None}
        assert sign_in(client, Role.AUDITOR).json() == {"user": known}
        assert client.get("/api/v1/session").json()["user"]["role"] == "auditor"
        secret = client.cookies["relay_session"]
        assert client.delete("/api/v1/session", headers={"Origin": fresh.url}).status_code == 204
        client.cookies.set("relay_session", secret)
        assert client.get("/api/v1/session").status_code == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_the_database_knows_only_its_digest(fresh):
    with fresh.client(None) as client:
        cookie = sign_in(client).headers["set-cookie"]
        secret = client.cookies["relay_session"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    with fresh.database.read() as connection:
        stored = connection.execute(select(schema.session.c.digest)).scalars().all()
        tokens = connection.execute(select(schema.token.c.digest)).scalars().all()
        passwords = connection.execute(select(schema.user.c.password)).scalars().all()
    assert stored == [users.digest(secret)]
    assert not {secret, *fresh.tokens.values()} & {*stored, *tokens}
    assert all(password.startswith("$argon2id$") for password in passwords)


def test_a_session_lasts_twelve_hours_after_its_last_use(fresh):
    with fresh.client(None) as client:
        sign_in(client)
        for _ in range(3):
            fresh.clock.now += 11 * HOUR
            assert client.get("/api/v1/session").status_code == 200
        fresh.clock.now += 12 * HOUR
        assert client.get("/api/v1/session").status_code == 401


def test_a_password_may_begin_and_end_with_spaces(fresh):
    with fresh.database.write() as connection:
        users.add_user(connection, "spacy", "  ten letters  ", Role.AUDITOR, now=0, hasher=QUICK)
    with fresh.client(None) as client:
        for password, expected in (("ten letters", 401), ("  ten letters  ", 200)):
            answer = client.post("/api/v1/session", json={"user": "spacy", "password": password})
            assert answer.status_code == expected


def test_a_disabled_user_is_out_at_once(fresh):
    with fresh.client(None) as client:
        sign_in(client)
        with fresh.database.write() as connection:
            users.add_user(connection, "admin-2", PASSWORD, Role.ADMIN, now=0, hasher=QUICK)
            people.change(connection, "admin-1", {"active": False}, by="admin-2", now=fresh.clock.now)
        assert client.get("/api/v1/session").status_code == 401
        assert sign_in(client).status_code == 401


def test_five_wrong_passwords_lock_the_name_for_ever_longer_and_the_right_one_then_helps_only_after_the_wait(fresh):
    with fresh.client(None) as client:
        for wait_s in (30, 60, 120):
            while sign_in(client, password="wrong").status_code == 401:
                pass
            locked = sign_in(client)
            assert (locked.status_code, locked.headers["retry-after"]) == (429, str(wait_s))
            fresh.clock.now += wait_s * 1000
        assert sign_in(client).status_code == 200
        assert [sign_in(client, password="wrong").status_code for _ in range(5)] == [401] * 5


def test_a_name_that_does_not_exist_is_answered_like_one_that_does(fresh):
    with fresh.client(None) as client:
        for name in ("admin-1", "nobody", "nobody\x00", "' OR 1=1 --"):
            answers = [client.post("/api/v1/session", json={"user": name, "password": "wrong"}) for _ in range(6)]
            assert [answer.status_code for answer in answers] == [401] * 5 + [429]
            assert answers[0].json() == answers[4].json()


def test_a_refusal_takes_the_same_time_for_names_that_exist_and_names_that_do_not(tmp_path):
    database = make_database(tmp_path)
    with database.write() as connection:
        users.add_user(connection, "known", PASSWORD, Role.ADMIN, now=0, hasher=QUICK)
    pauses = []
    checks = []

    class Counting:
        def hash(self, password):
            return QUICK.hash(password)

        def verify(self, hashed, password):
            checks.append(hashed)
            return QUICK.verify(hashed, password)

    desk = SignIn(database, Clock(), Counting(), slowest_refusal_s=5.0, pause=pauses.append)
    for name in ("known", "nobody"):
        with pytest.raises(Exception, match="wrong"):
            desk.attempt(name, "guess")
    assert len(checks) == 2
    assert len(set(checks)) == 2
    assert all(4.0 < pause <= 5.0 for pause in pauses)
    assert len(pauses) == 2
    database.close()


def test_many_guesses_at_once_do_not_get_past_the_lock(fresh):
    barrier = threading.Barrier(12)

    def guess(_):
        with fresh.client(None) as client:
            barrier.wait(10)
            return sign_in(client, password="wrong").status_code

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(12)))
    assert answers.count(401) <= 7
    with fresh.client(None) as client:
        assert sign_in(client).status_code == 429


def test_a_change_with_a_cookie_must_come_from_the_hubs_own_page(fresh):
    site = [{"id": "wh-1", "name": "W", "kind": "warehouse", "lat": 0, "lon": 0}]
    with fresh.client(None) as client:
        assert client.post("/api/v1/session", json={}, headers={"Origin": "http://evil.example"}).status_code == 403
        sign_in(client)
        for origin in (None, "null", "http://evil.example", "http://localhost", fresh.url + ".evil.example", "file://"):
            headers = {} if origin is None else {"Origin": origin}
            answer = client.put("/api/v1/sites", json=site, headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "other-origin"), origin
        assert client.put("/api/v1/sites", json=site, headers={"Origin": fresh.url}).status_code == 200
    with fresh.client(Role.ADMIN) as client:
        assert client.put("/api/v1/sites", json=site).status_code == 200


def test_a_wrong_token_is_refused_also_beside_a_good_cookie(fresh):
    with fresh.client(None) as client:
        sign_in(client)
        for token in ("Bearer", "Bearer x", "Basic YTpi", "Bearer " + users.digest(fresh.tokens[Role.ADMIN])):
            expected = 200 if token.startswith("Basic") else 401
            assert client.get("/api/v1/session", headers={"Authorization": token}).status_code == expected


def test_a_token_that_was_renewed_ends_the_one_before(fresh):
    with fresh.database.write() as connection:
        users.add_token(connection, "token-admin", Role.AUDITOR, now=0)
    with fresh.client(Role.ADMIN) as client:
        assert client.get("/api/v1/session").status_code == 401


def test_every_answer_carries_the_security_headers_also_errors(web):
    with web.client() as client:
        for path in ("/", "/api/v1/health", "/api/v1/nothing", "/api/v1/stock?cursor=x", "/assets/none.js"):
            headers = client.get(path).headers
            assert "script-src 'self';" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert "server" not in headers
        assert client.get("/api/v1/summary").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]"])
def test_a_host_name_that_the_hub_is_not_known_by_is_refused(web, host):
    with web.client() as client:
        answer = client.get("/api/v1/health", headers={"Host": host})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unknown-host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "[::1]:8000", "127.0.0.1"])
def test_the_names_of_this_machine_are_known(web, host):
    with web.client() as client:
        assert client.get("/api/v1/health", headers={"Host": host}).status_code == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_read_whole(web):
    def endless():
        for _ in range(3 * 1024):
            yield b" " * 1024

    with web.client() as client:
        for content in (b" " * (1024 * 1024 + 1), endless()):
            answer = client.put("/api/v1/sites", content=content, headers={"Content-Type": "application/json"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too-large")
        roads = b'{"type":"FeatureCollection","features":[]}' + b" " * (2 * 1024 * 1024)
        assert (
            client.put("/api/v1/roads", content=roads, headers={"Content-Type": "application/json"}).status_code == 200
        )
        answer = client.put("/api/v1/roads", content=b" " * (8 * 1024 * 1024 + 1))
        assert answer.status_code == 413


def test_errors_have_one_shape(web):
    with web.client() as client:
        for answer, expected in (
            (client.get("/api/v1/nothing"), 404),
            (client.post("/api/v1/stock"), 405),
            (client.get("/api/v1/stock", params={"limit": 0}), 422),
            (client.get("/api/v1/stock", params={"cursor": "AAAA"}), 400),
            (client.get("/api/v1/devices/UPPER/track"), 422),
            (client.get("/api/v1/devices/unknown/track"), 404),
            (client.get("/api/v1/devices/van-1/track", params={"from": "yesterday"}), 422),
            (client.put("/api/v1/sites", content=b"{"), 422),
            (client.post("/api/v1/devices", json={"name": "x", "kind": "toaster"}), 422),
        ):
            assert answer.status_code == expected, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            told = answer.json()
            assert set(told) == {*["type", "title", "status", "detail", "instance", "code", "hint", "errors", "error"]}
            assert told["error"] == {"code": told["code"], "message": told["detail"], "hint": told["hint"]}
            assert told["status"] == expected
            assert told["type"] == f"/docs/problems.md#{told['code']}"
            assert told["instance"] == answer.request.url.path


def test_a_cursor_from_before_a_restore_is_refused_with_a_clear_sentence(tmp_path):
    with serving(tmp_path) as web, web.client() as client:
        sites = [{"id": f"s-{n}", "name": "S", "kind": "camp", "lat": 0, "lon": 0} for n in range(2)]
        assert client.put("/api/v1/sites", json={"sites": sites}).json() == {"count": 2}
        with web.database.write() as connection:
            rows = [
                {"device": "d", "received_at": 0, "reason": "invalid", "detail": "", "bytes": b"", "digest": str(n)}
                for n in range(2)
            ]
            connection.execute(schema.quarantine.insert(), rows)
        cursor = client.get("/api/v1/quarantine", params={"limit": 1}).json()["next"]
        with web.database.write() as connection:
            connection.execute(update(schema.meta).where(schema.meta.c.key == "generation").values(value="restored"))
        app = create_app(web.services)
        assert app.state.context.generation == "restored"
        pager = app.state.context.pager("quarantine", None)
        with pytest.raises(Exception, match="restored from a backup"):
            pager.key(cursor, (int,))


def test_an_administrator_adds_a_device_and_sees_its_password_once(fresh):
    with fresh.client() as client:
        made = client.post("/api/v1/devices", json={"name": "st1-terminal-1", "kind": "terminal"})
        assert made.status_code == 201
        assert set(made.json()) == {"name", "password", "config"}
        assert fresh.registry.added == [("st1-terminal-1", "terminal")]
        with fresh.database.write() as connection:
            connection.execute(schema.device.insert().values(name="st1-terminal-1", kind="terminal", created_at=0))
        again = client.post("/api/v1/devices", json={"name": "st1-terminal-1", "kind": "terminal"})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "exists")


def test_something_that_breaks_says_nothing_of_the_inside(tmp_path):
    def broken():
        raise RuntimeError("secret detail")

    with capture_logs() as logs, serving(tmp_path, gauges=broken) as web, web.client() as client:
        answer = client.get("/api/v1/metrics")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.json()["error"]["code"] == "broken"
        assert client.get("/api/v1/health").status_code == 200
    assert [entry["event"] for entry in logs] == ["request-broke"]


def test_the_interface_describes_itself_completely(web):
    described = web.get("/openapi.json")
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], path
            assert operation["tags"], path
            open_ = (method.upper(), path) in OPEN
            assert open_ or {"401", "403"} <= set(operation["responses"]), path
            for code, named in operation["responses"].items():
                name = named.get("$ref", "").removeprefix("#/components/responses/")
                answer = described["components"]["responses"][name] if name else named
                assert answer["description"], (path, code)
                if code == "default" or int(code) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (path, code)
                    shape = answer["content"]["application/problem+json"]["schema"]
                    assert shape["$ref"].endswith("/Problem"), (path, code)
    assert "HTTPValidationError" not in described["components"]["schemas"]
