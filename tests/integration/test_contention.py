"""Sixty-four clients reserve the same scarce goods at once, while scanners go on: nobody gets what another has."""

import random
import threading
from collections import Counter
from pathlib import Path

import httpx

from hub.core.viewer import Role
from hub.store.audit import audit
from tests.support.hubdata import BASE, WATER, feeding, label, name_things, scan
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.hubweb import Web, serving
from tests.support.relief_stock import organisations
from wire.actions import Action

CLIENTS = 64
BINS = ("place:wh-1/a01", "place:wh-1/a02")
STOCK = {"A": 20, "B": 12, "C": 31}


def fill(web: Web) -> None:
    """Each lot in two bins; and goods of no use to anybody here, which move all the time."""
    name_things(web.database)
    organisations(web.database)
    with feeding(web.database) as feeder:
        for number, (lot, n) in enumerate(STOCK.items()):
            for part, to in zip((n // 3, n - n // 3), BINS, strict=True):
                text = label(WATER, lot=lot, expiry="301231")
                feeder.send("wh1-scanner-1", [scan(Action.RECEIVE, text, up=number, to=to, n=part, owner=OWN)])


def need_of(client: httpx.Client, number: int) -> str:
    wish = {"destination": "place:st-1", "item": WATER, "n": 1000, "needed_by": "2026-12-20"}
    answer = client.post("/api/v1/needs", json={"id": f"{number:016x}", **wish})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_sixty_four_clients_get_all_there_is_and_not_one_more(tmp_path: Path):
    seed = random.randrange(2**31)
    begin, answers = threading.Barrier(CLIENTS + 1), Counter()

    def client(number: int) -> None:
        rng = random.Random(f"{seed}/{number}")
        with web.client(Role.STAFF) as http:
            need = need_of(http, number)
            begin.wait(30)
            for attempt in range(3):
                wish = {
                    "site": "wh-1",
                    "item": WATER,
                    "lot": rng.choice(list(STOCK)),
                    "owner": OWN,
                    "n": 1 + attempt % 2,
                }
                answer = http.post(f"/api/v1/needs/{need}/reservations", json=wish)
                answers[answer.status_code] += 1
                if answer.status_code == 201 and rng.random() < 0.2:
                    done = rng.choice(["cancellation", "release"])
                    answers[http.post(f"/api/v1/reservations/{answer.json()['id']}/{done}").status_code // 100] += 1

    def scanner() -> None:
        with feeding(web.database) as feeder:
            begin.wait(30)
            for number in range(20):
                ends = random.Random(f"{seed}/{number}").sample(BINS, 2)
                more = {"from_": ends[0], "to": ends[1], "owner": "org-2"}
                item = scan(Action.MOVE, label(WATER, lot="A", expiry="301231"), up=BASE + number, **more)
                feeder.send("wh1-scanner-2", [item])

    with serving(tmp_path) as web:
        fill(web)
        threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
        threads.append(threading.Thread(target=scanner))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert set(answers) <= {201, 409, 2}, (seed, answers)
        query = "SELECT lot, sum(n) FROM reservation WHERE state IN ('held', 'picking') AND owner = ? GROUP BY lot"
        with web.database.read() as connection:
            kept = dict(tuple(row) for row in connection.exec_driver_sql(query, (OWN,)))
        assert all(kept.get(lot, 0) <= n for lot, n in STOCK.items()), (seed, kept)
        assert answers[409] == 0 or any(kept[lot] >= n - 1 for lot, n in STOCK.items()), (seed, kept)
        assert audit(web.database) == [], seed
