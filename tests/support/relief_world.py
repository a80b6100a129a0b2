"""A hub with stock, where people ask for relief goods and devices bring them: what tests of life cycles act in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from hub.core.viewer import Role
from hub.follower import Follower
from hub.store import users
from tests.support.facts import NOW, PALLET, goods, scan, unit_label
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.hubweb import Web
from tests.support.relief_stock import NEEDED_BY, OTHER, SHELF, WATER, Desk, relief_desk
from wire.actions import Action

STATION, TRUCK = "place:st-1/dock", "transit:truck-1"
STATES = (
    "SELECT id, state, odd FROM request",
    "SELECT id, state, odd FROM consignment",
    "SELECT id, state, odd, placed, at, waiting_since, given_at FROM parcel",
    (
        "SELECT about, at, lane_id, fact_seq, action, source, target, state, odd, voided FROM life_event"
        " ORDER BY about, at, lane_id, fact_seq, event"
    ),
)


@dataclass
class Relief:
    """Decisions by `post`, facts by `pack` and `seen`; after each fact the follower has looked."""

    desk: Desk
    follower: Follower
    clients: dict[Role, httpx.Client] = field(default_factory=dict)
    label: str = field(default_factory=lambda: goods(WATER, "A", expiry=20271231))
    pallet: str = f"unit:sscc:{PALLET}"

    @property
    def web(self) -> Web:
        return self.desk.web

    def receive(self, n: int, **more: Any) -> None:
        """Goods come into the warehouse."""
        self.desk.receive(n, **more)

    def call(self, path: str, role: Role = Role.STAFF, **body: object) -> Any:
        """An answer, whatever it says."""
        self.tick()
        return self._client(role).post(f"/api/v1{path}", json=body)

    def post(self, path: str, role: Role = Role.STAFF, **body: object) -> dict[str, Any]:
        """An answer that says yes."""
        answer = self.call(path, role, **body)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """What staff read."""
        answer = self._client(Role.STAFF).get(f"/api/v1{path}", params={key: str(one) for key, one in query.items()})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _client(self, role: Role) -> httpx.Client:
        if role not in self.clients:
            self.clients[role] = self.web.client(role)
        return self.clients[role]

    def ask(self, n: int = 5, role: Role = Role.STAFF, **more: Any) -> dict[str, Any]:
        """A request for water at the station."""
        wish = {
            "way": "station", "site": "st-1", "needed_by": NEEDED_BY, "lines": [{"item": WATER, "n": n}], **more
        }  # fmt: skip
        return self.post("/requests", role, **wish)

    def allocated(self, n: int = 5, **more: Any) -> dict[str, Any]:
        """A request that was approved and allocated."""
        asked = self.ask(n, **more)
        self.post(f"/requests/{asked['id']}/approval")
        self.post(f"/requests/{asked['id']}/allocation")
        return asked

    def plan(self, *requests: str, **more: Any) -> dict[str, Any]:
        """A consignment from the warehouse to the station."""
        wish = {"requests": list(requests), "from_site": "wh-1", "to_site": "st-1", "way": "station", **more}
        return self.post("/consignments", **wish)

    def planned(self, n: int = 5, **more: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """A request, its consignment and its parcel."""
        asked = self.allocated(n, **more)
        where = {key: more[key] for key in ("way",) if key in more}
        sent = self.plan(asked["id"], **where, **({} if "site" not in more else {"to_site": more["site"]}))
        (parcel,) = self.parcels(consignment=sent["id"])
        return asked, sent, parcel

    def parcels(self, **query: object) -> list[dict[str, Any]]:
        """Parcels as staff see them."""
        rows: list[dict[str, Any]] = self.get("/parcels", **query)["rows"]
        return rows

    def pack(self, parcel: dict[str, Any], n: int, consignment: dict[str, Any]) -> None:
        """Goods go from the shelf into a parcel, which stands at the dock then."""
        unit, task = f"unit:parcel:{parcel['id']}", f"consignment:{consignment['id']}"
        self.desk.facts(
            scan(self.label, at=self.tick(), do=Action.PACK, n=n, source=SHELF, to=unit, owner=OWN, task=task)
        )
        self.seen(parcel, Action.MOVE, SHELF, SHELF)

    def seen(self, parcel: dict[str, Any], do: Action, source: str | None, to: str | None, **more: Any) -> None:
        """A fact about a parcel, of now."""
        more.setdefault("task", f"consignment:{parcel['consignment']}")
        self.desk.facts(scan(f"RR:P:{parcel['id']}", at=self.tick(), do=do, source=source, to=to, **more))
        self.follower.look()

    def see_pallet(self, do: Action, source: str, to: str, consignment: dict[str, Any] | None) -> None:
        """A fact about a pallet, which names a consignment or does not."""
        task = None if consignment is None else f"consignment:{consignment['id']}"
        self.desk.facts(scan(unit_label(), at=self.tick(), do=do, source=source, to=to, task=task))
        self.follower.look()

    def told(self) -> list[list[tuple[Any, ...]]]:
        """All states and histories."""
        with self.web.database.read() as connection:
            return [[tuple(row) for row in connection.exec_driver_sql(query)] for query in STATES]

    def stranger(self, method: str, path: str, **body: object) -> Any:
        """An answer to staff of another organisation."""
        with self.web.database.write() as connection:
            known = connection.exec_driver_sql("SELECT count(*) FROM token").scalar()
            token = users.add_token(connection, f"other-{known}", Role.STAFF, now=0, organisation=OTHER)
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=self.web.url, headers=headers, timeout=10, trust_env=False, verify=False) as client:
            return client.request(method, f"/api/v1{path}", json=body if method != "GET" else None)

    def tick(self) -> int:
        """Time passes; so many milliseconds after NOW it is."""
        self.web.clock.now += 10
        return int(self.web.clock.now - NOW)

    def state(self, kind: str, id_: str) -> str:
        """Where something is."""
        return str(self.get(f"/{kind}/{id_}")["state"])

    def states(self, request: Any, consignment: Any, parcel: Any) -> tuple[str, str, str]:
        """Where a request, its consignment and its parcel are."""
        return (
            self.state("requests", request["id"]), self.state("consignments", consignment["id"]),
            self.state("parcels", parcel["id"]),
        )  # fmt: skip


@contextmanager
def relief(folder: Path) -> Iterator[Relief]:
    """Such a hub, with nothing in stock."""
    with relief_desk(folder) as desk:
        follower = Follower(desk.web.database, desk.web.services.vault, desk.web.services.clock, changed=lambda: None)
        desk.web.clock.now = NOW + 1_000
        made = Relief(desk=desk, follower=follower)
        try:
            yield made
        finally:
            for client in made.clients.values():
                client.close()


__all__ = ["SHELF", "STATION", "TRUCK", "Relief", "relief"]
