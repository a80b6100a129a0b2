"""Goods of several owners in a hub's database, brought in by its own ingest; and what people ask of them over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.core.viewer import Role
from hub.store import reference
from hub.store.database import Database
from tests.support.facts import RECEIVED, batch, goods, scan
from tests.support.hubdata import BLANKET, WATER, name_things
from tests.support.hubweb import ORGANISATION, Clock, Web, serving
from tests.support.ingest import Bench, bench
from wire.actions import Action
from wire.checkdigits import check_digit
from wire.messages import AnyItem

CASE = "1950110153000" + check_digit("1950110153000")
"""Holds 24 of WATER."""
OTHER = "org-2"
NEEDED_BY = "2027-01-20"
SHELF, SHELF2, STAGING, QUARANTINE = "place:wh-1/a01", "place:wh-1/a02", "place:wh-1/out", "place:wh-1/hold"


def organisations(database: Database) -> None:
    """Two of them."""
    with database.write() as connection:
        ids = (ORGANISATION, OTHER)
        reference.put_organisations(connection, [reference.Organisation(id=id_, name=id_, name_zh="") for id_ in ids])


def prepare(made: Bench) -> None:
    """Names of sites and items, a case of 24, two organisations, and two bins that hold nothing to give."""
    name_things(made.database)
    organisations(made.database)
    with made.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO item (gtin, name, name_zh, unit, category, contains_gtin, contains_n)"
            " VALUES (?, 'Case of water', '', 'case', '', ?, 24)",
            (CASE, WATER),
        )
        connection.exec_driver_sql(
            "INSERT INTO bin (site, code, kind) VALUES ('wh-1', 'out', 'staging'), ('wh-1', 'hold', 'quarantine')"
        )


@dataclass
class Desk:
    """A hub with an ingest: facts go in by `send`, people's wishes by `call`."""

    web: Web
    bench: Bench
    sent: int = 0

    def facts(self, *items: AnyItem) -> None:
        """Facts of one scanner, committed."""
        self.bench.take(("wh1-scanner-1", batch(self.bench.ledger, items, after=self.sent)))
        self.sent += len(items)

    def send(
        self,
        do: Action,
        n: int = 1,
        *,
        gtin: str = WATER,
        lot: str = "A",
        expiry: int | None = 20271231,
        **more: object,
    ) -> None:
        """One scan of goods."""
        self.facts(scan(goods(gtin, lot, expiry=expiry), at=self.sent, do=do, n=n, **more))

    def receive(self, n: int, *, to: str = SHELF, owner: str | None = ORGANISATION, **more: Any) -> None:
        """Goods come in."""
        self.send(Action.RECEIVE, n, to=to, owner=owner, **more)

    def call(self, method: str, path: str, role: Role = Role.STAFF, **body: object) -> Any:
        """An answer, whatever it says."""
        with self.web.client(role) as client:
            return client.request(method, f"/api/v1{path}", json=body if method != "GET" else None)

    def post(self, path: str, role: Role = Role.STAFF, **body: object) -> dict[str, Any]:
        """An answer that says yes."""
        answer = self.call("POST", path, role, **body)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    def need(self, n: int, role: Role = Role.STAFF, **more: object) -> str:
        """A need; its id."""
        wish = {"destination": "place:st-1", "item": WATER, "n": n, "needed_by": NEEDED_BY, **more}
        return str(self.post("/needs", role, **wish)["id"])

    def reserve(self, need: str, n: int, role: Role = Role.STAFF, **more: object) -> Any:
        """An attempt to reserve."""
        wish = {"site": "wh-1", "item": WATER, "lot": "A", "owner": ORGANISATION, "n": n, **more}
        return self.call("POST", f"/needs/{need}/reservations", role, **wish)

    def held(self, need: str, n: int, role: Role = Role.STAFF, **more: object) -> str:
        """A reservation that was made; its id."""
        answer = self.reserve(need, n, role, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def candidates(self, need: str, role: Role = Role.STAFF, **query: object) -> dict[str, Any]:
        """The lots for a need."""
        return self.web.get(f"/needs/{need}/candidates", role, **query)


@contextmanager
def relief_desk(folder: Path) -> Iterator[Desk]:
    """A hub with named sites, items, packs and organisations, and nothing in stock."""
    with bench(folder / "hub.db") as made:
        prepare(made)
        with serving(folder, database=made.database, clock=Clock(RECEIVED)) as web:
            yield Desk(web=web, bench=made)


__all__ = [
    "BLANKET", "CASE", "OTHER", "QUARANTINE", "SHELF", "SHELF2", "STAGING", "WATER", "Desk", "organisations",
    "prepare", "relief_desk",
]  # fmt: skip
