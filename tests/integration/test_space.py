"""Room in warehouses over HTTP: asked for, decided, never above capacity however many ask at once."""

import random
import threading
from pathlib import Path

import httpx
import pytest

from hub.core.days import each
from hub.core.viewer import Role
from tests.support.hubdata import name_things
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.hubweb import Web, serving
from tests.support.relief_stock import organisations

ROOM = {"site": "wh-1", "temperature": "cold", "measure": "pallets"}
FIRST, LAST = 20261201, 20261214


@pytest.fixture
def web(tmp_path: Path):
    with serving(tmp_path) as made:
        name_things(made.database)
        organisations(made.database)
        yield made


def written(day: int) -> str:
    return f"{day // 10_000}-{day // 100 % 100:02d}-{day % 100:02d}"


def call(web: Web, method: str, path: str, role: Role = Role.SUPERVISOR, **body: object) -> httpx.Response:
    with web.client(role) as client:
        return client.request(method, f"/api/v1/space{path}", json=body)


def room(web: Web, amount: int, **more: object) -> httpx.Response:
    return call(web, "PUT", "/capacities", capacities=[{**ROOM, "amount": amount, **more}])


def book(web: Web, amount: int, first: int = FIRST, last: int = LAST, organisation: str = "org-2") -> str:
    answer = call(
        web, "POST", "/bookings", organisation=organisation, amount=amount, first_day=written(first),
        last_day=written(last), **ROOM,
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def approve(web: Web, id_: str, *, wait: bool = False) -> httpx.Response:
    return call(web, "POST", f"/bookings/{id_}/approval", wait=wait)


def free(web: Web, role: Role = Role.SUPERVISOR) -> list[dict]:
    query = {"first": written(FIRST), "last": written(LAST), **ROOM}
    return web.get("/space/calendar", role, **query)["days"]


def state(web: Web, id_: str) -> str:
    rows = web.get("/space/bookings", Role.SUPERVISOR)["rows"]
    return next(row["state"] for row in rows if row["id"] == id_)


def test_a_booking_that_does_not_fit_is_refused_with_the_day_and_what_is_free(web: Web):
    room(web, 10)
    assert approve(web, book(web, 7, FIRST, FIRST + 3)).json()["state"] == "approved"
    answer = approve(web, book(web, 4))
    assert answer.status_code == 409
    assert "2026-12-01 3 are free" in answer.text
    assert [day["free"] for day in free(web)][:6] == [3, 3, 3, 3, 10, 10]


def test_what_waits_is_approved_by_itself_when_room_is_released_in_the_order_of_asking(web: Web):
    room(web, 10)
    held = book(web, 10)
    approve(web, held)
    waiting = [book(web, amount) for amount in (6, 6, 4)]
    assert [approve(web, id_, wait=True).json()["state"] for id_ in waiting] == ["waiting"] * 3
    assert call(web, "POST", f"/bookings/{held}/release").json()["state"] == "released"
    assert [state(web, id_) for id_ in waiting] == ["approved", "waiting", "approved"]
    assert room(web, 16).json()["approved"] == [waiting[1]]


def test_capacity_goes_below_what_is_approved_only_if_somebody_says_so(web: Web):
    room(web, 10)
    approve(web, book(web, 8))
    answer = room(web, 7)
    assert answer.status_code == 409
    assert "8 are approved" in answer.text
    assert room(web, 7, anyway=True).status_code == 200
    assert {day["over"] for day in free(web)} == {1}
    elsewhere = call(web, "PUT", "/capacities", capacities=[{**ROOM, "site": "nowhere", "amount": 1}])
    assert "no site 'nowhere'" in elsewhere.text
    assert web.get("/space/capacities")["capacities"][0]["overbooked"] is True


def test_days_that_are_over_end_a_booking_by_themselves(web: Web):
    room(web, 10)
    done, late = book(web, 5), book(web, 5)
    approve(web, done)
    web.clock.now += 400 * 86_400_000
    assert (state(web, done), state(web, late)) == ("ended", "lapsed")
    assert approve(web, late).status_code == 409
    assert call(web, "POST", f"/bookings/{done}/release").status_code == 409


def test_staff_see_of_others_only_what_they_leave_free(web: Web):
    room(web, 10)
    own = call(
        web, "POST", "/bookings", Role.STAFF, amount=2, first_day=written(FIRST), last_day=written(LAST), **ROOM
    ).json()
    other = book(web, 5)
    for id_ in (own["id"], other):
        approve(web, id_)
    assert [row["id"] for row in web.get("/space/bookings", Role.STAFF)["rows"]] == [own["id"]]
    assert {(day["free"], day["own"], day["over"]) for day in free(web, Role.STAFF)} == {(3, 2, None)}
    answer = call(web, "POST", f"/bookings/{other}/release", Role.STAFF)
    assert answer.status_code == 404
    refused = call(
        web, "POST", "/bookings", Role.STAFF, organisation="org-2", amount=1, first_day=written(FIRST),
        last_day=written(LAST), **ROOM,
    )  # fmt: skip
    assert refused.status_code == 403


def test_the_same_request_under_the_same_id_is_one_booking(web: Web):
    room(web, 10)
    asked = {
        "id": "ab" * 8, "organisation": "org-2", "amount": 3, "first_day": written(FIRST), "last_day": written(LAST),
    }  # fmt: skip
    assert [call(web, "POST", "/bookings", **asked, **ROOM).status_code for _ in range(2)] == [201, 201]
    assert len(web.get("/space/bookings")["rows"]) == 1
    assert call(web, "POST", "/bookings", **{**asked, "amount": 4}, **ROOM).status_code == 409


def test_a_request_that_makes_no_sense_is_refused_with_a_reason(web: Web):
    room(web, 10)
    body = {"organisation": "org-2", "amount": 3, "first_day": written(FIRST), "last_day": written(LAST), **ROOM}
    faults = [
        {"first_day": "2026-12-32"}, {"first_day": "20261201"}, {"last_day": "2026-11-01"}, {"amount": 0},
        {"amount": 11}, {"organisation": "nobody"}, {"temperature": "warm"}, {"last_day": "2099-01-01"},
        {"site": "nowhere"}, {"extra": 1},
    ]  # fmt: skip
    for fault in faults:
        answer = call(web, "POST", "/bookings", **{**body, **fault})
        assert answer.status_code in (409, 422), fault
        assert len(answer.text) > 40


def test_sixty_four_clients_at_once_never_get_more_than_there_is_on_any_day(web: Web):
    seed = random.randrange(2**31)
    rng = random.Random(seed)
    room(web, 40)
    asked = []
    for number in range(64):
        first, last = sorted(rng.choices(list(each(FIRST, LAST)), k=2))
        asked.append((book(web, rng.randint(1, 9), first, last, OWN if number % 2 else "org-2"), rng.random() < 0.3))
    begin = threading.Barrier(64)
    answers: list[httpx.Response] = []

    def decide(id_: str, gives_back: bool) -> None:
        with web.client(Role.SUPERVISOR) as client:
            begin.wait(30)
            answers.append(client.post(f"/api/v1/space/bookings/{id_}/approval", json={"wait": True}))
            if gives_back:
                answers.append(client.post(f"/api/v1/space/bookings/{id_}/release", json={}))

    threads = [threading.Thread(target=decide, args=one) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {answer.status_code for answer in answers} == {200}, seed
    with web.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT state, first_day, last_day, amount FROM booking").all()
    assert {row.state for row in rows} <= {"approved", "waiting", "released", "withdrawn"}, seed
    for day in each(FIRST, LAST):
        taken = sum(row.amount for row in rows if row.state == "approved" and row.first_day <= day <= row.last_day)
        assert taken <= 40, (seed, day)
    assert any(row.state == "waiting" for row in rows), seed
