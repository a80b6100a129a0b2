"""Do the faces show it? The map's socket, alerts, the recipient's page, the terminal's page; asked as browsers ask."""

import json
import struct
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Final

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from deploy.caller import CALLERS, STATION, Case
from deploy.county import SEED
from deploy.program import StackError
from deploy.reckoning import journal_texts
from deploy.rest import Rest
from deploy.stack import Hub
from deploy.terminal_page import TerminalPage
from firmware_sim.cli import the_world
from firmware_sim.errands import collected
from firmware_sim.gs1 import element_string
from firmware_sim.story import sign_on

PROTOCOL: Final = Subprotocol("relay-positions-v1")
RULES: Final = {
    "hub": {"raise_at": 15, "clear_at": 5, "calm_s": 3},
    "discrepancy": {"raise_at": 1, "clear_at": 0, "hold_s": 5},
}
"""As a hub starts with them, in a hurry: the demo lasts minutes, not days."""
CANARY: Final = "PRACTICE-1"


def watch(rest: Rest) -> None:
    """Rules by which alerts are raised. What somebody changed since stands. Raises StackError."""
    known = rest.get("/alert-rules")
    if not known["stock"]:
        water = next(item for item in the_world(SEED).items if item.kind.name == "Drinking water 12 x 550 ml")
        least = {"site": STATION, "item": f"gtin:{water.gtin}", "least": 200, "enough": 240}
        kinds = {kind: {**rule, **RULES.get(kind, {})} for kind, rule in known["kinds"].items()}
        rest.put("/alert-rules", {"kinds": kinds, "stock": [least]})


def practise(page: TerminalPage, person: tuple[str, str]) -> None:
    """Somebody tries the terminal without consequences. Raises StackError."""
    goods = next(item for item in the_world(SEED).items if item.lots)
    label = element_string(("01", goods.gtin), ("10", CANARY))
    verdicts = page.read([*sign_on(*person), "RR:DO:receive", f"RR:L:{STATION}/A-2", label], practice=True)
    if verdicts[-1]["verdict"] not in {"stored", "warned"}:
        raise StackError(f"in practice a label is not taken: {verdicts[-1]['words']['en']}")


def hand_over(page: TerminalPage, person: tuple[str, str], case: Case) -> None:
    """Somebody signs on at the terminal's page, types the code, and hands the parcel over. Raises StackError."""
    page.read([*sign_on(*person), *collected(case.code, [case.parcel])])


def of_practice(rest: Rest, device: str) -> Iterator[str]:
    """What practice left behind."""
    if any(CANARY in text for text in journal_texts(rest, device)):
        yield f"what was practised at {device} is in the hub"


def of_parcel(rest: Rest, case: Case, stage: str) -> Iterator[str]:
    """What the recipient's page says wrongly of a parcel: by its code, in both languages."""
    site = the_world(SEED).sites[STATION]
    private = [word for name, phone, address in CALLERS for word in (name, phone, address, case.code) if word]
    for language, name in (("en", site.name), ("zh", site.name_zh)):
        text = _asked(rest.base, case.code if stage != "given" else case.parcel, language)
        if f'class="big {stage}"' not in text or name not in text:
            yield f"the recipient's page ({language}) does not say that her parcel is {stage}"
        if any(word in text for word in private):
            yield f"the recipient's page ({language}) shows a name, an address, a number or a code"


def of_alerts(rest: Rest) -> Iterator[str]:
    """Whether what went wrong was told, and what the hub said of itself is over.

    A broker may be back before the watch looks: then there is nothing to say of it.
    """
    raised = list(rest.rows("/alerts"))
    if not raised:
        yield "no alert was raised of all that went wrong"
    of_hub = (one for one in raised if one["kind"] == "hub" and one["code"] == "not-storing")
    yield from (f"this alert has not ended: {one['detail']}" for one in of_hub if one["cleared_at"] is None)


def of_map(hub: Hub, vehicle: str) -> Iterator[str]:
    """Whether the map's socket gives the vehicle's place."""
    url = f"{hub.url.replace('http', 'ws', 1)}/api/v1/positions/live"
    try:
        with connect(url, subprotocols=[PROTOCOL], additional_headers=hub.rest.headers, compression=None) as link:
            link.send(json.dumps({"view": [-180, -90, 180, 90], "zoom": 3}))
            names: dict[int, str] = {}
            while True:
                message = link.recv(10)
                if isinstance(message, bytes):
                    break
                names |= dict(json.loads(message).get("names", []))
    except (OSError, ConnectionClosed) as error:
        yield f"the map's socket does not answer: {error}"
        return
    (count,) = struct.unpack_from("<I", message, 4)
    ids = struct.unpack_from(f"<{count}i", message, 16)
    if vehicle not in {names.get(id_) for id_ in ids}:
        yield f"{vehicle} is not among the {count} vehicles on the map"


def _asked(base: str, typed: str, language: str) -> str:
    """The page that comes of a form with a number or code."""
    form = urllib.parse.urlencode({"q": typed, "lang": language}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": base}
    request = urllib.request.Request(f"{base}/parcel", data=form, headers=headers, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - http on loopback
        return str(answer.read().decode())
