"""An old woman calls, and what she needs comes into her hands: by a help-line, an office, two people with scanners.

Each step is made by the door that people have: the office and the help-line by REST, Mei and Jun by their scanners (the
papers are put into their trays), the caller by her telephone. A step that follows from another one waits for it.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from deploy.county import LAG_S, SEED, Offices
from deploy.program import StackError
from deploy.quake import ORGANISATION
from deploy.rest import Rest
from deploy.stack import Agent
from deploy.telephones import Telephones
from firmware_sim.cli import the_world
from firmware_sim.errands import Errands, Taken, collected, moved, packed, picked, shelved

SOURCE, STATION, SHELF, VAN = "wh-1", "st-1", "A-2", "van-1"
DOCK: Final = "dock"
LINE: Final = "Qingtan help-line 青潭求助热线"
NEEDS: Final = {"Drinking water 12 x 550 ml": 2, "Tarpaulin 4 x 6 m": 1}
"""In pieces, by the goods' names."""
CALLERS: Final = (
    ("赵秀英", "199 0000 0427", "石桥村7号"),
    ("钱桂兰", "199 0000 0533", "河湾村12号"),
    ("孙福来", "199 0000 0618", "柳坪村3号"),
)
"""Nobody's names and addresses. Each run of the demo has the next one."""
PAUSE_S: Final = 0.2
CODE: Final = re.compile(r"(?<!\d)\d{3} ?\d{3} ?\d{3}(?!\d)")


@dataclass(slots=True, kw_only=True)
class Case:
    """What became of a call so far. `code` is what her telephone shows."""

    call: str = ""
    recipient: str = ""
    phone: str = ""
    request: str = ""
    consignment: str = ""
    pick: str = ""
    parcel: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who takes part: trays and devices of Mei and Jun, telephones."""

    mei: Errands
    jun: Errands
    scanner: Agent
    terminal: Agent
    telephones: Telephones
    van_at: Callable[[str], bool]
    """Whether the van stands at a site; in a hurry nobody waits for it."""


class Caller:
    """The story, step by step, of one who fetches her parcel at the station."""

    way = "station"
    to_site: str | None = STATION
    vehicle: str | None = VAN

    def __init__(self, rest: Rest, offices: Offices, people: People, incident: str) -> None:
        self._rest, self.people, self._incident = rest, people, incident
        self._office = offices.staff(ORGANISATION)
        self._helpline, self._operator = offices.helpline()
        self.case = Case()

    def whole(self) -> Iterator[str]:
        """From the call to the hand-over. Says what is waited for. Raises StackError."""
        self.call()
        self.plan()
        yield from self.bring()
        yield from self.collect()

    def call(self) -> None:
        """She calls: who she is, what she needs, how urgent it is. Raises StackError."""
        line = self._line()
        name, phone, address = CALLERS[len(list(self._rest.rows("/calls"))) % len(CALLERS)]
        asked = {"line": line, "name": name, "phone": phone, "address": address, "groups": ["elderly"], "anew": True}
        self.case.recipient = self._helpline.post("/recipients", asked)["id"]
        self.case.phone = phone
        said = {"line": line, "kind": "need", "recipient": self.case.recipient, "note": "Her roof is gone."}
        self.case.call = self._helpline.post("/calls", said)["id"]
        items = {item.kind.name: f"gtin:{item.gtin}" for item in the_world(SEED).items}
        wanted = {
            "way": self.way, "site": self.to_site, "recipient": self.case.recipient, "call": self.case.call,
            "line": line, "incident": self._incident, "priority": 1, "groups": ["elderly"], "needed_by": _day(1),
            "organisation": ORGANISATION, "lines": [{"item": items[name], "n": n} for name, n in NEEDS.items()],
        }  # fmt: skip
        self.case.request = self._helpline.post("/requests", wanted)["id"]

    def plan(self) -> None:
        """The office approves, reserves and plans a consignment. Raises StackError."""
        request = self.case.request
        self._office.post(f"/requests/{request}/approval", {})
        given = self._office.post(f"/requests/{request}/allocation", {"site": SOURCE})
        if given["request"]["state"] != "allocated":
            raise StackError(f"{ORGANISATION} could not give all of request {request}: {given['lines']}")
        way = {"way": self.way, "from_site": SOURCE, "to_site": self.to_site, "vehicle": self.vehicle}
        planned = self._office.post("/consignments", {"requests": [request], "due": _day(1), **way})
        self.case.consignment, (self.case.pick,) = planned["id"], planned["picks"]
        (parcel,) = self._rest.rows("/parcels", consignment=planned["id"])
        self.case.parcel = parcel["id"]

    def bring(self) -> Iterator[str]:
        """Mei packs and loads, Jun puts it on a shelf. Says what is waited for. Raises StackError."""
        case, people = self.case, self.people
        yield from self.pack()
        task = f"consignment:{case.consignment}"
        load = moved("load", [case.parcel], source=f"place:{SOURCE}/staging", to=f"transit:{VAN}", task=task)
        yield from _until(f"{VAN} at {SOURCE}", lambda: people.van_at(SOURCE))
        yield from self._done(people.mei, "3-load", load)
        yield from self._stands("under-way")
        unload = moved("unload", [case.parcel], source=f"transit:{VAN}", to=f"place:{STATION}", task=task)
        yield from _until(f"{VAN} at {STATION}", lambda: people.van_at(STATION))
        yield from self._done(people.jun, "4-unload", unload)
        yield from self._done(people.jun, "5-shelf", shelved(f"{STATION}/{SHELF}", [case.parcel], STATION))
        yield from self._stands("waiting")
        yield from _until("the code on her telephone", self._told)
        yield from _until("the terminal to know her code", lambda: _sealed(people.terminal, case.parcel))

    def pack(self) -> Iterator[str]:
        """Mei picks by the list and packs the parcel. Says what is waited for. Raises StackError."""
        case, people = self.case, self.people
        yield from _until("the scanner to know the consignment", lambda: people.scanner.parcel(case.parcel))
        lines = self._picked()
        yield from self._done(people.mei, "1-pick", picked(case.pick, lines))
        inside = packed(case.consignment, case.parcel, f"{SOURCE}/staging", lines)
        yield from self._done(people.mei, "2-pack", inside)
        yield from self._stands("packed")

    def collect(self) -> Iterator[str]:
        """She shows the code and takes the parcel along; the network may be away. Says what is waited for."""
        case = self.case
        yield from self._done(self.people.jun, "6-collect", collected(case.code, [case.parcel]))

    def _line(self) -> str:
        found = next((line for line in self._rest.get("/lines")["rows"] if line["name"] == LINE), None)
        if found is None:
            said = {"name": LINE, "number": "0800 555 0100", "hours": "0-24", "languages": ["zh", "en"]}
            found = self._office.post("/lines", {**said, "groups": ["elderly"]})
        operators = [*found["operators"], self._operator]
        self._office.put(f"/lines/{found['id']}/operators", {"operators": operators})
        return str(found["id"])

    def _picked(self) -> list[Taken]:
        """The lines of the pick list, each with the date that stands on the goods.

        What lay at the dock when the list was made is in its owner's bin by the time Mei reads it.
        """
        dates = {(f"gtin:{item.gtin}", lot.code): lot.expiry for item in the_world(SEED).items for lot in item.lots}
        lines = self._rest.get(f"/picks/{self.case.pick}")["lines"]
        bins = {line["line"]: ORGANISATION if line["bin"] == DOCK else line["bin"] for line in lines}
        return [
            Taken(
                gtin=line["item"].removeprefix("gtin:"), lot=line["lot"], pieces=line["n"],
                bin=f"{SOURCE}/{bins[line['line']]}", expiry=dates.get((line["item"], line["lot"])),
            )
            for line in lines
        ]  # fmt: skip

    def _done(self, tray: Errands, name: str, codes: Iterator[str]) -> Iterator[str]:
        paper = f"{name}-{self.case.parcel}"
        tray.put(paper, codes)
        yield from _until(f"the paper {paper}", lambda: tray.is_done(paper))

    def _stands(self, state: str) -> Iterator[str]:
        url = f"/parcels/{self.case.parcel}"
        yield from _until(f"the parcel to be {state}", lambda: self._rest.get(url)["state"] == state)

    def _told(self) -> bool:
        for message in self.people.telephones.messages(self.case.phone):
            found = CODE.search(message["text"]) if message["kind"] == "parcel-ready" else None
            if found is not None:
                self.case.code = found[0].replace(" ", "")
        return bool(self.case.code)


def hurry(steps: Iterator[str], timeout_s: float = 40.0) -> None:
    """Go through steps as fast as they come. Raises StackError with what was waited for too long."""
    waiting, since = "", 0.0
    for what in steps:
        now = time.monotonic()
        if what != waiting:
            waiting, since = what, now
        elif now - since > timeout_s:
            raise StackError(f"waited {timeout_s:.0f} s in vain for {what}")
        time.sleep(PAUSE_S)


def together(*stories: Iterator[str]) -> Iterator[str]:
    """Several stories at once; what each of them waits for."""
    going = {story: next(story, None) for story in stories}
    while going := {story: what for story, what in going.items() if what is not None}:
        yield "; ".join(what for what in going.values() if what is not None)
        going = {story: next(story, None) for story in going}


def _until(what: str, check: Callable[[], Any]) -> Iterator[str]:
    while not check():
        yield what


def _sealed(device: Agent, parcel: str) -> bool:
    known = device.parcel(parcel)
    return known is not None and bool(known.sealed)


def _day(ahead: int) -> str:
    return ((datetime.now(UTC) + LAG_S).date() + timedelta(days=ahead)).isoformat()
