"""Minute 0: the alert comes in, and what the villages in its area need becomes requests. By the public interface."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from deploy.county import SEED, said
from deploy.program import StackError
from deploy.rest import Rest
from firmware_sim.cli import the_world

ORGANISATION: Final = "qingtan-emergency"
PERCENT: Final = 2
"""So many of a hundred people in the area are without a roof."""
RATED: Final = {
    "water": "Drinking water 12 x 550 ml",
    "food": "Ready-to-eat meal, self-heating",
    "blanket": "Wool blanket",
    "tarpaulin": "Tarpaulin 4 x 6 m",
    "mat": "Sleeping mat",
}
"""Which goods of the county the rates mean."""
LITRES_A_CARTON: Final = 6.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Quake:
    """What the alert led to."""

    incident: str
    settlements: int
    population: int
    requests: tuple[str, ...]
    """Approved ones of the villages."""


def strike(rest: Rest, staff: Rest, folder: Path) -> Quake:
    """Take the alert in, propose, and let the organisation approve. Once: what an earlier run did stands."""
    _rate(rest)
    incident = next((row["id"] for row in rest.rows("/incidents")), None) or _alerted(rest, folder)
    whole = rest.get(f"/incidents/{incident}")
    staff.post(f"/incidents/{incident}/proposal", {"dry_run": False, "percent": PERCENT, "priority": 2})
    drafts = [row["id"] for row in staff.rows("/requests", incident=incident, state="draft")]
    if drafts:
        staff.post("/requests/decisions", {"event": "submit", "ids": drafts})
        staff.post("/requests/decisions", {"event": "approve", "ids": drafts})
    approved = tuple(row["id"] for row in staff.rows("/requests", incident=incident, state="approved"))
    return Quake(
        incident=incident,
        settlements=whole["settlements_count"],
        population=whole["population"],
        requests=approved,
    )


def _alerted(rest: Rest, folder: Path) -> str:
    message = said(folder, "alert", "--seed", str(SEED), "--sent", datetime.now(UTC).isoformat(timespec="seconds"))
    taken = rest.send("/incidents/cap", message.encode(), "application/cap+xml")
    if not taken["incidents"]:
        raise StackError("the alert made no incident")
    return str(taken["incidents"][0])


def _rate(rest: Rest) -> None:
    """Say which of the county's goods the rates mean; the others stay without."""
    named = {item.kind.name: item for item in the_world(SEED).items}
    known: dict[str, Any] = rest.get("/rates")
    for rate in known["rates"]:
        item = named.get(RATED.get(rate["key"], ""))
        if item is not None:
            rate["item"], rate["unit"] = f"gtin:{item.gtin}", item.kind.unit
        if rate["key"] == "water":
            rate["milli"] = round(3000 / LITRES_A_CARTON)
    rest.put("/rates", known)
