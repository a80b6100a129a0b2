"""Did the thread happen? Announced, received, put away, counted, packed, handed over: read by REST alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploy.county import by_kind
from deploy.rest import Rest
from firmware_sim.papers import Papers

SCANNER = "wh1-scanner-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What the hub shows of it; `missing` are sentences about what did not happen."""

    deliveries_received: int
    owners: int
    warehouses: int
    handling_units: int
    discrepancies: dict[str, int]
    missing: tuple[str, ...]


def follow(rest: Rest, first: Papers) -> Thread:
    """Read it; `first` is the delivery that has to have come in whole."""
    stock = list(rest.rows("/stock", limit=500))
    found = by_kind(list(rest.rows("/discrepancies", limit=500)))
    came = [row for row in rest.rows("/deliveries", limit=500) if any(line["received"] for line in row["lines"])]
    journal = [row for row in rest.rows("/journal", device=SCANNER, limit=500) if row["kind"] in {"scan", "count"}]
    owners = {row["owner"] for row in stock if row["owner"]}
    warehouses = {row["site"] for row in stock if (row["site"] or "").startswith("wh-")}
    units = {row["account"] for row in stock if row["account"].startswith("unit:sscc:") and row["site"] == "st-1"}
    missing = [
        *_of_delivery(next((row for row in came if row["id"] == first.id), None), first),
        *_of_stock(stock, first),
        *_of_facts([row["item"] for row in journal]),
        *(f"no discrepancy says {kind}" for kind in ("received-differs", "count-difference", "owner-unsettled")
          if not found.get(kind)),
        *(["not 17 organisations own stock"] if len(owners) != 17 else []),
        *(["not six warehouses hold stock"] if len(warehouses) != 6 else []),
        *([] if units else ["no handling unit stands at the station with what is in it"]),
    ]  # fmt: skip
    return Thread(
        deliveries_received=len(came), owners=len(owners), warehouses=len(warehouses), handling_units=len(units),
        discrepancies=found, missing=tuple(missing),
    )  # fmt: skip


def _of_delivery(row: dict[str, Any] | None, first: Papers) -> Iterator[str]:
    if row is None:
        yield f"nothing of delivery {first.id} came"
        return
    over = [line for line in row["lines"] if line["received"] > line["n"]]
    even = [line for line in row["lines"] if line["received"] == line["n"]]
    if row["owner"] != first.owner or len(row["lines"]) != len(first.lines):
        yield f"delivery {first.id} is not what its owner announced"
    if len(over) != 1 or len(over) + len(even) != len(row["lines"]) or len(row["unexpected"]) != 1:
        yield f"delivery {first.id} did not come with one line over and one thing unexpected"


def _of_stock(stock: list[dict[str, Any]], first: Papers) -> Iterator[str]:
    own = [row for row in stock if row["account"] == f"place:{first.site}/{first.owner}"]
    if not own or {row["owner"] for row in own} != {first.owner}:
        yield f"the bin of {first.owner} does not hold theirs alone"
    if not any(row["account"].startswith("place:st-1") and row["owner"] for row in stock):
        yield "nothing with an owner stands at the station"


def _of_facts(facts: list[dict[str, Any]]) -> Iterator[str]:
    if any(not fact.get("by") for fact in facts):
        yield "a fact does not say who did it"
    if not any(fact.get("ref") for fact in facts):
        yield "no fact was made by a device that knew its site"
    for code in ("over", "unexpected"):
        if not any(code in fact.get("warned", ()) for fact in facts):
            yield f"the scanner never warned of {code}"
    done = {fact.get("do") for fact in facts}
    for verb in ("receive", "put-away", "pack", "load"):
        if verb not in done:
            yield f"nobody did {verb} at {SCANNER}"
