"""Two more ways to people, by REST: a courier brings a parcel to the door, a supplier brings it directly."""

import json
import secrets
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from deploy.caller import SOURCE, Caller
from deploy.program import StackError
from deploy.rest import Rest
from firmware_sim.expect import Balance
from firmware_sim.story import DONOR_IN

COURIER: Final = "wu"
SUPPLIER: Final = "Hewan Wholesale 河湾批发"


class Door(Caller):
    """One who cannot come: Wu brings the parcel."""

    way, to_site, vehicle = "door", None, None

    def whole(self) -> Iterator[str]:
        self.call()
        self.plan()
        yield from self.pack()
        self.bring_home()
        yield from self._stands("handed-over")

    def bring_home(self) -> None:
        """A round is planned, and its courier says by telephone what happened. Raises StackError."""
        wu = sign_in(self._rest, COURIER)
        parcels = [self.case.parcel]
        planned = {"site": SOURCE, "courier": COURIER, "parcels": [{"parcel": parcel} for parcel in parcels]}
        round_ = self._rest.post("/rounds", planned)["id"]
        taken = _outcome("taken", parcels)
        _say(wu, f"/rounds/{round_}/outcomes", taken, _outcome("given", parcels, way="person"))


class Direct(Caller):
    """One whom a supplier serves: the goods are never in our rooms."""

    way, to_site, vehicle = "direct", None, None

    def whole(self) -> Iterator[str]:
        self.call()
        self.plan()
        self.deliver()
        yield from self._stands("handed-over")

    def plan(self) -> None:
        self._office.post(f"/requests/{self.case.request}/approval", {})
        wanted = {"requests": [self.case.request], "supplier": SUPPLIER}
        planned = self._office.post("/direct-shipments", wanted)
        self.case.consignment, self.case.parcel = planned["consignment"], planned["parcels"][0]["parcel"]

    def deliver(self) -> None:
        """The supplier sends it, and its driver says that it was given. Raises StackError."""
        url = f"/direct-shipments/{self.case.consignment}"
        self._office.post(f"{url}/dispatch", {})
        _say(self._office, f"{url}/outcomes", _outcome("given", [self.case.parcel], way="person"))

    def balances(self) -> dict[Balance, int]:
        """What the ledger has of it, by account, GTIN and lot."""
        sums: dict[Balance, int] = {}
        for line in self._rest.get(f"/parcels/{self.case.parcel}")["lines"]:
            goods = (line["item"].removeprefix("gtin:"), line["lot"] or None)
            sums[DONOR_IN, *goods] = -line["n"]
            sums[f"unit:parcel:{self.case.parcel}", *goods] = line["n"]
        return sums


class SignedIn(Rest):
    """Somebody who signed in with name and password, as in a browser."""

    def __init__(self, base: str, cookie: str) -> None:
        super().__init__(base, "")
        self.headers = {"Cookie": cookie, "Origin": base}


def sign_in(rest: Rest, name: str) -> SignedIn:
    """Have somebody choose a password by a link, and sign in. Raises StackError."""
    password = secrets.token_urlsafe(16)
    link = rest.post(f"/users/{name}/link", {})
    rest.post("/welcome", {"code": link["code"], "password": password})
    body = json.dumps({"user": name, "password": password}).encode()
    headers = {"Content-Type": "application/json", "Origin": rest.base}
    request = urllib.request.Request(f"{rest.base}/api/v1/session", data=body, headers=headers, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - http on loopback
        cookies = answer.headers.get_all("Set-Cookie") or []
    return SignedIn(rest.base, "; ".join(cookie.partition(";")[0] for cookie in cookies))


def _outcome(told: str, parcels: list[str], **more: Any) -> dict[str, Any]:
    return {"id": secrets.token_hex(8), "told": told, "parcels": parcels, "at": _now(), **more}


def _say(who: Rest, path: str, *outcomes: dict[str, Any]) -> None:
    answer = who.post(path, {"sent": _now(), "outcomes": list(outcomes)})
    for outcome in answer["outcomes"]:
        if outcome["result"] != "stored":
            raise StackError(f"{path} did not keep what was said: {outcome['sentence']}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
