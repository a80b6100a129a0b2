"""Did her parcel come? From the call to the hand-over, read by REST alone, and on her telephone."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from deploy.caller import VAN, Case, People
from deploy.program import StackError, wait_for
from deploy.rest import Rest
from deploy.stack import Agent

FACTS: Final = (
    ("pack", "wh1-scanner-1"),
    ("load", "wh1-scanner-1"),
    ("unload", "st1-terminal-1"),
    ("put-away", "st1-terminal-1"),
    ("hand-over", "st1-terminal-1"),
)
"""What was done with the parcel, and by which device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """`told` goes into the result; `missing` are sentences about what did not happen."""

    told: dict[str, Any]
    missing: tuple[str, ...]


def follow_relief(rest: Rest, case: Case, people: People, labels: list[str]) -> Relief:
    """Read the story of one call; `labels` are the codes on what the station's printer printed."""
    request = rest.get(f"/requests/{case.request}")
    parcel = rest.get(f"/parcels/{case.parcel}")
    sent = rest.get(f"/consignments/{case.consignment}")
    steps = list(_story(rest, f"call:{case.call}"))
    missing = [
        *_of_states(request, sent, parcel),
        *_of_story(steps),
        *_of_telephone(people.telephones.messages(case.phone), case),
        *([] if f"RR:P:{case.parcel}" in labels else ["the station's printer printed no label for her parcel"]),
        *_of_incident(rest, request["incident"]),
        *_of_recall(rest, parcel, people.scanner),
        *_of_dashboard(rest),
    ]
    told = {"request": request["state"], "parcel": parcel["state"], "steps": len(steps)}
    return Relief(told=told, missing=tuple(missing))


def is_over(rest: Rest, case: Case, people: People) -> bool:
    """Whether the hub has followed her parcel to the end, and told her so."""
    told = {message["kind"] for message in people.telephones.messages(case.phone)}
    return rest.get(f"/requests/{case.request}")["state"] == "fulfilled" and "parcel-given" in told


def follow_ways(rest: Rest, cases: Iterable[Case]) -> list[str]:
    """What did not happen of the other callers' requests."""
    missing = []
    for case in cases:
        request = rest.get(f"/requests/{case.request}")
        if request["state"] != "fulfilled":
            missing.append(f"the request that goes {request['way']} is {request['state']}, not fulfilled")
    return missing


def _of_states(request: dict[str, Any], sent: dict[str, Any], parcel: dict[str, Any]) -> Iterator[str]:
    if request["state"] != "fulfilled":
        yield f"her request is {request['state']}, not fulfilled"
    if parcel["state"] != "handed-over":
        yield f"her parcel is {parcel['state']}, not handed over"
    if not parcel["proof"] or parcel["proof"]["way"] != "code" or not parcel["proof"]["checked"]:
        yield f"her parcel was not handed over by its code: {parcel['proof']}"
    if sent["vehicle"] != VAN or not sent["custody"]:
        yield "nothing is known of who had the goods of her consignment"
    for line in sent["custody"]:
        rest = line["received"] + line["damaged"] + line["lost"] + line["in_transit"] + line["elsewhere"]
        if line["dispatched"] != rest or line["received"] != line["planned"]:
            yield f"the goods of her consignment do not add up: {line}"


def _of_story(steps: list[dict[str, Any]]) -> Iterator[str]:
    done = {(step["event"], step["device"]) for step in steps if step["what"] == "fact"}
    for event, device in FACTS:
        if (event, device) not in done:
            yield f"the story of her call does not tell that {device} did {event}"
    for what in ("call", "decision", "notice"):
        if not any(step["what"] == what for step in steps):
            yield f"the story of her call tells no {what}"
    if any(step["received_at"] is None for step in steps if step["what"] == "fact"):
        yield "the story of her call does not say how late a fact was reported"


def _of_telephone(messages: list[dict[str, Any]], case: Case) -> Iterator[str]:
    for kind in ("request-received", "parcel-ready", "parcel-given"):
        found = [one for one in messages if one["kind"] == kind]
        if not found:
            yield f"her telephone ({case.phone}) shows no {kind}"
        elif found[0]["language"] != "zh" or found[0]["text"].isascii():
            yield f"what her telephone shows is not in Chinese: {found[0]['text']}"


def _of_incident(rest: Rest, incident: str) -> Iterator[str]:
    whole = rest.get(f"/incidents/{incident}")
    if not whole["alerts"] or not whole["settlements"] or not whole["sites"]:
        yield "the alert does not say where people and sites are affected"
    if whole["requests"].get("approved", 0) < len(whole["settlements"]):
        yield f"not every village of the alert has an approved request: {whole['requests']}"
    if whole["clock"]["load_s"] is None or whole["clock"]["given_at"] is None:
        yield "the clock since the alert does not show the first load and the first hand-over"
    if not any(row["percent"] for row in rest.get(f"/incidents/{incident}/readiness")["rows"]):
        yield "no warehouse is ready for anything that the villages need"
    for language in ("en", "zh"):
        if not rest.fetch(f"/incidents/{incident}/report", language=language).startswith(b"%PDF"):
            yield f"the situation report does not print ({language})"


def _of_dashboard(rest: Rest) -> Iterator[str]:
    """The page is there, and speaks Chinese."""
    page = rest.page("/").decode()
    scripts = [rest.page(path).decode() for path in re.findall(r"/assets/[\w.-]+\.js", page)]
    if not any("追溯" in script for script in scripts):
        yield "the dashboard has no Chinese"


def _of_recall(rest: Rest, parcel: dict[str, Any], scanner: Agent) -> Iterator[str]:
    """A lot of hers is recalled: whom it reached, and who is warned."""
    line = parcel["lines"][0]
    note = {"item": line["item"], "lot": line["lot"], "state": "recalled", "reason": "The demo recalls it."}
    rest.post("/lots/notes", note)
    lot = {"gtin": line["item"].removeprefix("gtin:"), "lot": line["lot"]}
    held = rest.get("/recall", **lot)
    if held["totals"]["with_recipient"] < line["n"]:
        yield f"the recall of lot {line['lot']} does not count what she has"
    if not any(row["request"] == parcel["request"] and row["given_at"] for row in rest.rows("/recall/holders", **lot)):
        yield f"the recall of lot {line['lot']} does not say that it reached her"
    try:
        wait_for("the warning", lambda: scanner.recalled(lot["gtin"], lot["lot"]), timeout_s=15, pause_s=0.3)
    except StackError:
        yield f"Mei's scanner does not warn of lot {lot['lot']}"


def _story(rest: Rest, of: str) -> Iterator[dict[str, Any]]:
    """Oldest first."""
    cursor: str | None = None
    found: list[dict[str, Any]] = []
    while True:
        page = rest.get("/story", of=of, **({"cursor": cursor} if cursor else {}))
        found += page["steps"]
        cursor = page.get("next")
        if not cursor:
            break
    yield from reversed(found)
