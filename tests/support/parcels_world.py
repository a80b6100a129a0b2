"""Parcels, put straight into a hub's tables: what people decided and facts say is tested where it is made."""

import secrets

from sqlalchemy import Connection

from hub.store import recipients, reference
from hub.store.recipients import Personal
from hub.vault import Vault
from tests.support.hubweb import ORGANISATION, START_MS

VAULT = Vault(bytes(range(32)))
WATER = "gtin:09501101530003"
NAME, PHONE = "王小芳", "13812345678"


def put_sites(connection: Connection, *ids: str, kind: str = "station", **more: object) -> None:
    """Sites, in this order."""
    for key in ids:
        site = reference.Site(id=key, name=key.upper(), name_zh="", kind=kind, lat_e7=0, lon_e7=0, **more)
        reference.put_sites(connection, [site])


def put_recipient(connection: Connection, name: str = NAME, phone: str = PHONE, *, vault: Vault = VAULT) -> str:
    """Somebody who gets parcels; the id."""
    return recipients.make(connection, vault, Personal(name=name, phone=phone), line=None, by="test", now=START_MS)


def put_consignment(connection: Connection, to: str | None, **more: object) -> int:
    """Goods on their way from wh-1; the `seq`."""
    row = {
        "id": "C-" + secrets.token_hex(4).upper(), "organisation": ORGANISATION, "way": "station" if to else "door",
        "from_site": "wh-1", "to_site": to, "note": "", "decided": "planned", "state": "in-transit",
        "made_at": START_MS, "made_by": "test", "changed_at": START_MS,
    } | more  # fmt: skip
    return _put(connection, "consignment", row)


def put_parcel(
    connection: Connection,
    id_: str,
    *,
    recipient: str | None = None,
    state: str = "waiting",
    n: int = 3,
    **more: object,
) -> int:
    """A parcel for the station that its id names, with n of water; the `seq`."""
    station = None if id_.partition(".")[0] in ("door", "van", "direct") else id_.partition(".")[0]
    way = more.get("way", "station" if station else "door")
    consignment = more.pop("consignment", None) or put_consignment(connection, station, way=way)
    request = {
        "id": secrets.token_hex(8), "organisation": ORGANISATION, "way": way, "site": station, "priority": 2,
        "groups": "[]", "needed_by": 20261201, "note": "", "decided": "approved", "state": "under-way",
        "made_at": START_MS, "made_by": "test", "changed_at": START_MS,
    }  # fmt: skip
    number = connection.exec_driver_sql("SELECT count(*) FROM parcel").scalar_one()
    row = {
        "id": id_, "request": _put(connection, "request", request), "consignment": consignment, "recipient": recipient,
        "way": way, "station": station, "number": number, "state": state, "made_at": START_MS, "made_by": "test",
        "changed_at": START_MS, "placed": f"place:{station}/A-2" if state == "waiting" else "",
        "waiting_since": START_MS if state == "waiting" else None,
        "given_at": START_MS if state == "handed-over" else None,
    } | more  # fmt: skip
    seq = _put(connection, "parcel", row)
    _put(connection, "parcel_line", {"parcel": seq, "line": 1, "item": WATER, "lot": "L1", "owner": "own", "n": n})
    return seq


def _put(connection: Connection, table: str, row: dict[str, object]) -> int:
    names = ", ".join(row)
    marks = ", ".join("?" for _ in row)
    return connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values())).lastrowid
