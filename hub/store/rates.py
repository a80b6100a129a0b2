"""The rates by which needs are estimated: one document, as people entered it, else what a hub starts with."""

from typing import Final

import msgspec
from sqlalchemy import Connection

from hub.core.estimates import DEFAULTS, Rates
from hub.store import reference

_KEY: Final = "rates"


def rates(connection: Connection) -> Rates:
    """The rates that hold."""
    found = reference.document(connection, _KEY)
    return DEFAULTS if found is None else msgspec.convert(found, Rates)


def put(connection: Connection, new: Rates) -> None:
    """Put these in the place of all before them."""
    reference.put_document(connection, _KEY, msgspec.to_builtins(new))


def unknown(connection: Connection, items: set[str]) -> list[str]:
    """Those of some item keys (`gtin:...`, `text:...`) that neither the catalogue nor our own codes have."""
    query = "SELECT 'gtin:' || gtin FROM item UNION SELECT item FROM goods_code"
    there = set(connection.exec_driver_sql(query).scalars())
    return sorted(items - there - {""})
