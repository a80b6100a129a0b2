"""A hub in the middle of an operation: every page of the dashboard has something to show. By REST and a few facts.

The county is the one of the demo (firmware_sim). Nothing here moves by itself afterwards, so that pictures and
examinations of pages find the same.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.stack import Hub
from deploy.ways import sign_in
from firmware_sim import opening, quake
from firmware_sim.cli import the_world
from firmware_sim.reference import reference_data
from hub.api.door import COOKIE
from tests.support import furnishing
from tests.support.furnishing import OFFICE, SEED, VAN, WAREHOUSE, Furnished
from tests.support.goods_world import Scanner
from tests.support.mqtt import connected

HOURS = "Mon-Fri 08:00-18:00, Sat 09:00-12:00\n周一至周五 8:00-18:00，周六 9:00-12:00"
PEOPLE = {
    "ana": {"role": "admin"},
    "sue": {"role": "supervisor", "shown": "兰主任 (Sue)"},
    "stan": {"role": "staff", "organisation": OFFICE},
    "hana": {"role": "helpline"},
    "audrey": {"role": "auditor"},
    "olga": {"role": "operator", "site": WAREHOUSE},
    "wu": {"role": "courier"},
}
"""Who signs in."""
DEVICES = {"wh1-scanner-1": "scanner", VAN: "vehicle"}
RATED = {"water": 0, "food": 7}
"""Rates, and the county's goods that they mean."""


@contextmanager
def furnished(folder: Path) -> Iterator[Furnished]:
    """Such a hub, until the end of the block."""
    with ExitStack() as ends:
        hub = ends.enter_context(Hub(folder / "hub"))
        _name(hub)
        clients = {
            name: ends.enter_context(connected(hub.mqtt_port, name, furnishing.let_in(hub, name, kind)))
            for name, kind in DEVICES.items()
        }
        scanner, van = (Scanner(client, name) for name, client in clients.items())
        made = Furnished(hub=hub, scanner=scanner)
        hub.rest.put(f"/devices/{scanner.name}/site", {"site": WAREHOUSE})
        _people(made)
        _incident(made)
        furnishing.relief(made)
        furnishing.planning(made)
        furnishing.trouble(made)
        furnishing.drives(made, van)
        furnishing.alerts(made)
        made.ids |= {"/devices/:name": scanner.name, "/catalogue/sites/:id": WAREHOUSE, "/reports/:report": "movements"}
        yield made


def _name(hub: Hub) -> None:
    """The county, opening stock and villages."""
    world = the_world(SEED)
    told = reference_data(world)
    told["sites"] = [{**one, "hours": HOURS} if one["kind"] == "station" else one for one in told["sites"]]
    for name, body in told.items():
        hub.rest.put(f"/{name}", body)
    hub.rest.put("/numbering", {"company_prefix": "9521234"})
    tables = opening.tables(world) | {"settlements": quake.table(world)}
    for kind in ("bins", "stock", "settlements"):
        hub.rest.send_table(kind, tables[kind].encode())


def _people(made: Furnished) -> None:
    for name, more in PEOPLE.items():
        made.rest.post("/users", {"name": name, **more})
        made.people[name] = sign_in(made.rest, name)
        cookie = made.people[name].headers["Cookie"].partition("=")[2]
        made.cookies[name] = [{"name": COOKIE, "value": cookie, "url": made.hub.url}]
    made.rest.post("/tokens", {"name": "map-of-the-county", "role": "auditor"})


def _incident(made: Furnished) -> None:
    rates = made.rest.get("/rates")
    for rate in rates["rates"]:
        if rate["key"] in RATED:
            rate["item"] = f"gtin:{made.world.items[RATED[rate['key']]].gtin}"
    made.rest.put("/rates", rates)
    told = quake.alert(made.world, datetime.now(UTC) - timedelta(hours=2)).encode()
    (made.ids["/incidents/:id"],) = made.rest.send("/incidents/cap", told, "application/cap+xml")["incidents"]
