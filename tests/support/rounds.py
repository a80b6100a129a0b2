"""A hub with people who wait at home, and a courier."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert

from hub.store import recipients, schema, users
from hub.store.recipients import Personal
from tests.support.deciding import Deciding, deciding
from tests.support.facts import DOCK, NOW, RICE, goods, scan
from tests.support.hubweb import PASSWORD, QUICK
from wire import codes
from wire.actions import Action

WU = "Wu Xiaolan"
COURIER = "courier-1"
CONSIGNMENT = "C-TEST0001"


@dataclass
class Doors(Deciding):
    """The hub, and the parcels that are packed in wh-1 for a consignment to doors."""

    parcels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @contextmanager
    def courier(self, name: str = COURIER) -> Iterator[httpx.Client]:
        """A courier who signed in."""
        with httpx.Client(base_url=f"{self.web.url}/api/v1", timeout=20, trust_env=False, verify=False) as client:
            client.headers["Origin"] = self.web.url
            assert client.post("/session", json={"user": name, "password": PASSWORD}).status_code == 200
            yield client

    def where(self, parcel: str) -> str:
        """The account in which a parcel is."""
        query = "SELECT account.code FROM unit JOIN account ON account.id = account_id WHERE unit.code = ?"
        found = self.ledger.one(query, f"parcel:{parcel}")
        assert isinstance(found, str)
        return found

    def facts(self) -> int:
        """How many facts the hub itself said."""
        query = "SELECT coalesce(sum(through), 0) FROM lane JOIN device ON device.id = device_id WHERE name = 'hub'"
        found = self.ledger.one(query)
        assert isinstance(found, int)
        return found


@contextmanager
def doors(folder: Path, people: int = 2, *, follows: bool = False) -> Iterator[Doors]:
    """One bag of rice for each of so many people, packed."""
    with deciding(folder, follows=follows) as hub:
        made = Doors(ledger=hub.ledger, web=hub.web, desk=hub.desk)
        with hub.web.database.write() as connection:
            if connection.exec_driver_sql("SELECT 1 FROM user WHERE name = ?", (COURIER,)).first() is None:
                users.add_user(connection, COURIER, PASSWORD, "courier", now=0, hasher=QUICK)
            made.people = tuple(
                recipients.make(
                    connection, hub.web.services.vault, Personal(name=f"{WU} {n}", phone=f"1390000{n:04d}"),
                    line=None, by="x", now=NOW,
                )
                for n in range(people)
            )  # fmt: skip
            made.parcels = tuple(parcel_for(connection, n, person) for n, person in enumerate(made.people))
        packed = [
            fact
            for parcel in made.parcels
            for fact in (
                scan(goods(lot="A"), owner="caritas", at=1),
                scan(goods(lot="A"), do=Action.PACK, source=DOCK, to=f"unit:parcel:{parcel}", owner="caritas", at=2,
                     task=f"consignment:{CONSIGNMENT}"),
                scan(label(parcel), do=Action.MOVE, source=DOCK, to=DOCK, at=3, task=f"consignment:{CONSIGNMENT}"),
            )
        ]  # fmt: skip
        made.tell("scanner-1", *packed)
        yield made


def label(parcel: str) -> str:
    """What is printed on a parcel."""
    return codes.write(codes.PARCEL, parcel)


def planned(hub: Doors, parcels: Sequence[str] | None = None, **more: Any) -> dict[str, Any]:
    """A round of these parcels."""
    sent = {"site": "wh-1", "courier": COURIER, "parcels": [{"parcel": each} for each in parcels or hub.parcels]}
    with hub.web.client() as admin:
        answer = admin.post("/api/v1/rounds", json=sent | more)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    with hub.web.database.write() as connection:  # the clock of this hub stands still: long ago
        connection.exec_driver_sql("UPDATE round SET made_at = ? WHERE id = ?", (NOW, made["id"]))
    return made


def parcel_for(connection: Any, n: int, person: str | None) -> str:
    """A parcel of so many that go to doors by one consignment; its id."""
    key = f"door.{n:06d}"
    common = {"made_at": NOW, "made_by": "x", "changed_at": NOW}
    if n == 0:
        connection.execute(
            insert(schema.consignment).values(
                id=CONSIGNMENT, organisation="caritas", way="door", from_site="wh-1", note="", decided="planned",
                state="planned", **common,
            )
        )  # fmt: skip
    request = connection.execute(
        insert(schema.request).values(
            id=f"{n:016x}", organisation="caritas", recipient=person, way="door", priority=1, groups="[]",
            needed_by=20270101, note="", decided="approved", state="allocated", **common,
        ).returning(schema.request.c.seq)
    ).scalar_one()  # fmt: skip
    seq = connection.exec_driver_sql("SELECT seq FROM consignment WHERE id = ?", (CONSIGNMENT,)).scalar_one()
    parcel = connection.execute(
        insert(schema.parcel).values(
            id=key, request=request, consignment=seq, recipient=person, way="door", number=n, state="packed", **common
        ).returning(schema.parcel.c.seq)
    ).scalar_one()  # fmt: skip
    connection.execute(
        insert(schema.parcel_line).values(parcel=parcel, line=1, item=f"gtin:{RICE}", lot="A", owner="caritas", n=1)
    )
    return key
