"""The invented county as the hub of the demo learns it: by the public interface, as an office would enter it."""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.program import HERE, Program, StackError
from deploy.rest import Rest
from deploy.stack import Hub
from firmware_sim.cli import the_world
from firmware_sim.expect import Balance
from firmware_sim.papers import Papers, papers
from firmware_sim.story import DONOR_IN

SEED = 7
COMPANY_PREFIX = "9521234"
"""Handling units are numbered with it: of the range that GS1 keeps for demonstrations."""
SITES: Mapping[str, str] = {"wh1-scanner-1": "wh-1", "st1-terminal-1": "st-1", "you-1": "wh-1"}
AT_DEVICES = ("mei", "jun")
"""Who has a badge."""
GOODS = 14
"""So many kinds of goods a delivery brings; the scenarios say the same."""
LAG_S = timedelta(hours=8)
"""The county's clock is so far ahead of UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was entered."""

    organisations: int
    bins: int
    stock_rows: int


def load(hub: Hub, folder: Path) -> Loaded:
    """Sites, roads, goods and organisations; bins, people and opening stock as tables. Raises StackError."""
    reference = json.loads(said(folder, "world", "--seed", str(SEED)))
    for name, body in reference.items():
        hub.rest.put(f"/{name}", body)
    hub.rest.put("/numbering", {"company_prefix": COMPANY_PREFIX})
    said(folder, "tables", str(folder / "tables"), "--seed", str(SEED))
    taken = {kind: hub.rest.send_table(kind, (folder / "tables" / f"{kind}.csv").read_bytes()) for kind in _TABLES}
    return Loaded(
        organisations=len(reference["organisations"]), bins=taken["bins"]["rows"], stock_rows=taken["stock"]["rows"]
    )


def opening_balances(folder: Path) -> dict[Balance, int]:
    """What the imported table of opening stock comes to, by account, GTIN and lot."""
    sums: Counter[Balance] = Counter()
    for row in opening_rows(folder):
        n, goods = int(row["quantity"]), (row["gtin"], row["lot"] or None)
        sums[f"place:{row['site']}/{row['bin']}", *goods] += n
        sums[DONOR_IN, *goods] -= n
    return dict(sums)


def opening_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the imported table of opening stock."""
    with (folder / "tables" / "stock.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def badges(rest: Rest, path: Path) -> None:
    """Badges and PINs for who works at the devices, into the file that the simulated people carry with them."""
    if path.exists():
        return
    made = {name: rest.post(f"/users/{name}/badge", {}) for name in AT_DEVICES}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({name: {"badge": one["code"], "pin": one["pin"]} for name, one in made.items()}))


class Offices:
    """Who works by REST: staff of the organisations, and who answers the help-line, each with a token."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._made: dict[str, Rest] = {}

    def staff(self, organisation: str) -> Rest:
        """Staff of an organisation. Raises StackError."""
        if organisation not in self._made:
            self._made[organisation] = self._token(organisation, "staff", organisation)[0]
        return self._made[organisation]

    def helpline(self) -> tuple[Rest, str]:
        """Who answers a help-line, and what the hub calls them. Raises StackError."""
        return self._token("helpline", "helpline", None)

    def _token(self, name: str, role: str, organisation: str | None) -> tuple[Rest, str]:
        called = f"{name}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        made = self._rest.post("/tokens", {"name": called, "role": role, "organisation": organisation})
        return Rest(self._rest.base, made["token"]), f"token {called}"


class Announcer:
    """Staff of the organisations, who announce the deliveries of the story one after the other."""

    def __init__(self, rest: Rest, offices: Offices, first_batch: int) -> None:
        self._rest = rest
        self._offices = offices
        self._world = the_world(SEED)
        self._batch = first_batch
        self.announced: list[Papers] = []

    def announce(self) -> Papers:
        """The next delivery, by its owner. Raises StackError."""
        told = papers(self._world, self._batch, GOODS)
        self._batch += 1
        today = (datetime.now(UTC) + LAG_S).date().isoformat()
        if all(row["id"] != told.id for row in self._rest.rows("/deliveries", owner=told.owner)):
            self._offices.staff(told.owner).post("/deliveries", told.announcement(today))
        self.announced.append(told)
        return told


_TABLES = ("bins", "people", "stock", "settlements")


def said(folder: Path, *words: str) -> str:
    """What `relay-sim` says on standard output. Raises StackError."""
    said = Program(words[0], [str(HERE / "relay-sim"), *words], folder / f"{words[0]}.out")
    said.log.unlink(missing_ok=True)
    said.start()
    if said.process is None or said.process.wait(60):
        raise StackError(f"relay-sim {' '.join(words)} failed: {said.tail()}")
    return said.log.read_text()


def place_devices(rest: Rest) -> None:
    """Say where the devices stand: from then on they hear what their site may know."""
    for device, site in SITES.items():
        rest.put(f"/devices/{device}/site", {"site": site})


def by_kind(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many discrepancies there are of each kind."""
    return dict(sorted(Counter(row["kind"] for row in rows).items()))
