"""A hub where people decide: ingest, desk and HTTP on one database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from hub.core.viewer import Role
from hub.desk import Desk
from hub.follower import Follower
from hub.store import users
from hub.store.database import Database
from tests.support.facts import DOCK, NOW, RECEIVED, SHELF, batch, count, goods, scan
from tests.support.hubweb import Web, serving
from tests.support.ingest import Station, station
from wire.actions import Action
from wire.messages import AnyItem


@dataclass
class Deciding:
    """The parts, and what tests do with them."""

    ledger: Station
    web: Web
    desk: Desk

    def tell(self, device: str, *items: AnyItem, after: int = 0) -> None:
        """Facts of a device, committed when this returns."""
        self.ledger.send(device, batch(self.ledger.ledger, list(items), after=after))
        self.ledger.settled(device, after + len(items))

    def staff(self, organisation: str, name: str = "") -> httpx.Client:
        """A client of somebody of an organisation's staff; the caller closes it."""
        return self.person(name or f"of-{organisation}", Role.STAFF, organisation=organisation)

    def person(self, name: str, role: Role, **more: Any) -> httpx.Client:
        """A client with a token of its own, new with each call."""
        with self.web.database.write() as connection:
            known = connection.exec_driver_sql("SELECT count(*) FROM token").scalar()
            token = users.add_token(
                connection, f"{name}-{known}" if not name[-1].isdigit() else name, role, now=NOW, **more
            )
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(
            base_url=f"{self.web.url}/api/v1", headers=headers, timeout=20, trust_env=False, verify=False
        )

    def balance(self, account: str, lot: str, owner: str, condition: str = "good") -> int:
        """Pieces of one lot number in an account."""
        query = (
            "SELECT coalesce(sum(quantity), 0) FROM balance JOIN account ON account.id = account_id"
            " JOIN lot ON lot.id = lot_id WHERE code = ? AND lot = ? AND owner = ? AND condition = ?"
        )
        found = self.ledger.one(query, account, lot, owner, condition)
        assert isinstance(found, int)
        return found


def enter_names(database: Database) -> None:
    """Two sites and three organisations."""
    with database.write() as connection:
        for name in ("caritas", "red-cross", "msf"):
            connection.exec_driver_sql("INSERT INTO organisation (id, name, name_zh) VALUES (?, ?, '')", (name, name))
        for site in ("wh-1", "st-1"):
            connection.exec_driver_sql(
                "INSERT INTO site (id, name, name_zh, kind, lat_e7, lon_e7) VALUES (?, ?, '', 'warehouse', 0, 0)",
                (site, site),
            )


@contextmanager
def deciding(folder: Path, *, follows: bool = False) -> Iterator[Deciding]:
    """A hub with two sites and three organisations; `follows`: after what it says itself it looks what that means."""
    with station(folder / "hub.db") as ledger:
        desk = Desk(ledger.pipeline, ledger=ledger.ledger, clock=lambda: RECEIVED, uptime=lambda: 0)
        enter_names(ledger.database)
        try:
            follower = Follower(ledger.database, None, lambda: RECEIVED, changed=lambda: None)
            more = {"follow": follower.look} if follows else {}
            with serving(folder, database=ledger.database, desk=desk, clock=lambda: RECEIVED, **more) as web:
                yield Deciding(ledger=ledger, web=web, desk=desk)
        finally:
            desk.stop()


def listed(client: httpx.Client, **query: object) -> list[dict[str, Any]]:
    """Discrepancies."""
    answer = client.get("/discrepancies", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def settle(client: httpx.Client, key: str, decision: str, **more: object) -> httpx.Response:
    """Decide about one."""
    return client.post(
        f"/discrepancies/{key}/settlement", json={"decision": decision, "reason": "looked at it", **more}
    )


def short(hub: Deciding) -> None:
    """Ten in, twelve out."""
    hub.tell("a", scan(goods(lot="A"), at=1, n=10, by="ann", owner="caritas"))
    hub.tell("b", scan(goods(lot="A"), at=2, n=12, do=Action.MOVE, source=DOCK, to=SHELF, by="bob", owner="caritas"))


def counting(hub: Deciding, by: str = "cora") -> None:
    """Ten came, and seven were counted."""
    hub.tell("a", scan(goods(lot="A"), at=1, n=10, owner="caritas"))
    hub.tell("c", count(goods(lot="A"), 7, at=5, by=by, task="count:C1", owner="caritas"))
