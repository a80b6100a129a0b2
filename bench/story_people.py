"""What people do in `bench.story`, over HTTP: ask, decide, plan, bring to doors, send directly."""

import http.client
import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from bench.story_world import DECLINED, ITEMS, OWNER, STATIONS, WAREHOUSES, WITHDRAWN, Family
from deploy.program import StackError
from deploy.rest import Rest

T = TypeVar("T")
CLERKS: Final = 4
"""So many people ask at the same time."""
AT_ONCE: Final = 500
IDLE_S: Final = 2.0
"""The hub hangs up on who says nothing for some seconds more."""
SAID_AT_ONCE: Final = 100
COURIER: Final = "courier-1"
A_DOOR: Final = timedelta(milliseconds=2)
"""The hub puts no two things that people say at the same millisecond."""
CALLED_EVERY: Final = 10
"""One family of so many is known by name: a help-line took their call."""
NEEDED_BY: Final = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 (any day will do)
_SURNAMES, _NAMES = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚"


class Office:
    """Connections that stay open, one a thread, with one token."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token, self._own = port, token, threading.local()

    def post(self, path: str, body: object) -> Any:
        """An answer that says yes. Raises StackError."""
        if time.monotonic() - getattr(self._own, "asked", 0.0) > IDLE_S:
            self._own.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=300)
        connection: http.client.HTTPConnection = self._own.connection
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection.request("POST", f"/api/v1{path}", json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        said = answer.read()
        self._own.asked = time.monotonic()
        if answer.status not in (200, 201):
            raise StackError(f"POST {path}: {answer.status} {said[:500].decode(errors='replace')}")
        return json.loads(said)


def prepare(rest: Rest) -> None:
    """Sites, items, the organisation, and bins where nothing is given from."""
    place = {"lat": 31.0, "lon": 103.0, "zone": "Asia/Shanghai"}
    sites = [{"id": one, "name": one, "kind": "warehouse", **place} for one in WAREHOUSES]
    sites += [{"id": one, "name": one, "kind": "station", **place} for one in STATIONS]
    rest.put("/sites", sites)
    rest.put("/items", [{"gtin": one, "name": f"Item {number}"} for number, one in enumerate(ITEMS, 1)])
    rest.put("/organisations", [{"id": OWNER, "name": "Aid"}])
    rest.send_table("bins", ("site,code,kind\n" + "".join(f"{one},out,staging\n" for one in WAREHOUSES)).encode())


def token(rest: Rest, port: int, role: str, **more: str) -> Office:
    """Somebody of a role."""
    return Office(port, rest.post("/tokens", {"name": role, "role": role, **more})["token"])


def open_line(rest: Rest, port: int) -> tuple[Office, str]:
    """A help-line and who answers it."""
    helper = token(rest, port, "helpline")
    line = rest.post("/lines", {"organisation": OWNER, "name": "Aid", "number": "12345"})["id"]
    rest.put(f"/lines/{line}/operators", {"operators": ["token helpline"]})
    return helper, line


def ask(staff: Office, helper: Office, line: str, asked: Sequence[Family]) -> None:
    """Every family asks; those who call are taken down first."""

    def one(family: Family) -> None:
        wish: dict[str, Any] = {
            "way": family.way, "site": family.site, "needed_by": NEEDED_BY, "priority": 1 + family.number % 3,
            "lines": [{"item": f"gtin:{ITEMS[item]}", "n": n} for item, n in family.lines],
        }  # fmt: skip
        if family.number % CALLED_EVERY == 0:
            number = family.number
            name = _SURNAMES[number // 10 % 10] + _NAMES[number // 100 % 20] + _NAMES[number // 2000 % 20]
            person = {"line": line, "name": name, "phone": f"138{number:08d}", "anew": True}
            family.recipient = helper.post("/recipients", person)["id"]
            wish |= {"recipient": family.recipient, "line": line}
        family.request = staff.post("/requests", wish)["id"]

    _each(one, asked)


def decide(staff: Office, event: str, asked: Sequence[Family], **more: str) -> None:
    """One decision about many."""
    for at in range(0, len(asked), AT_ONCE):
        ids = [one.request for one in asked[at : at + AT_ONCE]]
        staff.post("/requests/decisions", {"event": event, "ids": ids, **more})


def approve(staff: Office, asked: Sequence[Family]) -> None:
    """Those that are wanted; some are declined, and some withdraw afterwards."""
    decide(staff, "refuse", [one for one in asked if one.verdict == DECLINED], reason="asked twice")
    decide(staff, "approve", [one for one in asked if one.verdict != DECLINED])
    decide(staff, "cancel", [one for one in asked if one.verdict == WITHDRAWN])


def allocate(staff: Office, asked: Sequence[Family]) -> None:
    """First expired first, from the warehouse that serves them."""
    for home in WAREHOUSES:
        decide(
            staff, "allocate", [one for one in asked if one.home == home and one.way != "direct" and not one.verdict],
            site=home,
        )  # fmt: skip


def plan(staff: Office, together: Sequence[Family], vehicle: str | None) -> tuple[str, str]:
    """One consignment: its id and its pick list; '' for none."""
    first = together[0]
    requests = [one.request for one in together]
    if first.way == "direct":
        return str(
            staff.post("/direct-shipments", {"requests": requests, "supplier": "Rice & Sons"})["consignment"]
        ), ""
    wish = {"requests": requests, "from_site": first.home, "to_site": first.site, "way": first.way, "vehicle": vehicle}
    made = staff.post("/consignments", wish)
    return made["id"], made["picks"][0]


def go_round(admin: Office, together: Sequence[Family]) -> list[str]:
    """A courier takes the parcels of a consignment to their doors; those that were handed over."""
    parcels = [{"parcel": one.parcel} for one in together]
    id_ = admin.post("/rounds", {"site": together[0].home, "courier": COURIER, "parcels": parcels})["id"]
    tale = Tale()
    tale.add("taken", [one.parcel for one in together])
    for one in together:
        more = {"given": {"way": "person"}, "attempt": {"why": "nobody-there"}}.get(one.fate, {})
        tale.add(one.fate, [one.parcel], **more)
        if one.fate == "refused":
            tale.add("back", [one.parcel])
    return tale.tell(admin, f"/rounds/{id_}/outcomes")


def send_directly(staff: Office, together: Sequence[Family]) -> list[str]:
    """A supplier brings it; parcels that were handed over."""
    path = f"/direct-shipments/{together[0].consignment}"
    staff.post(f"{path}/dispatch", {"lots": [{"item": f"gtin:{one}", "lot": "S-1"} for one in ITEMS]})
    tale = Tale()
    for one in together:
        if one.fate == "given":
            tale.add("given", [one.parcel], way="person")
    return tale.tell(staff, f"{path}/outcomes")


class Tale:
    """What a telephone has to say, from now on, a few milliseconds for each door."""

    def __init__(self) -> None:
        self._began, self._said = datetime.now(UTC), list[dict[str, Any]]()

    def add(self, told: str, parcels: list[str], **more: str) -> None:
        """Something happened."""
        at = self._began + (len(self._said) + 1) * A_DOOR
        self._said.append({"id": secrets.token_hex(8), "told": told, "parcels": parcels, "at": at.isoformat(), **more})

    def tell(self, office: Office, path: str) -> list[str]:
        """Say it when it is over, and some of it twice, as a telephone does that did not hear the answer.

        Parcels that were handed over. Raises StackError.
        """
        time.sleep((len(self._said) + 2) * A_DOOR.total_seconds())
        given = []
        for at in range(0, len(self._said), SAID_AT_ONCE):
            sent = self._said[at : at + SAID_AT_ONCE]
            for _ in range(2 if at == 0 else 1):
                said = {"sent": datetime.now(UTC).isoformat(), "outcomes": sent}
                for one in office.post(path, said)["outcomes"]:
                    if one["result"] == "refused":
                        raise StackError(f"POST {path}: {one['sentence']}")
            given += [one["parcels"][0] for one in sent if one["told"] == "given"]
        return given


def _each(do: Callable[[T], None], all_: Sequence[T]) -> None:
    with ThreadPoolExecutor(CLERKS) as pool:
        for done in [pool.submit(do, one) for one in all_]:
            done.result()
