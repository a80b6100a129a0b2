"""An empty hub lets in its first administrator by the link that it showed, once, and nobody else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.core.viewer import Role
from hub.first_run import PREFIX, FirstRun
from hub.store import users
from tests.support.hubweb import PASSWORD, QUICK, make_database, serving

ROUTE = "/api/v1/first-run"


@pytest.fixture
def hub(tmp_path):
    """A database with nobody in it, the link of one start, and who asks."""
    database = make_database(tmp_path)
    first = FirstRun(database)
    with serving(tmp_path, database=database, peopled=False, first_run=first) as web, web.client() as client:
        yield database, first, client


def code_of(first):
    return first.path.partition("#")[2]


def ask(client, code, **changes):
    return client.post(ROUTE, json={"code": code, "name": "ana", "password": PASSWORD} | changes)


def test_the_link_makes_an_administrator_who_signs_in(hub):
    _, first, client = hub
    assert client.get(ROUTE).json() == {"open": True}
    assert first.path.startswith(f"/welcome#{PREFIX}")
    made = ask(client, code_of(first))
    assert (made.status_code, made.json()) == (201, {"name": "ana"})
    signed_in = client.post("/api/v1/session", json={"user": "ana", "password": PASSWORD})
    assert signed_in.json()["user"]["role"] == "admin"
    assert client.get(ROUTE).json() == {"open": False}


def test_the_link_opens_nothing_a_second_time(hub):
    _, first, client = hub
    ask(client, code_of(first))
    again = ask(client, code_of(first), name="eve")
    assert (again.status_code, again.json()["code"]) == (403, "bad-link")


def test_of_several_who_use_the_link_at_once_one_becomes_administrator(hub):
    database, first, client = hub
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda n: ask(client, code_of(first), name=f"ana-{n}").status_code, range(4))
        assert sorted(answers) == [201, 403, 403, 403]
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM user").scalar() == 1


def test_a_name_that_turns_its_letters_round_is_refused_and_a_page_of_elsewhere_is_too(hub):
    _, first, client = hub
    for name in ("a\u202eb", "ana\x00", "a\nb", "<a href=x/>"):
        assert ask(client, code_of(first), name=name).status_code == 422
    sent, foreign = {"code": code_of(first), "name": "ana", "password": PASSWORD}, {"Origin": "http://evil.example"}
    assert client.post(ROUTE, json=sent, headers=foreign).json()["code"] == "other-origin"
    assert ask(client, code_of(first)).status_code == 201


def test_a_link_is_over_once_somebody_was_entered_another_way(hub):
    database, first, client = hub
    with database.write() as connection:
        users.add_user(connection, "bo", PASSWORD, Role.CLERK, now=1, hasher=QUICK)
    assert ask(client, code_of(first)).status_code == 403
    assert FirstRun(database).path == ""


@pytest.mark.parametrize("code", ["first-", "first-" + "A" * 32, "welcome", "\x00", "首"])
def test_a_wrong_code_lets_nobody_in(hub, code):
    _, _, client = hub
    assert ask(client, code).status_code == 403
    assert client.get(ROUTE).json() == {"open": True}


def test_guessing_the_code_has_to_wait(hub):
    _, first, client = hub
    refused = [ask(client, "first-guess").status_code for _ in range(30)]
    assert refused[-1] == 429
    assert ask(client, code_of(first)).status_code == 429


def test_a_weak_password_or_a_name_that_nobody_gets_uses_up_nothing(hub):
    _, first, client = hub
    assert ask(client, code_of(first), password="short").json()["code"] == "weak-password"
    assert ask(client, code_of(first), name="a/b").json()["code"] == "refused"
    assert ask(client, code_of(first)).status_code == 201


def test_how_the_hub_is_set_up_is_shown_to_whoever_watches_it(tmp_path):
    told = {"keep_days": 30, "notices_host": "sms.example", "public_url": "https://relief.example"}
    with serving(tmp_path, **told) as web, web.client(Role.ENGINEER) as client:
        shown = client.get("/api/v1/settings").json()
    expected = {"listening": False, "notices": "sms.example", "keep_days": 30, "public_url": "https://relief.example"}
    assert expected.items() <= shown.items()
    assert shown["company_prefix"] == ""


def test_a_site_given_in_the_datum_of_chinese_maps_is_kept_as_wgs84(tmp_path):
    there = {"name": "Beijing", "kind": "station", "zone": "Asia/Shanghai"}
    sites = [
        there | {"id": "st-1", "lat": 39.916404, "lon": 116.404, "datum": "GCJ-02"},
        there | {"id": "st-2", "lat": 39.915, "lon": 116.397756},
    ]
    with serving(tmp_path) as web, web.client(Role.ADMIN) as client:
        assert client.put("/api/v1/sites", json={"sites": sites}).status_code == 200
        first, second = client.get("/api/v1/sites").json()["sites"]
    assert abs(first["lat"] - second["lat"]) < 2e-4
    assert abs(first["lon"] - second["lon"]) < 2e-4
